//! How many rows a second a store takes, and whether a commit costs more when it is full: SQLite, and PostgreSQL beside it
//! where `NEWSDELTA_TEST_POSTGRES` names a server (tests/bench/all starts one). Run with `cargo bench --bench store`; prints
//! a table. Writes to the folder for temporary files: set TMPDIR to measure another disk.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a bench is for people to read, is told by the environment which server, and ends at the first thing that does not work"
)]

#[path = "flow/database.rs"]
mod database;
mod table;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use newsdelta::clock::{FixedClock, SharedClock};
use newsdelta::config::RetryConfig;
use newsdelta::ledger::Outcome;
use newsdelta::model::alert::AlertEvidence;
use newsdelta::model::story::Profile;
use newsdelta::model::{
    Alert, Article, Bound, Casualty, ChangeKind, Claim, Draft, Effect, Evidence, Fact, FactKey, Group,
    KnownClaim, Message, Relation, Scope, Span, Story, Value,
};
use newsdelta::notify::Dispatcher;
use newsdelta::outputs::{DeliveryError, Output};
use newsdelta::store::sqlite::{Access, Options};
use newsdelta::store::{Commit, Pace, Parcel, PostgresStore, SqliteStore, Store};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use database::Server;
use table::{Table, machine, per_second};

/// Outcomes in one commit, as `batch_articles_max` has it.
const BATCH: u64 = 200;
/// Commits measured.
const COMMITS: u64 = 100;
/// Stories that the articles of a run belong to.
const STORIES: u64 = 1000;
/// Claims of one article.
const CLAIMS: u64 = 3;
/// One article in so many is told.
const TOLD: u64 = 5;

fn main() {
    println!("{}\n", machine());
    let articles = BATCH * COMMITS;
    println!(
        "{articles} articles in {COMMITS} commits of {BATCH}, {STORIES} stories, {CLAIMS} claims each\n"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut table = Table::new(&[
        "store",
        "rows/s",
        "articles/s",
        "µs a row, first tenth",
        "last tenth",
        "deliveries/s",
        "bytes an article",
        "server, CPU ms/article",
    ]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("store.db");
    let store = SqliteStore::open(&path, Access::Daemon, Options::default()).expect("a fresh store");
    let mut row = runtime.block_on(measure("SQLite", Arc::new(store)));
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    row.extend([format!("{:.0}", bytes as f64 / articles as f64), String::new()]);
    table.row(&row);
    if let Some(mut server) = Server::known() {
        let (url, before) = (server.database(), server.spent());
        let store = runtime.block_on(postgres(url));
        let mut row = runtime.block_on(measure("PostgreSQL", Arc::clone(&store)));
        let spent = server.spent().saturating_sub(before).as_secs_f64() * 1e3;
        let bytes = runtime.block_on(store.metrics()).expect("figures").bytes;
        row.push(format!("{:.0}", bytes as f64 / articles as f64));
        row.push(format!("{:.2}", spent / articles as f64));
        table.row(&row);
    }
    println!("{table}");
}

async fn postgres(url: String) -> Arc<dyn Store> {
    let options = newsdelta::store::postgres::Options {
        url: url.into(),
        tls_ca_file: None,
        connections_max: 8,
        statement_timeout: Duration::from_secs(60),
        turn_timeout: Duration::from_secs(60),
    };
    Arc::new(PostgresStore::open(&options, Access::Daemon).await.expect("a fresh database"))
}

async fn measure(name: &str, store: Arc<dyn Store>) -> Vec<String> {
    let mut tenths = Vec::new();
    for tenth in 0..10 {
        let commits: Vec<Commit> = (tenth * COMMITS / 10..(tenth + 1) * COMMITS / 10).map(commit).collect();
        let rows: usize = commits.iter().map(rows).sum();
        let began = Instant::now();
        for commit in &commits {
            store.commit(commit).await.expect("a commit");
        }
        tenths.push((rows, began.elapsed()));
    }
    let (rows, took) = tenths.iter().fold((0, Duration::ZERO), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let cost = |(rows, took): &(usize, Duration)| took.as_secs_f64() / *rows as f64 * 1e6;
    let (first, last) = (tenths.first().map_or(0.0, cost), tenths.last().map_or(0.0, cost));
    let articles = BATCH * COMMITS;
    let began = Instant::now();
    let delivered = deliver(&store, articles / TOLD).await;
    vec![
        name.to_owned(),
        format!("{:.0}", per_second(rows as f64, took)),
        format!("{:.0}", per_second(articles as f64, took)),
        format!("{first:.1}"),
        format!("{last:.1}"),
        format!("{:.0}", per_second(delivered as f64, began.elapsed())),
    ]
}

/// Rows written by a commit.
fn rows(commit: &Commit) -> usize {
    let told = commit.outcomes.iter().filter(|outcome| outcome.message.is_some()).count();
    // A story and an article each; a fact for each claim; a message and its delivery.
    commit.outcomes.iter().map(|outcome| 2 + outcome.claims.len() * 2).sum::<usize>() + told * 2
}

fn at(number: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(i64::try_from(number).unwrap_or(0))
}

fn commit(number: u64) -> Commit {
    let outcomes: Vec<_> = (0..BATCH).map(|n| outcome(number * BATCH + n)).collect();
    let parcel = |message: &Message| Parcel {
        output: "collector".to_owned(),
        message: message.clone(),
        pace: Pace::Now,
        subject: None,
    };
    let parcels = outcomes.iter().filter_map(|outcome| outcome.message.as_ref()).map(parcel).collect();
    Commit { outcomes, parcels, at: at(0), ..Commit::default() }
}

fn outcome(number: u64) -> Outcome {
    let draft = Draft {
        id: Some(format!("{number:024x}")),
        outlet: Some("Harbour Post".to_owned()),
        url: Some(format!("https://harbour.example/{number}")),
        title: Some("Toll of the ferry accident rises".to_owned()),
        text: "At least twelve people died when the ferry capsized, the harbour master said. ".repeat(50),
        ..Draft::default()
    };
    let article = Article::new(draft, at(number));
    let (story, revision) = (format!("{:024x}", number % STORIES), number / STORIES + 1);
    let claims: Vec<(FactKey, KnownClaim)> = (0..CLAIMS).map(|n| claim(&article, n, number)).collect();
    let facts = claims.iter().map(|(key, claim)| Fact {
        value: Some(value(claim)),
        told: Some(value(claim)),
        claims: vec![Arc::new(claim.clone())].into(),
        ..Fact::empty(key.clone())
    });
    let message = number.is_multiple_of(TOLD).then(|| message(&article, &story, &claims));
    Outcome {
        origin: article.id.clone(),
        facts: facts.collect(),
        dropped: Vec::new(),
        story: Story {
            id: story,
            title: article.title.clone(),
            opened_at: at(0),
            last_report_at: at(number),
            articles: revision,
            revision,
            profile: Profile {
                terms: (0..100_u8).map(|n| (format!("term-{n}").into(), f32::from(n) / 7.0)).collect(),
                ..Profile::default()
            },
        },
        message: message.flatten(),
        learned_at: at(number),
        claims,
        article,
    }
}

fn claim(article: &Article, n: u64, number: u64) -> (FactKey, KnownClaim) {
    let effect = Effect::ALL.get(usize::try_from(n).unwrap_or(0)).copied().unwrap_or(Effect::Killed);
    let quote = "At least twelve people died when the ferry capsized, the harbour master said.".to_owned();
    let span = Span { start: article.body_start(), end: article.body_start() + quote.len() };
    let casualty = Casualty {
        effect,
        value: number,
        high: None,
        bound: Bound::AtLeast,
        group: Group::People,
        side: None,
        place: Some("the harbour".to_owned()),
        scope: Scope::Event,
        source: Some("the harbour master".to_owned()),
        as_of: None,
        relation: Relation::Whole,
        evidence: Evidence { quote, span, rule: "people_died".to_owned() },
    };
    let key = FactKey::Casualties {
        effect,
        group: Group::People,
        side: None,
        place: casualty.place.clone(),
        scope: Scope::Event,
    };
    let known = KnownClaim {
        claim: Claim::Casualty(casualty),
        article: article.id.clone(),
        outlet: article.outlet.clone(),
        origin: article.id.clone(),
        held_at: article.spoken_at(),
        spoken_at: article.spoken_at(),
        learned_at: at(number),
        retracts: None,
    };
    (key, known)
}

fn value(claim: &KnownClaim) -> Value {
    Value::Casualties {
        value: 12,
        high: None,
        bound: Bound::AtLeast,
        source: claim.claim.source().map(str::to_owned),
        article: claim.article.clone(),
        as_of: claim.held_at,
    }
}

fn message(article: &Article, story: &str, claims: &[(FactKey, KnownClaim)]) -> Option<Message> {
    let (key, claim) = claims.first()?;
    let evidence = claim.claim.evidence();
    let alert = Alert {
        id: format!("alert-{}", article.id),
        article: article.id.clone(),
        article_title: article.title.clone(),
        outlet: article.outlet.clone(),
        url: article.url.clone(),
        published_at: None,
        story: story.to_owned(),
        story_title: article.title.clone(),
        about: key.about().to_owned(),
        fact: key.clone(),
        change: ChangeKind::Up,
        before: Some(value(claim)),
        after: value(claim),
        evidence: AlertEvidence {
            quote: evidence.quote.clone(),
            span: evidence.span,
            rule: evidence.rule.clone(),
        },
        quote_before: None,
        sources: 1,
        reason: "the toll rose".to_owned(),
        corrects: Vec::new(),
        folds: Vec::new(),
        text_sha256: None,
        proof: None,
    };
    Some(Message {
        id: format!("message-{}", article.id),
        story: story.to_owned(),
        article: article.id.clone(),
        created_at: claim.learned_at,
        received_at: None,
        trace_parent: None,
        digest: None,
        alerts: vec![alert],
    })
}

/// Delivers everything that is due and says how much it was.
async fn deliver(store: &Arc<dyn Store>, messages: u64) -> u64 {
    let counter = Arc::new(Counter(Semaphore::new(0)));
    let output: Arc<dyn Output> = Arc::<Counter>::clone(&counter);
    let retry = RetryConfig {
        wait_min: Duration::from_secs(1),
        wait_max: Duration::from_secs(1),
        attempts_max: 1,
        age_max: Duration::from_secs(1_000_000),
        schedule: Vec::new(),
        disable_after: Duration::ZERO,
        attempt_timeout: Duration::from_secs(10),
    };
    let clock: SharedClock = Arc::new(FixedClock(at(1)));
    let stop = CancellationToken::new();
    let dispatcher =
        Dispatcher::new(store, &clock, &Arc::default(), vec![(output, retry)], Duration::from_secs(10));
    let running = tokio::spawn(dispatcher.run(stop.clone()));
    let all = counter.0.acquire_many(u32::try_from(messages).unwrap_or(u32::MAX)).await;
    drop(all.expect("the counter stays open"));
    stop.cancel();
    running.await.expect("the dispatcher ends");
    messages
}

/// Takes everything.
struct Counter(Semaphore);

#[async_trait]
impl Output for Counter {
    fn name(&self) -> &'static str {
        "collector"
    }

    async fn deliver(&self, _message: &Message, _attempt: u32) -> Result<(), DeliveryError> {
        self.0.add_permits(1);
        Ok(())
    }
}
