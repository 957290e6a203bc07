//! Signed alerts: made by the daemon, checked offline by the program and by OpenSSL; what was tampered with is found.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{Place, Receiver, ask, not_run, reports};
use crate::restart::{PATIENCE, alerts, finish, stop, undisturbed};

/// A daemon with a key has told some reports to a file, to a webhook and as CAP, and showed them.
struct Told {
    place: Place,
    receiver: Receiver,
    cap: Receiver,
    public: PathBuf,
    /// What `/api/alerts` answered.
    page: String,
}

fn told() -> Told {
    let reports = reports(20_261_101, 2, 4);
    let expected = undisturbed(&reports);
    let (receiver, cap) = (Receiver::start(), Receiver::start());
    let place = Place::new().with_inbox().with_webhook("hook", &receiver).with_journal().with(&format!(
        "[outputs.cap]\ntype = \"webhook\"\nformat = \"cap\"\nurl = \"{}\"\nallow_private_addresses = true\n\
         cap = {{ sender = \"newsdelta@example.org\" }}",
        cap.url()
    ));
    let key = place.path("proof.pem");
    let made = place.run(&["verify", "--new-key", key.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let public = place.path("public.pem");
    fs::write(&public, &made.stdout).unwrap();
    let place = place.with(&format!("[proof]\nkey_file = \"{}\"", key.display()));
    let mut daemon = place.start();
    for report in &reports {
        place.drop_in(report);
    }
    finish(&mut daemon, &receiver, &expected);
    let count = expected.ids().len();
    daemon.until("the journal", PATIENCE, || place.journal().len() >= count);
    assert!(cap.wait(PATIENCE, |received| received.len() >= count), "one CAP document for each alert");
    let (status, page) = ask(&daemon.address(), "/api/alerts?limit=500", "").unwrap();
    assert_eq!(status, 200, "{page}");
    stop(daemon);
    Told { place, receiver, cap, public, page }
}

impl Told {
    fn verify(&self, arguments: &[&str]) -> Output {
        let mut all = vec!["verify"];
        all.extend(arguments);
        self.place.run(&all)
    }

    fn config(&self) -> String {
        self.place.path("newsdelta.toml").display().to_string()
    }

    fn written(&self, name: &str, text: &str) -> String {
        let path = self.place.path(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

fn said(done: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

#[test]
fn every_alert_at_every_output_is_signed_and_holds_until_it_is_touched() {
    let told = told();
    let (config, journal) = (told.config(), told.place.path("journal.jsonl").display().to_string());

    // With the store, by the key of the config.
    let done = told.verify(&["--config", &config, "--json", &journal]);
    assert!(done.status.success(), "{}", said(&done));
    let lines: Vec<Value> = String::from_utf8_lossy(&done.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), told.place.journal().len());
    for line in &lines {
        for what in ["signature", "text", "quote"] {
            assert_eq!(line[what]["holds"], true, "{line}");
        }
    }

    // What the webhook got, with the public key alone, as somebody else would.
    let bodies: String =
        told.receiver.received().iter().filter(|one| one.accepted).map(|one| one.body.to_string()).collect();
    let bodies = told.written("bodies.json", &bodies);
    let public = told.public.to_str().unwrap();
    let done = told.verify(&["--public-key", public, "--signature-only", &bodies]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(said(&done).matches(": holds").count(), alerts(&told.receiver.received()).len());
    // With the articles as files.
    let inbox = told.place.inbox().join("done");
    let done = told.verify(&["--public-key", public, "--article", inbox.to_str().unwrap(), "--", &bodies]);
    assert!(done.status.success(), "{}", said(&done));

    // A figure, a quote, the article.
    let first = told.place.journal()[0].clone();
    let mut figure = first.clone();
    figure["after"]["value"] = Value::from(99);
    let mut quote = first.clone();
    quote["evidence"]["quote"] = Value::from("nobody was hurt");
    for (tampered, words) in [(figure, "not what was signed"), (quote, "does not stand in the article")] {
        let file = told.written("tampered.json", &format!("{first}\n{tampered}\n"));
        let done = told.verify(&["--config", &config, &file]);
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        assert!(said(&done).contains(words), "{}", said(&done));
        assert_eq!(said(&done).matches(": holds").count(), 1, "the untouched one holds: {}", said(&done));
    }
    let article = told.written("other.txt", "Another headline\n\nAnother text altogether.");
    let one = told.written("one.json", &first.to_string());
    let done = told.verify(&["--public-key", public, "--article", &article, "--", &one]);
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains("is another one than was read"), "{}", said(&done));

    // Another key, and the secret nowhere.
    let other = told.place.path("other.pem").display().to_string();
    assert!(told.verify(&["--new-key", &other]).status.success());
    let done = told.verify(&["--public-key", &other, "--signature-only", &one]);
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains("not known here"), "{}", said(&done));
    assert!(!told.verify(&["--new-key", &other]).status.success(), "a key is never overwritten");
    let secret = fs::read_to_string(told.place.path("proof.pem")).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    assert!(!told.place.log().contains(secret));
}

#[test]
fn what_the_interface_shows_and_cap_carries_is_signed_too() {
    let told = told();
    let public = told.public.to_str().unwrap();
    let received = told.cap.received();
    let documents: String = received.iter().map(|one| one.text.as_str()).collect();
    let inbox = told.place.inbox().join("done").display().to_string();
    for (name, text) in [("page.json", told.page.as_str()), ("alerts.xml", documents.as_str())] {
        let file = told.written(name, text);
        let done = told.verify(&["--public-key", public, "--article", &inbox, "--", &file]);
        assert!(done.status.success(), "{name}: {}", said(&done));
        assert_eq!(said(&done).matches(": holds").count(), told.place.journal().len(), "{name}");
    }
    let quote = told.place.journal()[0]["evidence"]["quote"].as_str().unwrap().to_owned();
    let tampered = told.written("tampered.xml", &documents.replace(&quote, "Nobody was hurt."));
    let done = told.verify(&["--public-key", public, "--signature-only", &tampered]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let broken = told.written("broken.xml", documents.split_at(documents.rfind("</info>").unwrap()).0);
    let done = told.verify(&["--public-key", public, "--signature-only", &broken]);
    assert!(said(&done).contains("is no CAP document"), "{}", said(&done));
}

#[test]
fn openssl_comes_to_the_same_verdict() {
    if Command::new("openssl").arg("version").output().is_err() {
        return not_run("proof: the verdict of OpenSSL", "no openssl on the path");
    }
    let told = told();
    for alert in told.place.journal() {
        assert!(openssl_accepts(&told, &signed_text(&alert), &alert), "{alert}");
        let mut tampered = alert.clone();
        tampered["story"] = Value::from("another");
        assert!(!openssl_accepts(&told, &signed_text(&tampered), &alert), "{alert}");
    }
}

/// The signed text as the schema describes it, put together without newsdelta's code.
fn signed_text(alert: &Value) -> String {
    let mut fields: BTreeMap<&str, Value> = BTreeMap::new();
    for name in ["id", "story", "article", "about", "fact", "change", "before", "after", "text_sha256"] {
        fields.insert(name, sorted(&alert[name]));
    }
    for (name, of) in [("evidence.quote", "quote"), ("evidence.start", "start"), ("evidence.end", "end")] {
        fields.insert(name, alert["evidence"][of].clone());
    }
    fields.insert("key", alert["proof"]["key"].clone());
    fields.insert("proof", Value::from("newsdelta alert 1"));
    serde_json::to_string(&fields).unwrap()
}

/// An object of plain values with its fields in order.
fn sorted(value: &Value) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let fields: BTreeMap<_, _> = fields.clone().into_iter().collect();
    Value::Object(fields.into_iter().collect())
}

fn openssl_accepts(told: &Told, text: &str, alert: &Value) -> bool {
    let text = told.written("signed.txt", text);
    let signature =
        told.written("signature.b64", &format!("{}\n", alert["proof"]["signature"].as_str().unwrap()));
    let raw = told.place.path("signature.raw").display().to_string();
    let run = |arguments: &[&str]| Command::new("openssl").args(arguments).output().unwrap().status.success();
    assert!(run(&["base64", "-d", "-A", "-in", &signature, "-out", &raw]));
    let public: &Path = &told.public;
    run(&[
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        public.to_str().unwrap(),
        "-rawin",
        "-in",
        &text,
        "-sigfile",
        &raw,
    ])
}
