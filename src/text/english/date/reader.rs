//! Reads one phrase of time. Comes in: the tokens of a sentence, a position and the moment of publication. Goes out:
//! the interval the phrase means. Tries the forms from the most to the least exact.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span as Length, ToSpan};

use super::{Direction, Grain, When};
use crate::model::article::{Moment, Span};
use crate::text::english::calendar::{month, weekday};
use crate::text::english::number;
use crate::text::english::opening::Opens;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Tag, TokenKind};

pub(super) struct Reader<'a> {
    view: View<'a>,
    published: Option<(DateTime, jiff::tz::Offset)>,
    /// A word of the sentence counts back from today.
    looks_back: bool,
}

/// How long a year is.
const YEAR_BYTES: usize = 4;

/// The shortest date in figures: "1.5.2024".
const NUMERIC_DATE_BYTES: usize = 8;

/// Words behind a length of time that count it back from today.
const AGO: &[&str] = &["ago", "earlier"];

/// Words behind a number that make it a time of day; full stops at the end are not counted.
const CLOCK: &[&str] =
    &["p.m", "pm", "a.m", "am", "o'clock", "gmt", "utc", "hours", "hrs", "cet", "cest", "in"];

static IS_CLOCK: LazyLock<Listed<bool>> =
    LazyLock::new(|| Listed::new(|word| CLOCK.contains(&word.trim_end_matches('.'))));

/// What was read: where it ends, the interval, its grain.
#[derive(Debug, Clone, Copy)]
struct Found {
    end: usize,
    from: DateTime,
    to: DateTime,
    grain: Grain,
}

impl<'a> Reader<'a> {
    pub(super) fn new(view: View<'a>, published: Option<Moment>) -> Self {
        Self {
            view,
            published: published.map(|moment| (moment.offset.to_datetime(moment.at), moment.offset)),
            looks_back: (view.start..view.end).any(|at| view.is(at, AGO)),
        }
    }

    fn today(&self) -> Option<Date> {
        self.published.map(|(moment, _)| moment.date())
    }

    /// A phrase of time that starts at `at`, with the preposition before it.
    pub(super) fn phrase(&self, at: usize) -> Option<When> {
        let (start, direction) = self.direction(at);
        let found = self.moment(start)?;
        let found = self.refined(found);
        let span_start = self.view.token(at)?.span.start;
        let span_end = self.view.token(found.end.checked_sub(1)?)?.span.end;
        let offset = self.published.map_or(jiff::tz::Offset::UTC, |(_, offset)| offset);
        Some(When {
            tokens: at..found.end,
            span: Span { start: span_start, end: span_end },
            start: found.from,
            end: found.to,
            grain: found.grain,
            direction,
            offset,
        })
    }

    fn direction(&self, at: usize) -> (usize, Direction) {
        let view = self.view;
        let the = usize::from(view.is(at + 1, &["the"]));
        match view.word(at) {
            "as" if view.is(at + 1, &["of"]) => (at + 2, Direction::UpTo),
            "by" | "until" | "till" => (at + 1, Direction::UpTo),
            "no" if view.follows(at + 1, &["later", "than"]) => (at + 3, Direction::UpTo),
            "since" | "from" => (at + 1, Direction::Since),
            "before" => (at + 1, Direction::Before),
            "after" => (at + 1, Direction::After),
            "on" | "at" | "of" => (at + 1, Direction::During),
            "in" | "during" => (at + 1 + the, Direction::During),
            _ => (at, Direction::During),
        }
    }

    fn moment(&self, at: usize) -> Option<Found> {
        let at = if self.view.is(at, &["late", "early", "mid", "the"]) { at + 1 } else { at };
        if !self.view.opens(at, Opens::TIME) {
            return None;
        }
        if self.is_bare(at) {
            return None;
        }
        let exact = self.full_date(at).or_else(|| self.clock_time(at));
        if self.view.kind(at) == TokenKind::Number {
            // A figure names no day and no month.
            return exact.or_else(|| self.ago(at)).or_else(|| self.year(at));
        }
        exact
            .or_else(|| self.weekday(at))
            .or_else(|| self.relative_day(at))
            .or_else(|| self.last_unit(at))
            .or_else(|| self.ago(at))
            .or_else(|| self.month(at))
            .or_else(|| self.year(at))
    }

    /// A short figure with neither the name of a month nor a word for the hour behind it: most that there are.
    fn is_bare(&self, at: usize) -> bool {
        let view = self.view;
        let word = view.word(at);
        view.kind(at) == TokenKind::Number
            && !self.looks_back
            && word.len() < YEAR_BYTES
            && word.bytes().all(|byte| byte.is_ascii_digit())
            && !view.capital(at + 1)
            && !view.capital(at + 2)
            && !IS_CLOCK.at(view, at + 1)
    }

    #[expect(clippy::unused_self, reason = "asked like the questions beside it")]
    fn day(&self, date: Date, end: usize) -> Option<Found> {
        Some(Found {
            end,
            from: date.at(0, 0, 0, 0),
            to: date.tomorrow().ok()?.at(0, 0, 0, 0),
            grain: Grain::Day,
        })
    }

    /// "Sept 20", "20 September 2023", "September 20, 2023", "2023-09-20", "17.04.2023".
    fn full_date(&self, at: usize) -> Option<Found> {
        let view = self.view;
        if let Some(date) = self.numeric_date(at) {
            return date;
        }
        let (month, day, mut end) = if let Some(month) = month(view.word(at)).filter(|_| view.capital(at)) {
            (month, self.day_number(at + 1)?, at + 2)
        } else {
            let day = self.day_number(at)?;
            let gap = usize::from(view.is(at + 1, &["of"]));
            let month = month(view.word(at + 1 + gap)).filter(|_| view.capital(at + 1 + gap))?;
            (month, day, at + 2 + gap)
        };
        let comma = usize::from(view.is(end, &[","]));
        let year = year_of(view, end + comma);
        if year.is_some() {
            end += 1 + comma;
        }
        let date = match year {
            Some(year) => Date::new(year, month, day).ok()?,
            None => self.latest(month, day)?,
        };
        self.day(date, end)
    }

    /// The latest such day on or before publication.
    fn latest(&self, month: i8, day: i8) -> Option<Date> {
        let today = self.today()?;
        (0..8_i16)
            .filter_map(|back| Date::new(today.year() - back, month, day).ok())
            .find(|date| *date <= today)
    }

    #[expect(clippy::option_option, reason = "outer: not a numeric date; inner: a date that does not exist")]
    fn numeric_date(&self, at: usize) -> Option<Option<Found>> {
        let view = self.view;
        let word = view.word(at);
        if view.kind(at) == TokenKind::Number
            && word.len() >= NUMERIC_DATE_BYTES
            && word.matches('.').count() == 2
        {
            let mut parts = word.split('.').map(|part| part.parse::<i16>().unwrap_or(-1));
            let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
            if !(1900..2200).contains(&year) {
                return None;
            }
            let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
            return Some(date.and_then(|date| self.day(date, at + 1)));
        }
        let dashed = view.is(at + 1, &["-"])
            && view.is(at + 3, &["-"])
            && !view.spaced(at + 1)
            && !view.spaced(at + 3);
        let year = year_of(view, at).filter(|_| dashed)?;
        let date = Date::new(year, view.word(at + 2).parse().ok()?, view.word(at + 4).parse().ok()?).ok();
        Some(date.and_then(|date| self.day(date, at + 5)))
    }

    fn day_number(&self, at: usize) -> Option<i8> {
        let word = self.view.word(at);
        if self.view.kind(at) != TokenKind::Number {
            return None;
        }
        let digits = if number::is_ordinal(word) { word.get(..word.len() - 2)? } else { word };
        digits.parse::<i8>().ok().filter(|day| (1..=31).contains(day))
    }

    /// "8 p.m.", "8:34 p.m. on Tuesday", "19:30", "1 PM local time Tuesday", "noon".
    fn clock_time(&self, at: usize) -> Option<Found> {
        let (time, mut end) = self.time(at)?;
        while self.view.is(end, &["local", "time", "gmt", "utc", "cet", "cest", "est", "edt", ",", "(", ")"])
            && end < at + 8
        {
            end += 1;
        }
        let (date, end) = match self.dated_behind(end) {
            Some((date, after)) => (date, after),
            None => (self.today()?, end),
        };
        let from = date.to_datetime(time);
        Some(Found {
            end: trim_comma(self.view, end),
            from,
            to: from.checked_add(1.minute()).ok()?,
            grain: Grain::Minute,
        })
    }

    fn dated_behind(&self, at: usize) -> Option<(Date, usize)> {
        let at = if self.view.is(at, &["on"]) { at + 1 } else { at };
        let found = self.full_date(at).or_else(|| self.weekday(at)).or_else(|| self.relative_day(at))?;
        Some((found.from.date(), found.end))
    }

    fn time(&self, at: usize) -> Option<(Time, usize)> {
        let view = self.view;
        let word = view.word(at);
        match word {
            "noon" | "midday" => return Some((Time::constant(12, 0, 0, 0), at + 1)),
            "midnight" => return Some((Time::constant(0, 0, 0, 0), at + 1)),
            _ => {}
        }
        let digits: &str = word.split(|sign: char| sign.is_ascii_alphabetic()).next().unwrap_or_default();
        let suffix = word.get(digits.len()..).unwrap_or_default();
        let next = if suffix.is_empty() { view.word(at + 1) } else { suffix };
        if !CLOCK.contains(&next.trim_end_matches('.')) && !word.contains(':') {
            return None;
        }
        let spelled = (view.kind(at) != TokenKind::Number)
            .then(|| number::read(view, at).filter(|number| number.value <= 12 && number.end == at + 1))
            .flatten();
        let (hour, minute) = match (spelled, digits.split_once([':', '.'])) {
            (Some(number), _) => (i8::try_from(number.value).ok()?, 0),
            (None, Some((hour, minute))) => (hour.parse::<i8>().ok()?, minute.get(..2)?.parse::<i8>().ok()?),
            (None, None) if digits.len() == 4 && view.is(at + 1, &["gmt", "utc", "hours", "hrs"]) => {
                (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?)
            }
            (None, None) => (digits.parse::<i8>().ok()?, 0),
        };
        let after = if suffix.is_empty() { at + 2 } else { at + 1 };
        let hour = match next.trim_end_matches('.') {
            "p.m" | "pm" if hour < 12 => hour + 12,
            "p.m" | "pm" => hour,
            "a.m" | "am" => hour % 12,
            "o'clock" | "gmt" | "utc" | "hours" | "hrs" | "cet" | "cest" => hour,
            _ if word.contains(':') && spelled.is_none() => {
                return Time::new(hour, minute, 0, 0).ok().map(|time| (time, at + 1));
            }
            "in" if view.is(at + 2, &["the"]) && view.is(at + 3, &["morning", "afternoon", "evening"]) => {
                let late = !view.is(at + 3, &["morning"]) && hour < 12;
                return Time::new(if late { hour + 12 } else { hour }, minute, 0, 0)
                    .ok()
                    .map(|time| (time, at + 4));
            }
            _ => return None,
        };
        Time::new(hour, minute, 0, 0).ok().map(|time| (time, after))
    }

    /// "Wednesday", "last Wednesday", "Wednesday evening".
    fn weekday(&self, at: usize) -> Option<Found> {
        let view = self.view;
        let last = view.is(at, &["last", "past"]);
        let next = view.is(at, &["next", "this"]);
        let place = at + usize::from(last || next);
        let day = weekday(view.word(place)).filter(|_| view.capital(place))?;
        let today = self.today()?;
        let back = i64::from(today.weekday().since(day));
        let date = if next && view.is(at, &["next"]) {
            today.checked_add((7 - back).days()).ok()?
        } else {
            let back = if last && back == 0 { 7 } else { back };
            today.checked_sub(back.days()).ok()?
        };
        self.day(date, place + 1)
    }

    /// "today", "yesterday", "the previous day", "overnight".
    fn relative_day(&self, at: usize) -> Option<Found> {
        let view = self.view;
        let today = self.today()?;
        let (date, end) = match view.word(at) {
            "today" | "tonight" | "overnight" => (today, at + 1),
            "yesterday" => (today.yesterday().ok()?, at + 1),
            "tomorrow" => (today.tomorrow().ok()?, at + 1),
            "this" if view.is(at + 1, &["morning", "afternoon", "evening"]) => (today, at + 1),
            "last" if view.is(at + 1, &["night", "evening"]) => (today.yesterday().ok()?, at + 1),
            _ => return None,
        };
        self.day(date, end)
    }

    /// "last week", "this month", "last year", "the past decade", "late last December".
    fn last_unit(&self, at: usize) -> Option<Found> {
        let view = self.view;
        let today = self.today()?;
        let back = match view.word(at) {
            "last" | "previous" => 1_i64,
            "this" => 0,
            "next" => -1,
            _ => return None,
        };
        let first_of_month = today.first_of_month();
        let (from, to, grain) = match view.word(at + 1) {
            "week" => {
                let monday =
                    today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
                let from = monday.checked_sub((7 * back).days()).ok()?;
                (from, from.checked_add(7.days()).ok()?, Grain::Week)
            }
            "weekend" => {
                let monday =
                    today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
                let from = monday.checked_sub((7 * back - 5).days()).ok()?;
                (from, from.checked_add(2.days()).ok()?, Grain::Week)
            }
            "month" => {
                let from = first_of_month.checked_sub(back.months()).ok()?;
                (from, from.checked_add(1.month()).ok()?, Grain::Month)
            }
            "year" => {
                let from = today.first_of_year().checked_sub(back.years()).ok()?;
                (from, from.checked_add(1.year()).ok()?, Grain::Year)
            }
            word => {
                let month = month(word).filter(|_| view.capital(at + 1))?;
                let year = if month < today.month() { today.year() } else { today.year() - 1 };
                let from = Date::new(year, month, 1).ok()?;
                (from, from.checked_add(1.month()).ok()?, Grain::Month)
            }
        };
        Some(Found { end: at + 2, from: from.at(0, 0, 0, 0), to: to.at(0, 0, 0, 0), grain })
    }

    /// "three years ago", "two days earlier", "a week before".
    fn ago(&self, at: usize) -> Option<Found> {
        let view = self.view;
        let today = self.today().filter(|_| self.looks_back)?;
        let (count, unit_at) = match number::read(view, at) {
            Some(number) if !number.vague && number.value < 3000 => {
                (i64::try_from(number.value).ok()?, number.end)
            }
            _ if view.is(at, &["a", "an"]) => (1, at + 1),
            _ => return None,
        };
        let (length, grain): (Length, Grain) = match view.word(unit_at) {
            "hour" | "hours" | "minute" | "minutes" => (0.days(), Grain::Day),
            "day" | "days" => (count.days(), Grain::Day),
            "week" | "weeks" => (count.weeks(), Grain::Week),
            "month" | "months" => (count.months(), Grain::Month),
            "year" | "years" => (count.years(), Grain::Year),
            "decade" | "decades" => ((count * 10).years(), Grain::Decade),
            _ => return None,
        };
        if !view.is(unit_at + 1, AGO) {
            return None;
        }
        let date = today.checked_sub(length).ok()?;
        let (from, to) = match grain {
            Grain::Year => (date.first_of_year(), date.first_of_year().checked_add(1.year()).ok()?),
            Grain::Month => (date.first_of_month(), date.first_of_month().checked_add(1.month()).ok()?),
            Grain::Week => (date.checked_sub(3.days()).ok()?, date.checked_add(4.days()).ok()?),
            Grain::Decade => (date.checked_sub(5.years()).ok()?, date.checked_add(5.years()).ok()?),
            _ => (date, date.tomorrow().ok()?),
        };
        Some(Found { end: unit_at + 2, from: from.at(0, 0, 0, 0), to: to.at(0, 0, 0, 0), grain })
    }

    /// "September", "September 2023".
    fn month(&self, at: usize) -> Option<Found> {
        let view = self.view;
        let month = month(view.word(at))
            .filter(|_| view.capital(at) && view.tag(at) != Tag::Aux && view.tag(at) != Tag::Verb)?;
        let comma = usize::from(view.is(at + 1, &[",", "of"]));
        let stated = year_of(view, at + 1 + comma);
        let (year, end) = if let Some(year) = stated {
            (year, at + 2 + comma)
        } else {
            let today = self.today()?;
            (if month <= today.month() { today.year() } else { today.year() - 1 }, at + 1)
        };
        let from = Date::new(year, month, 1).ok()?;
        Some(Found {
            end,
            from: from.at(0, 0, 0, 0),
            to: from.checked_add(1.month()).ok()?.at(0, 0, 0, 0),
            grain: Grain::Month,
        })
    }

    /// "2020", "the 1990s"; the number must stand where a year does.
    fn year(&self, at: usize) -> Option<Found> {
        let view = self.view;
        let word = view.word(at);
        if let Some(decade) =
            word.strip_suffix('s').filter(|_| view.kind(at) == TokenKind::Number && word.len() == 5)
        {
            let from = Date::new(decade.parse::<i16>().ok()?, 1, 1).ok()?;
            return Some(Found {
                end: at + 1,
                from: from.at(0, 0, 0, 0),
                to: from.checked_add(10.years()).ok()?.at(0, 0, 0, 0),
                grain: Grain::Decade,
            });
        }
        let year = year_of(view, at)?;
        let counted = matches!(view.tag(at + 1), Tag::Noun) && view.word(at + 1).ends_with('s')
            || view.is(at + 1, &["people", "men", "women", "children", "dead", "of"]);
        if counted {
            return None;
        }
        let from = Date::new(year, 1, 1).ok()?;
        Some(Found {
            end: at + 1,
            from: from.at(0, 0, 0, 0),
            to: from.checked_add(1.year()).ok()?.at(0, 0, 0, 0),
            grain: Grain::Year,
        })
    }

    /// A part of the day behind a day: "Wednesday evening", "on Monday night".
    fn refined(&self, found: Found) -> Found {
        if found.grain != Grain::Day {
            return found;
        }
        let before = found.end.checked_sub(1).map_or("", |at| self.view.word(at));
        let (part, end) = if matches!(before, "tonight" | "overnight") {
            (before, found.end)
        } else {
            (self.view.word(found.end), found.end + 1)
        };
        let (from, to): (i64, i64) = match part {
            "morning" => (6, 12),
            "afternoon" => (12, 18),
            "evening" => (18, 22),
            "night" | "tonight" => (20, 24),
            "overnight" => (0, 6),
            "noon" | "midday" => (12, 13),
            _ => return found,
        };
        let at = |hour: i64| found.from.checked_add(hour.hours()).unwrap_or(found.from);
        Found { end, from: at(from), to: at(to), grain: Grain::PartOfDay }
    }
}

fn trim_comma(view: View<'_>, end: usize) -> usize {
    if end > view.start && view.is(end - 1, &[",", "("]) { end - 1 } else { end }
}

fn year_of(view: View<'_>, at: usize) -> Option<i16> {
    let word = view.word(at);
    (word.len() == 4 && view.kind(at) == TokenKind::Number)
        .then(|| word.parse::<i16>().ok())
        .flatten()
        .filter(|year| (1500..2200).contains(year))
}
