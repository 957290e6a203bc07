//! Which story an article belongs to. Comes in: an article with its claims, and the open stories. Goes out: the story,
//! whether it is opened by this article, and whether the article repeats one already known. Never does I/O, never
//! reads a clock: stories close by the articles' own time.

pub mod features;
mod figures;
mod index;
mod lexicon;
mod likeness;
mod sketch;
mod terms;
mod words;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::model::{Article, ArticleId, Claim, Story, StoryId};
use crate::text::gazetteer::Gazetteer;

use features::Features;

pub use index::{Room, StoryIndex};

/// A story without a report for so long is closed, unless the config says otherwise.
const QUIET_AFTER: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The story that these reports make, each with its claims and the one it repeats, in this order, whatever they are
/// about: an editor says that they belong together. Nothing without a report.
pub fn gather(
    id: &StoryId,
    reports: &[(&Article, &[Claim], &ArticleId)],
    names: &Arc<Gazetteer>,
) -> Option<Story> {
    let mut index = StoryIndex::new(1, QUIET_AFTER, Arc::clone(names));
    let mut story = None;
    for (article, claims, origin) in reports {
        let assignment = Assignment {
            story: id.clone(),
            opens: story.is_none(),
            origin: (*origin).clone(),
            score: 1.0,
            traits: Arc::new(Traits::of(article, names)),
        };
        story = Some(index.enter(article, claims, &assignment));
    }
    story
}

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
    /// What the article is about, kept so that it is not read twice.
    pub traits: Arc<Traits>,
}

/// What an article is about, in the form in which stories are compared with it. It follows from the article alone, so that
/// it can be made on any core, before it is the article's turn to meet the stories.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traits {
    /// Its weighted terms.
    pub features: Features,
    /// Its sketch, by which copies are found.
    pub sketch: Vec<u32>,
}

impl Traits {
    /// The traits of an article.
    pub fn of(article: &Article, names: &Gazetteer) -> Self {
        Self { features: features::of(article, names), sketch: sketch::of(article) }
    }
}
