//! Counts of right, spurious and missed, and the figures made from them. Pure arithmetic.

use std::collections::BTreeMap;

/// Right, spurious and missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) right: usize,
    pub(super) spurious: usize,
    pub(super) missed: usize,
}

impl Tally {
    pub(super) fn add(&mut self, right: usize, spurious: usize, missed: usize) {
        self.right += right;
        self.spurious += spurious;
        self.missed += missed;
    }

    /// Share of what was given that is right; 1 when nothing was given.
    pub(super) fn precision(self) -> f64 {
        share(self.right, self.right + self.spurious)
    }

    /// Share of what was wanted that was given; 1 when nothing was wanted.
    pub(super) fn recall(self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    /// Harmonic mean of precision and recall.
    pub(super) fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }
}

/// `part / whole`; 1 of nothing.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Figures by name in the order they were put in.
#[derive(Debug, Default)]
pub(super) struct Figures {
    rows: Vec<(String, serde_json::Value)>,
}

impl Figures {
    pub(super) fn share(&mut self, name: impl Into<String>, value: f64) {
        self.rows.push((name.into(), serde_json::json!((value * 1000.0).round() / 1000.0)));
    }

    pub(super) fn count(&mut self, name: impl Into<String>, value: usize) {
        self.rows.push((name.into(), serde_json::json!(value)));
    }

    pub(super) fn prf(&mut self, name: &str, tally: Tally) {
        self.share(format!("{name}.p"), tally.precision());
        self.share(format!("{name}.r"), tally.recall());
        self.share(format!("{name}.f1"), tally.f1());
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &serde_json::Value)> {
        self.rows.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(super) fn json(&self) -> serde_json::Value {
        self.rows.iter().cloned().collect::<serde_json::Map<_, _>>().into()
    }
}

/// Right and asked, by attribute.
#[derive(Debug, Default)]
pub(super) struct Attributes(BTreeMap<&'static str, (usize, usize)>);

impl Attributes {
    pub(super) fn add(&mut self, name: &'static str, right: bool) {
        let entry = self.0.entry(name).or_default();
        entry.0 += usize::from(right);
        entry.1 += 1;
    }

    pub(super) fn put_into(&self, figures: &mut Figures) {
        for (name, (right, asked)) in &self.0 {
            figures.share(format!("attr.{name}"), share(*right, *asked));
        }
    }
}
