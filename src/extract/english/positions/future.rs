//! What an actor says it will do or will not do: "will send troops", "would not negotiate". The plain future of an
//! outlet about a calendar ("will meet on Friday") is no stance.

use crate::extract::cues::Cues;
use crate::extract::english::demands::each_scene;
use std::ops::Range;
use std::sync::Arc;

use crate::extract::english::actors::Mention;
use crate::extract::english::lexicon::stance_verbs::stance_verb;
use crate::extract::english::lexicon::stances;
use crate::extract::english::predicate::{Agent, Scene, is_bare};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Stance;
use crate::text::english::word_class::is_negation;
use crate::text::gazetteer::Role;
use crate::text::{Tag, VerbForm};

use super::{Draft, object_end, topic};

/// Reads "will" and "would" with a verb that commits.
pub const RULE: Rule = Rule {
    name: "position_future",
    summary: "will send, would not negotiate: what an actor says it will or will not do",
    corpus: include_str!("future.md"),
    cues,
    find,
};

/// Words of the future.
const FUTURES: &[&str] = &["will", "would", "wo", "'ll", "shall"];

fn cues(cues: &mut Cues) {
    let future = cues.words(FUTURES.iter().copied());
    let verbs = cues.verbs(stances::future_verbs());
    cues.enough(future | verbs);
    let other = cues.words(["there", "brought", "held", "carry", "press", "use", "we", "i"]);
    cues.enough(future | other);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, FUTURES) {
                read(scene, at, findings);
            }
        }
    });
}

fn read(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    // "Would, after all, agree": the aside lies inside the verb.
    let close = (at + 3..(at + 7).min(view.end)).find(|&close| view.is(close, &[","]));
    let mut verb = close.filter(|_| view.is(at + 1, &[","])).map_or(at, |close| close) + 1;
    let first = verb;
    while verb < first + 4
        && (view.tag(verb) == Tag::Adverb
            || is_negation(view.word(verb))
            || view.is(verb, &["not", "n't", "never", "also", "no", "longer"]))
    {
        verb += 1;
    }
    let negated = is_negated(scene, first, verb);
    let base = view.verb(verb);
    if view.is(verb, &["be"]) {
        return absent(scene, at, verb, findings)
            .or_else(|| withheld(scene, at, verb, findings))
            .or_else(|| befallen(scene, at, verb, negated, findings));
    }
    // "Will accept only surrender" accepts nothing.
    if !is_bare(view, verb) || view.is(verb, &["have"]) || view.is(verb + 1, &["only"]) {
        return None;
    }
    let first_person = view.is(at.saturating_sub(1), &["we", "i"]);
    // "Will support the plan" is read as "supports the plan".
    let promised = view.is(at, &["will", "shall", "'ll"]) && !negated;
    if promised
        && stance_verb(&base).is_some_and(|(stance, _)| matches!(stance, Stance::Support | Stance::Reject))
    {
        return None;
    }
    if goes_on_asking(scene, verb) {
        return None;
    }
    let stance = stance_of(scene, at, verb, negated)?;
    // "Would" commits only in somebody's mouth; a question or a condition commits nobody.
    // "If our demands are not met we shall": a threat in somebody's own words is meant.
    let threat = first_person && scene.in_quotes(at) && opens_with_condition(scene, at);
    if uncertain(scene, at) && !threat {
        return None;
    }
    let agents = if first_person {
        scene.speaker(at).or_else(|| scene.issuer(at))?
    } else {
        let subject = scene.subject(verb, at)?;
        if !scene.reaches_from(subject, at) {
            return None;
        }
        scene.agents_of(subject)
    };
    // Reported speech of somebody about somebody else tells no commitment of the latter.
    let speaker = if first_person { None } else { scene.speaker(at) };
    let (agents, told) = committed_by(scene, speaker.as_deref(), agents, verb, at);
    let plain = view.is(at, &["would"]) || negated;
    let relief = view.is(at, &["will"]) && !negated && stances::relieves(&base);
    if (speaker.is_some() && !told && !relief)
        || (plain && speaker.is_none() && !first_person && !view.is(at, &["will"]))
    {
        return None;
    }
    let agents = weighty(agents);
    let end = object_end(scene, verb + 1);
    let start = scene.subject(verb, at).map_or(at, |subject| subject.tokens.start.min(at));
    let start = if first_person { at.saturating_sub(1) } else { start };
    Draft {
        rule: RULE.name,
        actors: &agents,
        stance,
        targets: vec![not_doing(topic(scene, verb..end), negated && stance == Stance::Vow)],
        window: start..end,
        core: verb,
        weight: 1,
    }
    .emit(scene, findings);
    Some(())
}

/// "Not to leave the square": who vows not to do something vows just that.
pub(super) fn not_doing(target: Option<Arc<str>>, negated: bool) -> Option<Arc<str>> {
    target.map(|target| if negated { Arc::from(format!("not to {target}")) } else { target })
}

/// The stance that the verb at `verb` behind "will" or "would" takes.
fn stance_of(scene: &Scene<'_>, at: usize, verb: usize, negated: bool) -> Option<Stance> {
    let view = scene.view;
    let base = view.verb(verb);
    let goes_on = view.is(verb, &["go", "carry", "press", "fight"]) && view.is(verb + 1, &["on", "ahead"]);
    if view.is(verb, &["give"]) && view.is(verb + 1, &["up"]) && negated {
        return Some(Stance::Vow);
    }
    if negated && answers_pressure(scene, verb) {
        return Some(Stance::Reject);
    }
    let told = stances::of_future(&base, negated);
    let vows = goes_on || takes_measures(scene, verb) || keeps_on(scene, verb);
    // What somebody says of himself in his own words is meant, whatever the verb.
    let own_words =
        || view.is(at.saturating_sub(1), &["we", "i"]) && scene.in_quotes(at) && !stances::is_idle(&base);
    told.or_else(|| (!negated && (vows || own_words())).then_some(Stance::Vow))
}

/// "Give in to threats", "respond to their demands": what somebody who will not do it refuses.
fn answers_pressure(scene: &Scene<'_>, verb: usize) -> bool {
    let view = scene.view;
    let to = verb + 1 + usize::from(view.is(verb + 1, &["in"]));
    let answers = view.is(verb, &["give", "cave"]) && view.is(verb + 1, &["in"])
        || view.is(verb, &["respond", "react", "reply", "succumb", "submit"]);
    let pressed = (to + 1..(to + 7).min(view.end)).any(|at| view.is(at, PRESSURE));
    answers && (pressed && view.is(to, &["to"]) || view.is(verb, &["give", "cave"]))
}

/// What somebody is pressed with.
const PRESSURE: &[&str] = &[
    "pressure",
    "threat",
    "threats",
    "blackmail",
    "demand",
    "demands",
    "ultimatum",
    "ultimatums",
    "terror",
    "terrorism",
    "terrorists",
    "intimidation",
    "violence",
    "extortion",
    "coercion",
];

/// "Would never send", "would send no troops": the verb at `verb`, with the words from `first` on before it.
fn is_negated(scene: &Scene<'_>, first: usize, verb: usize) -> bool {
    let view = scene.view;
    let before = |at: usize| {
        is_negation(view.word(at)) || view.is(at, &["n't", "never"]) || view.follows(at, &["no", "longer"])
    };
    view.is(verb + 1, &["no"]) || (first..verb).any(before)
}

/// Who commits himself, and whether he says so himself: a commander who says what the army will do commits it and
/// himself.
fn committed_by(
    scene: &Scene<'_>,
    speaker: Option<&[Agent]>,
    agents: Vec<Agent>,
    verb: usize,
    at: usize,
) -> (Vec<Agent>, bool) {
    let Some(speaker) = speaker else { return (agents, false) };
    if speaker.iter().any(|one| agents.iter().any(|agent| agent.name == one.name)) {
        return (agents, true);
    }
    if speaks_for_own(scene, speaker, verb, at) { (speaker.to_vec(), true) } else { (agents, false) }
}

/// Whether a speaker is an officer and the subject his army.
fn speaks_for_own(scene: &Scene<'_>, speaker: &[Agent], verb: usize, at: usize) -> bool {
    let armed = |mention: &Mention| mention.role == Some(Role::Military);
    let officer = speaker.iter().any(|one| {
        scene
            .actors()
            .in_sentence(scene.sentence)
            .iter()
            .any(|mention| mention.span == one.voice && armed(mention))
    });
    officer && scene.subject(verb, at).is_some_and(|subject| armed(subject) && subject.person.is_none())
}

/// "Will continue to press Kenya", "will keep calling for talks": a demand goes on, no stance is taken.
fn goes_on_asking(scene: &Scene<'_>, verb: usize) -> bool {
    let view = scene.view;
    view.is(verb, &["continue", "keep", "go"])
        && (verb + 1..(verb + 4).min(view.end)).any(|at| stances::is_asking(&view.verb(at)))
}

/// "Will take all measures necessary", "will use every means".
fn takes_measures(scene: &Scene<'_>, verb: usize) -> bool {
    let view = scene.view;
    let near = |words: &[&str]| (verb + 1..(verb + 5).min(view.end)).any(|at| view.is(at, words));
    view.is(verb, &["take", "use"])
        && near(&["measures", "action", "steps", "means"])
        && near(&["all", "any", "every", "necessary"])
}

/// "Will keep attacking", "will keep on fighting": the verb behind says what.
fn keeps_on(scene: &Scene<'_>, verb: usize) -> bool {
    let view = scene.view;
    let act = verb + 1 + usize::from(view.is(verb + 1, &["on"]));
    view.is(verb, &["keep"])
        && view.form(act) == VerbForm::Gerund
        && stances::of_future(&view.verb(act), false) == Some(Stance::Vow)
}

/// "No ransom will be paid", says somebody who could: refused.
fn withheld(scene: &Scene<'_>, at: usize, verb: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let no = (at.saturating_sub(WITHHELD_REACH).max(view.start)..at)
        .rev()
        .take_while(|&at| matches!(view.tag(at), Tag::Noun | Tag::Adjective | Tag::Determiner))
        .find(|&at| view.is(at, &["no"]))?;
    let refused = view.verb(verb + 1);
    let gives = stances::of_future(&refused, true) == Some(Stance::Reject);
    let given = gives && matches!(view.form(verb + 1), VerbForm::PastOrParticiple | VerbForm::Participle);
    let agents = weighty(scene.speaker(at)?);
    let told = given && !uncertain(scene, at);
    let draft = Draft {
        rule: RULE.name,
        actors: &agents,
        stance: Stance::Reject,
        targets: vec![topic(scene, no + 1..at)],
        window: no..verb + 2,
        core: verb + 1,
        weight: 1,
    };
    told.then(|| draft.emit(scene, findings))
}

/// How far before "will be" its "no" may stand.
const WITHHELD_REACH: usize = 5;

/// "There will be no negotiations", says somebody: refused.
fn absent(scene: &Scene<'_>, at: usize, verb: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let none = view.is(at.saturating_sub(1), &["there"]) && view.is(verb + 1, &["no"]);
    let noun =
        (verb + 2..(verb + 5).min(view.end)).find(|&at| stances::is_refused_when_absent(view.word(at)));
    let noun = noun.filter(|_| none && !uncertain(scene, at))?;
    let agents = weighty(scene.speaker(at)?);
    let end = object_end(scene, noun);
    emit(scene, &agents, Stance::Reject, verb + 2..end, at.saturating_sub(1), noun, findings);
    Some(())
}

/// "Those responsible will be hunted down", says somebody with the power to do it: a vow.
fn befallen(scene: &Scene<'_>, at: usize, verb: usize, negated: bool, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let done = (verb + 1..(verb + 3).min(view.end)).find(|&at| {
        matches!(view.form(at), VerbForm::PastOrParticiple | VerbForm::Participle)
            && stances::befalls(&view.verb(at))
    });
    let to_justice = view.is(verb + 1, &["brought", "held"])
        && (verb + 2..verb + 5).any(|at| view.is(at, &["justice", "account", "accountable"]));
    let done = done.or(to_justice.then_some(verb + 1)).filter(|_| !negated && !uncertain(scene, at))?;
    let speakers = weighty(scene.speaker(at)?);
    let from = (view.start..at)
        // The mark right before is the end of a quoted word: "he said 'provocateurs' would be prosecuted".
        .rfind(|&mark| view.is(mark, &[",", ";", "that", "“", "\"", "said", "says", "and"]) && mark + 1 < at)
        .map_or(view.start, |at| at + 1);
    emit(
        scene,
        &speakers,
        Stance::Vow,
        from..object_end(scene, done + 1).max(done + 1),
        from,
        done,
        findings,
    );
    Some(())
}

/// Whether the quotation begins with what the threat hangs on: "if our demands are not met we shall".
fn opens_with_condition(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let open =
        (view.start..at).rfind(|&at| view.is(at, &["“", "\"", "‘"])).map_or(view.start, |mark| mark + 1);
    view.is(open, &["if", "unless"])
        && (open..at).any(|at| {
            view.is(at, &["not", "n't", "unless", "fails", "refuses", "ignored", "ignores", "ignore"])
        })
}

/// Under "if" or in a question nothing is promised.
fn uncertain(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let question = view.is(view.end.saturating_sub(1), &["?"]) || view.is(view.end.saturating_sub(2), &["?"]);
    question || (at.saturating_sub(8).max(view.start)..at).any(|at| stances::makes_uncertain(view.word(at)))
}

fn weighty(agents: Vec<Agent>) -> Vec<Agent> {
    agents.into_iter().filter(|agent| agent.weighty).collect()
}

fn emit(
    scene: &Scene<'_>,
    actors: &[Agent],
    stance: Stance,
    object: Range<usize>,
    start: usize,
    core: usize,
    findings: &mut Findings,
) {
    let end = object.end;
    let targets = vec![topic(scene, object)];
    Draft { rule: RULE.name, actors, stance, targets, window: start..end, core, weight: 1 }
        .emit(scene, findings);
}
