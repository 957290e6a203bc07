//! What may begin with a word. Comes in: a normalised word and what its token is made of. Goes out: whether a number, a
//! quantity or a phrase of time may begin there, so that the readers of these look at few words of a sentence. May say
//! yes where nothing begins, never no where something does.

use std::sync::LazyLock;

use super::word_map::WordMap;
use super::{calendar, number, quantity};
use crate::text::TokenKind;

/// What may begin, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opens(u8);

impl Opens {
    /// Nothing.
    pub const NOTHING: Self = Self(0);
    /// What [`number`] reads.
    pub const NUMBER: Self = Self(1);
    /// A quantity.
    pub const QUANTITY: Self = Self(1 << 1);
    /// A phrase of time, without the preposition before it.
    pub const TIME: Self = Self(1 << 2);
    /// A phrase of time with the words before it: "by Friday", "late in May".
    pub const DATED: Self = Self(1 << 3);
    /// Not what begins but what ends with the word: the words that bound the number behind them.
    pub const NUMBER_BEHIND: Self = Self(1 << 4);
    const ALL: Self = Self(u8::MAX);

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` may begin.
    pub const fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Words without a number that a quantity begins with: nobody.
const NOBODY: &[&str] = &["nobody", "none", "noone", "no-one", "no"];

/// Words besides days, months and numbers that a phrase of time begins with.
const TIMES: &[&str] = &[
    "last",
    "past",
    "next",
    "this",
    "previous",
    "today",
    "tonight",
    "overnight",
    "yesterday",
    "tomorrow",
    "noon",
    "midday",
    "midnight",
];

/// Words that may stand before a phrase of time.
const BEFORE_TIMES: &[&str] = &[
    "as", "by", "until", "till", "no", "since", "from", "before", "after", "on", "at", "of", "in", "during",
    "late", "early", "mid", "the",
];

static WORDS: LazyLock<WordMap<&'static str, Opens>> = LazyLock::new(|| {
    let times = Opens::TIME.and(Opens::DATED);
    let numbers = Opens::NUMBER.and(Opens::QUANTITY).and(times);
    let lists = [
        (number::openings().collect::<Vec<_>>(), numbers),
        (NOBODY.to_vec(), Opens::QUANTITY),
        (calendar::names().chain(TIMES.iter().copied()).collect(), times),
        (BEFORE_TIMES.to_vec(), Opens::DATED),
        (quantity::before_numbers().collect(), Opens::NUMBER_BEHIND),
    ];
    let mut words = WordMap::default();
    for (word, opens) in lists.iter().flat_map(|(words, opens)| words.iter().map(move |word| (*word, *opens)))
    {
        let entry = words.entry(word).or_insert(Opens::NOTHING);
        *entry = entry.and(opens);
    }
    words
});

/// The words of all lists.
pub(super) fn listed() -> impl Iterator<Item = &'static str> {
    WORDS.keys().copied()
}

/// What may begin with this word.
pub(super) fn opens(word: &str, kind: TokenKind) -> Opens {
    match kind {
        TokenKind::Number => Opens::ALL,
        TokenKind::Punct | TokenKind::Symbol => Opens::NOTHING,
        // "twenty-nine", "jan.", "'90s": the parts of such a word say what it is.
        TokenKind::Word if !word.bytes().all(|byte| byte.is_ascii_lowercase()) => Opens::ALL,
        TokenKind::Word => WORDS.get(word).copied().unwrap_or(Opens::NOTHING),
    }
}

#[cfg(test)]
mod tests {
    use super::super::view::View;
    use super::super::{date, quantity, tag, token};
    use super::*;
    use crate::model::article::Moment;
    use crate::text::Token;

    /// What is read with the tokens as they are.
    fn read(tokens: &[Token], words: &str) -> impl PartialEq + std::fmt::Debug + use<> {
        let view = View::new(tokens, words, 0..tokens.len());
        let mut quantities = Vec::new();
        quantity::find(view, &mut quantities);
        let published = Moment::parse("2023-09-20T21:40:00+04:00").ok();
        (number::read(view, 0), quantities, date::find(view, published))
    }

    #[test]
    fn nothing_begins_where_nothing_may_begin() {
        let mut found = 0;
        let usual =
            tag::vocabulary().chain(WORDS.keys().copied()).chain(super::super::word_class::number_words());
        for word in usual.filter(|word| word.is_ascii()) {
            for behind in ["", "a million", "hundred", "20, 2019", "week", "night", "days ago", "one o'clock"]
            {
                let mut text = format!("{word} {behind}");
                if let Some(first) = text.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                let (mut tokens, mut words) = (Vec::new(), String::new());
                token::tokenize(&text, 0, &mut tokens, &mut words);
                let gated = read(&tokens, &words);
                tokens.iter_mut().for_each(|token| token.opens = Opens::ALL);
                let all = read(&tokens, &words);
                assert_eq!(gated, all, "{text}");
                found += usize::from(number::read(View::new(&tokens, &words, 0..1), 0).is_some());
            }
        }
        assert!(found > 100, "words that are numbers are among them");
    }
}
