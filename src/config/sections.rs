//! What is wrong with the sections of the config, each by itself. Comes in: decoded sections. Goes out: findings, each
//! with its cure. Inputs, outputs and routes check themselves.

use std::time::Duration;

use secrecy::ExposeSecret;

use crate::notify::RouteConfig;
use crate::notify::watch::SelfAlertsConfig;

use super::layers::Node;
use super::{
    Check, DeadLettersConfig, Findings, LimitsConfig, LogConfig, Mistake, ReadingConfig, ShutdownConfig,
    StoreConfig, StoriesConfig, section,
};

/// The routing tree, which may name only outputs that there are.
pub(super) fn routing(
    node: Option<&Node>,
    outputs: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Option<RouteConfig> {
    let routing: RouteConfig = section(node, "routing", mistakes)?;
    if let Some(node) = node {
        let known: Vec<&str> = outputs.iter().map(String::as_str).collect();
        routing.check_outputs(&known, &mut Findings::new(node, "routing", mistakes));
    }
    Some(routing)
}

/// What is told of newsdelta itself, only to outputs that there are.
pub(super) fn self_alerts(
    node: Option<&Node>,
    outputs: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Option<SelfAlertsConfig> {
    let config: SelfAlertsConfig = section(node, "self_alerts", mistakes)?;
    if let Some(node) = node {
        for unknown in config.outputs.iter().flatten().filter(|name| !outputs.contains(name)) {
            let words =
                format!("names `{unknown}`, which is no output: the outputs are {}", outputs.join(", "));
            Findings::new(node, "self_alerts", mistakes).add("outputs", words);
        }
    }
    Some(config)
}

impl Check for StoreConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.path.as_os_str().is_empty() {
            findings.add("path", "is empty: name the database file");
        }
        if let Some(url) = &self.url
            && !["postgres://", "postgresql://"].iter().any(|scheme| url.expose_secret().starts_with(scheme))
        {
            findings.add(
                "url",
                "is no address of a PostgreSQL database: write postgres://USER:PASSWORD@HOST:PORT/DATABASE",
            );
        }
        if let Some(file) = &self.tls_ca_file
            && !file.is_file()
        {
            let words = format!("names {}, which is no file: correct the path", file.display());
            findings.add("tls_ca_file", words);
        }
        findings.expect_between("connections_max", self.connections_max, 4, 1000);
        if self.statement_timeout < Duration::from_secs(1) {
            findings.add("statement_timeout", "is under a second: write for instance \"30s\"");
        }
        if self.turn_timeout < Duration::from_secs(1) {
            findings.add("turn_timeout", "is under a second: write for instance \"10s\"");
        }
    }
}

impl Check for LimitsConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        findings.expect_between("article_bytes_max", self.article_bytes_max, 1024, 1 << 30);
        findings.expect_between("items_waiting_max", self.items_waiting_max, 1, 100_000);
        findings.expect_between("batch_items_max", self.batch_items_max, 1, 10_000);
    }
}

impl Check for ReadingConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if let Some(file) = &self.actors_file
            && !file.is_file()
        {
            findings
                .add("actors_file", format!("names {}, which is no file: correct the path", file.display()));
        }
    }
}

impl Check for StoriesConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.quiet_time < Duration::from_secs(3600) {
            findings
                .add("quiet_time", "is under an hour: every report would open a story, write a longer one");
        }
        findings.expect_between("in_memory_max", self.in_memory_max, 1, 10_000_000);
    }
}

impl Check for DeadLettersConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.keep < Duration::from_secs(3600) {
            findings.add("keep", "is under an hour: nobody could look at one, write for instance \"30days\"");
        }
    }
}

impl Check for ShutdownConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.grace.is_zero() || self.grace > Duration::from_secs(3600) {
            findings.add("grace", "must lie between 1ms and 1h: write for instance \"20s\"");
        }
    }
}

impl Check for LogConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if let Err(reason) = crate::telemetry::check_level(&self.level) {
            findings.add("level", reason);
        }
    }
}
