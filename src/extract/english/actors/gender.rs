//! Whether somebody is a woman or a man, as far as the text says so. Comes in: a name in its sentence. Goes out: which pronouns
//! may mean its bearer. Never guesses it from a first name.

use std::ops::Range;

use crate::extract::english::lexicon::speech;
use crate::text::Tag;
use crate::text::english::view::View;

/// Which pronouns mean somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Woman,
    Man,
}

impl Gender {
    /// Of whom a pronoun is said.
    pub(super) fn of(pronoun: &str) -> Option<Self> {
        match pronoun {
            "she" | "her" => Some(Self::Woman),
            "he" | "him" => Some(Self::Man),
            _ => None,
        }
    }
}

/// "Brun called her supporters": whether the words say that somebody is a woman, or a man. Whom a pronoun means is a guess
/// already.
pub(super) fn gender_behind(view: View<'_>, mention: Range<usize>) -> Option<Gender> {
    let behind = mention.end..(mention.end + GENDER_REACH).min(view.end);
    // Behind these words another may be meant.
    let other = |at: usize| {
        view.capital(at) && view.tag(at) == Tag::ProperNoun
            || speech::is_speech(view.word(at))
            || matches!(view.tag(at), Tag::Subordinator | Tag::Punct) && !view.is(at, &[","])
            || view.is(at, &["that", "who", "whose", "with", "for", "to"])
    };
    let own =
        behind.take_while(|&at| !other(at)).find(|&at| view.is(at, &["her", "his", "herself", "himself"]))?;
    let gender = if view.is(own, &["her", "herself"]) { Gender::Woman } else { Gender::Man };
    let owns = matches!(view.tag(own + 1), Tag::Noun | Tag::Adjective);
    (owns || view.is(own, &["herself", "himself"])).then_some(gender)
}

/// How far behind a name "his" or "her" is still said of its bearer.
const GENDER_REACH: usize = 14;
