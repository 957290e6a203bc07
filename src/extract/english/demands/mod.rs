//! Demands: who wants what of whom, how hard, under which condition, and what became of it. Each rule is one
//! construction; what they share is here: addressees, force, conditions and the making of a claim.

mod act;
mod addressee;
mod complement;
pub mod answered;
pub mod brokered;
pub mod chanted;
pub mod deed;
mod context;
pub mod fulfilled;
pub mod joined;
mod members;
pub mod high_time;
pub mod imperative;
pub mod listed;
pub mod modal;
pub mod nominal;
pub mod replied;
pub mod sole_way;
mod told;
pub mod ultimatum;
pub mod verbal;

use std::ops::Range;
use std::sync::Arc;

use crate::extract::english::lexicon::demands as words;
use crate::extract::rule::{Findings, Reading};
use crate::model::{Act, Claim, Demand, DemandStatus, Evidence, Force, Span};
use crate::text::Tag;
use crate::text::english::calendar;
use crate::text::english::view::View;

use super::predicate::{Agent, Scene};

/// A demand before it is a claim: one claim is made for each agent, addressee and act.
#[derive(Clone)]
pub(super) struct Draft<'a> {
    pub(super) rule: &'static str,
    pub(super) by: &'a [Agent],
    pub(super) to: Vec<Arc<str>>,
    /// The words that say what is asked for.
    pub(super) window: Range<usize>,
    pub(super) acts: Vec<Act>,
    pub(super) force: Force,
    pub(super) status: DemandStatus,
    pub(super) condition: Option<String>,
    /// The cue.
    pub(super) core: usize,
    /// First token of the quote.
    pub(super) start: usize,
    pub(super) weight: u8,
}

/// Runs a rule on every sentence that speaks and may concern it.
pub(super) fn each_scene(reading: &Reading<'_>, mut read: impl FnMut(&Scene<'_>)) {
    for (index, sentence) in reading.analysis.sentences.iter().enumerate() {
        let view = reading.analysis.view(index);
        if sentence.part.speaks() && reading.concerns(sentence) && view.start < view.end {
            let scene = Scene {
                reading,
                article: reading.article,
                analysis: &reading.analysis,
                view,
                sentence: index,
            };
            read(&scene);
        }
    }
}

impl Draft<'_> {
    /// Adds the claims.
    pub(super) fn emit(self, scene: &Scene<'_>, findings: &mut Findings) {
        let span = quote(scene, self.start.min(self.core)..self.window.end.max(self.core + 1));
        let text = span.of(&scene.article.text);
        if text.is_empty() {
            return;
        }
        let core = scene.span(self.core..self.core + 1);
        for agent in self.by {
            for &act in &self.acts {
                let unsaid = if self.to.is_empty() {
                    context::unsaid(scene, self.by, act, self.core, &self.window)
                } else {
                    Vec::new()
                };
                let named = if self.to.is_empty() { &unsaid } else { &self.to };
                let Some(mut to) = addressee::other_than(scene, agent, named, self.core) else { continue };
                if to.is_empty() && !named.is_empty() {
                    to = context::unsaid(scene, self.by, act, self.core, &self.window);
                }
                for to in addressee::together(&to, act) {
                    let demand = Demand {
                        by: agent.name.to_string(),
                        to: to.map(|to| to.to_string()),
                        act,
                        force: self.force,
                        status: self.status,
                        condition: self.condition.clone(),
                        source: agent.stated_by(&scene.article.text),
                        evidence: Evidence { quote: text.to_owned(), span, rule: self.rule.to_owned() },
                    };
                    findings.add_at(core, self.weight, Claim::Demand(demand));
                }
            }
        }
    }
}

/// The longest quote: a sentence of usual length. A longer one is cut at its end, on a token.
const QUOTE_BYTES_MAX: usize = 320;

/// The words of a run of tokens, cut to the longest quote, without a comma at its end.
pub(super) fn quote(scene: &Scene<'_>, run: Range<usize>) -> Span {
    let mut end = run.end.min(scene.view.end).max(run.start + 1);
    while end > run.start + 1 {
        let span = scene.span(run.start..end);
        let loose = matches!(scene.view.word(end - 1), "," | ";" | ":" | "“" | "(");
        if span.end - span.start <= QUOTE_BYTES_MAX && !loose {
            break;
        }
        end -= 1;
    }
    scene.span(run.start..end)
}

/// Where the words after a verb begin: adverbs, days and "once again" are passed over.
pub(super) fn after_adverbs(scene: &Scene<'_>, at: usize) -> usize {
    let view = scene.view;
    let mut at = at;
    while at < view.end {
        let word = view.word(at);
        let day = view.is(at, &["on"]) && is_day(view.word(at + 1));
        if day {
            at += 2;
        } else if matches!(word, "late" | "early") && is_day(view.word(at + 1))
            || matches!(word, "”" | "’" | "himself" | "herself" | "itself" | "themselves")
        {
            at += 1;
        } else if is_day(word)
            || (view.tag(at) == Tag::Adverb
                && !matches!(word, "not" | "out" | "down" | "back" | "off" | "up" | "on"))
            || matches!(word, "again" | "today" | "also" | "once" | "repeatedly" | "jointly")
        {
            at += 1;
        } else {
            break;
        }
    }
    at
}

fn is_day(word: &str) -> bool {
    calendar::is_weekday(word) || matches!(word, "yesterday" | "today" | "tonight")
}

/// Whether an "or" at `at` opens what happens otherwise: "or face a strike", "or else".
pub(super) fn threatens(view: View<'_>, at: usize) -> bool {
    view.is(at, &["or"]) && view.is(at + 1, &["else", "face", "be", "risk", "they", "it", "we"])
}

/// How many words may stand between what is asked for and what happens otherwise.
const THREAT_REACH: usize = 6;

/// Whether it is said what happens to those who do not do what is asked in `window`.
pub(super) fn is_threat(view: View<'_>, window: &Range<usize>) -> bool {
    (window.start..(window.end + THREAT_REACH).min(view.end)).any(|at| {
        threatens(view, at) && view.is(at + 1, &["else", "face", "risk"]) || view.is(at, &["otherwise"])
    })
}

/// "Or else", "otherwise", "within 48 hours", "by Friday", "until September 3": what makes an ultimatum, in short.
pub(super) fn condition(scene: &Scene<'_>, window: Range<usize>) -> Option<String> {
    let view = scene.view;
    for at in window.start..view.end {
        let threat = threatens(view, at) || view.is(at, &["otherwise"]);
        let within = view.is(at, &["within"])
            && (at + 1..at + 4).any(|at| {
                view.is(
                    at,
                    &["hours", "days", "weeks", "week", "hour", "day", "month", "months", "minutes", "year"],
                )
            });
        // "A snap election by November": when it is held.
        let dated =
            view.is(at.wrapping_sub(1), &["election", "elections", "vote", "poll", "polls", "referendum"]);
        let by = view.is(at, &["by", "until", "before"])
            && is_deadline(scene, at + 1)
            && at < window.end + 6
            && !dated;
        if threat || within || by {
            let end = (at + 1..(at + 12).min(view.end))
                .find(|&at| view.is(at, &[",", ".", ";", "”", "\""]))
                .unwrap_or((at + 12).min(view.end));
            let text = scene.span(at..end).of(&scene.article.text);
            return (!text.is_empty()).then(|| text.to_owned());
        }
    }
    None
}

fn is_deadline(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let word = view.word(at);
    is_day(word)
        || calendar::is_month(word) && word != "may"
        || matches!(word, "midnight" | "noon" | "tomorrow" | "dawn" | "midday")
        || (view.is(at, &["the"]) && view.is(at + 1, &["end", "weekend"]))
        || word.parse::<u32>().is_ok_and(|number| number < 32) && view.capital(at + 1)
}

/// Whether a demand is made again: "again", "repeated", "has long called".
pub(super) fn status(scene: &Scene<'_>, from: usize, cue: usize, to: usize) -> DemandStatus {
    let again = (from..to.min(cue + 3)).any(|at| words::says_again(scene.view.word(at)));
    if again { DemandStatus::Repeated } else { DemandStatus::Made }
}

/// How hard it is pressed: with an or-else or a deadline it is an ultimatum.
pub(super) fn demand_force(ultimate: bool, force: Force) -> Force {
    if ultimate { Force::Ultimatum } else { force }
}
