//! Demands that the article has told before a place. Comes in: what the rules before found. Goes out: those of the sentences
//! before it, and which of them were made in one breath. Never finds a demand itself.

use crate::extract::english::predicate::Scene;
use crate::extract::rule::Findings;
use crate::model::Demand;

/// Demands of one voice that begin nearer than this are one appeal.
const SAME_BREATH_BYTES: usize = 160;
/// An appeal asks for no more than so many things that others take up or answer.
const DEMANDS_MAX: usize = 4;

/// The demands told so far, in the order of the text.
pub(super) struct Told(Vec<Demand>);

impl Told {
    pub(super) fn of(findings: &Findings) -> Self {
        let mut told: Vec<Demand> = findings.demands().cloned().collect();
        told.sort_by_key(|demand| demand.evidence.span.start);
        Self(told)
    }

    /// Those that begin at most so many sentences back and before the byte `here`.
    pub(super) fn before(&self, scene: &Scene<'_>, sentences_back: usize, here: usize) -> &[Demand] {
        let first = scene.analysis.sentences.get(scene.sentence.saturating_sub(sentences_back));
        let first = first.map_or(here, |sentence| sentence.span.start);
        let from = self.0.partition_point(|demand| demand.evidence.span.start < first);
        let upto = self.0.partition_point(|demand| demand.evidence.span.start < here);
        self.0.get(from..upto).unwrap_or_default()
    }
}

/// Of some demands those that were made in one breath with `last`, one after the other.
pub(super) fn in_one_breath<'t>(near: &'t [Demand], last: &'t Demand) -> impl Iterator<Item = &'t Demand> {
    let same = move |demand: &&Demand| {
        demand.by == last.by
            && demand.evidence.span.start.abs_diff(last.evidence.span.start) < SAME_BREATH_BYTES
    };
    near.iter().filter(same).take(DEMANDS_MAX)
}
