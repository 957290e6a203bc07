//! `newsdelta send-test`: one made-up alert to one output, marked as a test. Comes in: the output's name. Goes out: the
//! alert, and whether it arrived. Never touches the store.

use std::io::{self, Write};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;

use super::{ConfigFile, Done};
use crate::clock::{Clock, SystemClock};
use crate::extract;
use crate::ledger::replay::enter;
use crate::ledger::{Ledger, Limits};
use crate::model::{Article, Draft, Message, Moment};
use crate::outputs;

/// Where to send it.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The output's name in the config
    output: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let config = arguments.config.load()?;
    let name = &arguments.output;
    let Some(settings) = config.outputs.get(name) else {
        let names: Vec<&str> = config.outputs.keys().map(String::as_str).collect();
        bail!("there is no output `{name}`: the config has {}", names.join(", "));
    };
    let context =
        outputs::Context { clock: Arc::new(SystemClock), store: None, signer: super::run::signer(&config)? };
    let output = outputs::build(name, &settings.output, &context)?;
    let message = message().context("the test article made no alert")?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let attempt =
        async { tokio::time::timeout(settings.retry.attempt_timeout, output.deliver(&message, 1)).await };
    match runtime.block_on(attempt) {
        Ok(Ok(())) => writeln!(io::stdout().lock(), "{name}: delivered a test alert, id {}", message.id)?,
        Ok(Err(error)) => bail!("{name}: not delivered: {error}"),
        Err(_) => bail!("{name}: not delivered: no answer within {:?}", settings.retry.attempt_timeout),
    }
    Ok(Done::Well)
}

/// Two made-up reports, read by the real reader: the second raises the toll of the first.
const REPORTS: [&str; 2] = [
    "TEST by newsdelta: ferry fire\n\nAt least 4 people were killed in a fire on the ferry Example, the coast guard said.",
    "TEST by newsdelta: ferry fire toll rises\n\nThe fire on the ferry Example killed 6 people, the coast guard said on \
     the second day.",
];

fn message() -> Option<Message> {
    let mut last = None;
    let mut ledger = Ledger::new(Limits::default());
    for (hours, text) in REPORTS.iter().enumerate() {
        let at = SystemClock.now() + jiff::SignedDuration::from_hours(i64::try_from(hours).unwrap_or(0));
        let draft = Draft {
            outlet: Some("newsdelta".to_owned()),
            published_at: Some(Moment::from(at)),
            text: (*text).to_owned(),
            ..Draft::default()
        };
        let article = Article::new(draft, at);
        let claims = extract::extract(&article);
        last = enter(&mut ledger, article, claims).message.or(last);
    }
    last
}
