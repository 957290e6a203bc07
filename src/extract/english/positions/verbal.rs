//! Verbs of stance: "condemned the raid", "accused the rebels of", "turned down the offer", "agreed to a truce".

use std::sync::Arc;

use crate::extract::english::actors::Kind;
use crate::extract::english::demands::{after_adverbs, each_scene};
use crate::extract::english::predicate::{Predicate, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::english::lemma;
use crate::text::{Tag, VerbForm};

use super::stance_verbs::{Frame, VERBS};
use super::{Draft, object_end, targets, topic};

/// Reads every verb of stance with its subject and object.
pub const RULE: Rule = Rule {
    name: "position_verbal",
    summary: "condemns, accuses, denies, rejects, accepts, offers, vows, backs: a verb of stance",
    corpus: include_str!("verbal.md"),
    find,
};

/// What is denied when it is rejected or dismissed: words of alleging.
const ALLEGATIONS: &[&str] = &[
    "accusation",
    "allegation",
    "claim",
    "report",
    "charge",
    "suggestion",
    "rumour",
    "rumor",
    "blame",
    "insinuation",
    "assertion",
    "story",
    "notion",
    "speculation",
    "criticism",
    "theory",
    "evidence",
    "propaganda",
    "baseless",
    "fabricated",
    "false",
    "unfounded",
    "responsibility",
    "involvement",
    "complaint",
    "lie",
    "finding",
    "narrative",
    "account",
];

/// Objects of "deny" and "reject" that are no statement: somebody is kept out.
const REFUSED_THINGS: &[&str] =
    &["access", "entry", "bail", "permission", "visa", "asylum", "permit", "license", "licence", "visas"];

/// What is refused to a reporter.
const PRIVATE: &[&str] = &[
    "comment",
    "say",
    "elaborate",
    "named",
    "name",
    "identified",
    "speak",
    "discuss",
    "give",
    "disclose",
    "specify",
    "answer",
    "confirm",
    "interview",
    "condemn",
    "criticise",
    "criticize",
    "blame",
    "be",
    "demand",
    "call",
    "urge",
    "accuse",
    "rule",
    "deny",
];

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.form(at) == VerbForm::None && !scene.view.is(at, &["welcome"]) {
                continue;
            }
            let word = scene.view.word(at);
            let base = lemma::verb(word);
            if let Some(&(_, stance, frame)) =
                VERBS.iter().find(|(verb, _, _)| *verb == base || *verb == word)
            {
                read(scene, at, stance, frame, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, stance: Stance, frame: Frame, findings: &mut Findings) -> Option<()> {
    if untold(scene, at, stance) {
        return None;
    }
    if each_other(scene, at).is_some() {
        return mutual(scene, at, stance, findings);
    }
    let predicate = scene.predicate(at)?;
    let stance = if predicate.negated { negated(stance)? } else { stance };
    if predicate.passive {
        return passive(scene, &predicate, stance, findings);
    }
    let next = after_adverbs(scene, at + 1);
    let (stance, targets, end) = object(scene, next, stance, frame)?;
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
    let before = scene.actors.in_sentence(scene.sentence).iter().rfind(|mention| {
        mention.tokens.end <= at && !mention.owner && !mention.modifier && mention.kind != Kind::Reference
    })?;
    let between = (view.start..before.tokens.start)
        .rfind(|&at| view.is(at, &["between"]))
        .and_then(|at| scene.actors.starting_at(scene.sentence, at + 1, view));
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

/// Forms that tell of no stance taken: "to condemn", "of supporting", "the accused", "backed forces".
fn untold(scene: &Scene<'_>, at: usize, stance: Stance) -> bool {
    let view = scene.view;
    let before = at.saturating_sub(1);
    if view.form(at) == VerbForm::Gerund && view.is(before, &["been"]) {
        return true;
    }
    if view.is(before, &["to"]) {
        return !view.is(
            at.saturating_sub(2),
            &["continued", "continues", "continue", "agreed", "moved", "came", "happy"],
        );
    }
    if view.form(at) == VerbForm::Gerund {
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

/// What is left of a stance under "not": "does not accept" rejects, "did not condemn" says nothing.
fn negated(stance: Stance) -> Option<Stance> {
    match stance {
        Stance::Accept => Some(Stance::Reject),
        _ => None,
    }
}

/// "Was condemned by the union".
fn passive(scene: &Scene<'_>, predicate: &Predicate, stance: Stance, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    if matches!(stance, Stance::Vow | Stance::Offer | Stance::Deny)
        || view.is(predicate.verb, &["held", "turned", "ruled", "shot"])
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

type Found = (Stance, Vec<Option<Arc<str>>>, usize);

#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
fn object(scene: &Scene<'_>, next: usize, stance: Stance, frame: Frame) -> Option<Found> {
    let view = scene.view;
    let end = object_end(scene, next);
    match frame {
        Frame::Object => plain_object(scene, next, end, stance),
        Frame::Of => {
            let named = targets(scene, next..end);
            let of = (next..end).find(|&at| view.is(at, &["of"]))?;
            let mention = scene.actors.starting_at(scene.sentence, next, view).is_some();
            let named = if mention { named } else { vec![topic(scene, next..of)] };
            Some((stance, named, end))
        }
        Frame::Blame => {
            if let Some(on) = (next..end).find(|&at| view.is(at, &["on"])) {
                let blamed = scene
                    .actors
                    .starting_at(scene.sentence, on + 1, view)
                    .is_some_and(|mention| mention.tokens.start <= on + 2);
                if blamed {
                    return Some((stance, targets(scene, on + 1..end), end));
                }
            }
            // "Blamed the inaction of Kenya": whose doing it is.
            let of = (next + 1..(next + 4).min(end)).find(|&at| view.is(at, &["of"]));
            let whose = of.and_then(|of| scene.actors.starting_at(scene.sentence, of + 1, view));
            if scene
                .actors
                .starting_at(scene.sentence, next, view)
                .is_none_or(|first| Some(first.tokens.start) > of)
                && let Some(blamed) =
                    whose.filter(|mention| Some(mention.tokens.start) <= of.map(|of| of + 2))
            {
                return Some((stance, vec![Some(Arc::clone(&blamed.name))], end));
            }
            // Faults and storms are blamed every day: a stance is taken toward somebody.
            scene.actors.starting_at(scene.sentence, next, view)?;
            let empty = next >= end && !view.is(next, &["“", "\""]);
            let named = if let Some(mention) =
                scene.actors.starting_at(scene.sentence, next, view).filter(|mention| mention.owner)
            {
                vec![Some(Arc::clone(&mention.name))]
            } else {
                let until = (next..end).find(|&at| view.is(at, &["for"])).unwrap_or(end);
                targets(scene, next..until)
            };
            (!empty).then_some((stance, named, end))
        }
        Frame::Hold => {
            let responsible = (next..(next + 12).min(view.end))
                .find(|&at| view.is(at, &["responsible", "accountable", "liable"]))?;
            let held = scene
                .actors
                .starting_at(scene.sentence, next, view)
                .filter(|mention| mention.tokens.start < responsible)?;
            Some((stance, vec![Some(Arc::clone(&held.name))], object_end(scene, responsible)))
        }
        Frame::Refuse => {
            let private = (next..next + 4).any(|at| view.is(at, PRIVATE));
            if view.is(next, &["to"]) {
                return (!private).then(|| (stance, vec![topic(scene, next + 1..end)], end));
            }
            let noun =
                matches!(view.tag(next), Tag::Noun | Tag::Determiner | Tag::Adjective | Tag::ProperNoun);
            (noun && !private).then(|| (stance, targets(scene, next..end), end))
        }
        Frame::Agree => agreed(scene, next, end, stance),
        Frame::Commit => committed(scene, next, end, stance),
        Frame::Down(particles) => {
            // "Take up" accepts only what was offered.
            let offered = (next..end.max(next + 5)).any(|at| {
                view.is(at, &["offer", "offers", "invitation", "proposal", "proposals", "suggestion"])
            });
            if stance == Stance::Accept && !offered {
                return None;
            }
            if view.is(next, particles) {
                return (next + 1 < end).then(|| (stance, targets(scene, next + 1..end), end));
            }
            let particle = (next..(next + 5).min(view.end)).find(|&at| view.is(at, particles))?;
            let between = scene
                .actors
                .starting_at(scene.sentence, next, view)
                .is_some_and(|mention| mention.tokens.end == particle)
                || view.is(next, &["it", "them", "that", "him", "her"]);
            between.then(|| (stance, targets(scene, next..particle), particle + 1))
        }
        Frame::With(words) => {
            if view.is(next, words) {
                let needs_actor = stance == Stance::Support;
                let actor = scene
                    .actors
                    .starting_at(scene.sentence, next + 1, view)
                    .is_some_and(|mention| mention.tokens.start <= next + 2)
                    || view.is(next + 1, &["the", "our"]);
                return (actor || !needs_actor).then(|| (stance, targets(scene, next + 1..end), end));
            }
            if words == ["with"] && stance == Stance::Accuse {
                let with =
                    (next..end).find(|&at| view.is(at, words) && view.form(at + 1) == VerbForm::Gerund)?;
                return Some((stance, targets(scene, next..with), end));
            }
            None
        }
        Frame::Volunteer => {
            Some((stance, if end > next { vec![topic(scene, next..end)] } else { vec![None] }, end.max(next)))
        }
        Frame::Dismiss => dismissed(scene, next, end, stance),
        Frame::That => {
            let that = view.is(next, &["that", "of", "about"]);
            // "Complained that it was cold" blames nobody.
            let impersonal = stance == Stance::Condemn && view.is(next + 1, &["it", "there"]);
            (that && !impersonal).then(|| {
                let end = object_end(scene, next + 1);
                let accused = scene
                    .actors
                    .in_sentence(scene.sentence)
                    .iter()
                    .find(|mention| (next..end).contains(&mention.tokens.start) && !mention.modifier);
                let named = accused
                    .map_or_else(|| topic(scene, next + 1..end), |mention| Some(Arc::clone(&mention.name)));
                (stance, vec![named], end)
            })
        }
    }
}

fn plain_object(scene: &Scene<'_>, next: usize, end: usize, stance: Stance) -> Option<Found> {
    let view = scene.view;
    if stance == Stance::Deny
        && (view.is(next, REFUSED_THINGS) || view.is(end.saturating_sub(1), REFUSED_THINGS))
    {
        return None;
    }
    if stance == Stance::Accept
        && (view.is(next, &["only", "responsibility", "blame", "applications"])
            || view.is(next.saturating_sub(1), &["only"]))
    {
        return None;
    }
    if view.is(next.saturating_sub(1), &["approved", "approves", "approve"])
        && !(next..end).any(|at| {
            view.is(
                at,
                &[
                    "ceasefire",
                    "cease-fire",
                    "truce",
                    "deal",
                    "agreement",
                    "plan",
                    "proposal",
                    "accord",
                    "extension",
                    "talks",
                    "demand",
                    "request",
                    "resolution",
                    "settlement",
                    "mission",
                    "withdrawal",
                ],
            )
        })
    {
        return None;
    }
    if view.is(next, &["that"]) && matches!(stance, Stance::Deny | Stance::Accept) {
        let end = object_end(scene, next + 1);
        return Some((stance, vec![topic(scene, next + 1..end)], end));
    }
    if stance == Stance::Deny && view.form(next) == VerbForm::Gerund {
        return Some((stance, vec![topic(scene, next..end)], end));
    }
    let opens = matches!(
        view.tag(next),
        Tag::Noun | Tag::Determiner | Tag::Adjective | Tag::ProperNoun | Tag::Pronoun | Tag::Number
    ) || view.is(next, &["“", "\"", "‘"])
        || matches!(view.form(next), VerbForm::Gerund | VerbForm::PastOrParticiple);
    let end = if view.is(next, &["“", "\"", "‘"]) { object_end(scene, next + 1) } else { end };
    // Who welcomes a ruling will live with it; who welcomes a guest or a speech backs somebody.
    let ruling = stance == Stance::Support
        && view.is(next.saturating_sub(1), &["welcome", "welcomes", "welcomed"])
        && (next..end.min(next + 4)).any(|at| view.is(at, &["verdict", "ruling", "judgment", "judgement"]));
    let stance = if ruling { Stance::Accept } else { stance };
    (opens && end > next).then(|| (stance, targets(scene, next..end), end))
}

/// "To V", "to N", "on N", "that", "in principle", "with": agreeing to do or to accept. "Agrees with" is an opinion.
fn agreed(scene: &Scene<'_>, next: usize, end: usize, stance: Stance) -> Option<Found> {
    let view = scene.view;
    let next = if view.is(next, &["in"]) && view.is(next + 1, &["principle"]) { next + 2 } else { next };
    let (start, end) = if view.is(next, &["to", "on", "upon", "that"]) {
        (next + 1, object_end(scene, next + 1))
    } else {
        (next, end)
    };
    let noun = view.is(next, &["to", "on", "upon", "that"])
        || matches!(view.tag(next), Tag::Determiner) && !view.is(next, &["with"]);
    (noun && end > start).then(|| (stance, vec![topic(scene, start..end)], end))
}

/// "To V", "that", "N": a promise, a threat, an offer. "Threatened the town" by a flood has no actor.
fn committed(scene: &Scene<'_>, next: usize, end: usize, stance: Stance) -> Option<Found> {
    let view = scene.view;
    if stance == Stance::Offer
        && view.is(
            next,
            &["condolences", "prayers", "sympathy", "thanks", "comfort", "few", "little", "no", "an", "a"],
        )
        && !(next..end).any(|at| {
            view.is(
                at,
                &[
                    "help",
                    "aid",
                    "talks",
                    "mediation",
                    "mediate",
                    "amnesty",
                    "reward",
                    "deal",
                    "truce",
                    "ceasefire",
                    "meeting",
                    "assistance",
                    "support",
                    "package",
                    "rise",
                    "dialogue",
                    "transition",
                    "swap",
                    "exchange",
                    "proposal",
                    "plan",
                    "compromise",
                ],
            )
        })
    {
        return None;
    }
    if view.is(next, &["to", "that", "not"]) {
        let start = next + 1;
        let end = object_end(scene, start);
        return (end > start).then(|| (stance, vec![topic(scene, start..end)], end));
    }
    if view.is(next, &["for", "up", "against", "in", "at", "on"]) || matches!(view.tag(next), Tag::Adposition)
    {
        return None;
    }
    (end > next).then(|| (stance, vec![topic(scene, next..end)], end))
}

/// Whether what a pronoun points back to is a statement of somebody: the sentence before says, claims or maintains
/// something and asks for nothing.
fn statement_before(scene: &Scene<'_>) -> bool {
    let Some(before) = scene.sentence.checked_sub(1) else { return false };
    let view = scene.analysis.view(before);
    let words = |test: &dyn Fn(&str) -> bool| (view.start..view.end).any(|at| test(view.word(at)));
    let states = words(&|word| {
        matches!(
            word,
            "says"
                | "said"
                | "say"
                | "claims"
                | "claimed"
                | "claim"
                | "maintains"
                | "maintained"
                | "insists"
                | "insisted"
                | "alleges"
                | "alleged"
                | "reported"
        )
    });
    let asks = words(&|word| {
        matches!(
            lemma::verb(word).as_ref(),
            "demand"
                | "urge"
                | "call"
                | "ask"
                | "offer"
                | "propose"
                | "resign"
                | "invite"
                | "appeal"
                | "should"
        )
    });
    states && !asks
}

/// A rejected accusation is a denial; a rejected demand, offer or plan a refusal.
fn dismissed(scene: &Scene<'_>, next: usize, end: usize, stance: Stance) -> Option<Found> {
    let view = scene.view;
    if view.is(next, REFUSED_THINGS) || end <= next && !view.is(next, &["“", "\""]) {
        return None;
    }
    let end = if view.is(next, &["“", "\""]) { object_end(scene, next + 1) } else { end };
    let long = (end + 8).min(view.end);
    let object = next..(next + 6).min(end);
    let demand = object.clone().any(|at| {
        view.is(
            at,
            &[
                "call",
                "calls",
                "demand",
                "demands",
                "offer",
                "offers",
                "proposal",
                "plan",
                "request",
                "appeal",
                "appeals",
                "ultimatum",
                "deal",
                "idea",
                "bid",
                "talks",
                "resolution",
                "ruling",
            ],
        )
    });
    let alleged = object.clone().any(|at| ALLEGATIONS.contains(&&*lemma::noun(view.word(at))))
        || (!demand
            && view.is(end, &["as"])
            && (end..long).any(|at| ALLEGATIONS.contains(&&*lemma::noun(view.word(at)))));
    // Somebody who is dismissed loses a job.
    let person = scene
        .actors
        .starting_at(scene.sentence, next, view)
        .is_some_and(|mention| mention.person.is_some() && !mention.owner);
    if person && !view.is(next, &["it"]) {
        return None;
    }
    // "Rejected that outright": what was said before is denied where it was a statement.
    let pointed = view.is(next, &["that", "this", "it", "them"]) && !demand;
    let said = pointed && statement_before(scene);
    let stance = if (alleged || said) && !demand { Stance::Deny } else { stance };
    let target = if pointed { None } else { topic(scene, next..end) };
    Some((stance, vec![target], end))
}
