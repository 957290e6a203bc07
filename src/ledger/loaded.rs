//! The facts in memory. Comes in: the facts of a story when they are needed, and what changes them. Goes out: the same, and
//! when there is more than fits, those of the stories untouched for longest are folded, and when that is not enough they go.
//! Never reads a store: who needs what has gone loads it again.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Fact, FactKey, StoryId};

/// The facts of a story, in key order, so that every walk over them gives the same answer.
pub(super) type Facts = BTreeMap<FactKey, Fact>;

/// Claims, all of them and those that are open. Of a story that is used only some facts are looked at, so most of it
/// stays folded once it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    all: usize,
    open: usize,
}

impl Count {
    fn of(facts: &Facts) -> Self {
        facts.values().fold(Self::default(), |count, fact| Self {
            all: count.all + fact.claims.count(),
            open: count.open + fact.claims.count_open(),
        })
    }

    /// One story counted so before, and counts so now.
    fn replace(&mut self, before: Self, now: Self) {
        self.all = self.all - before.all + now.all;
        self.open = self.open - before.open + now.open;
    }
}

/// What may stay in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Stories with their facts.
    pub(super) stories: usize,
    /// Claims of these, folded or open.
    pub(super) claims: usize,
    /// Claims that are open.
    pub(super) open_claims: usize,
}

/// The facts of the stories in use.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    stories: HashMap<StoryId, InUse>,
    /// Claims of all of them.
    claims: Count,
    /// Counts uses, to find the facts untouched for longest.
    uses: u64,
}

/// One story's facts.
#[derive(Debug, Default)]
struct InUse {
    facts: Facts,
    /// Claims of all its facts.
    claims: Count,
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
        let now = Count::of(&in_use.facts);
        self.claims.replace(in_use.claims, now);
        in_use.claims = now;
        changed
    }

    /// Drops the facts of a story.
    pub(super) fn forget(&mut self, story: &StoryId) {
        if let Some(in_use) = self.stories.remove(story) {
            self.claims.replace(in_use.claims, Count::default());
        }
    }

    /// Keeps to what there is room for. Beyond, a tenth more is folded and goes than must, so that the search for the oldest
    /// is rare. What was used last is folded at most, however much it is.
    pub(super) fn shed(&mut self, room: Room) {
        if self.claims.open > room.open_claims {
            self.fold_to(less(room.open_claims));
        }
        if self.exceeds(room) {
            let room = Room { stories: less(room.stories), claims: less(room.claims), ..room };
            let mut by_use = self.by_use();
            by_use.pop();
            for (_, story) in by_use {
                if !self.exceeds(room) {
                    break;
                }
                self.forget(&story);
            }
        }
    }

    /// Folds so that no more than these claims are open; whatever was changed stays.
    pub(super) fn fold_to(&mut self, open_claims: usize) {
        for (_, story) in self.by_use() {
            if self.claims.open <= open_claims {
                break;
            }
            self.fold(&story);
        }
    }

    /// Claims that are open.
    pub(super) fn open_claims(&self) -> usize {
        self.claims.open
    }

    /// The stories, that untouched for longest first.
    fn by_use(&self) -> Vec<(u64, StoryId)> {
        let mut by_use: Vec<(u64, StoryId)> =
            self.stories.iter().map(|(story, in_use)| (in_use.used, story.clone())).collect();
        by_use.sort_unstable();
        by_use
    }

    fn exceeds(&self, room: Room) -> bool {
        self.stories.len() > room.stories || self.claims.all > room.claims
    }

    fn fold(&mut self, story: &StoryId) {
        let Some(in_use) = self.stories.get_mut(story).filter(|in_use| in_use.claims.open > 0) else {
            return;
        };
        in_use.facts.values_mut().for_each(|fact| fact.claims.fold());
        let now = Count { open: 0, ..in_use.claims };
        self.claims.replace(in_use.claims, now);
        in_use.claims = now;
    }
}

const fn less(much: usize) -> usize {
    much - much / 10
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

    /// Room for so many stories, and so many claims of which none need be folded.
    const fn room(stories: usize, claims: usize) -> Room {
        Room { stories, claims, open_claims: claims }
    }

    #[test]
    fn stories_with_many_claims_make_room_as_many_stories_do() {
        let mut loaded = Loaded::default();
        for story in ["a", "b", "c", "d"] {
            say(&mut loaded, story, 10);
        }
        say(&mut loaded, "a", 11);
        loaded.shed(room(4, 40));
        assert_eq!(
            kept(&loaded, &["a", "b", "c", "d"]),
            [true, false, false, true],
            "51 claims, a the latest"
        );
        say(&mut loaded, "b", 1);
        loaded.shed(room(2, 40));
        assert_eq!(kept(&loaded, &["a", "b", "d"]), [true, true, false], "three stories");
        loaded.forget(&"a".to_owned());
        say(&mut loaded, "c", 39);
        loaded.shed(room(10, 40));
        assert_eq!(kept(&loaded, &["b", "c"]), [true, true], "what was forgotten counts no longer");
        loaded.shed(room(10, 9));
        assert_eq!(kept(&loaded, &["b", "c"]), [false, true], "the last in use stays, however much it is");
    }

    #[test]
    fn those_folded_make_room_and_are_the_same() {
        let (mut loaded, mut whole) = (Loaded::default(), Loaded::default());
        for (number, story) in ["a", "b", "c", "a", "d", "b", "a", "c"].into_iter().enumerate() {
            say(&mut loaded, story, 10 + number);
            say(&mut whole, story, 10 + number);
            loaded.shed(Room { open_claims: 20, ..room(10, 1000) });
            assert!(loaded.claims.open <= 20, "after {number}: {:?}", loaded.claims);
        }
        assert_eq!((loaded.claims.all, whole.claims.all), (108, 108));
        assert!(whole.claims.open == 108 && kept(&loaded, &["a", "b", "c", "d"]) == [true; 4]);
        for story in ["a", "b", "c", "d"] {
            let facts = |loaded: &mut Loaded| loaded.change(&story.to_owned(), |facts| facts.clone());
            assert_eq!(facts(&mut loaded), facts(&mut whole), "{story}");
        }
    }
}
