//! The open stories in a form that finds the right one for an article at a cost that does not grow with their number:
//! a list of stories per telling term, of bounded length, and a comparison with the few that share most.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashMapExt};
use jiff::{SignedDuration, Timestamp};

use crate::model::article::fingerprint;
use crate::model::story::{Profile, Sketch};
use crate::model::{Article, Claim, Effect, Story, StoryId};
use crate::text::gazetteer::Gazetteer;

use super::features::Term;
use super::likeness::{self, Class, Report, Weighed, compare};
use super::terms::{STORIES_PER_TERM, TermTable};
use super::{Assignment, Traits, figures, sketch};

/// Terms kept per story; the lightest are dropped.
const PROFILE_TERMS: usize = 96;

/// Terms of an article that are looked up, the most telling first.
const TERMS_ASKED: usize = 32;

/// Stories compared in full.
const COMPARED: usize = 24;

/// From this score on an article belongs to a story.
const SAME_STORY: f32 = 0.15;

/// Two events of one kind in one country share all but their particulars: a report that has less than this in common
/// there must have more in common elsewhere, at this price.
const PARTICULARS: f32 = 0.12;
const PARTICULARS_PRICE: f32 = 0.6;

/// Of as many stories as may be open, one in so many may be bare at the same time: most articles are about nothing that is
/// told, and what they open must not push out what is.
const BARE_SHARE: usize = 10;

/// After this time without a report a story counts half as likely to continue.
const HALF_TIME_HOURS: f32 = 24.0 * 14.0;

/// Stories assumed besides those open, so that terms keep their worth when few are.
const PRIOR: f32 = 1000.0;

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
    /// None of its reports has claimed anything.
    bare: bool,
    /// Sorted by term.
    terms: Vec<(u32, f32)>,
    sketches: Vec<Arc<Sketch>>,
    /// The latest figures given for the event as a whole.
    figures: Vec<(Effect, u64)>,
}

/// What an article asks of the stories.
struct Asked<'a> {
    report: Report,
    sketch: &'a [u32],
    claims: &'a [Claim],
}

/// What agreement on one class of terms leaves of a score: all from a third on, `least` when there is none, all when
/// one side says nothing.
fn agreement(cosine: Option<f32>, least: f32) -> f32 {
    cosine.map_or(1.0, |cosine| (least + (1.0 - least) * cosine * 3.0).min(1.0))
}

/// How many stories are open at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In which some report has claimed something.
    pub stories: usize,
    /// Bare ones, of which no report has claimed anything.
    pub bare: usize,
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
    terms: TermTable,
    /// Open stories by the time of their latest report, but for the bare ones.
    by_time: BTreeSet<(Timestamp, u32)>,
    /// The bare ones in the same order.
    bare_by_time: BTreeSet<(Timestamp, u32)>,
    /// The latest time an article spoke from.
    now: Timestamp,
}

impl StoryIndex {
    /// An empty index that holds up to `limit` stories, of which a small part may be bare, and closes those without a report
    /// for `quiet_after`.
    pub fn new(limit: usize, quiet_after: SignedDuration, gazetteer: Arc<Gazetteer>) -> Self {
        Self {
            limit: limit.max(1),
            quiet_after,
            gazetteer,
            slots: Vec::new(),
            free_slots: Vec::new(),
            by_id: HashMap::default(),
            terms: TermTable::default(),
            by_time: BTreeSet::new(),
            bare_by_time: BTreeSet::new(),
            now: Timestamp::MIN,
        }
    }

    /// The names of the world that it knows.
    pub fn names(&self) -> Arc<Gazetteer> {
        Arc::clone(&self.gazetteer)
    }

    /// How many stories it holds besides the bare ones, and how many bare ones.
    pub fn room(&self) -> Room {
        Room { stories: self.limit, bare: (self.limit / BARE_SHARE).max(1) }
    }

    /// How many stories are open.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether no story is open.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Puts a story in, replacing it if it is there. One that has been quiet for too long closes with the next report.
    pub fn insert(&mut self, story: Story) {
        self.remove(&story.id);
        self.now = self.now.max(story.last_report_at);
        let terms = story
            .profile
            .terms
            .into_iter()
            .map(|(text, weight)| (self.terms.intern(&text), weight))
            .collect();
        let slot = Slot {
            id: story.id,
            title: story.title,
            opened_at: story.opened_at,
            last_report_at: story.last_report_at,
            articles: story.articles,
            revision: story.revision,
            bare: story.profile.bare,
            terms: Vec::new(),
            sketches: story.profile.sketches,
            figures: story.profile.figures,
        };
        let at = self.place(slot);
        self.set_terms(at, terms);
    }

    /// Takes a story out.
    pub fn remove(&mut self, story: &StoryId) {
        let Some(at) = self.by_id.remove(story) else { return };
        self.set_terms(at, Vec::new());
        if let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::take) {
            self.in_order(slot.bare).remove(&(slot.last_report_at, at));
        }
        self.free_slots.push(at);
    }

    /// Whether a story is open.
    pub fn contains(&self, story: &StoryId) -> bool {
        self.by_id.contains_key(story)
    }

    /// Counts a commit that changes what is known of a story, not what it is about; returns it as it is afterwards. What
    /// somebody cares for is bare no longer.
    pub fn touch(&mut self, story: &StoryId) -> Option<Story> {
        let at = *self.by_id.get(story)?;
        let slot = self.slots.get_mut(at as usize).and_then(Option::as_mut)?;
        slot.revision += 1;
        let last = slot.last_report_at;
        if std::mem::take(&mut slot.bare) {
            self.bare_by_time.remove(&(last, at));
            self.by_time.insert((last, at));
        }
        Some(self.story(at))
    }

    /// Where the article of these traits belongs.
    pub fn assign(&self, article: &Article, claims: &[Claim], traits: Arc<Traits>) -> Assignment {
        let asked = self.asked(&traits, claims);
        let mut best: Option<(f32, &Slot)> = None;
        for slot in self.candidates(asked.report.terms()) {
            let score = self.score(article, slot, &asked);
            let better = best.is_none_or(|(top, leader)| {
                score.total_cmp(&top).then_with(|| leader.id.cmp(&slot.id)).is_gt()
            });
            if better {
                best = Some((score, slot));
            }
        }
        if let Some((score, slot)) = best.filter(|(score, _)| *score >= SAME_STORY) {
            let origin = sketch::origin(asked.sketch, &slot.sketches).unwrap_or(&article.id).clone();
            return Assignment { story: slot.id.clone(), opens: false, origin, score, traits };
        }
        let story = fingerprint(["story", &article.id]);
        let opens = !self.by_id.contains_key(&story);
        Assignment { story, opens, origin: article.id.clone(), score: 0.0, traits }
    }

    /// Enters the article into its story and returns the story as it is afterwards. Stories that have been quiet for too
    /// long close.
    pub fn enter(&mut self, article: &Article, claims: &[Claim], assignment: &Assignment) -> Story {
        // A date in the future, a mistake of its publisher, must not close every story.
        let spoken = article.spoken_at().min(article.received_at.max(self.now));
        // Nor must an article without a date, which arrived today among the reports of an archive.
        let is_archive = self.now > Timestamp::MIN && spoken.duration_since(self.now) > self.quiet_after;
        let spoken = if article.published_at.is_none() && is_archive { self.now } else { spoken };
        if article.published_at.is_some() || self.now > Timestamp::MIN {
            self.now = self.now.max(spoken);
        }
        let at = self.by_id.get(&assignment.story).copied().unwrap_or_else(|| {
            self.place(Slot {
                id: assignment.story.clone(),
                title: article.title.clone(),
                opened_at: spoken,
                last_report_at: spoken,
                articles: 0,
                revision: 0,
                bare: true,
                terms: Vec::new(),
                sketches: Vec::new(),
                figures: Vec::new(),
            })
        });
        self.add_terms(at, &assignment.traits.features.terms);
        if let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::as_mut) {
            let before = (slot.bare, slot.last_report_at);
            slot.bare &= claims.is_empty();
            slot.last_report_at = slot.last_report_at.max(spoken);
            slot.articles += 1;
            slot.revision += 1;
            sketch::remember(&mut slot.sketches, &assignment.origin, &assignment.traits.sketch);
            figures::remember(&mut slot.figures, claims);
            let after = (slot.bare, slot.last_report_at);
            self.in_order(before.0).remove(&(before.1, at));
            self.in_order(after.0).insert((after.1, at));
        }
        let story = self.story(at);
        self.close();
        story
    }

    /// Adds an article's terms to those of its story; the lightest beyond what is kept are dropped.
    fn add_terms(&mut self, at: u32, terms: &[Term]) {
        // Older reports fade, so that a story is what is written of it lately.
        let faded = self.slot(at).into_iter().flat_map(|slot| &slot.terms);
        let mut weights: Vec<(u32, f32)> = faded.map(|&(term, weight)| (term, weight * FADE)).collect();
        let known = weights.len();
        for (text, weight) in terms.iter().filter_map(|term| Some((&term.text, term.whole?))) {
            let term = self.terms.intern(text);
            let place =
                weights.get(..known).and_then(|known| known.binary_search_by_key(&term, |old| old.0).ok());
            match place.and_then(|place| weights.get_mut(place)) {
                Some(old) => old.1 += weight,
                None => weights.push((term, weight)),
            }
        }
        let heavier = |one: &(u32, f32), other: &(u32, f32)| {
            other.1.total_cmp(&one.1).then_with(|| self.terms.by_text(one.0, other.0))
        };
        let mut dropped = split_largest(&mut weights, PROFILE_TERMS, heavier);
        // The order of those that no story has is the order in which their numbers are given again.
        dropped.retain(|(term, _)| self.terms.standing(*term).count == 0);
        dropped.sort_unstable_by(heavier);
        self.set_terms(at, weights);
        dropped.into_iter().for_each(|(term, _)| self.terms.release(term));
    }

    /// The stories that share most of the article's telling terms, at most [`COMPARED`].
    fn candidates(&self, terms: &[likeness::Asked]) -> Vec<&Slot> {
        let mut telling: Vec<(f32, u32)> = terms
            .iter()
            .filter(|asked| asked.whole > 0.0)
            .filter_map(|asked| Some((asked.whole * asked.worth, asked.term?)))
            .filter(|(_, term)| !self.terms.stories(*term).is_empty())
            .collect();
        telling.sort_unstable_by(|one, other| {
            other.0.total_cmp(&one.0).then_with(|| self.terms.by_text(one.1, other.1))
        });
        let mut votes: HashMap<u32, f32> = HashMap::with_capacity(TERMS_ASKED * STORIES_PER_TERM / 2);
        for &(weight, term) in telling.iter().take(TERMS_ASKED) {
            for &story in self.terms.stories(term) {
                *votes.entry(story).or_insert(0.0) += weight * weight;
            }
        }
        let mut ranked: Vec<(u32, f32)> = votes.into_iter().collect();
        // Many stories share one term alone, and the same: which of them go ahead is asked only where it matters.
        let most = |one: &(u32, f32), other: &(u32, f32)| other.1.total_cmp(&one.1);
        if ranked.len() > COMPARED {
            let (_, &mut (_, least), _) = ranked.select_nth_unstable_by(COMPARED - 1, most);
            ranked.retain(|(_, votes)| *votes >= least);
        }
        let mut ranked: Vec<(f32, &Slot)> =
            ranked.into_iter().filter_map(|(at, votes)| Some((votes, self.slot(at)?))).collect();
        ranked
            .sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.id.cmp(&other.1.id)));
        ranked.truncate(COMPARED);
        ranked.into_iter().map(|(_, slot)| slot).collect()
    }

    /// How much an article belongs to a story.
    fn score(&self, article: &Article, slot: &Slot, asked: &Asked<'_>) -> f32 {
        if sketch::origin(asked.sketch, &slot.sketches).is_some() {
            return 1.0;
        }
        let (whole, head) = compare(&asked.report, self.weighed(slot));
        let quiet = article.spoken_at().duration_since(slot.last_report_at).abs().as_secs_f32() / 3600.0;
        let fresh = 1.0 / (1.0 + quiet / HALF_TIME_HOURS);
        let alike = (0.5 * whole.all + 0.5 * head.all) * (0.6 + 0.4 * fresh);
        let agreed = alike
            * agreement(head.places, 0.3)
            * agreement(head.kinds, 0.55)
            * figures::agreement(&slot.figures, asked.claims);
        let particulars = whole.particulars.unwrap_or(0.0).max(head.particulars.unwrap_or(0.0));
        (agreed - PARTICULARS_PRICE * (PARTICULARS - particulars).max(0.0)).max(0.0)
    }

    /// The stories nearest to an article with their scores, for people.
    #[cfg(test)]
    pub(crate) fn rivals(&self, article: &Article, claims: &[Claim]) -> Vec<(f32, StoryId, String)> {
        let traits = Traits::of(article, &self.gazetteer);
        let asked = self.asked(&traits, claims);
        let mut lines: Vec<(f32, StoryId, String)> = self
            .candidates(asked.report.terms())
            .into_iter()
            .map(|slot| {
                let score = self.score(article, slot, &asked);
                let (whole, head) = compare(&asked.report, self.weighed(slot));
                let shared = likeness::shared(&asked.report, self.weighed(slot));
                let shared: Vec<&str> = shared.into_iter().map(|term| self.terms.text(term)).collect();
                let part = |part: Option<f32>| part.map_or("-".to_owned(), |part| format!("{part:.2}"));
                (
                    score,
                    slot.id.clone(),
                    format!(
                        "w{:.2} h{:.2} K{} P{} S{} wS{} {}",
                        whole.all,
                        head.all,
                        part(head.kinds),
                        part(head.places),
                        part(head.particulars),
                        part(whole.particulars),
                        shared.join(" ")
                    ),
                )
            })
            .collect();
        lines.sort_by(|one, other| other.0.total_cmp(&one.0));
        lines
    }

    /// Closes what has been quiet for too long, then, beyond the limits, what has been quiet for longest.
    fn close(&mut self) {
        let Room { stories, bare } = self.room();
        self.close_beyond(false, stories);
        self.close_beyond(true, bare);
    }

    fn close_beyond(&mut self, bare: bool, limit: usize) {
        let (now, quiet_after) = (self.now, self.quiet_after);
        while let Some(&(last, at)) = self.in_order(bare).first() {
            let quiet = now.duration_since(last) > quiet_after;
            if !quiet && self.in_order(bare).len() <= limit {
                break;
            }
            let Some(id) = self.slot(at).map(|slot| slot.id.clone()) else {
                self.in_order(bare).pop_first();
                continue;
            };
            self.remove(&id);
        }
    }

    fn in_order(&mut self, bare: bool) -> &mut BTreeSet<(Timestamp, u32)> {
        if bare { &mut self.bare_by_time } else { &mut self.by_time }
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
        let terms = slot.terms.iter().map(|&(term, weight)| (self.terms.shared_text(term), weight)).collect();
        Story {
            id: slot.id.clone(),
            title: slot.title.clone(),
            opened_at: slot.opened_at,
            last_report_at: slot.last_report_at,
            articles: slot.articles,
            revision: slot.revision,
            profile: Profile {
                terms,
                sketches: slot.sketches.clone(),
                figures: slot.figures.clone(),
                bare: slot.bare,
            },
        }
    }

    fn place(&mut self, slot: Slot) -> u32 {
        let (id, last, bare) = (slot.id.clone(), slot.last_report_at, slot.bare);
        let at = if let Some(at) = self.free_slots.pop() {
            if let Some(place) = self.slots.get_mut(at as usize) {
                *place = Some(slot);
            }
            at
        } else {
            self.slots.push(Some(slot));
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        };
        self.by_id.insert(id, at);
        self.in_order(bare).insert((last, at));
        at
    }

    /// Replaces a story's terms and keeps the lists per term in step.
    fn set_terms(&mut self, at: u32, mut terms: Vec<(u32, f32)>) {
        terms.sort_by_key(|&(term, _)| term);
        let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::as_mut) else { return };
        let old = std::mem::replace(&mut slot.terms, terms.clone());
        let has =
            |list: &[(u32, f32)], term: u32| list.binary_search_by_key(&term, |&(term, _)| term).is_ok();
        let gained: Vec<u32> = terms.iter().map(|&(term, _)| term).filter(|&term| !has(&old, term)).collect();
        let lost: Vec<u32> = old.iter().map(|&(term, _)| term).filter(|&term| !has(&terms, term)).collect();
        gained.into_iter().for_each(|term| self.terms.gain(term, at));
        lost.into_iter().for_each(|term| self.terms.lose(term, at));
    }

    fn asked<'a>(&self, traits: &'a Traits, claims: &'a [Claim]) -> Asked<'a> {
        let all = self.all();
        let mut terms: Vec<(Option<u32>, &Term)> =
            traits.features.terms.iter().map(|term| (self.terms.number(&term.text), term)).collect();
        // Those that no story has come last.
        terms.sort_by_key(|(number, _)| number.unwrap_or(u32::MAX));
        let weigh = |(number, term): (Option<u32>, &Term)| {
            let count = number.map_or(0, |number| self.terms.standing(number).count);
            likeness::Asked {
                term: number,
                whole: term.whole.unwrap_or(0.0),
                head: term.head.unwrap_or(0.0),
                worth: worth(count, all, &LOGARITHMS),
                class: Class::of(&term.text),
            }
        };
        Asked { report: Report::of(terms.into_iter().map(weigh).collect()), sketch: &traits.sketch, claims }
    }

    /// A story's terms in the form that is compared.
    fn weighed(&self, slot: &Slot) -> impl Iterator<Item = Weighed> {
        let (all, logarithms) = (self.all(), LOGARITHMS.as_slice());
        slot.terms.iter().map(move |&(term, weight)| {
            let standing = self.terms.standing(term);
            Weighed { term, weight, worth: worth(standing.count, all, logarithms), class: standing.class }
        })
    }

    /// The logarithm of how many stories there are.
    fn all(&self) -> f32 {
        (self.by_id.len() as f32 + PRIOR).ln()
    }
}

/// Keeps the first `kept` in this order, themselves in any; returns the others.
fn split_largest<T>(
    list: &mut Vec<T>,
    kept: usize,
    order: impl FnMut(&T, &T) -> std::cmp::Ordering,
) -> Vec<T> {
    if list.len() <= kept {
        return Vec::new();
    }
    list.select_nth_unstable_by(kept, order);
    list.split_off(kept)
}

/// The logarithms of small counts, which most are.
static LOGARITHMS: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..4096).map(|count| (count as f32).ln()).collect());

/// What a term tells that so many stories have, from 0 to 1: the fewer of all there are, the more.
#[inline]
fn worth(count: u32, all: f32, logarithms: &[f32]) -> f32 {
    let count = count as usize + 1;
    let logarithm = logarithms.get(count).copied().unwrap_or_else(|| (count as f32).ln());
    (1.0 - logarithm / all).clamp(0.1, 1.0)
}
