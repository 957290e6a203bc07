//! Feeds that are asked again and again. Comes in: addresses of RSS, Atom or JSON feeds. Goes out: each document that has
//! changed since it was last committed. Never parses one: `read` makes the entries articles, and the store knows those
//! it has.
//!
//! Manners: one request at a time to a host and a pause between two; the feed's own `ETag` and `Last-Modified` are sent
//! back, but only once what they stand for is committed; robots.txt is obeyed (RFC 9309); `Retry-After` is honoured, and
//! a feed in trouble is asked less and less often.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{
    ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Input, Item, Receipt, Ticket, Verdict};
use crate::clock::SharedClock;
use crate::config::{Check, Findings};
use crate::outputs::http::{self, Reach};

mod robots;
#[cfg(test)]
mod tests;

/// Requests under way at once, to as many hosts.
const FETCHES_MAX: usize = 8;

/// Between two requests to one host.
const HOST_PAUSE: Duration = Duration::from_secs(1);

/// A feed in trouble is asked at least so often.
const WAIT_MAX: Duration = Duration::from_secs(6 * 3600);

/// Redirections followed for one request.
const REDIRECTS_MAX: usize = 4;

/// What is read of a robots.txt, in bytes: RFC 9309 asks for at least this much.
const ROBOTS_BYTES_MAX: usize = 500 * 1024;

/// How long a robots.txt is believed (RFC 9309, section 2.4).
const ROBOTS_AGE_MAX: Duration = Duration::from_secs(24 * 3600);

/// The name by which a robots.txt speaks of us.
const AGENT: &str = "newsdelta";

/// How long to wait for the verdict of the last items once told to stop.
const STOP_WAIT: Duration = Duration::from_secs(5);

/// Feeds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedConfig {
    /// Their addresses.
    pub urls: Vec<String>,
    /// Time between two requests for one feed.
    #[serde(with = "humantime_serde")]
    pub every: Duration,
    /// How long a host may take to answer.
    #[serde(with = "humantime_serde")]
    pub timeout: Duration,
    /// Largest document, in bytes; a larger one is set aside.
    pub bytes_max: usize,
    /// Whether robots.txt is obeyed.
    pub obey_robots: bool,
    /// Whether a feed may have a private, loopback or link-local address.
    pub allow_private_addresses: bool,
}

impl FeedConfig {
    fn reach(&self) -> Reach {
        if self.allow_private_addresses { Reach::Anywhere } else { Reach::PublicOnly }
    }
}

impl Check for FeedConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if self.urls.is_empty() {
            findings.add("urls", "is empty: name at least one feed");
        }
        for url in &self.urls {
            if let Err(why) = http::parse_url(url, self.reach()) {
                findings.add("urls", format!("{why} (`{url}`)"));
            }
        }
        if self.every < HOST_PAUSE {
            findings.add("every", "is shorter than a second: a feed is not asked more often than that");
        }
    }
}

/// What a host says a document's state is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Validators(Vec<(HeaderName, reqwest::header::HeaderValue)>);

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        let pairs = [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];
        Self(
            pairs.into_iter().filter_map(|(said, asked)| Some((asked, headers.get(said)?.clone()))).collect(),
        )
    }
}

/// One feed and where it stands.
#[derive(Debug)]
struct Feed {
    url: Url,
    host: String,
    /// What was last committed of it.
    known: Validators,
    due: Instant,
    failures: u32,
    busy: bool,
}

/// How a request ended.
#[derive(Debug)]
enum Answer {
    Unchanged,
    Document(Validators, Result<Vec<u8>, String>),
    Forbidden,
    Trouble(String, Option<Duration>),
}

/// The input.
pub struct FeedInput {
    name: String,
    config: FeedConfig,
    clock: SharedClock,
}

impl FeedInput {
    /// Makes the input; nothing is asked before it is run.
    pub fn new(name: &str, config: FeedConfig, clock: SharedClock) -> Self {
        Self { name: name.to_owned(), config, clock }
    }
}

#[async_trait]
impl Input for FeedInput {
    fn name(&self) -> &str {
        &self.name
    }

    async fn run(self: Box<Self>, items: mpsc::Sender<Item>, stop: CancellationToken) -> anyhow::Result<()> {
        let asker = Arc::new(Asker {
            client: http::client(self.config.timeout, self.config.reach()).map_err(anyhow::Error::msg)?,
            config: self.config.clone(),
        });
        let mut feeds = Vec::new();
        for url in &self.config.urls {
            let url = http::parse_url(url, self.config.reach()).map_err(anyhow::Error::msg)?;
            let (host, due) = (http::host_of(&url), Instant::now());
            feeds.push(Feed { url, host, known: Validators::default(), due, failures: 0, busy: false });
        }
        let (verdicts_in, verdicts) = mpsc::channel(FETCHES_MAX);
        let round = Round {
            input: *self,
            asker,
            feeds,
            hosts: HashMap::new(),
            waiting: HashMap::new(),
            fetches: JoinSet::new(),
            verdicts_in,
            next_ticket: 0,
        };
        round.run(items, verdicts, stop).await
    }
}

/// All that changes while the input runs.
struct Round {
    input: FeedInput,
    asker: Arc<Asker>,
    feeds: Vec<Feed>,
    /// When a host may be asked again, and its robots.txt.
    hosts: HashMap<String, Host>,
    /// Documents handed over, by ticket: the feed, and what to send back to its host once they are committed.
    waiting: HashMap<Ticket, (usize, Validators)>,
    fetches: JoinSet<(usize, Option<Robots>, Answer)>,
    verdicts_in: mpsc::Sender<(Ticket, Verdict)>,
    next_ticket: Ticket,
}

#[derive(Debug)]
struct Host {
    free_at: Instant,
    robots: Option<Robots>,
}

/// The robots.txt of a host.
#[derive(Debug, Clone)]
struct Robots {
    text: Arc<str>,
    read_at: Instant,
}

impl Round {
    async fn run(
        mut self,
        items: mpsc::Sender<Item>,
        mut verdicts: mpsc::Receiver<(Ticket, Verdict)>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        loop {
            let next = self.start_due();
            tokio::select! {
                () = stop.cancelled() => break,
                Some((ticket, verdict)) = verdicts.recv() => self.settle(ticket, verdict),
                Some(done) = self.fetches.join_next() => {
                    let (feed, robots, answer) = done?;
                    if let Some(item) = self.answered(feed, robots, answer) {
                        tokio::select! {
                            () = stop.cancelled() => break,
                            sent = items.send(item) => if sent.is_err() { break },
                        }
                    }
                }
                () = tokio::time::sleep_until(next) => {}
            }
        }
        self.fetches.abort_all();
        let rest = async {
            while !self.waiting.is_empty()
                && let Some((ticket, verdict)) = verdicts.recv().await
            {
                self.settle(ticket, verdict);
            }
        };
        if tokio::time::timeout(STOP_WAIT, rest).await.is_err() {
            tracing::debug!("not every document was decided before the stop; it is asked for again");
        }
        Ok(())
    }

    /// Starts the requests that are due; answers when the next one falls due.
    fn start_due(&mut self) -> Instant {
        let now = Instant::now();
        let mut next = now + self.input.config.every;
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        let mut start = Vec::new();
        for feed in self.feeds.iter().filter(|feed| feed.busy) {
            taken.insert(&feed.host);
        }
        for (index, feed) in self.feeds.iter().enumerate().filter(|(_, feed)| !feed.busy) {
            let free_at = self.hosts.get(&feed.host).map_or(now, |host| host.free_at);
            let due = feed.due.max(free_at);
            if due > now {
                next = next.min(due);
            } else if start.len() + self.fetches.len() < FETCHES_MAX && taken.insert(&feed.host) {
                start.push(index);
            }
        }
        for index in start {
            self.fetch(index);
        }
        next
    }

    fn fetch(&mut self, index: usize) {
        let Some(feed) = self.feeds.get_mut(index) else { return };
        feed.busy = true;
        let robots = self.hosts.get(&feed.host).and_then(|host| host.robots.clone());
        let (asker, url, known) = (Arc::clone(&self.asker), feed.url.clone(), feed.known.clone());
        self.fetches.spawn(async move {
            let (robots, answer) = asker.ask(url, &known, robots).await;
            (index, robots, answer)
        });
    }

    /// Notes how a request ended; the document to hand over, if there is one.
    fn answered(&mut self, index: usize, robots: Option<Robots>, answer: Answer) -> Option<Item> {
        let now = Instant::now();
        let every = self.input.config.every;
        let feed = self.feeds.get_mut(index)?;
        self.hosts.insert(feed.host.clone(), Host { free_at: now + HOST_PAUSE.min(every), robots });
        feed.busy = false;
        feed.due = now + every;
        let (validators, bytes) = match answer {
            Answer::Document(validators, bytes) => (validators, bytes),
            Answer::Unchanged => {
                feed.well();
                return None;
            }
            Answer::Forbidden => {
                feed.trouble("its robots.txt asks us to keep away", None, every);
                return None;
            }
            Answer::Trouble(why, after) => {
                feed.trouble(&why, after, every);
                return None;
            }
        };
        feed.well();
        // The next request waits for the verdict, so that one document is not handed over twice.
        feed.busy = true;
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.insert(ticket, (index, validators));
        Some(Item {
            input: self.input.name.clone(),
            label: format!("{}{}", feed.host, feed.url.path()),
            form: None,
            bytes,
            received_at: self.input.clock.now(),
            checkpoint: None,
            trace_parent: None,
            retried: None,
            receipt: Receipt { ticket, verdicts: self.verdicts_in.clone() },
        })
    }

    fn settle(&mut self, ticket: Ticket, verdict: Verdict) {
        let Some((index, validators)) = self.waiting.remove(&ticket) else { return };
        let Some(feed) = self.feeds.get_mut(index) else { return };
        feed.busy = false;
        match verdict {
            Verdict::Committed | Verdict::Held(..) => feed.known = validators,
            Verdict::Failed(reason) => {
                tracing::warn!(feed = feed.host, reason, "a document of a feed cannot be read");
                feed.known = validators;
            }
            Verdict::GivenBack => {}
        }
    }
}

impl Feed {
    fn well(&mut self) {
        if self.failures > 0 {
            tracing::info!(feed = self.host, "a feed answers again");
        }
        self.failures = 0;
    }

    fn trouble(&mut self, why: &str, after: Option<Duration>, every: Duration) {
        self.failures = self.failures.saturating_add(1);
        let wait = every.saturating_mul(2_u32.saturating_pow(self.failures.min(16))).min(WAIT_MAX.max(every));
        self.due = Instant::now() + after.unwrap_or_default().max(wait);
        if self.failures == 1 {
            tracing::warn!(
                feed = self.host,
                why,
                "a feed is in trouble; it is asked again, less and less often"
            );
        } else {
            tracing::debug!(feed = self.host, why, failures = self.failures, "a feed is still in trouble");
        }
    }
}

/// Makes the requests.
struct Asker {
    client: Client,
    config: FeedConfig,
}

impl Asker {
    async fn ask(&self, url: Url, known: &Validators, robots: Option<Robots>) -> (Option<Robots>, Answer) {
        let robots = match robots.filter(|robots| robots.read_at.elapsed() < ROBOTS_AGE_MAX) {
            _ if !self.config.obey_robots => None,
            Some(robots) => Some(robots),
            None => match self.robots(&url).await {
                Ok(robots) => Some(robots),
                Err((why, after)) => return (None, Answer::Trouble(why, after)),
            },
        };
        let asked = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        if robots.as_ref().is_some_and(|robots| !robots::allows(&robots.text, AGENT, &asked)) {
            return (robots, Answer::Forbidden);
        }
        (robots, self.document(url, known).await)
    }

    /// A host without a robots.txt forbids nothing; one that cannot be reached forbids everything for now.
    async fn robots(&self, url: &Url) -> Result<Robots, (String, Option<Duration>)> {
        let address = url.join("/robots.txt").map_err(|error| (error.to_string(), None))?;
        let (response, _) = self.get(address, &Validators::default()).await?;
        let text = match response.status() {
            status if status.is_success() => body(response, ROBOTS_BYTES_MAX).await.unwrap_or_default(),
            status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => Vec::new(),
            status => return Err((format!("its robots.txt answers {status}"), retry_after(&response))),
        };
        Ok(Robots { text: String::from_utf8_lossy(&text).into(), read_at: Instant::now() })
    }

    async fn document(&self, url: Url, known: &Validators) -> Answer {
        let (response, host) = match self.get(url, known).await {
            Ok(found) => found,
            Err((why, after)) => return Answer::Trouble(why, after),
        };
        match response.status() {
            StatusCode::NOT_MODIFIED => Answer::Unchanged,
            status if status.is_success() => {
                let validators = Validators::of(response.headers());
                Answer::Document(validators, body(response, self.config.bytes_max).await)
            }
            status => Answer::Trouble(format!("{host} answers {status}"), retry_after(&response)),
        }
    }

    /// One request with the redirections it leads to, each of them to an address that is allowed.
    async fn get(
        &self,
        mut url: Url,
        known: &Validators,
    ) -> Result<(reqwest::Response, String), (String, Option<Duration>)> {
        for _ in 0..=REDIRECTS_MAX {
            let host = http::host_of(&url);
            let mut request = self.client.get(url.clone());
            for (name, value) in &known.0 {
                request = request.header(name, value);
            }
            let response = request.send().await.map_err(|error| (http::describe(error, &host), None))?;
            let moved = response.status().is_redirection() && response.status() != StatusCode::NOT_MODIFIED;
            let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
            let Some(target) = target.filter(|_| moved) else { return Ok((response, host)) };
            let next =
                url.join(target).map_err(|error| (format!("{host} redirects badly: {error}"), None))?;
            url = http::parse_url(next.as_str(), self.config.reach())
                .map_err(|why| (format!("{host} redirects to an address that {why}"), None))?;
        }
        Err((format!("more than {REDIRECTS_MAX} redirections"), None))
    }
}

fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    http::retry_after(response.headers())
}

/// The body of an answer, if it is not longer than allowed.
async fn body(mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() <= limit => bytes.extend_from_slice(&chunk),
            Ok(Some(_)) => {
                return Err(format!("holds more than {limit} bytes: raise `bytes_max` of the feed"));
            }
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(format!("was cut off: {}", error.without_url())),
        }
    }
}
