//! Toward whom or what a verb of stance is taken. Comes in: the place after the verb and how the verb takes its target.
//! Goes out: the stance it comes to there, the targets and where their words end. Never looks at who takes the stance.

use std::sync::Arc;

use crate::extract::english::lexicon::actors::is_organisation;
use crate::extract::english::lexicon::demands::noun as asked_for;
use crate::extract::english::lexicon::stance_verbs::{Frame, RESPONSIBLE};
use crate::extract::english::lexicon::stances;
use crate::extract::english::predicate::Scene;
use crate::model::Stance;
use crate::text::english::calendar::is_weekday;
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::{Tag, VerbForm};

use super::future::not_doing;
use super::{object_end, targets, topic};

/// A stance, toward whom or what, and where the words of the target end.
pub(super) type Found = (Stance, Vec<Option<Arc<str>>>, usize);

/// What follows a verb of stance at `next`: the stance it comes to, toward whom or what, and where the words end.
#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
pub(super) fn object(scene: &Scene<'_>, next: usize, stance: Stance, frame: Frame) -> Option<Found> {
    let view = scene.view;
    let end = object_end(scene, next);
    match frame {
        Frame::Object => plain_object(scene, next, end, stance),
        Frame::Of => {
            let named = targets(scene, next..end);
            let of = (next..end).find(|&at| view.is(at, &["of"]))?;
            let mention = scene.actors().starting_at(scene.sentence, next, view).is_some();
            let named = if mention { named } else { vec![topic(scene, next..of)] };
            Some((stance, named, end))
        }
        Frame::Blame => {
            // "Blamed what it called sabotage groups": the words in between name nobody.
            let next = named_in_passing(scene, next).unwrap_or(next);
            let end = object_end(scene, next).max(end);
            if let Some(on) = (next..end).find(|&at| view.is(at, &["on"])) {
                let blamed = scene
                    .actors()
                    .starting_at(scene.sentence, on + 1, view)
                    .is_some_and(|mention| mention.tokens.start <= on + 2);
                if blamed {
                    return Some((stance, targets(scene, on + 1..end), end));
                }
            }
            // "Blamed the inaction of Kenya": whose doing it is.
            let of = (next + 1..(next + 4).min(end)).find(|&at| view.is(at, &["of"]));
            let whose = of.and_then(|of| scene.actors().starting_at(scene.sentence, of + 1, view));
            if scene
                .actors()
                .starting_at(scene.sentence, next, view)
                .is_none_or(|first| Some(first.tokens.start) > of)
                && let Some(blamed) =
                    whose.filter(|mention| Some(mention.tokens.start) <= of.map(|of| of + 2))
            {
                return Some((stance, vec![Some(Arc::clone(&blamed.name))], end));
            }
            // Faults and storms are blamed every day: a stance is taken toward somebody.
            if scene.actors().starting_at(scene.sentence, next, view).is_none() && !is_body(scene, next) {
                return None;
            }
            let empty = next >= end && !view.is(next, &["“", "\""]);
            let named = if let Some(mention) =
                scene.actors().starting_at(scene.sentence, next, view).filter(|mention| mention.owner)
            {
                vec![Some(Arc::clone(&mention.name))]
            } else {
                let until = (next..end).find(|&at| view.is(at, &["for"])).unwrap_or(end);
                targets(scene, next..until)
            };
            (!empty).then_some((stance, named, end))
        }
        Frame::Hold => {
            let responsible = (next..(next + 12).min(view.end)).find(|&at| view.is(at, RESPONSIBLE))?;
            let held = scene
                .actors()
                .starting_at(scene.sentence, next, view)
                .filter(|mention| mention.tokens.start < responsible)?;
            Some((stance, vec![Some(Arc::clone(&held.name))], object_end(scene, responsible)))
        }
        Frame::Refuse => {
            let private = (next..next + 4).any(|at| stances::is_private(view.word(at)));
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
            if view.is(next, particles)
                && next + 1 >= end
                && let Some(antecedent) = antecedent(scene, next)
            {
                return Some((stance, vec![Some(antecedent)], next + 1));
            }
            if view.is(next, particles) {
                // "Brushed off the allegations" denies them.
                let alleged = stance == Stance::Reject
                    && (next + 1..end).any(|at| stances::is_allegation(&view.noun(at)));
                let stance = if alleged { Stance::Deny } else { stance };
                return (next + 1 < end).then(|| (stance, targets(scene, next + 1..end), end));
            }
            let particle = (next..(next + 5).min(view.end)).find(|&at| view.is(at, particles))?;
            // "Ruled it out": what was asked, and nobody.
            if view.is(next, &["it", "that", "this"]) && next + 1 == particle {
                return Some((stance, vec![antecedent(scene, particle)], particle + 1));
            }
            let between = scene
                .actors()
                .starting_at(scene.sentence, next, view)
                .is_some_and(|mention| mention.tokens.end == particle)
                || view.is(next, &["them", "him", "her"]);
            between.then(|| (stance, targets(scene, next..particle), particle + 1))
        }
        Frame::With(words) => {
            if view.is(next, words) {
                let needs_actor = stance == Stance::Support;
                let actor = scene
                    .actors()
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
        Frame::Asked => {
            let noun = (next..(next + 6).min(end)).find(|&at| asked_for(view.word(at)).is_some())?;
            Some((stance, vec![topic(scene, next..noun + 1)], noun + 1))
        }
        Frame::That => {
            let that = view.is(next, &["that", "of", "about"]);
            // "Complained that it was cold" blames nobody.
            let impersonal = stance == Stance::Condemn && view.is(next + 1, &["it", "there"]);
            (that && !impersonal).then(|| {
                let end = object_end(scene, next + 1);
                let accused = scene
                    .actors()
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
        && (stances::is_kept_out(view.word(next)) || stances::is_kept_out(view.word(end.saturating_sub(1))))
    {
        return None;
    }
    if stance == Stance::Accept
        && (view.is(next, &["only", "responsibility", "blame", "applications"])
            || view.is(next.saturating_sub(1), &["only"]))
    {
        return None;
    }
    if view.is(next.saturating_sub(1), &["approved", "approves", "approve", "signed", "signs", "sign"])
        && !(next..end).any(|at| stances::is_settlement(view.word(at)))
    {
        return None;
    }
    if stance == Stance::Support && (next..end).any(|at| stances::is_season(view.word(at))) {
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
    if is_time(view, next) {
        // "Six per cent, which the union accepted last week".
        return antecedent(scene, next).map(|named| (stance, vec![Some(named)], next));
    }
    // "The police denied this".
    if stance == Stance::Deny && view.is(next, &["this"]) && end <= next + 1 {
        return Some((stance, vec![None], next + 1));
    }
    let end = if view.is(next, &["“", "\"", "‘"]) { object_end(scene, next + 1) } else { end };
    // Who welcomes a ruling will live with it; who welcomes a guest or a speech backs somebody.
    let ruling = stance == Stance::Support
        && view.is(next.saturating_sub(1), &["welcome", "welcomes", "welcomed"])
        && (next..end.min(next + 4)).any(|at| view.is(at, &["verdict", "ruling", "judgment", "judgement"]));
    let stance = if ruling { Stance::Accept } else { stance };
    (opens && end > next).then(|| (stance, targets(scene, next..end), end))
}

/// "Last week", "yesterday", "this month".
fn is_time(view: View<'_>, at: usize) -> bool {
    let span =
        ["week", "month", "year", "night", "morning", "evening", "afternoon", "weekend", "summer", "spring"];
    view.is(at, &["yesterday", "today", "tonight", "earlier", "late", "early"])
        || is_weekday(view.word(at))
        || view.is(at, &["last", "next", "this"]) && (view.is(at + 1, &span) || is_weekday(view.word(at + 1)))
}

/// "To V", "to N", "on N", "that", "in principle", "with": agreeing to do or to accept. "Agrees with" is an opinion.
fn agreed(scene: &Scene<'_>, next: usize, end: usize, stance: Stance) -> Option<Found> {
    let view = scene.view;
    let principle = view.is(next, &["in"]) && view.is(next + 1, &["principle"]);
    let next = if principle { next + 2 } else { next };
    if principle && (next >= view.end || view.tag(next) == Tag::Punct || view.is(next, &["but"])) {
        return Some((stance, vec![None], next));
    }
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
        && !(next..end).any(|at| stances::is_generous(view.word(at)))
    {
        return None;
    }
    // "Offered itself as a mediator": the reflexive was passed over.
    let itself = stance == Stance::Offer
        && view.is(next, &["as"])
        && view.is(next.saturating_sub(1), &["itself", "himself", "herself", "themselves"]);
    // "Threatened reporters with guns": an attack, no vow.
    let armed = |with: usize| (with + 1..with + 5).any(|at| view.is(at, ARMS));
    if stance == Stance::Vow && (next..next + 8).any(|at| view.is(at, &["with"]) && armed(at)) {
        return None;
    }
    // "Vowed never to accept cuts": refused.
    let to = next + usize::from(view.is(next, &["not", "never"]));
    let not = stance == Stance::Vow && view.is(to, &["to"]) && view.is(to - 1, &["never", "not"]);
    if not && stances::of_future(&view.verb(to + 1), true) == Some(Stance::Reject) {
        let end = object_end(scene, to + 1);
        return Some((Stance::Reject, vec![topic(scene, to + 1..end)], end));
    }
    if view.is(next, &["to", "that", "not"]) || not || itself {
        let start = if not { to + 1 } else { next + 1 };
        let end = object_end(scene, start);
        return (end > start).then(|| (stance, vec![not_doing(topic(scene, start..end), not)], end));
    }
    if stance == Stance::Vow && backs(scene, next) {
        return None;
    }
    if view.is(next, &["for", "up", "against", "in", "at", "on"]) || matches!(view.tag(next), Tag::Adposition)
    {
        return None;
    }
    let named = topic(scene, next..end).filter(|_| end > next)?;
    Some((stance, vec![Some(named)], end))
}

/// "Pledged its backing to Kenya" is support, told by the noun.
fn backs(scene: &Scene<'_>, next: usize) -> bool {
    let view = scene.view;
    (next..next + 3)
        .any(|at| view.is(at, &["support", "backing", "solidarity", "assistance", "loyalty", "allegiance"]))
}

/// Whether what a pronoun points back to is a statement of somebody: the sentence before says, claims or maintains
/// something and asks for nothing.
fn statement_before(scene: &Scene<'_>) -> bool {
    let Some(before) = scene.sentence.checked_sub(1) else { return false };
    let view = scene.analysis.view(before);
    let words = |test: &dyn Fn(&str) -> bool| (view.start..view.end).any(|at| test(view.word(at)));
    let states = words(&stances::is_statement);
    let asks = words(&|word| stances::is_asking_or_offering(&lemma::verb(word)));
    states && !asks
}

/// A rejected accusation is a denial; a rejected demand, offer or plan a refusal.
fn dismissed(scene: &Scene<'_>, next: usize, end: usize, stance: Stance) -> Option<Found> {
    let view = scene.view;
    // "Dismissed as baseless allegations that": what it was called stands before it.
    let called = view.is(next, &["as"]) && view.tag(next + 1) == Tag::Adjective;
    let (next, end) = if called { (next + 2, object_end(scene, next + 2)) } else { (next, end) };
    // "A figure the army dismissed as propaganda": what is dismissed stands before.
    if view.is(next, &["as"]) {
        return None;
    }
    if stances::is_kept_out(view.word(next)) || end <= next && !view.is(next, &["“", "\""]) {
        return None;
    }
    let end = if view.is(next, &["“", "\""]) { object_end(scene, next + 1) } else { end };
    let long = (end + 8).min(view.end);
    let object = next..(next + 6).min(end);
    let demand = object.clone().any(|at| stances::is_request(view.word(at)));
    let alleged = object.clone().any(|at| stances::is_allegation(&view.noun(at)))
        || (!demand && view.is(end, &["as"]) && (end..long).any(|at| stances::is_allegation(&view.noun(at))));
    // Somebody who is dismissed loses a job.
    let person = scene
        .actors()
        .starting_at(scene.sentence, next, view)
        .is_some_and(|mention| mention.person.is_some() && !mention.owner);
    let verb = next.saturating_sub(3).max(view.start)..next;
    let sacked = verb.into_iter().any(|at| view.is(at, &["dismissed", "dismisses", "dismissing"]))
        && !view.is(end, &["as"])
        && (next..end).any(|at| holds_office(view, at));
    if (person || sacked) && !view.is(next, &["it"]) {
        return None;
    }
    // "Rejected that outright": what was said before is denied where it was a statement.
    let pointed = view.is(next, &["that", "this", "it", "them"]) && !demand;
    let said = pointed && statement_before(scene);
    let stance = if (alleged || said) && !demand { Stance::Deny } else { stance };
    let target = if pointed { None } else { topic(scene, next..end) };
    Some((stance, vec![target], end))
}

/// With what people are threatened who are in the same room.
const ARMS: &[&str] = &[
    "gun",
    "guns",
    "knife",
    "knives",
    "weapon",
    "weapons",
    "rifle",
    "rifles",
    "pistol",
    "pistols",
    "machete",
    "machetes",
    "explosives",
    "grenade",
    "grenades",
    "gunpoint",
];

/// Whether a noun is somebody who can be sacked.
fn holds_office(view: View<'_>, at: usize) -> bool {
    matches!(
        &*view.noun(at),
        "minister"
            | "cabinet"
            | "chief"
            | "director"
            | "general"
            | "judge"
            | "governor"
            | "officer"
            | "commander"
            | "ambassador"
            | "commissioner"
            | "official"
            | "manager"
            | "coach"
            | "adviser"
            | "staff"
            | "employee"
            | "worker"
    )
}

/// Where the name begins in "what it called 'sabotage groups'".
fn named_in_passing(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let view = scene.view;
    let names = |at: usize| view.is(at, &["called", "calls", "described", "describes", "termed"]);
    let verb = (at + 2..at + 4).find(|&verb| view.is(at, &["what"]) && names(verb))?;
    let start = verb + 1 + usize::from(view.is(verb + 1, &["as"]));
    Some(start + usize::from(view.is(start, &["“", "\"", "‘"])))
}

/// "A call that officials have turned down", "an offer which Kenya shot down": what the clause is about.
fn antecedent(scene: &Scene<'_>, at: usize) -> Option<Arc<str>> {
    let view = scene.view;
    let that = (at.saturating_sub(14).max(view.start)..at).rfind(|&at| view.is(at, &["that", "which"]))?;
    let noun = (that.saturating_sub(3).max(view.start)..that)
        .rfind(|&at| stances::is_request(view.word(at)) || stances::is_generous(view.word(at)));
    // "Six per cent, which the union accepted": what stands right before.
    let before = || {
        let comma = view.is(that.wrapping_sub(1), &[","]).then_some(that.wrapping_sub(1))?;
        (comma.saturating_sub(3).max(view.start)..comma).find(|&at| {
            (at..comma).all(|at| {
                matches!(view.tag(at), Tag::Number | Tag::Noun | Tag::Adjective | Tag::Determiner)
                    || view.is(at, &["per"])
            })
        })
    };
    topic(scene, noun.or_else(before)?..that)
}

/// Whether the words at `at` are of a body without a name: "the river authority", "the weather agency".
fn is_body(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let phrase = (at..(at + 6).min(view.end))
        .take_while(|&at| matches!(view.tag(at), Tag::Determiner | Tag::Adjective | Tag::Noun));
    phrase.last().is_some_and(|head| view.tag(head) == Tag::Noun && is_organisation(view.word(head)))
}
