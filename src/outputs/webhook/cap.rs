//! CAP 1.2 messages (the Common Alerting Protocol of OASIS). Comes in: an alert, and what was sent of its story. Goes
//! out: one XML document: Alert for what is new, Update with references for what changed or was wrong, Cancel for what
//! no longer stands. newsdelta is no authority that warns people: unless the config says otherwise, status is Draft and
//! scope Restricted. Never sends.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde::{Deserialize, Serialize};

use crate::config::Findings;
use crate::model::article::fingerprint;
use crate::model::{Alert, ChangeKind, FactKey, Scope};
use crate::outputs::wording::{Headline, fact_in_words, known_in_words};
use crate::proof::cap::PARAMETER;

/// The most that is remembered of what was sent of one story.
const REMEMBERED_MAX: usize = 200;

/// The protocol asks for headlines of about this length, which fit on small devices.
const HEADLINE_CHARS_MAX: usize = 160;

/// `[outputs.NAME.cap]`, for `format = "cap"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapConfig {
    /// Who sends: a name that is unique in the world, such as an address of a domain of one's own.
    pub sender: Option<String>,
    /// The same for people.
    pub sender_name: String,
    /// How receivers are to take it.
    pub status: CapStatus,
    /// For whom it is.
    pub scope: CapScope,
    /// With `scope = "Restricted"`: the rule by which it is.
    pub restriction: String,
    /// With `scope = "Private"`: for whom.
    pub addresses: Vec<String>,
}

/// The status of a CAP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum CapStatus {
    /// To be acted on by all who get it.
    Actual,
    /// Part of an exercise.
    Exercise,
    /// For networks themselves.
    System,
    /// For tests of the way.
    Test,
    /// Not to be acted on.
    Draft,
}

/// The scope of a CAP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum CapScope {
    /// For everybody.
    Public,
    /// For those whom `restriction` names.
    Restricted,
    /// For `addresses`.
    Private,
}

impl CapConfig {
    pub(super) fn check(&self, findings: &mut Findings<'_>) {
        match &self.sender {
            None => findings.add(
                "format",
                "is `cap`, which needs a `cap.sender`: name who sends, uniquely in the world, such as \
                 \"newsdelta@example.org\"",
            ),
            Some(sender) if !is_identifier(sender) => findings.add(
                "cap.sender",
                "is no sender: it may hold no space, `,`, `<` or `&`, write for instance \"newsdelta@example.org\"",
            ),
            Some(_) => {}
        }
        if self.scope == CapScope::Restricted && self.restriction.trim().is_empty() {
            findings
                .add("cap.restriction", "is empty: say for whom the messages are, or set another `scope`");
        }
        if self.scope == CapScope::Private && self.addresses.is_empty() {
            findings.add("cap.addresses", "is empty: say for whom the messages are, or set another `scope`");
        }
        if self.addresses.iter().any(|address| address.contains('"') || address.trim().is_empty()) {
            findings.add("cap.addresses", "holds an empty address or one with a quotation mark: correct it");
        }
    }
}

/// What may identify a message or a sender.
fn is_identifier(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || ",<&".contains(letter))
}

/// What was sent of one story, the latest last: kept between messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sent(Vec<Document>);

/// One message that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Document {
    identifier: String,
    /// Ids of the alerts that it told as one.
    folds: Vec<String>,
    sender: String,
    sent: String,
    /// What it was about.
    fact: String,
    kind: Kind,
    /// The triples of the messages that it updates or cancels.
    references: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Alert,
    Update,
    Cancel,
}

impl Document {
    /// How others refer to it.
    fn triple(&self) -> String {
        format!("{},{},{}", self.sender, self.identifier, self.sent)
    }
}

impl Sent {
    /// What an alert is to what was sent before. Told again, it is the same document as at first.
    fn place(&self, alert: &Alert, sender: &str, at: Timestamp) -> Document {
        if let Some(known) = self.0.iter().find(|known| known.identifier == alert.id) {
            return known.clone();
        }
        let fact = fingerprint([serde_json::to_string(&alert.fact).unwrap_or_default().as_str()]);
        // Blows stand for themselves: one does not update another.
        let stands_alone = matches!(alert.fact, FactKey::Casualties { scope: Scope::Incident, .. });
        let last = self.0.iter().rev().find(|known| known.fact == fact);
        let last = last.filter(|known| !stands_alone && known.kind != Kind::Cancel);
        let is_wrong = |id: &String| alert.corrects.contains(id);
        let wrong =
            self.0.iter().filter(|known| is_wrong(&known.identifier) || known.folds.iter().any(is_wrong));
        let mut references: Vec<String> = wrong.chain(last).map(Document::triple).collect();
        references.sort();
        references.dedup();
        let kind = match (references.is_empty(), alert.change) {
            // Whoever was told nothing has nothing to update or to cancel.
            (true, _) => Kind::Alert,
            (false, ChangeKind::Withdrawn) => Kind::Cancel,
            (false, _) => Kind::Update,
        };
        Document {
            identifier: alert.id.clone(),
            folds: alert.folds.clone(),
            sender: sender.to_owned(),
            sent: time(at),
            fact,
            kind,
            references,
        }
    }

    /// Remembers what was sent.
    fn keep(&mut self, document: Document) {
        if self.0.iter().all(|known| known.identifier != document.identifier) {
            self.0.push(document);
        }
        let surplus = self.0.len().saturating_sub(REMEMBERED_MAX);
        self.0.drain(..surplus);
    }
}

/// The document of an alert; `sent` then holds what is to be kept once it is sent.
pub(super) fn document(
    config: &CapConfig,
    alert: &Alert,
    at: Timestamp,
    sent: &mut Sent,
) -> Result<String, String> {
    let sender = config.sender.as_deref().ok_or("`cap.sender` is missing")?;
    let document = sent.place(alert, sender, at);
    let text = write(config, alert, &document).map_err(|error| format!("no XML can be written: {error}"))?;
    sent.keep(document);
    Ok(text)
}

/// Elements in the order that the schema demands.
fn write(config: &CapConfig, alert: &Alert, document: &Document) -> std::io::Result<String> {
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 1));
    xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = BytesStart::new("alert").with_attributes([("xmlns", "urn:oasis:names:tc:emergency:cap:1.2")]);
    xml.0.write_event(Event::Start(root))?;
    xml.text("identifier", &document.identifier)?;
    xml.text("sender", &document.sender)?;
    xml.text("sent", &document.sent)?;
    xml.text("status", config.status)?;
    xml.text("msgType", document.kind)?;
    xml.text("scope", config.scope)?;
    match config.scope {
        CapScope::Public => {}
        CapScope::Restricted => xml.text("restriction", &config.restriction)?,
        CapScope::Private => {
            let quoted = |address: &String| {
                if address.contains(char::is_whitespace) { format!("\"{address}\"") } else { address.clone() }
            };
            xml.text("addresses", config.addresses.iter().map(quoted).collect::<Vec<_>>().join(" "))?;
        }
    }
    xml.text("note", &alert.reason)?;
    if !document.references.is_empty() {
        xml.text("references", document.references.join(" "))?;
    }
    xml.text("incidents", &alert.story)?;
    info(&mut xml, config, alert)?;
    xml.end("alert")?;
    Ok(String::from_utf8_lossy(&xml.0.into_inner()).into_owned())
}

fn info(xml: &mut Xml, config: &CapConfig, alert: &Alert) -> std::io::Result<()> {
    let (category, event) = match &alert.fact {
        FactKey::Casualties { .. } => ("Safety", "Casualties reported"),
        FactKey::Demand { .. } => ("Security", "Demand reported"),
        FactKey::Position { .. } => ("Other", "Position reported"),
        FactKey::Deed { .. } => ("Other", "Deed reported"),
    };
    let is_near = alert.change == ChangeKind::DeadlineNear;
    xml.start("info")?;
    xml.text("language", "en")?;
    xml.text("category", category)?;
    xml.text("event", event)?;
    xml.text("urgency", if is_near { "Expected" } else { "Unknown" })?;
    // How bad it is for whoever reads is not ours to say.
    xml.text("severity", "Unknown")?;
    // Reports are never an observation of one's own.
    let is_backed = alert.sources > 1 && alert.change != ChangeKind::Conflict;
    xml.text("certainty", if is_backed { "Likely" } else { "Possible" })?;
    if !config.sender_name.trim().is_empty() {
        xml.text("senderName", &config.sender_name)?;
    }
    let headline: String = Headline::of(alert).line().chars().take(HEADLINE_CHARS_MAX).collect();
    xml.text("headline", headline)?;
    xml.text("description", format!("{}\n\n“{}”", alert.article_title, alert.evidence.quote))?;
    if let Some(url) = alert.url.as_deref().and_then(|url| reqwest::Url::parse(url).ok()) {
        xml.text("web", url)?;
    }
    for (name, value) in parameters(alert) {
        xml.start("parameter")?;
        xml.text("valueName", name)?;
        xml.text("value", value)?;
        xml.end("parameter")?;
    }
    if let FactKey::Casualties { place: Some(place), .. } = &alert.fact {
        xml.start("area")?;
        xml.text("areaDesc", place)?;
        xml.end("area")?;
    }
    xml.end("info")
}

/// The fact for programs.
fn parameters(alert: &Alert) -> Vec<(&'static str, String)> {
    let mut parameters = vec![
        ("newsdelta:story", alert.story.clone()),
        ("newsdelta:story_title", alert.story_title.clone()),
        ("newsdelta:fact", fact_in_words(&alert.fact)),
        ("newsdelta:change", alert.change.as_str().to_owned()),
        ("newsdelta:value", known_in_words(&alert.after)),
        ("newsdelta:sources", alert.sources.to_string()),
        ("newsdelta:article", alert.article.clone()),
        ("newsdelta:quote", alert.evidence.quote.clone()),
        (PARAMETER, serde_json::to_string(alert).unwrap_or_default()),
    ];
    let given = [
        ("newsdelta:before", alert.before.as_ref().map(known_in_words)),
        ("newsdelta:source", alert.after.source().map(str::to_owned)),
        ("newsdelta:outlet", alert.outlet.clone()),
    ];
    parameters.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
    parameters
}

/// Writes elements; what XML cannot hold is left out of texts.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn start(&mut self, name: &str) -> std::io::Result<()> {
        self.0.write_event(Event::Start(BytesStart::new(name)))
    }

    fn end(&mut self, name: &str) -> std::io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn text(&mut self, name: &str, text: impl fmt::Display) -> std::io::Result<()> {
        let legal = |letter: &char| {
            !(letter.is_control() && !"\n\t".contains(*letter)) && !matches!(letter, '\u{fffe}' | '\u{ffff}')
        };
        let text: String = text.to_string().chars().filter(legal).collect();
        self.0.create_element(name).write_text_content(BytesText::new(&text)).map(drop)
    }
}

/// To the second, with an offset in figures: CAP allows no `Z`, and writes UTC as -00:00.
fn time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(Offset::UTC)).strftime("%Y-%m-%dT%H:%M:%S-00:00").to_string()
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

impl fmt::Display for CapStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

impl fmt::Display for CapScope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

#[cfg(test)]
mod tests;
