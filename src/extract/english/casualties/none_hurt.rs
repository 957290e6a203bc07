//! Nobody was harmed: "no casualties were reported", "without loss of life", "all passengers escaped unhurt". Scenes go
//! in, claims of zero come out. "No one was hurt" is read by `undergone`, whose subject is nobody.

use super::figure::{Figure, FigureKind, person_at};
use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::english::lexicon::{Person, is_plural_only};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Bound, Effect};
use crate::text::{Phrase, Tag};

const NAME: &str = "none_hurt";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "nobody was harmed: \"no casualties were reported\", \"all passengers escaped unhurt\"",
    corpus: include_str!("none_hurt.md"),
    cues,
    find,
};

/// Nouns of harm that "no" may stand before.
const HARMS: &[(&str, Effect)] = &[
    ("casualty", Effect::Killed),
    ("casualties", Effect::Killed),
    ("death", Effect::Killed),
    ("deaths", Effect::Killed),
    ("fatality", Effect::Killed),
    ("fatalities", Effect::Killed),
    ("injury", Effect::Injured),
    ("injuries", Effect::Injured),
];
/// Words that leave open how many there were before: "no further deaths".
const OPEN: &[&str] = &[
    "further",
    "new",
    "more",
    "additional",
    "other",
    "serious",
    "major",
    "clear",
    "official",
    "word",
    "confirmed",
    "details",
    "information",
    "figures",
    "data",
    "estimate",
    "breakdown",
];
/// Being whole.
const UNHARMED: &[&str] = &["unharmed", "unhurt", "uninjured", "unscathed"];

fn cues(cues: &mut Cues) {
    let no = cues.words(["no", "without"]);
    let harms = cues.words(HARMS.iter().map(|(noun, _)| *noun).chain(["life"]));
    cues.enough(no | harms);
    let whole = cues.words(UNHARMED.iter().copied());
    cues.enough(whole);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for at in here.sentence.tokens.clone() {
            if here.view.is(at, &["no", "without"]) {
                none_of(&here, at, findings);
            } else if here.view.is(at, UNHARMED) {
                all_whole(&here, at, findings);
            }
        }
    });
}

/// "no deaths or injuries", "no immediate reports of casualties", "without loss of life".
fn none_of(here: &Here<'_>, no: usize, findings: &mut Findings) {
    let mut found = false;
    for at in no + 1..no + 7 {
        let word = here.view.word(at);
        if OPEN.contains(&word) {
            return;
        }
        let life = word == "life" && here.view.preceded_by(at, &["loss", "of"]);
        let effect = HARMS.iter().find(|(noun, _)| *noun == word).map(|(_, effect)| *effect);
        if let Some(effect) = effect.or(life.then_some(Effect::Killed)) {
            let figure = nobody(at, no, Person::Unknown);
            sight(here, Sighting::new(&figure, effect, no..at + 1, NAME, 60), findings);
            found = true;
        } else if found && !here.view.is(at, &["or", "and", ","]) {
            return;
        } else if matches!(here.view.tag(at), Tag::Verb | Tag::Aux | Tag::Punct) && !here.view.is(at, &[","])
        {
            return;
        }
    }
}

/// "All German staff were unharmed", "escaped unhurt".
fn all_whole(here: &Here<'_>, whole: usize, findings: &mut Findings) {
    let clause =
        here.clauses().find(|clause| clause.predicate == Some(whole)).or_else(|| here.clause_around(whole));
    let Some(clause) = clause.filter(|clause| here.asserts(clause, true)) else { return };
    let subject = clause
        .subject
        .iter()
        .filter_map(|&phrase| here.analysis.phrases.get(phrase))
        .find(|phrase| several(here, phrase));
    // "Urged the men to let the children go unharmed": nobody says that they did.
    let let_go = |phrase: &Phrase| here.view.is(phrase.tokens.start.wrapping_sub(1), &["let", "to"]);
    if let Some(phrase) = subject.filter(|phrase| !let_go(phrase)) {
        let person = person_at(here.analysis, here.view, phrase.head);
        let figure = nobody(phrase.head, phrase.tokens.start, person);
        sight(
            here,
            Sighting::new(&figure, Effect::Injured, phrase.tokens.start..whole + 1, NAME, 60),
            findings,
        );
    }
}

/// Whether a phrase names several people: one who is unhurt says nothing of the others.
fn several(here: &Here<'_>, phrase: &Phrase) -> bool {
    let word = here.view.word(phrase.head);
    is_plural_only(word)
        || *here.analysis.lemma(phrase.head) != *word
        || phrase.tokens.clone().any(|at| here.view.is(at, &["all", "everyone", "everybody", "both"]))
}

fn nobody(head: usize, start: usize, person: Person) -> Figure {
    Figure {
        phrase: usize::MAX,
        noun_phrase: usize::MAX,
        tokens: start..head + 1,
        core: head..head + 1,
        head: Some(head),
        person,
        kind: FigureKind::Nobody,
        low: 0,
        high: None,
        bound: Bound::Exact,
        more: false,
    }
}
