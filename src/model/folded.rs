//! Claims in few bytes, for those in memory that nobody looks at. Comes in: claims in order. Goes out: bytes, and from these
//! the same claims. All claims of a fact make one block, since its outlets, places, sources and rules come again and again.
//! Never leaves the process: the bytes may look different in the next version.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;

use super::KnownClaim;

/// Folds claims.
pub(super) fn fold(claims: &[Arc<KnownClaim>]) -> Result<Box<[u8]>> {
    let mut bytes = Vec::new();
    for known in claims {
        known.serialize(&mut bytes)?;
    }
    Ok(lz4_flex::compress_prepend_size(&bytes).into())
}

/// Opens what was folded.
pub(super) fn open(bytes: &[u8]) -> Result<Vec<Arc<KnownClaim>>> {
    let bytes = lz4_flex::decompress_size_prepended(bytes).map_err(Error::other)?;
    let mut rest: &[u8] = &bytes;
    let mut claims = Vec::new();
    while !rest.is_empty() {
        claims.push(Arc::new(KnownClaim::deserialize(&mut rest)?));
    }
    Ok(claims)
}

/// The derived forms ask for these: `jiff` knows nothing of them.
pub(super) fn write_time(time: &Timestamp, into: &mut impl Write) -> Result<()> {
    (time.as_second(), time.subsec_nanosecond()).serialize(into)
}

pub(super) fn read_time(from: &mut impl Read) -> Result<Timestamp> {
    let (second, nanosecond) = BorshDeserialize::deserialize_reader(from)?;
    Timestamp::new(second, nanosecond).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

#[expect(clippy::ref_option, reason = "the derived form hands over the field as it is")]
pub(super) fn write_optional_time(time: &Option<Timestamp>, into: &mut impl Write) -> Result<()> {
    time.is_some().serialize(into)?;
    time.iter().try_for_each(|time| write_time(time, into))
}

pub(super) fn read_optional_time(from: &mut impl Read) -> Result<Option<Timestamp>> {
    bool::deserialize_reader(from)?.then(|| read_time(from)).transpose()
}
