//! Articles over HTTP: sent by programs, and asked for. Comes in: JSON of the documentation, one article or many. Goes
//! out: what became of each, after the commit; the same article sent twice is known the second time. One bad article of
//! many is named and stops no other.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Context;
use super::asked::bad;
use super::form::Page;
use super::problem::{Problem, QuestionRefusals};
use crate::diff::versions::{Fate, Passage, compare};
use crate::inputs::Verdict;
use crate::model::Moment;
use crate::read::{self, ReadConfig};

/// Versions of a document that are compared, the latest ones.
const VERSIONS_MAX: usize = 50;

/// Articles of one request.
const BULK_MAX: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(send)).routes(routes!(one)).routes(routes!(versions))
}

/// What became of one article.
#[derive(Debug, Serialize, ToSchema)]
struct Received {
    /// Its place in the request, from 0.
    index: usize,
    /// Its identity; null when it could not be read.
    id: Option<String>,
    /// `committed`, `known` (it was sent before), `held` (under embargo, read by itself when its time has come), or `refused`.
    outcome: &'static str,
    /// Its story, once committed or known.
    story: Option<String>,
    /// Why it was refused or is held.
    reason: Option<String>,
    /// When one that is held will be read.
    #[schema(value_type = Option<String>, format = DateTime)]
    held_until: Option<Timestamp>,
}

/// What became of the articles.
#[derive(Debug, Serialize, ToSchema)]
struct AllReceived {
    /// In the order sent.
    articles: Vec<Received>,
}

/// Sends one article (`application/json`: an object), or many (an array, or `application/x-ndjson`). Answered after the
/// commit; safe to send again.
#[utoipa::path(post, path = "/api/articles", tag = "articles",
    request_body(content((Object = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 200, body = AllReceived), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json")))]
async fn send(
    State(context): State<Context>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<AllReceived>, Problem> {
    let body = body.map_err(|refusal| Problem::new(refusal.status(), refusal.body_text()))?;
    let sent = split(&headers, &body)?;
    if sent.len() > BULK_MAX {
        return Err(bad(format!("{} articles at once: send at most {BULK_MAX}", sent.len())));
    }
    let alone = sent.len() == 1;
    let trace = headers.get("traceparent").and_then(|value| value.to_str().ok());
    let articles = receive(&context, sent, trace).await?;
    match articles.first() {
        Some(Received { outcome: "refused", reason: Some(reason), .. }) if alone => {
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, reason.clone()))
        }
        _ => Ok(Json(AllReceived { articles })),
    }
}

/// The articles of the body, each as JSON of its own.
fn split(headers: &HeaderMap, body: &Bytes) -> Result<Vec<Vec<u8>>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let sent: Vec<Vec<u8>> = match kind.as_str() {
        "application/json" => match serde_json::from_slice::<Value>(body) {
            Ok(Value::Array(all)) => all.iter().map(|article| article.to_string().into_bytes()).collect(),
            Ok(article @ Value::Object(_)) => vec![article.to_string().into_bytes()],
            Ok(_) => return Err(bad("the body must be an article (an object) or an array of them")),
            Err(error) => return Err(bad(format!("the body is no JSON: {error}"))),
        },
        "application/x-ndjson" | "application/jsonl" => body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.iter().all(u8::is_ascii_whitespace))
            .map(<[u8]>::to_vec)
            .collect(),
        _ => {
            let detail = "send articles as `Content-Type: application/json` or `application/x-ndjson`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
    };
    if sent.is_empty() { Err(bad("the body holds no article")) } else { Ok(sent) }
}

/// Hands the articles over in their order, so that a later version of a document comes after the earlier one, and waits
/// for all of them.
async fn receive(
    context: &Context,
    sent: Vec<Vec<u8>>,
    trace: Option<&str>,
) -> Result<Vec<Received>, Problem> {
    // Read here to tell the sender at once what is wrong: what it can mend itself is no dead letter.
    let config = ReadConfig { article_bytes_max: context.article_bytes_max };
    let now = context.clock.now();
    let read = |bytes: &Vec<u8>| match read::read(bytes, Some("json"), now, &config).next() {
        Some(Ok(article)) => Ok(article.id),
        Some(Err(error)) => Err((error.to_string(), error.reason.held_until())),
        None => Err(("there is no article in it".to_owned(), None)),
    };
    let identities: Vec<Result<String, (String, Option<Timestamp>)>> = sent.iter().map(read).collect();
    let ids: Vec<String> = identities.iter().flatten().cloned().collect();
    let known = context.store.known_articles(&ids).await?;
    let verdicts = sent.into_iter().zip(&identities).map(|(bytes, id)| {
        // What its publisher holds back waits in the store for its time.
        let taken = id.as_ref().map_or_else(|(_, held)| held.is_some(), |id| !known.contains(id));
        let trace = trace.map(str::to_owned);
        async move { if taken { Some(context.post.send(bytes, "json", trace).await) } else { None } }
    });
    let verdicts = join_all(verdicts).await;
    let mut received = Vec::with_capacity(identities.len());
    for (index, (id, verdict)) in identities.into_iter().zip(verdicts).enumerate() {
        let (outcome, id, reason, held_until) = match (id, verdict) {
            (_, Some(Verdict::GivenBack)) => {
                let detail = "newsdelta is stopping: send all of it again to the next one; what was taken is known then";
                return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
            }
            (Err((reason, until @ Some(_))), Some(_)) => ("held", None, Some(reason), until),
            (Ok(id), Some(Verdict::Held(reason, until))) => ("held", Some(id), Some(reason), Some(until)),
            (Err((reason, _)), _) => ("refused", None, Some(reason), None),
            (Ok(id), Some(Verdict::Failed(reason))) => ("refused", Some(id), Some(reason), None),
            (Ok(id), Some(Verdict::Committed)) => ("committed", Some(id), None, None),
            (Ok(id), None) => ("known", Some(id), None, None),
        };
        let story = match &id {
            Some(id) if reason.is_none() => {
                context.store.article(id).await.ok().flatten().map(|known| known.story)
            }
            _ => None,
        };
        received.push(Received { index, id, outcome, story, reason, held_until });
    }
    Ok(received)
}

/// An article with every claim read in it.
#[derive(Debug, Serialize, ToSchema)]
struct ArticleForm {
    /// The article as received; offsets refer to its `text`, in UTF-8 bytes.
    #[schema(value_type = Object)]
    article: Value,
    /// Its story.
    story: String,
    /// The article it repeats, or its own id.
    origin: String,
    /// When newsdelta had read it.
    #[schema(value_type = String, format = DateTime)]
    learned_at: Timestamp,
    /// When it was published, with the offset of its author.
    #[schema(value_type = Option<String>)]
    published_at: Option<Moment>,
    /// Its claims in the order read, each with the fact it speaks to.
    #[schema(value_type = Vec<Object>)]
    claims: Vec<Value>,
}

/// One article with its claims.
#[utoipa::path(get, path = "/api/articles/{id}", params(("id" = String, Path, description = "Id of the article, or the start of it")),
    tag = "articles", responses((status = 200, body = ArticleForm), (status = 404, body = Problem, content_type = "application/problem+json")))]
async fn one(State(context): State<Context>, Path(id): Path<String>) -> Result<Json<ArticleForm>, Problem> {
    let found = context.store.article(&id).await?;
    let known = found.ok_or_else(|| Problem::not_found(format!("there is no article `{id}`")))?;
    let claims = known
        .claims
        .iter()
        .map(|(fact, claim)| json!({ "fact": fact, "claim": claim.claim, "held_at": claim.held_at }));
    Ok(Json(ArticleForm {
        story: known.story.clone(),
        origin: known.origin.clone(),
        learned_at: known.learned_at,
        published_at: known.article.published_at,
        claims: claims.collect(),
        article: json!(known.article),
    }))
}

/// Some words of a version.
#[derive(Debug, Serialize, ToSchema)]
struct WordsForm {
    /// `kept`, `taken_out` or `put_in`, against the version before.
    fate: &'static str,
    /// The words.
    text: String,
}

impl WordsForm {
    fn of((fate, text): (Fate, String)) -> Self {
        Self { fate: fate_in_words(fate), text }
    }
}

const fn fate_in_words(fate: Fate) -> &'static str {
    match fate {
        Fate::Kept => "kept",
        Fate::TakenOut => "taken_out",
        Fate::PutIn => "put_in",
    }
}

/// A paragraph of a version, or of the one before.
#[derive(Debug, Serialize, ToSchema)]
struct PassageForm {
    /// `kept`, `taken_out` or `put_in`.
    fate: &'static str,
    /// Its words, those told apart that the other version does not have.
    words: Vec<WordsForm>,
}

/// One version of a document.
#[derive(Debug, Serialize, ToSchema)]
struct VersionForm {
    /// Id of the article.
    article: String,
    /// As the publisher counts.
    version: Option<String>,
    /// Its story.
    story: String,
    /// `usable` or `withdrawn`.
    status: String,
    /// When newsdelta had read it.
    #[schema(value_type = String, format = DateTime)]
    learned_at: Timestamp,
    /// Against the version before: what was taken out and put in; paragraphs that were kept are left out. Null for the
    /// first, and where a text was kept long enough and is gone.
    changes: Option<Vec<PassageForm>>,
}

/// The versions of the document that an article is one of, the oldest first, with what each changed.
#[utoipa::path(get, path = "/api/articles/{id}/versions", params(("id" = String, Path, description = "Id of the article, or the start of it")),
    tag = "articles", responses((status = 200, body = Page<VersionForm>), QuestionRefusals))]
async fn versions(
    State(context): State<Context>,
    Path(id): Path<String>,
) -> Result<Json<Page<VersionForm>>, Problem> {
    let found = context.store.article(&id).await?;
    let known = found.ok_or_else(|| Problem::not_found(format!("there is no article `{id}`")))?;
    let document = known.article.document.as_ref().unwrap_or(&known.article.id);
    let versions = context.store.versions_of(document).await?;
    let (mut entries, mut before) = (Vec::new(), None::<String>);
    for (version, _) in versions.iter().rev().take(VERSIONS_MAX).rev() {
        let Some(known) = context.store.article(version).await? else { continue };
        let article = known.article;
        let comparable = before.as_ref().filter(|before| !before.is_empty() && article.has_text());
        let passages = comparable.map(|before| compare(before, &article.text));
        let changes = passages.map(|passages| {
            let changed = passages.into_iter().filter(|passage| passage.fate != Fate::Kept);
            let form = |Passage { fate, words }: Passage| PassageForm {
                fate: fate_in_words(fate),
                words: words.into_iter().map(WordsForm::of).collect(),
            };
            changed.map(form).collect()
        });
        entries.push(VersionForm {
            article: article.id,
            version: article.version,
            story: known.story,
            status: if article.status.is_usable() { "usable" } else { "withdrawn" }.to_owned(),
            learned_at: known.learned_at,
            changes,
        });
        before = Some(article.text);
    }
    Ok(Json(Page { entries, next: None }))
}
