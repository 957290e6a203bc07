//! Verbs around what is said and done. A word goes in; whether it introduces somebody's words, or says that something
//! was not done, comes out. Knows nothing of sentences.

use std::sync::LazyLock;

use super::word_list;
use crate::text::english::word_map::WordSet;

const LIST: &str = include_str!("speech.txt");

static SPEECH: LazyLock<WordSet<&'static str>> = LazyLock::new(|| word_list(LIST, "speech").collect());
static WITHHELD: LazyLock<WordSet<&'static str>> = LazyLock::new(|| word_list(LIST, "withheld").collect());

/// Whether the word is a verb of saying that introduces whose words follow.
pub(in super::super) fn is_speech(word: &str) -> bool {
    SPEECH.contains(word)
}

/// Whether a verb after this word is not done: "refused to condemn".
pub(in super::super) fn is_withheld(word: &str) -> bool {
    WITHHELD.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_have_words() {
        assert!(is_speech("said") && is_withheld("refused"));
    }
}
