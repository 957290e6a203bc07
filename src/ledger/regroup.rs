//! Reports that change their story: two stories become one, or one becomes two. Comes in: the stories with their reports,
//! claims and messages. Goes out: the stories as they are afterwards, as if each had had its reports from the start;
//! nothing that was told is news again. Never does I/O, never reads a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::assign;
use crate::diff::RETRACTION;
use crate::diff::regroup::{Told, compose};
use crate::model::{
    Alert, Article, ArticleId, Claim, Fact, FactKey, KnownClaim, Message, Moment, Story, StoryId,
};
use crate::store::KnownArticle;
use crate::text::gazetteer::Gazetteer;

/// What carries an editor's word bears an id that starts so.
pub const EDIT_PREFIX: &str = "edit-";

/// A story with everything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The story.
    pub story: Story,
    /// Its articles, the latest at least, in order of commit.
    pub articles: Vec<KnownArticle>,
    /// Every claim made in it.
    pub claims: Vec<(FactKey, Arc<KnownClaim>)>,
    /// Its messages with their numbers, which rise from one commit to the next.
    pub messages: Vec<(i64, Message)>,
}

/// A story as it is afterwards. Its revision is that of before.
#[derive(Debug, Clone, PartialEq)]
pub struct Regrouped {
    /// The story.
    pub story: Story,
    /// Its facts.
    pub facts: Vec<Fact>,
}

/// Two stories as one, which stays the second.
pub fn merge(from: Whole, into: Whole, names: &Arc<Gazetteer>) -> Regrouped {
    let mut whole = into;
    whole.articles.extend(from.articles);
    // In the order in which they were learned, as if they had always been one.
    whole.articles.sort_by_key(|known| known.learned_at);
    whole.claims.extend(from.claims);
    whole.messages.extend(from.messages);
    whole.messages.sort_by_key(|(number, _)| *number);
    let (count, opened) = (whole.story.articles + from.story.articles, from.story.opened_at);
    let (last, title) = (from.story.last_report_at, whole.story.title.clone());
    let mut merged = made_of(whole, true, names);
    merged.story.articles = count;
    merged.story.title = title;
    merged.story.opened_at = merged.story.opened_at.min(opened);
    merged.story.last_report_at = merged.story.last_report_at.max(last);
    merged
}

/// What must go along when these articles leave the story: notices that only take back what they said.
pub fn moved(whole: &Whole, articles: &BTreeSet<ArticleId>) -> BTreeSet<ArticleId> {
    let mut by_article: BTreeMap<&ArticleId, bool> = BTreeMap::new();
    for (_, known) in &whole.claims {
        let goes = known.retracts.as_ref().is_some_and(|taken| articles.contains(taken));
        by_article.entry(&known.article).and_modify(|all| *all &= goes).or_insert(goes);
    }
    let notices = by_article.into_iter().filter(|(_, goes)| *goes).map(|(article, _)| article.clone());
    articles.iter().cloned().chain(notices).collect()
}

/// The story without these articles, and the story that they make, under its id. Nothing when one of both had no report.
pub fn split(
    whole: Whole,
    moved: &BTreeSet<ArticleId>,
    id: &StoryId,
    names: &Arc<Gazetteer>,
) -> Option<(Regrouped, Regrouped)> {
    let goes = |known: &KnownClaim| {
        moved.contains(&known.article) || known.retracts.as_ref().is_some_and(|taken| moved.contains(taken))
    };
    let Whole { story, articles, claims, messages } = whole;
    let (gone, kept): (Vec<_>, Vec<_>) =
        articles.into_iter().partition(|known| moved.contains(&known.article.id));
    let count = u64::try_from(gone.iter().filter(|known| is_report(&known.article)).count()).ok()?;
    if count == 0 || count >= story.articles {
        return None;
    }
    let (claims_gone, claims_kept) = claims.into_iter().partition(|(_, known)| goes(known));
    let (messages_gone, messages_kept) =
        messages.into_iter().partition(|(_, message)| moved.contains(&message.article));
    let left = story.articles - count;
    let fresh = Story { id: id.clone(), articles: count, ..story.clone() };
    let stays = Whole { story, articles: kept, claims: claims_kept, messages: messages_kept };
    let leaves = Whole { story: fresh, articles: gone, claims: claims_gone, messages: messages_gone };
    let (mut stays, leaves) = (made_of(stays, false, names), made_of(leaves, false, names));
    stays.story.articles = left;
    Some((stays, leaves))
}

/// Whether an article is a report: not an editor's word, and no notice that takes others back.
fn is_report(article: &Article) -> bool {
    !article.id.starts_with(EDIT_PREFIX) && article.status.is_usable()
}

/// The story that these reports make. What it cannot know of reports that are not among them it keeps.
fn made_of(whole: Whole, several: bool, names: &Arc<Gazetteer>) -> Regrouped {
    let Whole { story, articles, claims, messages } = whole;
    let mut said: BTreeMap<&ArticleId, Vec<Claim>> = BTreeMap::new();
    for (_, known) in claims.iter().filter(|(_, known)| known.retracts.is_none()) {
        said.entry(&known.article).or_default().push(known.claim.clone());
    }
    let reports: Vec<(&Article, &[Claim], &ArticleId)> = articles
        .iter()
        .filter(|known| is_report(&known.article))
        .map(|known| {
            let claims = said.get(&known.article.id).map(Vec::as_slice).unwrap_or_default();
            (&known.article, claims, &known.origin)
        })
        .collect();
    let all_known = u64::try_from(reports.len()).is_ok_and(|known| known >= story.articles);
    let made = assign::gather(&story.id, &reports, names);
    let story = match made {
        Some(made) if all_known => Story { revision: story.revision, articles: story.articles, ..made },
        Some(made) => Story { profile: made.profile, last_report_at: made.last_report_at, ..story },
        None => story,
    };
    let told: Vec<Told> = messages
        .iter()
        .flat_map(|(_, message)| message.alerts.iter().map(|alert| told(message, alert)))
        .collect();
    Regrouped { story, facts: compose(claims, &told, several).into_values().collect() }
}

fn told(message: &Message, alert: &Alert) -> Told {
    let arrived = message.received_at.unwrap_or(message.created_at);
    Told {
        key: alert.fact.clone(),
        kind: alert.change,
        before: alert.before.clone(),
        after: alert.after.clone(),
        takes_back: alert.evidence.rule == RETRACTION,
        spoken_at: alert.published_at.map_or(arrived, |moment: Moment| moment.at),
    }
}
