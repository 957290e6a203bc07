//! Which story an article belongs to. Comes in: an article with its claims, and the open stories. Goes out: the story,
//! whether it is opened by this article, and whether the article repeats one already known. Never does I/O, never
//! reads a clock: stories close by the articles' own time.

pub mod features;
mod figures;
mod index;
mod likeness;
mod sketch;
mod terms;

use crate::model::{ArticleId, StoryId};

use features::Features;

pub use index::StoryIndex;

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
    /// What the article is about, kept so that it is not read twice.
    pub features: Features,
    /// The article's sketch.
    pub sketch: Vec<u32>,
}
