//! The facts in memory. Comes in: the facts of a story when they are needed, and what changes them. Goes out: the same, and
//! when there is more than fits, those of the stories untouched for longest go. Never reads a store: who needs what has
//! gone loads it again.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Fact, FactKey, StoryId};

/// The facts of a story, in key order, so that every walk over them gives the same answer.
pub(super) type Facts = BTreeMap<FactKey, Fact>;

/// The facts of the stories in use.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    stories: HashMap<StoryId, InUse>,
    /// Claims of all of them.
    claims: usize,
    /// Counts uses, to find the facts untouched for longest.
    uses: u64,
}

/// One story's facts.
#[derive(Debug, Default)]
struct InUse {
    facts: Facts,
    /// Claims of all its facts.
    claims: usize,
    /// The count of uses at the last use.
    used: u64,
}

impl Loaded {
    /// Whether the facts of a story are here.
    pub(super) fn contains(&self, story: &StoryId) -> bool {
        self.stories.contains_key(story)
    }

    /// Changes the facts of a story, of which nothing is known when they are not here.
    pub(super) fn change<T>(&mut self, story: &StoryId, change: impl FnOnce(&mut Facts) -> T) -> T {
        self.uses += 1;
        let in_use = self.stories.entry(story.clone()).or_default();
        in_use.used = self.uses;
        let changed = change(&mut in_use.facts);
        self.claims -= in_use.claims;
        in_use.claims = in_use.facts.values().map(|fact| fact.claims.len()).sum();
        self.claims += in_use.claims;
        changed
    }

    /// Drops the facts of a story.
    pub(super) fn forget(&mut self, story: &StoryId) {
        if let Some(in_use) = self.stories.remove(story) {
            self.claims -= in_use.claims;
        }
    }

    /// Keeps to so many stories and claims. Beyond, a tenth more goes than must, so that the search for the oldest is rare.
    /// What was used last stays, however much it is.
    pub(super) fn shed(&mut self, stories: usize, claims: usize) {
        if self.stories.len() <= stories && self.claims <= claims {
            return;
        }
        let mut by_use: Vec<(u64, StoryId)> =
            self.stories.iter().map(|(story, in_use)| (in_use.used, story.clone())).collect();
        by_use.sort_unstable();
        by_use.pop();
        for (_, story) in by_use {
            if self.stories.len() <= stories - stories / 10 && self.claims <= claims - claims / 10 {
                return;
            }
            self.forget(&story);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::timeline::{casualty, report};
    use crate::model::ArticleId;

    /// Lets a report say so many things of one story.
    fn say(loaded: &mut Loaded, story: &str, figures: usize) {
        let report = report(&format!("{story}-{figures}"), "Post", 1);
        let claims = (0..figures).map(|figure| casualty(&format!("{} place=P{figure}", figure + 1), figure));
        let claims: Vec<_> = claims.collect();
        let origin: &ArticleId = &report.id;
        loaded.change(&story.to_owned(), |facts| {
            crate::diff::enter(facts, &report, origin, claims, report.received_at)
        });
    }

    fn kept(loaded: &Loaded, stories: &[&str]) -> Vec<bool> {
        stories.iter().map(|story| loaded.contains(&(*story).to_owned())).collect()
    }

    #[test]
    fn stories_with_many_claims_make_room_as_many_stories_do() {
        let mut loaded = Loaded::default();
        for story in ["a", "b", "c", "d"] {
            say(&mut loaded, story, 10);
        }
        say(&mut loaded, "a", 11);
        loaded.shed(4, 40);
        assert_eq!(
            kept(&loaded, &["a", "b", "c", "d"]),
            [true, false, false, true],
            "51 claims, a the latest"
        );
        say(&mut loaded, "b", 1);
        loaded.shed(2, 40);
        assert_eq!(kept(&loaded, &["a", "b", "d"]), [true, true, false], "three stories");
        loaded.forget(&"a".to_owned());
        say(&mut loaded, "c", 39);
        loaded.shed(10, 40);
        assert_eq!(kept(&loaded, &["b", "c"]), [true, true], "what was forgotten counts no longer");
        loaded.shed(10, 9);
        assert_eq!(kept(&loaded, &["b", "c"]), [false, true], "the last in use stays, however much it is");
    }
}
