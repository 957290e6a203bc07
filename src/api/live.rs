//! The live stream (server-sent events). Comes in: what the daemon commits. Goes out: to each client every message in
//! order, each once, with its number as the event's id; a client that comes back with `Last-Event-ID`, or was too slow,
//! gets from the store what it missed. To pages, in brief: which stories changed. What is committed at nearly the same
//! time is asked of the store once, written out once, and handed to all, so that a thousand cost little more than one;
//! the more listen, the more rarely each is told.
#![expect(
    unused_qualifications,
    reason = "what the description is generated from qualifies the names it is given"
)]

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Context;
use super::asked::{self, Asked};
use super::form::MessageForm;
use super::problem::Problem;
use crate::model::{Message, StoryId};
use crate::outputs::wording::Headline;
use crate::pipeline::Event;
use crate::store::overview::{From, MessageQuery, NumberedMessage};
use crate::store::{Store, StoreError};

/// Chunks that a client may be behind before it is served from the store again.
const WAITING_MAX: usize = 64;

/// Messages read from the store at once.
const BATCH: usize = 256;

/// What is committed within this time is told together.
const GATHER: Duration = Duration::from_millis(100);

/// How much longer for each client: what is written to all of them is bounded, however many there are.
const GATHER_FOR_EACH: Duration = Duration::from_micros(500);

/// The longest that anything waits to be told.
const GATHER_MAX: Duration = Duration::from_secs(3);

/// Reports of one chunk that are told one by one.
const REPORTS_MAX: usize = 2048;

/// Stories that are named in brief; of more it is only said that much changed.
const STORIES_MAX: usize = 100;

/// Headlines that are told in brief, the latest ones.
const HEADLINES_MAX: usize = 3;

/// Pages are told at most this often: sooner they would not ask again.
const BRIEF_EVERY: Duration = Duration::from_secs(2);

/// Another instance on the same store tells us nothing: so the store is asked, too.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A silent line is kept open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The first thing that is sent; after a broken line a browser waits so long.
const HELLO: &[u8] = b"retry: 2000\n: newsdelta\n\n";

/// Sent when there was nothing else.
const STILL_HERE: &[u8] = b":\n\n";

/// In brief, when it is not known which stories changed.
const MUCH_CHANGED: &[u8] = b"event: changed\ndata: {\"headlines\":[],\"stories\":null}\n\n";

/// What was committed within a moment, as it goes over the lines.
#[derive(Debug)]
struct Chunk {
    /// The number of the message before: whoever has not got so far missed something.
    from: i64,
    /// The number of each message, and where it ends.
    messages: Vec<(i64, usize)>,
    bytes: Bytes,
}

impl Chunk {
    /// What somebody who has everything up to `last` still lacks.
    fn after(&self, last: i64) -> Bytes {
        let had = self.messages.iter().rev().find(|(number, _)| *number <= last).map_or(0, |(_, end)| *end);
        self.bytes.slice(had.min(self.bytes.len())..)
    }
}

/// One event as it goes over the line. JSON has no line ends of its own.
fn event(number: Option<i64>, kind: &str, data: &serde_json::Value) -> String {
    let id = number.map(|number| format!("id: {number}\n")).unwrap_or_default();
    format!("{id}event: {kind}\ndata: {data}\n\n")
}

fn message(numbered: &NumberedMessage) -> String {
    event(Some(numbered.number), "message", &json!(MessageForm::from(numbered)))
}

/// What pages are told: which stories changed, and the latest headlines.
#[derive(Debug)]
struct Brief {
    /// Nothing when they are too many, or not known.
    stories: Option<BTreeSet<StoryId>>,
    headlines: VecDeque<String>,
    /// When they may be told again.
    rested: Instant,
}

impl Brief {
    fn after(rested: Instant) -> Self {
        Self { stories: Some(BTreeSet::new()), headlines: VecDeque::new(), rested }
    }

    fn is_nothing(&self) -> bool {
        self.stories.as_ref().is_some_and(BTreeSet::is_empty)
    }

    fn changed(&mut self, story: &StoryId) {
        if let Some(stories) = &mut self.stories {
            stories.insert(story.clone());
            if stories.len() > STORIES_MAX {
                self.stories = None;
            }
        }
    }

    /// What this daemon decides is heard of at once, and found in the store again.
    fn told(&mut self, message: &Message) {
        self.changed(&message.story);
        for line in message.alerts.iter().map(|alert| Headline::of(alert).line()) {
            if self.headlines.contains(&line) {
                continue;
            }
            self.headlines.push_back(line);
            if self.headlines.len() > HEADLINES_MAX {
                self.headlines.pop_front();
            }
        }
    }

    fn bytes(&self) -> Bytes {
        event(None, "changed", &json!({ "stories": self.stories, "headlines": self.headlines })).into()
    }
}

/// Reports heard of since something was told last, written out for those who get everything.
#[derive(Debug, Default)]
struct Heard {
    reports: String,
    count: usize,
}

impl Heard {
    /// A story has one more report, or was merged or split.
    fn hear(&mut self, event: Result<Event, RecvError>, brief: &mut Brief, in_full: bool) {
        match event {
            Ok(Event::Committed { article, story, claims, message }) => {
                brief.changed(&story);
                message.iter().for_each(|message| brief.told(message));
                self.count += 1;
                if in_full && self.count <= REPORTS_MAX {
                    let data = json!({ "article": article, "story": story, "claims": claims });
                    self.reports.push_str(&self::event(None, "report", &data));
                }
            }
            Ok(Event::Regrouped { left, joined }) => {
                for story in [left, joined] {
                    brief.changed(&story);
                    self.reports.push_str(&self::event(None, "story", &json!({ "story": story })));
                }
            }
            Ok(Event::Known { .. } | Event::Failed { .. }) => {}
            Err(RecvError::Lagged(_) | RecvError::Closed) => brief.stories = None,
        }
    }
}

/// What all clients listen to.
#[derive(Debug, Clone)]
pub struct Feed {
    whole: broadcast::Sender<Arc<Chunk>>,
    brief: broadcast::Sender<Bytes>,
    over: CancellationToken,
}

impl Default for Feed {
    fn default() -> Self {
        let (whole, _) = broadcast::channel(WAITING_MAX);
        let (brief, _) = broadcast::channel(WAITING_MAX);
        Self { whole, brief, over: CancellationToken::new() }
    }
}

impl Feed {
    /// Reads what is committed and hands it to all clients, until told to stop; then their lines end.
    pub(super) async fn run(
        self,
        store: Arc<dyn Store>,
        events: broadcast::Receiver<Event>,
        stop: CancellationToken,
    ) {
        let ends = self.over.clone().drop_guard();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.tell(store.as_ref(), events) => {}
        }
        drop(ends);
    }

    fn clients(&self) -> usize {
        self.whole.receiver_count() + self.brief.receiver_count()
    }

    /// How long those who get everything are left in peace after they were told something.
    fn rest(&self) -> Duration {
        let clients = self.whole.receiver_count();
        if clients == 0 { BRIEF_EVERY } else { for_each(clients).clamp(GATHER, GATHER_MAX) }
    }

    async fn tell(&self, store: &dyn Store, mut events: broadcast::Receiver<Event>) {
        let mut last: Option<i64> = None;
        let mut rested = Instant::now();
        let mut brief = Brief::after(rested);
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let mut heard = Heard::default();
            tokio::select! {
                event = events.recv() => {
                    heard.hear(event, &mut brief, self.whole.receiver_count() > 0);
                    self.gather(&mut events, &mut heard, &mut brief, rested).await;
                }
                () = tokio::time::sleep_until(brief.rested), if !brief.is_nothing() => {}
                _ = look.tick() => {}
            }
            if self.clients() == 0 {
                // Whoever comes later begins where the store is then.
                (last, brief) = (None, Brief::after(brief.rested));
                continue;
            }
            match self.hand_out(store, &mut last, heard, &mut brief).await {
                Ok(true) => rested = Instant::now() + self.rest(),
                Ok(false) => {}
                Err(error) => tracing::debug!(%error, "the live stream waits for the store"),
            }
            let now = Instant::now();
            if !brief.is_nothing() && now >= brief.rested {
                // Nobody need listen.
                drop(self.brief.send(brief.bytes()));
                let rest = for_each(self.brief.receiver_count()).clamp(BRIEF_EVERY, GATHER_MAX);
                brief = Brief::after(now + rest);
            }
        }
    }

    /// Hears what else happens within a moment.
    async fn gather(
        &self,
        events: &mut broadcast::Receiver<Event>,
        heard: &mut Heard,
        brief: &mut Brief,
        rested: Instant,
    ) {
        let enough = tokio::time::sleep_until(rested.max(Instant::now() + GATHER));
        tokio::pin!(enough);
        loop {
            let event = tokio::select! {
                () = &mut enough => return,
                event = events.recv() => event,
            };
            let closed = matches!(event, Err(RecvError::Closed));
            heard.hear(event, brief, self.whole.receiver_count() > 0);
            if closed {
                return enough.await;
            }
        }
    }

    /// Hands out what was heard and what the store has since `last`; true when there was anything.
    async fn hand_out(
        &self,
        store: &dyn Store,
        last: &mut Option<i64>,
        heard: Heard,
        brief: &mut Brief,
    ) -> Result<bool, StoreError> {
        let (mut bytes, mut messages) = (String::new(), Vec::new());
        let from = match *last {
            Some(last) => last,
            // Whoever listens already and has not got so far asks the store.
            None => *last.insert(latest(store).await?),
        };
        let mut to = from;
        loop {
            let query = MessageQuery { from: From::After(to), limit: BATCH, story: None };
            let found = store.find_messages(&query).await?;
            for numbered in &found {
                to = numbered.number;
                brief.told(&numbered.message);
                if self.whole.receiver_count() > 0 {
                    bytes.push_str(&message(numbered));
                    messages.push((to, bytes.len()));
                }
            }
            if found.len() < BATCH {
                break;
            }
        }
        *last = Some(to);
        bytes.push_str(&heard.reports);
        if to == from && bytes.is_empty() {
            return Ok(heard.count > 0);
        }
        // Nobody need listen.
        drop(self.whole.send(Arc::new(Chunk { from, messages, bytes: bytes.into() })));
        Ok(true)
    }
}

/// What is written to so many lines at once takes so long to be taken up again.
fn for_each(clients: usize) -> Duration {
    GATHER_FOR_EACH.saturating_mul(u32::try_from(clients).unwrap_or(u32::MAX))
}

/// The number of the latest message.
async fn latest(store: &dyn Store) -> Result<i64, StoreError> {
    let query = MessageQuery { limit: 1, ..MessageQuery::default() };
    Ok(store.find_messages(&query).await?.first().map_or(0, |latest| latest.number))
}

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Where to begin, and how much to tell.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LiveQuery {
    /// As the header `Last-Event-ID`, for clients that cannot set one.
    after: Option<String>,
    /// Only events named `changed`, every two seconds at most: `stories` that changed (null for: any may have), and the
    /// latest `headlines`. They have no ids: whoever comes back asks anew for what it shows.
    #[serde(default)]
    brief: bool,
}

/// Messages as they are decided: events named `message` with the number as id, `report` for each report, and `story`
/// for each story that was merged or split.
#[utoipa::path(get, path = "/api/live", params(LiveQuery), tag = "alerts",
    responses((status = 200, body = String, content_type = "text/event-stream"), (status = 400, body = Problem, content_type = "application/problem+json")))]
async fn live(
    State(context): State<Context>,
    headers: HeaderMap,
    Asked(asked): Asked<LiveQuery>,
) -> Result<Response, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let after = header.or(asked.after).filter(|text| !text.is_empty());
    let after = asked::number("Last-Event-ID", after.as_ref())?;
    let over = context.feed.over.clone();
    let body = if asked.brief {
        let brief = context.feed.brief.subscribe();
        Body::from_stream(unfold((brief, over, true), |(mut brief, over, fresh)| async move {
            let bytes = if fresh { Bytes::from_static(HELLO) } else { next_brief(&mut brief, &over).await? };
            Some((Ok::<_, Infallible>(bytes), (brief, over, false)))
        }))
    } else {
        // Heard before the store is asked, so that nothing falls between.
        let chunks = context.feed.whole.subscribe();
        let last = match after {
            Some(after) => after,
            None => latest(context.store.as_ref()).await?,
        };
        let client = Client { store: context.store, chunks, over, last, behind: after.is_some() };
        Body::from_stream(unfold((client, true), |(mut client, fresh)| async move {
            let bytes = if fresh { Bytes::from_static(HELLO) } else { client.next().await? };
            Some((Ok::<_, Infallible>(bytes), (client, false)))
        }))
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    Ok(response)
}

/// What a page is told next; nothing when its line ends.
async fn next_brief(brief: &mut broadcast::Receiver<Bytes>, over: &CancellationToken) -> Option<Bytes> {
    let told = tokio::select! {
        () = over.cancelled() => return None,
        told = tokio::time::timeout(KEEP_ALIVE, brief.recv()) => told,
    };
    match told {
        Ok(Ok(bytes)) => Some(bytes),
        Ok(Err(RecvError::Lagged(_))) => Some(Bytes::from_static(MUCH_CHANGED)),
        Ok(Err(RecvError::Closed)) => None,
        Err(_silence) => Some(Bytes::from_static(STILL_HERE)),
    }
}

/// Somebody who gets every message.
struct Client {
    store: Arc<dyn Store>,
    chunks: broadcast::Receiver<Arc<Chunk>>,
    over: CancellationToken,
    /// The number of the last message that was sent.
    last: i64,
    /// Whether the store has messages that were not sent.
    behind: bool,
}

impl Client {
    /// What goes over the line next; nothing when the client must come back.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.behind {
                let missed = self.missed().await?;
                if !missed.is_empty() {
                    return Some(missed);
                }
            }
            let told = tokio::select! {
                () = self.over.cancelled() => return None,
                told = tokio::time::timeout(KEEP_ALIVE, self.chunks.recv()) => told,
            };
            match told {
                Ok(Ok(chunk)) if chunk.from > self.last => self.behind = true,
                Ok(Ok(chunk)) => {
                    let bytes = chunk.after(self.last);
                    self.last = chunk.messages.last().map_or(self.last, |(number, _)| self.last.max(*number));
                    if !bytes.is_empty() {
                        return Some(bytes);
                    }
                }
                // Too slow: what was dropped is read from the store.
                Ok(Err(RecvError::Lagged(_))) => self.behind = true,
                Ok(Err(RecvError::Closed)) => return None,
                Err(_silence) => return Some(Bytes::from_static(STILL_HERE)),
            }
        }
    }

    /// The next of what came after `last`; nothing when the store does not answer.
    async fn missed(&mut self) -> Option<Bytes> {
        let query = MessageQuery { from: From::After(self.last), limit: BATCH, story: None };
        let found = self.store.find_messages(&query).await.ok()?;
        self.behind = found.len() == BATCH;
        self.last = found.last().map_or(self.last, |latest| latest.number);
        Some(found.iter().map(message).collect::<String>().into())
    }
}
