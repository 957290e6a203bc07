//! The developing event that articles are about. Plain data; which article belongs to which story is `assign`'s to say.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::article::ArticleId;
use super::claim::Effect;

/// Identity of a story: made from the id of the article that opened it.
pub type StoryId = String;

/// A story as stored, without its facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// Identity.
    pub id: StoryId,
    /// Title of the article that opened it.
    pub title: String,
    /// When its first article spoke.
    pub opened_at: Timestamp,
    /// When its latest article spoke: after a quiet time the story closes.
    pub last_report_at: Timestamp,
    /// How many articles belong to it.
    pub articles: u64,
    /// Counts the commits that touched it: an instance whose copy is older must read it again.
    pub revision: u64,
    /// What the story is about, in the form `assign` compares.
    pub profile: Profile,
}

/// What a story is about: bounded, so that a story of a thousand articles costs no more to compare than one of ten.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Weight by term; the lightest are dropped beyond the limit that `assign` sets.
    pub terms: Terms,
    /// Sketches of the story's latest reports, by which a copy of one of them is recognised.
    #[serde(default)]
    pub sketches: Vec<Arc<Sketch>>,
    /// The latest figures that its reports gave for the event as a whole: a report that recalls one of them as
    /// background is about another event.
    #[serde(default)]
    pub figures: Vec<(Effect, u64)>,
    /// None of its reports has claimed anything. Nearly all that is published opens such stories, so few of them stay open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bare: bool,
}

/// Weights of terms, each term once, in any order: every report makes them anew, and only the store, which writes few of
/// them, wants them in that of the terms.
#[derive(Debug, Clone, Default)]
pub struct Terms(Vec<(Arc<str>, f32)>);

impl Terms {
    fn in_order(&self) -> BTreeMap<&str, f32> {
        self.0.iter().map(|(term, weight)| (&**term, *weight)).collect()
    }
}

impl PartialEq for Terms {
    fn eq(&self, other: &Self) -> bool {
        self.in_order() == other.in_order()
    }
}

impl FromIterator<(Arc<str>, f32)> for Terms {
    fn from_iter<T: IntoIterator<Item = (Arc<str>, f32)>>(terms: T) -> Self {
        Self(terms.into_iter().collect())
    }
}

impl IntoIterator for Terms {
    type Item = (Arc<str>, f32);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Serialize for Terms {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        self.in_order().serialize(into)
    }
}

impl<'de> Deserialize<'de> for Terms {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(from).map(Self::from_iter)
    }
}

/// A report in the form in which copies are found: two texts that share most of their word sequences share most of
/// the numbers at equal places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    /// The report that copies of it count as.
    pub origin: ArticleId,
    /// The smallest hashes of its word sequences.
    pub minima: Vec<u32>,
}
