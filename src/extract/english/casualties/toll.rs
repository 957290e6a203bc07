//! A running total: "the death toll rose to at least 29", "the number of wounded stands at 140", "raising the toll to
//! 29 from 25", "deaths near 200", "put the dead at 12 and the injured at 40". Scenes go in, claims come out.

use super::figure::Figure;
use super::scene::{Here, each, harm_cues};
use super::sighting::{Sighting, sight};
use super::toll_subject::{COUNTS, HARMED, TollSubject, subjects};
use crate::extract::cues::Cues;
use crate::extract::english::lexicon::{counted, counted_nouns};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Bound, Effect, Group, Relation, Span};
use crate::text::{Tag, VerbForm};

const NAME: &str = "toll";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "a running total: \"the death toll rose to at least 29\", \"the number of wounded stands at 140\"",
    corpus: include_str!("toll.md"),
    cues,
    find,
};

/// How far from its subject the number of a toll may stand: place, time and a short aside come in between.
const REACH: usize = 30;

/// Verbs that carry a toll to a number, with the bound they put on it.
const CARRIERS: &[(&str, Bound)] = &[
    ("be", Bound::Exact),
    ("rise", Bound::Exact),
    ("climb", Bound::Exact),
    ("jump", Bound::Exact),
    ("soar", Bound::Exact),
    ("grow", Bound::Exact),
    ("increase", Bound::Exact),
    ("go", Bound::Exact),
    ("mount", Bound::Exact),
    ("surge", Bound::Exact),
    ("reach", Bound::Exact),
    ("hit", Bound::Exact),
    ("stand", Bound::Exact),
    ("remain", Bound::Exact),
    ("stay", Bound::Exact),
    ("amount", Bound::Exact),
    ("come", Bound::Exact),
    ("total", Bound::Exact),
    ("number", Bound::Exact),
    ("leap", Bound::Exact),
    ("swell", Bound::Exact),
    ("tick", Bound::Exact),
    ("shoot", Bound::Exact),
    ("spike", Bound::Exact),
    ("fall", Bound::Exact),
    ("drop", Bound::Exact),
    ("revise", Bound::Exact),
    ("lower", Bound::Exact),
    ("raise", Bound::Exact),
    ("bring", Bound::Exact),
    ("push", Bound::Exact),
    ("take", Bound::Exact),
    ("put", Bound::Exact),
    ("give", Bound::Exact),
    ("set", Bound::Exact),
    ("update", Bound::Exact),
    ("place", Bound::Exact),
    ("double", Bound::Exact),
    ("triple", Bound::Exact),
    ("shrink", Bound::Exact),
    ("creep", Bound::Exact),
    ("edge", Bound::Exact),
    ("move", Bound::Exact),
    ("cut", Bound::Exact),
    ("reduce", Bound::Exact),
    ("estimate", Bound::Exact),
    ("record", Bound::Exact),
    ("report", Bound::Exact),
    ("count", Bound::Exact),
    ("correct", Bound::Exact),
    ("exceed", Bound::MoreThan),
    ("pass", Bound::MoreThan),
    ("top", Bound::MoreThan),
    ("surpass", Bound::MoreThan),
    ("cross", Bound::MoreThan),
    ("near", Bound::Nearly),
    ("approach", Bound::Nearly),
];

fn cues(cues: &mut Cues) {
    harm_cues(cues);
    let counts = cues.all_forms(counted_nouns().chain(["toll"]));
    cues.enough(counts);
    let number = cues.words(COUNTS.iter().copied());
    let harmed = cues.words(HARMED.iter().map(|(noun, _)| *noun));
    cues.enough(number | harmed);
    // "The count was 43": of what, a sentence before has said.
    cues.goes_on();
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    let mut before: Option<(usize, Effect)> = None;
    each(reading, |here| {
        let mut last_end = here.sentence.tokens.start;
        let found = subjects(&here);
        for (place, subject) in found.iter().enumerate() {
            let until = found.get(place + 1).map_or(here.sentence.tokens.end, |next| next.tokens.start);
            let effect = subject.effect.or_else(|| carried_over(&here, subject, findings, before));
            let Some(effect) = effect else { continue };
            for (figure, bound, relation) in numbers(&here, subject, last_end, until) {
                let said = subject.tokens.clone();
                let mut sighting = Sighting::new(figure, effect, said, NAME, 80);
                sighting.relation = relation;
                sighting.of = (!subject.is_toll).then(|| subject.tokens.clone());
                sighting.continues = subject.effect.is_none();
                // A toll counts everybody, whoever died just before in its sentence: "a guard died, taking it to 15".
                let everybody = (subject.effect.is_some() && figure.head.is_none()).then_some(Group::People);
                sighting.group = subject.group.or(everybody.filter(|_| !owned(&here, subject)));
                let firm = figure.bound == Bound::Exact || has_risen_up_to(&here, figure);
                sighting.bound = firm.then_some(bound);
                sight(&here, sighting, findings);
                last_end = figure.tokens.end;
            }
        }
        let whole = here.sentence.span;
        if let Some((_, casualty)) = findings.casualties_within(whole).next_back() {
            before = Some((here.scene.sentence, casualty.effect()));
        }
    });
}

/// "The number of victims rose up to 33": it has, and "up to" is no bound.
fn has_risen_up_to(here: &Here<'_>, figure: &Figure) -> bool {
    let start = figure.tokens.start;
    let rises = |verb: &str| matches!(verb, "rise" | "climb" | "grow" | "increase" | "jump" | "mount");
    here.view.follows(start, &["up", "to"])
        && start.checked_sub(1).is_some_and(|verb| rises(&here.verb_lemma(verb)))
}

/// "Its own dead", "their wounded": those of a force.
fn owned(here: &Here<'_>, subject: &TollSubject) -> bool {
    let words = subject.tokens.start.saturating_sub(1)..subject.tokens.end;
    words.into_iter().any(|at| here.view.is(at, &["own", "its", "their"]))
}

/// "the total", "the count": of what was counted just before.
fn carried_over(
    here: &Here<'_>,
    subject: &TollSubject,
    findings: &Findings,
    before: Option<(usize, Effect)>,
) -> Option<Effect> {
    let start = here.sentence.span.start;
    let end = here.view.token(subject.tokens.start).map_or(start, |token| token.span.start);
    let inside = findings
        .casualties_within(Span { start, end })
        .next_back()
        .map(|(_, casualty)| casualty.effect())
        .or_else(|| told_before(here, findings));
    inside.or(before.filter(|(sentence, _)| here.scene.sentence - sentence <= 2).map(|(_, effect)| effect))
}

/// What "the figure" is of when the sentence before told of several: of the dead, where it told of any.
fn told_before(here: &Here<'_>, findings: &Findings) -> Option<Effect> {
    let sentence = here.analysis.sentences.get(here.scene.sentence.checked_sub(1)?)?;
    findings
        .casualties_within(sentence.span)
        .map(|(_, casualty)| casualty.effect())
        .find(|effect| *effect == Effect::Killed)
}

/// The numbers a subject is carried to, from or by.
fn numbers<'r>(
    here: &Here<'r>,
    subject: &TollSubject,
    from: usize,
    until: usize,
) -> Vec<(&'r Figure, Bound, Relation)> {
    let mut found = Vec::new();
    // "brought to 14 the number of people killed".
    let inverted = here.scene.figures.iter().find(|figure| {
        figure.tokens.end == subject.tokens.start
            && figure.head.is_none()
            && figure.tokens.start > from
            && figure.tokens.start.checked_sub(1).is_some_and(|at| here.view.is(at, &["to"]))
    });
    if let Some(figure) = inverted {
        return vec![(figure, Bound::Exact, Relation::Whole)];
    }
    let window = subject.tokens.end..until.min(subject.tokens.end + REACH);
    // "raising the toll to 29": the verb stands before.
    let lead = subject.tokens.start.saturating_sub(3)..subject.tokens.start;
    let mut carrier = lead.rev().find_map(|at| carrier_at(here, at));
    let mut at = window.start;
    while at < window.end {
        if here.view.is(at, &[";", "that", "who", "which"]) && found.is_empty() && carrier.is_none() {
            at = if here.view.is(at, &[";"]) { return found } else { skip_relative(here, at, window.end) };
            continue;
        }
        if let Some(figure) = here.scene.figures.iter().find(|figure| figure.tokens.start == at) {
            let told = found.iter().any(|(_, _, relation)| *relation != Relation::Previous);
            match role(here, subject, figure, carrier, told) {
                Some((bound, relation)) => found.push((figure, bound, relation)),
                None if found.is_empty() || here.view.is(at.wrapping_sub(1), &["by", "not"]) => {}
                None => return found,
            }
            at = figure.tokens.end.max(at + 1);
            continue;
        }
        if let Some(bound) = carrier_at(here, at) {
            if found.is_empty() && is_thinkable(here, at) {
                return found;
            }
            if !found.is_empty() && !here.view.is(at, &["from", "up", "down"]) {
                return found;
            }
            carrier = Some(bound);
        }
        at += 1;
    }
    found
}

/// Past an aside such as "that has shaken the province": to its comma, or to the verb that carries the toll.
fn skip_relative(here: &Here<'_>, at: usize, end: usize) -> usize {
    let comma = (at + 1..end).find(|&token| here.view.is(token, &[","])).unwrap_or(end).min(at + 14);
    let verb = |token: usize| matches!(here.view.tag(token), Tag::Verb | Tag::Aux);
    let own = (at + 1..comma).find(|&token| verb(token)).unwrap_or(comma);
    let own_end = (own..comma).find(|&token| !verb(token)).unwrap_or(comma);
    let finite = |token: usize| {
        matches!(here.view.form(token), VerbForm::Past | VerbForm::PastOrParticiple | VerbForm::ThirdPerson)
            || here.view.tag(token) == Tag::Aux
    };
    (own_end..comma).find(|&token| verb(token) && finite(token) && goes_to(here, token)).unwrap_or(comma)
}

/// Whether the verb at `at` carries something to a number: "has risen to 29", "jumped past 200".
fn goes_to(here: &Here<'_>, at: usize) -> bool {
    let next = (at + 1..at + 4).find(|&token| here.view.tag(token) == Tag::Adposition);
    let main = if here.view.tag(at) == Tag::Aux && carrier_at(here, at + 1).is_some() { at + 1 } else { at };
    carrier_at(here, main).is_some()
        && next.is_some_and(|next| {
            here.view.is(next, &["to", "at", "past", "above", "over"])
                && here.scene.figures.iter().any(|figure| figure.tokens.start == next + 1)
        })
}

/// Words of what has not come yet.
const EXPECTED: &[&str] = &[
    "expect",
    "expects",
    "expected",
    "likely",
    "set",
    "predicted",
    "forecast",
    "projected",
    "bound",
    "fears",
    "feared",
];

/// Whether the verb says no more than what is thinkable: "deaths could reach 200". "May have reached 200" is a report.
fn is_thinkable(here: &Here<'_>, at: usize) -> bool {
    let modal = (at.saturating_sub(3)..at).rev().find(|&before| here.view.tag(before) != Tag::Adverb);
    // "Expected the number to go up to 380", "is likely to exceed 200".
    let expected = || (at.saturating_sub(9)..at).any(|before| here.view.is(before, EXPECTED));
    modal.is_some_and(|modal| {
        if here.view.is(modal, &["to"]) && expected() {
            return true;
        }
        here.view.is(modal, &["could", "would", "will"])
            || here.view.is(modal, &["may", "might"]) && !here.view.is(at, &["be", "have", "number"])
    })
}

fn carrier_at(here: &Here<'_>, at: usize) -> Option<Bound> {
    if !matches!(here.view.tag(at), Tag::Verb | Tag::Aux | Tag::Noun | Tag::Adjective) {
        return None;
    }
    let lemma = here.verb_lemma(at);
    CARRIERS.iter().find(|(verb, _)| *verb == lemma).map(|(_, bound)| *bound)
}

/// What a number is to the toll, told from the word before it.
fn role(
    here: &Here<'_>,
    subject: &TollSubject,
    figure: &Figure,
    carrier: Option<Bound>,
    second: bool,
) -> Option<(Bound, Relation)> {
    if !counts_people(here, figure) {
        return None;
    }
    let start = figure.tokens.start;
    let word = start.checked_sub(1).map_or("", |at| here.view.word(at));
    let adjacent = subject.tokens.end == start;
    match word {
        "from" => Some((Bound::Exact, Relation::Previous)),
        "not" | "by" => None,
        "but" if here.view.preceded_by(start, &["but"]) && carrier.is_some() && !second => {
            Some((Bound::Exact, Relation::Correction))
        }
        _ if second => None,
        "to" | "at" | "as" => carrier
            .map(|bound| (bound, Relation::Whole))
            .or((word == "at").then_some((Bound::Exact, Relation::Whole))),
        "past" | "above" | "over" | "beyond" => Some((Bound::MoreThan, Relation::Whole)),
        "of" if start
            .checked_sub(2)
            .is_some_and(|at| here.view.is(at, &["high", "total", "peak", "record", "low", "level"])) =>
        {
            carrier.map(|bound| (bound, Relation::Whole))
        }
        "of" | ":" | "-" | "–" | "—" if adjacent_but_one(subject, start) => {
            Some((Bound::Exact, Relation::Whole))
        }
        _ if adjacent && subject.is_toll => Some((Bound::Exact, Relation::Whole)),
        _ => carrier.map(|bound| (bound, Relation::Whole)).filter(|_| directly_carried(here, start)),
    }
}

/// Whether the number of a toll counts people: "29 crowns" do not.
fn counts_people(here: &Here<'_>, figure: &Figure) -> bool {
    figure.may_be_people(true)
        || figure
            .head
            .is_some_and(|head| here.view.capital(head) || counted(&here.analysis.lemma(head)).is_some())
}

fn adjacent_but_one(subject: &TollSubject, start: usize) -> bool {
    subject.tokens.end + 1 == start
}

/// A verb that takes the number as its object, with at most adverbs in between: "reached 29", "is now 29".
fn directly_carried(here: &Here<'_>, start: usize) -> bool {
    let mut at = start;
    for _ in 0..4 {
        let Some(last) = at.checked_sub(1) else { return false };
        if carrier_at(here, last).is_some() {
            return true;
        }
        if here.view.tag(last) != Tag::Adverb && !here.view.is(last, &["now", "already", "an", "a", "some"]) {
            return false;
        }
        at = last;
    }
    false
}
