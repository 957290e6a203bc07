//! Standard output. Comes in: a message. Goes out: coloured one-liners for people, or the JSON lines of `replay --json`
//! for machines. Never writes half a line.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anstyle::{AnsiColor, Style};
use async_trait::async_trait;
use serde::Deserialize;

use super::json::message_lines;
use super::wording::{Headline, one_line, shortened, sources_in_words, speaker};
use super::{DeliveryError, Output};
use crate::config::{Check, Findings};
use crate::model::notice::Notice;
use crate::model::{Alert, ChangeKind, Message};

/// `[outputs.NAME]` with `type = "stdout"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StdoutConfig {
    /// For whom.
    pub format: StdoutFormat,
}

/// For whom lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StdoutFormat {
    /// People on a terminal, machines in a pipe.
    Auto,
    /// People.
    People,
    /// Machines.
    Json,
}

impl Check for StdoutConfig {
    fn check(&self, _findings: &mut Findings<'_>) {}
}

/// The output.
pub(super) struct Stdout {
    name: String,
    people: bool,
    /// One message at a time, so that the lines of one stay together.
    screen: Arc<Mutex<Screen>>,
}

struct Screen {
    to: Box<dyn Write + Send>,
    /// An attempt broke off inside a line: the next one starts on a line of its own.
    torn: bool,
}

impl Stdout {
    /// Writes to the process's standard output; colours follow the terminal and `NO_COLOR`.
    pub(super) fn new(name: &str, config: &StdoutConfig) -> Self {
        let people = match config.format {
            StdoutFormat::Auto => std::io::stdout().is_terminal(),
            StdoutFormat::People => true,
            StdoutFormat::Json => false,
        };
        let to: Box<dyn Write + Send> = if people {
            Box::new(anstream::AutoStream::auto(std::io::stdout()))
        } else {
            Box::new(std::io::stdout())
        };
        Self::onto(name, people, to)
    }

    fn onto(name: &str, people: bool, to: Box<dyn Write + Send>) -> Self {
        Self { name: name.to_owned(), people, screen: Arc::new(Mutex::new(Screen { to, torn: false })) }
    }
}

#[async_trait]
impl Output for Stdout {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        self.print(if self.people { for_people(message) } else { message_lines(message)? }).await
    }

    async fn tell(&self, notice: &Notice) -> Result<(), DeliveryError> {
        if !self.people {
            return Ok(());
        }
        self.print(format!("newsdelta: {}\n", one_line(&notice.text))).await
    }
}

impl Stdout {
    async fn print(&self, lines: String) -> Result<(), DeliveryError> {
        let screen = Arc::clone(&self.screen);
        // A reader that stands still blocks the write, which must not hold up the other outputs.
        let written = tokio::task::spawn_blocking(move || {
            let mut screen = screen.lock().unwrap_or_else(PoisonError::into_inner);
            screen.write(&lines)
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                Err(DeliveryError::retry(format!("standard output cannot be written: {error}")))
            }
            Err(error) => Err(DeliveryError::retry(format!("writing to standard output broke off: {error}"))),
        }
    }
}

impl Screen {
    fn write(&mut self, lines: &str) -> std::io::Result<()> {
        let start = if self.torn { "\n" } else { "" };
        self.torn = true;
        self.to.write_all(format!("{start}{lines}").as_bytes())?;
        self.to.flush()?;
        self.torn = false;
        Ok(())
    }
}

/// Characters of a quote that a one-liner shows.
const QUOTE_CHARS_MAX: usize = 200;

/// One line per alert: what changed, in which story, the words, who says so.
pub fn for_people(message: &Message) -> String {
    message.alerts.iter().flat_map(|alert| [line(alert), "\n".to_owned()]).collect()
}

fn line(alert: &Alert) -> String {
    let headline = Headline::of(alert);
    let colour = colour(alert.change);
    let bold = colour.bold();
    let dim = Style::new().dimmed();
    let before = headline.before.map(|before| format!("{} → ", one_line(&before))).unwrap_or_default();
    let notes = match one_line(&headline.notes.join(", ")) {
        notes if notes.is_empty() => notes,
        notes => format!(" ({notes})"),
    };
    let voice = [speaker(alert), alert.outlet.as_deref(), alert.url.as_deref()];
    let voices: Vec<String> =
        voice.into_iter().flatten().map(|voice| shortened(&one_line(voice), 120)).collect();
    format!(
        "{colour}{subject}:{colour:#} {before}{bold}{after}{bold:#}{notes} {dim}[{story}]{dim:#} “{quote}” {dim}{voices} · {sources}{dim:#}",
        subject = one_line(&headline.subject),
        after = one_line(&headline.after),
        story = shortened(&one_line(&alert.story_title), 80),
        quote = shortened(&one_line(&alert.evidence.quote), QUOTE_CHARS_MAX),
        voices = voices.join(" · "),
        sources = sources_in_words(alert.sources),
    )
}

fn colour(change: ChangeKind) -> Style {
    let colour = match change {
        ChangeKind::Up | ChangeKind::Hardened | ChangeKind::DeadlinePassed => AnsiColor::Red,
        ChangeKind::New => AnsiColor::Cyan,
        ChangeKind::Down | ChangeKind::Softened | ChangeKind::Met => AnsiColor::Green,
        ChangeKind::Conflict
        | ChangeKind::Rejected
        | ChangeKind::Withdrawn
        | ChangeKind::Changed
        | ChangeKind::DeadlineNear => AnsiColor::Yellow,
    };
    Style::new().fg_color(Some(colour.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::samples;

    /// A writer whose bytes the test can read, and which can be made to fail in the middle of a write.
    #[derive(Clone, Default)]
    struct Paper {
        written: Arc<Mutex<Vec<u8>>>,
        fail_after: Arc<Mutex<Option<usize>>>,
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mut limit = self.fail_after.lock().unwrap();
            let take = match limit.as_mut() {
                Some(0) => return Err(std::io::ErrorKind::BrokenPipe.into()),
                Some(left) => {
                    let take = bytes.len().min(*left);
                    *left -= take;
                    take
                }
                None => bytes.len(),
            };
            self.written.lock().unwrap().extend(&bytes[..take]);
            Ok(take)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        fn text(&self) -> String {
            String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
        }
    }

    #[tokio::test]
    async fn writes_one_line_per_alert_for_people() {
        let paper = Paper::default();
        let output = Stdout::onto("screen", true, Box::new(paper.clone()));
        let mut position = samples::position();
        position.evidence.quote = "two\nlines \u{1b}[31mred".into();
        output.deliver(&samples::message(vec![samples::toll_rises(), position]), 1).await.unwrap();
        let coloured = paper.text();
        assert!(coloured.contains("\u{1b}[31mkilled:"), "{coloured}");
        let text = anstream::adapter::strip_str(&coloured).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "killed: 25 → at least 29 (Freedonia side) [Fighting in Freedonia] \
             “The harbour master said that at least 29 people had been killed” \
             the harbour master · The Osterlich Post · https://post.example.org/toll?a=1&b=2 · 2 independent sources"
        );
        assert!(lines[1].contains("“two lines [31mred”"), "{}", lines[1]);
        assert_eq!(lines.len(), 2);
    }

    #[tokio::test]
    async fn writes_json_lines_for_machines() {
        let paper = Paper::default();
        let output = Stdout::onto("pipe", false, Box::new(paper.clone()));
        output.deliver(&samples::message(vec![samples::toll_rises()]), 1).await.unwrap();
        let line: serde_json::Value = serde_json::from_str(paper.text().trim()).unwrap();
        assert_eq!(line["type"], "alert");
        assert_eq!(line["after"]["value"], 29);
        assert_eq!(line["evidence"]["start"], 0);
    }

    #[tokio::test]
    async fn starts_a_new_line_after_a_torn_one() {
        let paper = Paper::default();
        *paper.fail_after.lock().unwrap() = Some(10);
        let output = Stdout::onto("pipe", false, Box::new(paper.clone()));
        let message = samples::message(vec![samples::toll_rises()]);
        let error = output.deliver(&message, 1).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Retry { .. }));
        *paper.fail_after.lock().unwrap() = None;
        output.deliver(&message, 2).await.unwrap();
        let text = paper.text();
        let whole = text.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok());
        assert_eq!((whole.count(), text.lines().count()), (1, 2));
    }
}
