//! W3C trace context of deliveries. Comes in: the id of a message. Goes out: a `traceparent` that is the same on every
//! attempt and at every output, so that one change can be followed through all receivers. Never random.

use sha2::{Digest, Sha256};

/// `00-<trace>-<parent>-00`; the trace is made from the message's id, and not sampled by us.
pub(super) fn trace_parent(message_id: &str) -> String {
    let hash = Sha256::digest(message_id.as_bytes());
    let mut numbers = hash
        .chunks_exact(8)
        .map(|eight| eight.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
    let mut next = || numbers.next().unwrap_or_default();
    format!("00-{:016x}{:016x}-{:016x}-00", next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_form_of_the_standard_and_follows_the_id() {
        let parts = trace_parent("m-1");
        let lengths: Vec<usize> = parts.split('-').map(str::len).collect();
        assert_eq!(lengths, [2, 32, 16, 2]);
        assert_eq!(parts, trace_parent("m-1"));
        assert_ne!(parts, trace_parent("m-2"));
    }
}
