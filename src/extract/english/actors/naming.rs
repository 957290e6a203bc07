//! From a draft to a mention: for whom does this voice speak, and under which name is it kept. Comes in: a phrase, the
//! people and the memory of the article. Goes out: a mention, or nothing when a reference means nobody.
//!
//! An office speaks for its country or body ("the Kenyan foreign ministry" is Kenya); so does a leader whom the text
//! has to introduce with a country. A leader at home, whose country goes without saying, speaks for himself: there
//! the news is between him and others in his country. A person without a party keeps the name.

use std::ops::Range;
use std::sync::Arc;

use crate::extract::english::lexicon::actors as lexicon;
use crate::text::Tag;
use crate::text::english::view::View;
use crate::text::gazetteer::{EntityKind, Role};

use super::draft::Draft;
use super::gender::gender_behind;
use super::person::{People, Person};
use super::phrase::span_of;
use super::reference::{Memory, Named, Standing};
use super::standing::{is_done_to, is_governed, is_object, is_reported};
use super::unsaid::{of_many_states, own_body, own_group, own_party, short_name};
use super::{Kind, Mention};

/// Name, party and person of a mention.
pub(super) struct Known {
    name: Arc<str>,
    party: Option<Arc<str>>,
    person: Option<Arc<str>>,
    others: Vec<Arc<str>>,
    /// The two parties of "both sides".
    sides: Option<(Arc<str>, Arc<str>)>,
    kind: Kind,
}

impl Known {
    pub(super) fn party(name: &Arc<str>, kind: Kind) -> Self {
        Self {
            name: Arc::clone(name),
            party: Some(Arc::clone(name)),
            person: None,
            others: Vec::new(),
            sides: None,
            kind,
        }
    }

    pub(super) fn referring(named: &Named) -> Self {
        Self {
            name: Arc::clone(&named.name),
            party: named.party.clone(),
            person: named.person.clone(),
            others: named.others.clone(),
            sides: None,
            kind: Kind::Reference,
        }
    }

    /// An office named before: "the syndicate" stands for itself again.
    pub(super) fn office(named: &Named) -> Self {
        Self { kind: Kind::Office, person: None, ..Self::referring(named) }
    }
}

/// What a phrase mentions.
pub(super) fn mention(
    mut draft: Draft,
    sentence: usize,
    view: View<'_>,
    text: &str,
    people: &mut People,
    memory: &mut Memory,
) -> Option<Mention> {
    if own_party(&mut draft, sentence, memory) || own_body(&mut draft, sentence, people, memory) {
        people.learn(&draft);
    }
    let draft = &draft;
    let known = if draft.pronoun {
        reference(draft, sentence, view, text, memory).or_else(|| somebody(memory))?
    } else if let Some(person) = people.named(draft) {
        if person.sporting {
            return None;
        }
        of_person(draft, person, memory)
    } else if let Some(group) = short_name(draft, memory) {
        Known::office(group)
    } else if let Some(name) = &draft.organisation_name {
        Known::party(&Arc::from(name.as_str()), Kind::Party)
    } else if let Some(person) =
        office_holder(draft, sentence, people, memory).or_else(|| headline_holder(draft, sentence, people))
    {
        of_person(draft, person, memory)
    } else if let Some((role, tokens)) = &draft.role {
        match usurper(draft, view, memory) {
            Some(known) => known,
            None => of_role(draft, *role, tokens, sentence, view, text, memory),
        }
    } else if let Some(folk) = some_of_a_people(draft, view, text) {
        folk
    } else if let Some((party, _)) = &draft.party {
        Known::party(party, Kind::Party)
    } else {
        somebody(memory)?
    };
    let last = view.word(draft.tokens.end.saturating_sub(1));
    let mention = Mention {
        tokens: draft.tokens.clone(),
        span: span_of(view, draft.tokens.clone()),
        sentence,
        name: known.name,
        person: known.person,
        party: known.party,
        kind: known.kind,
        others: known.others,
        sides: known.sides,
        role: draft
            .role
            .as_ref()
            .map(|(role, _)| *role)
            .or_else(|| people.named(draft).and_then(|person| person.role)),
        owner: draft.owner,
        governed: is_governed(draft, view),
        object: is_done_to(draft, view),
        modifier: draft.adjective_only
            || (draft.place
                && draft.role.is_none()
                && people
                    .named(draft)
                    .is_none_or(|person| person.role.is_none() && !person.name.contains(' '))),
        plural: last.ends_with('s') && known.kind != Kind::Person
            || view.is(draft.tokens.start, &["they", "them"]),
    };
    if let Some(person) = mention.person.as_ref().filter(|_| known.kind == Kind::Person) {
        memory.note_gender(person, gender_behind(view, mention.tokens.clone()));
    }
    if !draft.medium {
        remember(draft, &mention, view, people, memory);
    }
    Some(mention)
}

/// "Thousands of Kenyans": many of a people are not their state.
fn some_of_a_people(draft: &Draft, view: View<'_>, text: &str) -> Option<Known> {
    let (party, _) = draft.party.as_ref().filter(|(_, kind)| *kind == EntityKind::Demonym)?;
    let first = view.word(draft.tokens.start);
    let crowd = matches!(first, "thousands" | "hundreds" | "tens" | "dozens" | "scores" | "crowds" | "many");
    let counted = crowd && draft.tokens.len() > 1;
    let last = draft.tokens.end.saturating_sub(1);
    let name = Arc::from(span_of(view, last..last + 1).of(text));
    counted.then(|| Known { name, ..Known::party(party, Kind::Folk) })
}

/// Takes a mention into memory, with how it stands in its sentence.
fn remember(draft: &Draft, mention: &Mention, view: View<'_>, people: &People, memory: &mut Memory) {
    let joins = |end: usize| {
        let gap = end..mention.tokens.start;
        (1..=4).contains(&gap.len())
            && gap.clone().all(|at| view.is(at, &[",", "and", "the", "both", "as", "well"]))
    };
    let standing = Standing {
        group: is_group(draft, people),
        armed: matches!(draft.party, Some((_, EntityKind::ArmedGroup))),
        reported: is_reported(draft, view),
        acts: matches!(view.tag(mention.tokens.end), Tag::Verb | Tag::Aux),
        embedded: view.is(mention.tokens.start.wrapping_sub(1), &["which", "whom"]),
    };
    memory.note(mention, &heads(draft, view), standing, joins);
}

/// Whether the phrase is of an organisation, not of a state.
fn is_group(draft: &Draft, people: &People) -> bool {
    draft.organisation.is_some()
        || people.named(draft).is_some_and(|person| person.organisation)
        || matches!(
            draft.party,
            Some((_, EntityKind::Body | EntityKind::ArmedGroup | EntityKind::Organisation))
        )
}

/// Whom words mean that only the rest of the article would explain, where it was not read.
fn somebody(memory: &Memory) -> Option<Known> {
    memory.is_partial().then(|| Known::party(&Arc::from("somebody"), Kind::Reference))
}

/// "The prime minister": the person the article names with this office, unless another country is named with it.
fn office_holder<'p>(
    draft: &Draft,
    sentence: usize,
    people: &'p People,
    memory: &Memory,
) -> Option<&'p Person> {
    // A title leaves the article out: "Kenya president agrees to quit".
    let named = draft.definite || sentence == 0 && draft.party.is_some() && !draft.former;
    let title = draft.title.as_ref().filter(|_| named && draft.organisation_name.is_none())?;
    // "Ada Brun, who leads the union": the union is not her.
    if lexicon::is_organisation(title) {
        return None;
    }
    let leads = draft.role.as_ref().is_some_and(|(role, _)| *role == Role::Head) && !draft.former;
    let person = people.holding(title).or_else(|| people.leading(memory.home()?, title).filter(|_| leads))?;
    let same = match (&draft.party, &person.party) {
        (Some((named, _)), Some(own)) => named == own,
        (Some((named, _)), None) => Some(named) == memory.home(),
        // "The police minister" is not the one who is a minister of something else.
        (None, _) if title == "minister" => draft.tokens.len() <= 2,
        (None, _) => draft.tokens.len() <= title.split(' ').count() + 2,
    };
    same.then_some(person)
}

/// "Minister threatens to quit" as the title: the one person of the article whose office is called so.
fn headline_holder<'p>(draft: &Draft, sentence: usize, people: &'p People) -> Option<&'p Person> {
    let bare = sentence == 0 && draft.party.is_none() && draft.tokens.len() == 1 && draft.person.is_none();
    people.only_holding(draft.title.as_ref().filter(|title| bare && !title.ends_with('s'))?)
}

/// The words by which later sentences may mean this mention: "the ministry", "the syndicate", "the students".
fn heads(draft: &Draft, view: View<'_>) -> Vec<String> {
    if let Some(name) = &draft.organisation_name {
        return name
            .split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
            .filter(|word| word.len() > 3)
            .collect();
    }
    let mut heads = Vec::new();
    // "The European Union's envoy … the union": a body goes on under the last word of its name.
    if let Some((party, EntityKind::Body | EntityKind::Organisation)) = &draft.party {
        heads.extend(party.rsplit_once(' ').map(|(_, last)| last.to_lowercase()));
    }
    if let Some((_, EntityKind::ArmedGroup)) = &draft.party
        && draft.tokens.len() > 1
    {
        heads.push(view.word(draft.tokens.end.saturating_sub(1)).to_owned());
    }
    if let Some((_, tokens)) = draft.role.as_ref().filter(|_| draft.party.is_some()) {
        heads.push(view.word(tokens.end.saturating_sub(1)).to_owned());
    }
    // "The miners' union … the union".
    if draft.role.is_some() && view.is(draft.tokens.start.wrapping_sub(1), &["'"]) {
        heads.push(view.word(draft.tokens.end.saturating_sub(1)).to_owned());
    }
    heads
}

fn reference(draft: &Draft, sentence: usize, view: View<'_>, text: &str, memory: &Memory) -> Option<Known> {
    let word = view.word(draft.tokens.start);
    // "Both deny it" are the two named last; "both sides" are those of the matter.
    let sides = word == "both" && draft.tokens.len() > 1;
    let named = memory.pronoun(word, sentence, is_object(view, draft.tokens.start));
    if let Some(named) = named.filter(|_| !sides) {
        return Some(Known::referring(named));
    }
    if draft.tokens.len() == 1 {
        return None;
    }
    // "All parties" are more than two, unless the article is about the war of two.
    let at_war = || {
        memory.rivals().is_some_and(|(one, other)| {
            memory.fighters().is_some_and(|fighters| fighters == one || fighters == other)
        })
    };
    if view.is(draft.tokens.start, &["all"]) && !at_war() {
        let words = span_of(view, draft.tokens.clone()).of(text).replace("all the ", "all ");
        let name = Arc::from(words.to_lowercase());
        return Some(Known {
            name,
            party: None,
            person: None,
            others: Vec::new(),
            sides: None,
            kind: Kind::Reference,
        });
    }
    // At home the other side is often nobody whom the world knows; whoever is named next is not it.
    let rivals = memory.rivals().filter(|_| !memory.domestic() || at_war());
    let sides = rivals.map(|(one, other)| (Arc::clone(one), Arc::clone(other)));
    let name: Arc<str> = match rivals {
        Some((one, other)) => Arc::from(format!("{one} and {other}")),
        None => Arc::from("both sides"),
    };
    Some(Known { name, party: None, person: None, others: Vec::new(), sides, kind: Kind::Reference })
}

/// "The junta": of the country it was named with, else of the one spoken of.
fn usurper(draft: &Draft, view: View<'_>, memory: &mut Memory) -> Option<Known> {
    let title = draft.title.as_ref()?;
    let last = title.rsplit(' ').next().unwrap_or_default();
    if !lexicon::is_usurper(title) && !lexicon::is_usurper(last) {
        return None;
    }
    match &draft.party {
        Some((party, EntityKind::Country | EntityKind::Demonym | EntityKind::Capital)) => {
            memory.note_usurped(party);
            None
        }
        Some(_) => None,
        None => {
            let place = span_of(view, draft.tokens.clone()).start;
            Some(Known::party(&memory.usurped(place)?, Kind::Office))
        }
    }
}

fn of_person(draft: &Draft, person: &Person, memory: &Memory) -> Known {
    let role = draft.role.as_ref().map(|(role, _)| *role).or(person.role);
    let own = Some(Arc::clone(&person.name));
    let state = person.voice_of_state
        || role.is_none_or(|role| role.speaks_for_state() || role == Role::Voice || role == Role::Court);
    let home = memory.home();
    // A former minister speaks for nobody but himself.
    if person.former && !person.organisation {
        return Known {
            name: Arc::clone(&person.name),
            party: person.party.clone(),
            person: own,
            others: Vec::new(),
            sides: None,
            kind: Kind::Person,
        };
    }
    let party = match (&person.party, role) {
        (Some(party), _) => Some(Arc::clone(party)),
        // An office without a country is of the country at home, and where there is none, nobody knows of which.
        (None, Some(Role::Head | Role::Minister | Role::Ministry | Role::Government | Role::Police))
            if memory.settled() =>
        {
            home.cloned()
        }
        (None, _) if person.voice_of_state && memory.settled() => home.cloned(),
        (None, _) => None,
    };
    // A head of state whose country goes without saying is at home.
    let unsaid = matches!(role, None | Some(Role::Head)) && !person.party_written && memory.settled();
    let at_home =
        party.is_some() && party.as_ref() == home && !person.organisation && (memory.domestic() || unsaid);
    let leads = matches!(role, Some(Role::Head)) || role.is_none();
    let name = match &party {
        Some(party) if state && !(at_home && leads) => Arc::clone(party),
        Some(party) if person.organisation => Arc::clone(party),
        _ => Arc::clone(&person.name),
    };
    Known { name, party, person: own, others: Vec::new(), sides: None, kind: Kind::Person }
}

#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
fn of_role(
    draft: &Draft,
    role: Role,
    tokens: &Range<usize>,
    sentence: usize,
    view: View<'_>,
    text: &str,
    memory: &Memory,
) -> Known {
    let word = view.word(tokens.end.saturating_sub(1));
    let written: Arc<str> = Arc::from(plain_words(draft, view, text).as_str());
    let kept = |party: Option<Arc<str>>, kind: Kind| Known {
        name: Arc::clone(&written),
        party,
        person: None,
        others: Vec::new(),
        sides: None,
        kind,
    };
    let separatist = (draft.tokens.start..draft.tokens.end)
        .any(|at| view.word(at).starts_with("separatist") || view.is(at, &["breakaway"]));
    if let Some(territory) = memory.territory().filter(|_| separatist) {
        return Known::party(territory, Kind::Office);
    }
    // "The Caribbean bloc", in a title "Bloc": the union of states that the article names.
    if let Some(bloc) = memory.bloc().filter(|_| word == "bloc" && draft.possessor.is_none()) {
        return Known::party(bloc, Kind::Office);
    }
    if let Some(known) = own_group(draft, word, sentence, memory) {
        return known;
    }
    if let Some(known) = of_many_states(draft, word, view, memory, || kept(None, Kind::Office)) {
        return known;
    }
    let state = role.speaks_for_state() || role == Role::Voice;
    if draft.title.as_ref().is_some_and(|title| title.starts_with("protest movement")) {
        return Known { name: Arc::from("protesters"), ..kept(None, Kind::Folk) };
    }
    // "Retired officers" and "former ministers" speak for nobody but themselves.
    if draft.former && word.ends_with('s') && draft.title.as_ref().is_some_and(|title| title.ends_with('s')) {
        return kept(draft.party.as_ref().map(|(party, _)| Arc::clone(party)), Kind::Folk);
    }
    if role == Role::People && lexicon::is_kin(word) && draft.party.is_none() {
        return Known { name: Arc::from("relatives"), ..kept(None, Kind::Folk) };
    }
    // "The paramilitary leader" speaks for the armed group named last, not for the state.
    if draft.armed && matches!(role, Role::Government | Role::Military | Role::Voice) {
        let party = draft
            .party
            .as_ref()
            .filter(|(_, kind)| matches!(kind, EntityKind::ArmedGroup))
            .map(|(party, _)| party);
        return match (party, memory.group()) {
            (Some(party), _) => Known::party(party, Kind::Office),
            (None, Some(group)) => Known::office(group),
            (None, None) => match memory.fighters() {
                Some(group) => Known::party(group, Kind::Office),
                None => kept(None, Kind::Office),
            },
        };
    }
    match (&draft.party, role) {
        (Some((party, EntityKind::Body | EntityKind::ArmedGroup | EntityKind::Organisation)), _) => {
            Known::party(party, Kind::Office)
        }
        (Some((party, EntityKind::City | EntityKind::Region)), _) if !state => {
            kept(Some(Arc::clone(party)), Kind::Office)
        }
        (Some((_, EntityKind::City | EntityKind::Region)), _) => {
            memory.home().map_or_else(|| kept(None, Kind::Office), |home| Known::party(home, Kind::Office))
        }
        (Some((party, _)), _) if state => Known::party(party, Kind::Office),
        (Some((party, _)), Role::Protesters | Role::People) => kept(Some(Arc::clone(party)), Kind::Folk),
        (Some((party, _)), _) => kept(Some(Arc::clone(party)), Kind::Office),
        // "Representatives of" some name, told by it ("Volksbau representatives"), are not the state's.
        (None, Role::Government)
            if view.tag_before(draft.tokens.start) == Tag::ProperNoun && word == "representatives" =>
        {
            kept(None, Kind::Folk)
        }
        // "A leader who refuses all talks": anybody's.
        (None, _) if word == "leader" && view.is(draft.tokens.start, &["a", "an"]) => kept(None, Kind::Folk),
        (None, Role::Voice) => memory.role(role).map_or_else(|| kept(None, Kind::Office), Known::office),
        (None, Role::Protesters) if memory.word(word).is_some() && draft.definite => {
            memory.word(word).map_or_else(|| kept(None, Kind::Folk), Known::office)
        }
        // A bare "minister threatens to quit" of a title is of either country.
        (None, Role::Minister) if !draft.definite && !memory.settled() => kept(None, Kind::Office),
        (None, Role::Ministry | Role::Minister) => named_or_home(memory, word, || kept(None, Kind::Office)),
        (None, _) if state => {
            memory.home().map_or_else(|| kept(None, Kind::Office), |home| Known::party(home, Kind::Office))
        }
        // "The ruling party" is none of those named in the fight.
        (None, Role::Civil) if draft.tokens.clone().any(|at| view.is(at, &["ruling", "governing"])) => {
            kept(None, Kind::Office)
        }
        // No charity is a party; an armed group may be.
        (None, Role::Civil) if draft.definite && word == "party" => memory
            .word(word)
            .map(Known::office)
            .or_else(|| memory.fighters().map(|group| Known::party(group, Kind::Office)))
            .or_else(|| memory.peaceful().map(Known::office))
            .unwrap_or_else(|| kept(None, Kind::Office)),
        // "The federation of Kalama" is not the one named before.
        (None, Role::Civil) if view.is(tokens.end, &["of"]) => kept(None, Kind::Office),
        (None, Role::Civil) if draft.definite => memory
            .word(word)
            .or_else(|| memory.firm().filter(|_| lexicon::is_firm_word(word)))
            .or_else(|| {
                if lexicon::may_fight(word) {
                    memory.group()
                } else {
                    memory.peaceful().filter(|_| lexicon::is_group_word(word))
                }
            })
            .map_or_else(|| kept(None, Kind::Office), Known::office),
        (None, Role::Rebels) if draft.definite => {
            let named = memory.word(word).or_else(|| memory.role(role));
            let armed = draft.armed || word.starts_with("paramilitar") || INSURGENTS.contains(&word);
            let group = memory.fighters().filter(|_| armed);
            match (named, group) {
                (Some(named), _) => Known::office(named),
                (None, Some(group)) => Known::party(group, Kind::Office),
                (None, None) => kept(None, Kind::Folk),
            }
        }
        (None, Role::Protesters)
            if matches!(
                word,
                "protesters" | "protestors" | "demonstrators" | "crowd" | "crowds" | "marchers" | "rally"
            ) =>
        {
            Known {
                name: Arc::from("protesters"),
                party: None,
                person: None,
                others: Vec::new(),
                sides: None,
                kind: Kind::Folk,
            }
        }
        (None, Role::Protesters | Role::People | Role::Rebels) => kept(None, Kind::Folk),
        (None, _) => kept(None, Kind::Office),
    }
}

/// Words for those who rise in arms, when only one such group is spoken of. Gunmen and attackers may be anybody.
const INSURGENTS: &[&str] = &["rebels", "insurgents", "guerrillas", "guerillas", "militants", "jihadists"];

fn named_or_home(memory: &Memory, word: &str, otherwise: impl FnOnce() -> Known) -> Known {
    // "The ministry" is the last one that was called so; a mission or an office abroad is another thing.
    if let Some(named) = memory.word(word) {
        return Known::office(named);
    }
    memory.home().map_or_else(otherwise, |home| Known::party(home, Kind::Office))
}

/// The words of a phrase without its determiner, amount and brackets: "hundreds of angry villagers" is "villagers".
fn plain_words(draft: &Draft, view: View<'_>, text: &str) -> String {
    let mut start = draft.tokens.start;
    let role = draft.role.as_ref().map_or(start, |(_, tokens)| tokens.start);
    while start < role
        && (matches!(view.tag(start), Tag::Determiner | Tag::Number) || lexicon::is_opening(view.word(start)))
    {
        start += 1;
    }
    // "The employers' federation": whose it is tells it from others.
    if start == draft.tokens.start
        && view.is(start.wrapping_sub(1), &["'"])
        && view.tag(start - 2) == Tag::Noun
        && !view.capital(start - 2)
    {
        start -= 2;
    }
    let mut end = draft.tokens.end;
    if let Some(bracket) = (start..end).find(|&at| view.is(at, &["("])) {
        end = bracket;
    }
    span_of(view, start..end.min(start + 9)).of(text).to_owned()
}
