//! Lives that ended: "claimed the lives of 29 people", "cost 12 lives", "29 lives were lost", "with the loss of some
//! 300 lives". Scenes go in, claims come out.

use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Effect;
use crate::text::Phrase;

const NAME: &str = "lives";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "lives that ended: \"claimed the lives of 29 people\", \"cost 12 lives\"",
    corpus: include_str!("lives.md"),
    cues,
    find,
};

/// What ends a life. "Save", "risk" and "change" do not.
const ENDS: &[&str] =
    &["claim", "cost", "take", "lose", "loss", "end", "snuff", "rob", "extinguish", "steal"];
/// How far from the noun the word may stand: "lost, rescuers said, an estimated 29 lives".
const REACH: usize = 5;

fn cues(cues: &mut Cues) {
    let lives = cues.words(["life", "lives"]);
    let ends = cues.verbs(ENDS.iter().copied());
    cues.enough(lives | ends);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for at in here.sentence.phrases.clone() {
            let Some(phrase) = here.analysis.phrases.get(at) else { continue };
            if !here.view.is(phrase.head, &["life", "lives"]) {
                continue;
            }
            let Some(end) = ended(&here, phrase) else { continue };
            let said = end.min(phrase.tokens.start)..phrase.tokens.end.max(end + 1);
            let clause = here.clause_around(end);
            if clause.is_some_and(|clause| !here.asserts(clause, true)) {
                continue;
            }
            let own = here.figure_of(at).filter(|figure| figure.low > 0);
            let of = || {
                here.scene.figures.iter().find(|figure| {
                    here.analysis.phrases.get(figure.phrase).is_some_and(|other| other.of.get() == Some(at))
                        || here
                            .analysis
                            .phrases
                            .get(figure.noun_phrase)
                            .is_some_and(|other| other.of.get() == Some(at))
                })
            };
            if let Some(figure) = own.or_else(of) {
                for member in here.with_list(figure) {
                    sight(&here, Sighting::new(member, Effect::Killed, said.clone(), NAME, 65), findings);
                }
            }
        }
    });
}

/// The token that ends the lives.
fn ended(here: &Here<'_>, phrase: &Phrase) -> Option<usize> {
    let before = phrase.tokens.start.saturating_sub(REACH)..phrase.tokens.start;
    let after = phrase.tokens.end..phrase.tokens.end + 3;
    before.rev().chain(after).find(|&at| ENDS.contains(&&*here.verb_lemma(at)) || here.view.is(at, ENDS))
}
