//! What the program prints and sends is what its JSON Schemas promise to those who read it.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;

use crate::harness::{Place, Receiver, reports};
use crate::restart::{alerts, finish, stop, undisturbed};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn schema(name: &str) -> Validator {
    let path = root().join("config/schema").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn assert_valid(schema: &Validator, value: &Value) {
    let errors: Vec<_> =
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

fn seeds() -> Vec<PathBuf> {
    let mut seeds: Vec<_> =
        fs::read_dir(root().join("seeds")).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    seeds.sort();
    assert!(!seeds.is_empty());
    seeds
}

fn printed(command: &str, files: &[PathBuf]) -> Vec<Value> {
    let place = Place::new();
    let mut arguments = vec![command, "--json"];
    arguments.extend(files.iter().map(|path| path.to_str().unwrap()));
    let done = place.run(&arguments);
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// The stored text, to which offsets refer.
fn stored_text(path: &Path) -> String {
    let article: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let text = article["text"].as_str().unwrap().trim();
    match article["title"].as_str() {
        Some(title) => format!("{}\n\n{text}", title.trim()),
        None => text.to_owned(),
    }
}

#[test]
fn the_seeds_are_articles_of_the_schema() {
    let schema = schema("article.schema.json");
    for path in seeds() {
        let article = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_valid(&schema, &article);
    }
}

#[test]
fn read_prints_claims_of_the_schema_with_quotes_that_stand_in_the_text() {
    let (schema, seeds) = (schema("claim.schema.json"), seeds());
    let lines = printed("read", &seeds);
    assert_eq!(lines.len(), seeds.len(), "one line per article");
    let mut claims = 0;
    for (line, path) in lines.iter().zip(&seeds) {
        let text = stored_text(path);
        for claim in line["claims"].as_array().unwrap() {
            claims += 1;
            assert_valid(&schema, claim);
            let at = |key: &str| usize::try_from(claim[key].as_u64().unwrap()).unwrap();
            assert_eq!(text.get(at("start")..at("end")), claim["quote"].as_str(), "{}", path.display());
        }
    }
    assert!(claims > 10, "only {claims} claims in the seeds");
}

#[test]
fn replay_prints_alerts_of_the_schema() {
    let (schema, seeds) = (schema("alert.schema.json"), seeds());
    let lines = printed("replay", &seeds);
    assert_eq!(lines.iter().filter(|line| line["type"] == "report").count(), seeds.len());
    let alerts: Vec<_> = lines.iter().filter(|line| line["type"] == "alert").collect();
    assert!(!alerts.is_empty());
    for alert in alerts {
        assert_valid(&schema, alert);
    }
}

#[test]
fn the_webhook_and_the_file_are_given_alerts_of_the_schema() {
    let schema = schema("alert.schema.json");
    let reports = reports(20_240_531, 3, 6);
    let expected = undisturbed(&reports);
    let receiver = Receiver::start();
    let place = Place::new().with_inbox().with_webhook("hook", &receiver).with_journal();
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    finish(&mut daemon, &receiver, &expected);
    stop(daemon);
    let sent = alerts(&receiver.received());
    let written = place.journal();
    assert!(!sent.is_empty() && !written.is_empty());
    for alert in sent.iter().chain(&written) {
        assert_valid(&schema, alert);
    }
}
