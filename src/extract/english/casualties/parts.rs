//! A part of a figure given beside it: "27 killed, seven of them children", "including two civilians", "of whom 12 are
//! women", "among them a priest". What was already found goes in with the scenes, claims come out.

use super::figure::{Figure, FigureKind};
use super::scene::{Here, each};
use super::sighting::{Sighted, Sighting, sight};
use super::telling::SEVERE;
use super::toll_subject::HARMED;
use crate::extract::english::lexicon::{Person, counted};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Bound, Effect, Group, Relation, Scope, Span};
use crate::text::{Tag, VerbForm};

const NAME: &str = "parts";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "a part of a figure given beside it: \"seven of them children\", \"including two civilians\"",
    corpus: include_str!("parts.md"),
    cues: |_| {},
    find,
};

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    // The last sentence that told something, for "Among them were two priests." at the start of the next.
    let mut last: Option<(usize, Effect)> = None;
    each(reading, |here| {
        for figure in &here.scene.figures {
            if figure.kind == FigureKind::TheOne
                || figure.kind == FigureKind::Nobody
                || !opens_part(&here, figure)
            {
                continue;
            }
            if is_of_untold(&here, figure, findings) {
                continue;
            }
            let whole = whole_of(&here, figure, findings).map(|whole| (whole.effect(), whole.place(&here)));
            let before = last
                .filter(|(sentence, _)| here.scene.sentence - sentence == 1)
                .filter(|_| !is_of_a_set_of_things(&here));
            let before = before.map(|(_, effect)| (effect, None));
            let Some((effect, whole_at)) = whole.or_else(|| opening(&here, figure)).or(before) else {
                continue;
            };
            let mut list = here.with_list(figure);
            list.extend(joined_over_place(&here, figure));
            for member in list {
                if !member.may_be_people(false) {
                    continue;
                }
                let end = (member.tokens.end + 3).min(here.sentence.tokens.end);
                let said = if member.kind == FigureKind::Share || member.head.is_none() {
                    member.tokens.start..end
                } else {
                    member.tokens.clone()
                };
                let mut sighting = Sighting::new(member, effect, trimmed(&here, said), NAME, 40);
                sighting.relation = Relation::Part;
                sighting.group = told_after(&here, member);
                sighting.whole_at.clone_from(&whole_at);
                sight(&here, sighting, findings);
            }
        }
        tell_most(&here, findings);
        tell_sums(&here, findings);
        tell_same_again(&here, findings);
        let mut present = findings
            .casualties_within(here.sentence.span)
            .filter(|(_, casualty)| casualty.scope() != Scope::Background);
        if let Some((_, casualty)) = present.next_back() {
            last = Some((here.scene.sentence, casualty.effect()));
        }
    });
}

/// "Most of the dead, 32, are women": how many they are is set off by commas.
fn tell_most(here: &Here<'_>, findings: &mut Findings) {
    for figure in here.scene.figures.iter().filter(|figure| figure.kind == FigureKind::Bare) {
        let (start, end) = (figure.tokens.start, figure.tokens.end);
        let Some(comma) = start.checked_sub(1).filter(|&at| here.view.is(at, &[",", "(", "–", "—"]))
        else {
            continue;
        };
        let of = (comma.saturating_sub(MOST_REACH)..comma).rfind(|&at| here.view.is(at, &["of"]));
        let Some(of) = of.filter(|&of| here.view.is(of.wrapping_sub(1), MOST)) else { continue };
        let set = of + 1..comma;
        let harm = here.scene.predicates.iter().find(|predicate| set.contains(&predicate.main));
        let named = || set.clone().find_map(|at| HARMED.iter().find(|(noun, _)| here.view.is(at, &[noun])));
        let effect = harm.map(|harm| harm.effect).or_else(|| named().map(|(_, effect)| *effect));
        let closes = here.view.is(end, &[",", ")", "–", "—"]);
        let Some(effect) = effect.filter(|_| closes && figure.low > 1) else { continue };
        let mut sighting = Sighting::new(figure, effect, of..end, NAME, 62);
        sighting.relation = Relation::Part;
        sighting.group = group_of_being(here, end + 1);
        sight(here, sighting, findings);
    }
}

/// What stands before "of the dead, 32," when that is how many they are.
const MOST: &[&str] = &["most", "majority", "half", "many", "some", "all"];
/// How far before the comma "of" may stand.
const MOST_REACH: usize = 5;

/// The parts that a list gives of what was already told.
fn tell_sums(here: &Here<'_>, findings: &mut Findings) {
    for whole in &here.scene.figures {
        let Some(core) = here.span(&whole.core) else { continue };
        let told = findings.casualties_within(core).next().map(|(_, casualty)| casualty.effect());
        let Some(effect) = told else { continue };
        for part in adds_up(here, whole) {
            let mut sighting = Sighting::new(part, effect, part.tokens.clone(), NAME, 41);
            sighting.relation = Relation::Part;
            sight(here, sighting, findings);
        }
    }
}

/// "97 of the dead were women and 56 men": the second says what the first said, its words left out.
fn tell_same_again(here: &Here<'_>, findings: &mut Findings) {
    for next in &here.scene.figures {
        let Some(and) = next.tokens.start.checked_sub(1).filter(|&and| here.view.is(and, &["and"])) else {
            continue;
        };
        let be = (and.saturating_sub(4)..and).rfind(|&at| here.view.is(at, &["are", "were"]));
        let Some(be) = be.filter(|&be| {
            (be + 1..and).all(|at| here.view.tag(at) == Tag::Noun || here.view.tag(at) == Tag::Adjective)
        }) else {
            continue;
        };
        let ends = matches!(here.view.tag(next.tokens.end), Tag::Punct | Tag::Coordinator)
            || next.tokens.end >= here.sentence.tokens.end;
        let before =
            here.scene.figures.iter().rfind(|figure| figure.tokens.end <= be && be - figure.tokens.end <= 4);
        let Some(told) =
            before.filter(|_| ends && next.head.is_some()).and_then(|before| here.span(&before.core))
        else {
            continue;
        };
        let part =
            findings.casualties_within(told).find(|(_, casualty)| casualty.relation() == Relation::Part);
        let Some(effect) = part.map(|(_, casualty)| casualty.effect()) else { continue };
        let mut sighting = Sighting::new(next, effect, next.tokens.clone(), NAME, 41);
        sighting.relation = Relation::Part;
        sight(here, sighting, findings);
    }
}

/// Whether the words before a figure, or its own, make it a part of another.
pub(super) fn opens_part(here: &Here<'_>, figure: &Figure) -> bool {
    let start = figure.tokens.start;
    let Some(before) = start.checked_sub(1) else { return false };
    if figure.kind == FigureKind::Share {
        let opens = start == here.sentence.tokens.start
            || here.view.is(before, &[",", "(", "–", "—", "-", ";", "with", "and"]);
        return figure.head.is_none() && opens && says_no_more(here, figure) && !of_things(here, figure);
    }
    if divides(here, figure) {
        return true;
    }
    if here.view.is(before, INCLUDING) || included_in_list(here, figure) || severe(here, figure) {
        return true;
    }
    if among_them_behind(here, figure) {
        return true;
    }
    let group: &[&[&str]] = &[
        &["among", "them"],
        &["among", "whom"],
        &["among", "those"],
        &["of", "whom"],
        &["of", "which"],
        &["of", "them"],
        &["of", "those"],
        &["of", "these"],
        &["including", "that", "of"],
        &["including", "those", "of"],
        &["them", "were"],
        &["them", "are"],
        &["them", "is"],
        &["them", "was"],
    ];
    let last = here.view.word(before);
    let preceded = |words: &&[&str]| words.last() == Some(&last) && here.view.preceded_by(start, words);
    group.iter().any(preceded) && !goes_its_own_way(here, figure)
}

/// "Killing 24 people, two babies and several nurses among them": the list that ends with whom it is a part of.
pub(super) fn among_them_behind(here: &Here<'_>, figure: &Figure) -> bool {
    let end = figure.tokens.end;
    let set_off = here.view.is(figure.tokens.start.wrapping_sub(1), &[",", "(", "–", "—", "and"]);
    let listed = |at: usize| {
        matches!(
            here.view.tag(at),
            Tag::Noun | Tag::ProperNoun | Tag::Adjective | Tag::Number | Tag::Determiner | Tag::Coordinator
        ) || here.view.is(at, &[",", "of"])
    };
    let among = (end..end + AMONG_REACH).find(|&at| !listed(at)).filter(|&at| here.view.is(at, &["among"]));
    let stops = |at: usize| at >= here.sentence.tokens.end || here.view.tag(at) == Tag::Punct;
    set_off && figure.low > 0 && among.is_some_and(|at| here.view.is(at + 1, &["them"]) && stops(at + 2))
}

/// How far behind a figure "among them" may stand.
const AMONG_REACH: usize = 14;

/// "Of whom 11 escaped": the verb says what became of the part, and what befell the whole did not.
fn goes_its_own_way(here: &Here<'_>, figure: &Figure) -> bool {
    let end = figure.tokens.end;
    let past = matches!(here.view.form(end), VerbForm::Past | VerbForm::PastOrParticiple);
    // "Of whom 380 were later freed".
    let be = here.view.is(end, &["were", "was", "are", "have", "had"]);
    let freed = be && (end + 1..end + 4).any(|at| here.view.is(at, OUT_OF_IT));
    freed || here.view.tag(end) == Tag::Verb && past && !here.view.is(end, &["remained", "were", "was"])
}

/// What becomes of those who are out of it.
const OUT_OF_IT: &[&str] = &["freed", "released", "rescued", "discharged", "found", "saved", "acquitted"];

/// "Including eight in the township of Osk and four boys": the member behind the place of the one before it.
fn joined_over_place<'r>(here: &Here<'r>, figure: &Figure) -> Option<&'r Figure> {
    let next = here.scene.figures.iter().find(|next| next.tokens.start > figure.tokens.end)?;
    let between = figure.tokens.end..next.tokens.start.checked_sub(1)?;
    let place = here.view.is(between.start, &["in", "at", "near", "from"])
        && between.clone().all(|at| {
            matches!(
                here.view.tag(at),
                Tag::Adposition | Tag::Determiner | Tag::ProperNoun | Tag::Noun | Tag::Adjective
            )
        });
    let harmed = here
        .scene
        .predicates
        .iter()
        .any(|predicate| (next.tokens.end..next.tokens.end + 2).contains(&predicate.main));
    let people = next.head.is_some() && !harmed;
    (figure.head.is_none() && place && people && here.view.is(between.end, &["and"])).then_some(next)
}

/// Words that open the parts of a whole.
const INCLUDING: &[&str] = &["including", "include", "includes", "included", "notably"];
/// How many members of a list are followed back.
const LIST_MAX: usize = 6;

/// "including Abbot Maro and two novices": the list begins with somebody who is no figure.
fn included_in_list(here: &Here<'_>, figure: &Figure) -> bool {
    if figure.kind != FigureKind::Counted {
        return false;
    }
    let opens = |start: usize| {
        here.view.is(start.wrapping_sub(1), INCLUDING)
            || here.view.is(start.wrapping_sub(2), &["among"])
                && here.view.is(start.wrapping_sub(1), &["them", "whom", "these"])
    };
    let joined = |phrase: usize| here.analysis.phrases.get(phrase)?.coordinated_with.get();
    std::iter::successors(joined(figure.phrase), |&phrase| joined(phrase))
        .take(LIST_MAX)
        .filter_map(|phrase| here.analysis.phrases.get(phrase))
        .any(|phrase| opens(phrase.tokens.start))
}

/// "12 injured, three seriously": a bare number that says how badly.
fn severe(here: &Here<'_>, figure: &Figure) -> bool {
    let adverb = figure.tokens.end;
    let how = here.view.tag(adverb) == Tag::Adverb && here.view.is(adverb, SEVERE);
    let ends = adverb + 1 >= here.sentence.tokens.end
        || matches!(here.view.tag(adverb + 1), Tag::Punct | Tag::Adposition | Tag::Coordinator);
    figure.kind == FigureKind::Bare && how && ends
}

/// "Thirteen bodies were found: six men, five women and two children": a list behind a colon, a semicolon or a dash whose
/// sum is the whole gives its parts.
fn adds_up<'r>(here: &Here<'r>, whole: &Figure) -> Vec<&'r Figure> {
    let stops: &[&str] = &[":", ";", "(", "–", "—", "-"];
    let opens = |figure: &Figure| here.view.is(figure.tokens.start.wrapping_sub(1), stops);
    let behind = |figure: &&Figure| figure.tokens.start >= whole.tokens.end;
    let Some(first) = here.scene.figures.iter().filter(behind).find(|figure| opens(figure)) else {
        return Vec::new();
    };
    let from = here.scene.figures.iter().skip_while(|figure| figure.tokens.start < first.tokens.start);
    let mut list: Vec<&Figure> = Vec::new();
    for figure in from {
        let joined = list.last().is_none_or(|last| {
            let mut between = last.tokens.end..figure.tokens.start;
            // "165 soldiers and policemen, and 47 civilians".
            let more = |at: usize| here.view.is(at - 1, &["and"]) && here.view.tag(at) == Tag::Noun;
            between.all(|at| here.view.is(at, &[",", "and"]) || more(at))
        });
        // "three male, one female" say only what those counted were.
        let people = figure.head.is_some_and(|head| !here.view.is(head, &["male", "female"]));
        if !joined || !people || !figure.may_be_people(true) {
            break;
        }
        list.push(figure);
    }
    let sum = list.iter().fold(0, |sum: u64, figure| sum.saturating_add(figure.low));
    // "More than 1,100 died: 920 militants, 165 soldiers and at least 47 civilians".
    let rounded = matches!(whole.bound, Bound::MoreThan | Bound::AtLeast | Bound::About | Bound::Nearly)
        && sum.abs_diff(whole.low) * ROUNDED <= whole.low;
    if list.len() > 1 && (sum == whole.low || rounded) { list } else { Vec::new() }
}

/// A whole is rounded by at most one part in so many of it.
const ROUNDED: u64 = 10;

/// "Of those killed, 16 were women": what befell the set that the sentence opens with, and no number says how many it is.
fn opening(here: &Here<'_>, figure: &Figure) -> Option<(Effect, Option<String>)> {
    let comma = divided_from(here).filter(|&comma| divides(here, figure) && comma < figure.tokens.start)?;
    let set = here.sentence.tokens.start..comma;
    let said = here.scene.predicates.iter().find(|predicate| set.contains(&predicate.main))?;
    Some((said.effect, None))
}

/// The comma behind "of the dead", "of those hurt" at the start of a sentence.
fn divided_from(here: &Here<'_>) -> Option<usize> {
    let first = here.sentence.tokens.start;
    let opens = here.view.is(first, &["of"]) && here.view.is(first + 1, &["the", "those", "these", "them"]);
    opens.then(|| here.sentence.tokens.clone().find(|&at| here.view.is(at, &[","]))).flatten()
}

/// "Of the 129 new cases, 40 were in the north": no part of those of whom the sentence before told.
fn is_of_a_set_of_things(here: &Here<'_>) -> bool {
    let first = here.sentence.tokens.start + 1;
    divided_from(here).is_some_and(|comma| {
        (first..comma).take_while(|&at| here.view.tag(at) != Tag::Adposition).any(|at| {
            let people = super::figure::person_at(here.analysis, here.view, at);
            here.view.tag(at) == Tag::Noun && matches!(people, Person::Unknown | Person::No)
        })
    })
}

/// "Of the 52 killed, 31 were civilians and six were police", "of those hurt, six are in intensive care": a bare number
/// that says of some of those named at the start of the sentence what they are.
fn divides(here: &Here<'_>, figure: &Figure) -> bool {
    if figure.head.is_some() {
        return false;
    }
    let comma = divided_from(here);
    let goes_on = here.view.is(figure.tokens.start.wrapping_sub(1), &["and", ","]);
    let near = comma.is_some_and(|comma| {
        comma + 1 == figure.tokens.start || goes_on && (comma..figure.tokens.start).len() <= DIVIDED_REACH
    });
    let be = here.view.is(figure.tokens.end, &["are", "were", "is", "was", "remain", "remained"]);
    // Another harm behind it speaks for itself: "of those, 117 were killed".
    let harm = here.scene.predicates.iter().any(|predicate| {
        (figure.tokens.end..figure.tokens.end + 3).contains(&predicate.main)
            && !here.view.is(predicate.main, &["in"])
    });
    near && be && !harm
}

/// How far behind the comma the parts of a divided set may stand.
const DIVIDED_REACH: usize = 16;

/// "three of whom were fetched from hospital" says something else of the part than was said of the whole.
fn says_no_more(here: &Here<'_>, figure: &Figure) -> bool {
    let end = figure.tokens.end;
    let be = here.view.is(end, &["is", "are", "was", "were"]);
    let later = be && here.view.tag(end + 1) == Tag::Adverb;
    let next = here.view.tag(end + usize::from(be) + usize::from(later));
    let verb =
        matches!(next, Tag::Verb | Tag::Aux) || !be && matches!(here.view.tag(end), Tag::Verb | Tag::Aux);
    !verb && !here.view.is(end, &["after", "before", "by", "when", "while", "because", "since", "to", "for"])
}

/// "flattened hamlets, hundreds of them, across the hills": what is said of things nearer than the people.
fn of_things(here: &Here<'_>, figure: &Figure) -> bool {
    let aside = here.view.is(figure.tokens.end, &[","]) || figure.tokens.end >= here.sentence.tokens.end;
    let comma = figure.tokens.start.checked_sub(1).filter(|&at| here.view.is(at, &[","]));
    let last = comma.and_then(|comma| comma.checked_sub(1)).filter(|_| aside);
    last.is_some_and(|last| {
        let several = *here.analysis.lemma(last) != *here.view.word(last);
        let people = super::figure::person_at(here.analysis, here.view, last);
        here.view.tag(last) == Tag::Noun && several && matches!(people, Person::Unknown | Person::No)
    })
}

/// The nearest figure before a part, in its sentence.
fn whole_of<'f>(here: &Here<'_>, figure: &Figure, findings: &'f Findings) -> Option<&'f Sighted> {
    let start = here.sentence.span.start;
    let end = here.view.token(figure.tokens.start)?.span.start;
    findings
        .casualties_within(Span { start, end })
        .rfind(|(_, casualty)| {
            casualty.relation() != Relation::Part && casualty.relation() != Relation::Previous
        })
        .map(|(_, casualty)| casualty)
}

/// "47 people were on the island, 24 of them Kenyans": part of those to whom nothing has happened yet.
fn is_of_untold(here: &Here<'_>, figure: &Figure, findings: &Findings) -> bool {
    let mut before = here.scene.figures.iter().filter(|other| other.tokens.end <= figure.tokens.start);
    let told = |other: &Figure| {
        here.span(&other.core).is_some_and(|core| findings.casualties_within(core).next().is_some())
    };
    // "25 victims, including two civilians": the noun says what befell them.
    let harmed = |other: &Figure| {
        other.head.is_some_and(|head| {
            counted(&here.analysis.lemma(head)).is_some()
                || HARMED.iter().any(|(noun, _)| here.view.is(head, &[noun]))
        })
    };
    let nearest = before.rfind(|other| {
        let does = other.kind == FigureKind::Bare && here.view.tag(other.tokens.end) == Tag::Aux;
        (does || other.kind == FigureKind::Counted && other.may_be_people(false)) && other.low >= figure.low
    });
    // A list of parts: "including eight in Osk, two in Darek".
    nearest.is_some_and(|whole| {
        !told(whole) && !harmed(whole) && whole.low > figure.low && !opens_part(here, whole)
    })
}

/// "seven of them children": the noun stands right behind the figure.
fn told_after(here: &Here<'_>, figure: &Figure) -> Option<Group> {
    // "Seven soldiers were hurt, two of them officers", "including two officers": of the army.
    let bare = |head: usize| {
        here.view.is(head, &["officers", "officer"])
            && !here.view.is(head.wrapping_sub(1), &["police", "prison"])
    };
    let officers = figure.head.map_or_else(|| here.view.is(figure.tokens.end, &["officers"]), bare);
    let soldiers = || {
        let mut before = here.scene.figures.iter().filter(|other| other.tokens.end <= figure.tokens.start);
        before.rfind(|other| other.head.is_some()).is_some_and(|whole| whole.group() == Some(Group::Military))
    };
    if officers && soldiers() {
        return Some(Group::Military);
    }
    if figure.head.is_some() {
        return None;
    }
    called_behind(here, figure)
}

/// What those of a figure are called by the noun right behind it, or behind a verb of being: "four of the dead were
/// children".
pub(super) fn called_behind(here: &Here<'_>, figure: &Figure) -> Option<Group> {
    group_of_being(here, figure.tokens.end)
}

/// What the noun at a token, or behind a verb of being there, calls people.
fn group_of_being(here: &Here<'_>, from: usize) -> Option<Group> {
    let start = from + usize::from(here.view.is(from, &["is", "are", "was", "were"]));
    let phrase = here
        .sentence
        .phrases
        .clone()
        .filter_map(|at| here.analysis.phrases.get(at))
        .find(|phrase| phrase.tokens.start == start)?;
    match super::figure::person_at(here.analysis, here.view, phrase.head) {
        Person::Known(group) => Some(group),
        _ => None,
    }
}

/// Up to the first punctuation.
fn trimmed(here: &Here<'_>, said: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = said.clone().find(|&at| here.view.tag(at) == Tag::Punct).unwrap_or(said.end);
    said.start..end.max(said.start + 1)
}
