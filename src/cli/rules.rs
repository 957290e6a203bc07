//! `newsdelta rules`: the reading rules, made from the one list the reader uses. Comes in: nothing, or a rule's name.
//! Goes out: one line per rule with its first example, or the rule's whole corpus.

use std::io::{self, Write};

use anyhow::bail;
use clap::Args;

use super::Done;
use crate::extract::rule::RULES;

/// Which rules to show.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Show this rule's page: what it reads, why, what it does not, and its examples
    #[arg(value_name = "RULE")]
    name: Option<String>,
}

/// The first sentence of a rule's corpus: the first indented line that is not an expectation.
fn first_example(corpus: &str) -> Option<&str> {
    let examples = corpus.lines().filter(|line| line.starts_with("    "));
    examples.map(str::trim).find(|line| !line.is_empty() && !line.starts_with('='))
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let mut out = io::stdout().lock();
    if let Some(name) = &arguments.name {
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            bail!("there is no rule `{name}`; `newsdelta rules` lists them");
        };
        writeln!(out, "{}", rule.corpus.trim_end())?;
        return Ok(Done::Well);
    }
    for rule in RULES {
        writeln!(out, "{}\n    {}", rule.name, rule.summary)?;
        if let Some(example) = first_example(rule.corpus) {
            writeln!(out, "    e.g. {example}")?;
        }
    }
    Ok(Done::Well)
}
