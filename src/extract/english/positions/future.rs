//! What an actor says it will do or will not do: "will send troops", "would not negotiate". The plain future of an
//! outlet about a calendar ("will meet on Friday") is no stance.

use crate::extract::english::demands::each_scene;
use crate::extract::english::predicate::{Scene, is_bare};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::Tag;
use crate::text::english::lemma;
use crate::text::english::word_class::is_negation;

use super::{Draft, object_end, topic};

/// Reads "will" and "would" with a verb that commits.
pub const RULE: Rule = Rule {
    name: "position_future",
    summary: "will send, would not negotiate: what an actor says it will or will not do",
    corpus: include_str!("future.md"),
    find,
};

/// Acts an actor commits to. CAMEO 03 (intend to cooperate), 07 (aid, promised), 13 (threaten), 17 (coerce, announced).
const COMMITS: &[&str] = &[
    "give",
    "provide",
    "send",
    "extend",
    "withdraw",
    "impose",
    "allow",
    "continue",
    "deploy",
    "respond",
    "reply",
    "pursue",
    "hunt",
    "punish",
    "retaliate",
    "resign",
    "release",
    "free",
    "lift",
    "build",
    "rebuild",
    "pay",
    "compensate",
    "prosecute",
    "defend",
    "fight",
    "stay",
    "support",
    "attack",
    "expel",
    "ban",
    "cut",
    "suspend",
    "halt",
    "donate",
    "contribute",
    "grant",
    "restore",
    "rest",
    "avenge",
    "quit",
    "rehouse",
    "investigate",
    "increase",
    "step",
    "intensify",
    "fund",
    "repatriate",
    "evict",
    "recall",
    "dismantle",
    "destroy",
    "execute",
    "kill",
    "finance",
    "guarantee",
    "protect",
    "offer",
    "boycott",
    "strike",
];

/// What is refused with "will not".
const REFUSES: &[&str] = &[
    "negotiate",
    "talk",
    "sit",
    "meet",
    "send",
    "withdraw",
    "allow",
    "surrender",
    "bow",
    "apply",
    "intervene",
    "recognise",
    "recognize",
    "resign",
    "give",
    "yield",
    "release",
    "join",
    "attend",
    "participate",
    "tolerate",
    "sign",
    "pay",
    "lift",
    "step",
    "comply",
    "cooperate",
    "compromise",
    "extradite",
    "discuss",
    "hand",
    "let",
    "permit",
    "deploy",
    "take",
];

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, &["will", "would", "wo", "'ll"]) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let mut verb = at + 1;
    while verb < at + 5
        && (view.tag(verb) == Tag::Adverb
            || is_negation(view.word(verb))
            || view.is(verb, &["not", "n't", "never", "also", "no", "longer"]))
    {
        verb += 1;
    }
    let negated = (at + 1..verb).any(|at| is_negation(view.word(at)) || view.is(at, &["n't", "never"]));
    let base = lemma::verb(view.word(verb));
    if !is_bare(view, verb) || view.is(verb, &["be", "have"]) {
        return None;
    }
    let stance = match negated {
        true if REFUSES.contains(&&*base) => Stance::Reject,
        false if COMMITS.contains(&&*base) => Stance::Vow,
        _ => return None,
    };
    // "Would" commits only in somebody's mouth; a question or a condition commits nobody.
    let question = view.is(view.end.saturating_sub(1), &["?"]) || view.is(view.end.saturating_sub(2), &["?"]);
    let conditional = (at.saturating_sub(8).max(view.start)..at).any(|at| {
        view.is(
            at,
            &[
                "if", "whether", "who", "which", "fear", "fears", "hope", "hopes", "hoped", "how", "when",
                "that's", "what",
            ],
        )
    });
    if question || conditional {
        return None;
    }
    let first_person = view.is(at.saturating_sub(1), &["we", "i"]);
    let agents = if first_person {
        scene.speaker(at)?
    } else {
        let subject = scene.subject(verb, at)?;
        if !scene.reaches_from(subject, at) {
            return None;
        }
        scene.agents_of(subject)
    };
    // Reported speech of somebody about somebody else tells no commitment of the latter.
    let speaker = if first_person { None } else { scene.speaker(at) };
    let told = speaker
        .as_ref()
        .is_some_and(|speaker| speaker.iter().any(|one| agents.iter().any(|agent| agent.name == one.name)));
    let plain = view.is(at, &["would"]) || negated;
    if (speaker.is_some() && !told)
        || (plain && speaker.is_none() && !first_person && !view.is(at, &["will"]))
    {
        return None;
    }
    let agents: Vec<_> = agents.into_iter().filter(|agent| agent.weighty).collect();
    let end = object_end(scene, verb + 1);
    let start = scene.subject(verb, at).map_or(at, |subject| subject.tokens.start.min(at));
    let start = if first_person { at.saturating_sub(1) } else { start };
    Draft {
        rule: RULE.name,
        actors: &agents,
        stance,
        targets: vec![topic(scene, verb..end)],
        window: start..end,
        core: verb,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}
