//! The words of a sentence that say harm: verbs in one of their uses, and states. The sentence's tokens go in;
//! predicates with their effect and frame come out. Never looks for the people: that is the constructions' work.

use std::ops::Range;
use std::sync::LazyLock;

use crate::extract::english::lexicon::{
    Frame, GAP_MAX, HarmVerb, Hint, Piece, State, harm_verbs, hints_at, is_plural_only, states,
};
use crate::model::Effect;
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Tag, VerbForm};

/// What sort of word says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A verb, with the place of its people.
    Verb(Frame),
    /// An adjective, or a phrase that does the work of one.
    State,
}

/// Words that say harm.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is a question of its own about the words")]
pub(super) struct Predicate {
    /// The verb, or the first word of the state.
    pub(super) main: usize,
    /// From there to the last word that belongs to the use ("shot three men dead").
    pub(super) tokens: Range<usize>,
    /// What it says.
    pub(super) effect: Effect,
    /// Verb or state.
    pub(super) sort: Sort,
    /// Only of people.
    pub(super) people_only: bool,
    /// Of several only.
    pub(super) several_only: bool,
    /// Its words stand apart ("shot three men dead"): the people stand in between.
    pub(super) split: bool,
    /// The verb is a bare participle form that can stand beside a number like a state ("27 killed").
    pub(super) participle: bool,
}

/// Whether a word says harm in any form; most do not, and are asked no further.
static SAYS_HARM: LazyLock<Listed<bool>> = LazyLock::new(|| {
    Listed::new(|word| !harm_verbs(&lemma::verb(word)).is_empty() || !states(word).is_empty())
});
static USES: LazyLock<Listed<&[HarmVerb]>> =
    LazyLock::new(|| Listed::new(|word| harm_verbs(&lemma::verb(word))));
static STATES: LazyLock<Listed<&[State]>> = LazyLock::new(|| Listed::new(states));

/// Verbs that only mean harm to people in their bare use and are as often said of other things.
const FATAL_BEFORE: &[&str] = &["fatally", "mortally", "lethally"];

/// What takes people out of a country.
const TRAVELS: &[&str] = &[
    "flight",
    "flights",
    "plane",
    "planes",
    "aircraft",
    "airport",
    "nationals",
    "embassy",
    "airlift",
    "ships",
    "convoy",
];

/// Whether all the words stand there of a verb that says harm only with others.
pub(super) fn has_tail(view: View<'_>) -> bool {
    (view.start..view.end).any(|at| {
        let uses = || USES.at(view, at).iter().filter(|verb| verb.effect.is_some() && !verb.tail.is_empty());
        SAYS_HARM.at(view, at) && uses().any(|verb| tail_end(view, at + 1, &verb.tail).is_some())
    })
}

/// Whether all the words of a state stand there.
pub(super) fn has_state(view: View<'_>) -> bool {
    (view.start..view.end).any(|at| SAYS_HARM.at(view, at) && state_at(view, at).is_some())
}

/// All predicates of a sentence, in order.
pub(super) fn predicates(view: View<'_>) -> Vec<Predicate> {
    let mut found: Vec<Predicate> = Vec::new();
    for at in view.start..view.end {
        if !SAYS_HARM.at(view, at) {
            continue;
        }
        if let Some(predicate) = verb_at(view, at).or_else(|| state_at(view, at)) {
            // "shot and killed" is one predicate: its second verb says nothing of its own.
            let inside = found.last().is_some_and(|last| last.tokens.end > at && last.tokens.len() <= 3);
            if !inside {
                found.push(predicate);
            }
        }
    }
    found
}

fn verb_at(view: View<'_>, at: usize) -> Option<Predicate> {
    let form = view.form(at);
    if form == VerbForm::None {
        return None;
    }
    let participle = matches!(form, VerbForm::Participle | VerbForm::PastOrParticiple);
    let verbal = view.tag(at) == Tag::Verb
        || view.tag(at) == Tag::Aux && view.is(at, &["have", "has", "had"])
        || (participle || form == VerbForm::Gerund) && view.tag(at) != Tag::ProperNoun;
    if !verbal && !headline_verb(view, at) {
        return None;
    }
    let lemma = view.verb(at);
    let next = view.word(at + 1);
    let may_follow =
        |verb: &&HarmVerb| !matches!(verb.tail.first(), Some(Piece::Word(word)) if *word != next);
    let mut uses = USES.at(view, at).iter().filter(may_follow);
    let (use_, end) = uses.find_map(|verb| Some((verb, tail_end(view, at + 1, &verb.tail)?)))?;
    let HarmVerb { effect, several_only, frame, people_only, ref tail } = *use_;
    let effect = match effect? {
        Effect::Injured if FATAL_BEFORE.contains(&view.before(at)) => Effect::Killed,
        // "Spain has flown out 86 specialists": help that is sent, not people taken to safety.
        Effect::Evacuated if sends_help(view, end) => return None,
        // "Mine blast claims 14": only what strikes claims people.
        Effect::Killed if lemma == "claim" && !strikes(view, at) => return None,
        // "entered Chad": only a country is entered for good.
        Effect::Displaced if lemma == "enter" && view.tag(end) != Tag::ProperNoun => return None,
        Effect::Evacuated if lemma == "bring" && !(view.start..view.end).any(|at| view.is(at, TRAVELS)) => {
            return None;
        }
        // Brought out of a building: saved. Brought out of a country: evacuated.
        Effect::Rescued if lemma == "bring" && (view.start..view.end).any(|at| view.is(at, TRAVELS)) => {
            Effect::Evacuated
        }
        effect => effect,
    };
    Some(Predicate {
        main: at,
        tokens: at..end,
        effect,
        sort: Sort::Verb(frame),
        people_only,
        several_only,
        split: tail.contains(&Piece::Gap),
        participle: participle && tail.iter().all(|piece| *piece != Piece::Gap),
    })
}

/// Who is sent to help, counted right behind the verb.
const HELPERS: &[&str] = &[
    "specialists",
    "experts",
    "rescuers",
    "firefighters",
    "technicians",
    "engineers",
    "advisers",
    "trainers",
    "troops",
    "soldiers",
    "observers",
    "officials",
    "diplomats",
    "investigators",
    "divers",
];

fn sends_help(view: View<'_>, end: usize) -> bool {
    view.tag(end) == Tag::Number && (end + 1..end + 4).any(|at| view.is(at, HELPERS))
}

/// Whether an event stands right before its verb: "mudslides have claimed 40".
fn strikes(view: View<'_>, verb: usize) -> bool {
    let before = (view.start..verb).rev().find(|&at| !matches!(view.tag(at), Tag::Adverb | Tag::Aux));
    before.is_some_and(|at| {
        let noun = view.noun(at);
        [Hint::Event, Hint::Blow, Hint::Disease].into_iter().any(|hint| hints_at(&noun, hint))
    })
}

/// "Blast kills 12" in a title may carry any tag; the third person before a number is a verb.
fn headline_verb(view: View<'_>, at: usize) -> bool {
    let counts = view.tag(at + 1) == Tag::Number
        || view.is(at + 1, &["at", "more", "up", "nearly", "about", "dozens", "hundreds"]);
    // "Militants abduct 20": a plural right before the bare form.
    let several = view.word(at.wrapping_sub(1));
    let plural = several.ends_with('s') && !several.ends_with("ss") || is_plural_only(several);
    let base = view.form(at) == VerbForm::Base && plural && at <= view.start + HEADLINE_REACH;
    counts && (matches!(view.form(at), VerbForm::ThirdPerson | VerbForm::Past) || base)
}

/// How many words of a title may stand before its verb.
const HEADLINE_REACH: usize = 5;

/// Where the tail ends when the words from `at` on are one.
fn tail_end(view: View<'_>, at: usize, tail: &[Piece]) -> Option<usize> {
    let Some((first, rest)) = tail.split_first() else { return Some(at) };
    match first {
        Piece::Word(word) => (view.word(at) == *word).then(|| tail_end(view, at + 1, rest)).flatten(),
        Piece::Gap => (0..=GAP_MAX)
            .take_while(|&skip| skip == 0 || view.tag(at + skip - 1) != Tag::Punct)
            .find_map(|skip| tail_end(view, at + skip, rest)),
    }
}

fn state_at(view: View<'_>, at: usize) -> Option<Predicate> {
    let states = STATES.at(view, at);
    if states.is_empty() {
        return None;
    }
    // Many begin alike: the second word is looked up once.
    let second = view.word(at + 1);
    let (rest, effect) = states.iter().find(|(rest, _)| {
        rest.split_first().is_none_or(|(first, more)| {
            *first == second && more.iter().enumerate().all(|(step, word)| view.word(at + 2 + step) == *word)
        })
    })?;
    Some(Predicate {
        main: at,
        tokens: at..at + 1 + rest.len(),
        effect: *effect,
        sort: Sort::State,
        people_only: true,
        several_only: false,
        split: false,
        participle: false,
    })
}
