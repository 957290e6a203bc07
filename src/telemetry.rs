//! What an operator sees of the daemon: its log here, its figures and its health beside. Comes in: format and level from
//! the config. Goes out: lines on standard error. Never on standard output, which belongs to alerts and to the JSON of the
//! command line.

pub mod health;
pub mod metrics;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Kept quiet unless the level names them. librdkafka reports every lost connection as an error of its own; the input
/// and output that use it say what an operator must know, with their names.
const QUIETER: &[(&str, &str)] = &[
    ("librdkafka", "warn"),
    ("rdkafka", "warn"),
    ("hyper", "warn"),
    ("hyper_util", "warn"),
    ("reqwest", "warn"),
    ("rustls", "warn"),
    ("refinery_core", "warn"),
];

/// Starts logging for the whole program.
///
/// # Errors
/// A sentence, when the level cannot be read or logging was started before.
pub fn start(log: &LogConfig) -> Result<(), String> {
    let filter = filter(&log.level)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_ansi(false).try_init(),
    };
    started.map_err(|error| format!("logging cannot start: {error}"))
}

/// Checks a level or a list of directives.
///
/// # Errors
/// What is wrong with it and the cure.
pub fn check_level(level: &str) -> Result<(), String> {
    filter(level).map(|_| ())
}

fn filter(level: &str) -> Result<EnvFilter, String> {
    let level = level.trim();
    let usable = |part: &str| {
        let word = part.rsplit_once('=').map_or(part, |(_, word)| word).trim();
        ["error", "warn", "info", "debug", "trace", "off"].contains(&word.to_ascii_lowercase().as_str())
    };
    if let Some(part) = level.split(',').find(|part| !usable(part)) {
        let cure =
            "write error, warn, info, debug or trace, or directives such as \"info,newsdelta::inputs=debug\"";
        return Err(format!("holds `{}`, which is no level: {cure}", part.trim()));
    }
    let mut directives: Vec<String> = Vec::new();
    for (target, quiet) in QUIETER {
        if !level
            .split(',')
            .any(|part| part.trim().split("::").next().is_some_and(|name| name.starts_with(target)))
        {
            directives.push(format!("{target}={quiet}"));
        }
    }
    directives.push(level.to_owned());
    EnvFilter::try_new(directives.join(",")).map_err(|error| format!("cannot be read ({error}): correct it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_levels_and_directives() {
        for level in ["info", "DEBUG", "warn,newsdelta::inputs=debug", "off", "librdkafka=trace,info"] {
            assert_eq!(check_level(level), Ok(()), "{level}");
        }
    }

    #[test]
    fn names_the_word_that_is_no_level() {
        let error = check_level("info,newsdelta=loud").unwrap_err();
        assert!(error.contains("`newsdelta=loud`") && error.contains("debug"), "{error}");
        assert!(check_level("").is_err());
    }

    #[test]
    fn keeps_libraries_quiet_unless_they_are_named() {
        assert!(filter("debug").unwrap().to_string().contains("librdkafka=warn"));
        assert!(!filter("librdkafka=trace").unwrap().to_string().contains("librdkafka=warn"));
    }
}
