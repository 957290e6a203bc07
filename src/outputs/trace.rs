//! W3C trace context of deliveries. Comes in: the id of a message. Goes out: a `traceparent` that is the same on every
//! attempt and at every output, so that one change can be followed through all receivers. Never random.

use sha2::{Digest, Sha256};

/// `00-<trace>-<parent>-00`; the trace is made from the message's id, and not sampled by us.
pub(super) fn trace_parent(message_id: &str) -> String {
    let hash: String =
        Sha256::digest(message_id.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let (trace, rest) = hash.split_at_checked(32).unwrap_or((&hash, ""));
    let parent = rest.get(..16).unwrap_or(rest);
    format!("00-{trace}-{parent}-00")
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
