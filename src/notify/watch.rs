//! Whether newsdelta has gone blind. Comes in: what the inputs brought, what waits in the outbox, how full the disk is,
//! and a time. Goes out: notices, once when trouble begins, again while it lasts, once when it is over. Reads no clock,
//! sends nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::retry::{later, until};
use crate::config::{Check, Findings};
use crate::model::article::fingerprint;
use crate::model::notice::{Notice, Trouble};
use crate::store::{DisabledOutput, OutboxMetrics};

/// Silence is unusual beyond so many times the longest that was usual.
const SILENCE_FACTOR: u32 = 3;

/// What was usual is taken from so many days.
const DAYS_REMEMBERED: usize = 7;

/// Failures are counted over this time.
const FAILURE_WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Fewer articles than this say nothing about a share.
const FAILURE_SAMPLE_MIN: u64 = 20;

/// `[self_alerts]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelfAlertsConfig {
    /// Whether to watch at all.
    pub enabled: bool,
    /// Names of the outputs that are told; without it, every output for people.
    pub outputs: Option<Vec<String>>,
    /// How often to look.
    #[serde(with = "humantime_serde")]
    pub check_interval: Duration,
    /// How often trouble that lasts is told again.
    #[serde(with = "humantime_serde")]
    pub repeat_interval: Duration,
    /// Shorter silence of an input is never told.
    #[serde(with = "humantime_serde")]
    pub input_silence_min: Duration,
    /// Longer silence of an input is always told.
    #[serde(with = "humantime_serde")]
    pub input_silence_max: Duration,
    /// The share of articles of an hour that may fail.
    pub failed_percent_max: u64,
    /// How long a message may wait for its output.
    #[serde(with = "humantime_serde")]
    pub outbox_age_max: Duration,
    /// The share of the disk that must be free.
    pub disk_free_percent_min: u64,
}

impl Check for SelfAlertsConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        for (key, wait) in
            [("check_interval", self.check_interval), ("repeat_interval", self.repeat_interval)]
        {
            if wait < Duration::from_secs(1) {
                findings.add(key, "is under a second: write a longer one such as \"30s\"");
            }
        }
        if self.input_silence_max < self.input_silence_min {
            findings.add("input_silence_max", "is shorter than `input_silence_min`: write a longer one");
        }
        for (key, percent) in [
            ("failed_percent_max", self.failed_percent_max),
            ("disk_free_percent_min", self.disk_free_percent_min),
        ] {
            if percent > 100 {
                findings.add(key, format!("is {percent}: write a figure from 0 to 100"));
            }
        }
    }
}

/// What one input brought.
#[derive(Debug)]
struct Arrivals {
    /// When it last brought something; at first, when the watch began.
    last: Timestamp,
    /// The longest silence of each day on which it ended, with the day's number.
    silences: VecDeque<(i64, Duration)>,
    /// Articles and failures of each minute of the window, with the minute's number.
    minutes: VecDeque<(i64, u64, u64)>,
}

/// What the inputs brought: written by the flow, read by the watch.
#[derive(Debug)]
pub struct Intake(Mutex<BTreeMap<String, Arrivals>>);

impl Intake {
    /// Watches these inputs from `now` on.
    pub fn new<'a>(inputs: impl IntoIterator<Item = &'a String>, now: Timestamp) -> Self {
        let fresh = |input: &String| (input.clone(), Arrivals::since(now));
        Self(Mutex::new(inputs.into_iter().map(fresh).collect()))
    }

    /// An article of an input was committed, or could not be read.
    pub fn saw(&self, input: &str, failed: bool, now: Timestamp) {
        let mut inputs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What is read again by hand, and what comes over HTTP, is no input that could fall silent.
        if let Some(arrivals) = inputs.get_mut(input) {
            arrivals.saw(failed, now);
        }
    }
}

impl Arrivals {
    fn since(now: Timestamp) -> Self {
        Self { last: now, silences: VecDeque::new(), minutes: VecDeque::new() }
    }

    fn saw(&mut self, failed: bool, now: Timestamp) {
        let silence = until(self.last, now);
        self.last = self.last.max(now);
        let day = now.as_second().div_euclid(24 * 3600);
        match self.silences.back_mut().filter(|(known, _)| *known == day) {
            Some((_, longest)) => *longest = silence.max(*longest),
            None => self.silences.push_back((day, silence)),
        }
        if self.silences.len() > DAYS_REMEMBERED {
            self.silences.pop_front();
        }
        let minute = now.as_second().div_euclid(60);
        match self.minutes.back_mut().filter(|(known, ..)| *known == minute) {
            Some((_, articles, failures)) => {
                *articles += 1;
                *failures += u64::from(failed);
            }
            None => self.minutes.push_back((minute, 1, u64::from(failed))),
        }
        self.forget(now);
    }

    fn forget(&mut self, now: Timestamp) {
        let oldest = now.checked_sub(FAILURE_WINDOW).unwrap_or(Timestamp::MIN).as_second().div_euclid(60);
        while self.minutes.front().is_some_and(|(minute, ..)| *minute <= oldest) {
            self.minutes.pop_front();
        }
    }

    /// Beyond which silence is unusual. What is usual is known once something has come after something.
    fn patience(&self, config: &SelfAlertsConfig) -> Duration {
        let usual = self.silences.iter().map(|(_, silence)| *silence).max();
        usual.map_or(config.input_silence_max, |usual| {
            usual.saturating_mul(SILENCE_FACTOR).clamp(config.input_silence_min, config.input_silence_max)
        })
    }
}

/// What else is looked at.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// What waits for the outputs.
    pub outboxes: Vec<OutboxMetrics>,
    /// The outputs that take nothing.
    pub disabled: Vec<DisabledOutput>,
    /// The store's path, and free and all bytes of its disk, as far as known.
    pub disk: Option<(String, u64, u64)>,
}

/// Trouble that was told.
#[derive(Debug, Clone)]
struct Told {
    since: Timestamp,
    last: Timestamp,
}

/// The memory of what was told, so that trouble is told once and not at every look.
#[derive(Debug, Default)]
pub struct Watch {
    told: BTreeMap<(Trouble, String), Told>,
}

impl Watch {
    /// What is to be told now.
    pub fn look(
        &mut self,
        config: &SelfAlertsConfig,
        intake: &Intake,
        around: &Surroundings,
        now: Timestamp,
    ) -> Vec<Notice> {
        let troubles = troubles(config, intake, around, now);
        let mut notices = Vec::new();
        for ((trouble, subject), text) in &troubles {
            let key = (*trouble, subject.clone());
            let told = self.told.get(&key).cloned();
            if told.as_ref().is_some_and(|told| later(told.last, config.repeat_interval) > now) {
                continue;
            }
            let since = told.map_or(now, |told| told.since);
            self.told.insert(key, Told { since, last: now });
            notices.push(notice(*trouble, subject, false, text.clone(), since));
        }
        let over: Vec<_> = self.told.keys().filter(|key| !troubles.contains_key(*key)).cloned().collect();
        for (trouble, subject) in over {
            if let Some(told) = self.told.remove(&(trouble, subject.clone())) {
                let text = format!("over: {}", name(trouble, &subject));
                notices.push(notice(trouble, &subject, true, text, told.since));
            }
        }
        notices
    }
}

fn notice(trouble: Trouble, subject: &str, resolved: bool, text: String, since: Timestamp) -> Notice {
    let id = fingerprint(["notice", &format!("{trouble:?}"), subject, &since.to_string()]);
    Notice { id, trouble, subject: subject.to_owned(), resolved, text, since }
}

fn name(trouble: Trouble, subject: &str) -> String {
    match trouble {
        Trouble::InputSilent => format!("input `{subject}` is silent"),
        Trouble::ArticlesFail => format!("articles of input `{subject}` cannot be read"),
        Trouble::OutboxOld => format!("messages wait for output `{subject}`"),
        Trouble::OutputDisabled => format!("output `{subject}` is disabled"),
        Trouble::DiskNearlyFull => format!("the disk of {subject} is nearly full"),
    }
}

/// Everything that is wrong now, in words.
fn troubles(
    config: &SelfAlertsConfig,
    intake: &Intake,
    around: &Surroundings,
    now: Timestamp,
) -> BTreeMap<(Trouble, String), String> {
    let mut found = BTreeMap::new();
    let mut add = |trouble, subject: &str, detail: String| {
        found.insert((trouble, subject.to_owned()), format!("{}: {detail}", name(trouble, subject)));
    };
    let mut inputs = intake.0.lock().unwrap_or_else(PoisonError::into_inner);
    for (input, arrivals) in inputs.iter_mut() {
        let (silence, patience) = (until(arrivals.last, now), arrivals.patience(config));
        if silence > patience {
            add(
                Trouble::InputSilent,
                input,
                format!("nothing since {:.0}, more than {}", arrivals.last, in_words(patience)),
            );
        }
        arrivals.forget(now);
        let (articles, failures) =
            arrivals.minutes.iter().fold((0, 0), |sum, minute| (sum.0 + minute.1, sum.1 + minute.2));
        if articles >= FAILURE_SAMPLE_MIN && failures * 100 > config.failed_percent_max * articles {
            add(
                Trouble::ArticlesFail,
                input,
                format!("{failures} of {articles} in the last hour; see `newsdelta dead-letters`"),
            );
        }
    }
    for outbox in &around.outboxes {
        let age = outbox.oldest.map_or(Duration::ZERO, |oldest| until(oldest, now));
        if age > config.outbox_age_max {
            let waiting = outbox.waiting;
            add(
                Trouble::OutboxOld,
                &outbox.output,
                format!("{waiting} of them, the oldest for {}", in_words(age)),
            );
        }
    }
    for DisabledOutput { output, reason, since } in &around.disabled {
        let cure = format!("when it is put right, `newsdelta outputs enable {output}`");
        add(Trouble::OutputDisabled, output, format!("since {since:.0}, {reason}; {cure}"));
    }
    if let Some((path, free, all)) = &around.disk
        && u128::from(*free) * 100 < u128::from(config.disk_free_percent_min) * u128::from(*all)
    {
        add(Trouble::DiskNearlyFull, path, format!("{} MB of {} MB are free", free >> 20, all >> 20));
    }
    found
}

/// A duration to the minute, or to the second below one.
fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::store::contract::at;

    fn config() -> SelfAlertsConfig {
        Config::read(None, []).unwrap().self_alerts
    }

    fn intake() -> Intake {
        Intake::new([&"wire".to_owned()], at(0))
    }

    #[track_caller]
    fn told(notices: &[Notice], expected: &[(Trouble, bool)]) {
        let found: Vec<_> = notices.iter().map(|notice| (notice.trouble, notice.resolved)).collect();
        assert_eq!(found, expected, "{notices:#?}");
    }

    #[test]
    fn silence_is_told_when_it_is_unusual_and_once() {
        let (config, intake, mut watch) = (config(), intake(), Watch::default());
        let around = Surroundings::default();
        for minute in 1..=10 {
            intake.saw("wire", false, at(minute * 20));
        }
        told(&watch.look(&config, &intake, &around, at(200 + 59)), &[]);
        let first = watch.look(&config, &intake, &around, at(200 + 61));
        told(&first, &[(Trouble::InputSilent, false)]);
        assert!(first[0].text.contains("`wire`") && first[0].text.contains("60 min"), "{}", first[0].text);
        told(&watch.look(&config, &intake, &around, at(200 + 62)), &[]);
        let again = watch.look(&config, &intake, &around, at(200 + 61 + 4 * 60));
        told(&again, &[(Trouble::InputSilent, false)]);
        assert_eq!(again[0].id, first[0].id);
        intake.saw("wire", false, at(500));
        let over = watch.look(&config, &intake, &around, at(501));
        told(&over, &[(Trouble::InputSilent, true)]);
        assert_eq!(over[0].id, first[0].id);
        // The long silence is now part of what is usual.
        told(&watch.look(&config, &intake, &around, at(500 + 300)), &[]);
    }

    #[test]
    fn an_input_that_never_brought_anything_has_a_day() {
        let (config, intake, mut watch) = (config(), intake(), Watch::default());
        told(&watch.look(&config, &intake, &Surroundings::default(), at(24 * 60)), &[]);
        told(
            &watch.look(&config, &intake, &Surroundings::default(), at(24 * 60 + 1)),
            &[(Trouble::InputSilent, false)],
        );
    }

    #[test]
    fn failures_are_told_by_their_share_of_the_last_hour() {
        let (config, intake, mut watch) = (config(), intake(), Watch::default());
        for number in 0..19 {
            intake.saw("wire", true, at(number));
        }
        told(&watch.look(&config, &intake, &Surroundings::default(), at(20)), &[]);
        intake.saw("wire", true, at(21));
        told(
            &watch.look(&config, &intake, &Surroundings::default(), at(22)),
            &[(Trouble::ArticlesFail, false)],
        );
        for _ in 0..80 {
            intake.saw("wire", false, at(30));
        }
        told(
            &watch.look(&config, &intake, &Surroundings::default(), at(31)),
            &[(Trouble::ArticlesFail, true)],
        );
    }

    #[test]
    fn an_old_outbox_and_a_full_disk_are_told() {
        let (config, intake, mut watch) = (config(), intake(), Watch::default());
        let outbox = OutboxMetrics { output: "desk".to_owned(), waiting: 3, oldest: Some(at(0)) };
        let full = Surroundings {
            outboxes: vec![outbox],
            disk: Some(("news.db".to_owned(), 4, 100)),
            ..Surroundings::default()
        };
        let notices = watch.look(&config, &intake, &full, at(16));
        told(&notices, &[(Trouble::OutboxOld, false), (Trouble::DiskNearlyFull, false)]);
        assert!(notices[0].text.ends_with("3 of them, the oldest for 16 min"), "{}", notices[0].text);
        let fine = Surroundings { disk: Some(("news.db".to_owned(), 50, 100)), ..Surroundings::default() };
        told(
            &watch.look(&config, &intake, &fine, at(17)),
            &[(Trouble::OutboxOld, true), (Trouble::DiskNearlyFull, true)],
        );
    }
}
