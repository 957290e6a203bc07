//! What sort of event a report is about, told from its title and lead, and whether a figure's clause names another
//! sort: "the earthquake in the north" in a report on a flood is another event. Words go in, sorts come out.

use std::ops::Range;
use std::sync::LazyLock;

use super::scope::Stretch;
use crate::model::Scope;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Analysis, Sentence, Tag, Tense};

/// A sort of event. Two sorts that cause each other all the time are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Quake,
    Flood,
    Violence,
    Crash,
    Epidemic,
    /// Goes with every other: never speaks of another event by itself.
    Neutral,
}

/// How many sentences of the body are its lead.
const LEAD: usize = 3;

fn sort(word: &str) -> Option<Sort> {
    Some(match word {
        "earthquake" | "earthquakes" | "quake" | "quakes" | "tremor" | "tsunami" => Sort::Quake,
        "flood" | "floods" | "flooding" | "deluge" | "storm" | "storms" | "hurricane" | "typhoon"
        | "cyclone" | "tornado" | "monsoon" => Sort::Flood,
        "attack" | "attacks" | "bombing" | "bombings" | "shooting" | "shootings" | "war" | "fighting"
        | "clashes" | "airstrike" | "airstrikes" | "strikes" | "strike" | "raid" | "ambush" | "offensive"
        | "shelling" | "hijacking" | "siege" | "massacre" | "battle" | "battles" | "hostilities"
        | "unrest" | "riots" | "violence" | "protests" | "protest" | "coup" | "uprising" | "insurgency"
        | "hostage" | "rebels" | "militants" | "troops" | "conflict" | "demonstrations" => Sort::Violence,
        "crash" | "collision" | "derailment" | "sinking" | "shipwreck" | "capsizing" | "ferry" | "tram"
        | "train" | "accident" => Sort::Crash,
        "epidemic" | "pandemic" | "outbreak" | "virus" | "flu" | "cholera" | "ebola" | "measles" => {
            Sort::Epidemic
        }
        "landslide" | "landslides" | "mudslide" | "avalanche" | "fire" | "blaze" | "wildfire"
        | "explosion" | "blast" | "eruption" | "stampede" | "collapse" | "heatwave" => Sort::Neutral,
        _ => return None,
    })
}

static SORTS: LazyLock<Listed<Option<Sort>>> = LazyLock::new(|| Listed::new(sort));

/// The sorts of event in the title and the lead.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    sorts: Vec<Sort>,
    /// The title or the lead says harm itself, whatever the sort.
    harm: bool,
}

impl Subject {
    /// Of an article.
    pub(super) fn of(analysis: &Analysis<'_>, says_harm: impl Fn(View<'_>) -> bool) -> Self {
        let mut sorts = Vec::new();
        let mut harm = false;
        let speaking = analysis.sentences.iter().enumerate().filter(|(_, sentence)| sentence.part.speaks());
        for (at, _) in speaking.take(LEAD + 1) {
            let view = analysis.view(at);
            sorts.extend((view.start..view.end).filter_map(|token| SORTS.at(view, token)));
            harm |= says_harm(view);
        }
        Self { sorts, harm }
    }

    /// The stretches of a sentence in which another sort of event is named as a known one.
    pub(super) fn others(
        &self,
        analysis: &Analysis<'_>,
        sentence: &Sentence,
        view: View<'_>,
    ) -> Vec<Stretch> {
        if self.sorts.is_empty() && self.harm {
            return Vec::new();
        }
        sentence
            .tokens
            .clone()
            .filter(|&at| {
                SORTS.at(view, at).is_some_and(|sort| sort != Sort::Neutral && !self.sorts.contains(&sort))
            })
            .filter(|&at| is_known(view, at) || is_agent(view, at))
            .filter(|&at| !self.sorts.is_empty() || is_over(analysis, sentence, at))
            .map(|at| Stretch { tokens: clause_of(analysis, sentence, at), scope: Scope::Background })
            .collect()
    }
}

/// "were stranded by floods": other events need no article to have done it.
fn is_agent(view: View<'_>, at: usize) -> bool {
    let before = at.wrapping_sub(1);
    view.is(before, &["by"])
        || matches!(view.tag(before), Tag::Adjective | Tag::Noun) && view.is(at.wrapping_sub(2), &["by"])
}

/// "the earthquake", "Friday's earthquake", "last month's storm", "the sinking of".
fn is_known(view: View<'_>, at: usize) -> bool {
    (at.saturating_sub(4)..at)
        .rev()
        .take_while(|&before| !matches!(view.tag(before), Tag::Verb | Tag::Adposition | Tag::Punct))
        .any(|before| view.is(before, &["the", "'s", "this", "that", "its", "their"]))
        // "in the weeks of protest"
        || view.is(at.wrapping_sub(1), &["of"]) && view.is(at.wrapping_sub(3), &["the"])
}

/// What a report on something quite different says in the simple past is over: "450 people were killed in the weeks of
/// protest". "At least 105 have died so far" goes on.
fn is_over(analysis: &Analysis<'_>, sentence: &Sentence, at: usize) -> bool {
    sentence
        .clauses
        .clone()
        .filter_map(|clause| analysis.clauses.get(clause))
        .filter(|clause| clause.tokens.contains(&at))
        .min_by_key(|clause| clause.tokens.len())
        .and_then(|clause| clause.verb.as_ref())
        .is_some_and(|verb| matches!(verb.tense, Tense::Past | Tense::PastPerfect))
}

fn clause_of(analysis: &Analysis<'_>, sentence: &Sentence, at: usize) -> Range<usize> {
    sentence
        .clauses
        .clone()
        .filter_map(|clause| analysis.clauses.get(clause))
        .filter(|clause| clause.tokens.contains(&at))
        .min_by_key(|clause| clause.tokens.len())
        .map_or_else(|| sentence.tokens.clone(), |clause| clause.tokens.clone())
}
