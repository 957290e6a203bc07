//! Turns people and what happened to them into a claim. A sighting goes in; a claim with group, side, place, source, time
//! and quote comes out. Never decides that something happened.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::Timestamp;

use super::figure::{Figure, FigureKind, person_at};
use super::parts::opens_part;
use super::scene::Here;
use super::side::{EMPLOYED, employer, side, side_of_whole, side_within};
use super::sighting::{Sighted, Sighting};
use crate::extract::english::lexicon::{Hint, Person, force, hints_at, speech};
use crate::extract::rule::Reading;
use crate::model::{Bound, Casualty, Claim, Effect, Evidence, Group, Span};
use crate::text::english::date::{Direction, Grain, When};
use crate::text::english::lemma;
use crate::text::english::vocabulary::Listed;
use crate::text::gazetteer::{Entity, EntityKind, is_aid_body};
use crate::text::{Tag, Voice};

/// Asks of all sightings who says so, when and where, one question of all of them before the next: the code of all
/// questions together is more than a processor holds at hand. The answers stay with the sightings.
pub(in crate::extract) fn prepare<'s>(
    reading: &Reading<'_>,
    sightings: impl Iterator<Item = &'s Sighted> + Clone,
) {
    let with_scene = sightings.filter_map(|sighted| Some((Here::of(reading, sighted.sentence)?, sighted)));
    with_scene.clone().for_each(|(here, sighted)| {
        sighted.speaker(&here);
    });
    with_scene.clone().for_each(|(here, sighted)| {
        here.analysis.dates_in(sighted.sentence);
    });
    with_scene.for_each(|(here, sighted)| {
        sighted.place(&here);
    });
}

/// Makes the claim of a sighting.
pub(in crate::extract) fn tell(reading: &Reading<'_>, sighted: &Sighted) -> Option<Claim> {
    let here = &Here::of(reading, sighted.sentence)?;
    let sighting = &sighted.sighting;
    let figure = &sighting.figure;
    let span = sighted.quoted;
    let casualty = Casualty {
        effect: sighting.effect,
        value: figure.low,
        high: figure.high,
        bound: sighting.bound.unwrap_or_else(|| bound(here, sighting)),
        group: group(here, sighting),
        side: side(here, figure)
            .or_else(|| sighting.of.as_ref().and_then(|of| side_within(here, of)))
            .or_else(|| side_of_whole(here, figure)),
        place: sighted.place(here),
        scope: sighted.scope,
        source: source(here, sighted),
        as_of: as_of(here, sighting, sighted.core),
        relation: sighting.relation,
        evidence: Evidence {
            quote: span.of(&reading.article.text).to_owned(),
            span,
            rule: sighting.rule.to_owned(),
        },
    };
    Some(Claim::Casualty(casualty))
}

/// Its own bound, else the "at least" of the figure it shares its verb with: "at least 80 died in the north, 30 in the
/// south", "at least four soldiers and two civilians".
fn bound(here: &Here<'_>, sighting: &Sighting) -> Bound {
    let figure = &sighting.figure;
    if figure.bound != Bound::Exact
        || figure.more
        || !matches!(figure.kind, FigureKind::Counted | FigureKind::Bare)
    {
        return figure.bound;
    }
    // Bare numbers in between share it too: "at least 80 in the north, 30 in the south and 12 at sea".
    let gap = sighting.rule == "gapped" && figure.kind == FigureKind::Bare;
    let before = here.scene.figures.iter().rfind(|other| {
        other.tokens.end <= figure.tokens.start
            && !(gap && other.kind == FigureKind::Bare && other.bound == Bound::Exact)
    });
    let Some(before) = before else { return figure.bound };
    let between = before.tokens.end..figure.tokens.start;
    let listed = between.len() <= 2 && between.clone().all(|at| here.view.is(at, &["and", ","]));
    let gapped = gap && !between.clone().any(|at| here.view.is(at, &[";", "while", "but", "said"]));
    let shares = before.bound == Bound::AtLeast && figure.low > 1 && (listed || gapped);
    if shares { Bound::AtLeast } else { figure.bound }
}

/// Longest name of a source in bytes; a longer one is a sentence that was taken for a name.
const SOURCE_BYTES_MAX: usize = 120;

/// Who states the figure: the one relied on where somebody else passes it on ("X said, citing Y").
fn source(here: &Here<'_>, sighted: &Sighted) -> Option<String> {
    let span = match sighted.speaker(here) {
        // "Chad: ferry sinks, 12 dead": where, and not who says so.
        Some(attribution) if is_slug(here, attribution.span, sighted.core) => return None,
        Some(attribution) => {
            let via = attribution.via.map(|phrase| here.analysis.span(here.analysis.extent(phrase)));
            via.unwrap_or(attribution.span)
        }
        None => teller(here, sighted.core)?,
    };
    let written = span.of(&here.reading.article.text).split_whitespace().collect::<Vec<_>>().join(" ");
    let name = written.strip_prefix("the ").or_else(|| written.strip_prefix("The ")).unwrap_or(&written);
    let pronoun = matches!(
        name.to_lowercase().as_str(),
        "" | "he" | "she" | "it" | "they" | "who" | "which" | "that" | "we" | "i" | "one" | "this"
    );
    (!pronoun && name.len() <= SOURCE_BYTES_MAX).then(|| name.to_owned())
}

/// Whether a title names a country or a sort of event before a colon, in front of the figure.
fn is_slug(here: &Here<'_>, speaker: Span, figure: Span) -> bool {
    let word = here.view.word(here.sentence.tokens.start);
    let event = || [Hint::Disease, Hint::Event].into_iter().any(|hint| hints_at(word, hint));
    let country = |entity: &Entity| entity.kind == EntityKind::Country && entity.span == speaker;
    here.sentence.heading
        && speaker.start == here.sentence.span.start
        && speaker.end < figure.start
        && (here.reading.entities_within(speaker).any(country) || event())
}

/// Verbs with which somebody gives a figure as his own: "the ministry put the dead at 12", "the centre lists 31 dead".
const GIVES: &[&str] = &[
    "put",
    "give",
    "list",
    "count",
    "record",
    "contradict",
    "counter",
    "estimate",
    "tally",
    "raise",
    "lower",
    "revise",
    "speak",
    "set",
    "register",
    "document",
];

static IS_GIVING: LazyLock<Listed<bool>> =
    LazyLock::new(|| Listed::new(|word| GIVES.contains(&&*lemma::verb(word))));

/// Who gives the figure as the subject of its own clause.
fn teller(here: &Here<'_>, core: Span) -> Option<Span> {
    let token = here.analysis.token_at(core.start)?;
    let clause = here.clause_around(token)?;
    let verb = clause.verb.as_ref().filter(|verb| verb.voice == Voice::Active)?;
    let &subject = clause.subject.first().filter(|_| IS_GIVING.at(here.view, verb.main))?;
    here.analysis.speaks(subject).then(|| here.analysis.span(here.analysis.extent(subject)))
}

/// When the figure held: "as of 8 p.m.", "by Wednesday evening"; of a toll also the day on which it was reached.
fn as_of(here: &Here<'_>, sighting: &Sighting, core: Span) -> Option<Timestamp> {
    // "last night's quake now has 820 dead": the time is the quake's.
    let owns = |when: &When| here.view.is(when.tokens.end, &["'s", "’s"]);
    let when = here.analysis.date_of(core).filter(|when| !owns(when))?;
    let states = match when.direction {
        Direction::UpTo => true,
        Direction::During => sighting.rule == "toll" && when.grain <= Grain::Day,
        _ => false,
    };
    let published = here.reading.article.published_at.map(|moment| moment.at);
    let end = when.ends_at().filter(|_| states)?;
    Some(published.map_or(end, |published| end.min(published)))
}

impl Here<'_> {
    /// The bytes of some tokens.
    pub(super) fn span(&self, tokens: &Range<usize>) -> Option<Span> {
        let first = self.view.token(tokens.start)?;
        let last = self.view.token(tokens.end.checked_sub(1)?)?;
        (first.span.start < last.span.end).then_some(Span { start: first.span.start, end: last.span.end })
    }
}

/// How badly: a subset of the injured is a group of its own.
pub(super) const SEVERE: &[&str] = &[
    "seriously",
    "critically",
    "severely",
    "gravely",
    "badly",
    "serious",
    "critical",
    "life-threatening",
    "grave",
    "intensive",
];

fn group(here: &Here<'_>, sighting: &Sighting) -> Group {
    if let Some(group) = sighting.group {
        return group;
    }
    let figure = &sighting.figure;
    // "The captain of the ferry", "the ship's captain": at sea, and no soldier.
    if figure.head.is_some_and(|head| at_sea(here, head)) {
        return Group::Other;
    }
    // "Six people remain in intensive care": those of the injured for whom it is bad.
    let still = || {
        let words = figure.tokens.end..sighting.said.end;
        words.into_iter().any(|at| here.view.is(at, &["remain", "remained", "remains", "still"]))
    };
    let severe = sighting.effect == Effect::Injured
        && (matches!(figure.kind, FigureKind::Bare | FigureKind::Share) || still())
        && sighting.said.clone().any(|at| here.view.is(at, SEVERE));
    if severe {
        return Group::Other;
    }
    if figure.tokens.clone().any(|at| here.view.is(at, &["civilian", "civilians"])) {
        return Group::Civilians;
    }
    if let Some(group) = of_a_force(here, figure) {
        return group;
    }
    // "52 officers and soldiers": of the army.
    let ranks = ["soldiers", "men", "troops", "privates", "conscripts"];
    let joined = here.view.is(figure.tokens.end, &["and"]) && here.view.is(figure.tokens.end + 1, &ranks);
    if joined && figure.head.is_some_and(|head| here.view.is(head, &["officers"])) {
        return Group::Military;
    }
    if works_for_aid(here, figure) {
        return Group::AidWorkers;
    }
    if let Some(group) = of_their_own(here, sighting) {
        return group;
    }
    if let Some(group) = figure.group() {
        return if group == Group::People && is_held_for_a_reason(here, sighting) {
            Group::Other
        } else {
            group
        };
    }
    if figure.head.is_some() {
        return Group::People;
    }
    match counted_before(here, figure).unwrap_or(Group::People) {
        Group::People if is_held_for_a_reason(here, sighting) => Group::Other,
        group => group,
    }
}

/// Whether the captain at `head` is of a vessel.
fn at_sea(here: &Here<'_>, head: usize) -> bool {
    let before = (head.saturating_sub(3)..head).any(|at| here.view.is(at, VESSELS));
    let of = here.view.is(head + 1, &["of"])
        && !(head + 2..head + 6).any(|at| force(here.view.word(at)).is_some());
    let crew = || here.sentence.tokens.clone().any(|at| here.view.is(at, AFLOAT));
    here.view.is(head, &["captain", "captains"]) && (before || of || crew() || is_about_a_vessel(here))
}

/// Whether title or lead name a vessel.
fn is_about_a_vessel(here: &Here<'_>) -> bool {
    let opening = here.analysis.sentences.iter().enumerate().filter(|(_, sentence)| sentence.part.speaks());
    opening.take(LEAD).any(|(at, _)| {
        let view = here.analysis.view(at);
        (view.start..view.end).any(|token| view.is(token, VESSELS) && !view.is(token, &["team", "sea"]))
    })
}

/// How many sentences, title included, open a report.
const LEAD: usize = 2;

/// What a sentence about a captain at sea may tell.
const AFLOAT: &[&str] = &["crew", "drowned", "sank", "aboard", "capsized", "overboard"];

/// What has a captain who is no soldier.
const VESSELS: &[&str] =
    &["ship", "ferry", "boat", "tanker", "vessel", "cruise", "trawler", "yacht", "sea", "barge", "team"];

/// Fewer than so many are told of because of what they are held for, even when they are called people.
const A_FEW: u64 = 10;
/// So many arrested at once are a crowd.
const A_CROWD: u64 = 50;
/// Nouns for people of a set: members, suspects, a crew.
const OF_A_SET: &[&str] = &["member", "members", "suspected", "alleged", "suspect", "suspects", "leaders"];

/// Somebody arrested alone, or as a member of something, is held for what he is thought to have done, not as one of the
/// people.
fn is_held_for_a_reason(here: &Here<'_>, sighting: &Sighting) -> bool {
    let figure = &sighting.figure;
    let set = figure.tokens.clone().any(|at| here.view.is(at, OF_A_SET));
    let plain = figure.head.is_some_and(|head| here.view.is(head, &["people", "persons"]));
    let arrested =
        figure.low < (if plain { A_FEW } else { A_CROWD })
            && sighting.said.clone().chain(figure.tokens.clone()).any(|at| {
                here.view.is(at, &["arrest", "arrests", "arrested", "custody", "jailed", "charged"])
            });
    sighting.effect == Effect::Detained && (figure.low == 1 || set || arrested)
}

/// "Frontier Corps men", "four personnel of the border guard": whom the name of their force makes what they are.
fn of_a_force(here: &Here<'_>, figure: &Figure) -> Option<Group> {
    let head = figure.head.filter(|&at| here.view.is(at, OF_A_FORCE))?;
    let end = figure.tokens.end;
    let behind = if here.view.is(end, &["of", "from"]) { end + 1..end + FORCE_REACH } else { end..end };
    (figure.tokens.start.max(head.saturating_sub(FORCE_REACH))..head)
        .chain(behind.take_while(|&at| here.view.tag(at) != Tag::Punct))
        .find_map(|at| force(here.view.word(at)))
}

/// Nouns that a force's name may stand before.
const OF_A_FORCE: &[&str] =
    &["men", "man", "personnel", "members", "member", "people", "staff", "women", "recruits", "officers"];
/// How far from the noun the name of the force may stand.
const FORCE_REACH: usize = 5;

/// The employees of an aid body: "three of its employees" in a sentence whose subject is one, "two Red Cross workers".
fn works_for_aid(here: &Here<'_>, figure: &Figure) -> bool {
    let works = figure.head.is_some_and(|head| here.view.is(head, EMPLOYED));
    works && employer(here, figure).is_some_and(|body| is_aid_body(&body.name))
}

/// "Police said 300 of their own had been hurt", "the army put its own dead at 40".
fn of_their_own(here: &Here<'_>, sighting: &Sighting) -> Option<Group> {
    let words = sighting.figure.tokens.start.min(sighting.said.start)
        ..sighting.figure.tokens.end.max(sighting.said.end) + 1;
    let own = words
        .clone()
        .any(|at| here.view.is(at, &["own"]) && here.view.is(at.wrapping_sub(1), &["their", "its", "our"]));
    let before = here.sentence.tokens.start..words.start;
    // "The army lost 23 men": its own.
    let lost = here.verb_lemma(sighting.said.start) == "lose"
        && sighting.figure.head.is_some_and(|head| here.view.is(head, &["men"]));
    let owner = || {
        // Whose own they are acts in the sentence: "the army killed 22 insurgents and lost four of its own men".
        let acts = here.clauses().flat_map(|clause| &clause.subject);
        let acts = acts.filter_map(|&at| here.analysis.phrases.get(at)).filter_map(|phrase| {
            let force = phrase.tokens.clone().rev().find_map(|at| force(here.view.word(at)))?;
            (phrase.tokens.end <= words.start).then_some((phrase.tokens.start, force))
        });
        let nearest = || before.clone().rev().find_map(|at| force(here.view.word(at)));
        acts.max_by_key(|(start, _)| *start).map(|(_, force)| force).or_else(nearest)
    };
    (own || lost).then(owner).flatten()
}

/// "counts only civilians and has recorded 387 of them dead": whom "them" stands for, named without a number.
fn named_before(here: &Here<'_>, figure: &Figure) -> Option<Group> {
    if figure.kind != FigureKind::Share || figure.head.is_some() {
        return None;
    }
    let last = here
        .sentence
        .phrases
        .clone()
        .filter_map(|at| here.analysis.phrases.get(at))
        .filter(|phrase| phrase.tokens.end <= figure.tokens.start)
        .filter_map(|phrase| {
            let several = *here.analysis.lemma(phrase.head) != *here.view.word(phrase.head);
            match person_at(here.analysis, here.view, phrase.head) {
                Person::Known(group) if several && phrase.tokens.contains(&phrase.head) => {
                    Some((phrase.quantity.get().is_some(), group))
                }
                _ => None,
            }
        })
        .next_back()?;
    (!last.0).then_some(last.1)
}

/// From so many words on one person of whom no harm is told is not counted with those behind him.
const IDLE_REACH: usize = 3;

/// "two civilians were killed and 23 wounded": a bare number counts the people counted before it. A part does not:
/// "12 died, including two nurses, and 20 were hurt". "Twenty more" and "two of them" also look one sentence back.
fn counted_before(here: &Here<'_>, figure: &Figure) -> Option<Group> {
    let own = here
        .scene
        .figures
        .iter()
        .rev()
        .filter(|other| other.tokens.end <= figure.tokens.start && other.low > 0)
        .filter(|other| figure.kind == FigureKind::Share || !opens_part(here, other));
    // Whoever tells it is not counted: "an official said 155 were missing".
    let speaks = |other: &Figure| {
        other.low == 1
            && (other.tokens.end..figure.tokens.start).any(|at| speech::is_speech(here.view.word(at)))
    };
    // "An officer put the toll at 74 and the radio spoke of 100": nothing is said to have befallen him.
    let idle = |other: &Figure| {
        let between = other.tokens.end..figure.tokens.start;
        other.low == 1
            && figure.low > 1
            && (between.len() > IDLE_REACH
                && !here.scene.predicates.iter().any(|predicate| between.contains(&predicate.main))
                // "Pulled a boy alive from a quake that killed 900".
                || between.clone().any(|at| here.view.is(at, &["which", "that"])))
    };
    // "It took 300 firefighters to put out the fire, in which 15 died".
    let elsewhere = |other: &Figure| {
        (other.tokens.end..figure.tokens.start).any(|at| here.view.follows(at, &["in", "which"]))
    };
    let own = own.filter(|other| !speaks(other) && !idle(other) && !elsewhere(other));
    if let Some(group) = own.clone().find_map(Figure::group) {
        return Some(group);
    }
    let first = own.clone().next_back().unwrap_or(figure);
    if let Some(group) = named_before(here, figure).or_else(|| named_before(here, first)) {
        return Some(group);
    }
    let opens = figure.tokens.start <= here.sentence.tokens.start + 1;
    if own.count() > 0 || !opens || !(figure.more || figure.kind == FigureKind::Share) {
        return None;
    }
    let before = here.scene_before()?;
    before.figures.iter().rev().filter(|other| other.low > 1).find_map(Figure::group)
}
