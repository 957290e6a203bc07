//! Stances as judgements: "called the raid a crime", "described the ruling as shameful", "branded them traitors".

use crate::extract::cues::Cues;
use crate::extract::english::actors::Mention;
use crate::extract::english::demands::{after_adverbs, each_scene};
use crate::extract::english::lexicon::stance_verbs::stance_verb;
use crate::extract::english::lexicon::stances;
use crate::extract::english::predicate::Scene;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::VerbForm;
use crate::text::english::lemma;

use super::{Draft, object_end, targets, topic};

/// Reads verbs of naming with a word of judgement.
pub const RULE: Rule = Rule {
    name: "position_characterised",
    summary: "called it a crime, described the vote as unfair: a judgement takes a stance",
    corpus: include_str!("characterised.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let names = cues.verbs(stances::naming_verbs().chain(["describe", "describ"]));
    let judgements = cues.words(stances::judgements());
    cues.enough(names | judgements);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            let word = scene.view.word(at);
            if stances::names(word) || stances::names(&lemma::verb(word)) || word.starts_with("describ") {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let next = after_adverbs(scene, at + 1);
    if view.is(next, &["on", "upon", "for", "off", "in", "themselves", "himself", "herself", "itself", "to"])
        || view.is(at.saturating_sub(2), &["what"])
        || view.is(at.saturating_sub(1), &["so", "to", "what"])
    {
        return None;
    }
    // "Denounced what they called a coup", "condemned the raid, calling it illegal": told by the verb before.
    let goes_on = view.form(at) == VerbForm::Gerund && view.is(next, &["it", "this"]);
    if view.is(next, &["what"]) || goes_on && condemns_before(scene, at) {
        return None;
    }
    // "What it called illegal sanctions" is a name in passing.
    if (at.saturating_sub(4).max(view.start)..at).any(|at| view.is(at, &["what", "which", "who", "whom"])) {
        return None;
    }
    let predicate = scene.predicate(at).filter(|predicate| !predicate.negated && !predicate.passive)?;
    let reach = next..(next + 22).min(view.end);
    let judged = reach
        .clone()
        .take_while(|&at| {
            // "Called the deal worthless and accused the government": something else begins.
            let verb = view.is(at, &["and"])
                && matches!(view.form(at + 1), VerbForm::Past | VerbForm::PastOrParticiple);
            !view.is(at, &[";", "after", "because", "but"]) && !verb
        })
        .find(|&at| stances::is_judgement(view.word(at)))?;
    if view.is(at, &["describe", "described", "describes", "describing", "regard", "regards", "regarded"])
        && !(next..judged).any(|at| view.is(at, &["as"]))
    {
        return None;
    }
    let mention = scene
        .actors()
        .starting_at(scene.sentence, next, view)
        .filter(|mention| mention.tokens.start <= next + 1);
    let until = mention.map_or_else(
        || {
            (next..judged)
                .find(|&at| view.is(at, &["as", "a", "an", "“", "\""]) && at > next)
                .unwrap_or(judged)
        },
        |mention| mention.tokens.end,
    );
    let target = match mention {
        Some(mention) if mention.owner => vec![topic(scene, next..judged)],
        // "Called it a mistake": the law they speak of, as often as somebody.
        Some(_) if view.is(next, &["it", "this"]) => vec![None],
        Some(_) => targets(scene, next..until),
        None => vec![topic(scene, next..until)],
    };
    let agents: Vec<_> = predicate.agents.iter().filter(|agent| agent.weighty).cloned().collect();
    let end = object_end(scene, judged).max(judged + 1);
    Draft {
        rule: RULE.name,
        actors: &agents,
        stance: judgement(scene, judged, mention),
        targets: target,
        window: predicate.subject_start.unwrap_or(predicate.start)..end,
        core: at,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}

/// Whether the sentence has condemned something before the verb at `at`.
fn condemns_before(scene: &Scene<'_>, at: usize) -> bool {
    let condemns = |verb: usize| {
        stance_verb(&scene.view.verb(verb)).is_some_and(|(stance, _)| stance == Stance::Condemn)
    };
    (scene.view.start..at).any(|verb| scene.view.form(verb) != VerbForm::None && condemns(verb))
}

/// Who names a wrongdoer accuses; who calls a summit "a plan of aggression" or a war a genocide accuses those behind it.
pub(super) fn judgement(scene: &Scene<'_>, judged: usize, target: Option<&Mention>) -> Stance {
    let view = scene.view;
    let word = view.word(judged);
    let planned = view.is(judged.saturating_sub(1), &["of"])
        && view.is(judged.saturating_sub(2), &["plan", "plot", "policy", "campaign"]);
    let somebody = target.is_none_or(|target| !target.owner);
    let accuses = stances::is_wrongdoer(word) && somebody || stances::is_wrong(word) || planned;
    if accuses { Stance::Accuse } else { Stance::Condemn }
}
