//! A phrase that names somebody before its references are resolved. Comes in: the tokens of the phrase as its pieces
//! were found. Goes out: what the phrase can be said to be. Never looks for the phrase itself.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::extract::english::lexicon::actors as lexicon;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::english::word_class::is_noun_or_verb;
use crate::text::gazetteer::{EntityKind, Role};
use crate::text::{Tag, VerbForm};

/// A phrase before its references are resolved.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is a question of its own about the words")]
pub(super) struct Draft {
    pub(super) tokens: Range<usize>,
    /// The party named in it, with the kind of name: "Kenyan" in "the Kenyan army".
    pub(super) party: Option<(Arc<str>, EntityKind)>,
    /// A person of the gazetteer, with the party.
    pub(super) known_person: Option<Arc<str>>,
    /// The office as named here, "prime minister", by which later sentences may mean the person.
    pub(super) title: Option<String>,
    /// The pronoun of "its", "his", "her", "their" at the beginning.
    pub(super) possessor: Option<&'static str>,
    /// "Eleven of its lawmakers": only some of them.
    pub(super) some_of: bool,
    /// "Former", "ousted", "late": the office is held no more.
    pub(super) former: bool,
    /// A newspaper, broadcaster or news agency.
    pub(super) medium: bool,
    /// "Coach", "striker": somebody who plays.
    pub(super) sporting: bool,
    /// A building, ship, operation: nobody.
    pub(super) thing: bool,
    /// Words of a person's name.
    pub(super) person: Option<Range<usize>>,
    /// Role, with its tokens.
    pub(super) role: Option<(Role, Range<usize>)>,
    /// Words of an organisation's name that the gazetteer does not know.
    pub(super) organisation: Option<Range<usize>>,
    /// The long form when `organisation` is an acronym the article introduced.
    pub(super) long_name: Option<String>,
    /// The person's name as written here.
    pub(super) person_name: Option<String>,
    /// The organisation's name, the long form where the article gives one.
    pub(super) organisation_name: Option<String>,
    /// Begins with "the", "its", "his", "their".
    pub(super) definite: bool,
    /// A personal pronoun or "both sides".
    pub(super) pronoun: bool,
    /// Followed by "'s".
    pub(super) owner: bool,
    /// Only an adjective before a noun that is nobody.
    pub(super) adjective_only: bool,
    /// "Presidential", "government", "army" says that a voice is the state's.
    pub(super) of_state: bool,
    /// "Spokesman", "adviser": a voice of somebody else.
    pub(super) speaks: bool,
    /// "Rebel", "paramilitary": a voice of an armed group.
    pub(super) armed: bool,
    /// A bare capital, city or region.
    pub(super) place: bool,
}

impl Draft {
    pub(super) fn is_empty(&self) -> bool {
        self.party.is_none()
            && self.person.is_none()
            && self.known_person.is_none()
            && self.role.is_none()
            && self.organisation.is_none()
    }

    /// Whether the phrase names a thing and nobody who has to do with it.
    pub(super) fn is_thing(&self) -> bool {
        self.thing && self.role.is_none() && self.person.is_none() && self.known_person.is_none()
    }

    /// Notes whether the phrase is only an adjective or a place.
    pub(super) fn settle(&mut self, view: View<'_>) {
        self.of_state = self.tokens.clone().any(|at| {
            view.is(
                at,
                &["presidential", "government", "army", "military", "police", "ministry", "parliamentary"],
            ) || view.word(at).starts_with("spokes")
        });
        self.speaks = self
            .tokens
            .clone()
            .any(|at| view.word(at).starts_with("spokes") || view.is(at, &["adviser", "advisor", "aide"]));
        // "Former railway minister": a word that says of what may stand between.
        let start = self.tokens.start;
        let before =
            start.checked_sub(2).filter(|_| view.tag(start - 1) == Tag::Noun && view.tag(start) == Tag::Noun);
        self.former = self.tokens.clone().chain(before).any(|at| view.is(at, FORMER));
        self.sporting = self.person.is_some()
            && (start.saturating_sub(1)..self.tokens.end).any(|at| lexicon::plays(view.word(at)));
        self.armed = self.tokens.clone().any(|at| {
            view.is(at, &["rebel", "paramilitary", "insurgent", "guerrilla", "militant", "militia"])
        });
        let alone = self.person.is_none()
            && self.known_person.is_none()
            && self.role.is_none()
            && self.organisation.is_none();
        if let Some((_, kind)) = &self.party
            && alone
        {
            let plural = view.word(self.tokens.end.saturating_sub(1)).ends_with('s');
            let before_noun =
                matches!(view.tag(self.tokens.end), Tag::Noun | Tag::Adjective | Tag::ProperNoun)
                    && !view.is(self.tokens.end, &["'s"]);
            // "The Kenya branch": a country that only says which one.
            let end = self.tokens.end;
            let which = *kind == EntityKind::Country
                && view.is(self.tokens.start, &["the"])
                && view.tag(end) == Tag::Noun
                && !view.capital(end)
                && matches!(view.tag(end + 1), Tag::Verb | Tag::Aux);
            self.adjective_only = which || *kind == EntityKind::Demonym && (before_noun || !plural);
            self.place =
                self.place || (*kind == EntityKind::Capital && view.preceded_by(self.tokens.start, &["in"]));
        }
        // "military intervention", "a police station": a role that only says what kind of thing is meant.
        let role_alone = self.role.is_some()
            && self.person.is_none()
            && self.known_person.is_none()
            && self.organisation.is_none();
        let next = self.tokens.end;
        // "The ministry calls on citizens to".
        let goes_on = self.definite
            && view.form(next) == VerbForm::ThirdPerson
            && view.is(next + 1, &["on", "for", "to", "that"]);
        let verb_like = goes_on
            || is_noun_or_verb(view.word(next))
            || matches!(view.tag(next + 1), Tag::Determiner | Tag::Number | Tag::Pronoun);
        if role_alone
            && view.tag(next) == Tag::Noun
            && !verb_like
            && !view.is(self.tokens.end - 1, &["people"])
        {
            self.adjective_only = true;
        }
    }
}

/// Words of an office that is held no more.
const FORMER: &[&str] =
    &["former", "retired", "ousted", "deposed", "late", "outgoing", "jailed", "exiled", "ex-president"];

static STANDS_FOR: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(stands_for));

/// Whether a pronoun, or what is said like one, begins with the word.
fn stands_for(word: &str) -> bool {
    matches!(
        word,
        "he" | "she"
            | "they"
            | "it"
            | "him"
            | "them"
            | "both"
            | "her"
            | "all"
            | "the"
            | "two"
            | "warring"
            | "conflicting"
            | "sides"
    )
}

/// Pronouns and "both sides".
pub(super) fn pronoun(view: View<'_>, at: usize) -> Option<Draft> {
    if !STANDS_FOR.at(view, at) {
        return None;
    }
    let length = if view.is(at, &["he", "she", "they", "it", "him", "them", "both"])
        && !view.is(at + 1, &["sides", "parties", "countries", "armies", "generals"])
        || view.is(at, &["her"])
            && !matches!(view.tag(at + 1), Tag::Noun | Tag::Adjective | Tag::ProperNoun | Tag::Number)
    {
        if view.is(at, &["both"])
            && !matches!(view.tag(at + 1), Tag::Verb | Tag::Aux)
            && !view.is(at + 1, &["have", "had", "has"])
        {
            return None;
        }
        1
    } else {
        let all = usize::from(view.is(at, &["all"]) && view.is(at + 1, &["the"]));
        let start = at + all + usize::from(view.is(at, &["the", "both", "all"]));
        let both = view.is(at, &["both"]);
        // "Backed opposing sides" tells not which.
        if start == at && view.is(start, &["opposing", "rival", "other"]) {
            return None;
        }
        let adjective =
            usize::from(view.is(start, &["two", "warring", "conflicting", "opposing", "rival", "other"]));
        let noun = start + adjective;
        let sides = view.is(
            noun,
            &[
                "sides",
                "parties",
                "factions",
                "neighbours",
                "neighbors",
                "armies",
                "belligerents",
                "foes",
                "rivals",
            ],
        ) || ((adjective == 1 || both)
            && view.is(noun, &["generals", "countries", "nations", "leaders", "governments", "states"]));
        if !sides || start + adjective == at && !view.is(noun, &["sides"]) {
            return None;
        }
        let to = noun + 1;
        // "the parties to the conflict"
        to - at + if view.follows(to, &["to", "the", "conflict"]) { 3 } else { 0 }
    };
    Some(Draft {
        tokens: at..at + length,
        pronoun: true,
        owner: view.is(at + length, &["'s", "'"]),
        ..Draft::default()
    })
}

/// "His country would not accept": the state for which somebody speaks.
pub(super) fn own_country(view: View<'_>, at: usize) -> Option<Draft> {
    let possessor = possessor(view, at)?;
    let acts = matches!(view.tag(at + 2), Tag::Verb | Tag::Aux | Tag::Adverb);
    (view.is(at + 1, &["country", "nation", "government"]) && acts).then(|| Draft {
        tokens: at..at + 2,
        role: Some((Role::Government, at + 1..at + 2)),
        possessor: Some(possessor),
        definite: true,
        ..Draft::default()
    })
}

/// Whom "his" and the like at `at` mean, as a pronoun.
pub(super) fn possessor(view: View<'_>, at: usize) -> Option<&'static str> {
    match view.word(at) {
        "its" => Some("it"),
        "his" => Some("he"),
        "her" => Some("she"),
        "their" => Some("they"),
        _ => None,
    }
}
