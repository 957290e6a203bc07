//! Answers that many ask for at once are made once. Comes in: a question and how it is answered. Goes out: the answer,
//! the same bytes for all who asked before it was begun; 304 for those who have it already. An answer never shows less
//! than was known when it was asked for, unless the question says `Cache-Control: max-stale=SECONDS`: then the latest
//! answer will do at once. Making the answers to one question takes a small share of the time at most, however many ask:
//! the next is begun only after a rest.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::time::Instant;

use super::etag;
use super::problem::Problem;

/// Questions whose latest answers are kept.
const QUESTIONS_MAX: usize = 128;

/// A longer address is answered alone.
const ADDRESS_MAX: usize = 512;

/// A larger answer is not kept.
const KEPT_MAX: usize = 4 * 1024 * 1024;

/// Smaller answers are sent as they are.
const PACKED_MIN: usize = 1024;

/// After an answer the next one to the same question waits as many times as long as it took to make as it was asked for
/// meanwhile, but no more often than this.
const REST: u32 = 60;

/// It waits no longer than this.
const REST_MAX: Duration = Duration::from_secs(1);

/// What is shared: lists and stories, which say the same to everybody who may read.
fn is_shared(request: &Request) -> bool {
    let path = request.uri().path();
    let lists = path == "/api/alerts" || path == "/api/stories" || path.starts_with("/api/stories/");
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    *request.method() == Method::GET && lists && address <= ADDRESS_MAX
}

/// The latest answers.
#[derive(Debug, Default)]
pub(super) struct Answers {
    questions: Mutex<Questions>,
}

#[derive(Debug, Default)]
struct Questions {
    /// Counts what was asked, so that the question asked longest ago is known.
    asked: u64,
    by_address: BTreeMap<String, (u64, Arc<Question>)>,
}

#[derive(Debug, Default)]
struct Question {
    /// Counts the answers that were begun.
    begun: AtomicU64,
    /// How often it was asked since the latest was begun.
    asked: AtomicU32,
    latest: Mutex<Option<Latest>>,
    /// Held by whoever makes the next.
    making: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone)]
struct Latest {
    /// Which one it is.
    number: u64,
    answer: Arc<Answer>,
    begun: Instant,
    /// When the next may be begun.
    rested: Instant,
}

/// An answer as it was made.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    plain: Bytes,
    /// The same, packed; made when it is first wanted.
    packed: OnceLock<Bytes>,
}

impl Answers {
    fn question(&self, address: &str) -> Arc<Question> {
        let mut questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner);
        questions.asked += 1;
        let asked = questions.asked;
        if let Some((latest, question)) = questions.by_address.get_mut(address) {
            *latest = asked;
            return Arc::clone(question);
        }
        if questions.by_address.len() >= QUESTIONS_MAX {
            let oldest = questions.by_address.iter().min_by_key(|(_, (asked, _))| *asked);
            if let Some(oldest) = oldest.map(|(address, _)| address.clone()) {
                questions.by_address.remove(&oldest);
            }
        }
        let question = Arc::new(Question::default());
        questions.by_address.insert(address.to_owned(), (asked, Arc::clone(&question)));
        question
    }
}

/// Answers from what is shared, or makes the answer for all who wait for it.
pub(super) async fn once(State(answers): State<Arc<Answers>>, request: Request, next: Next) -> Response {
    if !is_shared(&request) {
        return etag::conditional(request, next).await;
    }
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    let question = answers.question(address);
    let held = request.headers().get(header::IF_NONE_MATCH).cloned();
    let packs = accepts_gzip(request.headers());
    // One that is begun after this moment knows all that is known now.
    let begun = question.begun.load(Ordering::SeqCst);
    question.asked.fetch_add(1, Ordering::SeqCst);
    if let (Some(age), Some(latest)) = (may_be_stale(request.headers()), question.latest())
        && latest.begun.elapsed() <= age
    {
        return latest.answer.response(held.as_ref(), packs);
    }
    let making = question.making.lock().await;
    if let Some(latest) = question.latest() {
        if latest.number > begun {
            drop(making);
            return latest.answer.response(held.as_ref(), packs);
        }
        tokio::time::sleep_until(latest.rested).await;
    }
    let number = question.begun.fetch_add(1, Ordering::SeqCst) + 1;
    let begun = Instant::now();
    let answer = match Answer::of(etag::conditional(without_conditions(request), next).await).await {
        Ok(answer) => Arc::new(answer),
        Err(problem) => return problem.into_response(),
    };
    let asked = question.asked.swap(0, Ordering::SeqCst).min(REST);
    let rested = Instant::now() + begun.elapsed().saturating_mul(asked).min(REST_MAX);
    question.keep(Latest { number, answer: Arc::clone(&answer), begun, rested });
    drop(making);
    answer.response(held.as_ref(), packs)
}

impl Question {
    fn latest(&self) -> Option<Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, latest: Latest) {
        let kept = (latest.answer.plain.len() <= KEPT_MAX).then_some(latest);
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }
}

/// How old an answer may be that is taken at once.
fn may_be_stale(headers: &HeaderMap) -> Option<Duration> {
    let words = headers.get(header::CACHE_CONTROL)?.to_str().ok()?;
    let seconds = words.split(',').find_map(|word| word.trim().strip_prefix("max-stale=")?.parse().ok())?;
    Some(Duration::from_secs(seconds))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| {
        accepted
            .split(',')
            .any(|one| matches!(one.trim(), "gzip" | "*") || one.trim().starts_with("gzip;q=0."))
    })
}

/// The question as everybody asks it.
fn without_conditions(mut request: Request) -> Request {
    request.headers_mut().remove(header::IF_NONE_MATCH);
    request
}

impl Answer {
    async fn of(response: Response) -> Result<Self, Problem> {
        let (parts, body) = response.into_parts();
        let too_large =
            |_error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the answer is too large: ask for less");
        let plain = to_bytes(body, etag::ANSWER_MAX).await.map_err(too_large)?;
        Ok(Self { status: parts.status, headers: parts.headers, plain, packed: OnceLock::new() })
    }

    fn response(&self, held: Option<&HeaderValue>, packs: bool) -> Response {
        let tag = self.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let known = tag.is_some_and(|tag| etag::is_held(held, tag));
        let packed = if packs && !known && self.plain.len() >= PACKED_MIN { self.packed() } else { None };
        let mut response = match (&packed, known) {
            (_, true) => Body::empty().into_response(),
            (Some(packed), _) => Body::from(packed.clone()).into_response(),
            (None, _) => Body::from(self.plain.clone()).into_response(),
        };
        *response.status_mut() = if known { StatusCode::NOT_MODIFIED } else { self.status };
        *response.headers_mut() = self.headers.clone();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::VARY, HeaderValue::from_static("authorization, accept-encoding"));
        if packed.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    fn packed(&self) -> Option<Bytes> {
        let pack = || {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            let done = packed.write_all(&self.plain).and_then(|()| packed.finish());
            done.map(Bytes::from).unwrap_or_default()
        };
        Some(self.packed.get_or_init(pack)).filter(|packed| !packed.is_empty()).cloned()
    }
}
