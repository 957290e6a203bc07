//! A Slack with one channel: messages are posted, edited, deleted and read back as by a bot, and calls fail as they are
//! told to. What it shows is what the people in the channel see.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What goes wrong with one call of `chat.postMessage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// The message is posted, and the line drops before the answer.
    PostedWithoutAnswer,
    /// The line drops; the message appears when the next one is posted.
    PostedLate,
    /// The same, but not before the second post after it.
    PostedLater,
    /// The line drops and nothing is posted.
    Lost,
    /// 429, to be tried again after a second.
    TooMany,
    /// Nothing goes wrong with this one.
    Spared,
}

/// A message in the channel.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// Its name in Slack.
    pub(crate) ts: String,
    /// The message in whose thread it stands.
    pub(crate) thread: Option<String>,
    /// What was sent, in its latest version.
    pub(crate) body: Value,
    /// How often it was edited.
    pub(crate) edits: usize,
}

#[derive(Debug, Default)]
struct Channel {
    posts: Vec<Post>,
    /// What is on its way, and how many posts are made before it.
    late: Vec<(usize, Value)>,
    mishaps: VecDeque<Mishap>,
    deleted: usize,
    clock: u64,
}

#[derive(Debug, Default)]
struct Shared {
    channel: Mutex<Channel>,
    changed: Condvar,
}

/// The server. It ends when dropped.
#[derive(Debug)]
pub(crate) struct FakeSlack {
    address: SocketAddr,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl FakeSlack {
    /// Listens on a free loopback port.
    pub(crate) fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let shared: Arc<Shared> = Arc::default();
        runtime.spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, _runtime: runtime }
    }

    /// The config of an output that writes to its channel.
    pub(crate) fn output(&self, name: &str) -> String {
        format!(
            "[outputs.{name}]\ntype = \"slack\"\ntoken = \"xoxb-test\"\nchannel = \"C1\"\ntimeout = \"2s\"\n\
             api_url = \"http://{}/api\"",
            self.address
        )
    }

    /// The next posts meet with these.
    pub(crate) fn expect(&self, mishaps: &[Mishap]) {
        self.shared.channel.lock().unwrap().mishaps.extend(mishaps);
    }

    /// Somebody deletes a message.
    pub(crate) fn remove(&self, ts: &str) {
        self.shared.channel.lock().unwrap().posts.retain(|post| post.ts != ts);
    }

    /// The messages of the channel outside threads.
    pub(crate) fn roots(&self) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.thread.is_none()).collect()
    }

    /// The messages in threads.
    pub(crate) fn replies(&self) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.thread.is_some()).collect()
    }

    /// How many messages were deleted through the API.
    pub(crate) fn deleted(&self) -> usize {
        self.shared.channel.lock().unwrap().deleted
    }

    fn posts(&self) -> Vec<Post> {
        self.shared.channel.lock().unwrap().posts.clone()
    }

    /// Waits until `enough` holds, woken by each call; false when it did not within `limit`.
    pub(crate) fn wait(&self, limit: Duration, enough: impl Fn(&Self) -> bool) -> bool {
        let end = Instant::now() + limit;
        loop {
            if enough(self) {
                return true;
            }
            let Some(left) = end.checked_duration_since(Instant::now()) else { return false };
            let channel = self.shared.channel.lock().unwrap();
            // Short, since the check above was made without the lock.
            drop(self.shared.changed.wait_timeout(channel, left.min(Duration::from_millis(100))).unwrap());
        }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((line, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| handle(request, Arc::clone(&shared)));
            let _broken = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(line), service)
                .await;
        });
    }
}

async fn handle(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let method = request.uri().path().trim_start_matches("/api/").to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let bearer = request.headers().get("authorization").cloned();
    let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let answer = {
        let mut channel = shared.channel.lock().unwrap();
        let answer = match (bearer, method.as_str()) {
            (None, _) => Ok((200, json!({ "ok": false, "error": "not_authed" }))),
            (_, "chat.postMessage") => channel.post(body),
            (_, "chat.update") => Ok((200, channel.update(body))),
            (_, "chat.delete") => Ok((200, channel.delete(&body))),
            (_, "conversations.history") => Ok((200, channel.read(None))),
            (_, "conversations.replies") => {
                let ts = query.split('&').find_map(|pair| pair.strip_prefix("ts="));
                Ok((200, channel.read(ts)))
            }
            _ => Ok((200, json!({ "ok": false, "error": "unknown_method" }))),
        };
        shared.changed.notify_all();
        answer
    };
    let (status, body) = answer?;
    let response = Response::builder().status(status).header("retry-after", "1");
    Ok(response.body(Full::new(Bytes::from(body.to_string()))).unwrap())
}

fn no(word: &str) -> Value {
    json!({ "ok": false, "error": word })
}

impl Channel {
    fn add(&mut self, body: Value) -> String {
        self.clock += 1;
        let ts = format!("{}.000000", self.clock);
        let thread = body["thread_ts"].as_str().map(str::to_owned);
        self.posts.push(Post { ts: ts.clone(), thread, body, edits: 0 });
        ts
    }

    fn post(&mut self, body: Value) -> Result<(u16, Value), std::io::Error> {
        let dropped = || Err(std::io::ErrorKind::ConnectionAborted.into());
        match self.mishaps.pop_front() {
            Some(Mishap::TooMany) => return Ok((429, no("rate_limited"))),
            Some(Mishap::Lost) => return dropped(),
            Some(Mishap::PostedWithoutAnswer) => {
                self.add(body);
                return dropped();
            }
            Some(Mishap::PostedLate) => {
                self.late.push((0, body));
                return dropped();
            }
            Some(Mishap::PostedLater) => {
                self.late.push((1, body));
                return dropped();
            }
            Some(Mishap::Spared) | None => {}
        }
        for (before, late) in std::mem::take(&mut self.late) {
            match before.checked_sub(1) {
                Some(before) => self.late.push((before, late)),
                None => drop(self.add(late)),
            }
        }
        let ts = self.add(body);
        Ok((200, json!({ "ok": true, "channel": "C1", "ts": ts })))
    }

    fn update(&mut self, body: Value) -> Value {
        let Some(post) = self.posts.iter_mut().find(|post| Some(post.ts.as_str()) == body["ts"].as_str())
        else {
            return no("message_not_found");
        };
        post.body = body;
        post.edits += 1;
        json!({ "ok": true, "channel": "C1", "ts": post.ts })
    }

    fn delete(&mut self, body: &Value) -> Value {
        let before = self.posts.len();
        self.posts.retain(|post| Some(post.ts.as_str()) != body["ts"].as_str());
        self.deleted += before - self.posts.len();
        if self.posts.len() < before { json!({ "ok": true }) } else { no("message_not_found") }
    }

    /// The channel latest first, or a thread with its root.
    fn read(&self, thread: Option<&str>) -> Value {
        let shown = self.posts.iter().rev().filter(|post| match thread {
            Some(ts) => post.ts == ts || post.thread.as_deref() == Some(ts),
            None => post.thread.is_none(),
        });
        let messages: Vec<Value> =
            shown.map(|post| json!({ "ts": post.ts, "metadata": post.body["metadata"] })).collect();
        json!({ "ok": true, "messages": messages })
    }
}
