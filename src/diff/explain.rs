//! The difference between two sentences in words. Comes in: the quote that said what was told before, and the new one.
//! Goes out: the byte ranges of the new quote whose words are not in the old one. Never judges what matters.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

use crate::model::Span;

/// Words compared on each side: a quote is a sentence or less; what follows counts as changed.
const WORDS_MAX: usize = 200;

/// The ranges of `new` that changed against `old`, in order, neighbours joined. Everything when there is no `old`.
pub fn changed_words(old: Option<&str>, new: &str) -> Vec<Span> {
    let Some(old) = old else {
        return if new.is_empty() { Vec::new() } else { vec![Span { start: 0, end: new.len() }] };
    };
    let (old, words) = (words(old), words(new));
    let plain = |words: &[(usize, &str)]| -> Vec<String> {
        words.iter().take(WORDS_MAX).map(|(_, word)| word.to_lowercase()).collect()
    };
    let mut spans: Vec<Span> = Vec::new();
    let mut mark = |from: usize, count: usize| {
        for (at, word) in words.iter().skip(from).take(count) {
            extend(&mut spans, new, *at, at + word.len());
        }
    };
    for change in capture_diff_slices(Algorithm::Myers, &plain(&old), &plain(&words)) {
        if let DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } = change
        {
            mark(new_index, new_len);
        }
    }
    mark(WORDS_MAX, words.len());
    spans
}

/// The words and signs of a text with their places, without the space between them.
fn words(text: &str) -> Vec<(usize, &str)> {
    text.split_word_bound_indices().filter(|(_, word)| !word.trim().is_empty()).collect()
}

/// Adds a range, joining it to the last when only space lies between.
fn extend(spans: &mut Vec<Span>, text: &str, start: usize, end: usize) {
    if let Some(last) = spans.last_mut()
        && text.get(last.end..start).is_some_and(|between| between.trim().is_empty())
    {
        last.end = end;
        return;
    }
    spans.push(Span { start, end });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(old: Option<&str>, new: &str) -> Vec<String> {
        changed_words(old, new).iter().map(|span| span.of(new).to_owned()).collect()
    }

    #[test]
    fn marks_the_words_that_changed() {
        let old = "At least 25 people died when the dam broke";
        assert_eq!(marked(Some(old), "At least 31 people died when the dam broke"), ["31"]);
        assert_eq!(marked(Some("Peru asked for talks"), "Peru demanded talks – now"), ["demanded", "– now"]);
        assert_eq!(marked(None, "All new"), ["All new"]);
        assert!(marked(Some("Same"), "same").is_empty());
    }
}
