//! The facts in memory. Comes in: the facts of a story when they are needed, and what changes them. Goes out: the same, and
//! when there is more than fits, of the stories untouched for longest first the claims are folded, then whole stories are
//! laid to sleep in one piece each, and when that is not enough they go. Never reads a store: who needs what has gone loads it
//! again.

use std::collections::{BTreeMap, HashMap};
use std::mem;

use crate::model::{Fact, FactKey, StoryId};

/// The facts of a story, in key order, so that every walk over them gives the same answer.
pub(super) type Facts = BTreeMap<FactKey, Fact>;

/// Claims, all of them and those that are open, and facts that are awake. Of a story that is used only some facts are looked
/// at, so most of its claims stay folded once they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    all: usize,
    open: usize,
    awake: usize,
}

impl Count {
    fn of(facts: &Facts) -> Self {
        facts.values().fold(Self::default(), |count, fact| Self {
            all: count.all + fact.claims.count(),
            open: count.open + fact.claims.count_open(),
            awake: count.awake + 1,
        })
    }

    /// One story counted so before, and counts so now.
    fn replace(&mut self, before: Self, now: Self) {
        self.all = self.all - before.all + now.all;
        self.open = self.open - before.open + now.open;
        self.awake = self.awake - before.awake + now.awake;
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
    /// Facts that are awake.
    pub(super) awake_facts: usize,
}

/// The facts of the stories in use.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    stories: HashMap<StoryId, InUse>,
    /// What all of them hold.
    count: Count,
    /// Counts uses, to find the facts untouched for longest.
    uses: u64,
}

/// One story's facts.
#[derive(Debug, Default)]
struct InUse {
    /// None while it is asleep.
    facts: Facts,
    /// The same in one piece, while it is asleep. A fact consists of many small pieces, which take several times the room and
    /// hold on to the room between them.
    asleep: Option<Box<[u8]>>,
    count: Count,
    /// The count of uses at the last use.
    used: u64,
}

impl InUse {
    fn wake(&mut self) {
        if let Some(bytes) = self.asleep.take() {
            // What this process has laid to sleep wakes.
            let facts: Vec<Fact> = borsh::from_slice(&bytes).unwrap_or_default();
            self.facts = facts.into_iter().map(|fact| (fact.key.clone(), fact)).collect();
        }
    }

    fn sleep(&mut self) {
        let facts: Vec<&Fact> = self.facts.values().collect();
        if let Ok(bytes) = borsh::to_vec(&facts) {
            self.asleep = Some(bytes.into());
            self.facts = Facts::new();
            self.count = Count { open: 0, awake: 0, ..self.count };
        }
    }
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
        in_use.wake();
        let changed = change(&mut in_use.facts);
        let before = mem::replace(&mut in_use.count, Count::of(&in_use.facts));
        self.count.replace(before, in_use.count);
        changed
    }

    /// Drops the facts of a story.
    pub(super) fn forget(&mut self, story: &StoryId) {
        if let Some(in_use) = self.stories.remove(story) {
            self.count.replace(in_use.count, Count::default());
        }
    }

    /// Keeps to what there is room for. Beyond, a tenth more is folded and goes than must, so that the search for the oldest
    /// is rare. What was used last is folded at most, however much it is.
    pub(super) fn shed(&mut self, room: Room) {
        if self.count.open > room.open_claims {
            self.fold_to(less(room.open_claims));
        }
        if self.count.awake > room.awake_facts {
            self.sleep_to(less(room.awake_facts));
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
            if self.count.open <= open_claims {
                break;
            }
            self.fold(&story);
        }
    }

    /// Lays stories to sleep so that no more than these facts are awake, but for those used last; whatever was changed stays.
    pub(super) fn sleep_to(&mut self, awake_facts: usize) {
        let mut by_use = self.by_use();
        by_use.pop();
        for (_, story) in by_use {
            if self.count.awake <= awake_facts {
                break;
            }
            if let Some(in_use) = self.stories.get_mut(&story).filter(|in_use| in_use.asleep.is_none()) {
                let before = in_use.count;
                in_use.sleep();
                self.count.replace(before, in_use.count);
            }
        }
    }

    /// All claims.
    pub(super) fn claims(&self) -> usize {
        self.count.all
    }

    /// Claims that are open.
    pub(super) fn open_claims(&self) -> usize {
        self.count.open
    }

    /// Facts that are awake.
    pub(super) fn awake_facts(&self) -> usize {
        self.count.awake
    }

    /// The stories, that untouched for longest first.
    fn by_use(&self) -> Vec<(u64, StoryId)> {
        let mut by_use: Vec<(u64, StoryId)> =
            self.stories.iter().map(|(story, in_use)| (in_use.used, story.clone())).collect();
        by_use.sort_unstable();
        by_use
    }

    fn exceeds(&self, room: Room) -> bool {
        self.stories.len() > room.stories || self.count.all > room.claims
    }

    fn fold(&mut self, story: &StoryId) {
        let Some(in_use) = self.stories.get_mut(story).filter(|in_use| in_use.count.open > 0) else {
            return;
        };
        in_use.facts.values_mut().for_each(|fact| fact.claims.fold());
        let before = in_use.count;
        in_use.count.open = 0;
        self.count.replace(before, in_use.count);
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
        Room { stories, claims, open_claims: claims, awake_facts: claims }
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
            assert!(loaded.count.open <= 20, "after {number}: {:?}", loaded.count);
        }
        assert_eq!((loaded.count.all, whole.count.all), (108, 108));
        assert!(whole.count.open == 108 && kept(&loaded, &["a", "b", "c", "d"]) == [true; 4]);
        for story in ["a", "b", "c", "d"] {
            let facts = |loaded: &mut Loaded| loaded.change(&story.to_owned(), |facts| facts.clone());
            assert_eq!(facts(&mut loaded), facts(&mut whole), "{story}");
        }
    }
    #[test]
    fn those_asleep_are_the_same_when_they_wake() {
        let (mut loaded, mut whole) = (Loaded::default(), Loaded::default());
        for (number, story) in ["a", "b", "c", "a", "d", "b", "a", "c"].into_iter().enumerate() {
            say(&mut loaded, story, 10 + number);
            say(&mut whole, story, 10 + number);
            // Some are folded before they sleep, some are open, some were asleep before.
            loaded.shed(Room { open_claims: 25 + number, awake_facts: 30, ..room(10, 1000) });
            assert!(loaded.awake_facts() <= 30, "after {number}: {:?}", loaded.count);
        }
        assert_eq!(loaded.count.all, whole.count.all);
        let asleep = |story: &str| loaded.stories[story].asleep.is_some();
        assert_eq!(["a", "b", "c", "d"].map(asleep), [true, true, false, true], "c is the latest");
        loaded.sleep_to(0);
        assert_eq!(loaded.awake_facts(), loaded.stories["c"].facts.len(), "the last in use stays awake");
        for story in ["a", "b", "c", "d"] {
            let facts = |loaded: &mut Loaded| loaded.change(&story.to_owned(), |facts| facts.clone());
            assert_eq!(facts(&mut loaded), facts(&mut whole), "{story}");
        }
        assert_eq!((loaded.count.all, loaded.awake_facts()), (108, whole.awake_facts()), "all are awake");
        loaded.sleep_to(0);
        ["a", "b", "c", "d"].iter().for_each(|story| loaded.forget(&(*story).to_owned()));
        assert_eq!(loaded.count, Count::default(), "also what sleeps is no longer counted");
    }
}
