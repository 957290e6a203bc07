//! Who is told what, and when: routes, groups that survive a kill, mutes from the command line.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{Place, Receiver, Told, reports};
use crate::restart::{PATIENCE, alerts, finish, stop, told_to, undisturbed};

#[test]
fn a_route_takes_the_large_figures_and_the_others_get_everything() {
    let reports = reports(20_250_101, 2, 8);
    let expected = undisturbed(&reports);
    let (everything, large) = (Receiver::start(), Receiver::start());
    let place =
        Place::new().with_inbox().with_webhook("everything", &everything).with_webhook("large", &large).with(
            "[routing]\noutputs = [\"everything\"]\n[[routing.routes]]\nname = \"large figures\"\n\
             effect = [\"killed\"]\nvalue_min = 20\noutputs = [\"large\", \"everything\"]",
        );
    let is_large = |alert: &&Value| {
        alert["fact"]["effect"] == "killed"
            && alert["after"]["value"].as_u64().is_some_and(|value| value >= 20)
    };
    let expected_large: Vec<&Value> = expected.in_order().filter(is_large).collect();
    assert!(
        !expected_large.is_empty() && expected_large.len() < expected.ids().len(),
        "nothing to tell apart"
    );

    let shown = place.run(&["routes", "--config", place.config_file().to_str().unwrap()]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("large figures → large, everything  (at once)"), "{shown}");

    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    finish(&mut daemon, &everything, &expected);
    let all_large = |received: &[crate::harness::Received]| alerts(received).len() == expected_large.len();
    assert!(large.wait(PATIENCE, all_large), "the large figures did not all come");
    stop(daemon);
    told_to(&everything).assert_same_as(&expected);
    let told = told_to(&large);
    let ids: Vec<_> = expected_large.iter().filter_map(|alert| alert["id"].as_str()).collect();
    assert_eq!(told.ids(), ids.into_iter().collect());
}

#[test]
fn what_is_held_survives_a_kill_and_goes_out_once_and_together() {
    let reports = reports(20_250_102, 1, 4);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place =
        Place::new().with_inbox().with_webhook("hook", &receiver).with("[routing]\ngroup_wait = \"4s\"");
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    daemon.until("every report in done/", PATIENCE, || place.names_in("done").len() == reports.len());
    daemon.kill();
    assert_eq!(receiver.count(), 0, "told before its time");

    let daemon = place.start();
    assert!(receiver.wait(PATIENCE, |received| !received.is_empty()), "what was held is lost");
    stop(daemon);
    assert_eq!(receiver.count(), 1);
    let told: Vec<Value> = alerts(&receiver.received());
    let killed = |alert: &&Value| alert["fact"]["effect"] == "killed" && alert["fact"]["group"] == "people";
    let moves: Vec<_> = told.iter().filter(killed).collect();
    let [folded] = moves.as_slice() else { panic!("the moves of one figure are told as one: {moves:#?}") };
    let last = expected.in_order().filter(killed).last().unwrap();
    assert_eq!((&folded["before"], &folded["after"]["value"]), (&Value::Null, &last["after"]["value"]));
}

#[test]
fn a_muted_story_is_silent_until_the_mute_ends() {
    let reports = reports(20_250_103, 1, 3);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let config = place.config_file();
    let command = |arguments: &[&str]| {
        let (verb, rest) = arguments.split_first().unwrap();
        let all: Vec<&str> =
            [*verb, "--config", config.to_str().unwrap()].iter().chain(rest).copied().collect();
        let done = place.run(&all);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let mut daemon = place.start();
    place.drop_in(&reports[0]);
    assert!(receiver.wait(PATIENCE, |received| received.len() == 1), "the first was not told");
    let story = alerts(&receiver.received())[0]["story"].as_str().unwrap().to_owned();

    let muted = command(&["mute", "story", &story, "--for", "2h"]);
    assert_eq!(command(&["mute", "list"]), muted);
    place.drop_in(&reports[1]);
    daemon.until("the second report in done/", PATIENCE, || place.names_in("done").len() == 2);
    command(&["mute", "end", muted.split(' ').next().unwrap()]);
    place.drop_in(&reports[2]);
    let third = |received: &[crate::harness::Received]| {
        alerts(received).iter().any(|alert| alert["article"] == reports[2].id.as_str())
    };
    assert!(receiver.wait(PATIENCE, third), "the third was not told");
    stop(daemon);
    let told = Told::of(alerts(&receiver.received()));
    assert!(told.in_order().all(|alert| alert["article"] != reports[1].id.as_str()), "told though muted");
}

#[test]
fn a_shortest_interval_keeps_a_story_to_one_message_in_it() {
    let reports = reports(20_250_104, 1, 3);
    let receiver = Receiver::start();
    let place =
        Place::new().with_inbox().with_webhook("hook", &receiver).with("[routing]\ninterval_min = \"3s\"");
    let mut daemon = place.start();
    place.drop_in(&reports[0]);
    assert!(receiver.wait(PATIENCE, |received| received.len() == 1), "the first goes at once");
    place.drop_in(&reports[1]);
    place.drop_in(&reports[2]);
    daemon.until("every report in done/", PATIENCE, || place.names_in("done").len() == 3);
    assert!(receiver.wait(Duration::from_secs(30), |received| received.len() == 2), "the rest did not come");
    stop(daemon);
    assert_eq!(receiver.count(), 2, "the second and the third in one");
}

/// One wire report in two papers is one voice; a reporter of another paper is a second.
#[test]
fn copies_of_a_wire_report_do_not_make_a_fact_better_supported() {
    const WIRE: &str = "Kenya urges Uganda to withdraw its troops from Migingo island\n\nKenya on Monday demanded that \
        Uganda withdraw its troops from Migingo island in Lake Victoria. The rocky islet has been claimed by both for \
        years, and fishermen say that they have been searched and beaten there. Traders on the shore said that nets and \
        engines had been taken, and that nobody had come to hear their complaints since the rains began.\n";
    const REPORTER: &str = "Nairobi: Ugandan soldiers must leave Migingo\n\nKenya demanded that Uganda withdraw its \
        troops from Migingo island, its foreign minister told reporters in Nairobi. Boats were lying idle in the small \
        harbour when our correspondent came by, and the women who smoke the catch had nothing to do but wait. Schools on \
        the islet stayed shut for a second week, parents said.\n";
    const ANSWER: &str = "Uganda rejects Kenya's demand to leave Migingo island\n\nUganda rejected Kenya's demand that \
        it withdraw its troops from Migingo island, a spokesman in Kampala said. The lake was calm and the ferries kept \
        to their hours, passengers said, although more boats than usual were tied up on both shores.\n";
    for (second, sources) in [(WIRE, 2), (REPORTER, 3)] {
        let (all, supported) = (Receiver::start(), Receiver::start());
        let place = Place::new().with_inbox().with_webhook("all", &all).with_webhook("supported", &supported).with(
            "[routing]\noutputs = [\"all\"]\n[[routing.routes]]\nsources_min = 3\noutputs = [\"supported\"]\n\
             continue = true\n[[routing.routes]]\noutputs = [\"all\"]",
        );
        let mut daemon = place.start();
        let outlets = ["Meridian Wire", "Harbour Gazette", "Northlight Radio"];
        for (number, (outlet, text)) in outlets.iter().zip([WIRE, second, ANSWER]).enumerate() {
            let article = serde_json::json!({
                "id": format!("report-{number}"), "outlet": outlet, "text": text,
                "published_at": format!("2026-05-06T{:02}:00:00Z", 8 + number),
            });
            place.drop_bytes(&format!("{number}.json"), article.to_string().as_bytes());
            daemon.until("the report in done/", PATIENCE, || place.names_in("done").len() > number);
        }
        let answered = |received: &[crate::harness::Received]| {
            alerts(received).into_iter().find(|alert| alert["change"] == "rejected")
        };
        assert!(all.wait(PATIENCE, |received| answered(received).is_some()), "the answer was not told");
        let answer = answered(&all.received()).unwrap();
        assert_eq!(answer["sources"], sources, "{answer}");
        if sources == 3 {
            assert!(
                supported.wait(PATIENCE, |received| answered(received).is_some()),
                "a well supported fact"
            );
        }
        stop(daemon);
        assert_eq!(alerts(&supported.received()).len(), usize::from(sources == 3), "{sources} sources");
    }
}
