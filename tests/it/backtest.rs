//! A config tried on what was: alerts gained, lost, moved and changed, the same at every run, and a gate.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::harness::{Place, Receiver, reports};
use crate::restart::{finish, stop, undisturbed};

const OUTPUTS: &str = "[outputs.desk]\ntype = \"stdout\"\n[outputs.large]\ntype = \"stdout\"\n";

struct Trial {
    place: Place,
    archive: String,
}

impl Trial {
    fn over(place: Place, archive: &str) -> Self {
        Self { archive: place.path(archive).display().to_string(), place }
    }

    fn config(&self, name: &str, text: &str) -> String {
        let path = self.place.path(name);
        fs::write(&path, format!("{OUTPUTS}{text}")).unwrap();
        path.display().to_string()
    }

    fn run(&self, new: &str, old: &str, flags: &[&str]) -> Output {
        let mut arguments = vec!["backtest", "--config", new, "--against", old];
        arguments.extend(flags);
        arguments.push(&self.archive);
        self.place.run(&arguments)
    }

    fn differences(&self, new: &str, old: &str) -> (Vec<Value>, Value) {
        let done = self.run(new, old, &["--json"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let again = self.run(new, old, &["--json"]);
        assert_eq!(done.stdout, again.stdout, "two runs differ");
        let text = String::from_utf8(done.stdout).unwrap();
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let counts = lines.pop().unwrap();
        assert_eq!(counts["type"], "counts");
        (lines, counts)
    }
}

fn archive_of_files() -> Trial {
    let place = Place::new();
    let folder = place.path("archive");
    fs::create_dir(&folder).unwrap();
    for (number, report) in reports(20_261_102, 2, 6).iter().enumerate() {
        fs::write(folder.join(format!("{number:02}.json")), report.json().to_string()).unwrap();
    }
    Trial::over(place, "archive")
}

#[test]
fn routes_gain_lose_and_move_alerts_and_the_gate_closes() {
    let trial = archive_of_files();
    let old = trial.config("old.toml", "[routing]\noutputs = [\"desk\"]\n");
    let same = trial.run(&old, &old, &["--check"]);
    assert!(same.status.success(), "{}", String::from_utf8_lossy(&same.stdout));
    let (none, counts) = trial.differences(&old, &old);
    assert!(none.is_empty() && counts["same"].as_u64().unwrap() > 4, "{counts}");

    let new = trial.config(
        "new.toml",
        "[routing]\noutputs = []\n[[routing.routes]]\neffect = [\"killed\"]\noutputs = [\"large\"]\n\
         [[routing.routes]]\neffect = [\"injured\"]\noutputs = [\"desk\"]\n",
    );
    let (differences, counts) = trial.differences(&new, &old);
    for difference in &differences {
        let (kind, alert) = (difference["type"].as_str().unwrap(), &difference["old"]);
        match alert["fact"]["effect"].as_str() {
            Some("killed") => {
                assert_eq!(kind, "moved");
                assert_eq!(difference["old_outputs"][0]["output"], "desk");
                assert_eq!(difference["new_outputs"][0]["output"], "large");
            }
            Some("injured") => panic!("told alike: {difference}"),
            _ => assert_eq!(kind, "lost", "{difference}"),
        }
    }
    let count = |kind: &str| differences.iter().filter(|one| one["type"] == kind).count() as u64;
    assert!(count("moved") > 0, "{counts}");
    assert_eq!(
        (counts["moved"].as_u64(), counts["lost"].as_u64()),
        (Some(count("moved")), Some(count("lost")))
    );
    // The other way round what was lost is gained.
    let (_, back) = trial.differences(&old, &new);
    assert_eq!((&back["gained"], &back["moved"]), (&counts["lost"], &counts["moved"]));
    assert_eq!(trial.run(&new, &old, &["--check"]).status.code(), Some(1));
    let shown = String::from_utf8(trial.run(&new, &old, &[]).stdout).unwrap();
    assert!(shown.contains("desk ⇒ large"), "{shown}");

    // Without an old config: against everything to everybody.
    let done = trial.place.run(&["backtest", "--config", &new, "--json", &trial.archive]);
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.lines().count() > 1, "{text}");
}

#[test]
fn quiet_hours_and_the_life_of_stories_show_too() {
    let trial = archive_of_files();
    let old = trial.config("old.toml", "");
    let held = trial.config("held.toml", "[routing]\ndigest_at = [\"23:59\"]\n");
    let (differences, counts) = trial.differences(&held, &old);
    assert_eq!(counts["same"], 0, "{counts}");
    assert!(differences.iter().all(|one| one["new_outputs"][0]["release_at"].is_string()), "{differences:?}");

    // A story that closes while others are told opens anew with its next report.
    let place = Place::new();
    let line = |id: &str, day: u32, title: &str, text: &str| serde_json::json!({ "id": id, "published_at": format!("2031-05-0{day}T10:00:00Z"), "title": title, "text": text });
    let ferry = |id: &str, day: u32, dead: u32| {
        let text =
            format!("A fire on the ferry Example in Port Town killed {dead} people, the coast guard said.");
        line(id, day, &format!("Ferry fire in Port Town kills {dead}"), &text)
    };
    let elsewhere = |id: &str, day: u32, town: &str| {
        line(
            id,
            day,
            &format!("Bread prices rise in {town}"),
            &format!("Bakers of {town} asked for more money."),
        )
    };
    let lines =
        [ferry("r1", 1, 4), elsewhere("x", 2, "Sylvania"), elsewhere("y", 3, "Freedonia"), ferry("r2", 4, 9)];
    fs::write(place.path("days.jsonl"), lines.map(|line| format!("{line}\n")).concat()).unwrap();
    let trial = Trial::over(place, "days.jsonl");
    let old = trial.config("old.toml", "");
    let short = trial.config("short.toml", "[stories]\nquiet_time = \"30h\"\n");
    let (differences, _) = trial.differences(&short, &old);
    let [changed] = differences.as_slice() else { panic!("{differences:#?}") };
    assert_eq!(
        (&changed["type"], &changed["old"]["change"], &changed["new"]["change"]),
        (&Value::from("changed"), &Value::from("up"), &Value::from("new"))
    );
}

#[test]
fn an_actors_file_changes_who_demands_and_a_store_is_an_archive() {
    let reports = reports(20_261_103, 2, 3);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver);
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    let text = "Quill calls for talks\n\nAda Quill urged Sweden to release the prisoners at once.";
    place.drop_bytes("quill.txt", text.as_bytes());
    finish(&mut daemon, &receiver, &expected);
    daemon.until("every report in done/", crate::restart::PATIENCE, || {
        place.names_in("done").len() == reports.len() + 1
    });
    stop(daemon);
    let trial = Trial::over(place, "store.db");
    let old = trial.config("old.toml", "");
    let (none, counts) = trial.differences(&old, &old);
    assert!(none.is_empty(), "{none:?}");
    assert_eq!(counts["articles"], reports.len() + 1);
    assert!(counts["same"].as_u64().unwrap() >= expected.ids().len() as u64, "{counts}");

    let list = trial.place.path("actors.toml");
    fs::write(&list, "[[person]]\nname = \"Ada Quill\"\naliases = [\"Quill\"]\nparty = \"Norway\"\n")
        .unwrap();
    let new = trial.config("new.toml", &format!("[reading]\nactors_file = \"{}\"\n", list.display()));
    let (differences, _) = trial.differences(&new, &old);
    let gained: Vec<_> = differences.iter().filter(|one| one["type"] == "gained").collect();
    assert!(!gained.is_empty(), "{differences:#?}");
    assert!(gained.iter().all(|one| one["new"]["fact"]["by"] == "Norway"), "{gained:#?}");
    assert!(differences.iter().all(|one| one["old"]["fact"]["by"] != "Norway"), "{differences:#?}");
}

/// An archive may be larger than the memory: JSON lines are read one by one, packed or not, and give what they give.
#[test]
fn an_archive_of_lines_is_never_in_memory_as_a_whole() {
    const BLANK: usize = 128 * 1024 * 1024;
    const KILOBYTES_MAX: u64 = 96 * 1024;
    let lines: Vec<String> =
        reports(20_250_121, 2, 4).iter().map(|report| report.json().to_string()).collect();
    let place = Place::new();
    fs::create_dir(place.path("archive")).unwrap();
    fs::write(place.path("archive/reports.jsonl"), lines.join("\n")).unwrap();
    let small = Trial::over(place, "archive");
    let (new, old) =
        (small.config("new.toml", "[routing]\noutputs = [\"desk\"]"), small.config("old.toml", ""));
    let expected = small.run(&new, &old, &["--json"]);
    assert!(expected.status.success());

    // The same between lines without end of nothing.
    let blank = format!("{}\n", " ".repeat(4095)).repeat(BLANK / 4096 / (lines.len() - 1));
    let mut long = String::new();
    for (number, line) in lines.iter().enumerate() {
        long += line;
        long.push('\n');
        // By its beginning it is known what it is.
        long += if number > 0 { &blank } else { "" };
    }
    assert!(long.len() as u64 > KILOBYTES_MAX * 1024, "no more than may be in memory");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, long.as_bytes()).unwrap();
    for (name, bytes) in
        [("reports.jsonl", long.into_bytes()), ("reports.jsonl.gz", packer.finish().unwrap())]
    {
        fs::remove_dir_all(small.place.path("archive")).unwrap();
        fs::create_dir(small.place.path("archive")).unwrap();
        fs::write(small.place.path("archive").join(name), bytes).unwrap();
        let done = small.run(&new, &old, &["--json"]);
        assert!(done.stdout == expected.stdout, "{name}: {}", String::from_utf8_lossy(&done.stderr));
        let mut child = small.place.begin(&["backtest", "--config", &new, "--against", &old, &small.archive]);
        let mut most = 0;
        while child.try_wait().unwrap().is_none() {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            most = peak
                .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
                .unwrap_or(most)
                .max(most);
        }
        assert!((1..KILOBYTES_MAX).contains(&most), "{name}: {most} kB");
    }
}
