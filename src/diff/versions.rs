//! Two versions of a document compared. Comes in: the text before and the text after. Goes out: its paragraphs as they
//! were kept, taken out or put in, words told apart where a paragraph was rewritten. Never judges what matters.

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff};

/// Bytes of a text that are compared; what follows is left out.
const COMPARED_MAX: usize = 64 * 1024;

/// What became of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They stand in both.
    Kept,
    /// Only in the text before.
    TakenOut,
    /// Only in the text after.
    PutIn,
}

/// A paragraph in one of both texts, or in both, by what became of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// What became of it as a whole.
    pub fate: Fate,
    /// Its words in order.
    pub words: Vec<(Fate, String)>,
}

/// The passages of both texts in order.
pub fn compare(before: &str, after: &str) -> Vec<Passage> {
    let (before, after) = (start(before), start(after));
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(before, after);
    diff.ops().iter().flat_map(|op| passages(&diff, op)).collect()
}

fn passages(diff: &TextDiff<'_, '_, str>, op: &DiffOp) -> Vec<Passage> {
    let fate = |tag: ChangeTag| match tag {
        ChangeTag::Equal => Fate::Kept,
        ChangeTag::Delete => Fate::TakenOut,
        ChangeTag::Insert => Fate::PutIn,
    };
    // Without a deadline: the same texts give the same answer everywhere. Their length is bounded.
    diff.iter_inline_changes_deadline(op, None)
        .map(|line| {
            let whole = fate(line.tag());
            let parts: Vec<(bool, String)> = line
                .iter_strings_lossy()
                .map(|(changed, text)| (changed, text.trim_end_matches('\n').to_owned()))
                .filter(|(_, text)| !text.is_empty())
                .collect();
            // A paragraph of which no word is singled out is all new, or all gone.
            let singled_out = parts.iter().any(|(changed, _)| *changed);
            let part = |changed: bool| if changed || !singled_out { whole } else { Fate::Kept };
            let words = parts.into_iter().map(|(changed, text)| (part(changed), text)).collect();
            Passage { fate: whole, words }
        })
        .filter(|passage: &Passage| passage.words.iter().any(|(_, text)| !text.trim().is_empty()))
        .collect()
}

fn start(text: &str) -> &str {
    let mut end = COMPARED_MAX.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let sign = |fate| match fate {
            Fate::Kept => ' ',
            Fate::TakenOut => '-',
            Fate::PutIn => '+',
        };
        compare(before, after)
            .iter()
            .map(|passage| {
                let words: Vec<String> =
                    passage.words.iter().map(|(fate, text)| format!("[{}{text}]", sign(*fate))).collect();
                let words = words.concat();
                format!("{}{words}", sign(passage.fate))
            })
            .collect()
    }

    #[test]
    fn words_that_changed_are_told_apart_in_paragraphs_that_stayed() {
        let before = "Dam breaks\n\nAt least 25 people died, the mayor said.\n\nRoads are closed.";
        let after = "Dam breaks\n\nAt least 31 people died, the mayor said.\n\nSchools stay shut.";
        let told = told(before, after);
        assert_eq!(told.first().map(String::as_str), Some(" [ Dam breaks]"));
        assert!(told.iter().any(|line| line.starts_with('-') && line.contains("[-25]")), "{told:?}");
        assert!(told.iter().any(|line| line.starts_with('+') && line.contains("[+31]")), "{told:?}");
        assert!(told.iter().any(|line| line.contains("Schools")), "{told:?}");
    }

    #[test]
    fn the_same_text_has_no_change() {
        let text = "One.\n\nTwo.";
        assert!(compare(text, text).iter().all(|passage| passage.fate == Fate::Kept));
    }
}
