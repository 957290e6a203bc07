//! A title rounds what its report tells exactly: "toll reaches 4,350" over "4,349 people". The claims of a report go in; those
//! that only round another go. Never looks at anything but the claims and where the title ends.

use crate::model::{Article, Bound, Casualty, Claim, Relation, Scope};

/// Drops the figures of the title that the body gives more exactly.
pub(super) fn drop_rounded(article: &Article, claims: &mut Vec<Claim>) {
    let body = article.body_start();
    let told: Vec<Casualty> = claims
        .iter()
        .filter_map(whole_of_event)
        .filter(|casualty| casualty.evidence.span.start >= body)
        .cloned()
        .collect();
    claims.retain(|claim| {
        let rounded = whole_of_event(claim).filter(|casualty| casualty.evidence.span.end <= body);
        !rounded.is_some_and(|title| {
            let same = |other: &&Casualty| other.effect == title.effect && other.side == title.side;
            !told.iter().filter(same).any(|other| other.value == title.value)
                && told.iter().filter(same).any(|other| rounds(title.value, other.value))
        })
    });
}

fn whole_of_event(claim: &Claim) -> Option<&Casualty> {
    let Claim::Casualty(casualty) = claim else { return None };
    let exact = casualty.bound == Bound::Exact && casualty.high.is_none();
    (exact && casualty.relation == Relation::Whole && casualty.scope == Scope::Event).then_some(casualty)
}

/// Whether the first is the second to its last digits but zeros: 4,350 for 4,349, 5,000 for 4,970. Numbers below a hundred
/// are not rounded.
fn rounds(title: u64, exact: u64) -> bool {
    let mut step: u64 = 1;
    while title > 0 && title.is_multiple_of(step * 10) {
        step *= 10;
    }
    // 4,350 is rounded to fifties.
    let step = if step == 10 && title.is_multiple_of(50) { 50 } else { step };
    let away = title.abs_diff(exact);
    title >= 100 && title != exact && away * 2 <= step && away * 20 <= title
}

#[cfg(test)]
mod tests {
    use super::rounds;

    #[test]
    fn a_title_rounds_to_its_last_digits() {
        assert!(rounds(4350, 4349));
        assert!(rounds(5000, 4970));
        assert!(rounds(120, 118));
        assert!(!rounds(4349, 4350));
        assert!(!rounds(5000, 4700));
        assert!(!rounds(30, 29));
        assert!(!rounds(4350, 4350));
    }
}
