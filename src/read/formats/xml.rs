//! XML as a tree of elements by local name. Comes in: the text of a document. Goes out: its root, or where it breaks.
//! Entities that a document defines itself are never expanded, and depth and size are bounded.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::error::Reason;

/// Elements within elements; the formats of the trade nest about ten deep.
const DEPTH_MAX: usize = 128;

/// Elements of one document.
const ELEMENTS_MAX: usize = 500_000;

/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "p",
    "hl1",
    "hl2",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "br",
    "div",
    "tr",
    "block",
    "blockquote",
    "headline",
];

/// What an element holds.
#[derive(Debug)]
enum Node {
    Element(Element),
    Text(String),
}

/// An element with what it holds.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// The name without its prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    nodes: Vec<Node>,
}

impl Element {
    /// An attribute by its local name, when it says something.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Every element of this name within, in the order of the document; not those within one that is found.
    pub(super) fn all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let mut found = Vec::new();
        for element in self.elements() {
            if element.name == name {
                found.push(element);
            } else {
                found.extend(element.all(name));
            }
        }
        found
    }

    /// The first element of this name within.
    pub(super) fn first(&self, name: &str) -> Option<&Self> {
        self.elements()
            .find_map(|element| if element.name == name { Some(element) } else { element.first(name) })
    }

    /// The words of the first element of this name within.
    pub(super) fn words(&self, name: &str) -> Option<String> {
        self.first(name).map(|element| element.text().replace('\n', " ")).filter(|text| !text.is_empty())
    }

    /// The text within, its blocks apart.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write_text(&mut out);
        let lines: Vec<String> = out
            .split('\u{2029}')
            .map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        lines.into_iter().filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    fn write_text(&self, out: &mut String) {
        let block = BLOCKS.contains(&self.name.as_str());
        if block {
            out.push('\u{2029}');
        }
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.write_text(out),
            }
        }
        if block {
            out.push('\u{2029}');
        }
    }
}

/// Parses a document. `form` is what it should be, for the reason when it is broken.
pub(super) fn parse(form: &'static str, text: &str) -> Result<Element, Reason> {
    let mut reader = Reader::from_str(text);
    let broken = |at: u64, why: String| Reason::BrokenForm(form, format!("{why} (near byte {at})"));
    let mut open = vec![Element::default()];
    let mut count = 0;
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| broken(at, error.to_string()))?;
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() > DEPTH_MAX || count > ELEMENTS_MAX {
                    return Err(broken(at, "it nests too deep or holds too many elements".to_owned()));
                }
                open.push(element(&start));
            }
            Event::Empty(start) => push(&mut open, Node::Element(element(&start))),
            Event::End(_) => {
                // The reader has checked that the names of start and end agree.
                if let Some(done) = open.pop() {
                    push(&mut open, Node::Element(done));
                }
            }
            Event::Text(text) => push(&mut open, Node::Text(text.to_string())),
            Event::CData(data) => push(&mut open, Node::Text(data.to_string())),
            Event::GeneralRef(reference) => push(&mut open, Node::Text(character(&reference))),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if open.len() != 1 {
        let left = open.pop().unwrap_or_default().name;
        return Err(broken(reader.buffer_position(), format!("it ends inside `{left}`")));
    }
    let root = open.pop().unwrap_or_default();
    let first = root.nodes.into_iter().find_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    first.ok_or_else(|| Reason::BrokenForm(form, "it has no root element".to_owned()))
}

fn push(open: &mut [Element], node: Node) {
    if let Some(parent) = open.last_mut() {
        parent.nodes.push(node);
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let local = |name: &str| name.rsplit_once(':').map_or(name, |(_, local)| local).to_owned();
    let attributes = start.attributes().flatten().map(|attribute| {
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        let value = value.map_or_else(|_| attribute.value.to_string(), std::borrow::Cow::into_owned);
        (local(attribute.key.as_ref()), value)
    });
    Element { name: local(start.name().as_ref()), attributes: attributes.collect(), nodes: Vec::new() }
}

/// The character of `&name;`. Names of other entities than those of XML and the commonest of HTML stay as written.
fn character(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name: &str = reference;
    let known = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => " ",
        "ndash" => "–",
        "mdash" => "—",
        "lsquo" => "‘",
        "rsquo" => "’",
        "ldquo" => "“",
        "rdquo" => "”",
        "hellip" => "…",
        "eacute" => "é",
        _ => return format!("&{name};"),
    };
    known.to_owned()
}
