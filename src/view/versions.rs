//! What a newer version of a document changed. Comes in: two articles that are versions of one document. Goes out: HTML:
//! what was taken out and what was put in, and how much stayed as it was.

use super::html::Text;
use crate::diff::versions::{Fate, Passage, compare};
use crate::model::Article;

/// The comparison, folded away, and nothing when no word changed.
pub(super) fn changes(before: &Article, after: &Article) -> String {
    if !before.has_text() || !after.has_text() {
        return String::new();
    }
    let passages = compare(&before.text, &after.text);
    let changed = passages.iter().any(|passage| passage.fate != Fate::Kept);
    let name = |article: &Article| Text(article.version.as_deref().unwrap_or("unnumbered")).to_string();
    let heading = format!("Version {} against version {}", name(after), name(before));
    if !changed {
        return format!("<p class=\"fine\">{heading}: the same words</p>");
    }
    let (mut out, mut kept) = (String::new(), 0);
    for passage in &passages {
        if passage.fate == Fate::Kept {
            kept += 1;
            continue;
        }
        out += &unchanged(std::mem::take(&mut kept));
        out += &drawn(passage);
    }
    out += &unchanged(kept);
    // The names in the heading are escaped already.
    format!(
        "<details class=\"versions\"><summary>{heading}</summary><div class=\"text\">{out}</div></details>"
    )
}

fn unchanged(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "<p class=\"fine\">… 1 paragraph as it was</p>".to_owned(),
        many => format!("<p class=\"fine\">… {many} paragraphs as they were</p>"),
    }
}

fn drawn(passage: &Passage) -> String {
    let (label, tag) = match passage.fate {
        Fate::TakenOut => ("before: ", "del"),
        _ => ("now: ", "ins"),
    };
    let mut out = format!("<p class=\"{tag}\"><span class=\"fine\">{label}</span>");
    for (fate, words) in &passage.words {
        out += &match fate {
            Fate::Kept => Text(words).to_string(),
            _ => format!("<{tag}>{}</{tag}>", Text(words)),
        };
    }
    out + "</p>"
}

/// The version before this one among the articles, in order of commit.
pub(super) fn version_before<'a>(
    article: &Article,
    articles: impl DoubleEndedIterator<Item = &'a Article>,
) -> Option<&'a Article> {
    let document = article.document.as_ref()?;
    articles
        .rev()
        .skip_while(|other| other.id != article.id)
        .skip(1)
        .find(|other| other.document.as_ref() == Some(document) && other.status.is_usable())
}
