//! W3C trace context of deliveries. Comes in: a message. Goes out: a `traceparent` that is the same on every attempt and
//! at every output, so that one change can be followed through all receivers: in the trace that its article came with,
//! else in one made from its id. Never random.

use sha2::{Digest, Sha256};

use crate::model::Message;

/// `00-<trace>-<parent>-<flags>`. The parent is made from the message's id: it stands for what newsdelta did. A trace of
/// our own is not sampled by us.
pub(super) fn trace_parent(message: &Message) -> String {
    trace_of(&message.id, message.trace_parent.as_deref())
}

/// The same for anything with an id.
pub(super) fn trace_of(id: &str, carried: Option<&str>) -> String {
    let hash = Sha256::digest(id.as_bytes());
    let mut numbers = hash
        .chunks_exact(8)
        .map(|eight| eight.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
    let mut next = || numbers.next().unwrap_or_default();
    let (own, parent) = (format!("{:016x}{:016x}", next(), next()), format!("{:016x}", next()));
    let carried = carried.and_then(|carried| {
        let mut parts = carried.split('-').skip(1);
        let (trace, _, flags) = (parts.next()?, parts.next()?, parts.next()?);
        (trace.len() == 32 && flags.len() == 2).then_some((trace, flags))
    });
    let (trace, flags) = carried.unwrap_or((&own, "00"));
    format!("00-{trace}-{parent}-{flags}")
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::outputs::samples;

    #[test]
    fn has_the_form_of_the_standard_and_follows_the_id() {
        let message = samples::message(vec![]);
        let parts = trace_parent(&message);
        let lengths: Vec<usize> = parts.split('-').map(str::len).collect();
        assert_eq!(lengths, [2, 32, 16, 2]);
        assert_eq!(parts, trace_parent(&message));
        assert_ne!(parts, trace_parent(&Message { id: "message-2".into(), ..message }));
    }

    #[test]
    fn goes_on_in_the_trace_of_the_article() {
        let mut message = samples::message(vec![]);
        message.trace_parent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into());
        let trace = trace_parent(&message);
        assert!(
            trace.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && trace.ends_with("-01"),
            "{trace}"
        );
        assert!(!trace.contains("b7ad6b7169203331"), "what newsdelta did is a step of its own: {trace}");
        message.trace_parent = Some("00-short".into());
        assert!(trace_parent(&message).ends_with("-00"));
    }
}
