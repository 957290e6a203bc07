//! The claims under one fact, in their order. Comes in: claims. Goes out: the same. A list like any other, which can be
//! folded: it then takes a fifth of the room, and opens by itself when somebody looks at it.

use std::fmt;
use std::io::{self, Read, Write};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::KnownClaim;
use super::folded;

type List = Vec<Arc<KnownClaim>>;

/// The claims under one fact.
#[derive(Clone, Default)]
pub struct Claims {
    /// Empty while they are folded.
    list: List,
    folded: Option<Box<Folded>>,
}

/// Claims that were folded and have not been changed since.
#[derive(Clone)]
struct Folded {
    bytes: Box<[u8]>,
    count: usize,
    /// The same, once somebody has looked.
    open: OnceLock<List>,
}

impl Folded {
    fn open(&self) -> List {
        // What this process has folded opens.
        folded::open(&self.bytes).unwrap_or_default()
    }
}

impl Claims {
    /// None yet.
    pub const fn new() -> Self {
        Self { list: Vec::new(), folded: None }
    }

    /// Folds them.
    pub fn fold(&mut self) {
        if let Some(folded) = &mut self.folded {
            folded.open = OnceLock::new();
        } else if !self.list.is_empty()
            && let Ok(bytes) = folded::fold(&self.list)
        {
            let count = std::mem::take(&mut self.list).len();
            self.folded = Some(Box::new(Folded { bytes, count, open: OnceLock::new() }));
        }
    }

    /// How many there are, without opening them.
    pub fn count(&self) -> usize {
        self.folded.as_ref().map_or(self.list.len(), |folded| folded.count)
    }

    /// How many of them are open.
    pub fn count_open(&self) -> usize {
        let list = self.folded.as_ref().map_or(Some(&self.list), |folded| folded.open.get());
        list.map_or(0, Vec::len)
    }
}

impl Deref for Claims {
    type Target = List;

    fn deref(&self) -> &List {
        self.folded.as_ref().map_or(&self.list, |folded| folded.open.get_or_init(|| folded.open()))
    }
}

/// Who may change them finds them open, and what was folded of them is let go.
impl DerefMut for Claims {
    fn deref_mut(&mut self) -> &mut List {
        if let Some(mut folded) = self.folded.take() {
            self.list = folded.open.take().unwrap_or_else(|| folded.open());
        }
        &mut self.list
    }
}

impl From<List> for Claims {
    fn from(claims: List) -> Self {
        Self { list: claims, folded: None }
    }
}

impl FromIterator<Arc<KnownClaim>> for Claims {
    fn from_iter<T: IntoIterator<Item = Arc<KnownClaim>>>(claims: T) -> Self {
        List::from_iter(claims).into()
    }
}

impl IntoIterator for Claims {
    type Item = Arc<KnownClaim>;
    type IntoIter = std::vec::IntoIter<Arc<KnownClaim>>;

    fn into_iter(mut self) -> Self::IntoIter {
        std::mem::take(&mut *self).into_iter()
    }
}

impl<'a> IntoIterator for &'a Claims {
    type Item = &'a Arc<KnownClaim>;
    type IntoIter = std::slice::Iter<'a, Arc<KnownClaim>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Claims {}

impl fmt::Debug for Claims {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(into)
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        List::deserialize(from).map(Self::from)
    }
}

/// Folded, whether they are or not: who writes them down has not looked at them for long.
impl BorshSerialize for Claims {
    fn serialize<W: Write>(&self, into: &mut W) -> io::Result<()> {
        borsh::to_writer(&mut *into, &self.count())?;
        match &self.folded {
            Some(folded) => borsh::to_writer(into, &folded.bytes),
            None if self.list.is_empty() => Ok(()),
            None => borsh::to_writer(into, &folded::fold(&self.list)?),
        }
    }
}

impl BorshDeserialize for Claims {
    fn deserialize_reader<R: Read>(from: &mut R) -> io::Result<Self> {
        let count = usize::deserialize_reader(from)?;
        if count == 0 {
            return Ok(Self::new());
        }
        let bytes = <Box<[u8]>>::deserialize_reader(from)?;
        Ok(Self { list: Vec::new(), folded: Some(Box::new(Folded { bytes, count, open: OnceLock::new() })) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::timeline::{casualty, demand, position};
    use crate::model::Claim;

    fn known(number: i64, claim: Claim, retracts: Option<&str>) -> Arc<KnownClaim> {
        let at = |seconds: i64, nanoseconds: i32| jiff::Timestamp::new(seconds, nanoseconds).unwrap();
        Arc::new(KnownClaim {
            claim,
            article: format!("urn:{number}"),
            outlet: (number % 2 == 0).then(|| "Post".to_owned()),
            origin: "urn:1".to_owned(),
            held_at: at(1_700_000_000 + number * 3600, 0),
            spoken_at: at(-number, -1),
            learned_at: at(1_800_000_000, 999_999_999),
            retracts: retracts.map(str::to_owned),
        })
    }

    fn some() -> List {
        let mut dated = casualty("as_of=5 nearly 30 place=Ica by navy", 3);
        if let Claim::Casualty(casualty) = &mut dated {
            (casualty.high, casualty.side, casualty.value) = (Some(40), Some(String::new()), u64::MAX);
        }
        vec![
            known(1, casualty("25 by navy", 0), None),
            known(2, dated, Some("urn:1")),
            known(3, demand("Chile -> Peru withdraw ultimatum rejected"), None),
            known(4, demand("Chile -> - withdraw appeal"), None),
            known(5, position("Peru reject: fishing quotas \u{2013} \u{10d}"), Some("")),
            known(6, casualty("missing at_least 4", 7), None),
        ]
    }

    #[test]
    fn folded_and_opened_they_are_the_same() {
        let list = some();
        let mut claims = Claims::from(list.clone());
        assert_eq!((claims.count(), claims.count_open()), (6, 6));
        claims.fold();
        assert_eq!((claims.count(), claims.count_open()), (6, 0));
        assert_eq!(claims.clone().into_iter().collect::<Vec<_>>(), list, "taken out of a folded one");
        assert_eq!(*claims, list, "looked at");
        assert_eq!(claims.count_open(), 6);
        claims.fold();
        claims.push(known(7, casualty("9", 0), None));
        claims.fold();
        assert_eq!(claims.count(), 7, "what was folded before it changed is not kept");
        assert_eq!(claims.split_last(), Some((&known(7, casualty("9", 0), None), &*list)));
        claims.fold();
        claims.clear();
        claims.fold();
        assert_eq!(claims, Claims::new());
    }

    #[test]
    fn folded_they_take_a_fifth_of_the_room() {
        let number = |number: i64| known(number, casualty("25 by navy", 0), None);
        let list: List = (0..100).map(number).collect();
        let room = folded::fold(&list).unwrap().len();
        assert!(room * 5 < size_of::<KnownClaim>() * list.len(), "{room} bytes");
    }

    /// Bytes that nobody folded are never met; if they were, it must not end the daemon.
    #[test]
    fn bytes_that_are_cut_open_as_what_they_still_hold_or_not() {
        let whole = folded::fold(&some()).unwrap();
        for end in 0..whole.len() {
            let open = folded::open(&whole[..end]).unwrap_or_default();
            assert!(some().starts_with(&open), "cut at {end}");
        }
    }
}
