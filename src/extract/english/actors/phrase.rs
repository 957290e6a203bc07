//! Finds phrases that name somebody: "the Kenyan foreign ministry", "Prime Minister of Iceland Jon Berg", "hundreds
//! of demonstrators", "the Harbour Workers' League". Comes in: a sentence and the names in it. Goes out: drafts,
//! each with the names, role and person written in it. Never resolves a reference and never looks at verbs.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::belonging::outranks;
use super::draft::{Draft, own_country, possessor, pronoun};
use super::proper::{Sort, introduces_bearer, is_calling, is_title, names_a_thing, starts_speech};
use crate::extract::english::lexicon::actors as lexicon;
use crate::model::Span;
use crate::text::english::tag;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::gazetteer::{Entity, EntityKind, Role};
use crate::text::{Analysis, Tag, TokenKind};

/// After these a capitalised word is a place more often than anybody.
const PREPOSITIONS_OF_PLACE: &[&str] =
    &["in", "near", "at", "around", "outside", "across", "inside", "towards"];

static AMOUNTS: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(lexicon::is_amount));
static FILLERS: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(lexicon::is_filler));

/// Whether the word stands with its capital inside a sentence of the text, or is not known otherwise.
fn is_named(text: &str, word: Span) -> bool {
    let written = word.of(text);
    let inside = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        before.ends_with(' ') && !before.trim_end().ends_with(['.', '!', '?', ':', '“', '"'])
    };
    written.starts_with(char::is_uppercase)
        && (!tag::is_known(&written.to_lowercase())
            || written.chars().next().is_some_and(|first| {
                // One letter is found faster than several.
                let mut begins = text.match_indices(first).map(|(at, _)| at);
                begins.any(|at| {
                    let again = || text.get(at..).is_some_and(|rest| rest.starts_with(written));
                    at != word.start && again() && inside(at)
                })
            }))
}

/// Whether a phrase that names somebody may begin at `at` with a word that is no known name.
pub(in crate::extract) fn may_begin(text: &str, view: View<'_>, at: usize) -> bool {
    let first = at == view.start;
    let word = || view.kind(at) == TokenKind::Word && !lexicon::is_no_name(view.word(at));
    let named = || view.token(at).is_some_and(|token| is_named(text, token.span));
    let name = || word() && (!first || introduces_bearer(view, at + 1) || named());
    let capital = view.capital(at) && (is_title(view, at) || name());
    capital || pronoun(view, at).is_some()
}

/// Reads phrases in the sentences of one article.
pub(super) struct PhraseReader<'a> {
    entities: &'a [Entity],
    pub(super) introduced: &'a BTreeMap<String, String>,
    pub(super) text: &'a str,
    /// Words written with a capital inside a sentence somewhere in the body: names, even at the start of one.
    pub(super) capitals: BTreeSet<&'a str>,
    /// Capitalised words that stand alone after "in", "near" and the like somewhere: places, not people.
    places: BTreeSet<&'a str>,
    /// Whether capitals tell nothing in the sentence that is being read.
    pub(super) loose: Cell<bool>,
}

impl<'a> PhraseReader<'a> {
    pub(super) fn new(
        analysis: &'a Analysis<'a>,
        entities: &'a [Entity],
        introduced: &'a BTreeMap<String, String>,
        partial: bool,
    ) -> Self {
        let mut capitals = BTreeSet::new();
        let mut places = BTreeSet::new();
        for (index, sentence) in analysis.sentences.iter().enumerate() {
            let view = analysis.view(index);
            // A sentence that was not read would tell of the first word of this one whether it is a name.
            if partial && view.token(view.start).is_some_and(|first| is_named(analysis.text, first.span)) {
                capitals.insert(view.word(view.start));
            }
            if sentence.paragraph == 0 || sentence.heading {
                continue;
            }
            for at in view.start + 1..view.end {
                if view.capital(at) && !starts_speech(view, at) {
                    capitals.insert(view.word(at));
                    // "Al-Karim" is "Karim" later.
                    capitals.extend(view.word(at).split_once('-').map(|(_, bare)| bare));
                    let alone = !view.capital(at + 1);
                    if alone && view.is(at - 1, PREPOSITIONS_OF_PLACE) {
                        places.insert(view.word(at));
                    }
                }
            }
        }
        Self { entities, introduced, text: analysis.text, capitals, places, loose: Cell::new(false) }
    }

    /// The text of a run of tokens.
    fn words(&self, view: View<'_>, run: Range<usize>) -> String {
        span_of(view, run).of(self.text).to_owned()
    }

    /// The phrases of a sentence, in order, not overlapping.
    pub(super) fn drafts(&self, view: View<'_>, headline: bool) -> Vec<Draft> {
        let words = || {
            (view.start..view.end).filter(|&at| view.kind(at) == TokenKind::Word && view.word(at).len() > 3)
        };
        let small = words()
            .filter(|&at| {
                view.token(at).is_some_and(|token| token.span.of(self.text).chars().any(char::is_lowercase))
            })
            .count();
        // In a headline where most words have a capital, and where everything is in capitals, a capital tells no name.
        let capitals = words().filter(|&at| view.capital(at)).count();
        let everything = headline && capitals * 2 > words().count();
        self.loose.set(everything || small == 0);
        let mut drafts = Vec::new();
        let mut at = view.start;
        while at < view.end {
            match self.phrase(view, at) {
                Some(draft) => {
                    // "Berg, herself a former minister": what somebody is besides is nobody else.
                    let besides = view.is(at.wrapping_sub(1), &["himself", "herself", "itself"])
                        && view.is(at, &["a", "an", "the"]);
                    at = draft.tokens.end.max(at + 1);
                    if !besides {
                        drafts.push(draft);
                    }
                }
                None => at += 1,
            }
        }
        drafts
    }

    /// The name of the gazetteer that begins at a token, with the token after it.
    pub(super) fn entity(&self, view: View<'_>, at: usize) -> Option<(&'a Entity, usize)> {
        let span = view.token(at)?.span;
        let index = self.entities.partition_point(|entity| entity.span.start < span.start);
        let entity = self.entities.get(index).filter(|entity| entity.span.start == span.start)?;
        let mut end = at + 1;
        while view.token(end - 1).is_some_and(|token| token.span.end < entity.span.end) && end < view.end {
            end += 1;
        }
        view.token(end - 1).is_some_and(|token| token.span.end >= entity.span.end).then_some((entity, end))
    }

    fn phrase(&self, view: View<'_>, start: usize) -> Option<Draft> {
        if let Some(draft) = pronoun(view, start).or_else(|| own_country(view, start)) {
            return Some(draft);
        }
        let mut draft = Draft { tokens: start..start, ..Draft::default() };
        let mut at = self.opening(view, start, &mut draft)?;
        let first = at;
        loop {
            let before = at;
            at = self.piece(view, at, &mut draft).unwrap_or(at);
            if at > before {
                continue;
            }
            at = self.possessive(view, at, &mut draft).unwrap_or(at);
            if at > before {
                continue;
            }
            at = self.filler(view, at, first, &draft).unwrap_or(at);
            if at > before {
                continue;
            }
            at = self.complement(view, at, &mut draft).unwrap_or(at);
            if at > before {
                continue;
            }
            at = acronym_in_brackets(view, at, &draft).unwrap_or(at);
            if at == before {
                break;
            }
        }
        if draft.is_empty() {
            return None;
        }
        draft.tokens = start..at;
        self.apposition(view, &mut draft);
        draft.owner = view.is(draft.tokens.end, &["'s", "'"]);
        draft.settle(view);
        draft.person_name = draft.person.clone().map(|run| self.words(view, run));
        draft.organisation_name =
            draft.long_name.take().or_else(|| draft.organisation.clone().map(|run| self.words(view, run)));
        Some(draft)
    }

    /// Determiners and amounts: where the first piece may begin.
    pub(super) fn opening(&self, view: View<'_>, start: usize, draft: &mut Draft) -> Option<usize> {
        let mut at = start;
        if view.is(at, &["the", "its", "his", "her", "their", "our", "your", "this", "these", "those"]) {
            draft.definite = true;
            draft.possessor = possessor(view, at);
            let counted = |at: usize| view.tag(at) == Tag::Number || AMOUNTS.at(view, at);
            draft.some_of = view.is(at.wrapping_sub(1), &["of"]) && counted(at.wrapping_sub(2));
            at += 1;
        } else if view.is(at, &["a", "an", "another", "all", "both", "each", "other", "more"]) {
            at += 1;
        }
        while (AMOUNTS.at(view, at)
            && (view.is(at + 1, &["of"]) || view.is(at, &["several", "many", "some", "most"])))
            || view.tag(at) == Tag::Number
        {
            at += 1 + usize::from(view.is(at + 1, &["of"]));
            at += usize::from(view.is(at, &["the", "other"]));
        }
        if FILLERS.at(view, at) && self.entity(view, at).is_none() {
            // "The Northern Front" is a name, "the northern front" is one of several.
            let named = self.filler_opens_name(view, at);
            let of_body = named && lexicon::is_organisation(view.word(at + 1));
            at = match self.over_fillers(view, at).filter(|_| !of_body) {
                Some(end) => end,
                None if named => at,
                None => return None,
            };
        }
        let opens = self.entity(view, at).is_some() || self.is_name_word(view, at) || is_title(view, at);
        (opens || self.filler_opens_name(view, at)).then_some(at)
    }

    /// Where a run of at most four fillers ends, when a name or role follows it.
    pub(super) fn over_fillers(&self, view: View<'_>, start: usize) -> Option<usize> {
        let mut at = start;
        while at < start + 4 && self.entity(view, at).is_none() {
            let describes = FILLERS.at(view, at) || (view.tag(at) == Tag::Adjective && !view.capital(at));
            if !describes {
                return None;
            }
            at += 1;
        }
        self.entity(view, at).is_some().then_some(at)
    }

    /// A name or role at `at`.
    pub(super) fn piece(&self, view: View<'_>, at: usize, draft: &mut Draft) -> Option<usize> {
        if let Some((entity, end)) = self.entity(view, at) {
            return self.known_piece(view, at, end, entity, draft);
        }
        let opens_name = draft.is_empty() && self.filler_opens_name(view, at);
        if draft.person.is_some()
            || draft.known_person.is_some()
            || !(opens_name || self.is_name_word(view, at))
        {
            return None;
        }
        if let Some(minister) = self.before_office(view, at) {
            return Some(minister);
        }
        if is_title(view, at) {
            return (view.capital(at + 1) || view.is(at + 1, &["."]))
                .then_some(at + 1 + usize::from(view.is(at + 1, &["."])));
        }
        let mut end = self.name_run(view, at);
        // "University students", "Party members": a capital that only begins a sentence.
        let opens = end == at + 1 && at == view.start && lexicon::is_organisation(view.word(at));
        if opens && view.tag(end) == Tag::Noun && !view.capital(end) {
            return None;
        }
        // "The Catholic bishops": people, told by what they are.
        if end == at + 1 && draft.is_empty() && is_calling(view, end) {
            draft.title = Some(self.words(view, end..end + 1).to_lowercase());
            draft.role = Some((Role::People, end..end + 1));
            return Some(end + 1);
        }
        // "Volksbau finance director Jon Berg": the name of whoever has such an office is an undertaking's.
        if draft.is_empty()
            && let Some(office) = self.office_of_body(view, end)
        {
            draft.organisation = Some(at..end);
            return Some(if view.is(end, &["'s", "'"]) { end } else { office });
        }
        // "Sky News": the word alone is no name, behind one it makes a broadcaster.
        let broadcasts = view.is(end, &["news"]) && view.capital(end) && !self.loose.get();
        end += usize::from(broadcasts);
        if let Some(long) = self.introduced.get(view.token(at)?.span.of(self.text)).filter(|_| end == at + 1)
        {
            if draft.party.as_ref().is_some_and(|(_, kind)| !matches!(kind, EntityKind::Demonym)) {
                return None;
            }
            draft.long_name = Some(long.clone());
            draft.organisation = Some(at..end);
            return Some(end);
        }
        let definite = at > draft.tokens.start
            && view.is(at - 1, &["the"])
            && draft.role.is_none()
            && draft.party.is_none();
        let place = is_of_place(draft);
        let sort = match self.sort_of(view, at..end, definite) {
            // "The Nkolo gold mine": the name is of what the small words say.
            _ if broadcasts => Sort::Medium,
            _ if names_a_thing(view, end) => Sort::Thing,
            // "Nairobi West": a quarter of the town.
            Sort::Person if place && draft.role.is_none() => Sort::Thing,
            sort => sort,
        };
        self.keep_name(view, at..end, sort, draft);
        Some(end)
    }

    /// Notes in the draft what an unknown name is of.
    fn keep_name(&self, view: View<'_>, run: Range<usize>, sort: Sort, draft: &mut Draft) {
        let Range { start: at, end } = run;
        draft.medium |= sort == Sort::Medium;
        draft.thing |= sort == Sort::Thing;
        if sort == Sort::Person {
            draft.place |= end == at + 1
                && draft.role.is_none()
                && draft.party.is_none()
                && self.places.contains(view.word(at));
            draft.person = Some(at..end);
        } else {
            let named_after = matches!(
                draft.party,
                Some((_, EntityKind::Country | EntityKind::Demonym | EntityKind::Territory))
            ) || is_of_place(draft);
            let before = named_after && draft.role.is_none();
            draft.organisation = Some(if before { draft.tokens.start.max(at - 1) } else { at }..end);
        }
    }

    /// "Water Minister Ada Brun", "Justice and Labour Minister": where the office begins behind what it is for.
    fn before_office(&self, view: View<'_>, at: usize) -> Option<usize> {
        let office = |office: usize| {
            view.capital(office)
                && self.entity(view, office).is_some_and(|(entity, _)| {
                    matches!(entity.kind, EntityKind::Role(Role::Minister | Role::Ministry))
                })
        };
        let free = |at: usize| self.is_name_word(view, at) && self.entity(view, at).is_none();
        if office(at + 1) {
            return Some(at + 1);
        }
        let second = at + 1 + usize::from(view.is(at + 1, &["and"]));
        (free(second) && office(second + 1)).then_some(second + 1)
    }

    /// A name of the gazetteer, when it can belong to the phrase read so far.
    fn known_piece(
        &self,
        view: View<'_>,
        at: usize,
        end: usize,
        entity: &Entity,
        draft: &mut Draft,
    ) -> Option<usize> {
        match entity.kind {
            EntityKind::Role(_) if view.is(at, &["side"]) && draft.party.is_none() => None,
            EntityKind::Role(role) => self.role_piece(view, at..end, role, draft),
            EntityKind::Person => {
                if draft.person.is_some() || draft.known_person.is_some() {
                    return None;
                }
                draft.known_person = Some(Arc::clone(&entity.name));
                if draft.party.is_none() {
                    draft.party = entity.party.clone().map(|party| (party, EntityKind::Person));
                }
                Some(end)
            }
            _ if draft.role.is_some() || draft.person.is_some() || draft.known_person.is_some() => None,
            _ => {
                let party = entity.party.clone()?;
                match &draft.party {
                    None => {
                        draft.place = matches!(entity.kind, EntityKind::City | EntityKind::Region);
                        draft.party =
                            Some((if draft.place { Arc::clone(&entity.name) } else { party }, entity.kind));
                    }
                    // "Russian Chechen leaders", "US Navy": the first name keeps the phrase.
                    Some((_, EntityKind::Demonym)) if matches!(entity.kind, EntityKind::Demonym) => {}
                    Some((_, EntityKind::Demonym))
                        if matches!(
                            entity.kind,
                            EntityKind::ArmedGroup | EntityKind::Body | EntityKind::Organisation
                        ) =>
                    {
                        draft.party = Some((party, entity.kind));
                    }
                    Some(_) => return None,
                }
                Some(end)
            }
        }
    }

    /// A role, when it can belong to the phrase read so far: an office, or the last word of a name.
    fn role_piece(&self, view: View<'_>, run: Range<usize>, role: Role, draft: &mut Draft) -> Option<usize> {
        let Range { start: at, end } = run;
        // "the Harbour Workers' Union": a role with a capital after a name is part of an organisation's name.
        let organisation = view.capital(at) && at > view.start && role == Role::Civil && !self.loose.get();
        // "The Harbour Pilots' Syndicate": the owner and what it owns are one name.
        if organisation
            && draft.role.is_none()
            && view.is(at - 1, &["'s", "'"])
            && let Some(run) = &mut draft.organisation
        {
            run.end = self.name_run(view, end).max(end);
            return Some(run.end);
        }
        if organisation && (draft.person.is_some() || draft.party.is_some()) && draft.role.is_none() {
            let start = draft.person.take().map_or(at - 1, |person| person.start);
            // "The Kenya Pilots' Syndicate": the name goes on after the mark.
            let goes_on = view.capital(end) || view.is(end, &["'"]) && view.capital(end + 1);
            let end = if goes_on { self.name_run(view, end).max(end) } else { end };
            draft.organisation = Some(start..end);
            return Some(end);
        }
        if draft.person.is_some() || draft.known_person.is_some() {
            return None;
        }
        // "The Miners' Federation": a name that begins with its owners.
        if draft.is_empty()
            && view.capital(at)
            && !self.loose.get()
            && view.is(end, &["'s", "'"])
            && view.capital(end + 1)
            && lexicon::is_organisation(view.word(end + 1))
        {
            let run = self.name_run(view, end + 1).max(end + 2);
            draft.organisation = Some(at..run);
            return Some(run);
        }
        // "Mothers for Peace", "Farmers Against Tolls": a name that begins with people.
        if view.capital(at)
            && draft.role.is_none()
            && draft.party.is_none()
            && !self.loose.get()
            && matches!(role, Role::Protesters | Role::People | Role::Civil)
        {
            let run = self.name_run(view, at);
            let two_causes = (at..run).any(|at| view.is(at, &["and", "&"]));
            if run > at + 1 && (view.capital(at + 1) || two_causes) {
                draft.organisation = Some(at..run);
                return Some(run);
            }
        }
        draft.title = Some(self.words(view, at..end).to_lowercase());
        if draft.role.as_ref().is_none_or(|(old, _)| outranks(role, *old)) {
            let start = draft.role.as_ref().map_or(at, |(_, tokens)| tokens.start);
            draft.role = Some((role, start..end));
        } else if let Some((_, tokens)) = &mut draft.role {
            tokens.end = end;
        }
        Some(end)
    }

    /// "'s" between an owner and a role or a person: "Kenya's army", "Benin's Patrice Moreau".
    pub(super) fn possessive(&self, view: View<'_>, at: usize, draft: &mut Draft) -> Option<usize> {
        let office = view.is(at + 1, &["office", "administration", "cabinet", "camp", "team"]);
        if !view.is(at, &["'s", "'"]) || draft.role.is_some() && !office || draft.place {
            return None;
        }
        let next = if self.entity(view, at + 1).is_some() {
            at + 1
        } else if let Some(office) = self.office_of_body(view, at).filter(|_| draft.organisation.is_some()) {
            office
        } else {
            self.over_fillers(view, at + 1).unwrap_or(at + 1)
        };
        let role =
            self.entity(view, next).is_some_and(|(entity, _)| matches!(entity.kind, EntityKind::Role(_)));
        let person = draft.party.is_some()
            && self.entity(view, next).is_some_and(|(entity, _)| entity.kind == EntityKind::Person);
        // "President Jon Berg's office": his voice.
        let named = draft.person.is_some() || draft.known_person.is_some();
        if named && view.is(at + 1, &["office", "administration", "cabinet", "camp", "team"]) {
            draft.role = draft.role.take().or(Some((Role::Voice, at + 1..at + 2)));
            return Some(at + 2);
        }
        if let Some(name) = draft.person.clone().filter(|_| role) {
            // The owner is a person: "Arlen's spokesman" speaks for Arlen.
            draft.person = Some(name);
            let (entity, end) = self.entity(view, next)?;
            if let EntityKind::Role(role) = entity.kind {
                draft.role = Some((role, next..end));
                return Some(end);
            }
        }
        (role || person).then_some(next)
    }

    /// Adjectives and nouns between two pieces.
    pub(super) fn filler(&self, view: View<'_>, at: usize, first: usize, draft: &Draft) -> Option<usize> {
        if at == first || draft.person.is_some() || draft.known_person.is_some() {
            return None;
        }
        let end = self.over_fillers(view, at).filter(|&end| end > at)?;
        let (entity, _) = self.entity(view, end)?;
        matches!(entity.kind, EntityKind::Role(_) | EntityKind::Person).then_some(end)
    }
}

/// "(HWL)" after a name belongs to it.
fn acronym_in_brackets(view: View<'_>, at: usize, draft: &Draft) -> Option<usize> {
    let follows_name = draft.organisation.is_some() || draft.party.is_some() || draft.role.is_some();
    (follows_name && view.is(at, &["("]) && view.capital(at + 1) && view.is(at + 2, &[")"])).then_some(at + 3)
}

/// From the first byte of a run of tokens to the last.
pub(super) fn span_of(view: View<'_>, run: Range<usize>) -> Span {
    let start = view.token(run.start).map_or(0, |token| token.span.start);
    let end = run.end.checked_sub(1).and_then(|last| view.token(last)).map_or(start, |token| token.span.end);
    Span { start, end }
}

/// Whether the phrase began with a town or a region.
fn is_of_place(draft: &Draft) -> bool {
    matches!(draft.party, Some((_, EntityKind::Capital | EntityKind::City | EntityKind::Region)))
}
