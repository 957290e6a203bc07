//! ninjs (IPTC) in its versions 1 to 3. Comes in: a JSON value. Goes out: one draft, or nothing when it is not ninjs.

use serde_json::Value;

use super::super::error::Reason;
use super::time::moment;
use super::{text_of_html, with_note};
use crate::model::{Draft, Status};

/// The report in a value that names a `uri` and has words in one of the fields of ninjs.
pub(super) fn read(value: &Value) -> Option<Result<Draft, Reason>> {
    let uri = field(value, &["uri"])?;
    let body = body(value);
    let title = many(value, "headlines").or_else(|| field(value, &["headline", "headline_main", "title"]));
    let status = field(value, &["pubStatus", "pubstatus"]);
    if body.is_none() && title.is_none() && status.is_none() {
        return None;
    }
    let status = match status.as_deref() {
        Some("canceled" | "cancelled") => Status::Withdrawn,
        Some("withheld") => return Some(Err(Reason::Withheld)),
        _ => Status::Usable,
    };
    let time = |names: &[&str]| field(value, names).as_deref().and_then(moment);
    let note = field(value, &["edNote", "ednote"]);
    let version = value.get("version").and_then(|version| match version {
        Value::Number(number) => Some(number.to_string()),
        other => other.as_str().map(str::to_owned),
    });
    Some(Ok(Draft {
        id: version.is_none().then(|| uri.clone()),
        document: version.is_some().then_some(uri),
        version,
        outlet: outlet(value),
        url: field(value, &["url"]).or_else(|| link(value)),
        published_at: time(&["versionCreated", "versioncreated"])
            .or_else(|| time(&["contentCreated", "contentcreated"]))
            .or_else(|| time(&["firstCreated", "firstcreated"])),
        title: title.map(|title| text_of_html(&title)),
        text: with_note(body.unwrap_or_default(), "Editor's note", note.as_deref()),
        status,
        embargo_until: time(&["embargoedUntil", "embargoeduntil", "embargoed"]),
    }))
}

fn field(value: &Value, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| value.get(*name)?.as_str())
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// The main one of a list of objects with a role and a value.
fn many(value: &Value, name: &str) -> Option<String> {
    let list = value.get(name)?.as_array()?;
    let main = list.iter().find(|entry| field(entry, &["role"]).is_some_and(|role| role.ends_with("main")));
    main.or(list.first()).and_then(|entry| field(entry, &["value"]))
}

/// The body: the main one, else the first in plain text, else any, else those of version 1.
fn body(value: &Value) -> Option<String> {
    if let Some(list) = value.get("bodies").and_then(Value::as_array) {
        let role = |entry: &&Value| field(entry, &["role"]).is_some_and(|role| role.ends_with("main"));
        let plain = |entry: &&Value| kind(entry).is_some_and(|kind| kind.starts_with("text/plain"));
        let entry = list.iter().find(role).or_else(|| list.iter().find(plain)).or(list.first())?;
        return field(entry, &["value"]).map(|text| if plain(&entry) { text } else { text_of_html(&text) });
    }
    let html =
        || field(value, &["body_xhtml", "body_html", "body_main", "body"]).map(|html| text_of_html(&html));
    field(value, &["body_text"]).or_else(html)
}

fn kind(entry: &Value) -> Option<String> {
    field(entry, &["contentType", "contenttype"])
}

fn outlet(value: &Value) -> Option<String> {
    for name in ["infoSources", "infosources", "organisations", "organisation"] {
        if let Some(list) = value.get(name).and_then(Value::as_array) {
            let publishes = |entry: &&Value| {
                field(entry, &["role", "rel"])
                    .is_some_and(|role| role.contains("publish") || role.contains("provid"))
            };
            let only = name.starts_with("info").then(|| list.first()).flatten();
            if let Some(entry) = list.iter().find(publishes).or(only) {
                return field(entry, &["name", "literal", "uri"]);
            }
        }
    }
    field(value, &["provider", "source", "copyrightHolder", "copyrightholder"])
}

/// Where the report can be read: an associated address of the web edition.
fn link(value: &Value) -> Option<String> {
    let list = value.get("altIds").or_else(|| value.get("altids"))?.as_array()?;
    list.iter().find_map(|entry| field(entry, &["value"]).filter(|value| value.starts_with("http")))
}
