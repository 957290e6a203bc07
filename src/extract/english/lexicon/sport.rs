//! Words of sport reports: a word, with the one after it, goes in; whether it belongs to sport comes out.

use std::sync::LazyLock;

use super::sections;
use crate::text::english::word_map::WordSet;

static SPORT: LazyLock<WordSet<&'static str>> = LazyLock::new(|| {
    sections(include_str!("sport.txt"))
        .flat_map(|(_, line)| line.split(','))
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect()
});

/// Words that with the next may be a word of sport reports.
const FIRST: &[&str] = &["injury", "stoppage", "extra", "dead", "grand", "power", "league", "penalty"];

/// Whether a word may be one of sport reports, alone or with the next.
pub(in super::super) fn may_be_sport(word: &str) -> bool {
    SPORT.contains(word) || FIRST.contains(&word)
}

/// Whether a word, or it and the next, is a word of sport reports.
pub(in super::super) fn is_sport(word: &str, next: &str) -> bool {
    SPORT.contains(word) || (FIRST.contains(&word) && SPORT.contains(format!("{word} {next}").as_str()))
}

#[cfg(test)]
mod tests {
    use super::is_sport;

    #[test]
    fn knows_words_and_pairs() {
        assert!(is_sport("striker", "was"));
        assert!(is_sport("dead", "heat"));
        assert!(!is_sport("dead", "soldiers"));
    }
}
