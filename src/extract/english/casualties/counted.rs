//! Nouns that count harm by themselves: "29 deaths", "the bodies of 69 people", "two arrests", "the death of a man".
//! Scenes go in, claims come out.

use std::sync::LazyLock;

use super::figure::{Figure, FigureKind};
use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::english::lexicon::{CountedKind, Person, counted, counted_nouns};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Bound, Group, Relation};
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Phrase, QuantityKind, Tag};

const NAME: &str = "counted";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "nouns that count harm by themselves: \"29 deaths\", \"the bodies of 69 people\"",
    corpus: include_str!("counted.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let nouns = cues.all_forms(counted_nouns());
    cues.enough(nouns);
}

static MAY_COUNT: LazyLock<Listed<bool>> = LazyLock::new(|| {
    Listed::new(|word| {
        [word, &lemma::noun(word), &lemma::verb(word)].into_iter().any(|base| counted(base).is_some())
    })
});

/// Whether the word may be a noun that counts harm: most are not, whatever their tag makes of them.
pub(super) fn may_count(view: View<'_>, at: usize) -> bool {
    MAY_COUNT.at(view, at)
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for at in here.sentence.phrases.clone() {
            let Some(phrase) = here.analysis.phrases.get(at) else { continue };
            if !may_count(here.view, phrase.head) {
                continue;
            }
            let lemma = here.analysis.lemma(phrase.head);
            let Some(noun) = counted(&lemma).filter(|noun| noun.kind != CountedKind::Toll) else { continue };
            if !stands(&here, phrase) {
                continue;
            }
            let said = phrase.tokens.clone();
            if here.view.is(said.start.wrapping_sub(1), &["of"])
                && here.view.is(said.start.wrapping_sub(2), CHANGES)
            {
                continue;
            }
            if let Some(ordinal) = ordinal(&here, at, phrase).filter(|_| noun.kind == CountedKind::Event) {
                sight(&here, Sighting::new(&ordinal, noun.effect, said, NAME, 50), findings);
                continue;
            }
            if let Some(figure) = here.figure_of(at).filter(|figure| figure.low > 0) {
                // "said a hostage": one who is called so tells no count.
                let alone = matches!(figure.kind, FigureKind::One | FigureKind::TheOne);
                if alone && noun.kind == CountedKind::State {
                    continue;
                }
                let mut sighting = Sighting::new(
                    figure,
                    noun.effect,
                    said,
                    NAME,
                    if noun.kind == CountedKind::State { 33 } else { 60 },
                );
                sighting.group = group_before(&here, phrase);
                // "Ten of the bodies have not been identified": some of those already told of.
                let some = figure.kind == FigureKind::Share && here.view.is(figure.tokens.end, SAID_OF_SOME);
                // "Three new deaths": on top of those told of before.
                let new = said_new(&here, phrase) && noun.kind == CountedKind::Event;
                if new && sighting.relation == Relation::Whole {
                    sighting.relation = Relation::Added;
                }
                if some || is_handed_over(&here, figure) || is_seen(&here, figure) {
                    sighting.relation = Relation::Part;
                }
                sight(&here, sighting, findings);
                continue;
            }
            for figure in here.scene.figures.iter().filter(|figure| is_of(&here, figure, at)) {
                if figure.may_be_people(false) && figure.kind != FigureKind::TheOne {
                    for member in here.with_list(figure) {
                        sight(&here, Sighting::new(member, noun.effect, said.clone(), NAME, 55), findings);
                    }
                }
            }
        }
    });
}

fn said_new(here: &Here<'_>, phrase: &Phrase) -> bool {
    phrase.tokens.clone().any(|at| here.view.is(at, &["new"]))
}

/// "35 bodies had been handed to their families": some of those who were found before.
fn is_handed_over(here: &Here<'_>, figure: &Figure) -> bool {
    let end = figure.tokens.end;
    let verb = (end..end + 4)
        .find(|&at| !here.view.is(at, &["have", "has", "had", "been", "were", "was", "already", "now"]));
    here.view.is(figure.tokens.end - 1, &["bodies", "corpses", "remains"])
        && verb.is_some_and(|verb| verb > end && here.view.is(verb, HANDED_OVER))
}

/// "She saw as many as 20 bodies in a ditch", "a driver counted 12 bodies": what one witness had before his eyes.
fn is_seen(here: &Here<'_>, figure: &Figure) -> bool {
    let verb = figure.tokens.start.wrapping_sub(1);
    let own = |at: usize| here.view.is(at, &["saw", "seen", "seeing"]);
    own(verb) && here.view.is(figure.tokens.end - 1, &["bodies", "corpses"])
}

/// What is done with the dead who are known.
const HANDED_OVER: &[&str] =
    &["handed", "returned", "released", "identified", "repatriated", "flown", "cremated", "claimed", "given"];

/// Verbs with which something more is said of some of the dead.
const SAID_OF_SOME: &[&str] =
    &["have", "has", "had", "are", "is", "were", "was", "could", "remain", "remained", "bore"];

/// "An increase of a hundred deaths" is no toll.
const CHANGES: &[&str] = &["increase", "rise", "jump", "drop", "fall", "decrease", "decline", "surge"];

/// "the country's third death": the count has reached three.
pub(super) fn ordinal(here: &Here<'_>, at: usize, phrase: &Phrase) -> Option<Figure> {
    let quantity = here.analysis.quantities.get(phrase.quantity.get()?)?;
    let counts = quantity.kind == QuantityKind::Ordinal && quantity.high.is_none() && quantity.low > 0;
    counts.then(|| Figure {
        phrase: at,
        noun_phrase: at,
        tokens: phrase.tokens.clone(),
        core: quantity.number.clone(),
        head: Some(phrase.head),
        person: Person::Unknown,
        kind: FigureKind::Counted,
        low: quantity.low,
        high: None,
        bound: Bound::Exact,
        more: false,
    })
}

/// Whether the phrase of a figure hangs on the noun through "of".
fn is_of(here: &Here<'_>, figure: &Figure, noun: usize) -> bool {
    // "the six priests' murder".
    let owner = here.analysis.phrases.get(noun).and_then(|phrase| phrase.possessor.get());
    [figure.phrase, figure.noun_phrase]
        .into_iter()
        .any(|phrase| hangs_on(here, phrase, noun) || owner == Some(phrase))
        || goes_on(here, figure, noun)
}

/// Directly, or as a later member of a list: "the murder of the judge, his wife and two clerks".
fn hangs_on(here: &Here<'_>, phrase: usize, noun: usize) -> bool {
    let mut at = Some(phrase);
    for _ in 0..LIST_MAX {
        let Some(phrase) = at.and_then(|at| here.analysis.phrases.get(at)) else { return false };
        if phrase.of.get() == Some(noun) {
            return true;
        }
        at = phrase.coordinated_with.get();
    }
    false
}

/// "the murder of a judge and of two clerks".
fn goes_on(here: &Here<'_>, figure: &Figure, noun: usize) -> bool {
    let start = figure.tokens.start;
    let again = here.view.preceded_by(start, &["and", "of"]) || here.view.preceded_by(start, &[",", "of"]);
    let Some(end) = here.analysis.phrases.get(noun).map(|phrase| phrase.tokens.end) else { return false };
    again
        && here.view.is(end, &["of"])
        && (end..start).len() <= OF_REACH
        && !(end..start).any(|at| matches!(here.view.tag(at), Tag::Verb | Tag::Aux))
}

/// How many members of a list are followed back.
const LIST_MAX: usize = 6;
/// How far behind the noun a second "of" may stand.
const OF_REACH: usize = 10;

/// "24 civilian deaths": the group stands before the noun.
fn group_before(here: &Here<'_>, phrase: &Phrase) -> Option<Group> {
    let last = phrase.head.checked_sub(1).filter(|at| phrase.tokens.contains(at))?;
    match here.view.word(last) {
        "civilian" => Some(Group::Civilians),
        "child" | "infant" => Some(Group::Children),
        "military" | "troop" | "army" | "combat" => Some(Group::Military),
        "police" => Some(Group::Police),
        _ => None,
    }
}

/// Whether the clause around the noun says that it happened. "The murder of two women" did, whatever is said of it.
fn stands(here: &Here<'_>, phrase: &Phrase) -> bool {
    let the = phrase
        .determiner
        .get()
        .is_some_and(|at| here.view.is(at, &["the", "this", "these", "those", "his", "her", "their", "its"]));
    the || here.clause_around(phrase.head).is_none_or(|clause| here.asserts(clause, true))
}
