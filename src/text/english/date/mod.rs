//! Finds phrases of time and resolves them. Comes in: the tokens of a sentence and when the article was published,
//! with its offset. Goes out: intervals. A weekday or a day of a month without a year is the latest one on or before
//! publication; without a publication time only full dates resolve. Never reads the clock.

mod reader;

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;

use self::reader::Reader;
use super::opening::Opens;
use super::view::View;
use crate::model::article::{Moment, Span};
use crate::text::Analysis;

/// How finely a phrase fixes the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// "8:34 p.m."
    Minute,
    /// "morning".
    PartOfDay,
    /// "Wednesday".
    Day,
    /// "last week".
    Week,
    /// "in September".
    Month,
    /// "in 2020".
    Year,
    /// "in the 1990s".
    Decade,
}

/// How the phrase relates to what it dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// "on Wednesday": inside the interval.
    During,
    /// "as of 8 p.m.", "by Wednesday evening", "until Friday": up to it.
    UpTo,
    /// "since Monday", "from Monday".
    Since,
    /// "before Monday".
    Before,
    /// "after Monday".
    After,
}

/// A phrase of time, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// Its tokens, preposition included.
    pub tokens: Range<usize>,
    /// Where it stands.
    pub span: Span,
    /// First moment, in the article's own offset.
    pub start: DateTime,
    /// First moment after it.
    pub end: DateTime,
    /// How finely it is fixed.
    pub grain: Grain,
    /// How it relates to what it dates.
    pub direction: Direction,
    /// The offset in which `start` and `end` are meant.
    pub offset: jiff::tz::Offset,
}

impl When {
    /// Its first moment as an instant.
    pub fn starts_at(&self) -> Option<Timestamp> {
        self.offset.to_timestamp(self.start).ok()
    }

    /// The first instant after it.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.offset.to_timestamp(self.end).ok()
    }
}

/// Phrases of time in one sentence are at most this many; more are not looked for.
const PHRASES_MAX: usize = 16;

/// At most this many words stand before what a phrase of time begins with: "no later than early March".
const BEFORE_MAX: usize = 4;

/// The phrases of time in the tokens, in order.
pub(super) fn find(view: View<'_>, published: Option<Moment>) -> Vec<When> {
    let reader = Reader::new(view, published);
    let mut found = Vec::new();
    let mut at = view.start;
    while at < view.end && found.len() < PHRASES_MAX {
        // Of the words before a phrase at most so many are passed over.
        let near = || (at..=at + BEFORE_MAX).any(|place| view.opens(place, Opens::TIME));
        if !view.opens(at, Opens::DATED) || !near() {
            at += 1;
            continue;
        }
        match reader.phrase(at) {
            Some(when) => {
                at = when.tokens.end.max(at + 1);
                found.push(when);
            }
            None => at += 1,
        }
    }
    found
}

impl Analysis<'_> {
    /// The phrases of time in a sentence, in order.
    pub fn dates_in(&self, sentence: usize) -> &[When] {
        let dates = self.dates.get(sentence);
        dates.map_or(&[], |dates| dates.get_or_init(|| find(self.view(sentence), self.published_at)))
    }

    /// The phrase of time that dates the words of `span`: in their clause, nearest first, else the only one of the
    /// sentence.
    pub fn date_of(&self, span: Span) -> Option<When> {
        let sentence = self.sentence_at(span.start)?;
        let dates = self.dates_in(sentence);
        if dates.is_empty() {
            return None;
        }
        let token = self.token_at(span.start)?;
        let last = self.token_at(span.end.saturating_sub(1).max(span.start))?;
        let clause = self.clause_at(token);
        let distance = |when: &When| {
            if when.tokens.start >= last {
                when.tokens.start - last
            } else {
                token.saturating_sub(when.tokens.start)
            }
        };
        let near = dates
            .iter()
            .filter(|when| self.clause_at(when.tokens.start) == clause)
            .min_by_key(|when| distance(when));
        near.or_else(|| dates.first().filter(|_| dates.len() == 1)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::article::{Article, Draft};

    fn dates(text: &str) -> Vec<String> {
        // A Wednesday.
        let draft = Draft {
            title: Some("Storm".to_owned()),
            text: text.to_owned(),
            published_at: Some(Moment::parse("2023-09-20T21:40:00+04:00").expect("a time")),
            ..Draft::default()
        };
        let article = Article::new(draft, Timestamp::UNIX_EPOCH);
        let analysis = Analysis::of(&article);
        let show = |when: &When| {
            format!("{}: {} {:?} {:?}", when.span.of(&article.text), when.start, when.grain, when.direction)
        };
        analysis.dates_in(1).iter().map(show).collect()
    }

    #[test]
    fn resolves_phrases_of_time() {
        for (text, expected) in [
            ("The roof fell on Wednesday.", "on Wednesday: 2023-09-20T00:00:00 Day During"),
            ("The roof fell on Thursday.", "on Thursday: 2023-09-14T00:00:00 Day During"),
            ("The roof fell last Wednesday.", "last Wednesday: 2023-09-13T00:00:00 Day During"),
            ("Two died by Tuesday evening.", "by Tuesday evening: 2023-09-19T18:00:00 PartOfDay UpTo"),
            ("As of 8 p.m. two were dead.", "As of 8 p.m.: 2023-09-20T20:00:00 Minute UpTo"),
            (
                "The roof fell at 1 PM local time Tuesday in Oslo.",
                "at 1 PM local time Tuesday: 2023-09-19T13:00:00 Minute During",
            ),
            ("The roof fell on Sept 21.", "on Sept 21: 2022-09-21T00:00:00 Day During"),
            (
                "The roof fell on 20 September 2021, they said.",
                "on 20 September 2021: 2021-09-20T00:00:00 Day During",
            ),
            ("The roof fell on March 3, 2019.", "on March 3, 2019: 2019-03-03T00:00:00 Day During"),
            ("The war of 1994 was long.", "of 1994: 1994-01-01T00:00:00 Year During"),
            ("It has been shut since December 2022.", "since December 2022: 2022-12-01T00:00:00 Month Since"),
            ("It was shut in October.", "in October: 2022-10-01T00:00:00 Month During"),
            ("It was shut three years ago.", "three years ago: 2020-01-01T00:00:00 Year During"),
            ("It was shut last week.", "last week: 2023-09-11T00:00:00 Week During"),
            ("It was shut last night.", "last night: 2023-09-19T20:00:00 PartOfDay During"),
            ("It was shut yesterday.", "yesterday: 2023-09-19T00:00:00 Day During"),
            ("It was shut in the 1990s.", "in the 1990s: 1990-01-01T00:00:00 Decade During"),
            ("The roof fell at 19:30 on Monday.", "at 19:30 on Monday: 2023-09-18T19:30:00 Minute During"),
        ] {
            assert_eq!(dates(text), [expected.to_owned()], "{text}");
        }
        for text in ["It may rain.", "They march on.", "In all, 2000 people fled.", "Two people fled."] {
            assert!(dates(text).is_empty(), "{text}: {:?}", dates(text));
        }
    }
}
