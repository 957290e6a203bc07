//! Two figures for one thing: do they agree? Comes in: what is known and what is newly stated, with their qualifiers.
//! Goes out: whether the known figure satisfies the new one. Never knows who states them.

use crate::model::{Bound, Casualty, Value};

/// A figure with its qualifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The integer.
    pub value: u64,
    /// Upper end of a range.
    pub high: Option<u64>,
    /// The qualifier.
    pub bound: Bound,
}

impl Figure {
    /// The figure of a claim.
    pub const fn of(claim: &Casualty) -> Self {
        Self { value: claim.value, high: claim.high, bound: claim.bound }
    }

    /// The figure of a value, if it is a count.
    pub const fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Casualties { value, high, bound, .. } => {
                Some(Self { value: *value, high: *high, bound: *bound })
            }
            Value::Demand { .. } | Value::Position { .. } => None,
        }
    }

    /// Whether the words leave the figure open on both sides or upwards only loosely: such a figure yields to one that
    /// is stated firmly.
    pub const fn is_rough(self) -> bool {
        matches!(self.bound, Bound::About | Bound::Nearly | Bound::UpTo | Bound::Vague) || self.high.is_some()
    }

    /// Whether `new` can be said truly when `self` is known: then it only corroborates.
    pub fn satisfies(self, new: Self) -> bool {
        let known = self.value;
        if new.value == known {
            return true;
        }
        if let Some(high) = new.high
            && (new.value..=high).contains(&known)
        {
            return true;
        }
        let below_known = new.value < known;
        match new.bound {
            Bound::Exact => below_known && self.is_loosely(new.value),
            Bound::AtLeast | Bound::MoreThan => below_known,
            // "about 290" for 297, and "about 300" for 297; but 27 known, "about 30" says more.
            Bound::About => within(new.value, known, if below_known { 10 } else { 5 }),
            // "nearly 30" for 27 to 29, and still for 31.
            Bound::Nearly => within(new.value, known, 10),
            // "as many as 60" for 50; against 20 known it says more.
            Bound::UpTo => {
                below_known && within(new.value, known, 10) || !below_known && new.value * 2 <= known * 3
            }
            // "dozens" for 18 and for 60; against 5 known it says more.
            Bound::Vague => new.value * 2 <= known * 3,
        }
    }

    /// Whether a lower exact figure is what this rough one meant ("nearly 330" turned out to be 328).
    fn is_loosely(self, exact: u64) -> bool {
        match self.bound {
            Bound::About | Bound::Nearly => within(self.value, exact, 10),
            Bound::Vague | Bound::UpTo => exact * 2 >= self.value,
            Bound::Exact | Bound::AtLeast | Bound::MoreThan => false,
        }
    }
}

/// Whether two figures differ by at most `percent` of the larger.
fn within(one: u64, other: u64, percent: u64) -> bool {
    one.abs_diff(other).saturating_mul(100) <= one.max(other).saturating_mul(percent)
}

/// The figure with its qualifier in words, for people: "at least 29", "20 to 30".
pub fn in_words(figure: Figure) -> String {
    let number = match figure.high {
        Some(high) => format!("{} to {}", grouped(figure.value), grouped(high)),
        None => grouped(figure.value),
    };
    match figure.bound {
        Bound::Exact => number,
        Bound::AtLeast => format!("at least {number}"),
        Bound::MoreThan => format!("more than {number}"),
        Bound::About => format!("about {number}"),
        Bound::Nearly => format!("nearly {number}"),
        Bound::UpTo => format!("up to {number}"),
        Bound::Vague => vague_word(figure.value).map_or_else(|| format!("roughly {number}"), str::to_owned),
    }
}

/// The word that the reader turned into this figure.
const fn vague_word(value: u64) -> Option<&'static str> {
    Some(match value {
        24 => "dozens",
        40 => "scores",
        200 => "hundreds",
        2_000 => "thousands",
        20_000 => "tens of thousands",
        200_000 => "hundreds of thousands",
        2_000_000 => "millions",
        _ => return None,
    })
}

/// "12345" as "12,345".
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: u64, bound: Bound) -> Figure {
        Figure { value, high: None, bound }
    }

    #[test]
    fn what_the_known_figure_satisfies_is_no_news() {
        let known = figure(29, Bound::AtLeast);
        for (value, bound) in [
            (30, Bound::Nearly),
            (24, Bound::Vague),
            (20, Bound::AtLeast),
            (28, Bound::MoreThan),
            (29, Bound::Exact),
        ] {
            assert!(known.satisfies(figure(value, bound)), "{bound} {value}");
        }
        for (value, bound) in [
            (30, Bound::Exact),
            (30, Bound::AtLeast),
            (200, Bound::Vague),
            (40, Bound::About),
            (27, Bound::Exact),
        ] {
            assert!(!known.satisfies(figure(value, bound)), "{bound} {value}");
        }
        assert!(known.satisfies(Figure { value: 20, high: Some(30), bound: Bound::Exact }));
    }

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(in_words(figure(1_234_567, Bound::AtLeast)), "at least 1,234,567");
        assert_eq!(in_words(Figure { value: 20, high: Some(30), bound: Bound::Exact }), "20 to 30");
        assert_eq!(in_words(figure(999, Bound::Exact)), "999");
        assert_eq!(in_words(figure(24, Bound::Vague)), "dozens");
        assert_eq!(in_words(figure(36, Bound::Vague)), "roughly 36");
    }
}
