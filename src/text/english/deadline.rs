//! When a deadline falls. Comes in: the words of a demand's condition ("until Friday", "within 48 hours") and the
//! moment at which they were spoken. Goes out: a time, or nothing when the words name none. A day means its end in the
//! speaker's zone. Never reads a clock.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::calendar;
use crate::model::Moment;

/// A date said without a year lies at most so many days back; beyond, the next year's is meant.
const DAYS_BACK: i32 = 30;

/// The time that the words name, if it lies after the moment they were spoken.
pub fn deadline(condition: &str, spoken: Moment) -> Option<Timestamp> {
    let lower = condition.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric() && letter != ':')
        .filter(|word| !word.is_empty())
        .collect();
    let found = lasting(&words)
        .and_then(|lasting| spoken.at.checked_add(lasting).ok())
        .or_else(|| point(&words, spoken));
    found.filter(|at| *at > spoken.at)
}

/// "within 48 hours", "two days to".
fn lasting(words: &[&str]) -> Option<SignedDuration> {
    let (at, hours) = words.iter().enumerate().find_map(|(at, word)| Some((at, unit(word)?)))?;
    let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at)).copied();
    let count = match (before(2).and_then(number), before(1)) {
        // "twenty four hours"
        (Some(tens @ 20..=90), Some(last)) if number(last).is_some_and(|last| last < 10) => {
            tens + number(last)?
        }
        (_, Some("a" | "an" | "one" | "the" | "next")) => 1,
        (_, Some(last)) => number(last)?,
        (_, None) => return None,
    };
    // "by the end of the week" is a point in time.
    if words.contains(&"end") {
        return None;
    }
    SignedDuration::from_mins(hours).checked_mul(i32::try_from(count).ok()?)
}

/// Minutes of a unit of time.
fn unit(word: &str) -> Option<i64> {
    Some(match word {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        "week" | "weeks" => 7 * 24 * 60,
        "month" | "months" => 30 * 24 * 60,
        _ => return None,
    })
}

fn number(word: &str) -> Option<u32> {
    const SMALL: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    const TENS: [(&str, u32); 5] =
        [("twenty", 20), ("thirty", 30), ("forty", 40), ("seventy", 70), ("ninety", 90)];
    if let Ok(number) = word.parse() {
        return (number < 10_000).then_some(number);
    }
    let small = SMALL.iter().position(|name| *name == word).and_then(|at| u32::try_from(at).ok());
    small.or_else(|| TENS.iter().find(|(name, _)| *name == word).map(|(_, tens)| *tens))
}

/// "by Friday", "until midnight on Sunday", "by 9 pm on May 4", "before the end of the month".
fn point(words: &[&str], spoken: Moment) -> Option<Timestamp> {
    let said = spoken.offset.to_datetime(spoken.at);
    let (day, time) = (day(words, said), time(words));
    let moment = match (day, time) {
        (None, None) => return None,
        (Some(day), time) => at(day, time.unwrap_or(Clock::End)),
        // An hour without a day is the next such hour.
        (None, Some(time)) => {
            let today = at(said.date(), time)?;
            if today > said { Some(today) } else { today.checked_add(1.day()).ok() }
        }
    }?;
    spoken.offset.to_timestamp(moment).ok()
}

/// A time of a day.
#[derive(Clone, Copy)]
enum Clock {
    At(Time),
    /// The midnight that ends the day.
    End,
}

fn at(day: Date, clock: Clock) -> Option<DateTime> {
    match clock {
        Clock::At(time) => Some(day.to_datetime(time)),
        Clock::End => Some(day.tomorrow().ok()?.to_datetime(Time::midnight())),
    }
}

fn time(words: &[&str]) -> Option<Clock> {
    words.iter().enumerate().find_map(|(at, word)| {
        let clock = |hour: i8, minute: i8| Time::new(hour, minute, 0, 0).ok().map(Clock::At);
        let next = words.get(at + 1).copied().unwrap_or_default();
        match *word {
            "midnight" => return Some(Clock::End),
            "noon" | "midday" => return clock(12, 0),
            "dawn" => return clock(6, 0),
            _ => {}
        }
        let (figures, half) = match (word.strip_suffix("am"), word.strip_suffix("pm"), next) {
            (Some(figures), _, _) => (figures, Some(false)),
            (_, Some(figures), _) => (figures, Some(true)),
            (_, _, "am") => (*word, Some(false)),
            (_, _, "pm") => (*word, Some(true)),
            _ => (*word, None),
        };
        let (hour, minute) = match figures.split_once(':') {
            Some((hour, minute)) => (hour.parse::<i8>().ok()?, minute.parse().ok()?),
            // A figure alone is a day of the month more often than an hour.
            None => (figures.parse().ok().filter(|_| half.is_some())?, 0),
        };
        match half {
            Some(afternoon) if (1..=12).contains(&hour) => {
                clock(hour % 12 + if afternoon { 12 } else { 0 }, minute)
            }
            Some(_) => None,
            None => clock(hour, minute),
        }
    })
}

fn day(words: &[&str], said: DateTime) -> Option<Date> {
    let today = said.date();
    let has = |word: &str| words.contains(&word);
    if has("end") {
        return match () {
            () if has("week") => today.checked_add(i64::from(7 - days_since_monday(today) - 1).days()).ok(),
            () if has("month") => Some(today.last_of_month()),
            () if has("year") => Some(today.last_of_year()),
            () if has("day") => Some(today),
            () => None,
        };
    }
    if has("tomorrow") {
        return today.tomorrow().ok();
    }
    if has("today") || has("tonight") {
        return Some(today);
    }
    if let Some(weekday) = words.iter().find_map(|word| day_named(word)) {
        let ahead = days_until(today.weekday(), weekday);
        return today.checked_add(i64::from(ahead).days()).ok();
    }
    date(words, today)
}

fn days_since_monday(day: Date) -> i8 {
    day.weekday().to_monday_zero_offset()
}

fn days_until(from: Weekday, to: Weekday) -> i8 {
    (to.to_monday_zero_offset() - from.to_monday_zero_offset()).rem_euclid(7)
}

/// The weekend begins on its Saturday.
fn day_named(word: &str) -> Option<Weekday> {
    if word == "weekend" {
        Some(Weekday::Saturday)
    } else {
        calendar::weekday(word).filter(|_| calendar::is_weekday(word))
    }
}

/// "September 3", "3 September", "May 4, 2031".
fn date(words: &[&str], today: Date) -> Option<Date> {
    let (at, month) = words.iter().enumerate().find_map(|(at, word)| {
        let month = calendar::month(word).filter(|_| calendar::is_month(word))?;
        Some((at, month))
    })?;
    let figure = |word: Option<&&str>| -> Option<i8> {
        let word = word?.trim_end_matches(|letter: char| letter.is_alphabetic());
        word.parse().ok().filter(|day| (1..=31).contains(day))
    };
    let day = figure(words.get(at + 1)).or_else(|| figure(at.checked_sub(1).and_then(|at| words.get(at))))?;
    let stated =
        words.iter().skip(at).find_map(|word| word.parse().ok().filter(|year| (1900..3000).contains(year)));
    let year = stated.unwrap_or(today.year());
    let date = Date::new(year, month, day).ok()?;
    let back = today.since(date).ok()?.get_days();
    if stated.is_none() && back > DAYS_BACK { Date::new(year + 1, month, day).ok() } else { Some(date) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Said on a Wednesday at 15:00 in a zone two hours ahead.
    #[track_caller]
    fn check(words: &str, expected: Option<&str>) {
        let spoken = Moment::parse("2031-05-07T15:00:00+02:00").unwrap();
        assert_eq!(deadline(words, spoken).map(|at| at.to_string()).as_deref(), expected, "{words}");
    }

    #[test]
    fn reads_spans_from_when_they_were_said() {
        check("within 48 hours", Some("2031-05-09T13:00:00Z"));
        check("48 hours", Some("2031-05-09T13:00:00Z"));
        check("within twenty-four hours or face an assault", Some("2031-05-08T13:00:00Z"));
        check("a week", Some("2031-05-14T13:00:00Z"));
        check("three days", Some("2031-05-10T13:00:00Z"));
    }

    #[test]
    fn reads_days_as_their_end_in_the_speakers_zone() {
        check("until Friday", Some("2031-05-09T22:00:00Z"));
        check("by Wednesday", Some("2031-05-07T22:00:00Z"));
        check("by Tuesday", Some("2031-05-13T22:00:00Z"));
        check("by tomorrow", Some("2031-05-08T22:00:00Z"));
        check("until September 3", Some("2031-09-03T22:00:00Z"));
        check("by 3 January", Some("2032-01-03T22:00:00Z"));
        check("by May 4, 2032", Some("2032-05-04T22:00:00Z"));
        check("before the end of the week", Some("2031-05-11T22:00:00Z"));
        check("by the end of the month", Some("2031-05-31T22:00:00Z"));
    }

    #[test]
    fn reads_hours() {
        check("by midnight", Some("2031-05-07T22:00:00Z"));
        check("until midnight on Sunday", Some("2031-05-11T22:00:00Z"));
        check("by noon", Some("2031-05-08T10:00:00Z"));
        check("by 9 p.m. on Friday", Some("2031-05-09T19:00:00Z"));
        check("by 18:30", Some("2031-05-07T16:30:00Z"));
    }

    #[test]
    fn names_no_time_where_there_is_none_or_it_is_past() {
        for words in [
            "or face sanctions",
            "unless the talks resume",
            "in the coming days",
            "by May 6",
            "until the 9th",
        ] {
            check(words, None);
        }
    }
}
