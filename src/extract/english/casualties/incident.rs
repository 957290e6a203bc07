//! One blow inside a larger event: "a shell hit a clinic, wounding 13" in a report on a war with hundreds of dead. The
//! claims of a whole article go in; those that count one blow come out with scope incident. Reads no new figures, and
//! leaves alone what is background or the only figure of its kind: without a larger total there is no event around it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::extract::english::lexicon::{Hint, Hints, hints_at, hints_of};
use crate::extract::rule::Reading;
use crate::model::{Bound, Casualty, Claim, Effect, Group, Relation, Scope};
use crate::text::english::date::{Direction, Grain};
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Analysis, Clause, Link, Tag, Tense};

/// A total is this many times larger than one blow inside it.
const TIMES: u64 = 3;
/// In a story of so many a single person is a case among them.
const MANY: u64 = 20;
/// A few people are, where the total is this many times larger.
const FEW_TIMES: u64 = 50;
/// A running total is half as much again as the count of one day, and more.
const DAY_TIMES: u64 = 3;
/// So many are a few.
const FEW: u64 = 5;
/// How many sentences of the body are its lead.
const LEAD: usize = 3;

/// Rules that read totals, parts of totals and what is left of them.
const TOTALS: &[&str] = &["toll", "previous", "among", "parts", "gapped", "unfound"];

/// Which of the claims are figures of single blows, by their place.
pub(crate) fn blows(reading: &Reading<'_>, claims: &[Claim]) -> Vec<usize> {
    let mut found = Vec::new();
    let totals = totals(claims);
    let long = names(&reading.analysis, Hint::LongEvent);
    let disease = names(&reading.analysis, Hint::Disease);
    let opening = opening_end(reading);
    let told_at_once = totals_of(claims.iter().filter(|claim| claim.evidence().span.start < opening));
    for (place, claim) in claims.iter().enumerate() {
        let Claim::Casualty(casualty) = claim else { continue };
        let total = totals.get(&casualty.effect).copied().unwrap_or(0);
        // What title and first sentence tell is the event itself, unless they tell the total too.
        let opens = casualty.evidence.span.start < opening
            && told_at_once.get(&casualty.effect).is_none_or(|&told| told < total);
        if casualty.scope == Scope::Event
            && casualty.value > 0
            && (!opens || is_one_day(&reading.analysis, casualty))
            && !TOTALS.contains(&&*casualty.evidence.rule)
            && casualty.relation != Relation::Part
            && casualty.bound != Bound::Vague
            && (casualty.value.saturating_mul(TIMES) <= total
                && counts_one_blow(&reading.analysis, casualty, long)
                || casualty.value.saturating_mul(DAY_TIMES) <= total.saturating_mul(2)
                    && is_one_day(&reading.analysis, casualty)
                || !disease && is_a_case(casualty, &totals))
            && !is_told_with_the_total(&reading.analysis, casualty, total, around(claims, place))
        {
            found.push(place);
        }
    }
    found
}

/// "Two new deaths took the toll to 24", "drove off with 47 pupils and three teachers": the last of those whom the toll
/// counts, told with it, and those named beside the total in the same words.
fn is_told_with_the_total(analysis: &Analysis<'_>, told: &Casualty, total: u64, claims: &[Claim]) -> bool {
    let sentence = |casualty: &Casualty| analysis.sentence_at(casualty.evidence.span.start);
    let (start, end) = (told.evidence.span.start, told.evidence.span.end);
    claims.iter().any(|claim| {
        let Claim::Casualty(other) = claim else { return false };
        let overlaps = other.evidence.span.start < end && start < other.evidence.span.end;
        let leads = told.relation == Relation::Added && &*other.evidence.rule == "toll";
        let beside = other.value == total && other.group != told.group && overlaps;
        other.effect == told.effect && (beside || leads && sentence(other) == sentence(told))
    })
}

/// The claims so far before and behind one: they stand in the order of the text.
const AROUND: usize = 8;

fn around(claims: &[Claim], place: usize) -> &[Claim] {
    claims.get(place.saturating_sub(AROUND)..claims.len().min(place + AROUND + 1)).unwrap_or_default()
}

/// Where the first sentence of the body ends.
fn opening_end(reading: &Reading<'_>) -> usize {
    let body = reading.article.body_start();
    let lead = reading
        .analysis
        .sentences
        .iter()
        .find(|sentence| sentence.part.speaks() && sentence.span.start >= body);
    lead.map_or(body, |lead| lead.span.end)
}

/// One person, or a few, of whom a report on a great many tells: "the body of a woman was carried down". Whoever is
/// held, or is one of a side or a service, is counted in his own right.
fn is_a_case(casualty: &Casualty, totals: &BTreeMap<Effect, u64>) -> bool {
    let of = |effect: Effect| totals.get(&effect).copied().unwrap_or(0);
    let own = of(casualty.effect);
    let total = own.max(of(Effect::Killed));
    let few = casualty.value <= FEW && casualty.value.saturating_mul(FEW_TIMES) <= own;
    let one = casualty.value == 1 && total >= MANY;
    let told = matches!(&*casualty.evidence.rule, "undergone" | "inflicted" | "counted" | "stated");
    let counted = matches!(casualty.effect, Effect::Detained | Effect::Evacuated | Effect::Displaced);
    // Of whom one side or one service tells as of its own, it keeps a count.
    let kept = casualty.side.is_some()
        || matches!(casualty.group, Group::Police | Group::Military | Group::Militants);
    casualty.bound == Bound::Exact && told && !counted && !kept && (one || few)
}

/// The largest figure of each effect that stands for the whole event.
fn totals(claims: &[Claim]) -> BTreeMap<Effect, u64> {
    totals_of(claims.iter())
}

fn totals_of<'c>(claims: impl Iterator<Item = &'c Claim>) -> BTreeMap<Effect, u64> {
    let mut totals = BTreeMap::new();
    for claim in claims {
        if let Claim::Casualty(casualty) = claim
            && casualty.scope == Scope::Event
            && casualty.relation != Relation::Previous
        {
            let total = totals.entry(casualty.effect).or_insert(0);
            *total = casualty.value.max(*total);
        }
    }
    totals
}

/// Whether title or lead name an event of this sort.
fn names(analysis: &Analysis<'_>, event: Hint) -> bool {
    let speaking = analysis.sentences.iter().enumerate().filter(|(_, sentence)| sentence.part.speaks());
    speaking.take(LEAD + 1).any(|(at, _)| {
        let view = analysis.view(at);
        (view.start..view.end).any(|token| HINTS.at(view, token).say(event))
    })
}

fn counts_one_blow(analysis: &Analysis<'_>, casualty: &Casualty, long: bool) -> bool {
    let span = casualty.evidence.span;
    let Some(sentence) = analysis.sentence_at(span.start) else { return false };
    let Some(token) = analysis.token_at(span.start) else { return false };
    let view = analysis.view(sentence);
    let clause = analysis
        .clauses_in(sentence)
        .iter()
        .filter(|clause| clause.tokens.contains(&token))
        .min_by_key(|clause| clause.tokens.len());
    let Some(clause) = clause else { return false };
    if goes_on(clause) {
        return false;
    }
    // "A shell hit a clinic, where 13 people were killed": the blow stands in the clause above.
    let above = clause
        .parent
        .and_then(|parent| analysis.clauses.get(parent))
        .filter(|_| matches!(clause.link, Link::Relative | Link::Participial | Link::Adverbial));
    names_a_blow(view, clause)
        || above.is_some_and(|above| names_a_blow(view, above))
        || long
            && casualty.value == 1
            && casualty.bound == Bound::Exact
            && casualty.effect != Effect::Detained
        || long && is_of_a_day(analysis, casualty, clause)
}

/// "have been killed": a running figure.
fn goes_on(clause: &Clause) -> bool {
    clause.verb.as_ref().is_some_and(|verb| verb.tense == Tense::PresentPerfect)
}

static HINTS: LazyLock<Listed<Hints>> = LazyLock::new(|| Listed::new(hints_of));
static BLOWS: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(|word| hints_at(word, Hint::Blow)));

/// "by another mine", "in the same ambush", "a shell".
fn names_a_blow(view: View<'_>, clause: &Clause) -> bool {
    clause.tokens.clone().filter(|&at| BLOWS.at(view, at)).any(|at| {
        (at.saturating_sub(3)..at)
            .rev()
            .take_while(|&before| !matches!(view.tag(before), Tag::Verb | Tag::Adposition | Tag::Punct))
            .any(|before| view.is(before, &["a", "an", "another", "one", "same", "two", "three", "separate"]))
    })
}

/// "On Sunday 94 were killed": a firm count of one day named in its clause.
fn is_one_day(analysis: &Analysis<'_>, casualty: &Casualty) -> bool {
    let span = casualty.evidence.span;
    let (Some(sentence), Some(token)) = (analysis.sentence_at(span.start), analysis.token_at(span.start))
    else {
        return false;
    };
    let clause = analysis
        .clauses_in(sentence)
        .iter()
        .filter(|clause| clause.tokens.contains(&token))
        .min_by_key(|clause| clause.tokens.len());
    clause.is_some_and(|clause| !goes_on(clause) && is_of_a_day(analysis, casualty, clause))
        && matches!(casualty.bound, Bound::Exact | Bound::AtLeast | Bound::MoreThan)
}

/// "On Sunday 94 were killed": one day of many.
fn is_of_a_day(analysis: &Analysis<'_>, casualty: &Casualty, clause: &Clause) -> bool {
    let past = clause.verb.as_ref().is_some_and(|verb| verb.tense == Tense::Past);
    past && analysis
        .date_of(casualty.evidence.span)
        .is_some_and(|when| when.direction == Direction::During && when.grain == Grain::Day)
}
