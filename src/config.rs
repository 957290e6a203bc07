//! The configuration. Comes in: the compiled-in defaults, a TOML file and the process environment. Goes out: a checked
//! `Config`, or every mistake at once, each with its place and its cure. The only code that reads the environment.
//! Never prints a secret.
//!
//! The layers, later ones winning key by key: `config/default.toml`, the user's file, `NEWSDELTA__SECTION__KEY`
//! variables. Below `inputs`, `outputs`, `store`, `http`, `heartbeat` and `proof`, `KEY_file` reads the value
//! of `KEY` from a file.

pub mod actors;
mod decode;
mod fingerprint;
mod layers;
mod mistake;
mod properties;
mod retention;
mod retry;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use fingerprint::Fingerprints;
pub use mistake::{Check, ConfigError, Findings, Mistake};
pub use properties::Properties;
pub use retention::{Keep, RetentionConfig};
pub use retry::{RetryConfig, Wait};

use crate::api::HttpConfig;
use crate::inputs::feed::FeedConfig;
use crate::inputs::inbox::InboxConfig;
#[cfg(feature = "kafka")]
use crate::inputs::kafka::KafkaInputConfig;
use crate::notify::RouteConfig;
use crate::notify::watch::SelfAlertsConfig;
use crate::outputs::file::FileConfig;
use crate::outputs::heartbeat::HeartbeatConfig;
#[cfg(feature = "kafka")]
use crate::outputs::kafka::KafkaOutputConfig;
use crate::outputs::slack::SlackConfig;
use crate::outputs::stdout::StdoutConfig;
use crate::outputs::webhook::WebhookConfig;
use crate::proof::ProofConfig;
use decode::decode;
use layers::{Node, Shape};
use mistake::{nearest, one_of};
use sections::{routing, self_alerts};

/// The text of `config/default.toml`: every key with its default, unit and effect.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// Everything that can be set, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where newsdelta remembers.
    pub store: StoreConfig,
    /// Sizes and lengths.
    pub limits: LimitsConfig,
    /// What the reader knows beyond the built-in lists.
    pub reading: ReadingConfig,
    /// How long stories live.
    pub stories: StoriesConfig,
    /// How long dead letters are kept.
    pub dead_letters: DeadLettersConfig,
    /// How long closed stories keep what they are made of.
    pub retention: RetentionConfig,
    /// How the daemon stops.
    pub shutdown: ShutdownConfig,
    /// What is logged.
    pub log: LogConfig,
    /// Where the daemon can be asked over HTTP.
    pub http: HttpConfig,
    /// Which output is told what, and when.
    pub routing: RouteConfig,
    /// When newsdelta tells that it may be blind.
    pub self_alerts: SelfAlertsConfig,
    /// Where its signs of life go.
    pub heartbeat: HeartbeatConfig,
    /// With what alerts are signed.
    pub proof: ProofConfig,
    /// Where articles come from, by name.
    pub inputs: BTreeMap<String, InputConfig>,
    /// Where alerts go, by name.
    pub outputs: BTreeMap<String, OutputSettings>,
    /// By which a config read later is compared with this one.
    pub fingerprints: Fingerprints,
}

/// `[store]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// The database file; made when it does not exist. Not used when there is a `url`.
    pub path: PathBuf,
    /// The address of a PostgreSQL database that several instances may share.
    pub url: Option<SecretString>,
    /// Certificates to trust for it beside the system's own.
    pub tls_ca_file: Option<PathBuf>,
    /// Connections to it at the same time.
    pub connections_max: usize,
    /// A statement that takes longer is ended by the server.
    #[serde(with = "humantime_serde")]
    pub statement_timeout: Duration,
    /// An instance that plans a commit and hangs for so long is cut off, so that others can go on.
    #[serde(with = "humantime_serde")]
    pub turn_timeout: Duration,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// A larger article is set aside with a reason.
    pub article_bytes_max: usize,
    /// Files and records that wait to be read; inputs pause at the limit.
    pub items_waiting_max: usize,
    /// Files and records written in one transaction.
    pub batch_items_max: usize,
}

/// `[reading]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingConfig {
    /// A list of parties and people to know beside the built-in ones.
    pub actors_file: Option<PathBuf>,
}

/// `[stories]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoriesConfig {
    /// A story with no report for this long, in the articles' own time, is closed.
    #[serde(with = "humantime_serde")]
    pub quiet_time: Duration,
    /// Stories whose facts are kept in memory; others are read from the store when a report comes.
    pub in_memory_max: usize,
}

/// `[dead_letters]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLettersConfig {
    /// After so long they are discarded, with a line in the log.
    #[serde(with = "humantime_serde")]
    pub keep: Duration,
}

/// `[shutdown]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShutdownConfig {
    /// How long work in hand may take after the signal to stop.
    #[serde(with = "humantime_serde")]
    pub grace: Duration,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// Text for people or JSON lines for machines, on standard error.
    pub format: LogFormat,
    /// A level, or directives such as `info,newsdelta::inputs=debug`.
    pub level: String,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// One input, by its `type`.
#[derive(Debug, Clone)]
pub enum InputConfig {
    /// A watched folder.
    Inbox(InboxConfig),
    /// Feeds that are asked again and again.
    Feed(FeedConfig),
    /// A Kafka topic.
    #[cfg(feature = "kafka")]
    Kafka(KafkaInputConfig),
}

/// One output with its retry settings.
#[derive(Debug, Clone)]
pub struct OutputSettings {
    /// How failed deliveries are tried again.
    pub retry: RetryConfig,
    /// What kind of output it is, and its own settings.
    pub output: OutputConfig,
}

/// One output, by its `type`.
#[derive(Debug, Clone)]
pub enum OutputConfig {
    /// Standard output.
    Stdout(StdoutConfig),
    /// A file of JSON lines.
    File(FileConfig),
    /// A Kafka topic.
    #[cfg(feature = "kafka")]
    Kafka(KafkaOutputConfig),
    /// A Slack channel.
    Slack(SlackConfig),
    /// A Standard Webhooks receiver.
    Webhook(WebhookConfig),
}

/// The types an input can have.
const INPUT_TYPES: &[&str] = &["inbox", "feed", "kafka"];

/// The types an output can have.
const OUTPUT_TYPES: &[&str] = &["stdout", "file", "kafka", "slack", "webhook"];

/// The tables of a config file.
const SECTIONS: &[&str] = &[
    "store",
    "limits",
    "reading",
    "stories",
    "dead_letters",
    "retention",
    "shutdown",
    "log",
    "http",
    "retry",
    "routing",
    "self_alerts",
    "heartbeat",
    "proof",
    "defaults",
    "inputs",
    "outputs",
];

impl Config {
    /// Reads `file` (the defaults alone when there is none) and the process environment.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = file else { return Self::read(None, environment()) };
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let words = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    "does not exist: correct the path given with --config".to_owned()
                }
                std::io::ErrorKind::InvalidData => "is not UTF-8: save it as UTF-8".to_owned(),
                _ => format!("cannot be read ({error})"),
            };
            ConfigError { mistakes: vec![Mistake { place: String::new(), key: name.clone(), words }] }
        })?;
        Self::read(Some((&name, &text)), environment())
    }

    /// Reads a file's name and text, and variables as the environment would give them.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn read(
        file: Option<(&str, &str)>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut mistakes = Vec::new();
        let config = merge(file, variables, &mut mistakes).and_then(|root| Self::decode(root, &mut mistakes));
        mistakes.sort_by_cached_key(|mistake| (file_line(&mistake.place), mistake.clone()));
        mistakes.dedup();
        match config {
            Some(config) if mistakes.is_empty() => Ok(config),
            _ => Err(ConfigError { mistakes }),
        }
    }

    fn decode(mut root: Node, mistakes: &mut Vec<Mistake>) -> Option<Self> {
        let fingerprints = Fingerprints::of(&root);
        let retry = root.take("retry").unwrap_or_else(Node::empty);
        section::<RetryConfig>(Some(&retry), "retry", mistakes);
        let defaults = root.take("defaults").unwrap_or_else(Node::empty);
        check_defaults(&defaults, mistakes);
        let output_names = names_below(root.child("outputs"));
        let inputs =
            named(&mut root, "inputs", mistakes, |entry, mistakes| input(entry, &defaults, mistakes));
        let outputs = named(&mut root, "outputs", mistakes, |entry, mistakes| {
            output(entry, &defaults, &retry, mistakes)
        });
        let store = section(root.take("store").as_ref(), "store", mistakes);
        let limits = section(root.take("limits").as_ref(), "limits", mistakes);
        let reading = section(root.take("reading").as_ref(), "reading", mistakes);
        let stories = section(root.take("stories").as_ref(), "stories", mistakes);
        let retention = section(root.take("retention").as_ref(), "retention", mistakes);
        let dead_letters = section(root.take("dead_letters").as_ref(), "dead_letters", mistakes);
        let shutdown = section(root.take("shutdown").as_ref(), "shutdown", mistakes);
        let log = section(root.take("log").as_ref(), "log", mistakes);
        let http = section(root.take("http").as_ref(), "http", mistakes);
        let routing = routing(root.take("routing").as_ref(), &output_names, mistakes);
        let self_alerts = self_alerts(root.take("self_alerts").as_ref(), &output_names, mistakes);
        let heartbeat = section(root.take("heartbeat").as_ref(), "heartbeat", mistakes);
        let proof = section(root.take("proof").as_ref(), "proof", mistakes);
        if let Shape::Table(rest) = &root.shape {
            mistakes.extend(rest.iter().map(|(key, node)| {
                let words = match nearest(key, SECTIONS.iter().copied()) {
                    Some(meant) => format!("is not a section: did you mean `{meant}`?"),
                    None => format!("is not a section: the sections are {}", one_of(SECTIONS)),
                };
                Mistake { place: node.origin.to_string(), key: key.clone(), words }
            }));
        }
        Some(Self {
            store: store?,
            limits: limits?,
            reading: reading?,
            stories: stories?,
            dead_letters: dead_letters?,
            retention: retention?,
            shutdown: shutdown?,
            log: log?,
            http: http?,
            routing: routing?,
            self_alerts: self_alerts?,
            heartbeat: heartbeat?,
            proof: proof?,
            inputs,
            outputs,
            fingerprints,
        })
    }
}

/// The variables that override keys. Names and values that are not UTF-8 cannot be meant for newsdelta.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Mistakes are shown in the order of the file: by name, then line as a figure.
fn file_line(place: &str) -> (String, usize) {
    match place.rsplit_once(':').map(|(name, line)| (name, line.parse())) {
        Some((name, Ok(line))) => (name.to_owned(), line),
        _ => (place.to_owned(), 0),
    }
}

/// Lays the layers over each other.
fn merge(
    file: Option<(&str, &str)>,
    variables: impl IntoIterator<Item = (String, String)>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Node> {
    let mut parsed = |name, text| layers::parse(name, text).map_err(|found| mistakes.extend(found)).ok();
    let mut root = parsed(None, DEFAULTS)?;
    let mut user = match file {
        Some((name, text)) => parsed(Some(name), text)?,
        None => Node::empty(),
    };
    let known = {
        let mut known = root.clone();
        known.overlay(user.clone());
        known
    };
    user.overlay(layers::from_variables(&known, variables, mistakes));
    // The inputs and outputs of the defaults are there for a first run; who names one of his own means only his own.
    for group in ["inputs", "outputs"] {
        if user.child(group).is_some() {
            root.take(group);
        }
    }
    root.overlay(user);
    for group in ["inputs", "outputs", "defaults", "http", "heartbeat", "proof", "store"] {
        if let Some(mut node) = root.take(group) {
            layers::read_secret_files(&mut node, group, mistakes);
            if let Shape::Table(table) = &mut root.shape {
                table.insert(group.to_owned(), node);
            }
        }
    }
    Some(root)
}

/// Decodes one table and checks it.
fn section<T: DeserializeOwned + Check>(
    node: Option<&Node>,
    path: &str,
    mistakes: &mut Vec<Mistake>,
) -> Option<T> {
    let empty = Node::empty();
    let node = node.unwrap_or(&empty);
    let value: T = decode(node, path, mistakes)?;
    value.check(&mut Findings::new(node, path, mistakes));
    Some(value)
}

/// The keys of a table.
fn names_below(node: Option<&Node>) -> Vec<String> {
    match node.map(|node| &node.shape) {
        Some(Shape::Table(table)) => table.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Names under `defaults` must be types, so that a slip there is not silently without effect.
fn check_defaults(defaults: &Node, mistakes: &mut Vec<Mistake>) {
    let groups: [(&str, &[&str]); 2] = [("inputs", INPUT_TYPES), ("outputs", OUTPUT_TYPES)];
    let mut complain = |node: &Node, key: String, words: String| {
        mistakes.push(Mistake { place: node.origin.to_string(), key, words });
    };
    let Shape::Table(table) = &defaults.shape else { return };
    for (group, node) in table {
        let Some((_, types)) = groups.iter().find(|(name, _)| name == group) else {
            complain(
                node,
                format!("defaults.{group}"),
                "is not known: write `inputs` or `outputs`".to_owned(),
            );
            continue;
        };
        let Shape::Table(entries) = &node.shape else { continue };
        for (kind, entry) in entries.iter().filter(|(kind, _)| !types.contains(&kind.as_str())) {
            complain(entry, format!("defaults.{group}.{kind}"), wrong_type(kind, types));
        }
    }
}

fn wrong_type(found: &str, types: &[&str]) -> String {
    match nearest(found, types.iter().copied()) {
        Some(meant) => format!("is not a type: did you mean `{meant}`?"),
        None => format!("is not a type: write {}", one_of(types)),
    }
}

/// One `[inputs.NAME]` or `[outputs.NAME]`.
struct Entry {
    path: String,
    kind: String,
    node: Node,
}

impl Entry {
    /// The settings of its type from `defaults`, under its own.
    fn over(self, defaults: &Node, group: &str) -> Self {
        let mut node = defaults
            .child(group)
            .and_then(|types| types.child(&self.kind))
            .cloned()
            .unwrap_or_else(Node::empty);
        node.overlay(self.node);
        Self { node, ..self }
    }
}

/// Reads every named table of a group; a bad one is recorded and left out.
fn named<T>(
    root: &mut Node,
    group: &str,
    mistakes: &mut Vec<Mistake>,
    mut read: impl FnMut(Entry, &mut Vec<Mistake>) -> Option<T>,
) -> BTreeMap<String, T> {
    let types = if group == "inputs" { INPUT_TYPES } else { OUTPUT_TYPES };
    let Some(node) = root.take(group) else { return BTreeMap::new() };
    let Shape::Table(table) = node.shape else {
        let words = format!("must hold named tables: write [{group}.NAME]");
        mistakes.push(Mistake { place: node.origin.to_string(), key: group.to_owned(), words });
        return BTreeMap::new();
    };
    let mut entries = BTreeMap::new();
    for (name, mut node) in table {
        let path = format!("{group}.{name}");
        let mut complain = |key: &str, place: String, words: String| {
            mistakes.push(Mistake { place, key: key.to_owned(), words });
        };
        let place = node.origin.to_string();
        if !matches!(node.shape, Shape::Table(_)) {
            complain(&path, place, format!("must be a table: write [{path}] and a `type`"));
            continue;
        }
        if !is_name(&name) {
            complain(
                &path,
                place,
                "has an unusable name: use 1 to 64 letters, digits, `-` and `_`".to_owned(),
            );
            continue;
        }
        let (kind, kind_place) = match node.take("type") {
            None => {
                complain(&path, place, format!("has no `type`: write {}", one_of(types)));
                continue;
            }
            Some(Node { shape: Shape::Text(kind), origin }) => (kind, origin.to_string()),
            Some(Node { origin, .. }) => {
                complain(&format!("{path}.type"), origin.to_string(), format!("must be {}", one_of(types)));
                continue;
            }
        };
        if !types.contains(&kind.as_str()) {
            complain(
                &format!("{path}.type"),
                kind_place,
                format!("is `{kind}`, which {}", wrong_type(&kind, types)),
            );
            continue;
        }
        if let Some(value) = read(Entry { path, kind, node }, mistakes) {
            entries.insert(name, value);
        }
    }
    entries
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Says that this build cannot speak to Kafka.
#[cfg(not(feature = "kafka"))]
fn without_kafka<T>(entry: &Entry, mistakes: &mut Vec<Mistake>) -> Option<T> {
    let words =
        "is `kafka`, which this build leaves out: build with the feature `kafka`, or use another type";
    let place = entry.node.origin.to_string();
    mistakes.push(Mistake { place, key: format!("{}.type", entry.path), words: words.to_owned() });
    None
}

fn input(entry: Entry, defaults: &Node, mistakes: &mut Vec<Mistake>) -> Option<InputConfig> {
    let entry = entry.over(defaults, "inputs");
    let (node, path) = (Some(&entry.node), entry.path.as_str());
    match entry.kind.as_str() {
        "inbox" => section(node, path, mistakes).map(InputConfig::Inbox),
        "feed" => section(node, path, mistakes).map(InputConfig::Feed),
        #[cfg(feature = "kafka")]
        "kafka" => section(node, path, mistakes).map(InputConfig::Kafka),
        #[cfg(not(feature = "kafka"))]
        "kafka" => without_kafka(&entry, mistakes),
        _ => None,
    }
}

fn output(
    entry: Entry,
    defaults: &Node,
    retry: &Node,
    mistakes: &mut Vec<Mistake>,
) -> Option<OutputSettings> {
    let mut entry = entry.over(defaults, "outputs");
    let mut own_retry = retry.clone();
    let retry = match entry.node.take("retry") {
        Some(node) => {
            own_retry.overlay(node);
            section(Some(&own_retry), &format!("{}.retry", entry.path), mistakes)
        }
        // Mistakes of the common section are reported once, there.
        None => decode(retry, "retry", &mut Vec::new()),
    };
    let path = entry.path.as_str();
    let node = Some(&entry.node);
    let output = match entry.kind.as_str() {
        "stdout" => section(node, path, mistakes).map(OutputConfig::Stdout),
        "file" => section(node, path, mistakes).map(OutputConfig::File),
        #[cfg(feature = "kafka")]
        "kafka" => section(node, path, mistakes).map(OutputConfig::Kafka),
        #[cfg(not(feature = "kafka"))]
        "kafka" => without_kafka(&entry, mistakes),
        "slack" => section(node, path, mistakes).map(OutputConfig::Slack),
        "webhook" => section(node, path, mistakes).map(OutputConfig::Webhook),
        _ => None,
    };
    Some(OutputSettings { retry: retry?, output: output? })
}

#[cfg(test)]
mod tests;
