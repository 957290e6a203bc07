//! A Slack channel as the people in it see it: one message per story, its details in its thread, nothing twice however
//! calls fail.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{FakeSlack, Mishap, Place, Receiver, Report, reports};
use crate::restart::{finish, stop, undisturbed};

const PATIENCE: Duration = Duration::from_secs(60);

/// Lets a daemon tell the last of these reports (`new` of them; it knows the others) to a Slack where posts meet with
/// mishaps; says how many messages all of them made.
fn tell(slack: &FakeSlack, place: &Place, hook: &Receiver, reports: &[Report], new: usize) -> usize {
    let expected = undisturbed(reports);
    let mut daemon = place.start();
    for report in &reports[reports.len() - new..] {
        place.drop_in(report);
    }
    finish(&mut daemon, hook, &expected);
    let messages = hook.received().iter().filter(|one| one.accepted).count();
    let all = slack.wait(PATIENCE, |slack| marks(slack).len() >= messages);
    stop(daemon);
    assert!(all, "{} of {messages} messages are in the threads", marks(slack).len());
    messages
}

fn marks(slack: &FakeSlack) -> BTreeSet<String> {
    let mark = |body: &Value| body["metadata"]["event_payload"]["mark"].as_str().unwrap().to_owned();
    slack.replies().iter().map(|post| mark(&post.body)).collect()
}

fn place(slack: &FakeSlack, hook: &Receiver) -> Place {
    Place::new().with_inbox().with_webhook("hook", hook).with(&slack.output("desk"))
}

#[test]
fn a_story_is_one_message_that_is_edited_with_its_details_in_its_thread() {
    let (slack, hook) = (FakeSlack::start(), Receiver::start());
    let reports = reports(20_240_561, 2, 4);
    let messages = tell(&slack, &place(&slack, &hook), &hook, &reports, reports.len());
    let roots = slack.roots();
    assert_eq!(roots.len(), 2, "two stories: {roots:?}");
    assert_eq!(slack.replies().len(), messages);
    let edits: usize = roots.iter().map(|root| root.edits).sum();
    assert!(edits >= messages - 2, "{edits} edits for {messages} messages");
    for root in &roots {
        let last =
            slack.replies().into_iter().rfind(|reply| reply.thread.as_ref() == Some(&root.ts)).unwrap();
        let line = last.body["text"].as_str().unwrap().lines().nth(1).unwrap().to_owned();
        let (subject, after) = line.split_once(": ").unwrap();
        let shown = root.body["blocks"].to_string();
        assert!(shown.contains(subject), "`{subject}: {after}` is not in the root: {shown}");
        assert!(!root.body["text"].as_str().unwrap().is_empty());
    }
}

#[test]
fn a_post_without_an_answer_is_in_the_channel_once() {
    for mishaps in [
        vec![Mishap::PostedWithoutAnswer; 3],
        vec![Mishap::PostedLate, Mishap::Lost, Mishap::PostedLate],
        vec![Mishap::TooMany, Mishap::PostedWithoutAnswer, Mishap::Lost, Mishap::PostedLate],
        vec![Mishap::PostedLater, Mishap::Spared, Mishap::Lost],
    ] {
        let (slack, hook) = (FakeSlack::start(), Receiver::start());
        slack.expect(&mishaps);
        let reports = reports(20_240_562, 1, 3);
        let messages = tell(&slack, &place(&slack, &hook), &hook, &reports, reports.len());
        assert_eq!(slack.roots().len(), 1, "{mishaps:?}: {:?}", slack.roots());
        assert_eq!(slack.replies().len(), messages, "{mishaps:?}: {:?}", slack.replies());
        if mishaps.iter().any(|mishap| matches!(mishap, Mishap::PostedLate | Mishap::PostedLater)) {
            assert!(slack.deleted() > 0, "{mishaps:?}: what came late had to be removed");
        }
    }
}

#[test]
fn a_story_whose_message_was_deleted_gets_a_new_one() {
    let (slack, hook) = (FakeSlack::start(), Receiver::start());
    let reports = reports(20_240_563, 1, 4);
    let place = place(&slack, &hook);
    tell(&slack, &place, &hook, &reports[..2], 2);
    let old = slack.roots().remove(0).ts;
    slack.remove(&old);
    tell(&slack, &place, &hook, &reports, 2);
    let roots = slack.roots();
    assert_eq!(roots.len(), 1, "{roots:?}");
    assert_ne!(roots[0].ts, old);
    let shown = roots[0].body["blocks"].to_string();
    assert!(shown.contains("killed"), "{shown}");
}

#[test]
fn a_message_that_is_sent_again_is_told_again_only_if_it_is_not_there() {
    let (slack, hook) = (FakeSlack::start(), Receiver::start());
    let reports = reports(20_240_564, 1, 2);
    let place = place(&slack, &hook);
    tell(&slack, &place, &hook, &reports, 2);
    let (mut daemon, _) = place.start_ready();
    let config = place.config_file();
    let run = |arguments: &[&str]| {
        let done = place.run(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let last = slack.replies().pop().unwrap();
    let id = hook.received().pop().unwrap().id;
    let mut send_again = || {
        run(&["resend", "--config", config.to_str().unwrap(), "desk", &id]);
        daemon.until("the message taken again", PATIENCE, || {
            let listed = run(&["outputs", "--config", config.to_str().unwrap()]);
            listed.lines().any(|line| line.starts_with("desk") && line.contains("nothing waiting"))
        });
    };
    let before = slack.replies().len();
    send_again();
    assert_eq!(slack.replies().len(), before, "it stands there already");
    slack.remove(&last.ts);
    send_again();
    assert_eq!(slack.replies().len(), before);
    stop(daemon);
}
