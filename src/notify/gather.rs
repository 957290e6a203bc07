//! One message out of what was held together. Comes in: a lot and the mutes of the moment. Goes out: messages that tell
//! it: what is muted left out, several moves of one figure told as one, an error and its correction as what is right.
//! Their ids follow from what they tell. Pure.

use jiff::Timestamp;

use super::mute::silencing;
use crate::diff::RETRACTION;
use crate::model::alert::Digest;
use crate::model::article::fingerprint;
use crate::model::{Alert, ChangeKind, Message, Mute, Value};
use crate::store::Lot;
use crate::store::parcel::DIGEST;

/// How many alerts a message carries at most; a larger digest is several messages.
const ALERTS_MAX: usize = 100;

/// What is told of a lot at this time.
pub fn gather(lot: &Lot, mutes: &[Mute], at: Timestamp) -> Vec<Message> {
    let held: usize = lot.messages.iter().map(|message| message.alerts.len()).sum();
    let mut alerts: Vec<Alert> = Vec::with_capacity(held);
    for alert in lot.messages.iter().flat_map(|message| &message.alerts) {
        if alerts.iter().all(|known| known.id != alert.id) {
            alerts.push(alert.clone());
        }
    }
    let is_digest = lot.name.starts_with(DIGEST);
    if is_digest {
        // By story in the order in which the stories came up, so that each can be read in one piece.
        let mut order: Vec<String> = Vec::new();
        for alert in &alerts {
            if !order.contains(&alert.story) {
                order.push(alert.story.clone());
            }
        }
        alerts.sort_by_key(|alert| order.iter().position(|story| *story == alert.story));
    }
    let mut alerts = folded(alerts);
    // A correction of what was told must arrive, whatever is muted.
    alerts.retain(|alert| !alert.corrects.is_empty() || silencing(alert, mutes, at).is_none());
    if let ([message], false) = (lot.messages.as_slice(), is_digest)
        && message.alerts == alerts
    {
        return vec![message.clone()];
    }
    let digest = is_digest.then_some(Digest { since: lot.since, until: at });
    alerts.chunks(ALERTS_MAX).filter_map(|alerts| told(lot, alerts, digest, at)).collect()
}

fn told(lot: &Lot, alerts: &[Alert], digest: Option<Digest>, at: Timestamp) -> Option<Message> {
    let last = alerts.last()?;
    let first = lot.messages.first()?;
    let ids = alerts.iter().map(|alert| alert.id.as_str());
    Some(Message {
        id: fingerprint(["gathered", lot.output.as_str(), lot.name.as_str()].into_iter().chain(ids)),
        story: last.story.clone(),
        article: last.article.clone(),
        created_at: at,
        received_at: None,
        trace_parent: first.trace_parent.clone(),
        digest,
        alerts: alerts.to_vec(),
    })
}

/// Tells several moves of one figure as one, from the first value to the last, and nothing that is wrong by now.
fn folded(alerts: Vec<Alert>) -> Vec<Alert> {
    let mut out: Vec<Alert> = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let wrong: Vec<Alert> = out.extract_if(.., |known| is_meant(known, &alert)).collect();
        if !wrong.is_empty() {
            out.extend(put_right(wrong, alert));
            continue;
        }
        let earlier = out
            .iter()
            .position(|known| known.story == alert.story && known.fact == alert.fact && moves(known));
        match earlier {
            Some(place) if moves(&alert) && alert.change != ChangeKind::New => {
                let first = out.remove(place);
                out.extend(fold(first, alert));
            }
            _ => out.push(alert),
        }
    }
    out
}

fn moves(alert: &Alert) -> bool {
    alert.about == "casualties" && matches!(alert.change, ChangeKind::New | ChangeKind::Up | ChangeKind::Down)
}

/// The alerts that one stands for: what it folds, or itself.
fn single(alert: &Alert) -> impl Iterator<Item = &String> {
    alert.names().skip(usize::from(!alert.folds.is_empty()))
}

/// Whether an alert is among those that a correction proves wrong.
fn is_meant(alert: &Alert, correction: &Alert) -> bool {
    alert.names().any(|name| correction.corrects.contains(name))
}

/// Tells a correction to somebody who was not told the wrong alerts: from what was told before them to what is right.
/// Nothing when the receiver knows no other.
fn put_right(wrong: Vec<Alert>, correction: Alert) -> Option<Alert> {
    let folds: Vec<String> = wrong.iter().chain([&correction]).flat_map(single).cloned().collect();
    let corrects: Vec<String> =
        correction.corrects.iter().filter(|told| !folds.contains(told)).cloned().collect();
    let first = wrong.into_iter().next()?;
    let is_retraction = correction.change == ChangeKind::Withdrawn && correction.evidence.rule == RETRACTION;
    let told = first.before.clone().filter(|_| first.change != ChangeKind::Conflict);
    let (change, after) = match (&told, told.as_ref().and_then(Value::figure), correction.after.figure()) {
        (None, ..) if is_retraction && corrects.is_empty() => return None,
        (None, ..) if is_retraction => (correction.change, correction.after.clone()),
        (Some(told), ..) if is_retraction => (correction.change, told.clone()),
        (None, _, Some(_)) => (ChangeKind::New, correction.after.clone()),
        (Some(_), Some(before), Some(after)) if before == after => return None,
        (Some(_), Some(before), Some(after)) if before < after => (ChangeKind::Up, correction.after.clone()),
        (Some(_), Some(_), Some(_)) => (ChangeKind::Down, correction.after.clone()),
        (None, ..) if correction.change == ChangeKind::Changed => (ChangeKind::New, correction.after.clone()),
        _ => (correction.change, correction.after.clone()),
    };
    let ids = folds.iter().map(String::as_str);
    Some(Alert {
        id: fingerprint(std::iter::once("put right").chain(ids)),
        change,
        before: told,
        quote_before: first.quote_before,
        after,
        corrects,
        folds,
        reason: "what was reported meanwhile was corrected before it went out".to_owned(),
        ..correction
    })
}

/// Two moves as one; nothing when the figure ends where it began.
fn fold(first: Alert, last: Alert) -> Option<Alert> {
    let change = match (first.change, first.before.as_ref().and_then(Value::figure)) {
        (ChangeKind::New, _) | (_, None) => ChangeKind::New,
        (_, Some(before)) => match last.after.figure()?.cmp(&before) {
            std::cmp::Ordering::Greater => ChangeKind::Up,
            std::cmp::Ordering::Less => ChangeKind::Down,
            std::cmp::Ordering::Equal => return None,
        },
    };
    let reason = format!("{}; told together with: {}", last.reason, first.reason);
    let folds = single(&first).chain(single(&last)).cloned().collect();
    let mut corrects = first.corrects;
    corrects
        .extend(last.corrects.iter().filter(|told| !corrects.contains(told)).cloned().collect::<Vec<_>>());
    Some(Alert {
        id: fingerprint(["folded", &first.id, &last.id]),
        folds,
        corrects,
        change,
        before: first.before,
        quote_before: first.quote_before,
        reason,
        ..last
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mute;
    use crate::notify::mute::Muted;
    use crate::store::contract::{at, outcome};

    fn lot(name: &str, messages: Vec<Message>) -> Lot {
        let numbers = (0..).take(messages.len()).collect();
        Lot { output: "desk".to_owned(), name: name.to_owned(), since: at(0), numbers, messages }
    }

    /// The message of an article of a story, whose figure is 10 more than `revision`, against the one before.
    fn message(story: &str, revision: u64) -> Message {
        let mut message = outcome(story, revision, &format!("{story}-{revision}")).message.unwrap();
        let alert = &mut message.alerts[0];
        alert.before =
            outcome(story, revision - 1, "before").message.map(|before| before.alerts[0].after.clone());
        alert.change = ChangeKind::Up;
        message
    }

    #[test]
    fn one_message_alone_stays_as_it_is() {
        let message = message("s1", 2);
        assert_eq!(gather(&lot("story s1", vec![message.clone()]), &[], at(9)), [message]);
    }

    #[test]
    fn moves_of_one_figure_are_told_as_one() {
        let told =
            gather(&lot("story s1", vec![message("s1", 2), message("s1", 3), message("s1", 4)]), &[], at(9));
        let [Message { alerts, digest: None, .. }] = told.as_slice() else { panic!("{told:?}") };
        let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
        let figures = (alert.before.as_ref().unwrap().figure(), alert.after.figure());
        assert_eq!((figures, alert.change), ((Some(11), Some(14)), ChangeKind::Up));
        assert_eq!(alert.evidence, message("s1", 4).alerts[0].evidence);
        let again =
            gather(&lot("story s1", vec![message("s1", 2), message("s1", 3), message("s1", 4)]), &[], at(50));
        assert_eq!(again[0].id, told[0].id, "whenever it is put together");
    }

    #[test]
    fn a_digest_goes_story_by_story_and_leaves_out_what_was_muted_meanwhile() {
        let held = vec![message("s1", 2), message("s2", 2), message("s3", 2), message("s1", 3)];
        let mutes = [Mute::of(Muted::Story { story: "s2".to_owned() }, at(60), at(0))];
        let told = gather(&lot("digest x", held.clone()), &mutes, at(9));
        let [Message { alerts, digest: Some(digest), .. }] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((digest.since, digest.until), (at(0), at(9)));
        assert_eq!(alerts.iter().map(|alert| alert.story.as_str()).collect::<Vec<_>>(), ["s1", "s3"]);
        let later = gather(&lot("digest x", held), &mutes, at(60));
        assert_eq!(later[0].alerts.len(), 3, "the mute has ended");
    }

    #[test]
    fn a_figure_that_ends_where_it_began_is_not_told() {
        let (up, mut down) = (message("s1", 2), message("s1", 2));
        let alert = &mut down.alerts[0];
        (alert.before, alert.after) = (Some(alert.after.clone()), alert.before.clone().unwrap());
        alert.id = "down".to_owned();
        assert_eq!(gather(&lot("story s1", vec![up, down]), &[], at(9)), []);
    }

    /// What brings the figure of `message(story, revision)` to another, and says that the alerts of these are wrong.
    fn correction(story: &str, revision: u64, figure: u64, wrong: &[&Message]) -> Message {
        let mut correction = message(story, revision);
        let alert = &mut correction.alerts[0];
        alert.change = ChangeKind::Down;
        if let Value::Casualties { value, .. } = &mut alert.after {
            *value = figure;
        }
        alert.corrects = wrong.iter().map(|message| message.alerts[0].id.clone()).collect();
        correction
    }

    fn only(messages: Vec<Message>) -> Alert {
        let [Message { alerts, .. }] = messages.as_slice() else { panic!("{messages:?}") };
        let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
        alert.clone()
    }

    #[test]
    fn an_error_that_waits_is_told_as_what_is_right() {
        let (first, wrong) = (message("s1", 2), message("s1", 3));
        let right = correction("s1", 4, 9, &[&first, &wrong]);
        let all = vec![first.clone(), wrong.clone(), right.clone()];
        let told = only(gather(&lot("story s1", all), &[], at(9)));
        assert_eq!((told.before.unwrap().figure(), told.after.figure()), (Some(11), Some(9)));
        assert!(told.corrects.is_empty(), "nobody there was told what it corrects");
        assert_eq!(told.folds, [&first, &wrong, &right].map(|message| message.alerts[0].id.clone()));
        assert!(!told.reason.contains("13"), "the error is not told: {}", told.reason);
    }

    #[test]
    fn a_correction_of_what_was_told_remains_one_and_no_mute_stops_it() {
        let (told_before, wrong) = (message("s1", 2), message("s1", 3));
        let right = correction("s1", 4, 9, &[&told_before, &wrong]);
        let mutes = [Mute::of(Muted::Story { story: "s1".to_owned() }, at(60), at(0))];
        let told = only(gather(&lot("story s1", vec![wrong.clone(), right]), &mutes, at(9)));
        assert_eq!(told.corrects, [told_before.alerts[0].id.clone()]);
        let figures = (told.before.as_ref().unwrap().figure(), told.after.figure(), told.change);
        assert_eq!(figures, (Some(12), Some(9), ChangeKind::Down), "from what was told, not from the error");
        let right = correction("s1", 4, 9, &[&wrong]);
        assert_eq!(gather(&lot("story s1", vec![wrong, right]), &mutes, at(9)), [], "nobody was told");
    }

    #[test]
    fn a_report_that_is_taken_back_before_it_is_told_leaves_nothing_to_tell() {
        let mut wrong = message("s1", 2);
        (wrong.alerts[0].before, wrong.alerts[0].change) = (None, ChangeKind::New);
        let mut back = correction("s1", 3, 12, &[&wrong]);
        let alert = &mut back.alerts[0];
        alert.change = ChangeKind::Withdrawn;
        RETRACTION.clone_into(&mut alert.evidence.rule);
        alert.before = Some(alert.after.clone());
        assert_eq!(gather(&lot("story s1", vec![wrong, back.clone()]), &[], at(9)), []);
        assert_eq!(only(gather(&lot("story s1", vec![back.clone()]), &[], at(9))), back.alerts[0]);
        let back_to_the_old = correction("s1", 4, 12, &[&message("s1", 3)]);
        let held = vec![message("s1", 3), back_to_the_old];
        assert_eq!(gather(&lot("story s1", held), &[], at(9)), [], "the receiver knows that figure");
    }

    #[test]
    fn a_large_digest_is_several_messages_and_loses_nothing() {
        let held: Vec<_> = (0..250).map(|n| message(&format!("s{n}"), 2)).collect();
        let told = gather(&lot("digest x", held), &[], at(9));
        assert_eq!(told.iter().map(|message| message.alerts.len()).collect::<Vec<_>>(), [100, 100, 50]);
    }
}
