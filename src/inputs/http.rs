//! Articles sent over HTTP. Comes in: the bytes that a client sent, one article each. Goes out: the same bytes as items,
//! and to each client what became of its article, after the commit. Never answers before that, and never keeps more
//! than a bounded number waiting: a client beyond it waits for its turn.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Input, Item, Receipt, Ticket, Verdict};
use crate::clock::SharedClock;

/// The name that this input has in figures and logs.
pub const NAME: &str = "http";

/// Articles handed over and not yet committed.
const IN_FLIGHT_MAX: usize = 256;

/// How long a stopping input waits for its verdicts.
const STOP_WAIT: Duration = Duration::from_secs(10);

/// One article on its way.
#[derive(Debug)]
struct Sent {
    bytes: Vec<u8>,
    form: String,
    trace_parent: Option<String>,
    answer: oneshot::Sender<Verdict>,
}

/// Where the server hands articles over.
#[derive(Debug, Clone)]
pub struct Post {
    sent: mpsc::Sender<Sent>,
}

impl Post {
    /// Hands one article over and waits until it is decided. `GivenBack` when the daemon stops before that: the client
    /// must send it again.
    pub async fn send(&self, bytes: Vec<u8>, form: &str, trace_parent: Option<String>) -> Verdict {
        let (answer, decided) = oneshot::channel();
        let sent = Sent { bytes, form: form.to_owned(), trace_parent, answer };
        if self.sent.send(sent).await.is_err() {
            return Verdict::GivenBack;
        }
        decided.await.unwrap_or(Verdict::GivenBack)
    }
}

/// The input.
pub struct Http {
    sent: mpsc::Receiver<Sent>,
    clock: SharedClock,
}

/// The input and the way to it.
pub fn pair(clock: SharedClock) -> (Post, Http) {
    let (sender, sent) = mpsc::channel(IN_FLIGHT_MAX);
    (Post { sent: sender }, Http { sent, clock })
}

#[async_trait]
impl Input for Http {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(
        mut self: Box<Self>,
        items: mpsc::Sender<Item>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let (verdicts_in, mut verdicts) = mpsc::channel(IN_FLIGHT_MAX);
        let mut waiting: HashMap<Ticket, oneshot::Sender<Verdict>> = HashMap::new();
        let mut next: Ticket = 0;
        let mut in_hand: Option<Sent> = None;
        loop {
            let may_take = in_hand.is_none() && waiting.len() < IN_FLIGHT_MAX;
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some((ticket, verdict)) = verdicts.recv() => answer(&mut waiting, ticket, verdict),
                permit = items.reserve(), if in_hand.is_some() => {
                    let (Ok(permit), Some(sent)) = (permit, in_hand.take()) else { break };
                    next += 1;
                    waiting.insert(next, sent.answer);
                    permit.send(Item {
                        input: NAME.to_owned(),
                        label: format!("POST {next}"),
                        form: Some(sent.form),
                        bytes: Ok(sent.bytes),
                        received_at: self.clock.now(),
                        checkpoint: None,
                        trace_parent: sent.trace_parent,
                        retried: None,
                        receipt: Receipt { ticket: next, verdicts: verdicts_in.clone() },
                    });
                }
                sent = self.sent.recv(), if may_take => {
                    in_hand = sent;
                    if in_hand.is_none() {
                        // Nobody can send any more: there is no server.
                        stop.cancelled().await;
                        break;
                    }
                }
            }
        }
        // Whoever still waits in the queue is told to send again: dropping the queue answers them.
        self.sent.close();
        drop(verdicts_in);
        let rest = async {
            while let Some((ticket, verdict)) = verdicts.recv().await {
                answer(&mut waiting, ticket, verdict);
            }
        };
        if tokio::time::timeout(STOP_WAIT, rest).await.is_err() {
            tracing::warn!(
                "some articles sent over HTTP were not decided in time: their senders must send again"
            );
        }
        Ok(())
    }
}

fn answer(waiting: &mut HashMap<Ticket, oneshot::Sender<Verdict>>, ticket: Ticket, verdict: Verdict) {
    if let Some(answer) = waiting.remove(&ticket) {
        // A client that went away meanwhile needs no answer.
        drop(answer.send(verdict));
    }
}
