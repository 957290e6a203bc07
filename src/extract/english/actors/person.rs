//! The people an article names: the first mention tells the whole name, office and party, later ones only a surname in
//! any spelling. Comes in: drafts in the order of the text. Goes out: what is known of a person. Never reads the text.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::gazetteer::{Entity, EntityKind, Gazetteer, Role};
use crate::text::name::{spelling_key, surname};

use super::draft::Draft;

/// What the article says about a person anywhere in it.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is a question of its own about the person")]
pub(super) struct Person {
    /// The longest form of the name.
    pub(super) name: Arc<str>,
    pub(super) party: Option<Arc<str>>,
    /// The party is an organisation the article names, not a state.
    pub(super) organisation: bool,
    pub(super) role: Option<Role>,
    /// Named with an office that is held no more, and with no other.
    pub(super) former: bool,
    /// A spokesman or adviser of a state: what he says is not his own.
    pub(super) voice_of_state: bool,
    /// The party was written beside the name ("Kenyan President"), not only known to the world.
    pub(super) party_written: bool,
    /// A coach or player.
    pub(super) sporting: bool,
}

/// Everybody named, by the key of the whole name, and whom a surname alone means.
#[derive(Debug, Default)]
pub(super) struct People {
    known: BTreeMap<String, Person>,
    by_surname: BTreeMap<String, String>,
    /// Whom an office alone means: "the prime minister".
    by_title: BTreeMap<String, String>,
}

impl People {
    /// Takes what a phrase says about a person.
    pub(super) fn learn(&mut self, draft: &Draft) {
        let Some(name) = name_of(draft) else { return };
        let whole = name.contains(' ');
        let short = spelling_key(surname(name));
        let key = match self.by_surname.get(&short) {
            Some(key) if !whole => key.clone(),
            _ => spelling_key(name),
        };
        self.by_surname
            .entry(short)
            .and_modify(|old| {
                // A whole name is a better bearer of a surname than the surname itself.
                if whole && !old.contains(' ') {
                    old.clone_from(&key);
                }
            })
            .or_insert_with(|| key.clone());
        for short in other_surnames(name) {
            self.by_surname.entry(spelling_key(short)).or_insert_with(|| key.clone());
        }
        if let Some(title) = draft.title.as_ref().filter(|_| !draft.former) {
            self.by_title.entry(title.clone()).or_insert_with(|| key.clone());
        }
        let person = self.known.entry(key).or_default();
        if name.len() > person.name.len() {
            person.name = Arc::from(name);
        }
        if let Some(organisation) = &draft.organisation_name {
            person.party = Some(Arc::from(organisation.as_str()));
            person.organisation = true;
            person.party_written = true;
        } else if let Some((party, kind)) = &draft.party {
            let written = *kind != EntityKind::Person;
            if !draft.place && (person.party.is_none() || (written && !person.party_written)) {
                person.party = Some(Arc::clone(party));
                person.party_written = written;
                person.organisation =
                    matches!(kind, EntityKind::Body | EntityKind::ArmedGroup | EntityKind::Organisation);
            }
        }
        if draft.role.is_some() {
            person.former = draft.former;
        }
        person.sporting |= draft.sporting;
        person.voice_of_state |= draft.of_state && draft.speaks;
        if let Some((role, _)) = &draft.role
            && person.role.is_none_or(|old| old == Role::Voice)
        {
            person.role = Some(*role);
        }
    }

    /// Whom an office alone means.
    pub(super) fn holding(&self, title: &str) -> Option<&Person> {
        self.known.get(self.by_title.get(title)?)
    }

    /// The only person with an office that has this word in it: "minister" of a "foreign minister".
    pub(super) fn only_holding(&self, word: &str) -> Option<&Person> {
        let mut keys = self
            .by_title
            .iter()
            .filter(|(title, _)| title.split(' ').any(|part| part == word))
            .map(|(_, key)| key);
        let first = keys.next()?;
        keys.all(|key| key == first).then(|| self.known.get(first)).flatten()
    }

    /// The one leader of a country whom the article names: "the president", when nobody is named with that office.
    pub(super) fn leading(&self, country: &Arc<str>, title: &str) -> Option<&Person> {
        // Who is called prime minister is not the president.
        let holds_another =
            |key: &String| self.by_title.iter().any(|(other, holder)| holder == key && other != title);
        let mut own =
            self.known.iter().filter(|(key, _)| !holds_another(key)).map(|(_, person)| person).filter(
                |person| {
                    person.party.as_ref() == Some(country)
                        && !person.organisation
                        && !person.party_written
                        && matches!(person.role, None | Some(Role::Head))
                },
            );
        let first = own.next()?;
        own.all(|other| other.name == first.name).then_some(first)
    }

    /// Gives a bare surname that the world knows its full name and party, when the article speaks of that country or
    /// gives the bearer an office.
    pub(super) fn recognise(&mut self, names: &Gazetteer, entities: &[Entity]) {
        for person in self.known.values_mut() {
            if person.name.contains(' ') || person.party.is_some() {
                continue;
            }
            let Some((name, party)) = names.leader(&person.name) else { continue };
            let spoken_of = entities
                .iter()
                .any(|entity| entity.kind != EntityKind::Person && entity.party.as_ref() == Some(party));
            if spoken_of || person.role.is_some() {
                person.name = Arc::clone(name);
                person.party = Some(Arc::clone(party));
                person.organisation = names.adjective(party).is_none();
            }
        }
    }

    /// What is known of the person a phrase names.
    pub(super) fn named(&self, draft: &Draft) -> Option<&Person> {
        let name = name_of(draft)?;
        let full = Some(name).filter(|name| name.contains(' '));
        let own = full.and_then(|name| self.known.get(&spelling_key(name)));
        own.or_else(|| self.known.get(self.by_surname.get(&spelling_key(surname(name)))?))
    }
}

/// What else than the last word later sentences may call a person: "Haddad" for "al-Haddad", and the first word where the
/// family's name stands first ("Seo Min-jae").
fn other_surnames(name: &str) -> impl Iterator<Item = &str> {
    let last = surname(name);
    let bare = last
        .split_once('-')
        .filter(|(article, _)| matches!(*article, "al" | "Al" | "el" | "El" | "as" | "ar" | "ash" | "at"))
        .map(|(_, bare)| bare);
    let given_last = last.split_once('-').is_some_and(|(_, second)| second.starts_with(char::is_lowercase))
        && bare.is_none();
    let first = name.split_whitespace().next().filter(|first| given_last && *first != last);
    bare.into_iter().chain(first)
}

/// The person's name in a phrase.
fn name_of(draft: &Draft) -> Option<&str> {
    draft.known_person.as_deref().or(draft.person_name.as_deref())
}
