//! The pure composition of the middle: an article and its claims go in, the outcome to commit comes out. Used alike by
//! the daemon (memory restored from the store) and by `replay` (empty memory). Never does I/O, never reads a clock.

pub mod edit;
pub mod regroup;
pub mod replay;
mod loaded;
#[cfg(test)]
mod gold;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use self::loaded::{Facts, Loaded};
use crate::assign::{Assignment, Room, StoryIndex, Traits};
use crate::diff;
use crate::model::{Article, ArticleId, Claim, Fact, FactKey, KnownClaim, Message, Story, StoryId};
use crate::notify::decide;
use crate::text::gazetteer::Gazetteer;

/// Everything one article changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The article.
    pub article: Article,
    /// The article it repeats, or its own id.
    pub origin: ArticleId,
    /// Its story as it is afterwards.
    pub story: Story,
    /// Its claims, each with the key of the fact it speaks to.
    pub claims: Vec<(FactKey, KnownClaim)>,
    /// The facts it touched, as they are afterwards.
    pub facts: Vec<Fact>,
    /// The claims that the limit of the history dropped from them: no longer compared, kept for questions about the past.
    pub dropped: Vec<(FactKey, Arc<KnownClaim>)>,
    /// What is to be told, if anything.
    pub message: Option<Message>,
    /// When newsdelta learned it.
    pub learned_at: Timestamp,
}

/// What the ledger may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Stories whose facts are in memory after [`Ledger::shed`]; beyond it those untouched for longest are dropped and must be
    /// loaded again.
    pub loaded_stories: usize,
    /// Claims in these facts, likewise: a story may have a few or thousands.
    pub loaded_claims: usize,
    /// Those of them that are open, ready to be looked at. Beyond it those of stories untouched for longest are folded, which
    /// takes a fifth of the room, and opened fact by fact when a report comes that is compared with them.
    pub open_claims: usize,
    /// Facts that are awake, ready to be compared. Beyond it stories untouched for longest are laid to sleep, each in one piece
    /// that takes a fraction of the room, and woken when a report comes.
    pub awake_facts: usize,
    /// Open stories; beyond it the one that spoke longest ago closes.
    pub open_stories: usize,
    /// A story closes when nothing was reported on it for this long, measured in the articles' own time.
    pub quiet_after: SignedDuration,
    /// Article ids by which a second arrival is recognised without asking the store; the oldest are forgotten.
    pub remembered_articles: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            loaded_stories: 2_000,
            loaded_claims: 80_000,
            open_claims: 4_000,
            awake_facts: 2_000,
            open_stories: 100_000,
            // Follow-ups of a disaster come for weeks; a month of silence ends the developing phase.
            quiet_after: SignedDuration::from_hours(24 * 30),
            remembered_articles: 100_000,
        }
    }
}

/// What is known, in memory: the open stories, the facts of those in use, and the articles seen lately.
#[derive(Debug)]
pub struct Ledger {
    limits: Limits,
    index: StoryIndex,
    loaded: Loaded,
    seen: HashMap<ArticleId, StoryId>,
    seen_order: VecDeque<ArticleId>,
}

impl Ledger {
    /// A ledger that knows nothing but the names of the world.
    pub fn new(limits: Limits) -> Self {
        Self::with_names(limits, Gazetteer::builtin())
    }

    /// A ledger that also knows the names a user added.
    pub fn with_names(limits: Limits, gazetteer: Arc<Gazetteer>) -> Self {
        Self {
            limits,
            index: StoryIndex::new(limits.open_stories, limits.quiet_after, gazetteer),
            loaded: Loaded::default(),
            seen: HashMap::new(),
            seen_order: VecDeque::new(),
        }
    }

    /// Puts stories into the assignment index, as the store returned them; one already there is replaced. Their facts
    /// are read when they are needed.
    pub fn restore(&mut self, stories: Vec<Story>) {
        for story in stories {
            self.loaded.forget(&story.id);
            self.index.insert(story);
        }
    }

    /// Whether this article was applied already, as far as memory reaches.
    pub fn knows(&self, article: &ArticleId) -> bool {
        self.seen.contains_key(article)
    }

    /// Which story the article belongs to. Changes nothing: the same question gives the same answer until `apply`.
    pub fn assign(&self, article: &Article, claims: &[Claim]) -> Assignment {
        self.assign_by(article, claims, Arc::new(Traits::of(article, &self.index.names())))
    }

    /// The same for an article whose traits were made before.
    pub fn assign_by(&self, article: &Article, claims: &[Claim], traits: Arc<Traits>) -> Assignment {
        self.index.assign(article, claims, traits)
    }

    /// Whether the facts of this story must be loaded before these claims are applied. A story that an article is about to
    /// open needs nothing, and neither does an article that claims nothing.
    pub fn needs(&self, assignment: &Assignment, claims: &[Claim]) -> bool {
        !claims.is_empty() && !assignment.opens && !self.loaded.contains(&assignment.story)
    }

    /// The facts of a story, as the store returned them.
    pub fn load(&mut self, story: &StoryId, facts: Vec<Fact>) {
        let facts = facts.into_iter().map(|mut fact| {
            // The same order as before the restart, so that what follows is the same too.
            diff::course::sort(&mut fact.claims);
            (fact.key.clone(), fact)
        });
        let facts = facts.collect();
        self.loaded.change(story, |loaded| *loaded = facts);
    }

    /// Enters an article into its story and says what that changes. Outcomes of one story that are committed together
    /// follow on each other. Facts that were neither loaded nor opened here count as empty.
    pub fn apply(
        &mut self,
        article: Article,
        claims: Vec<Claim>,
        assignment: Assignment,
        learned_at: Timestamp,
    ) -> Outcome {
        let story = self.index.enter(&article, &claims, &assignment);
        self.remember(&article.id, &story.id);
        let mut entry = diff::Entry::default();
        // Nine in ten articles claim nothing: they take no place among the stories in use.
        if !claims.is_empty() {
            entry = self.loaded.change(&story.id, |facts| {
                diff::enter(facts, &article, &assignment.origin, claims, learned_at)
            });
            // A batch may be long. Neither folding nor sleeping loses anything of what no store has yet.
            if self.loaded.open_claims() > self.limits.open_claims.saturating_mul(2) {
                self.loaded.fold_to(self.limits.open_claims);
            }
            if self.loaded.awake_facts() > self.limits.awake_facts.saturating_mul(2) {
                self.loaded.sleep_to(self.limits.awake_facts);
            }
        }
        outcome(article, assignment.origin, story, entry, learned_at)
    }

    /// Whether a story is open and its facts are in memory, as [`Ledger::edit`] and [`Ledger::retract`] need it.
    pub fn holds(&self, story: &StoryId) -> bool {
        self.index.contains(story) && self.loaded.contains(story)
    }

    /// Enters an article that speaks to a story by name, whatever its words are about: an editor's. None when the story
    /// is not held.
    pub fn edit(
        &mut self,
        article: Article,
        story: &StoryId,
        claims: Vec<Claim>,
        learned_at: Timestamp,
    ) -> Option<Outcome> {
        let story = self.touch(story)?;
        let enter = |facts: &mut Facts| diff::enter(facts, &article, &article.id, claims, learned_at);
        let entry = self.loaded.change(&story.id, enter);
        self.remember(&article.id, &story.id);
        let origin = article.id.clone();
        Some(outcome(article, origin, story, entry, learned_at))
    }

    /// Takes back what articles said in a story, in one fact or in all, as the notice says. None when the story is not
    /// held.
    pub fn retract(
        &mut self,
        notice: Article,
        story: &StoryId,
        articles: &BTreeSet<ArticleId>,
        key: Option<FactKey>,
        learned_at: Timestamp,
    ) -> Option<Outcome> {
        let story = self.touch(story)?;
        let keys = key.map(|key| BTreeSet::from([key]));
        let retract = |facts: &mut Facts| diff::retract(facts, &notice, articles, keys.as_ref(), learned_at);
        let entry = self.loaded.change(&story.id, retract);
        self.remember(&notice.id, &story.id);
        let origin = notice.id.clone();
        Some(outcome(notice, origin, story, entry, learned_at))
    }

    /// Counts a commit to a story that is held.
    fn touch(&mut self, story: &StoryId) -> Option<Story> {
        if self.loaded.contains(story) { self.index.touch(story) } else { None }
    }

    /// The versions of a document that memory knows, with their stories. A withdrawal is rare: it may search.
    pub fn versions_of(&self, document: &str) -> Vec<(ArticleId, StoryId)> {
        let version = |id: &ArticleId| {
            id.strip_prefix(document).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
        };
        let mut versions: Vec<(ArticleId, StoryId)> = self
            .seen
            .iter()
            .filter(|(id, _)| version(id))
            .map(|(id, story)| (id.clone(), story.clone()))
            .collect();
        versions.sort();
        versions
    }

    /// Keeps the facts in memory within their limits. For the time between batches: what a batch has changed so far is in no
    /// store yet from which it could be loaded again.
    pub fn shed(&mut self) {
        let Limits { loaded_stories, loaded_claims, open_claims, awake_facts, .. } = self.limits;
        self.loaded.shed(loaded::Room {
            stories: loaded_stories,
            claims: loaded_claims,
            open_claims,
            awake_facts,
        });
    }

    /// Drops everything in memory about a story, after a commit that failed: the caller reads it from the store again
    /// (`restore`), if it is there.
    pub fn forget(&mut self, story: &StoryId) {
        self.loaded.forget(story);
        self.index.remove(story);
        self.seen.retain(|_, of| of != story);
        self.seen_order.retain(|article| self.seen.contains_key(article));
    }

    /// Drops everything in memory, before the open stories are read from the store anew.
    pub fn clear(&mut self) {
        *self = Self::with_names(self.limits, self.index.names());
    }

    /// How many stories may be open.
    pub fn room(&self) -> Room {
        self.index.room()
    }

    /// How many stories are open.
    pub fn open_stories(&self) -> usize {
        self.index.len()
    }

    /// How many facts are awake.
    pub fn awake_facts(&self) -> usize {
        self.loaded.awake_facts()
    }

    /// How many claims the facts in memory have together.
    pub fn claims_in_memory(&self) -> usize {
        self.loaded.claims()
    }

    fn remember(&mut self, article: &ArticleId, story: &StoryId) {
        if self.seen.insert(article.clone(), story.clone()).is_none() {
            self.seen_order.push_back(article.clone());
        }
        while self.seen_order.len() > self.limits.remembered_articles {
            if let Some(oldest) = self.seen_order.pop_front() {
                self.seen.remove(&oldest);
            }
        }
    }
}

fn outcome(
    article: Article,
    origin: ArticleId,
    story: Story,
    entry: diff::Entry,
    learned_at: Timestamp,
) -> Outcome {
    let diff::Entry { claims, facts, dropped, changes } = entry;
    let message = decide::message(&article, &story, changes, learned_at);
    Outcome { article, origin, story, claims, facts, dropped, message, learned_at }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Articles about nothing open stories without end; a story that something is known of stays open beside them.
    #[test]
    fn what_is_about_nothing_makes_room_first() {
        use super::replay::enter;
        use crate::model::Draft;
        let mut ledger = Ledger::new(Limits { open_stories: 20, ..Limits::default() });
        let article = |number: usize, text: String| {
            let draft = Draft { id: Some(format!("a{number}")), text, ..Draft::default() };
            Article::new(
                draft,
                Timestamp::UNIX_EPOCH + SignedDuration::from_mins(i64::try_from(number).unwrap()),
            )
        };
        let mut read = |number: usize, text: &str| {
            let article = article(number, text.to_owned());
            let claims = crate::extract::extract(&article);
            enter(&mut ledger, article, claims)
        };
        let ferry = "Ferry sinks off Puerto Calandra\n\nAt least 12 people were killed when a ferry capsized off Puerto \
                     Calandra in Uruguay, the coast guard said.";
        let first = read(0, ferry);
        assert!(!first.claims.is_empty() && !first.story.profile.bare);
        for number in 1..60 {
            // Letters, so that no two have a word in common.
            let word = |kind: usize| {
                let letter = |digit: usize| char::from(b'a' + u8::try_from(digit % 20).unwrap());
                format!("{}{}{}{}", letter(kind), letter(number), letter(number / 20), "ovy".repeat(2))
            };
            let other =
                read(number, &format!("{} {}\n\n{} {} {}.", word(0), word(1), word(2), word(3), word(4)));
            assert!(other.claims.is_empty() && other.story.profile.bare, "{number}");
            assert_ne!(other.story.id, first.story.id);
        }
        let later = read(60, &ferry.replace("12", "15"));
        assert_eq!(later.story.id, first.story.id, "it is still open");
        assert_eq!(ledger.open_stories(), 3, "of twenty places two are for bare stories");
    }

    /// What a batch changes must stay in memory until it is written; it need not stay open.
    #[test]
    fn also_in_a_long_batch_few_claims_are_open() {
        use super::replay::enter;
        use crate::model::Draft;
        let mut ledger = Ledger::new(Limits { open_claims: 5, ..Limits::default() });
        for number in 0..30 {
            let text = format!(
                "Ferry sinks off Puerto Calandra\n\nAt least {} people were killed when a ferry capsized off Puerto \
                 Calandra in Uruguay, the coast guard said.",
                number + 12
            );
            let draft = Draft { id: Some(format!("a{number:02}")), text, ..Draft::default() };
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(number);
            let article = Article::new(draft, at);
            let claims = crate::extract::extract(&article);
            assert_eq!(enter(&mut ledger, article, claims).facts.len(), 1, "{number}");
            assert!(ledger.loaded.open_claims() <= 10, "{number}: {}", ledger.loaded.open_claims());
        }
    }

    #[test]
    fn what_a_user_added_outlives_a_refused_commit() {
        let names = Arc::new(Gazetteer::with(&[]));
        let mut ledger = Ledger::with_names(Limits::default(), Arc::clone(&names));
        ledger.clear();
        assert!(Arc::ptr_eq(&ledger.index.names(), &names));
    }
}
