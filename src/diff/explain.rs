//! The difference between two sentences in words. Comes in: the quote that said what was told before, and the new one.
//! Goes out: the byte ranges of the new quote whose words are not in the old one. Never judges what matters.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};

use crate::model::Span;

/// A pair of quotes is a sentence each; past this the plain prefix and suffix have to do.
const PATIENCE: Duration = Duration::from_millis(5);

/// The ranges of `new` that changed against `old`, in order, neighbours joined. Everything when there is no `old`.
pub fn changed_words(old: Option<&str>, new: &str) -> Vec<Span> {
    let Some(old) = old else {
        return if new.is_empty() { Vec::new() } else { vec![Span { start: 0, end: new.len() }] };
    };
    let diff =
        TextDiff::configure().algorithm(Algorithm::Myers).timeout(PATIENCE).diff_unicode_words(old, new);
    let mut spans: Vec<Span> = Vec::new();
    let mut at = 0;
    for change in diff.iter_all_changes() {
        let words = change.value();
        match change.tag() {
            ChangeTag::Delete => continue,
            ChangeTag::Insert if !words.trim().is_empty() => extend(&mut spans, new, at, at + words.len()),
            ChangeTag::Insert | ChangeTag::Equal => {}
        }
        at += words.len();
    }
    spans
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

    fn marked(old: Option<&str>, new: &str) -> String {
        let mut out = String::new();
        let mut at = 0;
        for span in changed_words(old, new) {
            out.push_str(&new[at..span.start]);
            out.push('[');
            out.push_str(&new[span.start..span.end]);
            out.push(']');
            at = span.end;
        }
        out.push_str(&new[at..]);
        out
    }

    #[test]
    fn marks_the_words_that_changed() {
        let old = "At least 25 people died when the dam broke";
        assert_eq!(
            marked(Some(old), "At least 31 people died when the dam broke"),
            "At least [31] people died when the dam broke"
        );
        assert_eq!(
            marked(Some("Peru asked for talks"), "Peru demanded talks – now"),
            "Peru [demanded] talks [– now]"
        );
        assert_eq!(marked(None, "All new"), "[All new]");
        assert_eq!(marked(Some("Same"), "Same"), "Same");
    }
}
