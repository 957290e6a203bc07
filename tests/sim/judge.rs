//! Whether the promises held. Comes in: what each receiver got, and what it gets when nothing goes wrong. Goes out:
//! complaints. A receiver that is told at once must have got the same messages with the same ids and contents, story by
//! story in the same order; one that refuses some, the same in any order. One that is told in groups must end at the same
//! figures over an unbroken chain (but for what was muted), each alert told once. Every correction must be of something
//! that receiver was told. In every story that messages tell of they must come as they entered the outbox.

use std::collections::{BTreeMap, BTreeSet};

use newsdelta::model::{Alert, ChangeKind, Message, Value};

use crate::life::{DIGESTING, GATHERING, RECEIVERS};
use crate::receiver::PICKY;
use crate::sim::Course;

/// Adds what is wrong.
pub(crate) fn compare(
    expected: &[Vec<Message>],
    told: &[Vec<Message>],
    muted: &BTreeSet<String>,
    course: &mut Course,
) {
    for (receiver, (expected, told)) in RECEIVERS.iter().zip(expected.iter().zip(told)) {
        let told = first_of_each(told);
        let wrong = match *receiver {
            PICKY => in_any_order(expected, &told),
            // By a clock that is put back, later news may be due before the digest of earlier ones.
            name if DIGESTING.contains(&name) && course.put_back => twice(&told),
            name if GATHERING.contains(&name) => gathered(expected, &told, muted),
            _ => at_once(expected, &told),
        };
        // What was discarded counts as told.
        let by_the_clock = DIGESTING.contains(receiver) && course.put_back;
        let unfounded = if *receiver == PICKY || by_the_clock { None } else { corrections(&told) };
        course
            .complaints
            .extend(wrong.into_iter().chain(unfounded).map(|words| format!("{receiver}: {words}")));
    }
}

/// Complains when a message came before one that entered the outbox earlier and tells of a story that it tells of, too.
pub(crate) fn keeps_order(receiver: &str, told: &[Message], outbox: &[String], course: &mut Course) {
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for message in told.iter().filter(|message| seen.insert(&message.id)) {
        let place = outbox.iter().position(|id| *id == message.id).unwrap_or(usize::MAX);
        for story in message.stories() {
            let before = last.insert(story, place);
            if before > Some(place) {
                let words = format!("{receiver}: {} of story {story} was overtaken", message.id);
                course.complaints.push(words);
            }
        }
    }
}

/// Without what came again.
fn first_of_each(messages: &[Message]) -> Vec<Message> {
    let mut seen = BTreeSet::new();
    messages.iter().filter(|message| seen.insert(&message.id)).cloned().collect()
}

/// For each story its messages, without the times of arrival.
fn by_story(messages: &[Message]) -> BTreeMap<&str, Vec<(&str, &[Alert])>> {
    let mut stories: BTreeMap<&str, Vec<(&str, &[Alert])>> = BTreeMap::new();
    for message in messages {
        stories.entry(&message.story).or_default().push((&message.id, &message.alerts));
    }
    stories
}

fn in_any_order(expected: &[Message], told: &[Message]) -> Option<String> {
    let all = |messages: &[Message]| -> BTreeMap<String, Vec<Alert>> {
        messages.iter().map(|message| (message.id.clone(), message.alerts.clone())).collect()
    };
    let (expected, told) = (all(expected), all(told));
    let ids = expected.keys().chain(told.keys());
    let wrong = ids.into_iter().find(|id| expected.get(*id) != told.get(*id))?;
    Some(format!("{wrong} should be {:?}\nbut is {:?}", expected.get(wrong), told.get(wrong)))
}

fn at_once(expected: &[Message], told: &[Message]) -> Option<String> {
    let (expected, told) = (by_story(expected), by_story(told));
    let story = expected.keys().chain(told.keys()).find(|story| expected.get(*story) != told.get(*story))?;
    let shown = |messages: Option<&Vec<(&str, &[Alert])>>| -> Vec<String> {
        let alerts = |alerts: &[Alert]| alerts.iter().map(words).collect::<Vec<_>>().join(", ");
        messages.into_iter().flatten().map(|(id, told)| format!("{id}: {}", alerts(told))).collect()
    };
    Some(format!(
        "story {story} should be\n  {}\nbut is\n  {}",
        shown(expected.get(story)).join("\n  "),
        shown(told.get(story)).join("\n  ")
    ))
}

fn words(alert: &Alert) -> String {
    let before = alert.before.as_ref().and_then(Value::figure);
    format!("{:?} {before:?} -> {:?} by {}", alert.change, alert.after.figure(), alert.article)
}

/// Where the facts stand in the end; the first break in a chain.
fn standing(messages: &[Message], muted: &BTreeSet<String>) -> (BTreeMap<String, u64>, Option<String>) {
    let mut stands: BTreeMap<String, u64> = BTreeMap::new();
    let mut broken = None;
    for alert in messages.iter().flat_map(|message| &message.alerts) {
        let fact = format!("{} {:?}", alert.story, alert.fact);
        let before = alert.before.as_ref().and_then(Value::figure);
        let follows = before == stands.get(&fact).copied() || muted.contains(&alert.story);
        if !follows && broken.is_none() {
            broken = Some(format!("{fact} stood at {:?}, then came {}", stands.get(&fact), words(alert)));
        }
        match alert.after.figure().filter(|_| alert.change != ChangeKind::Withdrawn) {
            Some(after) => drop(stands.insert(fact, after)),
            None => drop(stands.remove(&fact)),
        }
    }
    (stands, broken)
}

fn gathered(expected: &[Message], told: &[Message], muted: &BTreeSet<String>) -> Option<String> {
    let (should, _) = standing(expected, muted);
    let (stands, broken) = standing(told, muted);
    let alerts = || told.iter().flat_map(|message| &message.alerts);
    let all = || alerts().map(words).collect::<Vec<_>>().join("\n  ");
    broken
        .or_else(|| twice(told))
        .or_else(|| (should != stands).then(|| format!("ends at {stands:?} instead of {should:?}")))
        .map(|wrong| format!("{wrong}\n  {}", all()))
}

/// An alert that was told more than once.
fn twice(told: &[Message]) -> Option<String> {
    let mut names = BTreeSet::new();
    let mut all = told.iter().flat_map(|message| &message.alerts).flat_map(Alert::names);
    all.find(|name| !names.insert(*name)).map(|name| format!("alert {name} was told twice"))
}

/// A correction of something that was never told here.
fn corrections(told: &[Message]) -> Option<String> {
    let mut names: BTreeSet<&String> = BTreeSet::new();
    for alert in told.iter().flat_map(|message| &message.alerts) {
        if !alert.corrects.is_empty() && alert.corrects.iter().all(|wrong| !names.contains(wrong)) {
            return Some(format!("corrects what was never told here: {}", words(alert)));
        }
        names.extend(alert.names());
    }
    None
}
