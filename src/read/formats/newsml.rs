//! NewsML-G2 (IPTC): a news item, or a message with several. Comes in: the document. Goes out: a draft for each item of
//! text. Pictures, packages and concepts hold no report and are passed over.

use super::super::error::Reason;
use super::time::moment;
use super::xml::{self, Element};
use super::{Drafts, with_note};
use crate::model::{Draft, Status};

const FORM: &str = "NewsML-G2";

/// The items of a document.
pub(super) fn read(text: &str) -> Result<Drafts, Reason> {
    let root = xml::parse(FORM, text)?;
    let items = if root.name == "newsItem" { vec![&root] } else { root.all("newsItem") };
    let drafts: Drafts = items.into_iter().filter(|item| is_text(item)).map(item).collect();
    if drafts.is_empty() {
        return Err(Reason::BrokenForm(FORM, "it holds no news item of text".to_owned()));
    }
    Ok(drafts)
}

fn is_text(item: &Element) -> bool {
    let class = item.first("itemClass").and_then(|class| class.attribute("qcode"));
    class.is_none_or(|class| matches!(class.rsplit(':').next(), Some("text" | "composite")))
}

fn item(item: &Element) -> Result<Draft, Reason> {
    let status = item.first("pubStatus").and_then(|status| status.attribute("qcode")).unwrap_or_default();
    let status = match status.rsplit(':').next() {
        Some("canceled" | "cancelled") => Status::Withdrawn,
        Some("withheld") => return Err(Reason::Withheld),
        _ => Status::Usable,
    };
    let provider = item.first("provider");
    let outlet = provider.and_then(|provider| {
        provider.words("name").or_else(|| provider.attribute("literal").map(str::to_owned)).or_else(|| {
            let code = provider.attribute("qcode")?;
            Some(code.rsplit(':').next().unwrap_or(code).to_owned())
        })
    });
    let content = item.first("contentMeta");
    let time = |name: &str| item.words(name).and_then(|text| moment(&text));
    let body = item.first("inlineXML").map(body).or_else(|| item.first("inlineData").map(Element::text));
    let title = content
        .and_then(|content| content.words("headline"))
        .or_else(|| item.first("inlineXML").and_then(|inline| inline.words("hl1")));
    let note = item.words("edNote");
    Ok(Draft {
        document: item.attribute("guid").map(str::to_owned),
        version: item.attribute("version").map(str::to_owned),
        outlet,
        published_at: time("versionCreated")
            .or_else(|| time("contentModified"))
            .or_else(|| time("contentCreated")),
        title,
        text: with_note(body.unwrap_or_default(), "Editor's note", note.as_deref()),
        status,
        embargo_until: time("embargoed"),
        ..Draft::default()
    })
}

/// The words of the report in inline XML: NITF or XHTML.
fn body(inline: &Element) -> String {
    inline.first("body.content").or_else(|| inline.first("body")).unwrap_or(inline).text()
}
