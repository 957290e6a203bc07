//! The alerts that CAP documents carry beside the words of the protocol. Comes in: one document, or several one after the
//! other. Goes out: the alerts as JSON. Never believes what the rest of a document says.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// The parameter that holds the whole alert.
pub const PARAMETER: &str = "newsdelta:alert";

/// Whether a text is XML and not JSON.
pub fn is_xml(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// The alerts in the parameters of a text, in order.
///
/// # Errors
/// Where the XML breaks, or that a parameter holds no alert.
pub fn alerts_in(text: &str) -> Result<Vec<Value>, String> {
    let broken = |error: &dyn std::fmt::Display| format!("is no CAP document: {error}");
    let mut reader = Reader::from_str(text);
    let (mut alerts, mut name, mut held, mut depth) = (Vec::new(), String::new(), String::new(), 0_i64);
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(_) => {
                depth += 1;
                held.clear();
            }
            Event::Text(text) => held.push_str(&text),
            Event::CData(text) => held.push_str(&text),
            Event::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().map_err(|error| broken(&error))?;
                let named = || quick_xml::escape::resolve_xml_entity(&reference).unwrap_or_default();
                match letter {
                    Some(letter) => held.push(letter),
                    None => held.push_str(named()),
                }
            }
            Event::End(element) => {
                depth -= 1;
                match element.local_name().as_ref() {
                    "valueName" => name = std::mem::take(&mut held),
                    "value" if name.trim() == PARAMETER => {
                        alerts.push(serde_json::from_str(&held).map_err(|error| broken(&error))?);
                    }
                    _ => {}
                }
            }
            Event::Eof if depth == 0 => return Ok(alerts),
            Event::Eof => return Err("is no CAP document: it ends in the middle".to_owned()),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}
