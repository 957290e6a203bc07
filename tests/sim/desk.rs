//! A channel of Slack in the made-up world. Comes in: the calls of the real Slack output, over real HTTP on the loopback.
//! Goes out: answers, none of them reliable, and what the people in the channel saw. While a call is on its way the world
//! stands still, so that the network brings in no chance. It complains when there are more copies of one post at a moment
//! than one, and another for each call that had no clear answer; in the end there must be one of each, below the message
//! of its story and in order.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use newsdelta::clock::Clock;
use newsdelta::config::OutputConfig;
use newsdelta::model::Message;
use newsdelta::outputs::slack::SlackConfig;
use newsdelta::outputs::{Context, DeliveryError, Output};
use newsdelta::store::{SqliteStore, Store};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::faulty_store::at_once;
use crate::sabotage::Sabotage;
use crate::sim::Sim;

/// The name of the output.
pub(crate) const DESK: &str = "desk";

/// Where the network is: outside of the world and its time.
static NETWORK: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
});

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy)]
enum Mishap {
    /// 429, to be tried again later.
    TooMany,
    /// The line drops before anything was done.
    Lost,
    /// It is done, and the line drops before the answer.
    DoneWithoutAnswer,
    /// Slack says that it is in trouble, and has done it.
    DoneInTrouble,
    /// The line drops; a post appears when the next one is made.
    Late,
}

const MISHAPS: [Mishap; 5] =
    [Mishap::TooMany, Mishap::Lost, Mishap::DoneWithoutAnswer, Mishap::DoneInTrouble, Mishap::Late];

/// A message in the channel.
#[derive(Debug, Clone)]
struct Post {
    ts: String,
    thread: Option<String>,
    mark: String,
}

#[derive(Debug, Default)]
struct Shown {
    posts: Vec<Post>,
    late: Vec<Value>,
    clock: u64,
    removed: u64,
    /// For how many copies of each post there was a cause: a call of which the sender could not know how it ended.
    causes: BTreeMap<String, usize>,
    /// What was wrong at some moment.
    wrong: Vec<String>,
}

/// The channel; outlives the daemon.
pub(crate) struct Channel {
    sim: Arc<Sim>,
    address: SocketAddr,
    shown: Mutex<Shown>,
    /// The process was killed while a call was on its way.
    died: Notify,
    server: Mutex<Option<AbortHandle>>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some(server) = self.server.lock().unwrap().take() {
            server.abort();
        }
    }
}

impl Channel {
    pub(crate) fn start(sim: &Arc<Sim>) -> Arc<Self> {
        let listener = NETWORK.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let channel = Arc::new(Self {
            sim: Arc::clone(sim),
            address,
            shown: Mutex::default(),
            died: Notify::new(),
            server: Mutex::default(),
        });
        let shared = Arc::downgrade(&channel);
        let server = NETWORK.spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| {
                        let shared = shared.upgrade();
                        async move {
                            match shared {
                                Some(channel) => channel.handle(request).await,
                                None => Err(cut()),
                            }
                        }
                    });
                    let _broken = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(line), service)
                        .await;
                });
            }
        });
        *channel.server.lock().unwrap() = Some(server.abort_handle());
        channel
    }

    /// The output of one life, as the config makes it.
    pub(crate) fn output(self: &Arc<Self>, store: &Arc<SqliteStore>) -> Arc<dyn Output> {
        let config = OutputConfig::Slack(SlackConfig {
            webhook_url: None,
            token: Some("xoxb-made-up".into()),
            channel: Some("C1".to_owned()),
            api_url: format!("http://{}/api", self.address),
            threads: true,
            broadcast: false,
            timeout: Duration::from_secs(60),
        });
        let now = Arc::new(Shows(Mutex::new(self.sim.now())));
        let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(store);
        let context = Context { clock: Arc::<Shows>::clone(&now), store: Some(store), signer: None };
        let output = newsdelta::outputs::build(DESK, &config, &context).unwrap();
        Arc::new(Desk { channel: Arc::clone(self), output: Arc::from(output), now })
    }

    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, std::io::Error> {
        let method = request.uri().path().trim_start_matches("/api/").to_owned();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let body = request.into_body().collect().await.map_err(std::io::Error::other)?.to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let mishap = (self.sim.strikes(|weather| weather.receivers))
            .then(|| self.sim.draw(|random| MISHAPS[random.usize(..MISHAPS.len())]));
        if method == "chat.postMessage" && mishap.is_some() {
            *self.shown.lock().unwrap().causes.entry(mark_of(&body)).or_default() += 1;
        }
        self.unless_killed().await;
        let answer = match mishap {
            Some(Mishap::TooMany) => return Ok(reply(429, &json!({ "ok": false, "error": "rate_limited" }))),
            Some(Mishap::Lost) => return Err(cut()),
            Some(Mishap::Late) => {
                if method == "chat.postMessage" {
                    self.shown.lock().unwrap().late.push(body);
                }
                return Err(cut());
            }
            Some(Mishap::DoneWithoutAnswer | Mishap::DoneInTrouble) | None => {
                self.done(&method, &query, body)
            }
        };
        self.unless_killed().await;
        match mishap {
            Some(Mishap::DoneWithoutAnswer) => Err(cut()),
            Some(_) => Ok(reply(200, &json!({ "ok": false, "error": "internal_error" }))),
            None => Ok(reply(200, &answer)),
        }
    }

    /// From a kill on nothing is answered.
    async fn unless_killed(&self) {
        if self.sim.dies() {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn done(&self, method: &str, query: &str, body: Value) -> Value {
        let mut shown = self.shown.lock().unwrap();
        match method {
            "chat.postMessage" => {
                for late in std::mem::take(&mut shown.late) {
                    shown.add(&late);
                }
                let ts = shown.add(&body);
                json!({ "ok": true, "channel": "C1", "ts": ts })
            }
            "chat.update" => match shown.posts.iter().find(|post| body["ts"] == post.ts.as_str()) {
                Some(post) => json!({ "ok": true, "channel": "C1", "ts": post.ts }),
                None => json!({ "ok": false, "error": "message_not_found" }),
            },
            "chat.delete" => {
                if self.sim.sabotage != Some(Sabotage::DuplicateLeft) {
                    let before = shown.posts.len();
                    shown.posts.retain(|post| body["ts"] != post.ts.as_str());
                    shown.removed += (before - shown.posts.len()) as u64;
                }
                json!({ "ok": true })
            }
            "conversations.history" => shown.read(None),
            "conversations.replies" => shown.read(query.split('&').find_map(|pair| pair.strip_prefix("ts="))),
            _ => json!({ "ok": false, "error": "unknown_method" }),
        }
    }

    /// How many copies were removed.
    pub(crate) fn removed(&self) -> u64 {
        self.shown.lock().unwrap().removed
    }

    /// Complains unless people see each of these messages once, in order, below the one message of its story.
    pub(crate) fn judge(&self, told: &[Message], complain: &mut Vec<String>) {
        let shown = self.shown.lock().unwrap();
        complain.extend(shown.wrong.iter().cloned());
        let mut expected: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for message in told.iter().filter(|message| seen.insert(&message.id)) {
            expected.entry(&message.story).or_default().push(format!("{}/reply", message.id));
        }
        let mut threads: Vec<Vec<String>> = Vec::new();
        for root in shown.posts.iter().filter(|post| post.thread.is_none()) {
            let below = shown.posts.iter().filter(|post| post.thread.as_ref() == Some(&root.ts));
            threads.push(below.map(|post| post.mark.clone()).collect());
        }
        let mut wanted: Vec<Vec<String>> = expected.into_values().collect();
        wanted.sort();
        threads.sort();
        if wanted != threads {
            complain.push(format!("{DESK}: the threads should be\n  {wanted:?}\nbut are\n  {threads:?}"));
        }
    }
}

impl Shown {
    fn add(&mut self, body: &Value) -> String {
        self.clock += 1;
        let ts = format!("{:010}.000000", self.clock);
        let mark = mark_of(body);
        self.posts.push(Post { ts: ts.clone(), thread: body["thread_ts"].as_str().map(str::to_owned), mark });
        let mark = &self.posts[self.posts.len() - 1].mark;
        let copies = self.posts.iter().filter(|post| post.mark == *mark).count();
        let causes = self.causes.get(mark).copied().unwrap_or_default();
        if copies > 1 + causes {
            self.wrong.push(format!("{DESK}: {copies} copies of {mark} at one moment for {causes} causes"));
        }
        ts
    }

    /// The channel latest first, or a thread with its root.
    fn read(&self, thread: Option<&str>) -> Value {
        let is_shown = |post: &&Post| match thread {
            Some(ts) => post.ts == ts || post.thread.as_deref() == Some(ts),
            None => post.thread.is_none(),
        };
        let message = |post: &Post| {
            let metadata = json!({ "event_type": "newsdelta", "event_payload": { "mark": post.mark } });
            json!({ "ts": post.ts, "metadata": metadata })
        };
        let messages: Vec<Value> = self.posts.iter().rev().filter(is_shown).map(message).collect();
        json!({ "ok": true, "messages": messages })
    }
}

fn mark_of(body: &Value) -> String {
    body["metadata"]["event_payload"]["mark"].as_str().unwrap_or_default().to_owned()
}

fn cut() -> std::io::Error {
    std::io::ErrorKind::ConnectionAborted.into()
}

fn reply(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("retry-after", "1");
    response.body(Full::new(Bytes::from(body.to_string()))).unwrap()
}

/// The world's time, as it was when the present call began.
struct Shows(Mutex<Timestamp>);

impl Clock for Shows {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The real output, with its network outside the world.
struct Desk {
    channel: Arc<Channel>,
    output: Arc<dyn Output>,
    now: Arc<Shows>,
}

#[async_trait]
impl Output for Desk {
    fn name(&self) -> &str {
        DESK
    }

    async fn deliver(&self, message: &Message, attempt: u32) -> Result<(), DeliveryError> {
        let sim = &self.channel.sim;
        sim.moment().await;
        *self.now.0.lock().unwrap() = sim.now();
        let (output, message, id) = (Arc::clone(&self.output), message.clone(), &message.id);
        let mut call = NETWORK.spawn(async move { output.deliver(&message, attempt).await });
        let ended = at_once(async {
            tokio::select! {
                biased;
                ended = &mut call => Some(ended.unwrap()),
                () = self.channel.died.notified() => None,
            }
        });
        let Some(ended) = ended else {
            // What is left of it lets go of the store before the next life.
            call.abort();
            drop(at_once(call));
            sim.note(DESK, &"the call is cut off by the kill");
            return std::future::pending().await;
        };
        // Not in its words: they name the port, which is another each time.
        sim.note(
            DESK,
            &format_args!("attempt {attempt} of {id}: {}", if ended.is_ok() { "told" } else { "not told" }),
        );
        sim.dawdle(Duration::from_millis(400)).await;
        sim.moment().await;
        ended
    }
}
