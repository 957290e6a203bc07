//! The commands people and scripts type: what they print, and how they end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use regex::Regex;
use serde_json::Value;

use crate::harness::{Place, Receiver, reports};
use crate::restart::{finish, stop, undisturbed};

fn seeds() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|ending| ending == "json"));
    names.sort();
    names
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn expect_success(command: &str, done: &Output) -> String {
    assert!(done.status.success(), "{command}: {}: {}", done.status, text(&done.stderr));
    text(&done.stdout)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn the_demo_shows_the_toll_rising_from_25_to_at_least_29_and_leaves() {
    let shown = expect_success("demo --once", &Place::new().run(&["demo", "--once"]));
    let rise = shown.lines().find(|line| line.contains("25") && line.contains("at least 29"));
    assert!(rise.is_some_and(|line| line.contains("killed")), "{shown}");
}

#[test]
fn replay_of_the_seeds_says_that_the_toll_rose_from_25_to_at_least_29() {
    let place = Place::new();
    let mut arguments = vec!["replay".to_owned(), "--json".to_owned()];
    arguments.extend(seeds());
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let printed = expect_success("replay", &place.run(&arguments));
    let rise = lines(&printed).into_iter().find(|line| {
        line["type"] == "alert" && line["before"]["value"] == 25 && line["after"]["value"] == 29
    });
    let rise = rise.unwrap_or_else(|| panic!("no alert from 25 to 29:\n{printed}"));
    assert_eq!(rise["change"], "up");
    assert_eq!(rise["after"]["bound"], "at_least");
    assert_eq!(rise["fact"]["effect"], "killed");
    assert_eq!(text(&place.run(&arguments).stdout), printed, "a second replay says something else");
}

/// Reports of one dam burst, six hours apart, each of another outlet.
fn dam(texts: &[&str]) -> String {
    let report = |(place, text): (usize, &&str)| {
        let report = serde_json::json!({
            "id": place.to_string(), "outlet": format!("outlet {place}"), "title": "Dam bursts above Osk in Norway",
            "published_at": format!("2031-05-{:02}T{:02}:00:00Z", 6 + place / 4, place % 4 * 6), "text": text,
        });
        format!("{report}\n")
    };
    texts.iter().enumerate().map(report).collect()
}

#[test]
fn the_missing_who_are_found_dead_come_on_top_of_the_dead_and_are_counted_once() {
    let place = Place::new();
    let texts = [
        "A dam burst above the town of Osk in Norway, killing 12 people and leaving 16 missing.",
        "Ten of the 16 people missing after a dam burst above Osk in Norway were found dead, police said.",
        "Ten of the 16 missing after the dam burst above Osk in Norway have been found dead, rescuers said.",
        "The dam burst above Osk in Norway killed 25 people, the governor said.",
        "Three of the six missing after the dam burst above Osk in Norway were found dead, a daily wrote.",
    ];
    fs::write(place.path("dam.jsonl"), dam(&texts)).unwrap();
    let file = place.path("dam.jsonl").display().to_string();
    let told = lines(&expect_success("replay", &place.run(&["replay", "--json", &file])));
    let course = |effect: &str| -> Vec<u64> {
        let alerts = told.iter().filter(|line| line["type"] == "alert" && line["fact"]["effect"] == effect);
        alerts.map(|alert| alert["after"]["value"].as_u64().unwrap()).collect()
    };
    // The three found last are among the 25 that the governor gave.
    assert_eq!(course("killed"), [12, 22, 25]);
    assert_eq!(course("missing"), [16, 6, 3]);
}

#[test]
fn a_bad_file_costs_one_line_on_stderr_and_the_exit_code() {
    let place = Place::new();
    let report = &reports(20_240_540, 1, 1)[0];
    fs::write(place.path("good.json"), report.json().to_string()).unwrap();
    fs::write(place.path("bad.json"), "{\"text\": 7}").unwrap();
    for command in ["read", "replay"] {
        let done = place.run(&[command, "--json", "bad.json", "absent.txt", "good.json"]);
        assert_eq!(done.status.code(), Some(1), "{command}");
        let complaints = text(&done.stderr);
        for name in ["bad.json", "absent.txt"] {
            let named = complaints.lines().filter(|line| line.contains(name)).count();
            assert_eq!(named, 1, "{command}: {name} is named {named} times:\n{complaints}");
        }
        let printed = lines(&text(&done.stdout));
        assert_eq!(printed[0]["article"], report.id.as_str(), "{command}: the good file must still be read");
    }
}

#[test]
fn read_for_people_shows_the_whole_text() {
    let place = Place::new();
    let report = &reports(20_240_541, 1, 1)[0];
    fs::write(place.path("report.json"), report.json().to_string()).unwrap();
    let shown = expect_success("read", &place.run(&["read", "report.json"]));
    // What was read stands in brackets after its words.
    let without_marks = Regex::new(r" \[[^\]]*\]").unwrap().replace_all(&shown, "");
    for line in report.text.lines() {
        assert!(without_marks.contains(line), "`{line}` is not shown:\n{shown}");
    }
    assert!(shown.contains("[killed"), "no claim is marked:\n{shown}");
    assert!(!shown.contains('\u{1b}'), "no colours into a pipe");
}

#[test]
fn what_the_daemon_knows_can_be_asked_while_it_runs() {
    let reports = reports(20_240_542, 2, 4);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    finish(&mut daemon, &receiver, &expected);

    let stories = expect_success("stories", &place.run(&["stories", "--config", config]));
    assert!(stories.lines().count() >= 2, "two stories are known: {stories}");
    let alert = expected.in_order().next().unwrap();
    let (story, article) = (alert["story"].as_str().unwrap(), alert["article"].as_str().unwrap());
    let shown = expect_success("show", &place.run(&["show", "--config", config, story]));
    assert!(shown.contains("killed"), "{shown}");
    let why = expect_success("why", &place.run(&["why", "--config", config, article]));
    assert!(why.contains(alert["evidence"]["quote"].as_str().unwrap()), "{why}");
    daemon.assert_alive();
    stop(daemon);
}

#[test]
fn check_config_accepts_what_is_shipped_and_names_every_mistake() {
    let place = Place::new().with_inbox();
    let config = place.config_file();
    expect_success("check-config", &place.run(&["check-config", "--config", config.to_str().unwrap()]));
    fs::write(place.path("bad.toml"), "[log]\nlevle = \"info\"\n[shutdown]\ngrace = \"soon\"\n").unwrap();
    let done = place.run(&["check-config", "--config", "bad.toml"]);
    assert!(!done.status.success());
    let said = text(&done.stderr) + &text(&done.stdout);
    assert!(said.contains("levle") && said.contains("grace"), "{said}");
}
