//! The config read again into a running daemon: nothing lost, nothing twice, and a bad file changes nothing.

use std::collections::BTreeSet;
use std::fs;

use crate::harness::{Answer, Place, Receiver, ask, environment, reports, request};
use crate::restart::{PATIENCE, finish, stop, told_to, undisturbed};

/// How often the config is read again under load; with `NEWSDELTA_TEST_RELOADS=1000` as often as is promised.
const RELOADS: usize = 100;

#[test]
fn reloads_under_load_lose_nothing_and_repeat_nothing() {
    let reloads =
        environment("NEWSDELTA_TEST_RELOADS").map_or(RELOADS, |text| text.parse().expect("a number"));
    let reports = reports(20_250_110, 4, reloads.div_ceil(4));
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let config = fs::read_to_string(place.config_file()).unwrap();
    let mut daemon = place.start();
    for (number, report) in reports.iter().enumerate() {
        place.drop_in(report);
        // Each time the output is another one by its settings.
        let timeout = format!("timeout = \"{}ms\"", 2_000 + number);
        place.configure(&config.replace("timeout = \"2s\"", &timeout));
        daemon.hang_up();
    }
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    told_to(&receiver).assert_chained();
    assert!(place.log().contains("the config was read again"));
    let received = receiver.received();
    let ids: BTreeSet<_> = received.iter().map(|request| request.id.as_str()).collect();
    assert_eq!(ids.len(), received.len(), "something was sent again");
}

#[test]
fn a_new_output_gets_what_comes_from_then_on_and_a_bad_file_changes_nothing() {
    let reports = reports(20_250_111, 1, 3);
    let (first, second) = (Receiver::start(), Receiver::start());
    let place = Place::new().with_inbox().with_webhook("first", &first);
    let mut daemon = place.start();
    place.drop_in(&reports[0]);
    assert!(first.wait(PATIENCE, |received| received.len() == 1));

    place.configure("[outputs.first]\ntype = \"wehbook\"\n");
    daemon.hang_up();
    daemon.until("the refusal of the bad file", PATIENCE, || {
        place.log().contains("the old one stays in use") && place.log().contains("did you mean `webhook`?")
    });
    place.configure("");
    daemon.hang_up();
    daemon
        .until("the refusal of the empty file", PATIENCE, || place.log().contains("perhaps not yet written"));
    place.drop_in(&reports[1]);
    assert!(first.wait(PATIENCE, |received| received.len() == 2), "the old config is no longer in use");

    let both = fs::read_to_string(place.config_file()).unwrap();
    let added = both.replace("[outputs.first]", "[outputs.second]").replace(&first.url(), &second.url());
    let added = added.split("\n\n").find(|part| part.contains("[outputs.second]")).unwrap().to_owned();
    place.configure(&format!("{both}\n{added}\n"));
    daemon.hang_up();
    daemon.until("the new config", PATIENCE, || place.log().contains("the config was read again"));
    place.drop_in(&reports[2]);
    for (receiver, count) in [(&first, 3), (&second, 1)] {
        assert!(receiver.wait(PATIENCE, |received| received.len() == count), "{count} were to come");
    }
    stop(daemon);
}

#[test]
fn a_reload_says_what_waits_for_the_next_start_and_shows_whether_it_succeeded() {
    let place = Place::new().with_inbox().with_journal();
    let config = fs::read_to_string(place.config_file()).unwrap();
    let mut daemon = place.start();
    let address = daemon.address();
    let reload = |text: &str| {
        place.configure(text);
        request(&address, "POST", "/-/reload", "", b"").unwrap()
    };
    let figure = |name: &str| {
        let (_, text) = ask(&address, "/metrics", "").unwrap();
        let line =
            text.lines().find_map(|line| line.strip_prefix(&format!("newsdelta_config_last_reload_{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse::<i64>().unwrap()
    };
    let (at_start, since) = (figure("successful"), figure("success_timestamp_seconds"));
    assert_eq!(at_start, 1);
    assert!(since > 1_700_000_000, "{since}");

    let key = place.path("proof.pem");
    assert!(place.run(&["verify", "--new-key", key.to_str().unwrap()]).status.success());
    let proof = format!("[proof]\nkey_file = \"{}\"\n", key.display());
    let changed = config.replace("[http]\n", "[http]\nread_token = \"0123456789abcdef\"\n") + &proof;
    let reply = reload(&changed);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.body.contains("at the next start: http, proof"), "{reply:?}");
    daemon.until("the warning", PATIENCE, || {
        place.log().contains("these changes take effect at the next start")
    });
    assert_eq!(figure("successful"), 1);

    assert_eq!(reload("[outputs.journal]\ntype = \"fiel\"\n").status, 422);
    assert_eq!(figure("successful"), 0);
    assert!(figure("success_timestamp_seconds") >= since);
    assert_eq!(reload(&config).status, 200);
    assert_eq!(figure("successful"), 1);
    stop(daemon);
}

#[test]
fn a_delivery_in_flight_is_not_cut() {
    let reports = reports(20_250_112, 1, 2);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let config = fs::read_to_string(place.config_file()).unwrap();
    let mut daemon = place.start();
    receiver.answer(Answer::Silence);
    place.drop_in(&reports[0]);
    assert!(receiver.wait(PATIENCE, |received| !received.is_empty()));
    receiver.answer(Answer::Accept);
    place.configure(&config.replace("timeout = \"2s\"", "timeout = \"3s\""));
    daemon.hang_up();
    place.drop_in(&reports[1]);
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    told_to(&receiver).assert_same_as(&expected);
    told_to(&receiver).assert_chained();
}
