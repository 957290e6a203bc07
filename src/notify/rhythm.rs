//! When something is told: at once, grouped by story, after the quiet hours, in a daily digest. Comes in: the rhythm of
//! a route and a time. Goes out: the pace of a parcel, the same for the same time. Reads no clock, keeps no state.

use std::fmt;
use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::store::Pace;
use crate::store::parcel::DIGEST;

/// A time of day, as "07:30".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct TimeOfDay(Time);

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = text.split_once(':').and_then(|(hour, minute)| {
            Time::new(hour.trim().parse().ok()?, minute.trim().parse().ok()?, 0, 0).ok()
        });
        parsed.map(Self).ok_or_else(|| format!("is `{text}`: write a time of day such as \"07:30\""))
    }
}

/// Hours in which nothing goes out, as "22:00-07:00" or `{ hours = "00:00-24:00", days = ["sat-sun"] }`. They may pass
/// midnight, and then belong to the day on which they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    /// Midnight is the end of the day.
    to: Time,
    days: Days,
}

impl TryFrom<String> for QuietHours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let time = |part: &str| TimeOfDay::try_from(part.to_owned()).map(|time| time.0).ok();
        let whole = |to: &str| to.trim() == "24:00";
        let times = text.split_once('-').and_then(|(from, to)| {
            let from = time(from)?;
            let to = if whole(to) { Time::midnight() } else { time(to).filter(|to| *to != from)? };
            Some(Self { from, to, days: Days::ALL })
        });
        times.ok_or_else(|| format!("is `{text}`: write two times of day such as \"22:00-07:00\""))
    }
}

/// The long form of quiet hours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursOfDays {
    hours: String,
    days: Vec<Days>,
}

impl<'de> Deserialize<'de> for QuietHours {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(EitherForm)
    }
}

/// Reads the short form and the long one.
struct EitherForm;

impl<'de> Visitor<'de> for EitherForm {
    type Value = QuietHours;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("\"22:00-07:00\" or { hours = \"22:00-07:00\", days = [\"mon-fri\"] }")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<QuietHours, E> {
        QuietHours::try_from(text.to_owned()).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<QuietHours, A::Error> {
        let HoursOfDays { hours, days } = HoursOfDays::deserialize(MapAccessDeserializer::new(map))?;
        let hours: QuietHours = self.visit_str(&hours)?;
        if days.is_empty() {
            return Err(serde::de::Error::custom("has no day in `days`: write for instance [\"mon-fri\"]"));
        }
        Ok(QuietHours { days: days.into_iter().fold(Days::NONE, Days::and), ..hours })
    }
}

/// Days of the week, as "sat" or "mon-fri".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Days(u8);

impl Days {
    const NONE: Self = Self(0);
    const ALL: Self = Self(0b111_1111);
    const NAMES: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has(self, day: Weekday) -> bool {
        self.0 >> day.to_monday_zero_offset() & 1 == 1
    }
}

impl TryFrom<String> for Days {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let place = |name: &str| {
            let name = name.trim().to_lowercase();
            Self::NAMES.iter().position(|known| *known == name)
        };
        let (first, last) = text.split_once('-').unwrap_or((&text, &text));
        let (Some(first), Some(last)) = (place(first), place(last)) else {
            return Err(format!("has the day `{text}`: write days such as \"sat\" or \"mon-fri\""));
        };
        // From Friday to Monday goes over the end of the week.
        let count = (last + 7 - first) % 7 + 1;
        Ok((0..count).map(|step| Self(1 << ((first + step) % 7))).fold(Self::NONE, Self::and))
    }
}

/// A zone of the time zone database, as "Europe/Vienna".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone itself.
    pub fn into_inner(self) -> TimeZone {
        self.0
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        TimeZone::get(&name).map(Self).map_err(|_unknown| {
            format!("is `{name}`, which is no time zone: write one such as \"Europe/Vienna\" or \"UTC\"")
        })
    }
}

/// When a route tells what it sends, with everything that it inherits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    /// How long the first change of a story waits for others.
    pub group_wait: Duration,
    /// The shortest time between two messages of a story to one output.
    pub interval_min: Duration,
    /// When nothing goes out; what comes meanwhile is told in a digest at their end.
    pub quiet_hours: Vec<QuietHours>,
    /// When digests go out. With any, nothing goes out otherwise.
    pub digest_at: Vec<TimeOfDay>,
    /// In which zone the times of day are meant.
    pub time_zone: TimeZone,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            group_wait: Duration::ZERO,
            interval_min: Duration::ZERO,
            quiet_hours: Vec::new(),
            digest_at: Vec::new(),
            time_zone: TimeZone::UTC,
        }
    }
}

impl Rhythm {
    /// The pace of what is decided at `at`.
    pub fn pace(&self, at: Timestamp) -> Pace {
        if let Some(release_at) = self.next_digest(at) {
            return digest(release_at);
        }
        if let Some(end) = self.quiet_until(at) {
            return digest(end);
        }
        if self.group_wait.is_zero() && self.interval_min.is_zero() {
            return Pace::Now;
        }
        let wait = SignedDuration::try_from(self.group_wait).unwrap_or(SignedDuration::MAX);
        let release_at = at.checked_add(wait).unwrap_or(Timestamp::MAX);
        // A group that would go out in the quiet hours waits for their end.
        match self.quiet_until(release_at) {
            Some(end) => digest(end),
            None => Pace::Group { release_at, interval: self.interval_min },
        }
    }

    /// What a pace becomes that starts at a time in the future, such as a deadline's.
    pub fn release_at(&self, at: Timestamp) -> Timestamp {
        self.quiet_until(at).unwrap_or(at)
    }

    fn next_digest(&self, at: Timestamp) -> Option<Timestamp> {
        self.digest_at.iter().filter_map(|time| next(at, time.0, &self.time_zone)).min()
    }

    /// When the quiet ends, if it is quiet at `at`. Hours that follow on each other are one quiet.
    fn quiet_until(&self, at: Timestamp) -> Option<Timestamp> {
        let mut end = None;
        // Each may follow on the others on every day of a week; then even a quiet that never ends has its digest.
        for _ in 0..=self.quiet_hours.len() * 7 {
            let from = end.unwrap_or(at);
            let further = self.quiet_hours.iter().find_map(|hours| hours.until(from, &self.time_zone));
            match further {
                Some(further) if further > from => end = Some(further),
                _ => break,
            }
        }
        end
    }
}

impl QuietHours {
    fn until(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let now = at.to_zoned(zone.clone());
        let (time, today) = (now.time(), now.weekday());
        let passes_midnight = self.to <= self.from;
        let begun_today = self.from <= time && (passes_midnight || time < self.to) && self.days.has(today);
        let begun_yesterday = passes_midnight && time < self.to && self.days.has(today.previous());
        if begun_today || begun_yesterday { next(at, self.to, zone) } else { None }
    }
}

fn digest(release_at: Timestamp) -> Pace {
    Pace::Lot { lot: format!("{DIGEST}{release_at}"), release_at }
}

/// The next time after `at` at which clocks in the zone show `time`; where they skip it, the moment they skip to.
fn next(at: Timestamp, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    let today: Zoned = at.to_zoned(zone.clone());
    (0..=2).find_map(|days| {
        let date = today.date().checked_add(days.days()).ok()?;
        let moment = date.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp();
        (moment > at).then_some(moment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn rhythm(quiet: &[&str], digests: &[&str], zone: &str) -> Rhythm {
        Rhythm {
            quiet_hours: quiet.iter().map(|text| (*text).to_owned().try_into().unwrap()).collect(),
            digest_at: digests.iter().map(|text| (*text).to_owned().try_into().unwrap()).collect(),
            time_zone: TimeZone::get(zone).unwrap(),
            ..Rhythm::default()
        }
    }

    fn released(rhythm: &Rhythm, time: &str) -> Option<String> {
        match rhythm.pace(at(time)) {
            Pace::Lot { release_at, .. } => Some(release_at.to_string()),
            Pace::Now | Pace::Correction | Pace::Group { .. } => None,
        }
    }

    #[test]
    fn without_a_rhythm_everything_goes_at_once() {
        assert_eq!(Rhythm::default().pace(at("2031-01-01T03:00:00Z")), Pace::Now);
    }

    #[test]
    fn quiet_hours_pass_midnight_and_follow_the_zone() {
        let night = rhythm(&["22:00-07:00"], &[], "Europe/Vienna");
        assert_eq!(released(&night, "2031-01-10T20:59:59Z"), None);
        assert_eq!(released(&night, "2031-01-10T21:00:00Z").unwrap(), "2031-01-11T06:00:00Z");
        assert_eq!(released(&night, "2031-01-11T05:59:59Z").unwrap(), "2031-01-11T06:00:00Z");
        assert_eq!(released(&night, "2031-01-11T06:00:00Z"), None);
        // In summer the same hours end an hour earlier.
        assert_eq!(released(&night, "2031-07-10T22:00:00Z").unwrap(), "2031-07-11T05:00:00Z");
    }

    fn on(hours: &str, days: &[&str]) -> QuietHours {
        serde_json::from_value(serde_json::json!({ "hours": hours, "days": days })).unwrap()
    }

    /// 10 January 2031 is a Friday.
    #[test]
    fn quiet_hours_keep_to_their_days() {
        let at_work =
            Rhythm { quiet_hours: vec![on("22:00-07:00", &["mon-fri"])], ..rhythm(&[], &[], "UTC") };
        assert_eq!(released(&at_work, "2031-01-10T23:00:00Z").unwrap(), "2031-01-11T07:00:00Z");
        assert_eq!(
            released(&at_work, "2031-01-11T06:00:00Z").unwrap(),
            "2031-01-11T07:00:00Z",
            "Friday's night"
        );
        assert_eq!(released(&at_work, "2031-01-11T23:00:00Z"), None, "a Saturday");
        assert_eq!(released(&at_work, "2031-01-13T06:00:00Z"), None, "Sunday had no night");
        let weekend =
            Rhythm { quiet_hours: vec![on("00:00-24:00", &["sat", "sun"])], ..rhythm(&[], &[], "UTC") };
        assert_eq!(released(&weekend, "2031-01-10T23:59:59Z"), None);
        assert_eq!(released(&weekend, "2031-01-11T09:00:00Z").unwrap(), "2031-01-13T00:00:00Z");
        let over_the_end = Rhythm { quiet_hours: vec![on("18:00-24:00", &["fri-mon"])], ..weekend };
        for (day, quiet) in
            [("10", true), ("11", true), ("12", true), ("13", true), ("14", false), ("16", false)]
        {
            assert_eq!(
                released(&over_the_end, &format!("2031-01-{day}T20:00:00Z")).is_some(),
                quiet,
                "{day}"
            );
        }
        let always = rhythm(&["00:00-24:00"], &[], "UTC");
        assert_eq!(released(&always, "2031-01-10T09:00:00Z").unwrap(), "2031-01-18T00:00:00Z");
    }

    #[test]
    fn quiet_hours_that_follow_on_each_other_are_one() {
        let twice = rhythm(&["22:00-00:00", "00:00-06:00"], &[], "UTC");
        assert_eq!(released(&twice, "2031-01-10T23:00:00Z").unwrap(), "2031-01-11T06:00:00Z");
    }

    #[test]
    fn a_group_does_not_go_out_in_the_quiet_hours() {
        let waits = Rhythm { group_wait: Duration::from_secs(600), ..rhythm(&["22:00-07:00"], &[], "UTC") };
        assert_eq!(released(&waits, "2031-01-10T21:55:00Z").unwrap(), "2031-01-11T07:00:00Z");
        let interval = Duration::ZERO;
        let release_at = at("2031-01-10T21:10:00Z");
        assert_eq!(waits.pace(at("2031-01-10T21:00:00Z")), Pace::Group { release_at, interval });
    }

    #[test]
    fn the_nearest_digest_takes_it() {
        let daily = rhythm(&[], &["07:30", "18:00"], "UTC");
        assert_eq!(released(&daily, "2031-01-10T07:30:00Z").unwrap(), "2031-01-10T18:00:00Z");
        assert_eq!(released(&daily, "2031-01-10T18:00:01Z").unwrap(), "2031-01-11T07:30:00Z");
    }

    /// On 30 March 2031 clocks in Vienna skip from 2 to 3; on 26 October they show 2:30 twice.
    #[test]
    fn clocks_that_are_put_forward_or_back_lose_no_digest() {
        let early = rhythm(&[], &["02:30"], "Europe/Vienna");
        assert_eq!(released(&early, "2031-03-30T00:00:00Z").unwrap(), "2031-03-30T01:30:00Z");
        let first = released(&early, "2031-10-26T00:00:00Z").unwrap();
        assert_eq!(first, "2031-10-26T00:30:00Z");
        assert_eq!(released(&early, &first).unwrap(), "2031-10-27T01:30:00Z");
    }

    #[test]
    fn times_are_written_one_way() {
        for wrong in ["7", "24:00", "12:60", "noon", ""] {
            assert!(TimeOfDay::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        for wrong in ["22:00", "22:00-22:00", "22-07", "24:00-07:00"] {
            assert!(QuietHours::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        for wrong in ["", "mo", "monday", "mon-", "mon-fri-sat"] {
            assert!(Days::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        assert!(Zone::try_from("Europe/Atlantis".to_owned()).is_err());
    }
}
