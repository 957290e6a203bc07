//! What a record says beside its value. Comes in: a record's headers. Goes out: its form, its trace context, its label.
//! Never looks into the value: an event in binary mode has its article there as it is, one in structured mode is
//! unwrapped by `read`.

use rdkafka::message::{Headers, Message};

use super::window::Part;

/// The content type from the headers, in lower case; of an event in binary mode that of its data.
pub(super) fn form<M: Message>(record: &M) -> Option<String> {
    header(record, &["content-type", "ce_datacontenttype"]).map(str::to_lowercase)
}

/// The W3C trace context, when it has the right shape.
pub(super) fn trace_parent<M: Message>(record: &M) -> Option<String> {
    header(record, &["traceparent", "ce_traceparent"]).filter(|text| is_trace_parent(text)).map(str::to_owned)
}

/// Where the record stands.
pub(super) fn part<M: Message>(record: &M) -> Part {
    (record.topic().to_owned(), record.partition())
}

fn header<'m, M: Message>(record: &'m M, names: &[&str]) -> Option<&'m str> {
    let headers = record.headers()?;
    names.iter().find_map(|name| {
        let found = headers.iter().find(|header| header.key.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value?).ok().map(str::trim).filter(|value| !value.is_empty())
    })
}

/// `00-` 32 digits `-` 16 digits `-` 2 digits, hexadecimal in lower case; later versions may be longer.
fn is_trace_parent(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut is_hex = |length: usize| {
        parts.next().is_some_and(|part| {
            part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        })
    };
    is_hex(2) && is_hex(32) && is_hex(16) && is_hex(2)
}

#[cfg(test)]
mod tests {
    use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};

    use super::*;

    fn record(headers: &[(&str, &str)]) -> OwnedMessage {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(*value) }));
        let time = rdkafka::Timestamp::NotAvailable;
        OwnedMessage::new(Some(b"{}".to_vec()), None, "articles".to_owned(), time, 0, 0, Some(headers))
    }

    #[test]
    fn the_form_is_stated_by_the_headers() {
        let event = record(&[("ce_specversion", "1.0"), ("Content-Type", "application/JSON; charset=UTF-8")]);
        assert_eq!(form(&event).as_deref(), Some("application/json; charset=utf-8"));
        assert_eq!(form(&record(&[])), None);
    }

    #[test]
    fn only_a_well_formed_trace_is_carried() {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(trace_parent(&record(&[("traceparent", trace)])).as_deref(), Some(trace));
        assert_eq!(trace_parent(&record(&[("traceparent", "00-x")])), None);
    }
}
