//! Of whom something is asked that the sentence leaves unsaid: a truce of those who fight, a release of whoever holds the
//! prisoners. Comes in: a sentence with its whole article. Goes out: names, when the article leaves no doubt. Never
//! looks outside the article and never guesses between two.

use std::ops::Range;
use std::sync::Arc;

use crate::extract::english::actors::{Kind, Mention};
use crate::extract::english::lexicon::acts as lexicon;
use crate::extract::english::lexicon::stance_verbs::{Frame, stance_verb};
use crate::extract::english::predicate::{Agent, Scene};
use crate::model::{Act, Stance};
use crate::text::VerbForm;
use crate::text::gazetteer::{EntityKind, Role};

/// The sentences that are looked through, from the beginning of the article: reports name the parties early.
const SENTENCES_MAX: usize = 60;

/// Who would have to do it, by what the rest of the article says.
pub(super) fn unsaid(
    scene: &Scene<'_>,
    by: &[Agent],
    act: Act,
    core: usize,
    asked: &Range<usize>,
) -> Vec<Arc<str>> {
    if let Some(accused) = accused(scene, by, core).filter(|_| act != Act::Investigate) {
        return accused;
    }
    let found = match act {
        Act::Ceasefire | Act::Access => fighting(scene),
        Act::Release => holders(scene),
        _ => Vec::new(),
    };
    // Who fights or holds and asks others to stop asks the other side: that is for the sentence to say.
    let own = by.iter().any(|agent| found.contains(&agent.name));
    if !found.is_empty() && !own {
        return found;
    }
    let another = |party: &Arc<str>| by.iter().all(|agent| agent.name != *party);
    let usurped = scene.actors().usurped.clone().filter(another);
    if matches!(act, Act::Release | Act::Protect)
        && let Some(junta) = usurped
    {
        return vec![junta];
    }
    let answers = matches!(
        act,
        Act::Release | Act::Policy | Act::Pay | Act::Investigate | Act::Protect | Act::Intervene
    );
    // An independent inquiry is not the government's own.
    let apart = asked
        .clone()
        .any(|at| scene.view.is(at, &["independent", "impartial", "international", "neutral", "outside"]));
    let at_home = answers && !apart && by.iter().all(|agent| is_at_home(scene, agent, act));
    // A group that fights at home asks its own state, however many others the article names.
    let fights = by.iter().all(|agent| is_armed_group(scene, &agent.name));
    let home = if fights { &scene.actors().home } else { &scene.actors().authority };
    home.clone().filter(|home| at_home && another(home)).into_iter().collect()
}

/// "Accused Kenya of piracy and demanded the crew's release": who was accused in the same breath is asked.
fn accused(scene: &Scene<'_>, by: &[Agent], core: usize) -> Option<Vec<Arc<str>>> {
    let view = scene.view;
    let verb = (core.saturating_sub(ACCUSED_TOKENS_MAX).max(view.start)..core).rev().find(|&at| {
        let accuses = stance_verb(&view.verb(at))
            .is_some_and(|(stance, frame)| stance == Stance::Accuse && frame != Frame::That);
        accuses && view.form(at) != VerbForm::None
    })?;
    let predicate = scene.predicate(verb).filter(|predicate| !predicate.passive && !predicate.negated)?;
    let same = predicate.agents.iter().any(|agent| by.iter().any(|one| one.name == agent.name));
    let object = scene
        .actors()
        .starting_at(scene.sentence, verb + 1, view)
        .filter(|mention| same && !mention.owner && !mention.modifier && mention.tokens.end < core)?;
    let joined = (object.tokens.end..core).any(|at| view.is(at, &["and", ","]));
    let names = names(scene, object);
    let other = by.iter().all(|agent| !names.contains(&agent.name));
    (joined && other && !names.is_empty()).then_some(names)
}

/// An accusation further than this before the demand is another breath.
const ACCUSED_TOKENS_MAX: usize = 30;

/// Whether the gazetteer knows a party as one that fights.
fn is_armed_group(scene: &Scene<'_>, party: &Arc<str>) -> bool {
    let mut entities = scene.actors().entities.iter();
    entities.any(|entity| entity.kind == EntityKind::ArmedGroup && entity.party.as_ref() == Some(party))
}

/// Whether somebody asks things of the authorities at home when nobody else is named: protesters, villagers, a movement
/// that only this article knows; of an armed group at home what only a state can do. A union asks pay of an employer,
/// and nobody knows here who that is.
fn is_at_home(scene: &Scene<'_>, agent: &Agent, act: Act) -> bool {
    let known = scene.actors().entities.iter().any(|entity| entity.party.as_ref() == Some(&agent.name));
    let of_state = || is_armed_group(scene, &agent.name) && act == Act::Release;
    // Where two fight over a country, either may hold the prisoners.
    let contested = || act == Act::Release && rivals_at_war(scene).is_some();
    match known {
        true => of_state(),
        false if contested() => false,
        false => {
            let mention = scene.actors().all().iter().find(|mention| mention.name == agent.name);
            mention.is_some_and(|mention| {
                let group = mention.kind == Kind::Folk
                    || mention.kind == Kind::Party
                    || matches!(
                        mention.role,
                        Some(Role::Civil | Role::Protesters | Role::People | Role::Opposition)
                    );
                group && mention.person.is_none() && (act != Act::Pay || mention.kind != Kind::Party)
            })
        }
    }
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
                && (at.saturating_sub(5).max(view.start)..at).any(|at| lexicon::is_fighting(&view.noun(at)))
        });
        let pair = between
            .and_then(|at| other.actors().starting_at(other.sentence, at + 1, view))
            .map(|first| names(&other, first))
            .unwrap_or_default();
        if pair.len() == 2 {
            return pair;
        }
    }
    let both = scene.actors().all().iter().find(|mention| mention.others.len() == 1 && mention.plural);
    let both = both.map(|both| names(scene, both)).filter(|pair| pair.len() == 2);
    both.or_else(|| rivals_at_war(scene)).unwrap_or_default()
}

/// An article that speaks of fighting this often is about a war between the two it names most.
const FIGHTING_WORDS_LEAST: usize = 3;

/// The two parties the article names most, when it is about their fight.
fn rivals_at_war(scene: &Scene<'_>) -> Option<Vec<Arc<str>>> {
    let (one, other) = scene.actors().rivals.as_ref()?;
    // States have borders and allies: who of them is meant is for the text to say.
    if !is_armed_group(scene, one) && !is_armed_group(scene, other) {
        return None;
    }
    let fights = sentences(scene)
        .flat_map(|other| (other.view.start..other.view.end).map(move |at| (other, at)))
        .filter(|(other, at)| lexicon::is_fighting(&other.view.noun(*at)))
        .take(FIGHTING_WORDS_LEAST)
        .count();
    (fights == FIGHTING_WORDS_LEAST).then(|| vec![Arc::clone(one), Arc::clone(other)])
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
            if !lexicon::is_holding(&other.view.verb(at)) {
                continue;
            }
            let captive = (at + 1..(at + 7).min(other.view.end))
                .any(|at| lexicon::is_captive(&other.view.noun(at)))
                || other
                    .actors()
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
