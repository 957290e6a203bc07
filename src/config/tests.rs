//! Tests of the configuration: `tests/configs/good-*.toml` must be accepted, and every `bad-*.toml` must be refused in
//! exactly the words of the `.txt` beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

fn configs(prefix: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(prefix))
        .filter(|path| cfg!(feature = "kafka") || !path.to_str().unwrap().ends_with("-kafka.toml"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no {prefix}* in tests/configs");
    found
}

fn read(path: &Path, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    Config::read(Some((name, &text)), owned(variables))
}

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn from_text(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(Some(("mine.toml", text)), owned(variables))
}

#[test]
fn accepts_every_good_config() {
    for path in configs("good-") {
        if let Err(error) = read(&path, &[]) {
            panic!("{}: {error}", path.display());
        }
    }
}

#[test]
fn refuses_every_bad_config_in_exactly_these_words() {
    for path in configs("bad-") {
        let found = match read(&path, &[]) {
            Ok(_) => panic!("{} was accepted", path.display()),
            Err(error) => format!("{error}\n"),
        };
        let words = path.with_extension("txt");
        if std::env::vars_os().any(|(name, _)| name == "NEWSDELTA_WRITE_EXPECTED") {
            std::fs::write(&words, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&words).unwrap_or_default();
        assert_eq!(found, expected, "{} differs", words.display());
    }
}

#[test]
fn the_defaults_alone_are_a_working_config() {
    let config = Config::read(None, []).unwrap();
    assert_eq!(config.inputs.keys().collect::<Vec<_>>(), ["inbox"]);
    assert_eq!(config.outputs.keys().collect::<Vec<_>>(), ["screen"]);
    assert_eq!(config.store.path, PathBuf::from("newsdelta.db"));
}

#[test]
fn own_inputs_and_outputs_replace_those_of_the_defaults() {
    let config = from_text("[outputs.log]\ntype = \"file\"\npath = \"alerts.jsonl\"\n", &[]).unwrap();
    assert_eq!(config.outputs.keys().collect::<Vec<_>>(), ["log"]);
    assert_eq!(config.inputs.keys().collect::<Vec<_>>(), ["inbox"]);
}

#[test]
fn the_environment_overrides_the_file_whatever_the_type() {
    let text = "[outputs.slack-desk]\ntype = \"slack\"\ntoken = \"from the file\"\nchannel = \"C1\"\n";
    let config = from_text(
        text,
        &[
            ("NEWSDELTA__LIMITS__BATCH_ITEMS_MAX", "17"),
            ("NEWSDELTA__SHUTDOWN__GRACE", "1s"),
            ("NEWSDELTA__OUTPUTS__SLACK_DESK__CHANNEL", "12345"),
            ("NEWSDELTA__OUTPUTS__SLACK_DESK__RETRY__ATTEMPTS_MAX", "3"),
            ("NEWSDELTA__OUTPUTS__HOOK__TYPE", "webhook"),
            ("NEWSDELTA__OUTPUTS__HOOK__URL", "https://example.org/"),
            ("NEWSDELTA__OUTPUTS__HOOK__SECRETS", SECRET),
            ("NEWSDELTA__OUTPUTS__HOOK__ALLOW_PRIVATE_ADDRESSES", "true"),
            ("UNRELATED", "x"),
        ],
    )
    .unwrap();
    assert_eq!(config.limits.batch_items_max, 17);
    assert_eq!(config.shutdown.grace, Duration::from_secs(1));
    let desk = &config.outputs["slack-desk"];
    assert_eq!(desk.retry.attempts_max, 3);
    assert!(matches!(&desk.output, OutputConfig::Slack(slack) if slack.channel.as_deref() == Some("12345")));
    assert!(matches!(&config.outputs["hook"].output,
        OutputConfig::Webhook(hook) if hook.allow_private_addresses && hook.secrets.len() == 1));
}

const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

#[test]
fn secrets_come_from_files_and_are_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "xoxb-very-secret\n").unwrap();
    let text = format!(
        "[outputs.desk]\ntype = \"slack\"\ntoken_file = {:?}\nchannel = \"C1\"\n\
         [outputs.hook]\ntype = \"webhook\"\nurl = \"https://example.org/very-secret\"\nsecrets = [\"{SECRET}\"]\n",
        file.display()
    );
    let config = from_text(&text, &[]).unwrap();
    let OutputConfig::Slack(slack) = &config.outputs["desk"].output else { panic!("no Slack") };
    assert_eq!(secrecy::ExposeSecret::expose_secret(slack.token.as_ref().unwrap()), "xoxb-very-secret");
    let printed = format!("{config:?}");
    assert!(!printed.contains("very-secret") && !printed.contains("MDEy"), "{printed}");
}

#[test]
fn a_variable_replaces_the_file_twin_of_its_key() {
    let text = "[outputs.desk]\ntype = \"slack\"\ntoken_file = \"/nowhere\"\nchannel = \"C1\"\n";
    from_text(text, &[("NEWSDELTA__OUTPUTS__DESK__TOKEN", "xoxb-1")]).unwrap();
    let error = from_text(text, &[]).unwrap_err().to_string();
    assert!(error.contains("`outputs.desk.token_file` names /nowhere, which does not exist"), "{error}");
    assert_eq!(error.lines().count(), 2, "{error}");
}

#[test]
fn an_error_never_repeats_a_line_that_may_hold_a_secret() {
    let error = from_text("[outputs.desk]\ntoken = \"xoxb-very-secret\n", &[]).unwrap_err().to_string();
    assert!(error.contains("mine.toml:2: ") && !error.contains("very-secret"), "{error}");
}

#[test]
fn a_variable_is_named_as_the_place_of_its_mistake() {
    let error = Config::read(None, owned(&[("NEWSDELTA__LOG__FORMAT", "jsom")])).unwrap_err().to_string();
    assert!(
        error.contains(
            "environment variable NEWSDELTA__LOG__FORMAT: `log.format` is `jsom`: did you mean `json`?"
        ),
        "{error}"
    );
}

/// Every key of `default.toml`, commented-out ones too, has a comment above or beside it.
#[test]
fn every_default_key_is_explained() {
    let mut previous = "";
    let mut seen = BTreeSet::new();
    for line in DEFAULTS.lines() {
        let key = line.trim_start_matches("# ").split(" = ").next().unwrap_or_default();
        let is_key = line.contains(" = ")
            && !key.is_empty()
            && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if is_key && !["type", "path"].contains(&key) {
            assert!(
                previous.starts_with("# ") || line.contains("   "),
                "`{key}` in config/default.toml has no comment"
            );
            seen.insert(key.to_owned());
        }
        previous = line;
    }
    assert!(seen.len() > 30, "{seen:?}");
}

#[cfg(not(feature = "kafka"))]
#[test]
fn a_build_without_kafka_says_so() {
    let text = "[outputs.topic]\ntype = \"kafka\"\nbrokers = [\"kafka-1:9092\"]\ntopic = \"alerts\"\n";
    let error = from_text(text, &[]).unwrap_err().to_string();
    assert!(error.contains("build with the feature `kafka`"), "{error}");
}
