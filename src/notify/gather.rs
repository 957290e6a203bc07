//! One message out of what was held together. Comes in: a lot and the mutes of the moment. Goes out: messages that tell
//! it: what is muted left out, several moves of one figure told as one. Their ids follow from what they tell. Pure.

use jiff::Timestamp;

use super::mute::silencing;
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
        if silencing(alert, mutes, at).is_some() || alerts.iter().any(|known| known.id == alert.id) {
            continue;
        }
        alerts.push(alert.clone());
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
    let alerts = folded(alerts);
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

/// Tells several moves of one figure as one, from the first value to the last.
fn folded(alerts: Vec<Alert>) -> Vec<Alert> {
    let mut out: Vec<Alert> = Vec::with_capacity(alerts.len());
    for alert in alerts {
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
    Some(Alert {
        id: fingerprint(["folded", &first.id, &last.id]),
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
    use crate::notify::mute::{self, Muted};
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
        let mutes = [mute::of(Muted::Story { story: "s2".to_owned() }, at(60), at(0))];
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

    #[test]
    fn a_large_digest_is_several_messages_and_loses_nothing() {
        let held: Vec<_> = (0..250).map(|n| message(&format!("s{n}"), 2)).collect();
        let told = gather(&lot("digest x", held), &[], at(9));
        assert_eq!(told.iter().map(|message| message.alerts.len()).collect::<Vec<_>>(), [100, 100, 50]);
    }
}
