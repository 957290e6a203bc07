//! What somebody did, told as what another had asked for: "freed the sailors, as Kenya had demanded", "bowed to the strikers'
//! demand and raised wages", "two years after Kenya demanded it", "the truce that Kenya had sought took effect". Comes in: a
//! verb or noun of demanding that points to a deed of the same sentence. Goes out: the demand, met where the deed is told as
//! done. Never reads a demand whose deed is of no known act.

use std::ops::Range;
use std::sync::Arc;

use crate::extract::cues::Cues;
use crate::extract::english::actors::Mention;
use crate::extract::english::lexicon::demands::{self as words, Frame};
use crate::extract::english::predicate::{Agent, Predicate, Scene};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Act, DemandStatus, Force};
use crate::text::english::lemma;
use crate::text::english::view::View;
use crate::text::{Tag, VerbForm};

use super::addressee::{implied, list_end};
use super::{Draft, act, after_adverbs, each_scene};

/// Reads deeds told beside who had asked for them.
pub const RULE: Rule = Rule {
    name: "demand_fulfilled",
    summary: "did it, as X had asked; bowed to the demand and did it: a deed told as what was demanded",
    corpus: include_str!("fulfilled.md"),
    cues,
    find,
};

/// How many words a deed takes at most before what points to it.
const DEED_REACH: usize = 26;
/// How many words may stand between a noun of demanding and whose it is, or a verb and who asks.
const ASKER_REACH: usize = 6;
/// How many words a thing has that is asked for before its verb.
const THING_REACH: usize = 10;

fn cues(cues: &mut Cues) {
    let pressed = cues.words(PRESSED.iter().copied());
    cues.enough_where(pressed, is_pressed_for);
    let asked = cues.words(ASKED.iter().copied());
    cues.enough_where(asked, is_asked_elsewhere);
}

/// Whether a noun of demanding has whose it is beside it, and who gives way or what was done before it.
fn is_pressed_for(view: View<'_>) -> bool {
    (view.start..view.end).filter(|&at| view.is(at, PRESSED)).any(|noun| {
        let before = noun.saturating_sub(ASKER_REACH + 3).max(view.start)..noun;
        let owned =
            before.clone().any(|at| view.is(at, &["'s", "'"])) || view.is(noun + 1, &["of", "by", "from"]);
        let given = before
            .clone()
            .any(|at| view.is(at, GIVES) || words::handling(view.word(at)) == Some(DemandStatus::Met));
        let apposed = before.clone().any(|at| view.is(at, &[","]) && view.is(at + 1, OPENS));
        let by_request = view.is(noun, &["request"]) && before.clone().any(|at| view.is(at, &["at"]));
        owned && (given || apposed || by_request)
    })
}

/// Whether what somebody asked for does not stand behind the verb.
fn is_asked_elsewhere(view: View<'_>) -> bool {
    (view.start..view.end).filter(|&at| view.is(at, ASKED)).any(|at| {
        let led = at + 1 + usize::from(view.is(at + 1, &["for", "on"]));
        let ends = led >= view.end || view.is(led, &[",", ".", ";"]);
        let near = |words: &[&str]| {
            (at.saturating_sub(ASKER_REACH + 2).max(view.start)..at).any(|at| view.is(at, words))
        };
        ends && near(&["as", "that", "which"])
            || view.is(led, &["it", "this", "that", "so"]) && view.is(led + 1, &[","])
            || view.is(led, &["by"]) && near(&["was", "were", "been"])
            || near(&["that", "which"]) && view.is(led, TAKES_EFFECT)
    })
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each_scene(reading, |scene| {
        for at in scene.view.start..scene.view.end {
            if scene.view.is(at, PRESSED) {
                given_way(scene, at, findings)
                    .or_else(|| yielded(scene, at, findings))
                    .or_else(|| called_so(scene, at, findings));
            } else if let Some(force) = asks(scene, at) {
                as_asked(scene, at, force, findings)
                    .or_else(|| after_asked(scene, at, force, findings))
                    .or_else(|| fronted(scene, at, force, findings));
            }
        }
    });
}

/// What is met and given way to.
const PRESSED: &[&str] = &[
    "pressure", "demands", "demand", "calls", "call", "appeals", "appeal", "request", "requests", "protests",
];

/// Verbs of giving way, as they stand before "to" or "in".
const GIVES: &[&str] =
    &["gave", "given", "giving", "caved", "caving", "bowing", "bowed", "yielding", "yielded"];
/// What opens an apposition that says whose demand it was.
const OPENS: &[&str] = &["one", "a", "the", "meeting", "fulfilling", "satisfying", "granting", "heeding"];
/// Verbs of asking as they tell what was asked before.
const ASKED: &[&str] = &["asked", "demanded", "requested", "urged", "sought", "wanted", "insisted", "called"];
/// What becomes of something that was asked for.
const TAKES_EFFECT: &[&str] = &["came", "took", "began", "started", "opened"];

const fn asks_of_a_thing(frame: Frame) -> bool {
    matches!(frame, Frame::Ask | Frame::Demand | Frame::Seek | Frame::Want | Frame::Call | Frame::Insist)
}

/// How hard the verb at `at` presses, in a form that tells it as said before.
fn asks(scene: &Scene<'_>, at: usize) -> Option<Force> {
    let (force, frame) =
        words::verb(&lemma::verb(scene.view.word(at))).filter(|_| scene.view.is(at, ASKED))?;
    asks_of_a_thing(frame).then_some(force)
}

/// A deed, with who did it.
struct Done {
    by: Predicate,
    acts: Vec<Act>,
    window: Range<usize>,
}

impl Done {
    /// The first deed of a known act in `within`.
    fn within(scene: &Scene<'_>, within: Range<usize>) -> Option<Self> {
        let view = scene.view;
        within.clone().filter(|&verb| matches!(view.tag(verb), Tag::Verb)).find_map(|verb| {
            let by = scene.predicate(verb).filter(|done| !done.negated && !done.passive)?;
            let told = !matches!(view.form(verb), VerbForm::Base) && !view.is(verb - 1, &["to"]);
            let window = act::cut(view, verb..within.end);
            let acts = known(act::acts(view, window.clone()));
            (told && !acts.is_empty()).then_some(Self { by, acts, window })
        })
    }

    fn emit(self, scene: &Scene<'_>, told: Asked, findings: &mut Findings) -> Option<()> {
        // Who leaves an office is a person: "the minister" of a country says only whose.
        let leaves = self.acts.first() == Some(&Act::Resign);
        let doer = |agent: &Agent| if leaves { agent.person.clone() } else { Some(Arc::clone(&agent.name)) };
        let to: Vec<Arc<str>> = self.by.agents.iter().filter_map(doer).collect();
        if to.is_empty() || told.by.is_empty() || told.by.iter().any(|agent| to.contains(&agent.name)) {
            return None;
        }
        let start = self.by.subject_start.unwrap_or(self.by.start).min(told.words.start);
        Draft {
            rule: RULE.name,
            by: &told.by,
            to,
            window: self.window.start..self.window.end.max(told.words.end),
            acts: self.acts,
            force: told.force,
            status: DemandStatus::Met,
            condition: None,
            core: told.core,
            start,
            weight: 4,
        }
        .emit(scene, findings);
        Some(())
    }
}

/// Who asked, how hard, and by which words.
struct Asked {
    by: Vec<Agent>,
    force: Force,
    core: usize,
    words: Range<usize>,
}

fn known(acts: Vec<Act>) -> Vec<Act> {
    acts.into_iter().filter(|act| *act != Act::Other).collect()
}

/// Who is named from `at` on, or right after one word.
fn named<'a>(scene: &Scene<'a>, at: usize) -> Option<&'a Mention> {
    scene
        .actors()
        .starting_at(scene.sentence, at, scene.view)
        .filter(|mention| !mention.owner && !mention.modifier && mention.tokens.start <= at + 1)
}

/// Whether nothing stands behind a verb at `at` that says what was asked.
fn ends_here(scene: &Scene<'_>, at: usize) -> bool {
    let behind = after_adverbs(scene, at);
    behind >= scene.view.end || scene.view.tag(behind) == Tag::Punct || scene.view.is(behind, &["and", "but"])
}

/// "Released the sailors, as the Red Cross had asked."
fn as_asked(scene: &Scene<'_>, at: usize, force: Force, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let as_ = (at.saturating_sub(ASKER_REACH + 2).max(view.start)..at).rfind(|&as_| view.is(as_, &["as"]))?;
    let asker = named(scene, as_ + 1).filter(|asker| asker.tokens.end <= at)?;
    if !ends_here(scene, at + 1 + usize::from(view.is(at + 1, &["for"]))) || !ends_here(scene, as_ - 1) {
        return None;
    }
    let words = as_..at + 1;
    Done::within(scene, as_.saturating_sub(DEED_REACH).max(view.start)..as_)?.emit(
        scene,
        Asked { by: scene.agents_of(asker), force, core: at, words },
        findings,
    )
}

/// "Two years after Kenya demanded it, Chad released the reporters."
fn after_asked(scene: &Scene<'_>, at: usize, force: Force, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let it = at + 1 + usize::from(view.is(at + 1, &["for"]));
    let close = (it + 1..(it + 3).min(view.end)).find(|&close| view.is(close, &[","]))?;
    let after = (view.start..at).find(|&after| view.is(after, &["after", "since"]))?;
    if !view.is(it, &["it", "this", "that", "so"]) || at > after + ASKER_REACH + 4 {
        return None;
    }
    let asker = scene.predicate(at).filter(|asker| !asker.passive && !asker.negated)?;
    Done::within(scene, close..view.end.min(close + DEED_REACH))?.emit(
        scene,
        Asked { by: asker.agents, force, core: at, words: at..it + 1 },
        findings,
    )
}

/// "Bowed to Kenya's demand and pulled out its troops", "has met one of Kenya's demands, releasing the two".
fn given_way(scene: &Scene<'_>, noun: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let owner = asker_before(scene, noun)?;
    let verb = (owner.tokens.start.saturating_sub(ASKER_REACH).max(view.start)..owner.tokens.start).rfind(
        |&verb| {
            let gives = view.is(verb, &["gave", "given", "caved"]) && view.is(verb + 1, &["in"]);
            gives || words::handling(view.word(verb)) == Some(DemandStatus::Met)
        },
    )?;
    let giver = scene.predicate(verb).filter(|giver| !giver.negated && !giver.passive)?;
    let joint = view.is(noun + 1, &["and", "by", ","]).then_some(noun + 2)?;
    let deed = after_adverbs(scene, joint);
    let told = match view.word(noun + 1) {
        "and" => matches!(view.form(deed), VerbForm::PastOrParticiple | VerbForm::ThirdPerson),
        _ => view.form(deed) == VerbForm::Gerund && !view.is(deed, &["including"]),
    };
    let window = act::cut(view, deed..view.end.min(deed + DEED_REACH));
    let acts = known(act::acts(view, window.clone()));
    let force = words::noun(view.word(noun)).unwrap_or(Force::Demand);
    let asked = Asked { by: scene.agents_of(owner), force, core: noun, words: verb..noun + 1 };
    (told && !acts.is_empty()).then_some(Done { by: giver, acts, window })?.emit(scene, asked, findings)
}

/// Whose demand it is: "the strikers' main demand".
fn asker_before<'a>(scene: &Scene<'a>, noun: usize) -> Option<&'a Mention> {
    let view = scene.view;
    let mark = (noun.saturating_sub(3).max(view.start)..noun).rfind(|&at| view.is(at, &["'s", "'"]))?;
    let mut here = scene.actors().in_sentence(scene.sentence).iter();
    here.find(|mention| mention.owner && mention.tokens.end == mark)
}

/// "Bowing to pressure from protesters, the governor released the students": what was asked for is what was done.
fn yielded(scene: &Scene<'_>, noun: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let to = (noun.saturating_sub(3).max(view.start)..noun).rfind(|&to| view.is(to, &["to"]))?;
    let at = to.checked_sub(1 + usize::from(view.is(to - 1, &["in"])))?;
    let yields = view.is(at, GIVES);
    let from = (noun + 1..noun + 3).find(|&from| yields && view.is(from, &["from", "by", "of"]))?;
    let asker = named(scene, from + 1)?;
    let comma = Some(list_end(scene, asker)).filter(|&close| view.is(close, &[","]))?;
    let asked = Asked { by: scene.agents_of(asker), force: Force::Demand, core: noun, words: at..comma };
    Done::within(scene, comma + 1..view.end.min(comma + DEED_REACH))?.emit(scene, asked, findings)
}

/// "Lifted the curfew, one of the strikers' main demands", "freed the two, meeting a demand of Kenya", "at the request of".
fn called_so(scene: &Scene<'_>, noun: usize, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    if view.is(noun, &["pressure", "protests"]) {
        return None;
    }
    let of = view.is(noun + 1, &["of", "by", "from"]).then(|| named(scene, noun + 2)).flatten();
    let asker = of.or_else(|| asker_before(scene, noun))?;
    let first = asker.tokens.start.min(noun);
    let opens =
        (first.saturating_sub(ASKER_REACH).max(view.start + 1)..=first.max(view.start + 1)).rfind(|&at| {
            let one_of = !view.is(at, &["one"]) || view.is(at + 1, &["of"]);
            let apposed = view.is(at - 1, &[","]) && view.is(at, OPENS) && one_of;
            apposed || view.is(at, &["at"]) && view.is(noun, &["request"])
        })?;
    let ends = if of.is_some() { list_end(scene, asker) } else { noun + 1 };
    let asked = Asked {
        by: scene.agents_of(asker),
        force: words::noun(view.word(noun)).unwrap_or(Force::Demand),
        core: noun,
        words: opens..ends,
    };
    ends_here(scene, ends)
        .then(|| Done::within(scene, opens.saturating_sub(DEED_REACH).max(view.start)..opens))??
        .emit(scene, asked, findings)
}

/// "The truce that Kenya had sought took effect", "the release of the reporters was demanded by the union".
fn fronted(scene: &Scene<'_>, at: usize, force: Force, findings: &mut Findings) -> Option<()> {
    let view = scene.view;
    let behind = at + 1 + usize::from(view.is(at + 1, &["for", "on"]));
    let asker = scene.predicate(at).filter(|asker| !asker.negated)?;
    let noun = if asker.passive {
        asker.start.checked_sub(1)?
    } else {
        let before = asker.subject_start?.checked_sub(1)?;
        before.checked_sub(usize::from(view.is(before, &["that", "which"])))?
    };
    let open = asker.passive && view.is(behind, &["by"])
        || !asker.passive && (ends_here(scene, behind) || matches!(view.tag(behind), Tag::Verb | Tag::Aux));
    let of_thing = |at: usize| {
        matches!(view.tag(at), Tag::Determiner | Tag::Adjective | Tag::Noun | Tag::ProperNoun | Tag::Number)
            || view.is(at, &["of", "to", "from", "into"])
    };
    if !open || view.tag(noun) != Tag::Noun || noun < view.start {
        return None;
    }
    let start = (noun.saturating_sub(THING_REACH).max(view.start)..=noun)
        .rev()
        .take_while(|&at| of_thing(at))
        .last()?;
    let acts = known(act::acts(view, start..noun + 1));
    let to: Vec<Arc<str>> = implied(scene, &(start..noun + 1), &acts, false).into_iter().collect();
    let met = !asker.passive && takes_effect(scene, behind);
    let status = if met { DemandStatus::Met } else { DemandStatus::Made };
    Draft {
        rule: RULE.name,
        by: &asker.agents,
        to,
        window: start..at + 1,
        acts: (!acts.is_empty()).then_some(acts)?,
        force,
        status,
        condition: None,
        core: at,
        start,
        weight: 4,
    }
    .emit(scene, findings);
    Some(())
}

/// "Came into force", "began": what was asked for is there.
fn takes_effect(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let at = after_adverbs(scene, at);
    view.is(at, &["came"]) && view.is(at + 1, &["into"])
        || view.is(at, &["took"]) && view.is(at + 1, &["effect", "hold"])
        || view.is(at, &["began", "started", "opened"])
}
