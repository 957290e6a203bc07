//! What is shipped beside the program: the health verb that containers ask with, completions and manual pages, and that
//! dashboard and alerting rules speak only of figures that a running daemon shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regex::Regex;

use crate::harness::{Answer, Place, Receiver, ask, reports};
use crate::restart::{stop, undisturbed};

const PATIENCE: Duration = Duration::from_secs(60);

/// Figures with the labels they were seen with.
type Series = BTreeMap<String, BTreeSet<String>>;

#[test]
fn health_tells_by_its_exit_code_whether_articles_are_taken() {
    let place = Place::new().with_inbox();
    let mut daemon = place.start();
    let address = daemon.address();
    // The config names the port that the daemon chose, as that of an operator does.
    let config = format!(
        "[http]\nlisten = \"0.0.0.0:{}\"\ntoken = \"0123456789abcdef\"\n",
        address.rsplit(':').next().unwrap()
    );
    fs::write(place.path("asked.toml"), config).unwrap();
    daemon.until("a ready daemon", PATIENCE, || {
        place.run(&["health", "--config", "asked.toml"]).status.success()
    });
    let url = format!("http://{address}");
    let ready = place.run(&["health", "--url", &url]);
    assert_eq!(String::from_utf8_lossy(&ready.stdout), "ready\n");
    stop(daemon);

    let gone = place.run(&["health", "--url", &url]);
    let said = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert_eq!(gone.status.code(), Some(2), "{said}");
    assert!(said.contains(&address) && said.contains("cannot be reached"), "{said}");

    let unwell = Receiver::start();
    unwell.answer(Answer::Status(503));
    let host = unwell.url();
    let host = host.split('/').nth(2).unwrap();
    let refused = place.run(&["health", "--url", &format!("http://{host}")]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("is not ready (503)"), "{said}");
}

#[test]
fn a_backup_beside_a_running_daemon_is_the_store_of_the_next() {
    let told = reports(20_240_573, 3, 4);
    let place = Place::new().with_inbox().with_journal();
    let config = place.config_file();
    let config = config.to_str().unwrap();
    let expected = undisturbed(&told);
    let (mut daemon, address) = place.start_ready();
    for report in &told {
        place.drop_in(report);
    }
    // A copy from before a delivery was recorded would tell it again, as it should.
    daemon.until("the alerts, told and recorded", PATIENCE, || {
        place.journal().len() >= expected.ids().len()
            && !ask(&address, "/metrics", "").unwrap().1.contains("newsdelta_outbox_messages{")
    });
    let copied = place.run(&["backup", "--config", config, "copy.db"]);
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    let again = place.run(&["backup", "--config", config, "copy.db"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"), "a copy is written over");
    assert!(!place.path("copy.db.part").exists());
    let nowhere = place.run(&["backup", "--config", config, "no/such/folder/copy.db"]);
    let said = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(nowhere.status.code() == Some(2) && said.contains("cannot be written"), "{said}");
    let stories = |place: &Place, config: &str| {
        let listed = place.run(&["stories", "--json", "--config", config]);
        String::from_utf8(listed.stdout).unwrap()
    };
    let before = stories(&place, config);
    stop(daemon);

    let next = Place::new().with_inbox().with_journal().with_store(&place.path("copy.db"));
    let (mut daemon, address) = next.start_ready();
    assert_eq!(stories(&next, next.config_file().to_str().unwrap()), before);
    for report in &told {
        next.drop_in(report);
    }
    let known = format!("newsdelta_articles_total{{input=\"inbox\",outcome=\"known\"}} {}", told.len());
    daemon.until("the articles, all known", PATIENCE, || {
        ask(&address, "/metrics", "").unwrap().1.contains(&known)
    });
    assert!(next.journal().is_empty(), "what the backup had told is told again");
    stop(daemon);
}

#[test]
fn completions_and_manual_pages_know_every_verb() {
    let place = Place::new();
    let help = String::from_utf8(place.run(&["help"]).stdout).unwrap();
    let verb = Regex::new(r"(?m)^  ([a-z][a-z-]+)  ").unwrap();
    let verbs: Vec<_> = verb.captures_iter(&help).map(|found| found[1].to_owned()).collect();
    assert!(verbs.len() > 15, "{help}");
    let bash = String::from_utf8(place.run(&["completions", "bash"]).stdout).unwrap();
    let pages = place.run(&["man", "pages"]);
    assert!(pages.status.success(), "{}", String::from_utf8_lossy(&pages.stderr));
    for verb in verbs {
        assert!(bash.contains(&format!("newsdelta,{verb})")), "bash does not complete `{verb}`");
        if verb != "help" {
            let page = fs::read_to_string(place.path("pages").join(format!("newsdelta-{verb}.1"))).unwrap();
            assert!(page.contains(".SH SYNOPSIS"), "{page}");
        }
    }
}

#[test]
fn dashboard_and_rules_speak_of_figures_that_the_daemon_shows() {
    let shown = figures_of_a_busy_daemon();
    let selector = Regex::new(r"\b(newsdelta_[a-z_]+)(?:\{([^}]*)\})?").unwrap();
    let label = Regex::new(r#"([a-z_]+)\s*(?:=~|!~|!=|=)\s*""#).unwrap();
    // What Prometheus itself adds when it scrapes.
    let added = ["job", "instance"];
    for file in ["deploy/prometheus/rules.yml", "deploy/grafana/dashboards/newsdelta.json"] {
        let text = fs::read_to_string(root().join(file)).unwrap().replace("\\\"", "\"");
        let mut found = 0;
        for mention in selector.captures_iter(&text) {
            let name = &mention[1];
            let labels =
                shown.get(name).unwrap_or_else(|| panic!("{file} asks for {name}, which no daemon shows"));
            let asked = mention.get(2).map_or("", |labels| labels.as_str());
            for asked in label.captures_iter(asked) {
                let asked = &asked[1];
                assert!(
                    labels.contains(asked) || added.contains(&asked),
                    "{file}: {name} has no label `{asked}`"
                );
            }
            found += 1;
        }
        assert!(found > 10, "{file} asks for {found} figures");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The figures of a daemon to which everything has happened that figures tell of.
fn figures_of_a_busy_daemon() -> Series {
    let reports = reports(20_240_571, 2, 4);
    let (well, busy, gone) = (Receiver::start(), Receiver::start(), Receiver::start());
    busy.answer(Answer::TooMany(60));
    gone.answer(Answer::Status(410));
    let place = with_broker(
        Place::new()
            .with_inbox()
            .with_webhook("well", &well)
            .with_webhook("busy", &busy)
            .with_webhook("gone", &gone),
    );
    let mut daemon = place.0.start();
    let address = daemon.address();
    for report in &reports {
        place.0.drop_in(report);
    }
    place.0.drop_bytes("bad.json", b"{\"text\": 7}");
    let mut awaited = vec![
        "newsdelta_output_disabled{",
        "newsdelta_delivery_failures_total{",
        "newsdelta_article_to_alert_seconds_bucket{",
        "newsdelta_outbox_messages{",
        "outcome=\"failed\"",
    ];
    awaited.extend(place.1);
    let mut text = String::new();
    daemon.until("figures of all that happened", PATIENCE, || {
        text = ask(&address, "/metrics", "").unwrap().1;
        awaited.iter().all(|part| text.contains(part))
    });
    stop(daemon);
    series(&text, place.1)
}

/// Names and labels in what `/metrics` answered.
fn series(text: &str, lag: Option<&str>) -> Series {
    let label = Regex::new(r#"([a-z_]+)=""#).unwrap();
    let mut found = Series::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let end = line.find(['{', ' ']).unwrap();
        let (name, rest) = line.split_at(end);
        let labels = label.captures_iter(rest).map(|label| label[1].to_owned());
        found.entry(name.to_owned()).or_default().extend(labels);
    }
    if lag.is_none() {
        // Without a broker nothing lags; that the figure is not checked was said aloud.
        let labels = ["input", "topic", "partition"].map(str::to_owned);
        found.insert("newsdelta_consumer_lag_records".to_owned(), BTreeSet::from(labels));
    }
    found
}

#[cfg(feature = "kafka")]
fn with_broker(place: Place) -> (Place, Option<&'static str>) {
    use crate::harness::{make_topics, produce, shared_broker};

    let Some(broker) = shared_broker("dashboard_and_rules_speak_of_figures_that_the_daemon_shows") else {
        return (place, None);
    };
    let topic = format!("figures-{}", std::process::id());
    make_topics(&broker, &[&topic]);
    produce(&broker, &topic, &reports(20_240_572, 1, 2));
    let input = format!(
        "[inputs.wire]\ntype = \"kafka\"\nbrokers = [\"{broker}\"]\ntopics = [\"{topic}\"]\ngroup = \"{topic}\"\n\
         properties = {{ \"statistics.interval.ms\" = \"1000\" }}"
    );
    (place.with(&input), Some("newsdelta_consumer_lag_records{"))
}

#[cfg(not(feature = "kafka"))]
fn with_broker(place: Place) -> (Place, Option<&'static str>) {
    (place, None)
}
