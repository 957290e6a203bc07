//! Words that count people and harm, and nobody of the event: a rate ("three people a day"), players lost to injury, sons
//! whom one witness lost, the group that an avalanche swept away before some of it were found dead, what somebody calls
//! false. A sighting goes in; whether it is of that sort comes out.

use super::scene::Here;
use super::sighting::Sighting;
use crate::model::Effect;
use crate::text::{Link, Tag, Voice};

/// Whether nobody of the event is counted.
pub(super) fn is_uncounted(here: &Here<'_>, sighting: &Sighting) -> bool {
    let loses = || here.verb_lemma(sighting.said.start) == "lose";
    is_rate(here, sighting)
        || is_share(here, sighting)
        || loses() && (is_lost_otherwise(here, sighting) || is_bereft(here, sighting))
        || is_cause(here, sighting)
        || is_called_false(here, sighting)
        || is_room(here, sighting)
}

/// "Built for 300, the prison held 1,100": how many a building has room for, or has in it.
fn is_room(here: &Here<'_>, sighting: &Sighting) -> bool {
    if sighting.effect != Effect::Detained || here.verb_lemma(sighting.said.start) != "hold" {
        return false;
    }
    let Some(clause) = here.clause_of_verb(sighting.said.start) else { return false };
    let active = clause.verb.as_ref().is_some_and(|verb| verb.voice == Voice::Active);
    let mut subject = clause.subject.iter().filter_map(|&phrase| here.analysis.phrases.get(phrase));
    active && subject.any(|phrase| here.view.is(phrase.head, BUILDINGS))
}

/// What holds people because it has room for them.
const BUILDINGS: &[&str] = &[
    "prison",
    "prisons",
    "jail",
    "jails",
    "facility",
    "penitentiary",
    "centre",
    "center",
    "camp",
    "stadium",
    "hall",
    "arena",
    "theatre",
    "theater",
    "building",
    "room",
    "ward",
    "complex",
    "venue",
    "compound",
    "church",
    "mosque",
];

/// "We are losing three people a day", "two deaths every week". "A day after the blast" is a time.
fn is_rate(here: &Here<'_>, sighting: &Sighting) -> bool {
    let end = sighting.figure.tokens.end;
    let each = here.view.is(end, &["a", "an", "per", "every", "each"]);
    let unit = here.view.is(end + 1, &["minute", "hour", "day", "night", "week", "month", "year"]);
    let time = &["after", "before", "later", "earlier", "ago", "since", "from", "on", "in", "'s"];
    each && unit && !here.view.is(end + 2, time)
}

/// "It has killed one in five of those infected". "One in two villages" counts somebody.
fn is_share(here: &Here<'_>, sighting: &Sighting) -> bool {
    let end = sighting.figure.tokens.end;
    sighting.figure.low == 1
        && sighting.figure.head.is_none()
        && here.view.is(end, &["in"])
        && here.view.tag(end + 1) == Tag::Number
        && !here.view.is(end + 2, &["places", "villages", "districts", "incidents", "attacks"])
}

/// How far behind those who are lost it may stand to what.
const LOST_REACH: usize = 3;

/// "Lost two players to injury", "lost 300 members to its rival": they are alive.
fn is_lost_otherwise(here: &Here<'_>, sighting: &Sighting) -> bool {
    let end = sighting.figure.tokens.end;
    let to = (end..end + LOST_REACH).find(|&at| here.view.is(at, &["to", "through"]));
    to.is_some_and(|to| (to + 1..=to + LOST_REACH).any(|at| here.view.is(at, OTHER_LOSSES)))
}

/// To what people are lost who live on.
const OTHER_LOSSES: &[&str] = &[
    "injury",
    "injuries",
    "suspension",
    "suspensions",
    "card",
    "cards",
    "retirement",
    "redundancy",
    "resignation",
    "resignations",
    "emigration",
    "defection",
    "defections",
    "rival",
    "rivals",
    "competitor",
    "competitors",
];

/// "She said she had lost two sons": one witness's own dead are among those counted already.
fn is_bereft(here: &Here<'_>, sighting: &Sighting) -> bool {
    let kin = sighting.figure.head.is_some_and(|head| here.view.is(head, KIN));
    let who = (here.sentence.tokens.start..sighting.said.start)
        .rfind(|&at| !matches!(here.view.tag(at), Tag::Aux | Tag::Adverb));
    kin && who.is_some_and(|who| here.view.is(who, &["i", "he", "she", "who", "we"]))
}

/// Whom somebody has lost as his own.
const KIN: &[&str] = &[
    "sons",
    "son",
    "daughters",
    "daughter",
    "children",
    "brothers",
    "brother",
    "sisters",
    "sister",
    "cousins",
    "nephews",
    "nieces",
    "grandchildren",
    "relatives",
    "siblings",
    "parents",
    "friends",
];

/// "Four died after an avalanche swept away seven skiers": what became of those swept away the main clause tells.
fn is_cause(here: &Here<'_>, sighting: &Sighting) -> bool {
    let verb = sighting.said.start;
    if sighting.effect != Effect::Missing || !matches!(&*here.verb_lemma(verb), "sweep" | "wash") {
        return false;
    }
    let Some(clause) = here.clause_of_verb(verb).filter(|clause| clause.link == Link::Adverbial) else {
        return false;
    };
    here.scene.predicates.iter().any(|other| {
        matches!(other.effect, Effect::Killed | Effect::Missing) && !clause.tokens.contains(&other.main)
    })
}

/// How far before a figure the word for what was told may stand, and how far before that the verb.
const TOLD_REACH: usize = 9;

/// "He dismissed as false reports on social media that over 170 had died", "denied rumours of 40 dead".
fn is_called_false(here: &Here<'_>, sighting: &Sighting) -> bool {
    let start = sighting.figure.tokens.start;
    let first = here.sentence.tokens.start;
    let Some(opens) =
        (start.saturating_sub(3).max(first)..start).rfind(|&at| here.view.is(at, &["that", "of"]))
    else {
        return false;
    };
    let near = opens.saturating_sub(TOLD_REACH).max(first)..opens;
    let Some(told) = near
        .rev()
        .take_while(|&at| here.view.tag(at) != Tag::Punct)
        .find(|&at| here.view.is(at, TOLD) && (at + 1 == opens || here.view.is(opens, &["that"])))
    else {
        return false;
    };
    (told.saturating_sub(TOLD_REACH).max(first)..told)
        .rev()
        .take_while(|&at| here.view.tag(at) != Tag::Punct)
        .any(|at| DENIES.contains(&&*here.verb_lemma(at)))
}

/// What is told by others.
const TOLD: &[&str] =
    &["report", "reports", "claim", "claims", "rumour", "rumours", "rumor", "rumors", "posts", "suggestions"];
/// Verbs that call it false.
const DENIES: &[&str] = &["dismiss", "deny", "reject", "refute", "debunk", "rebut", "rubbish"];
