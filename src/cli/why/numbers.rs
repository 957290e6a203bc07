//! The numbers of an article that no claim carries, and what they count. Comes in: an article and its claims. Goes out:
//! one line per number, in the order of the text. Never decides what is a claim.

use crate::model::{Article, Claim, Span};
use crate::text::{Analysis, Part, Quantity, QuantityKind};

/// A number that was read as no claim.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// Its words.
    pub(super) span: Span,
    /// What it counts, or where it stands.
    pub(super) why: &'static str,
}

/// All numbers beside the claims.
pub(super) fn unread(article: &Article, claims: &[&Claim]) -> Vec<Unread> {
    let analysis = Analysis::of(article);
    let spoken = analysis.quantities.iter().filter(|quantity| !is_claimed(quantity, claims));
    let mut unread: Vec<Unread> =
        spoken.map(|quantity| Unread { span: quantity.span, why: counts(quantity.kind) }).collect();
    for block in analysis.blocks.iter().filter(|block| !block.part.speaks()) {
        unread.extend(digits(&article.text, block.span).map(|span| Unread { span, why: place(block.part) }));
    }
    unread.sort_by_key(|number| number.span);
    unread
}

/// A claim carries a number when its quote covers it and its figure is that number, or a name or word for it.
fn is_claimed(quantity: &Quantity, claims: &[&Claim]) -> bool {
    claims.iter().any(|claim| {
        let span = claim.evidence().span;
        let covers = span.start <= quantity.span.start && quantity.span.end <= span.end;
        let touches = span.start < quantity.span.end && quantity.span.start < span.end;
        match claim {
            Claim::Casualty(casualty) => {
                touches && (casualty.value == quantity.low || casualty.high == Some(quantity.low))
            }
            Claim::Demand(_) | Claim::Position(_) | Claim::Deed(_) => {
                covers && quantity.kind != QuantityKind::Count
            }
        }
    })
}

/// Numbers in figures inside a stretch that does not speak.
fn digits(text: &str, within: Span) -> impl Iterator<Item = Span> + '_ {
    let inside = text.get(within.start..within.end).unwrap_or_default();
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = inside.get(at..)?;
        let start = at + rest.find(|letter: char| letter.is_ascii_digit())?;
        let number = inside.get(start..)?;
        let end = start + number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
        at = end;
        Some(Span { start: within.start + start, end: within.start + end })
    })
}

const fn counts(kind: QuantityKind) -> &'static str {
    match kind {
        QuantityKind::Count => {
            "counts something, but the sentence does not say that people were harmed or moved"
        }
        QuantityKind::Ordinal => "an ordinal number",
        QuantityKind::Percent => "a share",
        QuantityKind::Money => "a sum of money",
        QuantityKind::Age => "an age",
        QuantityKind::Date => "a date",
        QuantityKind::Time => "a time of day",
        QuantityKind::Measure => "a measure: a distance, a weight, a duration, a magnitude",
        QuantityKind::Score => "a result of a game or a vote",
        QuantityKind::Other => "a part of a name, an address or a factor",
    }
}

const fn place(part: Part) -> &'static str {
    match part {
        Part::Title | Part::Body => "in the text",
        Part::Byline => "in the byline, which makes no claims",
        Part::Dateline => "in the dateline, which makes no claims",
        Part::Caption => "in a caption, which makes no claims",
        Part::Tail => "in the tail of the page (links, rights, subscription), which makes no claims",
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::extract;
    use crate::model::Draft;

    #[test]
    fn every_number_is_accounted_for() {
        let text = "Bridge collapse in Osmara kills 14\n\nFourteen people were killed on 3 May when a bridge fell, the mayor \
            said. It had cost $4 million and was 120 metres long; 30 lorries cross it a day.";
        let article =
            Article::new(Draft { text: text.to_owned(), ..Draft::default() }, Timestamp::UNIX_EPOCH);
        let claims = extract::extract(&article);
        let claims: Vec<&Claim> = claims.iter().collect();
        let unread = unread(&article, &claims);
        let said: Vec<(&str, &str)> = unread
            .iter()
            .map(|number| (number.span.of(text), number.why.split(' ').nth(1).unwrap()))
            .collect();
        assert_eq!(said, [("3", "date"), ("4 million", "sum"), ("120", "measure:"), ("30", "something,")]);
    }
}
