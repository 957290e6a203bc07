//! `newsdelta demo`: the real daemon on a temporary folder, fed with the reports of `seeds/` one by one. Comes in:
//! nothing. Goes out: each alert as it fires. Never touches anything outside its temporary folder.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anstyle::Style;
use anyhow::{Context, bail};
use async_trait::async_trait;
use clap::Args;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::Done;
use super::run::{Daemon, Signals};
use crate::config::{Config, RetryConfig};
use crate::model::Message;
use crate::outputs::wording::{Headline, changed_words, speaker};
use crate::outputs::{DeliveryError, Output};
use crate::pipeline::Event;
use crate::telemetry;

/// The reports of `seeds/`, in the order in which they arrived.
const SEEDS: [(&str, &str); 5] = [
    ("1-caucasus-monitor.json", include_str!("../../seeds/1-caucasus-monitor.json")),
    ("2-rhine-public-radio.json", include_str!("../../seeds/2-rhine-public-radio.json")),
    ("3-adriatic-news.json", include_str!("../../seeds/3-adriatic-news.json")),
    ("4-iberian-agency.json", include_str!("../../seeds/4-iberian-agency.json")),
    ("5-freeline-radio.json", include_str!("../../seeds/5-freeline-radio.json")),
];

/// A report that is not through by then is a bug worth seeing.
const REPORT_PATIENCE: Duration = Duration::from_secs(30);

/// The screen never fails; these hold for the moment when the demo ends.
const SCREEN_RETRY: RetryConfig = RetryConfig {
    wait_min: Duration::from_secs(1),
    wait_max: Duration::from_secs(1),
    attempts_max: 1,
    age_max: Duration::from_secs(60),
    schedule: Vec::new(),
    disable_after: Duration::ZERO,
    attempt_timeout: Duration::from_secs(60),
};

/// How to show it.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Leave when the five reports are through, instead of watching on
    #[arg(long)]
    once: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let folder = tempfile::Builder::new()
        .prefix("newsdelta-demo-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(show(arguments, folder.path()))?;
    Ok(Done::Well)
}

/// An output that hands every message to the one who shows it.
struct Screen {
    messages: mpsc::Sender<Message>,
}

#[async_trait]
impl Output for Screen {
    fn name(&self) -> &'static str {
        "screen"
    }

    async fn deliver(&self, message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        let gone = |_| DeliveryError::GiveUp { reason: "the demo has ended".to_owned() };
        self.messages.send(message.clone()).await.map_err(gone)
    }
}

async fn show(arguments: &Arguments, folder: &Path) -> anyhow::Result<()> {
    let inbox = folder.join("inbox");
    std::fs::create_dir(&inbox).context("cannot make the inbox")?;
    let config = config(folder, &inbox)?;
    telemetry::start(&config.log).map_err(anyhow::Error::msg)?;
    let (messages_in, mut messages) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let mut daemon =
        Daemon::new(&config, Box::new(|| anyhow::bail!("the demo has no config to read again"))).await?;
    daemon.add_output(Arc::new(Screen { messages: messages_in }), SCREEN_RETRY);
    let mut events = daemon.events();
    let mut running = tokio::spawn(daemon.run(stop.clone()));
    let mut out = anstream::AutoStream::auto(io::stdout());
    writeln!(out, "The daemon watches {}; five reports arrive one by one.", inbox.display())?;

    let mut alerts = 0;
    for (at, (name, json)) in SEEDS.iter().enumerate() {
        drop_in(&inbox, name, json)?;
        writeln!(out, "\n[{}/{}] {}", at + 1, SEEDS.len(), headline(json))?;
        tokio::select! {
            told = tokio::time::timeout(REPORT_PATIENCE, next_report(&mut events, &mut messages)) => {
                let message = told.with_context(|| format!("{name} was not through after {REPORT_PATIENCE:?}"))??;
                match message {
                    Some(message) => {
                        alerts += message.alerts.len();
                        print(&mut out, &message)?;
                    }
                    None => writeln!(out, "      nothing new")?,
                }
            }
            ended = &mut running => { ended??; bail!("the daemon stopped by itself"); }
        }
    }
    writeln!(out, "\n{} reports, {alerts} alerts.", SEEDS.len())?;
    if !arguments.once {
        writeln!(
            out,
            "Still watching: drop a .txt, .json or .jsonl file into {}, or stop with Ctrl-C.",
            inbox.display()
        )?;
        watch_on(&mut out, &mut messages, &mut running).await?;
    }
    stop.cancel();
    drop(messages);
    if !running.is_finished() {
        running.await??;
    }
    Ok(())
}

async fn watch_on(
    out: &mut impl Write,
    messages: &mut mpsc::Receiver<Message>,
    running: &mut tokio::task::JoinHandle<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    loop {
        tokio::select! {
            Some(message) = messages.recv() => print(out, &message)?,
            _ = signals.next() => return Ok(()),
            ended = &mut *running => { ended??; bail!("the daemon stopped by itself"); }
        }
    }
}

/// Waits until one report is through: committed, and its message, if it made one, delivered.
async fn next_report(
    events: &mut broadcast::Receiver<Event>,
    messages: &mut mpsc::Receiver<Message>,
) -> anyhow::Result<Option<Message>> {
    match events.recv().await.context("the daemon stopped by itself")? {
        Event::Committed { message: Some(_), .. } => {
            Ok(Some(messages.recv().await.context("the daemon stopped by itself")?))
        }
        Event::Committed { message: None, .. } | Event::Known { .. } | Event::Regrouped { .. } => Ok(None),
        Event::Failed { label, reason } => bail!("{label}: {reason}"),
    }
}

const NOTE: Style = Style::new().dimmed();
const HEADLINE: Style = Style::new().bold();
const CHANGED: Style = Style::new().bold().underline();

/// Each alert in two lines: what changed, and the words that say so with the changed ones marked.
fn print(out: &mut impl Write, message: &Message) -> io::Result<()> {
    for alert in &message.alerts {
        writeln!(out, "      {HEADLINE}{}{HEADLINE:#}", Headline::of(alert).line())?;
        let quote = &alert.evidence.quote;
        let (mut marked, mut at) = (String::new(), 0);
        for range in changed_words(alert) {
            let (plain, changed) = (quote.get(at..range.start), quote.get(range.clone()));
            let changed = format!("{CHANGED}{}{CHANGED:#}", changed.unwrap_or_default());
            marked.push_str(plain.unwrap_or_default());
            marked.push_str(&changed);
            at = range.end;
        }
        marked.push_str(quote.get(at..).unwrap_or_default());
        let voice = speaker(alert).map(|voice| format!(" says {voice}")).unwrap_or_default();
        writeln!(out, "          {NOTE}\u{201c}{NOTE:#}{marked}{NOTE}\u{201d}{voice}{NOTE:#}")?;
    }
    Ok(())
}

/// Writes a report beside the inbox and moves it in, as a careful sender does.
fn drop_in(inbox: &Path, name: &str, json: &str) -> anyhow::Result<()> {
    let draft: PathBuf = inbox.with_file_name(name);
    std::fs::write(&draft, json).with_context(|| format!("cannot write {}", draft.display()))?;
    std::fs::rename(&draft, inbox.join(name)).with_context(|| format!("cannot move {name} into the inbox"))
}

fn headline(json: &str) -> String {
    let draft: Result<crate::model::Draft, _> = serde_json::from_str(json);
    draft.map_or_else(
        |error| error.to_string(),
        |draft| format!("{}: {}", draft.outlet.unwrap_or_default(), draft.title.unwrap_or_default()),
    )
}

fn config(folder: &Path, inbox: &Path) -> anyhow::Result<Config> {
    let (store, inbox) = (folder.join("newsdelta.db"), inbox.to_path_buf());
    let quoted = |path: &PathBuf| toml::Value::from(path.to_string_lossy().into_owned()).to_string();
    let toml = format!(
        "[store]\npath = {}\n[inputs.inbox]\ntype = \"inbox\"\npath = {}\n[log]\nlevel = \"warn\"\n\
         [http]\nlisten = \"127.0.0.1:0\"\n[outputs]\n",
        quoted(&store),
        quoted(&inbox)
    );
    Ok(Config::read(Some(("demo", &toml)), [])?)
}
