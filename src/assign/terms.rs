//! The terms in use by the open stories, each with the stories that have it. A list per term is bounded, so that asking
//! for a term costs the same whether ten stories or a hundred thousand are open.

use std::cmp::Ordering;
use std::sync::Arc;

use foldhash::HashMap;

use super::likeness::Class;
use crate::text::english::word_map;

/// Stories remembered per term, the latest to gain it. A term that more stories have tells them apart no longer.
pub(super) const STORIES_PER_TERM: usize = 64;

/// A term in use.
#[derive(Debug, Default)]
struct Term {
    text: Arc<str>,
    /// The latest stories to gain it, the latest last.
    stories: Vec<u32>,
}

/// What comparing asks of a term, apart from the rest: stories of anywhere ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many stories have it, those beyond the list too.
    pub(super) count: u32,
    /// Its class.
    pub(super) class: Class,
}

impl Standing {
    const UNUSED: Self = Self { count: 0, class: Class::Word };
}

/// Terms by number and by text. Numbers of terms that fell out of use are given again.
#[derive(Debug, Default)]
pub(super) struct TermTable {
    terms: Vec<Term>,
    standings: Vec<Standing>,
    /// Their beginnings: numbers that are ordered as these.
    beginnings: Vec<u64>,
    free: Vec<u32>,
    by_text: HashMap<Arc<str>, u32>,
    /// Those of a few letters, which most are, by class and letters.
    short: HashMap<u64, u32>,
}

impl TermTable {
    /// The number of a term, which is given one if it has none. A term that no story gains afterwards must be released.
    pub(super) fn intern(&mut self, text: &Arc<str>) -> u32 {
        if let Some(number) = self.number(text) {
            return number;
        }
        let term = Term { text: Arc::clone(text), ..Term::default() };
        let standing = Standing { count: 0, class: Class::of(text) };
        let number = if let Some(number) = self.free.pop() {
            if let Some(place) = self.terms.get_mut(number as usize) {
                *place = term;
            }
            if let Some(place) = self.standings.get_mut(number as usize) {
                *place = standing;
            }
            if let Some(place) = self.beginnings.get_mut(number as usize) {
                *place = beginning(text);
            }
            number
        } else {
            self.terms.push(term);
            self.standings.push(standing);
            self.beginnings.push(beginning(text));
            u32::try_from(self.terms.len() - 1).unwrap_or(u32::MAX)
        };
        match in_eight(text) {
            Some(short) => self.short.insert(short, number),
            None => self.by_text.insert(Arc::clone(text), number),
        };
        number
    }

    /// The number of a term in use.
    pub(super) fn number(&self, text: &str) -> Option<u32> {
        in_eight(text).map_or_else(|| self.by_text.get(text), |short| self.short.get(&short)).copied()
    }

    /// The text of a term, to be kept.
    pub(super) fn shared_text(&self, number: u32) -> Arc<str> {
        self.terms.get(number as usize).map_or_else(Arc::default, |term| Arc::clone(&term.text))
    }

    /// The text of a term; nothing for a number not in use.
    pub(super) fn text(&self, number: u32) -> &str {
        self.terms.get(number as usize).map_or("", |term| &term.text)
    }

    /// Which of two terms in use comes first by its text.
    pub(super) fn by_text(&self, one: u32, other: u32) -> Ordering {
        let beginning = |number: u32| self.beginnings.get(number as usize);
        beginning(one).cmp(&beginning(other)).then_with(|| self.text(one).cmp(self.text(other)))
    }

    /// How many stories have a term, and its class; for a number not in use, none.
    pub(super) fn standing(&self, number: u32) -> Standing {
        self.standings.get(number as usize).copied().unwrap_or(Standing::UNUSED)
    }

    /// The stories that have a term, as far as they are remembered.
    pub(super) fn stories(&self, number: u32) -> &[u32] {
        self.terms.get(number as usize).map(|term| term.stories.as_slice()).unwrap_or_default()
    }

    /// A story has a term from now on.
    pub(super) fn gain(&mut self, number: u32, story: u32) {
        if let Some(standing) = self.standings.get_mut(number as usize) {
            standing.count += 1;
        }
        if let Some(term) = self.terms.get_mut(number as usize) {
            term.stories.push(story);
            if term.stories.len() > STORIES_PER_TERM {
                term.stories.remove(0);
            }
        }
    }

    /// A story has a term no longer.
    pub(super) fn lose(&mut self, number: u32, story: u32) {
        if let Some(standing) = self.standings.get_mut(number as usize) {
            standing.count = standing.count.saturating_sub(1);
        }
        if let Some(term) = self.terms.get_mut(number as usize) {
            term.stories.retain(|&other| other != story);
        }
        self.release(number);
    }

    /// Forgets a term that no story has.
    pub(super) fn release(&mut self, number: u32) {
        if self.standing(number).count == 0
            && let Some(term) = self.terms.get_mut(number as usize)
            && in_eight(&term.text)
                .map_or_else(|| self.by_text.remove(&term.text), |short| self.short.remove(&short))
                .is_some()
        {
            *term = Term::default();
            self.free.push(number);
        }
    }
}

/// The first eight bytes of a text as a number: in its order numbers are as texts are, but for those that begin alike.
pub(super) fn beginning(text: &str) -> u64 {
    let mut first = [0; 8];
    first.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    u64::from_be_bytes(first)
}

/// A term of at most seven letters as a number of its own; its colon says nothing.
fn in_eight(term: &str) -> Option<u64> {
    let (class, name) = term.split_once(':').filter(|(class, name)| class.len() == 1 && name.len() < 8)?;
    let letters = word_map::in_eight(name)?;
    // No name has a zero in it, so that its end is seen.
    Some(letters << 8 | u64::from(*class.as_bytes().first()?))
}
