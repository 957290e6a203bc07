//! Claims in few bytes, for those in memory that nobody looks at. Comes in: claims in order. Goes out: bytes, and from these
//! the same claims. A word that comes again under one fact (its outlet, its place, who says so, the rule) is written once,
//! a time as its distance from the one before. Never leaves the process: the bytes may look different in the next version.
#![expect(
    clippy::option_option,
    reason = "the outer one is none where the bytes end, the inner one is what they hold"
)]

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::claim::{
    Act, Bound, Casualty, Claim, Deed, Demand, DemandStatus, Effect, Evidence, Force, Group, Position,
    Relation, Scope, Stance,
};
use super::{KnownClaim, Span};

/// Folds claims.
pub(super) fn fold(claims: &[Arc<KnownClaim>]) -> Vec<u8> {
    let mut folder = Folder::default();
    claims.iter().for_each(|known| folder.known(known));
    folder.bytes
}

/// Opens what was folded; of bytes that are cut, what they still hold.
pub(super) fn open(bytes: &[u8]) -> Vec<Arc<KnownClaim>> {
    let mut opener = Opener { rest: bytes, words: Vec::new(), second: 0 };
    std::iter::from_fn(|| opener.known().map(Arc::new)).collect()
}

#[derive(Default)]
struct Folder<'a> {
    bytes: Vec<u8>,
    /// The words written so far, each with its place among them.
    words: HashMap<&'a str, u64, foldhash::fast::RandomState>,
    /// Of the time before.
    second: i64,
}

impl<'a> Folder<'a> {
    fn known(&mut self, known: &'a KnownClaim) {
        match &known.claim {
            Claim::Casualty(casualty) => self.casualty(casualty),
            Claim::Demand(demand) => self.demand(demand),
            Claim::Position(position) => self.position(position),
            Claim::Deed(deed) => self.deed(deed),
        }
        self.word(Some(&known.article));
        self.word(known.outlet.as_deref());
        self.word(Some(&known.origin));
        self.time(known.held_at);
        self.time(known.spoken_at);
        self.time(known.learned_at);
        self.word(known.retracts.as_deref());
    }

    fn casualty(&mut self, casualty: &'a Casualty) {
        let Casualty {
            effect,
            value,
            high,
            bound,
            group,
            side,
            place,
            scope,
            source,
            as_of,
            relation,
            evidence,
        } = casualty;
        self.number(0);
        for member in [*effect as u8, *bound as u8, *group as u8, *scope as u8, *relation as u8] {
            self.bytes.push(member);
        }
        self.number(*value);
        self.optional(*high, Self::number);
        self.optional(*as_of, Self::time);
        self.words([side, place, source]);
        self.evidence(evidence);
    }

    fn demand(&mut self, demand: &'a Demand) {
        let Demand { by, to, act, force, status, condition, source, evidence } = demand;
        self.number(1);
        self.bytes.extend([*act as u8, *force as u8, *status as u8]);
        self.word(Some(by));
        self.words([to, condition, source]);
        self.evidence(evidence);
    }

    fn position(&mut self, position: &'a Position) {
        let Position { actor, stance, target, source, evidence } = position;
        self.number(2);
        self.bytes.push(*stance as u8);
        self.word(Some(actor));
        self.words([target, source]);
        self.evidence(evidence);
    }

    fn deed(&mut self, deed: &'a Deed) {
        let Deed { by, act, evidence } = deed;
        self.number(3);
        self.bytes.push(*act as u8);
        self.word(Some(by));
        self.evidence(evidence);
    }

    fn evidence(&mut self, Evidence { quote, span, rule }: &'a Evidence) {
        self.word(Some(quote));
        self.number(span.start as u64);
        self.number(span.end as u64);
        self.word(Some(rule));
    }

    fn words<const N: usize>(&mut self, words: [&'a Option<String>; N]) {
        words.into_iter().for_each(|word| self.word(word.as_deref()));
    }

    /// 0: none. 1: one that comes for the first time. From 2 on: one that came before.
    fn word(&mut self, word: Option<&'a str>) {
        let Some(word) = word else { return self.number(0) };
        if let Some(place) = self.words.get(word) {
            return self.number(place + 2);
        }
        self.words.insert(word, self.words.len() as u64);
        self.number(1);
        self.number(word.len() as u64);
        self.bytes.extend_from_slice(word.as_bytes());
    }

    fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.number(u64::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn time(&mut self, time: Timestamp) {
        let second = time.as_second();
        // The distance with its sign as the last bit, so that small ones are short in both directions.
        let distance = second.wrapping_sub(self.second);
        self.number(((distance << 1) ^ (distance >> 63)).cast_unsigned());
        self.second = second;
        self.number(u64::from(time.subsec_nanosecond().cast_unsigned()));
    }

    /// Seven bits to a byte, the lowest first; the eighth says that more follow.
    fn number(&mut self, mut number: u64) {
        while let [low, ..] = number.to_le_bytes()
            && number >= 0x80
        {
            self.bytes.push(low | 0x80);
            number >>= 7;
        }
        let [low, ..] = number.to_le_bytes();
        self.bytes.push(low);
    }
}

struct Opener<'a> {
    rest: &'a [u8],
    words: Vec<&'a str>,
    second: i64,
}

impl Opener<'_> {
    fn known(&mut self) -> Option<KnownClaim> {
        let claim = match self.number()? {
            0 => Claim::Casualty(self.casualty()?),
            1 => Claim::Demand(self.demand()?),
            2 => Claim::Position(self.position()?),
            3 => Claim::Deed(self.deed()?),
            _ => return None,
        };
        Some(KnownClaim {
            claim,
            article: self.word()??,
            outlet: self.word()?,
            origin: self.word()??,
            held_at: self.time()?,
            spoken_at: self.time()?,
            learned_at: self.time()?,
            retracts: self.word()?,
        })
    }

    fn casualty(&mut self) -> Option<Casualty> {
        let (effect, bound) = (self.member(Effect::ALL)?, self.member(Bound::ALL)?);
        let (group, scope) = (self.member(Group::ALL)?, self.member(Scope::ALL)?);
        Some(Casualty {
            effect,
            bound,
            group,
            scope,
            relation: self.member(Relation::ALL)?,
            value: self.number()?,
            high: self.optional(Self::number)?,
            as_of: self.optional(Self::time)?,
            side: self.word()?,
            place: self.word()?,
            source: self.word()?,
            evidence: self.evidence()?,
        })
    }

    fn demand(&mut self) -> Option<Demand> {
        Some(Demand {
            act: self.member(Act::ALL)?,
            force: self.member(Force::ALL)?,
            status: self.member(DemandStatus::ALL)?,
            by: self.word()??,
            to: self.word()?,
            condition: self.word()?,
            source: self.word()?,
            evidence: self.evidence()?,
        })
    }

    fn position(&mut self) -> Option<Position> {
        Some(Position {
            stance: self.member(Stance::ALL)?,
            actor: self.word()??,
            target: self.word()?,
            source: self.word()?,
            evidence: self.evidence()?,
        })
    }

    fn deed(&mut self) -> Option<Deed> {
        Some(Deed { act: self.member(Act::ALL)?, by: self.word()??, evidence: self.evidence()? })
    }

    fn evidence(&mut self) -> Option<Evidence> {
        let quote = self.word()??;
        let (start, end) = (usize::try_from(self.number()?).ok()?, usize::try_from(self.number()?).ok()?);
        Some(Evidence { quote, span: Span { start, end }, rule: self.word()?? })
    }

    fn member<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let (place, rest) = self.rest.split_first()?;
        self.rest = rest;
        all.get(usize::from(*place)).copied()
    }

    fn word(&mut self) -> Option<Option<String>> {
        let word = match self.number()? {
            0 => return Some(None),
            1 => {
                let len = usize::try_from(self.number()?).ok()?;
                let (word, rest) = self.rest.split_at_checked(len)?;
                self.rest = rest;
                let word = std::str::from_utf8(word).ok()?;
                self.words.push(word);
                word
            }
            place => self.words.get(usize::try_from(place - 2).ok()?)?,
        };
        Some(Some(word.to_owned()))
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.number()? == 0 { Some(None) } else { read(self).map(Some) }
    }

    fn time(&mut self) -> Option<Timestamp> {
        let distance = self.number()?;
        let distance = (distance >> 1).cast_signed() ^ -(distance & 1).cast_signed();
        self.second = self.second.wrapping_add(distance);
        let nanosecond = u32::try_from(self.number()?).ok()?.cast_signed();
        Timestamp::new(self.second, nanosecond).ok()
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}
