//! The config read again into a running daemon: nothing lost, nothing twice, and a bad file changes nothing.

use std::collections::BTreeSet;
use std::fs;

use crate::harness::{Answer, Place, Receiver, environment, reports};
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
