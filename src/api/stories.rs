//! Questions about stories. Comes in: what to look for, or an id and a past moment. Goes out: JSON, CSV, or the story as
//! HTML and its chart as SVG. Never changes anything.
#![expect(
    unused_qualifications,
    reason = "what the description is generated from qualifies the names it is given"
)]

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Context;
use super::asked::{self, Asked, bad};
use super::form::{FactForm, Page, StoryEntryForm, StoryForm, StoryWithFacts};
use super::problem::{Problem, QuestionRefusals};
use super::story_path::StoryPath;
use crate::diff::history;
use crate::model::{Claim, Fact, Story};
use crate::notify::demand_clock;
use crate::outputs::wording;
use crate::store::AsOf;
use crate::store::overview::StoryQuery;
use crate::view;

/// Reports that the HTML of a story shows, the latest ones.
const REPORTS_SHOWN: usize = 100;

pub(super) fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(export))
        .routes(routes!(html))
        .routes(routes!(chart))
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words, or how they begin, in the titles of the story and of its reports.
    words: Option<String>,
    /// Words, or how they begin, in the name of a place.
    place: Option<String>,
    /// Words, or how they begin, in the name of a side, or of somebody who demands, is addressed or takes a position.
    actor: Option<String>,
    /// `casualties`, `demand` or `position`.
    kind: Option<String>,
    /// Latest report at this time or later (RFC 3339 or a date).
    since: Option<String>,
    /// Latest report before this time.
    until: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries of the page, 50 unless told, at most 500.
    limit: Option<usize>,
}

/// Stories, latest report first.
#[utoipa::path(get, path = "/api/stories", params(ListQuery), tag = "stories",
    responses((status = 200, body = Page<StoryEntryForm>), (status = 400, body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(context): State<Context>,
    Asked(asked): Asked<ListQuery>,
) -> Result<Json<Page<StoryEntryForm>>, Problem> {
    let limit = asked::limit(asked.limit)?;
    if let Some(kind) =
        asked.kind.as_deref().filter(|kind| !["casualties", "demand", "position"].contains(kind))
    {
        return Err(bad(format!("`kind` is `{kind}`: it must be casualties, demand or position")));
    }
    let query = StoryQuery {
        words: given(asked.words),
        place: given(asked.place),
        actor: given(asked.actor),
        about: asked.kind,
        since: asked::time("since", asked.since.as_ref())?,
        until: asked::time("until", asked.until.as_ref())?,
        after: asked.cursor.as_deref().map(cursor).transpose()?,
        limit: limit + 1,
    };
    let mut found = context.store.find_stories(&query).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more);
    let next = last.map(|entry| format!("{}~{}", entry.story.last_report_at, entry.story.id));
    Ok(Json(Page { entries: found.iter().map(StoryEntryForm::from).collect(), next }))
}

/// A text that says something.
fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn cursor(text: &str) -> Result<(Timestamp, String), Problem> {
    let parts = text.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    parts.ok_or_else(|| bad("`cursor` is none of ours: take `next` of the page before as it is"))
}

/// A past moment, in both senses.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MomentQuery {
    /// What was the case then, from all that is known now (RFC 3339 or a date).
    as_of: Option<String>,
    /// Only what newsdelta had learned by then.
    learned_by: Option<String>,
}

/// One story with its facts and their full history, now or as of a past moment.
#[utoipa::path(get, path = "/api/stories/{id}", params(("id" = String, Path, description = "Id of the story, or the start of it"), MomentQuery),
    tag = "stories", responses((status = 200, body = StoryWithFacts), (status = 307, description = "The story went into the one that `Location` names"),
        QuestionRefusals))]
async fn one(
    State(context): State<Context>,
    StoryPath(story): StoryPath,
    Asked(moment): Asked<MomentQuery>,
) -> Result<Json<StoryWithFacts>, Problem> {
    let facts = known(&context, &story, &moment).await?;
    let spoken = demand_clock::spoken(context.store.as_ref(), &facts).await?;
    let facts = facts.iter().map(|fact| FactForm::of(fact, &spoken)).collect();
    Ok(Json(StoryWithFacts { story: StoryForm::from(&story), facts }))
}

async fn known(context: &Context, story: &Story, moment: &MomentQuery) -> Result<Vec<Fact>, Problem> {
    let at = AsOf {
        held_at: asked::time("as_of", moment.as_of.as_ref())?,
        learned_at: asked::time("learned_by", moment.learned_by.as_ref())?,
    };
    let mut facts = context.store.facts_as_of(&story.id, at).await?;
    if at != AsOf::default() {
        for fact in &mut facts {
            fact.value = history::as_of(fact, Timestamp::MAX, Timestamp::MAX);
        }
    }
    facts.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(facts)
}

/// Every claim of a story as CSV (RFC 4180), one line each.
#[utoipa::path(get, path = "/api/stories/{id}/claims.csv", params(("id" = String, Path), MomentQuery), tag = "stories",
    responses((status = 200, body = String, content_type = "text/csv"), (status = 307, description = "The story went into the one that `Location` names"),
        QuestionRefusals))]
async fn export(
    State(context): State<Context>,
    StoryPath(story): StoryPath,
    Asked(moment): Asked<MomentQuery>,
) -> Result<Response, Problem> {
    let facts = known(&context, &story, &moment).await?;
    let csv =
        csv(&facts).map_err(|error| Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, error))?;
    let name: String = story.id.chars().filter(char::is_ascii_alphanumeric).collect();
    let attachment = HeaderValue::try_from(format!("attachment; filename=\"story-{name}.csv\""));
    let mut response = csv.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    if let Ok(attachment) = attachment {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment);
    }
    Ok(response)
}

fn csv(facts: &[Fact]) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "kind",
        "fact",
        "value",
        "high",
        "qualifier",
        "source",
        "outlet",
        "held_at",
        "learned_at",
        "article",
        "start",
        "end",
        "quote",
        "rule",
    ];
    writer.write_record(head).map_err(|error| error.to_string())?;
    for fact in facts {
        for known in &fact.claims {
            let (value, high, qualifier) = match &known.claim {
                Claim::Casualty(c) => (
                    c.value.to_string(),
                    c.high.map(|high| high.to_string()).unwrap_or_default(),
                    c.bound.to_string(),
                ),
                Claim::Demand(demand) => (demand.force.to_string(), String::new(), demand.status.to_string()),
                Claim::Position(position) => (position.stance.to_string(), String::new(), String::new()),
                Claim::Deed(_) => ("done".to_owned(), String::new(), String::new()),
            };
            let evidence = known.claim.evidence();
            let row = [
                fact.key.about().to_owned(),
                wording::fact_in_words(&fact.key),
                value,
                high,
                qualifier,
                harmless(known.claim.source().unwrap_or_default()),
                harmless(known.outlet.as_deref().unwrap_or_default()),
                known.held_at.to_string(),
                known.learned_at.to_string(),
                harmless(&known.article),
                evidence.span.start.to_string(),
                evidence.span.end.to_string(),
                harmless(&evidence.quote),
                evidence.rule.clone(),
            ];
            writer.write_record(row).map_err(|error| error.to_string())?;
        }
    }
    writer.into_inner().map_err(|error| error.to_string())
}

/// A text that a spreadsheet does not take for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// One story as part of an HTML page, every text escaped.
#[utoipa::path(get, path = "/api/stories/{id}/view.html", params(("id" = String, Path), MomentQuery), tag = "stories",
    responses((status = 200, body = String, content_type = "text/html"), (status = 307, description = "The story went into the one that `Location` names"),
        QuestionRefusals))]
async fn html(
    State(context): State<Context>,
    StoryPath(story): StoryPath,
    Asked(moment): Asked<MomentQuery>,
) -> Result<Html<String>, Problem> {
    let facts = known(&context, &story, &moment).await?;
    let articles = context.store.articles_of(&story.id, REPORTS_SHOWN).await?;
    let spoken = demand_clock::spoken(context.store.as_ref(), &facts).await?;
    Ok(Html(view::story::part(&story, &facts, &articles, &spoken)))
}

/// The toll of a story over time as SVG.
#[utoipa::path(get, path = "/api/stories/{id}/chart.svg", params(("id" = String, Path), MomentQuery), tag = "stories",
    responses((status = 200, body = String, content_type = "image/svg+xml"), (status = 307, description = "The story went into the one that `Location` names"),
        QuestionRefusals))]
async fn chart(
    State(context): State<Context>,
    StoryPath(story): StoryPath,
    Asked(moment): Asked<MomentQuery>,
) -> Result<Response, Problem> {
    let facts = known(&context, &story, &moment).await?;
    let drawn = view::story::main_chart(&facts);
    let drawn =
        drawn.ok_or_else(|| Problem::not_found(format!("story `{}` has no figure to draw", story.id)))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], drawn).into_response())
}
