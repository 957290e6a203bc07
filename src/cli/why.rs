//! `newsdelta why`: an account of one article. Comes in: an article's id. Goes out: each claim, how it was read, and why
//! it did or did not alert. Never changes anything.

mod numbers;

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::Style;
use anyhow::bail;
use clap::Args;

use super::{ConfigFile, Done, marked};
use crate::diff::course::{Quiet, Step, follow};
use crate::diff::untold;
use crate::model::{Alert, Claim, Fact, FactKey, KnownClaim};
use crate::outputs::wording;
use crate::store::KnownArticle;

const TITLE: Style = Style::new().bold();
const NOTE: Style = Style::new().dimmed();

/// Which article.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// An article's id, or the start of it
    article: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let (runtime, store) = arguments.config.store()?;
    let Some(known) = runtime.block_on(store.article(&arguments.article))? else {
        bail!("there is no article `{}`", arguments.article);
    };
    let messages = runtime.block_on(store.messages_of(&known.article.id))?;
    let facts = runtime.block_on(store.facts(&known.story))?;
    let facts: BTreeMap<FactKey, Fact> = facts.into_iter().map(|fact| (fact.key.clone(), fact)).collect();
    let alerts: Vec<&Alert> = messages.iter().flat_map(|message| &message.alerts).collect();
    let mut out = anstream::AutoStream::auto(io::stdout());
    let KnownArticle { article, story, origin, claims, .. } = &known;
    writeln!(out, "{TITLE}{}{TITLE:#}\n{NOTE}article {}, story {story}{NOTE:#}", article.title, article.id)?;
    if *origin != article.id {
        writeln!(out, "a reprint of {origin}: it counts as the same source")?;
    }
    if !article.has_text() {
        writeln!(
            out,
            "its text was kept long enough and is gone ([retention] text); this is what was read in it"
        )?;
    }
    for (key, claim) in claims {
        let evidence = claim.claim.evidence();
        writeln!(
            out,
            "\n\u{201c}{}\u{201d} {NOTE}({}..{}){NOTE:#}",
            evidence.quote, evidence.span.start, evidence.span.end
        )?;
        writeln!(
            out,
            "    read as   {} {NOTE}by rule {}{NOTE:#}",
            marked::summary(&claim.claim),
            evidence.rule
        )?;
        writeln!(out, "    speaks to {}", wording::fact_in_words(key))?;
        writeln!(out, "    {}", verdict(key, claim, &alerts, &facts))?;
    }
    if claims.is_empty() {
        writeln!(out, "no claim was read in it")?;
    }
    let said: Vec<&Claim> = claims.iter().map(|(_, known)| &known.claim).collect();
    for number in numbers::unread(article, &said) {
        let words = number.span.of(&article.text);
        let (start, end) = (number.span.start, number.span.end);
        writeln!(
            out,
            "\n\u{201c}{words}\u{201d} {NOTE}({start}..{end}){NOTE:#}\n    no claim  {}",
            number.why
        )?;
    }
    Ok(Done::Well)
}

/// What came of a claim, in one sentence.
fn verdict(key: &FactKey, known: &KnownClaim, alerts: &[&Alert], facts: &BTreeMap<FactKey, Fact>) -> String {
    let fact = facts.get(key);
    let step = fact.and_then(|fact| {
        let is_it = |other: &KnownClaim| other.article == known.article && other.claim == known.claim;
        let at = fact.claims.iter().position(|known| is_it(known))?;
        follow(&fact.key, &fact.claims).steps.get(at).copied()
    });
    let span = known.claim.evidence().span;
    if let Some(alert) = alerts.iter().find(|alert| alert.fact == *key && alert.evidence.span == span) {
        let since = match step {
            Some(Step::Silent(quiet @ Quiet::Retracted)) => format!(". Since then {}", quiet.in_words()),
            _ => String::new(),
        };
        return format!("alerted   {}: {}{since}", alert.change.as_str(), alert.reason);
    }
    match step {
        Some(Step::Silent(quiet)) => format!("silent    {}", quiet.in_words()),
        Some(_) => {
            let late = "it is part of the history, but not news when it came: late, or told by another alert";
            format!("silent    {}", untold(facts, key, known).unwrap_or(late))
        }
        None => "silent    dropped from the history, which keeps a limited number of claims".to_owned(),
    }
}
