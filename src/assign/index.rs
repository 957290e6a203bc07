//! The open stories in a form that finds the right one for an article at a cost that does not grow with their number:
//! a list of stories per telling term, of bounded length, and a comparison with the few that share most.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::article::fingerprint;
use crate::model::story::{Profile, Sketch};
use crate::model::{Article, Claim, Story, StoryId};
use crate::text::gazetteer::Gazetteer;

use super::features;
use super::likeness::{Likeness, compare};
use super::{Assignment, sketch};

/// Terms kept per story; the lightest are dropped.
const PROFILE_TERMS: usize = 96;

/// Terms of an article that are looked up, the most telling first.
const TERMS_ASKED: usize = 32;

/// Stories remembered per term, the latest to gain it. A term with more stories tells them apart no longer.
const STORIES_PER_TERM: usize = 64;

/// Stories compared in full.
const COMPARED: usize = 24;

/// From this score on an article belongs to a story.
const SAME_STORY: f32 = 0.13;

/// After this time without a report a story counts half as likely to continue.
const HALF_TIME_HOURS: f32 = 24.0 * 14.0;

/// What a story's terms keep of their weight with each further report.
const FADE: f32 = 0.9;

/// A story that is open.
#[derive(Debug)]
struct Slot {
    id: StoryId,
    title: String,
    opened_at: Timestamp,
    last_report_at: Timestamp,
    articles: u64,
    revision: u64,
    /// Sorted by term.
    terms: Vec<(u32, f32)>,
    sketches: Vec<Sketch>,
}

/// A term in use by at least one story.
#[derive(Debug, Default)]
struct Term {
    text: Arc<str>,
    /// Slots, the latest last.
    stories: Vec<u32>,
    /// How many stories have it, those beyond the list too.
    count: u32,
}

/// The open stories.
#[derive(Debug)]
pub struct StoryIndex {
    limit: usize,
    quiet_after: SignedDuration,
    gazetteer: Arc<Gazetteer>,
    slots: Vec<Option<Slot>>,
    free_slots: Vec<u32>,
    by_id: HashMap<StoryId, u32>,
    terms: Vec<Term>,
    free_terms: Vec<u32>,
    by_text: HashMap<Arc<str>, u32>,
    /// Open stories by the time of their latest report.
    by_time: BTreeSet<(Timestamp, u32)>,
    /// The latest time an article spoke from.
    now: Timestamp,
}

impl StoryIndex {
    /// An empty index that holds up to `limit` stories and closes those without a report for `quiet_after`.
    pub fn new(limit: usize, quiet_after: SignedDuration, gazetteer: Arc<Gazetteer>) -> Self {
        Self {
            limit: limit.max(1),
            quiet_after,
            gazetteer,
            slots: Vec::new(),
            free_slots: Vec::new(),
            by_id: HashMap::new(),
            terms: Vec::new(),
            free_terms: Vec::new(),
            by_text: HashMap::new(),
            by_time: BTreeSet::new(),
            now: Timestamp::MIN,
        }
    }

    /// How many stories are open.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether no story is open.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Puts a story in, replacing it if it is there.
    pub fn insert(&mut self, story: Story) {
        self.remove(&story.id);
        self.now = self.now.max(story.last_report_at);
        let terms =
            story.profile.terms.into_iter().map(|(text, weight)| (self.intern(&text), weight)).collect();
        let slot = Slot {
            id: story.id,
            title: story.title,
            opened_at: story.opened_at,
            last_report_at: story.last_report_at,
            articles: story.articles,
            revision: story.revision,
            terms: Vec::new(),
            sketches: story.profile.sketches,
        };
        let at = self.place(slot);
        self.set_terms(at, terms);
        self.close();
    }

    /// Takes a story out.
    pub fn remove(&mut self, story: &StoryId) {
        let Some(at) = self.by_id.remove(story) else { return };
        self.set_terms(at, Vec::new());
        if let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::take) {
            self.by_time.remove(&(slot.last_report_at, at));
        }
        self.free_slots.push(at);
    }

    /// Where the article belongs.
    pub fn assign(&self, article: &Article, _claims: &[Claim]) -> Assignment {
        let features = features::of(article, &self.gazetteer);
        let sketch = sketch::of(article);
        let whole = self.known(&features.whole);
        let head = self.known(&features.head);
        let mut best: Option<(f32, u32, Likeness)> = None;
        for at in self.candidates(&whole) {
            let Some(slot) = self.slot(at) else { continue };
            let (score, likeness) = self.score(article, slot, &whole, &head, &sketch);
            let better = best.as_ref().is_none_or(|(top, leader, _)| {
                score > *top
                    || (score == *top && self.slot(*leader).is_some_and(|leader| slot.id < leader.id))
            });
            if better {
                best = Some((score, at, likeness));
            }
        }
        let found = best.filter(|(score, ..)| *score >= SAME_STORY);
        match found.and_then(|(score, at, likeness)| Some((score, self.slot(at)?, likeness))) {
            Some((score, slot, likeness)) => {
                let origin = sketch::origin(&sketch, &slot.sketches).unwrap_or(&article.id).clone();
                let reason = self.reason(score, slot, &likeness, origin != article.id);
                Assignment { story: slot.id.clone(), opens: false, origin, score, reason, features, sketch }
            }
            None => {
                let story = fingerprint(["story", &article.id]);
                let opens = !self.by_id.contains_key(&story);
                let reason = "no open story is alike enough".to_owned();
                Assignment { story, opens, origin: article.id.clone(), score: 0.0, reason, features, sketch }
            }
        }
    }

    /// Enters the article into its story and returns the story as it is afterwards. Stories that have been quiet for too
    /// long close.
    pub fn enter(&mut self, article: &Article, assignment: &Assignment) -> Story {
        // A date in the future, a mistake of its publisher, must not close every story.
        let spoken = article.spoken_at().min(article.received_at.max(self.now));
        self.now = self.now.max(spoken);
        let at = self.by_id.get(&assignment.story).copied().unwrap_or_else(|| {
            self.place(Slot {
                id: assignment.story.clone(),
                title: article.title.clone(),
                opened_at: spoken,
                last_report_at: spoken,
                articles: 0,
                revision: 0,
                terms: Vec::new(),
                sketches: Vec::new(),
            })
        });
        let mut weights: BTreeMap<u32, f32> = BTreeMap::new();
        if let Some(slot) = self.slot(at) {
            // Older reports fade, so that a story is what is written of it lately.
            weights.extend(slot.terms.iter().map(|&(term, weight)| (term, weight * FADE)));
        }
        for (text, weight) in &assignment.features.whole {
            *weights.entry(self.intern(text)).or_insert(0.0) += weight;
        }
        let mut weighed: Vec<(u32, f32)> = weights.into_iter().collect();
        weighed.sort_by(|one, other| {
            other.1.total_cmp(&one.1).then_with(|| self.text(one.0).cmp(&self.text(other.0)))
        });
        let dropped: Vec<u32> = weighed.iter().skip(PROFILE_TERMS).map(|&(term, _)| term).collect();
        weighed.truncate(PROFILE_TERMS);
        self.set_terms(at, weighed);
        self.release(&dropped);
        if let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::as_mut) {
            self.by_time.remove(&(slot.last_report_at, at));
            slot.last_report_at = slot.last_report_at.max(spoken);
            self.by_time.insert((slot.last_report_at, at));
            slot.articles += 1;
            slot.revision += 1;
            sketch::remember(&mut slot.sketches, &assignment.origin, &assignment.sketch);
        }
        let story = self.story(at);
        self.close();
        story
    }

    /// The stories that share most of the article's telling terms, at most [`COMPARED`].
    fn candidates(&self, terms: &[(u32, f32)]) -> Vec<u32> {
        let mut telling: Vec<(f32, u32)> = terms
            .iter()
            .filter(|(term, _)| self.terms.get(*term as usize).is_some_and(|term| !term.stories.is_empty()))
            .map(|&(term, weight)| (weight * self.worth(term), term))
            .collect();
        telling.sort_by(|one, other| {
            other.0.total_cmp(&one.0).then_with(|| self.text(one.1).cmp(&self.text(other.1)))
        });
        let mut votes: HashMap<u32, f32> = HashMap::new();
        for &(weight, term) in telling.iter().take(TERMS_ASKED) {
            for &story in
                self.terms.get(term as usize).map(|term| term.stories.as_slice()).unwrap_or_default()
            {
                *votes.entry(story).or_insert(0.0) += weight * weight;
            }
        }
        let mut ranked: Vec<(u32, f32)> = votes.into_iter().collect();
        let id = |at: u32| self.slot(at).map(|slot| &slot.id);
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| id(one.0).cmp(&id(other.0))));
        ranked.truncate(COMPARED);
        ranked.into_iter().map(|(at, _)| at).collect()
    }

    fn score(
        &self,
        article: &Article,
        slot: &Slot,
        whole: &[(u32, f32)],
        head: &[(u32, f32)],
        sketch: &[u32],
    ) -> (f32, Likeness) {
        let of_whole = compare(whole, &slot.terms, |term| self.worth(term));
        let of_head = compare(head, &slot.terms, |term| self.worth(term));
        if sketch::origin(sketch, &slot.sketches).is_some() {
            return (1.0, of_whole);
        }
        let quiet = article.spoken_at().duration_since(slot.last_report_at).abs().as_secs_f32() / 3600.0;
        let fresh = 1.0 / (1.0 + quiet / HALF_TIME_HOURS);
        let score = (0.5 * of_whole.cosine + 0.5 * of_head.cosine) * (0.6 + 0.4 * fresh);
        (score, of_whole)
    }

    /// The stories nearest to an article with their scores, for people.
    #[cfg(test)]
    pub(crate) fn rivals(&self, article: &Article) -> Vec<(f32, StoryId, String)> {
        let features = features::of(article, &self.gazetteer);
        let sketch = sketch::of(article);
        let (whole, head) = (self.known(&features.whole), self.known(&features.head));
        let mut lines: Vec<(f32, StoryId, String)> = self
            .candidates(&whole)
            .into_iter()
            .filter_map(|at| {
                let slot = self.slot(at)?;
                let (score, likeness) = self.score(article, slot, &whole, &head, &sketch);
                let head_cosine = compare(&head, &slot.terms, |term| self.worth(term)).cosine;
                let shared: Vec<&str> = likeness.shared.iter().map(|&term| self.text(term)).collect();
                Some((
                    score,
                    slot.id.clone(),
                    format!("w{:.2} h{head_cosine:.2} {}", likeness.cosine, shared.join(" ")),
                ))
            })
            .collect();
        lines.sort_by(|one, other| other.0.total_cmp(&one.0));
        lines
    }

    fn reason(&self, score: f32, slot: &Slot, likeness: &Likeness, copy: bool) -> String {
        if copy {
            return format!("repeats a report of `{}` nearly word for word", slot.title);
        }
        let shared: Vec<String> = likeness
            .shared
            .iter()
            .map(|&term| self.text(term))
            .map(|text| text.get(2..).unwrap_or_default().to_owned())
            .collect();
        format!("{:.0}% alike with `{}`: {}", score * 100.0, slot.title, shared.join(", "))
    }

    /// Closes what has been quiet for too long, then, beyond the limit, what has been quiet for longest.
    fn close(&mut self) {
        while let Some(&(last, at)) = self.by_time.first() {
            let quiet = self.now.duration_since(last) > self.quiet_after;
            if !quiet && self.by_id.len() <= self.limit {
                break;
            }
            let Some(id) = self.slot(at).map(|slot| slot.id.clone()) else {
                self.by_time.pop_first();
                continue;
            };
            self.remove(&id);
        }
    }

    fn slot(&self, at: u32) -> Option<&Slot> {
        self.slots.get(at as usize).and_then(Option::as_ref)
    }

    fn story(&self, at: u32) -> Story {
        let Some(slot) = self.slot(at) else {
            return Story {
                id: String::new(),
                title: String::new(),
                opened_at: self.now,
                last_report_at: self.now,
                articles: 0,
                revision: 0,
                profile: Profile::default(),
            };
        };
        let terms = slot.terms.iter().map(|&(term, weight)| (self.text(term).to_string(), weight)).collect();
        Story {
            id: slot.id.clone(),
            title: slot.title.clone(),
            opened_at: slot.opened_at,
            last_report_at: slot.last_report_at,
            articles: slot.articles,
            revision: slot.revision,
            profile: Profile { terms, sketches: slot.sketches.clone() },
        }
    }

    fn place(&mut self, slot: Slot) -> u32 {
        let (id, last) = (slot.id.clone(), slot.last_report_at);
        let at = match self.free_slots.pop() {
            Some(at) => {
                if let Some(place) = self.slots.get_mut(at as usize) {
                    *place = Some(slot);
                }
                at
            }
            None => {
                self.slots.push(Some(slot));
                u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.by_id.insert(id, at);
        self.by_time.insert((last, at));
        at
    }

    /// Replaces a story's terms and keeps the lists per term in step.
    fn set_terms(&mut self, at: u32, mut terms: Vec<(u32, f32)>) {
        terms.sort_by_key(|&(term, _)| term);
        let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::as_mut) else { return };
        let old = std::mem::replace(&mut slot.terms, terms.clone());
        let has =
            |list: &[(u32, f32)], term: u32| list.binary_search_by_key(&term, |&(term, _)| term).is_ok();
        for &(term, _) in terms.iter().filter(|(term, _)| !has(&old, *term)) {
            if let Some(entry) = self.terms.get_mut(term as usize) {
                entry.count += 1;
                entry.stories.push(at);
                if entry.stories.len() > STORIES_PER_TERM {
                    entry.stories.remove(0);
                }
            }
        }
        let lost: Vec<u32> = old.iter().map(|&(term, _)| term).filter(|&term| !has(&terms, term)).collect();
        for &term in &lost {
            if let Some(entry) = self.terms.get_mut(term as usize) {
                entry.count = entry.count.saturating_sub(1);
                entry.stories.retain(|&story| story != at);
            }
        }
        self.release(&lost);
    }

    /// Forgets terms that no story has any more.
    fn release(&mut self, terms: &[u32]) {
        for &at in terms {
            if let Some(term) = self.terms.get_mut(at as usize)
                && term.count == 0
                && self.by_text.remove(&term.text).is_some()
            {
                *term = Term::default();
                self.free_terms.push(at);
            }
        }
    }

    fn intern(&mut self, text: &str) -> u32 {
        if let Some(&at) = self.by_text.get(text) {
            return at;
        }
        let text: Arc<str> = Arc::from(text);
        let term = Term { text: Arc::clone(&text), ..Term::default() };
        let at = match self.free_terms.pop() {
            Some(at) => {
                if let Some(place) = self.terms.get_mut(at as usize) {
                    *place = term;
                }
                at
            }
            None => {
                self.terms.push(term);
                u32::try_from(self.terms.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.by_text.insert(text, at);
        at
    }

    fn text(&self, term: u32) -> &str {
        self.terms.get(term as usize).map_or("", |term| &term.text)
    }

    /// The article's terms by number, sorted. Those that no story has get numbers beyond all in use.
    fn known(&self, terms: &BTreeMap<String, f32>) -> Vec<(u32, f32)> {
        let mut unknown = u32::MAX;
        let mut known: Vec<(u32, f32)> = terms
            .iter()
            .map(|(text, &weight)| {
                let at = self.by_text.get(text.as_str()).copied().unwrap_or_else(|| {
                    unknown -= 1;
                    unknown
                });
                (at, weight)
            })
            .collect();
        known.sort_by_key(|&(term, _)| term);
        known
    }

    /// What a term tells, from 0 to 1: the fewer of the open stories have it, the more.
    fn worth(&self, term: u32) -> f32 {
        let having = self.terms.get(term as usize).map_or(0.0, |term| term.count as f32);
        let all = self.by_id.len() as f32 + 10.0;
        ((all / (having + 1.0)).ln() / all.ln()).clamp(0.1, 1.0)
    }
}
