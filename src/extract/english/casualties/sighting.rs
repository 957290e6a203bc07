//! What a construction has seen. People and the words that say what befell them go in; a note of them comes out, where the
//! words count anybody at all. Whose they are, where, when and who says so is not asked yet: most of what is seen is seen by
//! several constructions, and only one of them is told. Never makes a claim: that is `telling`'s to do.

use std::cell::OnceCell;
use std::ops::Range;

use super::figure::Figure;
use super::parts::among_them_behind;
use super::place::place;
use super::scene::Here;
use super::uncounted::is_uncounted;
use crate::extract::english::scope::scope_at;
use crate::extract::rule::Findings;
use crate::model::{Bound, Effect, Group, Relation, Scope, Span};
use crate::text::{Attribution, Tag, VerbForm};

/// People, and what happened to them.
#[derive(Debug, Clone)]
pub(in crate::extract) struct Sighting {
    /// The people.
    pub(super) figure: Figure,
    /// What happened.
    pub(super) effect: Effect,
    /// The tokens that say so, besides the figure's own.
    pub(super) said: Range<usize>,
    /// How it relates to the other figures.
    pub(super) relation: Relation,
    /// Another bound than the figure's own: "passes 100".
    pub(super) bound: Option<Bound>,
    /// Another group than the figure's own.
    pub(super) group: Option<Group>,
    /// The words that say whom it counts, where they stand apart from it: "the number of Kenyan soldiers killed".
    pub(super) of: Option<Range<usize>>,
    /// It says itself nothing of what it counts and goes on from what was told before: "the true figure was 36".
    pub(super) continues: bool,
    /// Where the whole was whose part it is.
    pub(super) whole_at: Option<String>,
    /// The construction.
    pub(super) rule: &'static str,
    /// Its strength against other constructions on the same figure.
    pub(super) weight: u8,
}

impl Sighting {
    /// A plain sighting.
    pub(super) fn new(
        figure: &Figure,
        effect: Effect,
        said: Range<usize>,
        rule: &'static str,
        weight: u8,
    ) -> Self {
        let relation = if figure.more { Relation::Added } else { Relation::Whole };
        Self {
            figure: figure.clone(),
            effect,
            said,
            relation,
            bound: None,
            group: None,
            of: None,
            continues: false,
            whole_at: None,
            rule,
            weight,
        }
    }
}

/// A sighting, with where it was made.
#[derive(Debug, Clone)]
pub(in crate::extract) struct Sighted {
    /// What was seen.
    pub(super) sighting: Sighting,
    /// The number of its sentence.
    pub(super) sentence: usize,
    /// Whether it is of what the report is about.
    pub(super) scope: Scope,
    /// The words to quote.
    pub(super) quoted: Span,
    /// The words no other figure has.
    pub(super) core: Span,
    /// Who says so, once it is asked.
    speaker: OnceCell<Option<Attribution>>,
    /// Where it was, once it is asked.
    place: OnceCell<Option<String>>,
}

impl Sighted {
    /// What happened.
    pub(in crate::extract) fn effect(&self) -> Effect {
        self.sighting.effect
    }

    /// To how many.
    pub(in crate::extract) fn value(&self) -> u64 {
        self.sighting.figure.low
    }

    /// The words to quote.
    pub(in crate::extract) fn quoted(&self) -> Span {
        self.quoted
    }

    /// The construction.
    pub(in crate::extract) fn rule(&self) -> &'static str {
        self.sighting.rule
    }

    /// How it relates to the other figures.
    pub(super) fn relation(&self) -> Relation {
        self.sighting.relation
    }

    /// Whether it is of what the report is about.
    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    /// Who says so, asked in its own sentence.
    pub(super) fn speaker(&self, here: &Here<'_>) -> Option<&Attribution> {
        self.speaker.get_or_init(|| here.analysis.speaker_of(self.core)).as_ref()
    }

    /// Where it was, asked in its own sentence.
    pub(super) fn place(&self, here: &Here<'_>) -> Option<String> {
        self.place.get_or_init(|| place(here, self).or_else(|| self.sighting.whole_at.clone())).clone()
    }
}

/// The longest title that may be a question.
const QUESTION_TOKENS_MAX: usize = 20;

/// At most this many bytes of a sentence are quoted.
const QUOTE_BYTES_MAX: usize = 400;

/// Takes note of a sighting, unless its people are counted elsewhere or not at all.
pub(super) fn sight(here: &Here<'_>, mut sighting: Sighting, findings: &mut Findings) {
    if !counts(here, &sighting) {
        return;
    }
    if sighting.relation == Relation::Whole && completes(here, &sighting) {
        sighting.relation = Relation::Added;
    }
    // Of a list that ends with "among them" everybody is a part, whatever the rule says.
    if sighting.relation == Relation::Whole && among_them_behind(here, &sighting.figure) {
        sighting.relation = Relation::Part;
    }
    let figure = &sighting.figure;
    let Some(core) = here.span(&figure.core) else { return };
    let words = figure.tokens.start.min(sighting.said.start)..figure.tokens.end.max(sighting.said.end);
    let near = here.span(&words).filter(|span| span.end - span.start <= QUOTE_BYTES_MAX);
    let Some(quoted) = near.or_else(|| here.span(&figure.tokens)) else { return };
    let scope = scope(here, &sighting);
    // "was wounded and later died": the worse of two on one person is how it ended.
    let weight = sighting.weight + u8::from(sighting.effect == Effect::Killed);
    findings.add_people(
        core,
        weight,
        Sighted {
            sighting,
            sentence: here.scene.sentence,
            scope,
            quoted,
            core,
            speaker: OnceCell::new(),
            place: OnceCell::new(),
        },
    );
}

/// "The last eleven pupils were freed", "the remaining nine bodies were found": on top of those told of before. Of those
/// who are still held or sought the rest are all that there are.
fn completes(here: &Here<'_>, sighting: &Sighting) -> bool {
    let start = sighting.figure.tokens.start;
    let rest = |at: usize| {
        here.view.is(at, &["last", "remaining", "final"])
            && here.view.is(at.wrapping_sub(1), &["the", "its", "their"])
    };
    matches!(sighting.effect, Effect::Killed | Effect::Rescued | Effect::Evacuated)
        && sighting.figure.low > 1
        && (start.saturating_sub(1)..sighting.figure.core.start).any(rest)
}

/// Whether the words count anybody to whom it happened.
fn counts(here: &Here<'_>, sighting: &Sighting) -> bool {
    let figure = &sighting.figure;
    if here.scene.sport && (sighting.effect != Effect::Killed || figure.low <= 1) {
        return false;
    }
    // "No one from his province had died": others had.
    let none_from = figure.low == 0
        && figure.tokens.clone().chain([figure.tokens.end]).any(|at| here.view.is(at, &["from"]));
    if none_from && sighting.rule != "none_hurt" {
        return false;
    }
    // "The bodies of 30 people and three survivors": these live. "Found no survivors" counts nobody saved.
    let survives = figure.head.is_some_and(|head| here.view.is(head, &["survivors", "survivor"]));
    if survives && (sighting.effect == Effect::Killed || figure.low == 0) {
        return false;
    }
    // "A man who lost his wife and two daughters": counted among the dead already.
    let own = sighting.said.start + 1;
    let bereft = here.view.is(own, &["his", "her", "my"]) && !here.view.is(own + 1, &["life"]);
    if bereft && here.verb_lemma(sighting.said.start) == "lose" {
        return false;
    }
    // Gunmen who flee get away.
    if sighting.effect == Effect::Displaced && figure.group() == Some(Group::Militants) {
        return false;
    }
    let convict = figure.head.is_some_and(|head| {
        here.view.is(
            head,
            &[
                "inmates",
                "prisoners",
                "convicts",
                "suspects",
                "inmate",
                "prisoner",
                "convict",
                "detainees",
                "detainee",
            ],
        )
    });
    // "Nine dead in a crash? No: seven": what is asked is not told.
    let asked = || (figure.tokens.end..here.sentence.tokens.end).any(|at| here.view.is(at, &["?"]));
    if here.sentence.paragraph == 0 && here.sentence.tokens.len() <= QUESTION_TOKENS_MAX && asked() {
        return false;
    }
    // "Were 30 people killed?"
    let last = here.sentence.tokens.end.saturating_sub(1);
    if here.view.tag(here.sentence.tokens.start) == Tag::Aux && here.view.is(last, &["?"]) {
        return false;
    }
    if sighting.effect == Effect::Detained && is_exchanged(here, figure)
        || matches!(sighting.effect, Effect::Missing | Effect::Detained) && is_found_again(here, sighting)
        || is_uncounted(here, sighting)
        || sighting.effect == Effect::Injured && died_there(here, sighting)
    {
        return false;
    }
    let let_go = sighting.effect == Effect::Rescued && (convict || lets_go(here, sighting))
        || sighting.effect == Effect::Detained && is_let_go(here, figure);
    !let_go
}

/// "Police arrested 63 and released 20 of them": who was held by the law is let go, not rescued. Whoever is called
/// something else than those arrested may be its hostages.
fn lets_go(here: &Here<'_>, sighting: &Sighting) -> bool {
    let released = matches!(&*here.verb_lemma(sighting.said.start), "release" | "free" | "let");
    let held = |at: usize| {
        here.view
            .is(at, &["arrested", "arrests", "charged", "questioned", "fined", "custody", "bail", "detained"])
    };
    let (start, end) = (sighting.figure.tokens.start, sighting.figure.tokens.end);
    let before = here.sentence.tokens.start..start;
    let arrested_before = || sighting.figure.head.is_none() && before.clone().any(held);
    // "The ministry released all 133 people held at the rally": the law lets go whom it held.
    let taken = |at: usize| {
        here.view.is(at, &["hostage", "hostages", "captive", "captives", "abducted", "kidnapped"])
    };
    let law = || before.clone().any(|at| here.view.is(at, LAW)) && !before.clone().any(taken);
    let from_prison = (end..end + PRISON_REACH).any(|at| {
        here.view.is(at, &["from"])
            && (at + 1..at + 4)
                .any(|at| here.view.is(at, &["prison", "prisons", "jail", "jails", "custody", "detention"]))
    });
    let held_by_law = || (end..end + HELD_REACH).any(|at| held(at) || here.view.is(at, &["held", "jailed"]));
    let protested = || {
        (start..=end).any(|at| here.view.is(at, &["protesters", "demonstrators", "detainees", "prisoners"]))
    };
    released
        && !(start..end + HELD_REACH).any(taken)
        && (from_prison || arrested_before() || law() && (held_by_law() || protested()))
}

/// Who holds people by law.
const LAW: &[&str] = &[
    "police",
    "court",
    "courts",
    "judge",
    "judges",
    "ministry",
    "prosecutor",
    "prosecutors",
    "authorities",
    "government",
    "magistrate",
    "prison",
    "prisons",
];

/// How far behind them "from its prisons" may begin.
const PRISON_REACH: usize = 5;

/// How far behind those who are let go it may stand that they were held.
const HELD_REACH: usize = 4;

/// "38 died on the spot and 12 in hospital": the verb is left out.
fn died_there(here: &Here<'_>, sighting: &Sighting) -> bool {
    let start = sighting.figure.tokens.start;
    let hospital =
        (sighting.said.start..=sighting.said.end).any(|at| here.view.is(at, &["hospital", "hospitals"]));
    let joined = here.view.is(start.wrapping_sub(1), &["and", ","]);
    let died = (here.sentence.tokens.start..start)
        .rfind(|&at| here.view.is(at, &["died", "dead", "killed", "perished"]));
    let placed = died.is_some_and(|died| {
        here.view.is(died + 1, &["on", "at", "instantly", "immediately", "outright", "there"])
            && (died + 1..start).all(|at| !here.view.is(at, &["injured", "wounded", "hurt"]))
    });
    hospital && joined && placed
}

/// "Releases 400 detainees", "let 400 of the detained protesters go": they are held no more.
fn is_let_go(here: &Here<'_>, figure: &Figure) -> bool {
    let (start, end) = (figure.tokens.start, figure.tokens.end);
    let verb = (start.saturating_sub(LET_GO_REACH)..start).rfind(|&at| here.view.form(at) != VerbForm::None);
    let Some(verb) = verb.filter(|&verb| !here.view.is(verb.wrapping_sub(1), &["to"])) else { return false };
    let lets = here.view.is(verb, &["let", "lets", "letting"])
        && (end..end + LET_GO_REACH).any(|at| here.view.is(at, &["go"]));
    lets || matches!(&*here.verb_lemma(verb), "release" | "free" | "pardon")
}

/// How far behind the verb those who are let go may stand.
const LET_GO_REACH: usize = 3;

/// "Offered to exchange two Kenyans for two militants jailed in Chad": who is held elsewhere and may come free.
fn is_exchanged(here: &Here<'_>, figure: &Figure) -> bool {
    let before = figure.tokens.start.saturating_sub(EXCHANGE_REACH).max(here.sentence.tokens.start);
    (before..figure.tokens.start).rev().take_while(|&at| here.view.tag(at) != Tag::Punct).any(|at| {
        here.view.form(at) != VerbForm::None && matches!(&*here.verb_lemma(at), "exchange" | "swap" | "trade")
    })
}

/// How far behind "exchange" both who are given and who are got may stand.
const EXCHANGE_REACH: usize = 9;

/// "Twelve people reported missing have since been found alive", "21 girls abducted by rebels have been freed": they are
/// missing or held no more.
fn is_found_again(here: &Here<'_>, sighting: &Sighting) -> bool {
    let from = sighting.said.end.max(sighting.figure.tokens.end);
    // "Nine of those abducted escaped", "had managed to escape".
    let flees = (from..here.sentence.tokens.end)
        .find(|&at| !here.view.is(at, &["have", "has", "had", "later", "since", "managed", "to", "then"]))
        .is_some_and(|at| here.view.is(at, &["escaped", "escape", "fled"]));
    if flees && sighting.effect == Effect::Detained {
        return true;
    }
    let until = (from..(from + FOUND_REACH).min(here.sentence.tokens.end))
        .find(|&at| matches!(here.view.tag(at), Tag::Punct | Tag::Coordinator))
        .unwrap_or(from + FOUND_REACH);
    let been = (from..until).find(|&at| here.view.is(at, &["been"]) && here.view.tag(at + 1) == Tag::Verb);
    let free = || sighting.effect == Effect::Detained;
    been.is_some_and(|been| {
        here.view.is(been + 1, &["found", "traced", "located", "reunited"])
            || free() && here.view.is(been + 1, &["released", "freed", "rescued"])
    })
}

/// How far behind the missing it may be told that they were found.
const FOUND_REACH: usize = 10;

/// Background where the figure or what is said of it is.
fn scope(here: &Here<'_>, sighting: &Sighting) -> Scope {
    let last = sighting.said.end.saturating_sub(1);
    [sighting.figure.core.start, sighting.said.start, last]
        .into_iter()
        .map(|at| scope_at(&here.scene.stretches, at))
        .max()
        .unwrap_or(Scope::Event)
}
