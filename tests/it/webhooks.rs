//! Webhooks as their receivers see them: tried again by a schedule until that ends, signed with both keys while these are
//! changed, and sent again by id or by time under the same ids.

use std::fs;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::harness::{Answer, Place, Received, Receiver, now, reports};
use crate::restart::{PATIENCE, stop};

fn run(place: &Place, arguments: &[&str]) -> String {
    let config = place.config_file();
    let (verb, rest) = arguments.split_first().unwrap();
    let all: Vec<&str> = [*verb, "--config", config.to_str().unwrap()].iter().chain(rest).copied().collect();
    let done = place.run(&all);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_schedule_is_followed_to_its_end_then_the_message_waits_for_somebody() {
    let waits = [400, 800, 1600].map(Duration::from_millis);
    let receiver = Receiver::start();
    receiver.answer(Answer::Status(503));
    let place = Place::new()
        .with_inbox()
        .with_webhook("hook", &receiver)
        .with("[outputs.hook.retry]\nschedule = [\"400ms\", \"800ms\", \"1600ms\"]");
    let (mut daemon, _) = place.start_ready();
    place.drop_in(&reports(20_261_128, 1, 1)[0]);
    daemon.until("the dead letter", PATIENCE, || {
        run(&place, &["dead-letters", "list"]).contains("schedule ends")
    });
    let tried = receiver.received();
    assert_eq!(tried.len(), waits.len() + 1, "the first attempt, and one after each wait");
    assert!(tried.iter().all(|one| one.id == tried[0].id), "one message under one id");
    for (pair, wait) in tried.windows(2).zip(waits) {
        let pause = pair[1].at - pair[0].at;
        assert!(pause >= wait, "{pause:?} instead of {wait:?}");
    }

    receiver.answer(Answer::Accept);
    let letters = run(&place, &["dead-letters", "list"]);
    let letter = letters.split_whitespace().find(|word| word.starts_with("delivery-")).unwrap();
    run(&place, &["dead-letters", "retry", letter]);
    let again = |received: &[Received]| received.last().unwrap().accepted;
    assert!(receiver.wait(PATIENCE, again), "the dead letter was not sent again");
    stop(daemon);
    assert_eq!(receiver.received().last().unwrap().id, tried[0].id);
    assert!(!run(&place, &["dead-letters", "list"]).contains("delivery-"));
}

const OLD: &str = "whsec_bmV3c2RlbHRhLXRlc3Qtc2VjcmV0LTEy";
const NEW: &str = "whsec_YW5vdGhlci1zZWNyZXQtb2YtbmV3c2RlbHRh";

/// Whether a receiver that knows this key alone takes the request, as Standard Webhooks has it.
fn knows(request: &Received, secret: &str) -> bool {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let (timestamp, signatures) = &request.signed;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{timestamp}.{}", request.id, request.text).as_bytes());
    let expected = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    signatures.split(' ').any(|signature| signature == expected)
}

#[test]
fn while_keys_are_changed_both_the_old_and_the_new_one_fit() {
    let reports = reports(20_261_129, 1, 3);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let config = fs::read_to_string(place.config_file()).unwrap();
    assert!(config.contains(OLD));
    let mut daemon = place.start();
    let stages = [vec![OLD], vec![NEW, OLD], vec![NEW]];
    for (number, (report, keys)) in reports.iter().zip(&stages).enumerate() {
        if number > 0 {
            let both = format!("\"{}\"", keys.join("\", \""));
            place.configure(&config.replace(&format!("\"{OLD}\""), &both));
            daemon.hang_up();
            daemon.until("the new keys", PATIENCE, || {
                place.log().matches("the config was read again").count() == number
            });
        }
        place.drop_in(report);
        assert!(receiver.wait(PATIENCE, |received| received.len() > number), "report {number} was not told");
        let request = receiver.received().pop().unwrap();
        for key in [OLD, NEW] {
            assert_eq!(knows(&request, key), keys.contains(&key), "{keys:?}, {key}: {:?}", request.signed);
        }
    }
    stop(daemon);
}

#[test]
fn messages_are_sent_again_by_id_and_by_time_under_the_same_ids() {
    let reports = reports(20_261_130, 1, 3);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let daemon = place.start();
    let mut moments = vec![now()];
    for (number, report) in reports.iter().enumerate() {
        place.drop_in(report);
        assert!(receiver.wait(PATIENCE, |received| received.len() > number), "report {number} was not told");
        moments.push(now());
    }
    let ids: Vec<String> = receiver.received().into_iter().map(|one| one.id).collect();
    let again = |arguments: &[&str], expected: &[&String]| {
        let count = receiver.count();
        let said = run(&place, &[&["resend", "hook"], arguments].concat());
        assert!(said.contains(&format!("{} messages", expected.len())), "{said}");
        let all = count + expected.len();
        assert!(
            receiver.wait(PATIENCE, |received| received.len() == all),
            "{arguments:?}: {}",
            receiver.count()
        );
        let came = receiver.received();
        assert_eq!(came[count..].iter().map(|one| &one.id).collect::<Vec<_>>(), expected);
        assert!(came[count..].iter().all(|one| came[..count].iter().any(|first| first.text == one.text)));
    };
    again(&[&ids[1]], &[&ids[1]]);
    again(&["--since", &moments[1].to_string(), "--until", &moments[2].to_string()], &[&ids[1]]);
    again(&["--since", &moments[1].to_string()], &[&ids[1], &ids[2]]);
    again(&["--until", &moments[2].to_string()], &[&ids[0], &ids[1]]);
    let failed = run(&place, &["resend", "hook", "--failed", "--since", "2000-01-01"]);
    assert!(failed.contains("0 messages"), "{failed}");
    stop(daemon);
    let unknown = place.run(&["resend", "--config", place.config_file().to_str().unwrap(), "hook", "nobody"]);
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(!unknown.status.success() && said.contains("no message `nobody`"), "{said}");
}
