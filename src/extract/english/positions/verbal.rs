//! Verbs of stance: "condemned the raid", "accused the rebels of", "turned down the offer", "agreed to a truce".

use std::sync::{Arc, LazyLock};

use crate::extract::cues::Cues;
use crate::extract::english::actors::Kind;
use crate::extract::english::demands::{after_adverbs, each_scene};
use crate::extract::english::lexicon::stance_verbs::{Frame, stance_verb, stance_verbs};
use crate::extract::english::lexicon::{acts, stances};
use crate::extract::english::predicate::{Agent, Predicate, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Tag, VerbForm};

use super::object::{Found, object};
use super::{Draft, object_end, topic};

/// Reads every verb of stance with its subject and object.
pub const RULE: Rule = Rule {
    name: "position_verbal",
    summary: "condemns, accuses, denies, rejects, accepts, offers, vows, backs: a verb of stance",
    corpus: include_str!("verbal.md"),
    cues,
    find,
};

fn cues(cues: &mut Cues) {
    let (alone, mut with): (Vec<_>, Vec<_>) =
        stance_verbs().partition(|(_, frame)| frame.companions().is_empty());
    let alone = cues.verbs(alone.into_iter().map(|(verb, _)| verb));
    cues.enough_where(alone, is_taken);
    with.sort_unstable_by_key(|(_, frame)| frame.companions());
    for same in with.chunk_by(|(_, frame), (_, other)| frame.companions() == other.companions()) {
        let verbs = cues.verbs(same.iter().map(|(verb, _)| *verb));
        // In the passive stands "by", between two "the other" or "one another".
        let companions = same.iter().flat_map(|(_, frame)| frame.companions()).copied();
        let companions = cues.words(companions.chain(["by", "other", "another"]));
        cues.enough_where(verbs | companions, is_taken);
    }
}

/// Whether somebody may take a stance by one of the verbs: not by the first word, which nobody stands before.
fn is_taken(view: View<'_>) -> bool {
    (view.start + 1..view.end).any(|at| {
        let Some((stance, _)) = VERBS.at(view, at) else { return false };
        // "Proposed a dividend": what is offered every day.
        let small = stance == Stance::Offer
            && view.is(at + 1, &["a", "an"])
            && !(at + 1..view.end).any(|at| stances::is_generous(view.word(at)));
        let voted = || (view.start..at).any(|at| view.is(at, &["voted", "votes"]));
        !small && (!is_purpose(view, at) || voted())
    })
}

/// "Is ready to condemn": this does not tell that somebody does, "continues to condemn" does.
fn is_purpose(view: View<'_>, at: usize) -> bool {
    view.is(at.saturating_sub(1), &["to"])
        && !view.is(
            at.saturating_sub(2),
            &["continued", "continues", "continue", "agreed", "moved", "came", "happy"],
        )
}

static VERBS: LazyLock<Listed<Option<(Stance, Frame)>>> =
    LazyLock::new(|| Listed::new(|word| stance_verb(&lemma::verb(word)).or_else(|| stance_verb(word))));

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.form(at) == VerbForm::None && !scene.view.is(at, &["welcome"]) {
                continue;
            }
            if let Some((stance, frame)) = VERBS.at(scene.view, at) {
                read(scene, at, stance, frame, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, stance: Stance, frame: Frame, findings: &mut Findings) -> Option<()> {
    if let Some((stance, noun, agents)) = reduced(scene, at, stance) {
        let targets = vec![topic(scene, noun..noun + 1)];
        let window = noun..at + 2;
        Draft { rule: RULE.name, actors: &agents, stance, targets, window, core: at, weight: 3 }
            .emit(scene, findings);
        return Some(());
    }
    if untold(scene, at, stance) || awaited(scene, at) {
        return None;
    }
    if each_other(scene, at).is_some() {
        return mutual(scene, at, stance, findings);
    }
    // Of some verbs the words behind say at once that no stance is taken, whoever acts.
    let next = after_adverbs(scene, at + 1);
    let active = scene.group(at).is_some_and(|(_, passive)| !passive);
    if active && matches!(frame, Frame::Agree | Frame::Commit) && object(scene, next, stance, frame).is_none()
    {
        return None;
    }
    // "Was arrested and charged with incitement": done to him too.
    let joined = scene.view.is(at.saturating_sub(1), &["and"]) && at > scene.view.start + 3;
    if active && joined && frame == Frame::With(&["with"]) && scene.view.is(at - 3, &["was", "were", "been"])
    {
        return None;
    }
    let predicate = scene.predicate(at)?;
    // "Has offered none of them", "condemned nobody".
    let nothing = active && scene.view.is(next, &["none", "nothing", "neither", "nobody"]);
    let stance = if predicate.negated || nothing { negated(stance)? } else { stance };
    if predicate.passive {
        // "Was taken to the port by a frigate": without its particle the verb takes no stance.
        let particle = |word: &&str| (at + 1..at + 3).any(|next| scene.view.is(next, &[word]));
        if stance != Stance::Accuse
            && !frame.companions().is_empty()
            && !frame.companions().iter().any(particle)
        {
            return None;
        }
        return passive(scene, &predicate, stance, findings);
    }
    let found = object(scene, next, stance, frame);
    let (stance, targets, end) =
        found.or_else(|| relative(scene, predicate.subject_start?, next, stance, frame))?;
    Draft {
        rule: RULE.name,
        actors: &predicate.agents,
        stance,
        targets,
        window: predicate.subject_start.unwrap_or(predicate.start)..end,
        core: at,
        weight: 3,
    }
    .emit(scene, findings);
    Some(())
}

/// "…, a charge the president's office rejected", "an accusation that Kenya has denied": the object stands before the subject.
fn relative(scene: &Scene<'_>, subject: usize, next: usize, stance: Stance, frame: Frame) -> Option<Found> {
    let view = scene.view;
    let takes = matches!(frame, Frame::Object | Frame::Dismiss | Frame::Refuse);
    let ends = next >= view.end || view.tag(next) == Tag::Punct || view.is(next, &["and", "but", "as"]);
    let that = subject.checked_sub(1).filter(|&at| view.is(at, &["that", "which"]));
    let noun = that.unwrap_or(subject).checked_sub(1)?;
    let word = view.noun(noun);
    // "…, something the army has denied".
    let something = view.is(noun, &["something"]);
    let figure = view.is(noun, &["figure", "figures", "number", "toll", "count"]);
    let alleged = something || figure || stances::is_allegation(&word);
    let named = alleged || stances::is_request(view.word(noun)) || stances::is_generous(view.word(noun));
    let opens = something
        || (noun.saturating_sub(3).max(view.start)..noun)
            .any(|at| view.is(at, &["a", "an", "the", "any", "such"]));
    if !(takes && ends && named && opens) {
        return None;
    }
    let stance = if alleged && stance == Stance::Reject { Stance::Deny } else { stance };
    Some((stance, vec![topic(scene, noun..noun + 1)], next))
}

/// "…, a claim rejected by the students": the stance, what it is taken to and who takes it.
fn reduced(scene: &Scene<'_>, at: usize, stance: Stance) -> Option<(Stance, usize, Vec<Agent>)> {
    let view = scene.view;
    // "A charge swiftly rejected by".
    let how = usize::from(view.tag_before(at) == Tag::Adverb);
    let noun = at.checked_sub(1 + how).filter(|&noun| noun > view.start && view.is(at + 1, &["by"]))?;
    let alleged = stances::is_allegation(&view.noun(noun));
    let asked = stances::is_request(view.word(noun)) && stance != Stance::Deny;
    let opens = (noun.saturating_sub(2).max(view.start)..noun)
        .find(|&at| view.is(at, &["a", "an"]))
        .is_some_and(|at| view.is(at.wrapping_sub(1), &[",", "—", "–"]));
    let takes = matches!(stance, Stance::Reject | Stance::Deny | Stance::Accept);
    let participle = matches!(view.form(at), VerbForm::PastOrParticiple | VerbForm::Participle);
    if !(takes && participle && opens && (alleged || asked)) {
        return None;
    }
    let stance = if alleged && stance == Stance::Reject { Stance::Deny } else { stance };
    let by = scene.actors().starting_at(scene.sentence, at + 2, view)?;
    Some((stance, noun, scene.agents_of(by)))
}

/// Where "the other", "each other" or "one another" ends after the verb at `at`.
fn each_other(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    [["the", "other"], ["each", "other"], ["one", "another"]]
        .iter()
        .find(|words| view.follows(at + 1, words.as_slice()))
        .map(|words| at + 1 + words.len())
}

/// "Fighting broke out between Kenya and Uganda, each accusing the other of": each of the two toward the other.
fn mutual(scene: &Scene<'_>, at: usize, stance: Stance, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let end = each_other(scene, at)?;
    let before = scene.actors().in_sentence(scene.sentence).iter().rfind(|mention| {
        mention.tokens.end <= at && !mention.owner && !mention.modifier && mention.kind != Kind::Reference
    })?;
    let between = (view.start..before.tokens.start)
        .rfind(|&at| view.is(at, &["between"]))
        .and_then(|at| scene.actors().starting_at(scene.sentence, at + 1, view));
    let agents = scene.agents_of(between.unwrap_or(before));
    let [one, other] = agents.as_slice() else { return None };
    for (actor, target) in [(one, other), (other, one)] {
        Draft {
            rule: RULE.name,
            actors: std::slice::from_ref(actor),
            stance,
            targets: vec![Some(Arc::clone(&target.name))],
            window: between.unwrap_or(before).tokens.start..object_end(scene, end),
            core: at,
            weight: 3,
        }
        .emit(scene, findings);
    }
    Some(())
}

/// How far before a noun its number may stand.
const COUNTED_REACH: usize = 5;

/// Verbs whose object, told with "-ing", is not done.
const NOT_DOING: &[&str] = &[
    "deny", "avoid", "stop", "consider", "refuse", "suggest", "quit", "cease", "mean", "risk", "resist",
    "discuss",
];

/// Forms that tell of no stance taken: "to condemn", "of supporting", "the accused", "backed forces".
fn untold(scene: &Scene<'_>, at: usize, stance: Stance) -> bool {
    let view = scene.view;
    let before = at.saturating_sub(1);
    if view.form(at) == VerbForm::Gerund && view.is(before, &["been"]) {
        return true;
    }
    // "Four Red Crescent volunteers": people who are counted.
    let counted =
        (at.saturating_sub(COUNTED_REACH).max(view.start)..at).any(|at| view.tag(at) == Tag::Number);
    if view.is(at, &["volunteers"]) && counted {
        return true;
    }
    // "Backed opposing sides": an adjective.
    if view.is(at, &["opposing"])
        && view.is(at + 1, &["sides", "parties", "camps", "factions", "forces", "groups"])
    {
        return true;
    }
    if view.is(before, &["to"]) {
        return is_purpose(view, at) && !scene.is_voted(before);
    }
    // "denied backing the rebels": what is denied, stopped or considered is not done.
    if view.form(at) == VerbForm::Gerund && NOT_DOING.contains(&&*view.verb(before)) {
        return true;
    }
    if view.form(at) == VerbForm::Gerund {
        // "Three days after approving it": told as what was.
        if view.is(before, &["after"]) && acts::is_span(view.word(before.wrapping_sub(1))) {
            return true;
        }
        let preposition = view.tag(before) == Tag::Adposition
            || view.is(before, &["of", "for", "by", "in", "without", "from", "against", "about", "at"]);
        return preposition && !view.is(before, &["while", "after", "by"]);
    }
    // "Western-backed", "the accused captain": a participle before a noun.
    let attribute = view.is(before, &["the", "a", "an", "its", "their", "his", "her", "of", "'s"])
        || view.tag(before) == Tag::Determiner;
    let past = matches!(view.form(at), VerbForm::PastOrParticiple | VerbForm::Participle);
    // "…, accused of negligence": a passive without "be".
    let reduced = past && stance == Stance::Accuse && view.is(at + 1, &["of", "for", "by"]);
    (attribute && past)
        || (reduced && !view.is(before, &["was", "were", "been", "is", "are", "has", "have"]))
        || (at == view.start && past)
}

/// "Will fight on until Kenya agrees to talks": what is waited for has not been said.
fn awaited(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    (at.saturating_sub(AWAITED_REACH).max(view.start)..at)
        .rev()
        .take_while(|&at| !matches!(view.tag(at), Tag::Punct) && !view.is(at, &["and", "but", "that"]))
        .any(|at| view.is(at, &["until", "unless", "till", "once", "whether"]))
}

/// How far before its verb a clause that waits for something may open.
const AWAITED_REACH: usize = 7;

/// What is left of a stance under "not": "does not accept" rejects, "did not condemn" says nothing.
fn negated(stance: Stance) -> Option<Stance> {
    match stance {
        Stance::Accept | Stance::Support => Some(Stance::Reject),
        _ => None,
    }
}

/// "Was condemned by the union".
fn passive(scene: &Scene<'_>, predicate: &Predicate, stance: Stance, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    if matches!(stance, Stance::Vow | Stance::Offer | Stance::Deny)
        || view.is(predicate.verb, &["held", "turned", "ruled", "shot", "signed"])
    {
        return None;
    }
    let subject = scene.subject(predicate.verb, predicate.start);
    let targets = if let Some(subject) = subject {
        scene.agents_of(subject).into_iter().map(|agent| Some(agent.name)).collect()
    } else {
        let from = (view.start..predicate.start)
            .rfind(|&at| view.is(at, &[",", ";", "that"]))
            .map_or(view.start, |at| at + 1);
        vec![topic(scene, from..predicate.start.max(from))]
    };
    let start = subject.map_or(predicate.start, |subject| subject.tokens.start);
    let by = (predicate.verb..(predicate.verb + 14).min(view.end))
        .find(|&at| view.is(at, &["by"]))
        .unwrap_or(predicate.verb);
    let draft = Draft {
        rule: RULE.name,
        actors: &predicate.agents,
        stance,
        targets,
        window: start..object_end(scene, by),
        core: predicate.verb,
        weight: 3,
    };
    draft.emit(scene, findings);
    Some(())
}
