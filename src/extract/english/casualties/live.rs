//! A live page as plain text: blocks that begin with the hour, the newest on top or at the end. The claims of an article go in;
//! those whose figure a newer block overtakes come out. Without at least two such hours in one order it finds nothing. Never
//! takes an hour for a date: which of two blocks is newer is all that it tells.

use crate::model::{Article, Casualty, Claim, Effect, Relation, Scope};

/// At most so many blocks are told apart; what is beyond belongs to the last.
const BLOCKS_MAX: usize = 200;
/// Longest line, in bytes, that may be nothing but how long ago something was.
const AGE_LINE_MAX: usize = 24;
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
/// So many claims are compared, the first in the text.
const CLAIMS_MAX: usize = 400;

/// Which of the claims are figures of a block that a newer one overtakes, by their place.
pub(crate) fn overtaken(article: &Article, claims: &[Claim]) -> Vec<usize> {
    let blocks = blocks(article);
    let ordered = newest_first(&blocks).or_else(|| newest_first(&yesterdays(article, &blocks)?));
    let Some(newest_first) = ordered else { return Vec::new() };
    // Of a block how old it is: 0 for the newest. What stands above the first hour sums up the page.
    let age = |at: usize| {
        let place = blocks.partition_point(|block| block.start <= at);
        match place.checked_sub(1) {
            None => 0,
            Some(place) if newest_first => place,
            Some(place) => blocks.len() - 1 - place,
        }
    };
    let told: Vec<(usize, usize, &Casualty)> = claims
        .iter()
        .enumerate()
        .take(CLAIMS_MAX)
        .filter_map(|(place, claim)| Some((place, claim_of_event(claim)?)))
        .map(|(place, casualty)| (place, age(casualty.evidence.span.start), casualty))
        .collect();
    let is_overtaken = |&&(_, age, casualty): &&(usize, usize, &Casualty)| {
        told.iter().any(|&(_, other_age, other)| other_age < age && overtakes(other, casualty))
    };
    told.iter().filter(is_overtaken).map(|&(place, _, _)| place).collect()
}

/// A figure that may speak for the present.
fn claim_of_event(claim: &Claim) -> Option<&Casualty> {
    let Claim::Casualty(casualty) = claim else { return None };
    let speaks = casualty.scope == Scope::Event
        && matches!(casualty.relation, Relation::Whole | Relation::Added | Relation::Correction);
    speaks.then_some(casualty)
}

/// Whether a newer figure is of the same people and not only of some of them: what grows has grown, or is a toll.
fn overtakes(newer: &Casualty, older: &Casualty) -> bool {
    let same = newer.effect == older.effect
        && newer.group == older.group
        && newer.side == older.side
        && newer.place == older.place;
    let falls = matches!(newer.effect, Effect::Missing | Effect::Trapped);
    let whole = newer.relation == Relation::Correction
        || newer.relation == Relation::Whole
            && (falls || newer.value > older.value || &*newer.evidence.rule == "toll");
    same && whole && newer.value != older.value
}

/// Where a block begins, and the minute of the day that it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    start: usize,
    minute: i64,
}

fn blocks(article: &Article) -> Vec<Block> {
    let mut start = article.body_start();
    let body = article.text.get(start..).unwrap_or_default();
    let mut found = Vec::new();
    for line in body.split_inclusive('\n') {
        if let Some(minute) = stamp(line.trim()) {
            found.push(Block { start, minute });
        }
        start += line.len();
        if found.len() >= BLOCKS_MAX {
            break;
        }
    }
    found
}

/// Whether the hours fall from block to block; nothing when they neither fall nor rise. Once a day they may jump.
fn newest_first(blocks: &[Block]) -> Option<bool> {
    let pairs = blocks.iter().zip(blocks.iter().skip(1));
    let (mut falls, mut rises) = (0_usize, 0_usize);
    for (block, next) in pairs {
        falls += usize::from(next.minute < block.minute);
        rises += usize::from(next.minute > block.minute);
    }
    let odd = falls.min(rises);
    (falls != rises && odd * 3 <= falls.max(rises)).then_some(falls > rises)
}

/// The blocks with those of an hour that had not come yet when the page was published taken for yesterday's.
fn yesterdays(article: &Article, blocks: &[Block]) -> Option<Vec<Block>> {
    let published = article.published_at?;
    let time = published.offset.to_datetime(published.at);
    let now = i64::from(time.hour()) * HOUR + i64::from(time.minute());
    let day = |minute: i64| if minute > now { minute - DAY } else { minute };
    Some(blocks.iter().map(|block| Block { start: block.start, minute: day(block.minute) }).collect())
}

/// The minute that a line begins with: "18:40", "6.40pm GMT – ", "16:05 Death toll rises", "12 minutes ago".
fn stamp(line: &str) -> Option<i64> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 2 {
        return None;
    }
    let first: i64 = line.get(..digits)?.parse().ok()?;
    let rest = line.get(digits..)?;
    if let Some(age) = ago(line, first, rest) {
        return Some(-age);
    }
    let minutes = rest.strip_prefix([':', '.']).and_then(|rest| {
        let minute: i64 = rest.get(..2)?.parse().ok()?;
        Some((minute, rest.get(2..)?))
    });
    let (minute, rest) = minutes.unwrap_or((0, rest));
    let (half, rest) = half_of_day(rest.trim_start()).map_or((None, rest), |(half, rest)| (Some(half), rest));
    if minutes.is_none() && half.is_none() || first > 23 || minute > 59 {
        return None;
    }
    let rest = rest.trim_start();
    // "12.30 million", "18:40 was when": a number at the start of a sentence is no hour of a block.
    let ends =
        rest.is_empty() || !rest.starts_with(|sign: char| sign.is_lowercase() || sign.is_ascii_digit());
    let hour = match half {
        Some(afternoon) => first % 12 + if afternoon { 12 } else { 0 },
        None => first,
    };
    ends.then_some(hour * HOUR + minute)
}

/// "pm", "a.m.": whether it is the afternoon, and what follows.
fn half_of_day(text: &str) -> Option<(bool, &str)> {
    [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true), ("AM", false), ("PM", true)]
        .into_iter()
        .find_map(|(word, afternoon)| Some((afternoon, text.strip_prefix(word)?)))
        .filter(|(_, rest)| !rest.starts_with(char::is_alphanumeric))
}

/// "12 minutes ago", "3h ago" alone on its line, in minutes.
fn ago(line: &str, number: i64, rest: &str) -> Option<i64> {
    let unit = rest.trim_start().strip_suffix("ago").filter(|_| line.len() <= AGE_LINE_MAX)?;
    match unit.trim() {
        "minutes" | "minute" | "mins" | "min" | "m" => Some(number),
        "hours" | "hour" | "hrs" | "hr" | "h" => Some(number * HOUR),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, newest_first, stamp};
    use crate::extract::extract;
    use crate::model::{Article, Claim, Draft, Effect, Moment, Relation};

    #[test]
    fn a_line_that_begins_with_an_hour_is_told_from_a_number() {
        for (line, minute) in [
            ("18:40", Some(1120)),
            ("18:40 Death toll rises", Some(1120)),
            ("6.40pm GMT – the mayor speaks", Some(1120)),
            ("6pm", Some(1080)),
            ("12:05 a.m.", Some(5)),
            ("12 minutes ago", Some(-12)),
            ("3h ago", Some(-180)),
            ("12.30 million people", None),
            ("18 people died", None),
            ("18:40 was when it began", None),
            ("2024", None),
            ("25:10", None),
        ] {
            assert_eq!(stamp(line), minute, "{line}");
        }
    }

    #[test]
    fn hours_that_neither_fall_nor_rise_order_nothing() {
        let blocks = |minutes: &[i64]| -> Vec<Block> {
            minutes.iter().enumerate().map(|(start, &minute)| Block { start, minute }).collect()
        };
        assert_eq!(newest_first(&blocks(&[600, 540, 500])), Some(true));
        assert_eq!(newest_first(&blocks(&[500, 540, 600])), Some(false));
        assert_eq!(newest_first(&blocks(&[600, 500, 600, 500])), None);
        assert_eq!(newest_first(&blocks(&[600])), None);
        // Past midnight.
        assert_eq!(newest_first(&blocks(&[30, 10, 1430, 1400, 1300])), Some(true));
    }

    fn page(text: &str) -> Vec<(Effect, u64, bool)> {
        let moment = Moment::parse("2031-05-14T20:00:00Z").unwrap();
        let draft = Draft {
            title: Some("Fire in Osk: live".to_owned()),
            text: text.to_owned(),
            published_at: Some(moment),
            ..Draft::default()
        };
        let article = Article::new(draft, moment.at);
        let claims = extract(&article);
        let told = claims.iter().filter_map(|claim| match claim {
            Claim::Casualty(c) => Some((c.effect, c.value, c.relation == Relation::Previous)),
            _ => None,
        });
        told.collect()
    }

    const NEWEST: &str = "18:40\nTwenty-four people have died and 11 are missing, the fire chief says.";
    const OLDEST: &str = "11:15\nNine people have died, police say. About 30 people are missing.";

    #[test]
    fn the_newest_block_speaks_for_the_page() {
        let expected = [
            (Effect::Killed, 24, false),
            (Effect::Missing, 11, false),
            (Effect::Killed, 9, true),
            (Effect::Missing, 30, true),
        ];
        assert_eq!(page(&format!("{NEWEST}\n\n{OLDEST}")), expected);
        let [first, second, third, fourth] = expected;
        assert_eq!(page(&format!("{OLDEST}\n\n{NEWEST}")), [third, fourth, first, second]);
    }

    #[test]
    fn an_hour_that_had_not_come_yet_is_yesterdays() {
        let page = page(
            "7:20\nSeven people are missing.\n\n6:45\nThe railway is closed.\n\n22:10\nEighteen people are missing.",
        );
        assert_eq!(page, [(Effect::Missing, 7, false), (Effect::Missing, 18, true)]);
    }

    #[test]
    fn a_figure_of_some_does_not_overtake_that_of_all() {
        let page = page("18:40\nFour people died in one flat.\n\n11:15\nNine people have died, police say.");
        assert_eq!(page, [(Effect::Killed, 4, false), (Effect::Killed, 9, false)]);
    }
}
