//! People as the subject of what befell them: "29 villagers were killed", "12 people died", "the driver, who was
//! arrested", "people trapped under the roof". Scenes go in, claims come out.

use super::figure::{Figure, FigureKind};
use super::predicate::{Predicate, Sort};
use super::scene::{Here, each, harm_cues};
use super::sighting::{Sighting, sight};
use crate::extract::english::lexicon::{Frame, Person};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Bound, Effect, Group};
use crate::text::gazetteer::EntityKind;
use crate::text::{Clause, Link, Tag, Tense, VerbForm, Voice};

const NAME: &str = "undergone";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "people as the subject of what befell them: \"29 villagers were killed\", \"12 people died\"",
    corpus: include_str!("undergone.md"),
    cues: harm_cues,
    find,
};

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for predicate in &here.scene.predicates {
            let Sort::Verb(frame) = predicate.sort else { continue };
            for figure in turned_round(&here, predicate).into_iter().chain(set_off(&here, predicate)) {
                let weight = if figure.tokens.start > predicate.main { 60 } else { 45 };
                let said = predicate.tokens.clone();
                sight(&here, Sighting::new(figure, predicate.effect, said, NAME, weight), findings);
            }
            let Some(clause) = here.clause_of_verb(predicate.main) else { continue };
            if !undergoes(clause, frame) && !reduced(&here, clause, predicate, frame) {
                continue;
            }
            let mut people = subjects(&here, clause, predicate);
            people.retain(|figure| {
                !acts_himself(&here, figure, clause, predicate) && !is_shared_out(&here, figure)
            });
            if let Some(person) = people.is_empty().then(|| named(&here, clause, predicate)).flatten() {
                let said = predicate.tokens.clone();
                sight(&here, Sighting::new(&person, predicate.effect, said, NAME, 28), findings);
            }
            for figure in people {
                let several = figure.low > 1;
                if figure.tokens.contains(&predicate.main) {
                    continue;
                }
                if predicate.several_only && figure.low < 2 {
                    continue;
                }
                let told =
                    here.asserts(clause, several) || several && may_still(&here, clause, predicate.effect);
                if !figure.may_be_people(predicate.people_only) || !told {
                    continue;
                }
                let supposed = here.view.is(predicate.main, &["presumed", "believed", "feared", "declared"]);
                // "Fourteen of those rescued were hurt": which set it is, not what is told.
                let names_the_set = figure.kind == FigureKind::Share
                    && clause.link == Link::Participial
                    && predicate.main == figure.tokens.end;
                let weight = if names_the_set { 40 } else { weight(figure, clause, supposed) };
                sight(
                    &here,
                    Sighting::new(figure, predicate.effect, predicate.tokens.clone(), NAME, weight),
                    findings,
                );
            }
        }
    });
}

/// "70 percent of the 200 workers were hurt", "most of the 40 passengers died": the number is not of the harmed.
fn is_shared_out(here: &Here<'_>, figure: &Figure) -> bool {
    let of = figure.tokens.start.checked_sub(1).filter(|&at| here.view.is(at, &["of"]));
    of.and_then(|of| of.checked_sub(1)).is_some_and(|before| {
        here.view.is(
            before,
            &[
                "percent", "cent", "%", "half", "third", "thirds", "quarter", "quarters", "most", "majority",
                "many", "some", "few", "several",
            ],
        )
    })
}

/// "The director shot in black and white": one known person right before a verb that is past as much as participle does
/// it, and is not what it is done to.
fn acts_himself(here: &Here<'_>, figure: &Figure, clause: &Clause, predicate: &Predicate) -> bool {
    let bare = clause.verb.as_ref().is_some_and(|verb| verb.tokens.len() == 1);
    let either = here.view.form(predicate.main) == VerbForm::PastOrParticiple;
    let does = matches!(predicate.sort, Sort::Verb(Frame::Does));
    let main = matches!(clause.link, Link::Root | Link::Coordinate);
    let done_to = here.view.is(predicate.tokens.end, &["by", "dead"]);
    let one = figure.kind == FigureKind::TheOne && figure.tokens.end == predicate.main;
    one && does && main && bare && either && !done_to && !here.sentence.heading
}

/// How far behind the participle the verb of being may stand.
const TURNED_REACH: usize = 10;

/// "Also killed were two guards", "Freed on Friday were 12 fishermen": the people behind what befell them.
fn turned_round<'r>(here: &Here<'r>, predicate: &Predicate) -> Vec<&'r Figure> {
    let first = here.sentence.tokens.start;
    let opens = predicate.main == first
        || predicate.main == first + 1 && here.view.is(first, &["also", "still", "among"]);
    if !opens || !predicate.participle {
        return Vec::new();
    }
    (predicate.tokens.end..predicate.tokens.end + TURNED_REACH)
        .take_while(|&at| here.view.tag(at) != Tag::Punct)
        .find(|&at| here.view.is(at, &["is", "are", "was", "were"]))
        .and_then(|be| here.figure_after(be + 1, 0))
        .filter(|figure| figure.kind != FigureKind::TheOne && figure.may_be_people(predicate.people_only))
        .map(|figure| here.with_list(figure))
        .unwrap_or_default()
}

/// "Nine activists, abducted by masked men, are in court": told by the way, between commas.
fn set_off<'r>(here: &Here<'r>, predicate: &Predicate) -> Option<&'r Figure> {
    let comma = predicate.main.checked_sub(1).filter(|&at| here.view.is(at, &[","]))?;
    let by = here.view.is(predicate.tokens.end, &["by", "in", "on", "during", "last", "near", "at"]);
    let figure = here.scene.figures.iter().find(|figure| figure.tokens.end == comma)?;
    let counted = figure.kind == FigureKind::Counted && figure.may_be_people(true);
    (by && counted && predicate.participle && !here.sentence.heading).then_some(figure)
}

/// "Sixty miners may still be trapped": of those who are out of reach nobody knows more.
fn may_still(here: &Here<'_>, clause: &Clause, effect: Effect) -> bool {
    let Some(verb) = clause.verb.as_ref().filter(|verb| !verb.negated) else { return false };
    let may = verb.modal.is_some_and(|modal| here.view.is(modal, &["may", "might", "could"]));
    let still = verb.tokens.clone().any(|at| here.view.is(at, &["still"]));
    may && still && matches!(effect, Effect::Trapped | Effect::Missing)
}

/// "Ada Brun was shot dead": somebody known only by his full name, in the simple past or perfect.
fn named(here: &Here<'_>, clause: &Clause, predicate: &Predicate) -> Option<Figure> {
    let grave = matches!(predicate.effect, Effect::Killed | Effect::Missing | Effect::Detained);
    let tells = grave && !here.sentence.heading && here.asserts(clause, false);
    let free =
        |at: usize| here.analysis.phrases.get(at).is_some_and(|phrase| phrase.preposition.get().is_none());
    let mut subject = clause.subject.iter().copied().filter(|&at| tells && free(at));
    subject.find_map(|at| by_full_name(here, at, predicate.effect))
}

/// The one person whom a phrase gives by a full name, if it is no known party or place.
fn by_full_name(here: &Here<'_>, at: usize, effect: Effect) -> Option<Figure> {
    let phrase = here.analysis.phrases.get(at)?;
    let full = phrase.name
        && phrase.tokens.len() >= 2
        && phrase.tokens.clone().all(|at| here.view.tag(at) == Tag::ProperNoun && here.view.capital(at));
    let span = here.span(&phrase.tokens).filter(|_| full)?;
    let other = here.reading.entities_within(span).any(|entity| entity.kind != EntityKind::Person);
    let group = if effect == Effect::Killed { Group::People } else { Group::Other };
    (!other).then(|| Figure {
        phrase: at,
        noun_phrase: at,
        tokens: phrase.tokens.clone(),
        core: phrase.head..phrase.head + 1,
        head: Some(phrase.head),
        person: Person::Known(group),
        kind: FigureKind::TheOne,
        low: 1,
        high: None,
        bound: Bound::Exact,
        more: false,
    })
}

/// What the sentence itself says counts more than what is said of its people by the way.
fn weight(figure: &Figure, clause: &Clause, supposed: bool) -> u8 {
    match (figure.kind, clause.link) {
        (FigureKind::TheOne, _) => 30,
        _ if supposed => 52,
        (_, Link::Relative) => 50,
        _ => 60,
    }
}

/// Whether the people stand in the subject.
fn undergoes(clause: &Clause, frame: Frame) -> bool {
    let passive = clause.verb.as_ref().is_some_and(|verb| verb.voice == Voice::Passive);
    match frame {
        Frame::Does => passive,
        // "say more than 90 died": what befalls has no passive, whatever a lone participle looks like.
        Frame::Befalls => !passive || clause.verb.as_ref().is_some_and(|verb| verb.tokens.len() == 1),
        Frame::Both => passive || clause.objects.is_empty(),
    }
}

/// "Five abducted, 30 hurt": what needs an object and has none was done to the number before it.
fn reduced(here: &Here<'_>, clause: &Clause, predicate: &Predicate, frame: Frame) -> bool {
    let bare = here.figure_before(predicate.main, &[]).is_some_and(|figure| {
        figure.kind == FigureKind::Bare || here.sentence.heading && figure.kind == FigureKind::Counted
    });
    frame == Frame::Does
        && bare
        && predicate.participle
        && clause.objects.is_empty()
        && clause.verb.as_ref().is_some_and(|verb| verb.tokens.len() == 1)
        && here.figure_after(predicate.tokens.end, 2).is_none()
}

fn subjects<'r>(here: &Here<'r>, clause: &Clause, predicate: &Predicate) -> Vec<&'r Figure> {
    let start = clause.verb.as_ref().map_or(predicate.main, |verb| verb.tokens.start);
    // "133 perished in the north and more than 90 died in the south": what stands before the verb is its subject.
    if let Some(figure) = here
        .figure_before(start, &[])
        .filter(|figure| !governed(here, figure) && figure.kind != FigureKind::TheOne)
    {
        return here.list_up_to(figure);
    }
    if let Some(figure) = around_insertion(here, start) {
        // "Two nurses and ten patients, three of them children, were killed": also those before.
        let before = here.list_up_to(figure).into_iter().skip(1);
        return here
            .with_list(figure)
            .into_iter()
            .filter(|member| member.tokens.end <= figure.tokens.end || list_goes_on(here, figure, member))
            .chain(before)
            .collect();
    }
    // What stands before a semicolon is the subject of something else.
    let apart = |figure: &Figure| (figure.tokens.end..start).any(|at| here.view.is(at, &[";"]));
    let mut found: Vec<&Figure> = clause
        .subject
        .iter()
        .filter_map(|&phrase| here.figure_of(phrase))
        .filter(|figure| !apart(figure))
        .collect();
    if let Some(first) = found.first().filter(|_| here.sentence.heading) {
        found.extend(here.list_before(first));
    }
    found.dedup_by_key(|figure| figure.phrase);
    // "In the attack perished 14 persons": the subject behind the verb, in a sentence that opens with where.
    let inverted = found.is_empty()
        && clause.subject.is_empty()
        && here.view.tag(here.sentence.tokens.start) == Tag::Adposition
        && matches!(predicate.sort, Sort::Verb(Frame::Befalls));
    if let Some(figure) = here.figure_after(predicate.tokens.end, 0).filter(|_| inverted) {
        return here.with_list(figure);
    }
    // "All seven people on board an army helicopter died": what stands behind the people belongs to them.
    if found.is_empty()
        && let Some(figure) = nearest_before(here, start).filter(|figure| {
            figure.kind == FigureKind::Counted
                && figure.low > 0
                && here.view.tag(figure.tokens.end) == Tag::Adposition
        })
    {
        return vec![figure];
    }
    if found.is_empty() && !clause.subject.iter().any(|&phrase| is_real(here, phrase, start)) {
        found.extend(nearest_before(here, start));
    }
    found
}

/// Whether a subject phrase can be one: "51" in "at the scene and 51 were taken" may have been lost to the preposition.
fn is_real(here: &Here<'_>, phrase: usize, verb: usize) -> bool {
    here.analysis.phrases.get(phrase).is_some_and(|phrase| phrase.tokens.end <= verb + 1)
}

/// "Two persons, one of them a constable, were killed": the figure before what is inserted between commas.
pub(super) fn around_insertion<'r>(here: &Here<'r>, verb: usize) -> Option<&'r Figure> {
    let close = verb.checked_sub(1).filter(|&at| here.view.is(at, &[",", ")", "]", "–", "—", "-"]))?;
    let open: &[&str] = match here.view.word(close) {
        ")" => &["("],
        "]" => &["["],
        _ => &[",", "–", "—", "-"],
    };
    here.scene.figures.iter().find(|figure| {
        let end = here.analysis.extent(figure.noun_phrase).end.max(figure.tokens.end);
        let opens = (figure.tokens.end..=end).any(|at| here.view.is(at, open) && at < close);
        let inside = figure.tokens.end..close;
        opens
            && figure.tokens.end < close
            && inside.len() <= 40
            && !governed(here, figure)
            && !has_main_verb(here, figure.tokens.end, close)
    })
}

/// A finite verb that is not part of a relative clause: then the comma ends a clause and inserts nothing.
fn has_main_verb(here: &Here<'_>, from: usize, to: usize) -> bool {
    here.clauses().any(|clause| {
        let Some(verb) = &clause.verb else { return false };
        let finite = !matches!(verb.tense, Tense::Infinitive | Tense::Participle);
        let opened = (from..verb.tokens.start)
            .any(|at| here.view.is(at, &["who", "whom", "which", "that", "whose", "where", "when"]));
        finite && verb.tokens.start >= from && verb.tokens.end <= to && !opened
    })
}

fn list_goes_on(here: &Here<'_>, first: &Figure, member: &Figure) -> bool {
    let between = first.tokens.end..member.tokens.start;
    between.len() <= 2 && between.clone().any(|at| here.view.is(at, &["and", "or", "&"]))
}

/// The last figure before a verb without another verb in between: what is left when the clause has no subject.
fn nearest_before<'r>(here: &Here<'r>, verb: usize) -> Option<&'r Figure> {
    let figure = here.scene.figures.iter().rev().find(|figure| figure.tokens.end <= verb)?;
    let between = figure.tokens.end..verb;
    let clear = between.len() <= 8
        && !between.clone().any(|at| matches!(here.view.tag(at), Tag::Verb | Tag::Aux | Tag::Coordinator))
        && !between.clone().any(|at| here.view.is(at, &[";", ".", ":"]));
    (clear && !governed(here, figure)).then_some(figure)
}

/// Whether a preposition stands right before the figure: "in two villages", not "more than two villages".
fn governed(here: &Here<'_>, figure: &Figure) -> bool {
    figure.tokens.start.checked_sub(1).is_some_and(|at| {
        here.view.tag(at) == Tag::Adposition && !here.view.is(at, &["of", "than", "to", "after", "that"])
    })
}
