//! Finds every quantity of a sentence. Comes in: tagged tokens. Goes out: quantities with bounds, in order of their
//! tokens and without overlap. What a number counts is told from its neighbours, so that a rule that asks for counts
//! never sees an age, a year or a flight number. One pass, linear.

use super::number::{self, Number};
use super::opening::Opens;
use super::quantity_kind::kind_of;
use super::view::View;
use crate::model::article::Span;
use crate::text::{Bound, Quantity, QuantityKind, Tag, TokenKind};

/// Words before a number that bound it; longer ones first. The number stands where the list ends.
const BEFORE: &[(&[&str], Bound)] = &[
    (&["a", "minimum", "of"], Bound::AtLeast),
    (&["at", "a", "minimum"], Bound::AtLeast),
    (&["at", "the", "least"], Bound::AtLeast),
    (&["at", "least"], Bound::AtLeast),
    (&["atleast"], Bound::AtLeast),
    (&["no", "fewer", "than"], Bound::AtLeast),
    (&["not", "fewer", "than"], Bound::AtLeast),
    (&["no", "less", "than"], Bound::AtLeast),
    (&["not", "less", "than"], Bound::AtLeast),
    (&["minimum"], Bound::AtLeast),
    (&["as", "many", "as"], Bound::UpTo),
    (&["as", "much", "as"], Bound::UpTo),
    (&["as", "few", "as"], Bound::AtLeast),
    (&["up", "to"], Bound::UpTo),
    (&["at", "most"], Bound::UpTo),
    (&["no", "more", "than"], Bound::UpTo),
    (&["not", "more", "than"], Bound::UpTo),
    (&["a", "maximum", "of"], Bound::UpTo),
    (&["fewer", "than"], Bound::UpTo),
    (&["less", "than"], Bound::UpTo),
    (&["well", "over"], Bound::MoreThan),
    (&["far", "more", "than"], Bound::MoreThan),
    (&["many", "more", "than"], Bound::MoreThan),
    (&["more", "than"], Bound::MoreThan),
    (&["greater", "than"], Bound::MoreThan),
    (&["higher", "than"], Bound::MoreThan),
    (&["in", "excess", "of"], Bound::MoreThan),
    (&["upwards", "of"], Bound::MoreThan),
    (&["upward", "of"], Bound::MoreThan),
    (&["north", "of"], Bound::MoreThan),
    (&["just", "over"], Bound::MoreThan),
    (&["over"], Bound::MoreThan),
    (&["above"], Bound::MoreThan),
    (&["beyond"], Bound::MoreThan),
    (&["past"], Bound::MoreThan),
    (&["well", "above"], Bound::MoreThan),
    (&["somewhere", "around"], Bound::About),
    (&["in", "the", "region", "of"], Bound::About),
    (&["in", "the", "neighbourhood", "of"], Bound::About),
    (&["an", "estimated"], Bound::About),
    (&["the", "estimated"], Bound::About),
    (&["estimated"], Bound::About),
    (&["some"], Bound::About),
    (&["about"], Bound::About),
    (&["around"], Bound::About),
    (&["roughly"], Bound::About),
    (&["approximately"], Bound::About),
    (&["circa"], Bound::About),
    (&["perhaps"], Bound::About),
    (&["possibly"], Bound::About),
    (&["maybe"], Bound::About),
    (&["close", "to"], Bound::Nearly),
    (&["nearly"], Bound::Nearly),
    (&["almost"], Bound::Nearly),
    (&["just", "under"], Bound::Nearly),
    (&["just", "short", "of"], Bound::Nearly),
    (&["under"], Bound::UpTo),
    (&["nearer", "to"], Bound::Nearly),
    (&["approaching"], Bound::Nearly),
    (&["nearing"], Bound::Nearly),
];

/// The words right before a number that bound it, of several the last.
pub(super) fn before_numbers() -> impl Iterator<Item = &'static str> {
    let last = BEFORE.iter().filter_map(|(words, _)| words.last());
    last.chain(VERBS.iter().flat_map(|(verbs, _)| *verbs)).copied()
}

/// Verbs that bound the number they govern; they are not part of the quantity.
const VERBS: &[(&[&str], Bound)] = &[
    (
        &[
            "exceed",
            "exceeds",
            "exceeded",
            "exceeding",
            "surpass",
            "surpasses",
            "surpassed",
            "surpassing",
            "top",
            "tops",
            "topped",
            "topping",
            "pass",
            "passes",
            "passed",
            "passing",
            "crosses",
            "crossed",
        ],
        Bound::MoreThan,
    ),
    (&["near", "nears", "neared", "approach", "approaches", "approached"], Bound::Nearly),
];

/// Words after a number that bound it.
const AFTER: &[(&[&str], Bound)] = &[
    (&["or", "more"], Bound::AtLeast),
    (&["and", "more"], Bound::AtLeast),
    (&["or", "so"], Bound::About),
    (&["or", "fewer"], Bound::UpTo),
    (&["or", "less"], Bound::UpTo),
    (&["at", "least"], Bound::AtLeast),
    (&["at", "most"], Bound::UpTo),
    (&["plus"], Bound::AtLeast),
    (&["+"], Bound::AtLeast),
    (&["odd"], Bound::About),
    (&["-", "odd"], Bound::About),
    (&["-", "plus"], Bound::AtLeast),
];

/// Appends the quantities of the sentence to `found`.
pub fn find(view: View<'_>, found: &mut Vec<Quantity>) {
    let first = found.len();
    let mut at = view.start;
    while at < view.end {
        if !view.opens(at, Opens::QUANTITY) {
            at += 1;
            continue;
        }
        let floor =
            found.get(first..).and_then(<[Quantity]>::last).map_or(view.start, |last| last.tokens.end);
        match quantity_at(view, at, floor) {
            Some(quantity) => {
                at = quantity.tokens.end.max(at + 1);
                found.push(quantity);
            }
            None => at += 1,
        }
    }
}

/// The quantity whose number starts at `at`; its bound words may reach back to `floor`.
fn quantity_at(view: View<'_>, at: usize, floor: usize) -> Option<Quantity> {
    if let Some(quantity) = nobody(view, at).or_else(|| single_token(view, at)) {
        return Some(quantity);
    }
    // "a number of", "the number": no figure; "half of", "a third": shares, not counts.
    let number = number::read(view, at)?;
    let (start, bound_before) = bound_before(view, at, floor);
    let range = range(view, start, at, &number);
    let (start, end, high) =
        range.map_or((start, number.end, None), |range| (range.start, range.end, Some(range.high)));
    let low = range.map_or(number.value, |range| range.low);
    let (end, bound_after) = bound_after(view, end);
    let start = article_before(view, start, floor);
    let bound = bound_before
        .or(bound_after)
        .or_else(|| bound_of_verb(view, start))
        .unwrap_or(if number.vague { Bound::Vague } else { Bound::Exact });
    let number_tokens = at..range.map_or(number.end, |range| range.end);
    let kind = kind_of(view, &number_tokens, &number, high);
    Some(make(view, start..end, number_tokens, low, high, bound, number.vague, kind))
}

#[expect(clippy::too_many_arguments, reason = "the fields of a quantity, given once")]
fn make(
    view: View<'_>,
    tokens: std::ops::Range<usize>,
    number: std::ops::Range<usize>,
    low: u64,
    high: Option<u64>,
    bound: Bound,
    vague: bool,
    kind: QuantityKind,
) -> Quantity {
    let start = view.token(tokens.start).map_or(0, |token| token.span.start);
    let end =
        tokens.end.checked_sub(1).and_then(|last| view.token(last)).map_or(start, |token| token.span.end);
    Quantity { tokens, number, span: Span { start, end }, low, high, bound, vague, kind }
}

/// "no casualties", "nobody", "none", "no one", "zero deaths".
fn nobody(view: View<'_>, at: usize) -> Option<Quantity> {
    let zero =
        |end: usize| Some(make(view, at..end, at..end, 0, None, Bound::Exact, false, QuantityKind::Count));
    match view.word(at) {
        "nobody" | "none" | "noone" | "no-one" => zero(at + 1),
        "no" if view.is(at + 1, &["one"]) => zero(at + 2),
        "no" if view.is(
            at + 1,
            &["longer", "more", "fewer", "less", "doubt", "matter", "sooner", ".", "way", "later", "other"],
        ) =>
        {
            None
        }
        "no" if view.tag(at + 1) == Tag::Noun
            || matches!(view.tag(at + 1), Tag::Adjective | Tag::Verb)
                && matches!(view.tag(at + 2), Tag::Noun) =>
        {
            zero(at + 1)
        }
        "no" if matches!(view.tag(at + 1), Tag::Adjective | Tag::Noun | Tag::Verb)
            && view.is(at + 2, &["or", "and", ","]) =>
        {
            zero(at + 1)
        }
        _ => None,
    }
}

/// Numbers inside one word: "24-year-old", "44-day", "20th", "1990s", "8.30pm".
fn single_token(view: View<'_>, at: usize) -> Option<Quantity> {
    let word = view.word(at);
    let one = |low: u64, kind: QuantityKind| {
        Some(make(view, at..at + 1, at..at + 1, low, None, Bound::Exact, false, kind))
    };
    if view.kind(at) == TokenKind::Word {
        let (head, tail) = word.split_once('-')?;
        let value = number::plain_digits(head).or_else(|| spelled_head(head))?;
        if spelled_head(word.rsplit('-').next().unwrap_or_default()).is_some()
            && !head.starts_with(|sign: char| sign.is_ascii_digit())
        {
            // "twenty-nine" is a plain number.
            return None;
        }
        let kind = if tail.ends_with("old") || tail.ends_with("olds") {
            QuantityKind::Age
        } else {
            QuantityKind::Measure
        };
        return one(whole(value), kind);
    }
    if view.kind(at) != TokenKind::Number {
        return number::is_ordinal(word).then(|| one(0, QuantityKind::Ordinal)).flatten();
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let low = digits.parse::<u64>().unwrap_or(0);
    if number::is_ordinal(word) {
        return one(low, QuantityKind::Ordinal);
    }
    if word.contains(':')
        || ["am", "pm", "a", "p", "h", "hrs", "z"]
            .iter()
            .any(|end| word.ends_with(end) && !word.ends_with("bn"))
    {
        return one(low, QuantityKind::Time);
    }
    if word.ends_with('s') {
        return one(low, QuantityKind::Date);
    }
    let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
    if word.matches('.').count() > 1 && word.len() <= 10 && !word.split('.').all(|group| group.len() == 3) {
        return one(low, QuantityKind::Date);
    }
    if !letters.is_empty() && !matches!(letters.as_str(), "k" | "m" | "mn" | "mln" | "bn" | "b") {
        return one(low, QuantityKind::Measure);
    }
    None
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "read from digits below the largest value"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

fn spelled_head(head: &str) -> Option<f64> {
    Some(match head {
        "one" => 1.0,
        "two" => 2.0,
        "three" => 3.0,
        "four" => 4.0,
        "five" => 5.0,
        "six" => 6.0,
        "seven" => 7.0,
        "eight" => 8.0,
        "nine" => 9.0,
        "ten" => 10.0,
        "eleven" => 11.0,
        "twelve" => 12.0,
        "fifteen" => 15.0,
        "twenty" => 20.0,
        "thirty" => 30.0,
        "forty" => 40.0,
        "fifty" => 50.0,
        _ => return None,
    })
}

/// Motion with which "up to" tells how far something went.
const WENT: &[&str] = &[
    "gone", "goes", "went", "go", "going", "crept", "moved", "jumped", "shot", "climbed", "edged", "pushed",
    "came", "come",
];

/// Where the bound words before `at` begin, and what they say. Two may stand in a row ("at least some 20").
fn bound_before(view: View<'_>, at: usize, floor: usize) -> (usize, Option<Bound>) {
    let mut start = at;
    let mut bound = None;
    for _ in 0..2 {
        if start == 0 || !view.opens(start - 1, Opens::NUMBER_BEHIND) {
            break;
        }
        // "over the 30", "the nearly 30": an article may stand between.
        let last = view.word(start - 1);
        let matched = BEFORE.iter().find(|(words, _)| {
            words.last() == Some(&last) && view.preceded_by(start, words) && start - words.len() >= floor
        });
        let Some((words, found)) = matched else { break };
        // "The toll has gone up to 31" is where it went, not a limit.
        if *words == ["up", "to"] && view.is((start - words.len()).wrapping_sub(1), WENT) {
            break;
        }
        start -= words.len();
        bound = bound.map_or(Some(*found), |inner| Some(if inner == Bound::About { *found } else { inner }));
    }
    (start, bound)
}

fn article_before(view: View<'_>, start: usize, floor: usize) -> usize {
    let article = start.checked_sub(1).filter(|&at| {
        at >= floor && view.is(at, &["a", "another"]) && view.is(start, &["dozen", "couple", "few"])
    });
    article.filter(|&at| view.is(at, &["a"])).unwrap_or(start)
}

fn bound_after(view: View<'_>, end: usize) -> (usize, Option<Bound>) {
    if !view.is(end, &["or", "and", "at", "plus", "+", "odd", "-"]) {
        return (end, None);
    }
    AFTER
        .iter()
        .find(|(words, _)| view.follows(end, words) && after_is_bound(view, end, words))
        .map_or((end, None), |(words, bound)| (end + words.len(), Some(*bound)))
}

/// "+" must touch the number; "and more" must not go on ("and more are missing").
fn after_is_bound(view: View<'_>, end: usize, words: &[&str]) -> bool {
    match words {
        ["+"] | ["-", ..] => !view.spaced(end),
        ["and", "more"] => false,
        ["at", "least"] => matches!(view.tag(end + 2), Tag::Punct | Tag::Other),
        _ => true,
    }
}

fn bound_of_verb(view: View<'_>, start: usize) -> Option<Bound> {
    let before = start.checked_sub(1)?;
    if !view.opens(before, Opens::NUMBER_BEHIND) && !view.is(before, &["the"]) {
        return None;
    }
    let matched = VERBS.iter().find(|(words, _)| view.is(before, words)).map(|(_, bound)| *bound);
    matched.or_else(|| {
        // "topped the 30 mark" carries its bound over the article.
        let further = before.checked_sub(1)?;
        view.is(before, &["the"])
            .then(|| VERBS.iter().find(|(words, _)| view.is(further, words)).map(|(_, bound)| *bound))
            .flatten()
    })
}

#[derive(Debug, Clone, Copy)]
struct FoundRange {
    start: usize,
    end: usize,
    low: u64,
    high: u64,
}

/// "20 to 30", "25-30", "20 or 30", "between 20 and 30". "from 20 to 30" is a change, not a range.
fn range(view: View<'_>, start: usize, at: usize, first: &Number) -> Option<FoundRange> {
    if first.vague {
        return None;
    }
    let joint = first.end;
    let between = view.is(start.checked_sub(1)?.max(view.start), &["between"])
        && view.is(joint, &["and"])
        && start > view.start;
    let dash = view.is(joint, &["-", "–", "—"]) && !view.spaced(joint) && !view.spaced(joint + 1);
    let plain =
        view.is(joint, &["to", "or"]) && !view.is(start.wrapping_sub(1), &["from"]) || dash || between;
    if !plain {
        return None;
    }
    let second = number::read(view, joint + 1)?;
    // "20 or so" is no range; "2020-21" and "3-1" neither: the ends must rise.
    let mut low = first.value;
    if low >= second.value && second.value >= 1000 && low < 1000 && !second.digits {
        return None;
    }
    // "two to three thousand": the scale belongs to both.
    if second.value >= 1000
        && low < 1000
        && view.is(second.end - 1, &["thousand", "million", "hundred"])
        && first.end == at + 1
    {
        let unit = match view.word(second.end - 1) {
            "hundred" => 100,
            "thousand" => 1_000,
            _ => 1_000_000,
        };
        if second.value / unit > low {
            low *= unit;
        }
    }
    let near = !view.is(joint, &["or"]) || second.value <= low.saturating_mul(2).max(low + 2);
    let years = first.digits
        && (1900..2100).contains(&low)
        && view.word(at).len() == 4
        && !view.word(at).contains(',')
        && second.value < 2100;
    (low < second.value && near && !years).then_some(FoundRange {
        start: if between { start - 1 } else { start },
        end: second.end,
        low,
        high: second.value,
    })
}
