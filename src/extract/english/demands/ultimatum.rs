//! Demands with a clock or a threat: "gave the rebels until Friday to", "threatened to strike unless", "will not talk
//! until", "if the hostages are not freed within a day, the army will".

use std::sync::Arc;

use crate::extract::cues::Cues;
use crate::extract::english::actors::Kind;
use crate::extract::english::predicate::{Scene, is_bare};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};
use crate::text::Tag;
use crate::text::VerbForm;
use crate::text::english::view::View;
use crate::text::gazetteer::Role;

use super::addressee::{list_end, names_of};
use super::{Draft, act, condition, each_scene};

/// Reads deadlines and conditions that demand.
pub const RULE: Rule = Rule {
    name: "demand_ultimatum",
    summary: "gave until Friday to, threatened to unless: a demand with a deadline or an or-else",
    corpus: include_str!("ultimatum.md"),
    cues,
    find,
};

/// What gives somebody time.
const GIVES: &[&str] = &["gave", "given", "gives", "give", "giving"];
/// Words of time of which one stands behind it, besides "until".
const CLOCKS: &[&str] =
    &["hours", "days", "weeks", "week", "hour", "day", "month", "months", "minutes", "ultimatum", "deadline"];
/// What else is done with an ultimatum.
const ISSUES: &[&str] = &["issued", "issues", "delivered", "delivers", "sent", "handed"];
/// What opens a condition.
const CONDITIONS: &[&str] = &["unless", "until", "if", "should"];
/// What announces what happens else.
const FUTURES: &[&str] =
    &["will", "would", "threatened", "threatens", "threatening", "warned", "vowed", "'ll", "wo", "shall"];

/// Words that refuse something.
const REFUSES: &[&str] = &["not", "n't", "no", "never", "reject", "rejects", "refuse"];

/// What happens else is told in at most this many words.
const CONDITION_WORDS_MAX: usize = 14;

fn cues(cues: &mut Cues) {
    let gives = cues.words(GIVES.iter().copied());
    let clock = cues.words(CLOCKS.iter().copied().chain(["until"]));
    cues.enough(gives | clock);
    let issues = cues.words(ISSUES.iter().copied());
    let ultimatum = cues.words(["ultimatum"]);
    cues.enough(issues | ultimatum);
    let condition = cues.words(CONDITIONS.iter().copied());
    let future = cues.words(FUTURES.iter().copied());
    cues.enough_where(condition | future, threatens);
}

/// Whether a condition stands there that may be one: "until" waits for what is refused before it.
fn threatens(view: View<'_>) -> bool {
    (view.start..view.end).any(|at| {
        view.is(at, &["unless"])
            || is_if(view, at)
            || view.is(at, &["until"]) && (view.start..view.end).any(|at| view.is(at, REFUSES))
    })
}

/// "If the two are not freed", "should the two not be freed".
fn is_if(view: View<'_>, at: usize) -> bool {
    let opens = || at == view.start || view.is(at - 1, &["“", "\"", ","]);
    view.is(at, &["if"]) || view.is(at, &["should"]) && opens()
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, GIVES) {
                deadline(scene, at, findings);
                announced(scene, at, findings);
            } else if scene.view.is(at, ISSUES) {
                announced(scene, at, findings);
            } else if scene.view.is(at, &["unless", "until"]) || is_if(scene.view, at) {
                threat(scene, at, findings);
            }
        }
    });
}

/// "gave X until T to V", "gave X N hours to V".
fn deadline(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let predicate = scene.predicate(at).filter(|predicate| !predicate.negated)?;
    // "Gave the ports authority until Friday": what kind of authority it is stands before it.
    let kind =
        (at + 2..at + 4).take_while(|&at| view.tag(at) == Tag::Noun).last().map_or(at + 1, |noun| noun);
    let mut near = scene.actors().in_sentence(scene.sentence).iter();
    let told = near.rfind(|mention| (at + 2..=kind).contains(&mention.tokens.start));
    let mention =
        scene.actors().starting_at(scene.sentence, at + 1, view).or(told).filter(|mention| !mention.owner);
    let given = if predicate.passive { scene.subject(predicate.verb, predicate.start) } else { None };
    let (to, mut next) = match mention.filter(|mention| mention.tokens.start <= kind.max(at + 1)) {
        Some(mention) => (names_of(scene, mention), list_end(scene, mention)),
        // "Chad was given ten days by the union".
        None if predicate.passive => (given.map(|given| names_of(scene, given)).unwrap_or_default(), at + 1),
        // "Gave the state two days".
        None if view.follows(at + 1, &["the", "state"]) => {
            (scene.actors().authority.iter().cloned().collect(), at + 3)
        }
        None => (Vec::new(), at + 2),
    };
    // "Gave the leaders of the rebellious region three days": the rest of the phrase.
    let rest = || {
        (next..(next + 4).min(view.end)).find(|&at| view.tag(at) == Tag::Number || view.is(at, &["until"]))
    };
    let clock = mention.and_then(|_| rest()).unwrap_or(next);
    let timed =
        view.is(clock, &["until"]) || (clock..(clock + 5).min(view.end)).any(|at| view.is(at, CLOCKS));
    if !timed {
        return None;
    }
    let mut to_verb = None;
    while next < (clock + 16).min(view.end) {
        if view.is(next, &["to"]) && is_bare(view, next + 1) {
            to_verb = Some(next);
            break;
        }
        next += 1;
    }
    let to_verb = to_verb?;
    let list = view.is(to_verb + 1, &["meet", "fulfil", "fulfill", "accept"]);
    let colon = (to_verb..(to_verb + 8).min(view.end)).find(|&at| list && view.is(at, &[":"]));
    // "To surrender or face an offensive": what comes else is not asked.
    let or = || {
        let face = |at| view.is(at, &["or"]) && view.is(at + 1, &["face", "be", "else", "risk", "suffer"]);
        (to_verb + 2..view.end).find(|&at| face(at)).unwrap_or(view.end)
    };
    let acts = colon
        .map_or_else(|| act::acts(view, to_verb + 1..or()), |colon| act::listed(view, colon + 1..view.end));
    let bare = view.is(to_verb + 1, &["go", "quit", "leave"])
        && (to_verb + 2 >= view.end || view.tag(to_verb + 2) == Tag::Punct || view.is(to_verb + 2, &["or"]));
    let holds_office = mention.is_some_and(|mention| {
        mention.person.is_some()
            || matches!(mention.role, Some(Role::Head | Role::Minister)) && !mention.plural
    });
    // "Gave the president until Friday to go": out of office.
    let acts = if bare && holds_office { vec![Act::Resign] } else { acts };
    let clock = scene.span(clock..to_verb).of(&scene.article.text).trim_end_matches([',', ' ']);
    Draft {
        rule: RULE.name,
        by: &predicate.agents,
        to,
        window: act::cut(view, to_verb + 1..view.end),
        acts,
        force: Force::Ultimatum,
        status: DemandStatus::Made,
        condition: Some(clock.to_owned()),
        core: at,
        start: predicate.subject_start.unwrap_or(at),
        weight: 4,
    }
    .emit(scene, findings);
    Some(())
}

/// "Gave X an ultimatum: V or face Z", "issued an ultimatum to X: V".
fn announced(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let noun = (at + 1..(at + ANNOUNCED_REACH).min(view.end)).find(|&at| view.is(at, &["ultimatum"]))?;
    let colon = (noun + 1..(noun + ANNOUNCED_REACH).min(view.end)).find(|&at| view.is(at, &[":"]))?;
    let first = colon + 1 + usize::from(view.is(colon + 1, &["“", "\"", "‘"]));
    let predicate = scene.predicate(at).filter(|predicate| !predicate.negated && !predicate.passive)?;
    if !is_bare(view, first) {
        return None;
    }
    let told = |from: usize| {
        let mention = scene.actors().starting_at(scene.sentence, from, view);
        mention.filter(|mention| mention.tokens.start <= from + 1 && mention.tokens.end <= colon)
    };
    let to = told(at + 1).or_else(|| view.is(noun + 1, &["to"]).then(|| told(noun + 2)).flatten());
    let end = act::cut(view, colon + 1..view.end).end;
    let or = (colon + 1..end).find(|&at| view.is(at, &["or"]));
    let asked = colon + 1..or.unwrap_or(end);
    let else_ = or.map(|or| scene.span(or + 1..end).of(&scene.article.text).to_owned());
    Draft {
        rule: RULE.name,
        by: &predicate.agents,
        to: to.map(|mention| names_of(scene, mention)).unwrap_or_default(),
        window: asked.clone(),
        acts: act::acts(view, asked),
        force: Force::Ultimatum,
        status: DemandStatus::Made,
        condition: else_,
        core: at,
        start: predicate.subject_start.unwrap_or(at),
        weight: 4,
    }
    .emit(scene, findings);
    Some(())
}

/// How many words may stand before and behind the "ultimatum" that somebody is given.
const ANNOUNCED_REACH: usize = 9;

/// "X will V unless Y W", "X threatened to V if Y W", "X would not V until Y W", "if Y is not W-ed, X will V".
#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
fn threat(scene: &Scene<'_>, at: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let first =
        at == view.start || view.is(at.saturating_sub(1), &["“", "\"", ",", ":"]) && at <= view.start + 3;
    let body = if first { act::cut(view, at + 1..view.end).end..view.end } else { view.start..at };
    let end = if first { body.start } else { view.end };
    let window = act::cut(view, at + 1..end);
    let future = body.clone().rfind(|&at| view.is(at, FUTURES))?;
    let refuses = (future..body.end).any(|at| view.is(at, REFUSES));
    if view.is(at, &["until"]) && !refuses || is_if(view, at) && refuses && !first {
        return None;
    }
    let negative = (window.start..window.end)
        .any(|at| view.is(at, &["not", "n't", "no", "fails", "fail", "refuses", "refuse", "failed"]));
    let violence = act::act_within(view, window.clone());
    let launches = (window.start..window.end).any(|at| {
        act::is_any(
            view,
            at,
            &[
                "attack",
                "launch",
                "strike",
                "invade",
                "bomb",
                "storm",
                "enter",
                "operation",
                "offensive",
                "fire",
                "shell",
                "intervene",
                "assault",
                "retaliate",
            ],
        )
    });
    // "Would only talk if the council took responsibility and freed the prisoners": each of it is asked.
    let only = is_if(view, at) && !first && (future..at).any(|at| view.is(at, &["only"]));
    let act = if only {
        violence?
    } else if is_if(view, at) && !negative {
        // The threat is against what the other might do.
        if launches { Act::Ceasefire } else { return None }
    } else {
        violence?
    };
    let verb = (future..body.end)
        .find(|&at| matches!(view.form(at), VerbForm::Base) && at > future)
        .unwrap_or(future);
    let threatens = if view.is(future, &["threatened", "threatens", "threatening", "warned", "vowed"]) {
        future
    } else {
        verb
    };
    // "All the hostages will be killed, the group said": who suffers it threatens nobody.
    let suffered = threatens == verb
        && view.is(verb, &["be"])
        && matches!(view.form(verb + 1), VerbForm::PastOrParticiple | VerbForm::Participle);
    let by = if suffered { None } else { scene.predicate_subject(threatens) };
    let by = by.or_else(|| scene.speaker(at))?;
    let by: Vec<_> = by.into_iter().filter(|agent| agent.weighty).collect();
    let asked = scene.actors().in_sentence(scene.sentence).iter().find(|mention| {
        window.contains(&mention.tokens.start)
            && !mention.governed
            && !mention.owner
            && !mention.modifier
            && mention.person.is_none()
            && !view.is(mention.tokens.start, &["its", "his", "her", "their"])
            && by.iter().all(|agent| agent.name != mention.name)
    });
    // "No talks with the militia until the force is dissolved": who would be talked to is asked.
    let partner = || {
        let with = body.clone().find(|&at| view.is(at, &["with"]))?;
        scene.actors().starting_at(scene.sentence, with + 1, view)
    };
    let to: Vec<Arc<str>> = asked
        .filter(|asked| asked.kind != Kind::Reference)
        .or_else(partner)
        .or(asked)
        .map(|mention| names_of(scene, mention))
        .unwrap_or_default();
    // "Would reject any deal until an inquiry has been set up": what must come first is clear, whoever has to do it.
    let clear = matches!(act, Act::Investigate | Act::Release | Act::LiftSanction | Act::Access | Act::Pay)
        && !(future..at).any(|at| view.is(at, &["rest", "stop", "sleep", "cease", "hesitate"]));
    if by.is_empty() || (to.is_empty() && view.is(at, &["until"]) && !clear) {
        return None;
    }
    let told = scene.span(future..body.end).of(&scene.article.text).trim_matches([',', ' ', '“', '”', '"']);
    let short: Vec<&str> = told.split_whitespace().take(CONDITION_WORDS_MAX).collect();
    let clock = condition(scene, window.clone());
    let start = if first { at } else { body.start };
    Draft {
        rule: RULE.name,
        by: &by,
        to,
        window: if first { body.start..view.end } else { window },
        acts: if only { act::listed(view, at + 1..view.end) } else { vec![act] },
        force: if only || view.is(at, &["until"]) { Force::Demand } else { Force::Ultimatum },
        status: DemandStatus::Made,
        condition: clock.or_else(|| (!short.is_empty()).then(|| short.join(" "))),
        core: at,
        start,
        weight: 4,
    }
    .emit(scene, findings);
    Some(())
}
