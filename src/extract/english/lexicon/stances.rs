//! Verbs of what somebody will do, will not do and is ready to do. A word goes in; whether doing it takes a stance, and
//! which, comes out. Knows nothing of sentences.

use std::sync::LazyLock;

use crate::model::Stance;
use crate::text::english::word_map::WordSet;

word_sets! {
    "stances.txt":
    COMMITS = "commits";
    REFUSES = "refuses";
    PERSISTS = "persists";
    IDLE = "idle";
    BEFALLS = "befalls";
    RELIEVES = "relieves";
    TALKS = "talks";
    KIND = "kind";
    ABSENT = "absent";
    UNTRUE = "untrue";
    ASKING = "asking";
    WRONGDOERS = "wrongdoers";
    WRONGS = "wrongs";
    WRONG = "wrong";
    ALLEGATIONS = "allegations";
    RUMOURS = "rumours";
    ACCUSING = "accusing";
    KEPT_OUT = "kept out";
    SEASONS = "seasons";
    PRIVATE = "private";
    SETTLEMENTS = "settlements";
    PACTS = "pacts";
    GENEROUS = "generous";
    REQUESTS = "requests";
    STATEMENTS = "statements";
    ASKING_OR_OFFERING = "asking or offering";
    DISCLAIMED = "disclaimed";
    NAMES = "names";
    TAKES = "takes";
    UNCERTAIN = "uncertain";
    FUNDS = "funds";
    RELIEF = "relief";
    HELPERS = "helpers";
}

/// The stance of somebody who will, or with `negated` will not, do this.
pub(in super::super) fn of_future(verb: &str, negated: bool) -> Option<Stance> {
    match (verb, negated) {
        ("reject" | "refuse" | "oppose" | "veto" | "resist", false) => Some(Stance::Reject),
        ("accept" | "agree" | "comply" | "obey", false) | ("oppose" | "resist" | "veto", true) => {
            Some(Stance::Accept)
        }
        ("support" | "back" | "endorse", false) => Some(Stance::Support),
        ("accept" | "agree" | "support" | "back" | "endorse", true) => Some(Stance::Reject),
        (verb, true) if REFUSES.contains(verb) => Some(Stance::Reject),
        (verb, true) if PERSISTS.contains(verb) => Some(Stance::Vow),
        (verb, false) if COMMITS.contains(verb) => Some(Stance::Vow),
        _ => None,
    }
}

/// The verbs of a stance that somebody takes by what he will or will not do.
pub(in super::super) fn future_verbs() -> impl Iterator<Item = &'static str> {
    let told = [
        "reject", "refuse", "oppose", "veto", "resist", "accept", "agree", "comply", "support", "back",
        "endorse",
    ];
    told.into_iter().chain(all(&[&COMMITS, &REFUSES, &PERSISTS, &BEFALLS]))
}

/// The words that judge.
pub(in super::super) fn judgements() -> impl Iterator<Item = &'static str> {
    all(&[&WRONG, &WRONGDOERS, &WRONGS])
}

/// The words for a false statement.
pub(in super::super) fn untruths() -> impl Iterator<Item = &'static str> {
    all(&[&UNTRUE])
}

/// What can be said to be false by anybody.
pub(in super::super) fn rumours() -> impl Iterator<Item = &'static str> {
    all(&[&RUMOURS])
}

/// What somebody can say not to have.
pub(in super::super) fn disclaimed_things() -> impl Iterator<Item = &'static str> {
    all(&[&DISCLAIMED])
}

/// The verbs that name their object.
pub(in super::super) fn naming_verbs() -> impl Iterator<Item = &'static str> {
    all(&[&NAMES])
}

/// The verbs that commit money.
pub(in super::super) fn funding_verbs() -> impl Iterator<Item = &'static str> {
    all(&[&FUNDS])
}

/// Those in need and what is done for them.
pub(in super::super) fn relief() -> impl Iterator<Item = &'static str> {
    all(&[&RELIEF])
}

fn all(lists: &[&'static LazyLock<WordSet<&'static str>>]) -> impl Iterator<Item = &'static str> + use<> {
    let words: Vec<&'static str> = lists.iter().flat_map(|list| list.iter().copied()).collect();
    words.into_iter()
}

/// Whether a speaker's "we will" with this verb commits to nothing: "we will see".
pub(in super::super) fn is_idle(verb: &str) -> bool {
    IDLE.contains(verb)
}

/// Whether a speaker who says that this will be done to others or to what is at stake promises or threatens it.
pub(in super::super) fn befalls(verb: &str) -> bool {
    BEFALLS.contains(verb)
}

/// Whether the verb brings relief, so that its announcement by anybody is the actor's promise.
pub(in super::super) fn relieves(verb: &str) -> bool {
    RELIEVES.contains(verb)
}

/// Whether readiness for this agrees to what others want: talks, a truce.
pub(in super::super) fn is_talk(word: &str) -> bool {
    TALKS.contains(word)
}

/// Whether readiness for this is an offer: help, mediation, a visit.
pub(in super::super) fn is_kind(word: &str) -> bool {
    KIND.contains(word)
}

/// Whether somebody who says that there will be none of this refuses it.
pub(in super::super) fn is_refused_when_absent(word: &str) -> bool {
    ABSENT.contains(word)
}

/// Whether the word says that a statement is false.
pub(in super::super) fn is_untrue(word: &str) -> bool {
    UNTRUE.contains(word)
}

/// Whether the verb asks somebody for something: who will go on with it takes no new stance.
pub(in super::super) fn is_asking(verb: &str) -> bool {
    ASKING.contains(verb)
}

/// Whether the word judges.
pub(in super::super) fn is_judgement(word: &str) -> bool {
    WRONG.contains(word) || WRONGDOERS.contains(word) || WRONGS.contains(word)
}

/// Whether the word says of somebody that he has done a crime.
pub(in super::super) fn is_wrongdoer(word: &str) -> bool {
    WRONGDOERS.contains(word)
}

/// Whether the word is the name of a wrong that somebody plans or does.
pub(in super::super) fn is_wrong(word: &str) -> bool {
    WRONGS.contains(word)
}

/// Whether the noun is a word of alleging: dismissed, it is denied.
pub(in super::super) fn is_allegation(word: &str) -> bool {
    ALLEGATIONS.contains(word)
}

/// Whether what is called this can be said to be false by anybody.
pub(in super::super) fn is_rumour(word: &str) -> bool {
    RUMOURS.contains(word)
}

/// Whether the word tells of an accusation or a claim.
pub(in super::super) fn accuses(word: &str) -> bool {
    ACCUSING.contains(word)
}

/// Whether denying this keeps somebody out and contradicts nobody.
pub(in super::super) fn is_kept_out(word: &str) -> bool {
    KEPT_OUT.contains(word)
}

/// Whether this is weather or a season, which nobody has made.
pub(in super::super) fn is_season(word: &str) -> bool {
    SEASONS.contains(word)
}

/// Whether this is refused to a reporter.
pub(in super::super) fn is_private(word: &str) -> bool {
    PRIVATE.contains(word)
}

/// Whether who approves this gives in to others.
pub(in super::super) fn is_settlement(word: &str) -> bool {
    SETTLEMENTS.contains(word)
}

/// Whether somebody is bound by this or belongs to it, and can leave it in protest.
pub(in super::super) fn is_pact(word: &str) -> bool {
    PACTS.contains(word)
}

/// Whether this makes an offer of help, talks or terms.
pub(in super::super) fn is_generous(word: &str) -> bool {
    GENEROUS.contains(word)
}

/// Whether somebody has asked for this: dismissed, it is refused.
pub(in super::super) fn is_request(word: &str) -> bool {
    REQUESTS.contains(word)
}

/// Whether the verb tells a statement.
pub(in super::super) fn is_statement(word: &str) -> bool {
    STATEMENTS.contains(word)
}

/// Whether the verb asks for something or offers it.
pub(in super::super) fn is_asking_or_offering(word: &str) -> bool {
    ASKING_OR_OFFERING.contains(word)
}

/// Whether somebody can say not to have this.
pub(in super::super) fn is_disclaimed(word: &str) -> bool {
    DISCLAIMED.contains(word)
}

/// Whether the verb names its object.
pub(in super::super) fn names(word: &str) -> bool {
    NAMES.contains(word)
}

/// Whether the verb takes a stance with a noun.
pub(in super::super) fn takes(word: &str) -> bool {
    TAKES.contains(word)
}

/// Whether the word makes what follows uncertain.
pub(in super::super) fn makes_uncertain(word: &str) -> bool {
    UNCERTAIN.contains(word)
}

/// Whether money is committed with this verb.
pub(in super::super) fn funds(word: &str) -> bool {
    FUNDS.contains(word)
}

/// Whether the word names those in need or what is done for them.
pub(in super::super) fn is_relief(word: &str) -> bool {
    RELIEF.contains(word)
}

/// Who and what is sent to those in need.
pub(in super::super) fn helpers() -> impl Iterator<Item = &'static str> {
    all(&[&HELPERS])
}

/// Whether a word names who or what is sent to those in need.
pub(in super::super) fn is_helper(word: &str) -> bool {
    HELPERS.contains(word)
}
