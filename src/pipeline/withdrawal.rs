//! A publisher withdraws a document. Comes in: the notice, the ledger and the store. Goes out: for each story in which
//! a version of the document spoke, the outcome that takes its claims back; none when no version is known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::editing::hold;
use crate::ledger::{Ledger, Outcome};
use crate::model::{Article, ArticleId, StoryId};
use crate::store::{Store, StoreError};

/// What the withdrawal changes.
pub(super) async fn outcomes(
    ledger: &mut Ledger,
    store: &dyn Store,
    notice: &Article,
    learned_at: Timestamp,
) -> Result<Vec<Outcome>, StoreError> {
    let document = notice.document.as_ref().unwrap_or(&notice.id);
    // Those of this batch are only in memory yet, those from before the start only in the store.
    let versions = ledger.versions_of(document).into_iter().chain(store.versions_of(document).await?);
    let mut stories: BTreeMap<StoryId, BTreeSet<ArticleId>> = BTreeMap::new();
    for (article, story) in versions {
        stories.entry(story).or_default().insert(article);
    }
    let mut outcomes = Vec::new();
    for (story, articles) in stories {
        hold(ledger, store, &story).await?;
        let mut notice = notice.clone();
        if !outcomes.is_empty() {
            // Two versions in two stories: each story gets a notice of its own.
            notice.id = format!("{}@{story}", notice.id);
        }
        outcomes.extend(ledger.retract(notice, &story, &articles, None, learned_at));
    }
    Ok(outcomes)
}
