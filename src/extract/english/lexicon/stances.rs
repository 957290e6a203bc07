//! Verbs of what somebody will do, will not do and is ready to do. A word goes in; whether doing it takes a stance, and
//! which, comes out. Knows nothing of sentences.

use crate::model::Stance;

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
}

/// The stance of somebody who will, or with `negated` will not, do this.
pub(in super::super) fn of_future(verb: &str, negated: bool) -> Option<Stance> {
    match (verb, negated) {
        ("reject" | "refuse" | "oppose" | "veto" | "resist", false) => Some(Stance::Reject),
        ("accept" | "agree", false) | ("oppose" | "resist" | "veto", true) => Some(Stance::Accept),
        ("support" | "back" | "endorse", false) => Some(Stance::Support),
        ("accept" | "agree" | "support" | "back" | "endorse", true) => Some(Stance::Reject),
        (verb, true) if REFUSES.contains(verb) => Some(Stance::Reject),
        (verb, true) if PERSISTS.contains(verb) => Some(Stance::Vow),
        (verb, false) if COMMITS.contains(verb) => Some(Stance::Vow),
        _ => None,
    }
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
