//! What an editor may say of a fact, as claims. Comes in: a fact and the editor's word, with the article that carries
//! it. Goes out: the claim under the editor's rule, after which no machine moves the fact. Never does I/O, reads no clock.

use crate::diff::EDITOR;
use crate::model::{
    Bound, Casualty, Claim, Demand, DemandStatus, Evidence, Fact, FactKey, Force, Position, Relation, Span,
    Stance, Value,
};

/// A value as an editor states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// A count of people.
    Figure {
        /// The figure.
        value: u64,
        /// Upper end of a range.
        high: Option<u64>,
        /// Its qualifier.
        bound: Bound,
    },
    /// Where a demand stands.
    Status(DemandStatus),
    /// The stance that an actor takes.
    Stance(Stance),
}

impl Stated {
    /// Reads "19", "at least 19", "19-25", "met", "condemn".
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase().replace(',', "");
        if let Some(status) = DemandStatus::parse(&text) {
            return Ok(Self::Status(status));
        }
        if let Some(stance) = Stance::parse(&text) {
            return Ok(Self::Stance(stance));
        }
        let (words, number) = text.rsplit_once(' ').unwrap_or(("", &text));
        let bound =
            if words.is_empty() { Some(Bound::Exact) } else { Bound::parse(&words.replace(' ', "_")) };
        let (low, high) = number.split_once('-').map_or((number, None), |(low, high)| (low, Some(high)));
        match (bound, low.parse(), high.map(str::parse).transpose()) {
            (Some(bound), Ok(value), Ok(high)) if high.is_none_or(|high| high >= value) => {
                Ok(Self::Figure { value, high, bound })
            }
            _ => Err(format!(
                "`{text}` is no value: write a figure (19, \"at least 19\", 19-25), where a demand stands (made, met, \
                 rejected, withdrawn) or a stance (support, condemn, accuse, deny, reject, accept, offer, vow)"
            )),
        }
    }

    /// What is known of a fact, as a value to state.
    pub fn of(fact: &Fact) -> Option<Self> {
        Some(match fact.value.as_ref()? {
            Value::Casualties { value, high, bound, .. } => {
                Self::Figure { value: *value, high: *high, bound: *bound }
            }
            Value::Demand { status, .. } => Self::Status(*status),
            Value::Position { stance, .. } => Self::Stance(*stance),
        })
    }
}

/// The editor's claim: its words are the title of the article that carries it. Nothing when the value is not of the kind
/// of the fact.
pub fn claim(fact: &Fact, stated: Stated, title: &str) -> Option<Claim> {
    let evidence = Evidence {
        quote: title.to_owned(),
        span: Span { start: 0, end: title.len() },
        rule: EDITOR.to_owned(),
    };
    let source = Some(EDITOR.to_owned());
    match (&fact.key, stated) {
        (
            FactKey::Casualties { effect, group, side, place, scope },
            Stated::Figure { value, high, bound },
        ) => Some(Claim::Casualty(Casualty {
            effect: *effect,
            value,
            high,
            bound,
            group: *group,
            side: side.clone(),
            place: place.clone(),
            scope: *scope,
            source,
            as_of: None,
            relation: Relation::Correction,
            evidence,
        })),
        (FactKey::Demand { by, to, act }, Stated::Status(status)) => {
            let force = match &fact.value {
                Some(Value::Demand { force, .. }) => *force,
                _ => Force::Demand,
            };
            let (by, to, act) = (by.clone(), to.clone(), *act);
            Some(Claim::Demand(Demand { by, to, act, force, status, condition: None, source, evidence }))
        }
        (FactKey::Position { actor, target }, Stated::Stance(stance)) => {
            let (actor, target) = (actor.clone(), target.clone());
            Some(Claim::Position(Position { actor, stance, target, source, evidence }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let figure = |value, high, bound| Ok(Stated::Figure { value, high, bound });
        assert_eq!(Stated::parse("19"), figure(19, None, Bound::Exact));
        assert_eq!(Stated::parse("At least 1,200"), figure(1200, None, Bound::AtLeast));
        assert_eq!(Stated::parse("19-25"), figure(19, Some(25), Bound::Exact));
        assert_eq!(Stated::parse("met"), Ok(Stated::Status(DemandStatus::Met)));
        assert_eq!(Stated::parse("condemn"), Ok(Stated::Stance(Stance::Condemn)));
        for wrong in ["", "nineteen", "25-19", "roughly 4", "-3"] {
            assert!(Stated::parse(wrong).is_err(), "{wrong}");
        }
    }
}
