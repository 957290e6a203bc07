//! The live stream (server-sent events). Comes in: what the daemon commits. Goes out: to each client every message in
//! order, each once, with its number as the event's id; a client that comes back with `Last-Event-ID` gets first what it
//! missed, from the store. One reader of the store serves all clients, so that a thousand cost no more than one.
#![expect(
    unused_qualifications,
    reason = "what the description is generated from qualifies the names it is given"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Context;
use super::asked::{self, Asked};
use super::form::MessageForm;
use super::problem::Problem;
use crate::pipeline::Event;
use crate::store::overview::{From, MessageQuery, NumberedMessage};
use crate::store::{Store, StoreError};

/// Events that a client may be behind before it is served from the store again.
const WAITING_MAX: usize = 1024;

/// Events on their way to one client.
const CLIENT_QUEUE: usize = 16;

/// Messages read from the store at once.
const BATCH: usize = 256;

/// Another instance on the same store tells us nothing: so the store is asked, too.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A silent line is kept open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What goes to every client.
#[derive(Debug, Clone)]
struct Line {
    /// The number of a message; a report without news has none and is not told again.
    number: Option<i64>,
    kind: &'static str,
    data: Arc<str>,
}

impl Line {
    fn message(numbered: &NumberedMessage) -> Self {
        let data = json!(MessageForm::from(numbered)).to_string();
        Self { number: Some(numbered.number), kind: "message", data: data.into() }
    }

    fn event(&self) -> SseEvent {
        let event = SseEvent::default().event(self.kind).data(&*self.data);
        match self.number {
            Some(number) => event.id(number.to_string()),
            None => event,
        }
    }
}

/// What all clients listen to.
#[derive(Debug, Clone)]
pub struct Feed {
    lines: broadcast::Sender<Line>,
    over: CancellationToken,
}

impl Default for Feed {
    fn default() -> Self {
        let (lines, _) = broadcast::channel(WAITING_MAX);
        Self { lines, over: CancellationToken::new() }
    }
}

impl Feed {
    /// Reads what is committed and hands it to all clients, until told to stop; then their lines end.
    pub(super) async fn run(
        self,
        store: Arc<dyn Store>,
        mut events: broadcast::Receiver<Event>,
        stop: CancellationToken,
    ) {
        let ends = self.over.clone().drop_guard();
        let mut last: Option<i64> = None;
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let heard = tokio::select! {
                () = stop.cancelled() => { drop(ends); return; }
                event = events.recv() => match event {
                    Ok(event) => seen(&event),
                    Err(broadcast::error::RecvError::Lagged(_)) => Vec::new(),
                    Err(broadcast::error::RecvError::Closed) => { look.tick().await; Vec::new() }
                },
                _ = look.tick() => Vec::new(),
            };
            if let Err(error) = self.catch_up(store.as_ref(), &mut last).await {
                tracing::debug!(%error, "the live stream waits for the store");
            }
            for line in heard {
                // Nobody need listen.
                drop(self.lines.send(line));
            }
        }
    }

    async fn catch_up(&self, store: &dyn Store, last: &mut Option<i64>) -> Result<(), StoreError> {
        let Some(mut from) = *last else {
            let query = MessageQuery { limit: 1, ..MessageQuery::default() };
            *last = Some(store.find_messages(&query).await?.first().map_or(0, |latest| latest.number));
            return Ok(());
        };
        loop {
            let query = MessageQuery { from: From::After(from), limit: BATCH, story: None };
            let found = store.find_messages(&query).await?;
            for numbered in &found {
                from = numbered.number;
                *last = Some(from);
                drop(self.lines.send(Line::message(numbered)));
            }
            if found.len() < BATCH {
                return Ok(());
            }
        }
    }
}

/// What a page may want to know of: a story has one more report, or was merged or split.
fn seen(event: &Event) -> Vec<Line> {
    let line = |kind, data: serde_json::Value| Line { number: None, kind, data: data.to_string().into() };
    match event {
        Event::Committed { article, story, claims, .. } => {
            vec![line("report", json!({ "article": article, "story": story, "claims": claims }))]
        }
        Event::Regrouped { left, joined } => {
            [left, joined].map(|story| line("story", json!({ "story": story }))).into()
        }
        Event::Known { .. } | Event::Failed { .. } => Vec::new(),
    }
}

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LiveQuery {
    /// As the header `Last-Event-ID`, for clients that cannot set one.
    after: Option<String>,
}

/// Messages as they are decided: events named `message` with the number as id, `report` for each report, and `story`
/// for each story that was merged or split.
#[utoipa::path(get, path = "/api/live", params(LiveQuery), tag = "alerts",
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 400, body = Problem, content_type = "application/problem+json")))]
async fn live(
    State(context): State<Context>,
    headers: HeaderMap,
    Asked(asked): Asked<LiveQuery>,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let after = header.or(asked.after).filter(|text| !text.is_empty());
    let after = asked::number("Last-Event-ID", after.as_ref())?;
    // Heard before the store is asked, so that nothing falls between.
    let lines = context.feed.lines.subscribe();
    let (client, events) = mpsc::channel(CLIENT_QUEUE);
    let over = context.feed.over.clone();
    let serve = serve(context.store.clone(), lines, client, after);
    tokio::spawn(async move {
        tokio::select! {
            () = over.cancelled() => {}
            () = serve => {}
        }
    });
    Ok(Sse::new(ReceiverStream::new(events)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

type Client = mpsc::Sender<Result<SseEvent, Infallible>>;

/// Sends until the client is gone.
async fn serve(
    store: Arc<dyn Store>,
    mut lines: broadcast::Receiver<Line>,
    client: Client,
    after: Option<i64>,
) {
    let mut last = after.unwrap_or(-1);
    let hello = SseEvent::default().retry(Duration::from_secs(2)).comment("newsdelta");
    if client.send(Ok(hello)).await.is_err() {
        return;
    }
    let mut behind = after.is_some();
    loop {
        if behind && missed(store.as_ref(), &client, &mut last).await.is_none() {
            return;
        }
        behind = false;
        let line = tokio::select! {
            () = client.closed() => return,
            line = lines.recv() => line,
        };
        match line {
            Ok(line) if line.number.is_some_and(|number| number <= last) => {}
            Ok(line) => {
                last = line.number.unwrap_or(last);
                if client.send(Ok(line.event())).await.is_err() {
                    return;
                }
            }
            // Too slow: what was dropped is read from the store, as far as anything was sent before.
            Err(broadcast::error::RecvError::Lagged(_)) => behind = last >= 0,
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Sends what came after `last`; nothing when the client must come back (it is gone, or the store does not answer).
async fn missed(store: &dyn Store, client: &Client, last: &mut i64) -> Option<()> {
    loop {
        let query = MessageQuery { from: From::After(*last), limit: BATCH, story: None };
        let found = store.find_messages(&query).await.ok()?;
        for numbered in &found {
            client.send(Ok(Line::message(numbered).event())).await.ok()?;
            *last = numbered.number;
        }
        if found.len() < BATCH {
            return Some(());
        }
    }
}
