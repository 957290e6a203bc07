//! From one item of an input to its articles with their claims. Comes in: bytes. Goes out: what was read, and what could
//! not be read with its reason. Pure but for the log; runs on any core.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;

use crate::assign::Traits;
use crate::extract;
use crate::inputs::{Checkpoint, Item, Receipt, Verdict};
use crate::model::{Article, Claim};
use crate::read::{self, ReadConfig, ReadError};
use crate::store::{FAILED_BYTES_MAX, HELD_BYTES_MAX};
use crate::text::gazetteer::Gazetteer;

/// One item with what could be read in it.
pub(super) struct ReadItem {
    pub(super) item: ItemRest,
    pub(super) articles: Vec<ReadArticle>,
    pub(super) failed: Vec<Unreadable>,
}

/// One article as it meets what is known. What follows from its text alone is made here, where there are many cores.
pub(super) struct ReadArticle {
    pub(super) article: Article,
    pub(super) claims: Vec<Claim>,
    pub(super) traits: Arc<Traits>,
}

/// What could not be read of an item: its reason, and as many of its bytes as the store keeps.
pub(super) struct Unreadable {
    pub(super) reason: String,
    pub(super) bytes: Vec<u8>,
    /// When it is to be read again by itself.
    pub(super) retry_at: Option<Timestamp>,
}

/// What is left of an item once its bytes are read.
pub(super) struct ItemRest {
    pub(super) input: String,
    pub(super) label: String,
    pub(super) form: Option<String>,
    pub(super) trace_parent: Option<String>,
    pub(super) retried: Option<i64>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) receipt: Receipt,
}

/// Reads items in their order. One on which the reader itself fails is left out, and nothing else with it.
pub(super) fn read_items(items: Vec<Item>, config: &ReadConfig, names: &Gazetteer) -> Vec<ReadItem> {
    let read = |item| catch_unwind(AssertUnwindSafe(|| read_item(item, config, names))).ok();
    items.into_iter().filter_map(read).collect()
}

fn read_item(item: Item, config: &ReadConfig, names: &Gazetteer) -> ReadItem {
    let Item { input, label, form, bytes, received_at, checkpoint, trace_parent, retried, receipt } = item;
    let (mut articles, mut failed) = (Vec::new(), Vec::new());
    match bytes {
        Err(reason) => failed.push(Unreadable { reason, bytes: Vec::new(), retry_at: None }),
        Ok(bytes) => {
            for article in read::read(&bytes, form.as_deref(), received_at, config) {
                match article {
                    Ok(article) => {
                        let claims = read_claims(&article, names);
                        let traits = Arc::new(Traits::of(&article, names));
                        articles.push(ReadArticle { article, claims, traits });
                    }
                    Err(error) => failed.push(Unreadable::of(&error, &bytes)),
                }
            }
        }
    }
    ReadItem {
        item: ItemRest { input, label, form, trace_parent, retried, checkpoint, receipt },
        articles,
        failed,
    }
}

/// What its input is told of an item, once what could not be read of it is in the store.
pub(super) fn verdict(failed: &[Unreadable]) -> Verdict {
    let reasons = failed.iter().map(|failed| failed.reason.as_str()).collect::<Vec<_>>().join("\n");
    let held = failed.iter().map(|failed| failed.retry_at).collect::<Option<Vec<_>>>();
    match held.map(|times| times.into_iter().max()) {
        Some(None) => Verdict::Committed,
        Some(Some(until)) => Verdict::Held(reasons, until),
        None => Verdict::Failed(reasons),
    }
}

fn read_claims(article: &Article, names: &Gazetteer) -> Vec<Claim> {
    let read = extract::read(article, names);
    for rule in read.lost_rules {
        tracing::error!(article = %article.id, rule, "a rule failed on this article and was left out; please report it");
    }
    if read.dropped > 0 {
        tracing::warn!(article = %article.id, dropped = read.dropped, "more claims than are kept of one article");
    }
    read.claims
}

impl Unreadable {
    fn of(error: &ReadError, bytes: &[u8]) -> Self {
        let bytes = bytes.get(error.bytes.clone()).unwrap_or_default();
        let retry_at = error.reason.held_until();
        let most = if retry_at.is_some() { HELD_BYTES_MAX } else { FAILED_BYTES_MAX };
        // One byte more than is kept shows the store that there was more.
        let kept = bytes.get(..=most).unwrap_or(bytes);
        Self { reason: error.to_string(), bytes: kept.to_vec(), retry_at }
    }
}
