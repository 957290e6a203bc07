//! Of whom something is asked that the sentence leaves unsaid: a truce of those who fight, a release of whoever holds the
//! prisoners. Comes in: a sentence with its whole article. Goes out: names, when the article leaves no doubt. Never
//! looks outside the article and never guesses between two.

use std::sync::Arc;

use crate::extract::english::actors::Mention;
use crate::extract::english::lexicon::acts as lexicon;
use crate::extract::english::predicate::{Agent, Scene};
use crate::model::Act;
use crate::text::english::lemma;

/// The sentences that are looked through, from the beginning of the article: reports name the parties early.
const SENTENCES_MAX: usize = 60;

/// Who would have to do it, by what the rest of the article says.
pub(super) fn unsaid(scene: &Scene<'_>, by: &[Agent], act: Act) -> Vec<Arc<str>> {
    let found = match act {
        Act::Ceasefire | Act::Access => fighting(scene),
        Act::Release => holders(scene),
        _ => Vec::new(),
    };
    // Who fights or holds and asks others to stop asks the other side: that is for the sentence to say.
    if by.iter().any(|agent| found.contains(&agent.name)) { Vec::new() } else { found }
}

fn sentences<'a>(scene: &Scene<'a>) -> impl Iterator<Item = Scene<'a>> + use<'a> {
    let scene = *scene;
    (0..scene.analysis.sentences.len().min(SENTENCES_MAX))
        .filter(move |&at| scene.analysis.sentences.get(at).is_some_and(|sentence| sentence.part.speaks()))
        .map(move |sentence| Scene { sentence, view: scene.analysis.view(sentence), ..scene })
}

/// The two of "fighting between Kenya and Uganda", or those whom "both sides" stands for.
pub(super) fn fighting(scene: &Scene<'_>) -> Vec<Arc<str>> {
    for other in sentences(scene) {
        let view = other.view;
        let between = (view.start..view.end).find(|&at| {
            view.is(at, &["between"])
                && (at.saturating_sub(5).max(view.start)..at)
                    .any(|at| lexicon::is_fighting(&lemma::noun(view.word(at))))
        });
        let pair = between
            .and_then(|at| other.actors.starting_at(other.sentence, at + 1, view))
            .map(|first| names(&other, first))
            .unwrap_or_default();
        if pair.len() == 2 {
            return pair;
        }
    }
    let both = scene.actors.all().iter().find(|mention| mention.others.len() == 1 && mention.plural);
    both.map(|both| names(scene, both)).filter(|pair| pair.len() == 2).unwrap_or_default()
}

fn names(scene: &Scene<'_>, mention: &Mention) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> =
        scene.agents_of(mention).into_iter().filter(|agent| agent.weighty).map(|agent| agent.name).collect();
    names.dedup();
    names
}

/// The one party that holds, detained or abducted somebody in the article.
fn holders(scene: &Scene<'_>) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for other in sentences(scene) {
        for at in other.view.start..other.view.end {
            if !lexicon::is_holding(&lemma::verb(other.view.word(at))) {
                continue;
            }
            let captive = (at + 1..(at + 7).min(other.view.end))
                .any(|at| lexicon::is_captive(&lemma::noun(other.view.word(at))))
                || other
                    .actors
                    .starting_at(other.sentence, at + 1, other.view)
                    .is_some_and(|mention| mention.person.is_some());
            let passive = other.group(at).is_some_and(|(_, passive)| passive);
            if !captive && !passive {
                continue;
            }
            let Some(predicate) = other.predicate(at).filter(|predicate| !predicate.negated) else {
                continue;
            };
            for agent in predicate.agents.iter().filter(|agent| agent.weighty) {
                if !found.contains(&agent.name) {
                    found.push(Arc::clone(&agent.name));
                }
            }
        }
    }
    if found.len() == 1 { found } else { Vec::new() }
}
