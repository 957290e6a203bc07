//! How alike a report and a story are. Comes in: their weighted terms and what each term is worth. Goes out: a score
//! from 0 to 1 and the terms that made it. Never decides.

/// What two term lists have in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Likeness {
    /// The cosine of the angle between them.
    pub cosine: f32,
    /// The shared terms, the weightiest first, for people; at most eight.
    pub shared: Vec<u32>,
}

/// Compares two lists of (term, weight), both sorted by term. `worth` is what a term tells, from 0 to 1.
pub fn compare(one: &[(u32, f32)], other: &[(u32, f32)], worth: impl Fn(u32) -> f32) -> Likeness {
    let norm = |terms: &[(u32, f32)]| {
        terms.iter().map(|&(term, weight)| (weight * worth(term)).powi(2)).sum::<f32>()
    };
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut dot = 0.0;
    let mut shared: Vec<(f32, u32)> = Vec::new();
    while let (Some(&&(a, wa)), Some(&&(b, wb))) = (left.peek(), right.peek()) {
        match a.cmp(&b) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                let part = wa * wb * worth(a).powi(2);
                dot += part;
                shared.push((part, a));
                left.next();
                right.next();
            }
        }
    }
    let scale = (norm(one) * norm(other)).sqrt();
    shared.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    shared.truncate(8);
    Likeness {
        cosine: if scale > 0.0 { dot / scale } else { 0.0 },
        shared: shared.into_iter().map(|(_, term)| term).collect(),
    }
}
