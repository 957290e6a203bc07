//! The course of a figure of people. Comes in: the claims under one key, sorted. Goes out: what each did and the
//! running figure. Claims of one report that held at one time are weighed together: one of them speaks for the report.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::{
    Bound, Casualty, ChangeKind, Claim, Effect, FactKey, Group, KnownClaim, Relation, Scope, Value,
};

use super::course::{Course, Quiet, Step};
use super::figure::Figure;
use super::name::{has_authority, same_voice};

/// The same increment ("another four") within this time is told again, not new.
const INCREMENT_REPEATS: SignedDuration = SignedDuration::from_hours(48);

/// A figure below a fifth of another counts something else (a place, a group) rather than contradicting it.
const CONFLICT_RATIO: u64 = 5;

/// A figure twenty times the known one is more often that of another event than news; it waits for a second origin.
/// Below [`LEAP_FROM`] a toll may well multiply: first counts are small.
const LEAP: u64 = 20;

/// From this figure on a leap is doubted.
const LEAP_FROM: u64 = 20;

/// What only grows, and those rescued, are recounted, not halved and halved again: a figure below a fifth of the known
/// one is a part of it.
const RECOUNT: u64 = 5;

/// The rule that reads those of the missing who were found: "ten of the 16 missing were found dead".
pub(super) const FOUND: &str = "found";

/// From here on a count is of many, and a single person is a case among them.
const MANY: u64 = 10;

/// Follows the figure.
pub(super) fn follow(key: &FactKey, claims: &[Arc<KnownClaim>]) -> Course {
    let FactKey::Casualties { effect, group, side, place, scope } = key else {
        return Course { steps: vec![Step::Silent(Quiet::Part); claims.len()], ..Course::default() };
    };
    let unrestricted = *group == Group::People && side.is_none() && place.is_none();
    let figures: Vec<Option<&Casualty>> = claims.iter().map(|known| casualty_of(&known.claim)).collect();
    if *scope == Scope::Incident {
        return follow_blows(claims, &figures, place.is_some());
    }
    let mut walk = Walk {
        claims,
        figures: &figures,
        falls: matches!(effect, Effect::Missing | Effect::Trapped | Effect::Detained | Effect::Rescued),
        empties: matches!(effect, Effect::Missing | Effect::Trapped | Effect::Detained),
        holds: *effect == Effect::Detained,
        unrestricted,
        steps: vec![Step::Silent(Quiet::Part); claims.len()],
        running: None,
        past: Vec::new(),
        rivals: Vec::new(),
        increments: Vec::new(),
        doubted: Vec::new(),
        open: Vec::new(),
    };
    let mut start = 0;
    while let Some(first) = claims.get(start) {
        let together = claims
            .iter()
            .skip(start)
            .take_while(|known| known.held_at == first.held_at && known.article == first.article)
            .count();
        walk.report(start..start + together);
        start += together;
    }
    let value = walk.running.and_then(|running| {
        let known = claims.get(running.by)?;
        Some(value_of(known, running.figure, figures.get(running.by).copied().flatten()?))
    });
    let by = walk.running.map(|running| running.by);
    let mut steps = walk.steps;
    if *scope == Scope::Background {
        steps.fill(Step::Silent(Quiet::Background));
    }
    Course { steps, value, by }
}

/// Whether a figure that is silent for this reason, the only one of its report, leaves no trace in those who follow: neither
/// a voice that contradicts nor one that seconds.
pub(super) const fn forgets(quiet: Quiet) -> bool {
    matches!(
        quiet,
        Quiet::Previous
            | Quiet::Part
            | Quiet::Corroborates
            | Quiet::Stale
            | Quiet::LessComplete
            | Quiet::Repeated
    )
}

/// Blows inside the event: each figure not told yet stands for itself and nothing moves.
fn follow_blows(claims: &[Arc<KnownClaim>], figures: &[Option<&Casualty>], placed: bool) -> Course {
    let rough = |at: usize| {
        figures.get(at).copied().flatten().is_some_and(|casualty| Figure::of(casualty).is_rough())
    };
    // A report's firm figure comes before its rough one ("nearly a hundred", then "91").
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by_key(|&at| {
        claims.get(at).map(|known| (known.held_at, known.spoken_at, &known.article, rough(at)))
    });
    let mut told: Vec<Figure> = Vec::new();
    let mut course = Course { steps: vec![Step::Silent(Quiet::Previous); claims.len()], ..Course::default() };
    for at in order {
        let (Some(known), Some(casualty)) = (claims.get(at), figures.get(at).copied().flatten()) else {
            continue;
        };
        if casualty.relation == Relation::Previous {
            continue;
        }
        let figure = Figure::of(casualty);
        // Two blows of different size are two blows; only at one named place, or said roughly, may they be one.
        let known_already = |earlier: &Figure| {
            earlier.value == figure.value || (placed || figure.is_rough()) && earlier.satisfies(figure)
        };
        let step = if told.iter().any(known_already) {
            Step::Silent(Quiet::Repeated)
        } else {
            told.push(figure);
            course.value = Some(value_of(known, figure, casualty));
            course.by = Some(at);
            Step::Opens
        };
        if let Some(slot) = course.steps.get_mut(at) {
            *slot = step;
        }
    }
    course
}

fn casualty_of(claim: &Claim) -> Option<&Casualty> {
    match claim {
        Claim::Casualty(casualty) => Some(casualty),
        Claim::Demand(_) | Claim::Position(_) | Claim::Deed(_) => None,
    }
}

/// The claim's figure as a fact's value.
pub(super) fn value_of(known: &KnownClaim, figure: Figure, casualty: &Casualty) -> Value {
    Value::Casualties {
        value: figure.value,
        high: figure.high,
        bound: figure.bound,
        source: casualty.source.clone(),
        article: known.article.clone(),
        as_of: known.held_at,
    }
}

/// Whether one figure is more than half as much again as another.
const fn far_above(one: u64, other: u64) -> bool {
    one.saturating_mul(2) > other.saturating_mul(3)
}

/// The running figure and the claim that gave it.
#[derive(Debug, Clone, Copy)]
struct Running {
    figure: Figure,
    by: usize,
}

/// The walk over the claims.
#[expect(clippy::struct_excessive_bools, reason = "each flag is a question of its own about the words")]
struct Walk<'a> {
    claims: &'a [Arc<KnownClaim>],
    figures: &'a [Option<&'a Casualty>],
    /// Whether the true number falls as well as rises: people are found, freed, counted again.
    falls: bool,
    /// Whether it may fall to nothing: those rescued stay rescued.
    empties: bool,
    /// Whether it counts people held, of whom reports like to single one out.
    holds: bool,
    unrestricted: bool,
    steps: Vec<Step>,
    running: Option<Running>,
    /// Where the running figure stood earlier.
    past: Vec<u64>,
    /// Claims that contradict the running figure, the latest of each voice.
    rivals: Vec<usize>,
    /// Increments counted, with the time they held.
    increments: Vec<(u64, Timestamp)>,
    /// Figures far above the running one, waiting for a second origin.
    doubted: Vec<usize>,
    /// The claims of the report at hand that may speak for it; kept, so that a long history does not ask for room again and
    /// again.
    open: Vec<usize>,
}

impl Walk<'_> {
    fn figure(&self, at: usize) -> Option<&Casualty> {
        self.figures.get(at).copied().flatten()
    }

    fn voice(&self, at: usize) -> (Option<&str>, Option<&str>) {
        let source = self.figure(at).and_then(|casualty| casualty.source.as_deref());
        (source, self.claims.get(at).and_then(|known| known.outlet.as_deref()))
    }

    fn one_voice(&self, one: usize, other: usize) -> bool {
        same_voice(self.voice(one), self.voice(other))
    }

    fn step(&mut self, at: usize, step: Step) {
        if let Some(slot) = self.steps.get_mut(at) {
            *slot = step;
        }
    }

    /// One report's claims: the principal one first, then what the others add beside it.
    fn report(&mut self, range: std::ops::Range<usize>) {
        let mut open = std::mem::take(&mut self.open);
        self.weigh(range, &mut open);
        open.clear();
        self.open = open;
    }

    fn weigh(&mut self, range: std::ops::Range<usize>, open: &mut Vec<usize>) {
        let before = self.running;
        for at in range {
            match self.figure(at).map(|casualty| casualty.relation) {
                None | Some(Relation::Previous) => self.step(at, Step::Silent(Quiet::Previous)),
                Some(Relation::Part) if self.unrestricted => self.step(at, Step::Silent(Quiet::Part)),
                Some(_) => open.push(at),
            }
        }
        // A figure that leaps too far to be believed does not speak for a report that has another.
        let principal = loop {
            let Some(principal) = self.principal(open) else { return };
            let step = self.judge(principal);
            self.step(principal, step);
            if step != Step::Silent(Quiet::Doubted) {
                break principal;
            }
            open.retain(|&at| at != principal);
        };
        for &at in &*open {
            if at != principal {
                let step = self.beside(at, principal, before);
                self.step(at, step);
            }
        }
    }

    fn is_editor(&self, at: usize) -> bool {
        self.figure(at).is_some_and(|casualty| casualty.evidence.rule == super::course::EDITOR)
    }

    /// The claim that speaks for the report: the editor's, a correction, the voice that gave the running figure, else
    /// the highest firm figure. A rough one ("nearly 200") speaks only when no firm one comes near it.
    fn principal(&self, open: &[usize]) -> Option<usize> {
        let relation = |at: usize| self.figure(at).map(|casualty| casualty.relation);
        let value = |at: usize| self.figure(at).map_or(0, |casualty| casualty.value);
        if let [only] = open {
            return Some(*only);
        }
        if let Some(&editor) = open.iter().find(|&&at| self.is_editor(at)) {
            return Some(editor);
        }
        if let Some(&correction) = open.iter().find(|&&at| relation(at) == Some(Relation::Correction)) {
            return Some(correction);
        }
        let whole: Vec<usize> =
            open.iter().copied().filter(|&at| relation(at) != Some(Relation::Added)).collect();
        let mut candidates = if whole.is_empty() { open.to_vec() } else { whole };
        // What the outlet recalls beside a new figure ("from 174 to 172", "below the 600 announced earlier") is not
        // what the report is about.
        let fresh: Vec<usize> = candidates.iter().copied().filter(|&at| !self.recalls(at)).collect();
        if !fresh.is_empty() {
            candidates = fresh;
        }
        let highest = |among: &[usize]| among.iter().copied().rev().max_by_key(|&at| value(at));
        let firm_of = |among: &[usize]| -> Vec<usize> {
            let firm = |&at: &usize| self.figure(at).is_some_and(|casualty| !Figure::of(casualty).is_rough());
            among.iter().copied().filter(firm).collect()
        };
        if let Some(running) = self.running
            && self.voice(running.by).0.is_some()
        {
            let same: Vec<usize> =
                candidates.iter().copied().filter(|&at| self.one_voice(at, running.by)).collect();
            let overtaken = |by: u64| candidates.iter().any(|&other| far_above(value(other), by));
            // A voice that stands by its figure is contradicted by a higher one; one that moves itself is overtaken
            // when another is far ahead.
            if let Some(at) = highest(&firm_of(&same)).or_else(|| highest(&same))
                && (value(at) == running.figure.value || !overtaken(value(at)))
            {
                return Some(at);
            }
        }
        let (firm, any) = (highest(&firm_of(&candidates)), highest(&candidates));
        match (firm, any) {
            (Some(firm), Some(any)) if far_above(value(any), value(firm)) => Some(any),
            (firm, any) => firm.or(any),
        }
    }

    /// Whether a claim restates, beside other figures, what was known: the running or an earlier figure in the outlet's
    /// own voice, or what its voice is known to have said against the running figure.
    fn recalls(&self, at: usize) -> bool {
        let value = self.figure(at).map(|casualty| casualty.value);
        let own_voice = self.voice(at).0.is_none();
        let running = self.running.map(|running| running.figure.value);
        let rival = |&rival: &usize| {
            self.figure(rival).map(|casualty| casualty.value) == value && self.one_voice(at, rival)
        };
        own_voice && (value == running || value.is_some_and(|value| self.past.contains(&value)))
            || self.rivals.iter().any(rival)
    }

    /// What the report's principal claim does to the running figure.
    fn judge(&mut self, at: usize) -> Step {
        let Some(casualty) = self.figure(at) else { return Step::Silent(Quiet::Previous) };
        let (figure, relation) = (Figure::of(casualty), casualty.relation);
        let Some(running) = self.running else {
            self.running = Some(Running { figure, by: at });
            if relation == Relation::Added {
                self.increments.push((figure.value, self.held(at)));
            }
            return Step::Opens;
        };
        if relation == Relation::Added {
            return self.add(at, figure, running);
        }
        let ends_doubt = relation == Relation::Correction || self.is_editor(at);
        if figure.value == running.figure.value || (!ends_doubt && running.figure.satisfies(figure)) {
            return Step::Silent(Quiet::Corroborates);
        }
        if ends_doubt {
            return self.move_to(at, figure, running);
        }
        let stood_there = self.past.contains(&figure.value);
        if figure.value > running.figure.value {
            if self.is_doubtful(at, figure, running.figure) {
                self.doubted.push(at);
                return Step::Silent(Quiet::Doubted);
            }
            return if stood_there && self.falls {
                Step::Silent(Quiet::Stale)
            } else {
                self.move_to(at, figure, running)
            };
        }
        if stood_there {
            return Step::Silent(Quiet::Stale);
        }
        let recount = figure.value.saturating_mul(RECOUNT) >= running.figure.value;
        // One person of whom a report tells ("a hostage said") is not what is left of many.
        let one_of_many = figure.value == 1 && running.figure.value >= MANY && self.voice(at).0.is_none();
        if self.holds && one_of_many {
            return Step::Silent(Quiet::LessComplete);
        }
        if self.falls && (self.empties || recount) {
            return self.move_to(at, figure, running);
        }
        if self.falls || (!recount && self.one_voice(at, running.by)) {
            return Step::Silent(Quiet::LessComplete);
        }
        self.lower(at, figure, running)
    }

    /// Whether a figure leaps so far that one report is not enough.
    fn is_doubtful(&self, at: usize, figure: Figure, running: Figure) -> bool {
        let origin = |at: usize| self.claims.get(at).map(|known| &known.origin);
        let seconded = |&other: &usize| {
            let value = self.figure(other).map_or(0, |casualty| casualty.value);
            origin(other) != origin(at) && !far_above(value, figure.value) && !far_above(figure.value, value)
        };
        running.bound != Bound::Vague
            && running.value >= LEAP_FROM
            && figure.value >= running.value.saturating_mul(LEAP)
            && !self.doubted.iter().any(seconded)
    }

    /// A lower figure of something that only grows.
    fn lower(&mut self, at: usize, figure: Figure, running: Running) -> Step {
        let named = self.voice(at).0.is_some();
        // An outlet's own lower figure is more often a part than a change of mind, unless it stays close.
        if self.one_voice(at, running.by) && (named || figure.value * 2 >= running.figure.value) {
            return self.move_to(at, figure, running);
        }
        if let Some(slot) = self.rivals.iter().position(|&rival| self.one_voice(at, rival)) {
            let left = self.rivals.get(slot).copied().unwrap_or(at);
            let from = self.figure(left).map_or(0, |casualty| casualty.value);
            let kind = match figure.value.cmp(&from) {
                std::cmp::Ordering::Equal => return Step::Silent(Quiet::ConflictKnown),
                std::cmp::Ordering::Greater => ChangeKind::Up,
                std::cmp::Ordering::Less => ChangeKind::Down,
            };
            self.rivals.remove(slot);
            self.move_to(at, figure, running);
            return Step::RivalMoves(kind, left);
        }
        if let Some(slot) = self.continued_track(at, figure) {
            let left = self.rivals.remove(slot);
            self.move_to(at, figure, running);
            return Step::RivalMoves(ChangeKind::Up, left);
        }
        self.contradict(at, figure, running.figure)
    }

    /// A figure that no voice is named for continues the contradicting track it stands just above.
    fn continued_track(&self, at: usize, figure: Figure) -> Option<usize> {
        if self.voice(at).0.is_some() || figure.is_rough() {
            return None;
        }
        let value =
            |slot: usize| self.rivals.get(slot).and_then(|&rival| self.figure(rival)).map_or(0, |c| c.value);
        (0..self.rivals.len())
            .filter(|&slot| value(slot) < figure.value && !far_above(figure.value, value(slot)))
            .max_by_key(|&slot| value(slot))
    }

    /// A claim beside the principal one of its report.
    fn beside(&mut self, at: usize, principal: usize, before: Option<Running>) -> Step {
        let (Some(casualty), Some(running)) = (self.figure(at), self.running) else {
            return Step::Silent(Quiet::Previous);
        };
        let figure = Figure::of(casualty);
        if matches!(casualty.relation, Relation::Added | Relation::Part) {
            return Step::Silent(Quiet::Part);
        }
        if running.figure.satisfies(figure) {
            return Step::Silent(Quiet::Corroborates);
        }
        if self.one_voice(at, principal) {
            return Step::Silent(Quiet::SameVoice);
        }
        if before.is_some_and(|before| before.figure.value == figure.value)
            || self.past.contains(&figure.value)
        {
            return Step::Silent(Quiet::Stale);
        }
        // Between the value before and one far above it: a count on its way, not a contradiction.
        let on_its_way = before.is_some_and(|before| figure.value > before.figure.value);
        if on_its_way && far_above(running.figure.value, figure.value) {
            return Step::Silent(Quiet::LessComplete);
        }
        self.contradict(at, figure, running.figure)
    }

    /// A figure that cannot be true together with the running one.
    fn contradict(&mut self, at: usize, figure: Figure, running: Figure) -> Step {
        if self.past.iter().any(|&earlier| earlier >= figure.value && figure.value < running.value) {
            // What was known had passed it before: it is older, not opposed.
            return Step::Silent(Quiet::Stale);
        }
        let too_low = figure.value.saturating_mul(CONFLICT_RATIO) < running.value;
        if !has_authority(self.voice(at).0) || figure.bound == Bound::Vague || too_low {
            return Step::Silent(Quiet::LessComplete);
        }
        let known = self
            .rivals
            .iter()
            .any(|&rival| self.figure(rival).is_some_and(|known| known.value == figure.value));
        let slot = self.rivals.iter().position(|&rival| self.one_voice(at, rival));
        match slot.and_then(|slot| self.rivals.get_mut(slot)) {
            Some(rival) => *rival = at,
            None => self.rivals.push(at),
        }
        if known { Step::Silent(Quiet::ConflictKnown) } else { Step::Conflicts }
    }

    /// "Another four": on top of the running figure, once.
    fn add(&mut self, at: usize, figure: Figure, running: Running) -> Step {
        let held = self.held(at);
        let again = |&(value, earlier): &(u64, Timestamp)| {
            value == figure.value && held.duration_since(earlier) <= INCREMENT_REPEATS
        };
        if figure.value == 0 || self.increments.iter().any(again) || self.is_in_the_total(at, figure, running)
        {
            return Step::Silent(Quiet::Repeated);
        }
        // "Hundreds more" is no number to add.
        if figure.bound == Bound::Vague {
            return Step::Silent(Quiet::LessComplete);
        }
        self.increments.push((figure.value, held));
        let bound = if figure.bound == Bound::Exact { running.figure.bound } else { figure.bound };
        let sum = Figure { value: running.figure.value.saturating_add(figure.value), high: None, bound };
        self.move_to(at, sum, running)
    }

    fn held(&self, at: usize) -> Timestamp {
        self.claims.get(at).map_or(Timestamp::MIN, |known| known.held_at)
    }

    /// Whether an increment is counted already: another voice has just given the total that it led to ("risen to 22" after
    /// 12, then "ten more were found dead"), or those found are all who are known dead.
    fn is_in_the_total(&self, at: usize, figure: Figure, running: Running) -> bool {
        let found = self.figure(at).is_some_and(|casualty| &*casualty.evidence.rule == FOUND);
        let soon = self.held(at).duration_since(self.held(running.by)) <= INCREMENT_REPEATS;
        let rise = self.past.last().and_then(|&from| running.figure.value.checked_sub(from));
        rise == Some(figure.value) && soon && !self.one_voice(at, running.by)
            || found && running.figure.value == figure.value
    }

    fn move_to(&mut self, at: usize, figure: Figure, from: Running) -> Step {
        self.past.push(from.figure.value);
        self.running = Some(Running { figure, by: at });
        Step::Moves(if figure.value > from.figure.value { ChangeKind::Up } else { ChangeKind::Down })
    }
}
