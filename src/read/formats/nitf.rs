//! NITF (IPTC): one report with its head. Comes in: the document. Goes out: one draft.

use super::super::error::Reason;
use super::time::moment;
use super::with_note;
use super::xml;
use crate::model::{Draft, Status};

const FORM: &str = "NITF";

/// The report of a document.
pub(super) fn read(text: &str) -> Result<Draft, Reason> {
    let root = xml::parse(FORM, text)?;
    let norm = |name: &str| root.first(name).and_then(|date| date.attribute("norm")).and_then(moment);
    let body = root.first("body.content").map(xml::Element::text).unwrap_or_default();
    let withdrawn = root.first("docdata").and_then(|data| data.attribute("management-status"));
    let status = match withdrawn {
        Some("canceled" | "cancelled" | "killed") => Status::Withdrawn,
        Some("withheld" | "embargoed") => return Err(Reason::Withheld),
        _ => Status::Usable,
    };
    if body.is_empty() && status.is_usable() {
        return Err(Reason::BrokenForm(FORM, "it has no words in `body.content`".to_owned()));
    }
    let correction = root.first("correction").and_then(|correction| correction.attribute("info"));
    let title = root.words("hl1").or_else(|| root.words("hedline")).or_else(|| root.words("title"));
    Ok(Draft {
        document: root.first("doc-id").and_then(|id| id.attribute("id-string")).map(str::to_owned),
        version: root.first("du-key").and_then(|key| key.attribute("version")).map(str::to_owned),
        outlet: root.words("distributor").or_else(|| {
            let holder = root.first("doc.copyright").and_then(|copyright| copyright.attribute("holder"));
            holder.map(str::to_owned)
        }),
        published_at: norm("date.release").or_else(|| norm("date.issue")),
        title,
        text: with_note(body, "Correction", correction),
        status,
        ..Draft::default()
    })
}
