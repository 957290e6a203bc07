//! Corrections go exactly where the error went, whatever routes and mutes say; where it still waits, what is right is
//! told instead.

use serde_json::{Value, json};

use crate::editing::{FIRST, SECOND, printed, report, run, tell};
use crate::harness::{Answer, Place, Received, Receiver};
use crate::restart::{PATIENCE, alerts, stop};

/// Three outputs: one is told everything, one only large figures, one what changed within a while.
const ROUTES: &str = "[routing]\noutputs = [\"everything\"]\n\
    [[routing.routes]]\nname = \"slow\"\ncontinue = true\noutputs = [\"slow\"]\ngroup_wait = \"20s\"\n\
    [[routing.routes]]\nname = \"large\"\neffect = [\"killed\"]\nvalue_min = 40\noutputs = [\"large\"]\ncontinue = true\n\
    [[routing.routes]]\nname = \"rest\"\noutputs = [\"everything\"]";

fn killed(receiver: &Receiver) -> Vec<Value> {
    killed_in(&receiver.received())
}

fn killed_in(received: &[Received]) -> Vec<Value> {
    let all = alerts(received).into_iter();
    all.filter(|alert| alert["fact"]["effect"] == "killed" && alert["fact"]["group"] == "people").collect()
}

fn figures(alerts: &[Value]) -> Vec<(Option<u64>, Option<u64>)> {
    alerts.iter().map(|alert| (alert["before"]["value"].as_u64(), alert["after"]["value"].as_u64())).collect()
}

fn wait(receiver: &Receiver, count: usize, what: &str) {
    assert!(
        receiver.wait(PATIENCE, |received| killed_in(received).len() == count),
        "{what}: {}",
        receiver.count()
    );
}

fn only_story(place: &Place) -> String {
    let stories = printed(&run(place, "stories", &["--json"]));
    let story: Value = serde_json::from_str(stories.lines().next().unwrap()).unwrap();
    story["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_correction_reaches_exactly_those_who_were_told_the_error() {
    let (everything, large, slow) = (Receiver::start(), Receiver::start(), Receiver::start());
    let place = Place::new()
        .with_inbox()
        .with_webhook("everything", &everything)
        .with_webhook("large", &large)
        .with_webhook("slow", &slow)
        .with(ROUTES);
    let daemon = place.start();
    tell(&place, "1.json", &report("urn:a", 8, FIRST));
    wait(&everything, 1, "the first figure");
    tell(&place, "2.json", &report("urn:b", 10, SECOND));
    wait(&everything, 2, "the rise");
    wait(&large, 1, "the large figure");

    // The route of the large figures does not lead 19 there; the error went there.
    let story = only_story(&place);
    printed(&run(&place, "correct", &[&story, "killed", "19", "--by", "Ada"]));
    wait(&everything, 3, "the correction");
    wait(&large, 2, "the correction of the large figure");
    assert_eq!(figures(&killed(&large)), [(Some(25), Some(41)), (Some(41), Some(19))]);
    let (wrong, right) = (&killed(&large)[0], &killed(&large)[1]);
    assert!(right["corrects"].as_array().unwrap().contains(&wrong["id"]), "bound by id: {right}");

    // Where the error still waited, only what is right is told, and nothing is called a correction.
    wait(&slow, 1, "what waited");
    let told = killed(&slow);
    assert_eq!(figures(&told), [(None, Some(19))]);
    assert_eq!((&told[0]["change"], &told[0]["corrects"]), (&json!("new"), &Value::Null));
    let folds: Vec<&Value> = told[0]["folds"].as_array().unwrap().iter().collect();
    assert!(killed(&everything).iter().all(|alert| folds.contains(&&alert["id"])), "{folds:?}");
    stop(daemon);
    assert_eq!((killed(&large).len(), killed(&slow).len()), (2, 1));
}

#[test]
fn a_withdrawal_reaches_through_a_mute_and_comes_after_an_error_that_is_on_its_way() {
    let (everything, large) = (Receiver::start(), Receiver::start());
    let place = Place::new()
        .with_inbox()
        .with_webhook("everything", &everything)
        .with_webhook("large", &large)
        .with(&ROUTES.replace("\"slow\"", "\"everything\"").replace("20s", "0s"));
    let daemon = place.start();
    tell(&place, "1.json", &report("urn:a", 8, FIRST));
    wait(&everything, 1, "the first figure");
    large.answer(Answer::DropLine);
    tell(&place, "2.json", &report("urn:b", 10, SECOND));
    wait(&everything, 2, "the rise");
    assert!(large.wait(PATIENCE, |received| !received.is_empty()), "the attempt whose line breaks");

    let story = only_story(&place);
    printed(&run(&place, "mute", &["story", &story, "--for", "2h"]));
    tell(&place, "3.json", &json!({"id": "urn:b", "version": "2", "status": "withdrawn", "text": ""}));
    wait(&everything, 3, "the correction, muted or not");
    // The error may have arrived; so it is told for certain, and the correction after it.
    large.answer(Answer::Accept);
    wait(&large, 2, "the error and its correction");
    assert_eq!(figures(&killed(&large)), [(Some(25), Some(41)), (Some(41), Some(25))]);
    assert_eq!(killed(&large)[1]["corrects"], json!([killed(&large)[0]["id"]]));
    stop(daemon);
}
