//! A tree of values into typed config structs, through serde. Comes in: a node of the tree and its dotted key. Goes
//! out: the struct, and every mistake with its place, not only the first. A value that cannot be read is recorded and
//! replaced by a stand-in, so that reading goes on to the next mistake; nothing built on a stand-in is ever returned.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::de::{Deserializer, IntoDeserializer};

use super::layers::{Node, Origin, Shape, Table};
use super::mistake::{Mistake, nearest, one_of};

/// Reads `node` as a `T`; adds what is wrong to `mistakes`. Unknown keys alone do not withhold the value.
pub(super) fn decode<T: DeserializeOwned>(node: &Node, path: &str, mistakes: &mut Vec<Mistake>) -> Option<T> {
    let repairs = RefCell::new(BTreeSet::new());
    let unknown = RefCell::new(Vec::new());
    // Every round ends or repairs one more key, so there are at most as many rounds as keys.
    let value = loop {
        unknown.borrow_mut().clear();
        let reader = Reader { node: Some(node), path: path.to_owned(), repairs: &repairs, unknown: &unknown };
        match T::deserialize(reader) {
            Ok(value) => break repairs.borrow().is_empty().then_some(value),
            Err(error) => {
                let key = error.key(path);
                if !repairs.borrow_mut().insert(key.clone()) {
                    break None;
                }
                let place = error.place.unwrap_or_else(|| node.origin.to_string());
                mistakes.push(Mistake { place, key, words: error.fault.to_string() });
            }
        }
    };
    mistakes.append(&mut unknown.borrow_mut());
    value
}

/// What is wrong with one value.
#[derive(Debug)]
enum Fault {
    Missing(&'static str),
    Type { found: &'static str, expected: String },
    Value { found: String, expected: String },
    Word { found: String, known: &'static [&'static str] },
    Other(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(_) => write!(out, "is missing: add it"),
            Self::Type { found, expected } => write!(out, "is {found}: write {}", friendly(expected)),
            Self::Value { found, expected } => write!(out, "is {found}: write {}", friendly(expected)),
            Self::Word { found, known } => match nearest(found, known.iter().copied()) {
                Some(meant) => write!(out, "is `{found}`: did you mean `{meant}`?"),
                None => write!(out, "is `{found}`: write {}", one_of(known)),
            },
            Self::Other(words) => out.write_str(words),
        }
    }
}

/// serde's word for what it wants, in the words of a config file.
fn friendly(expected: &str) -> &str {
    match expected {
        "a string" => "text in quotes",
        "a boolean" => "true or false",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, zero or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a duration" => "a duration in quotes such as \"250ms\", \"10s\" or \"1h 30m\"",
        "path string" => "a path in quotes",
        "a sequence" => "a list in square brackets",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}

#[derive(Debug)]
struct Error {
    fault: Fault,
    /// Key and place of the innermost value concerned; filled in on the way out.
    at: Option<String>,
    place: Option<String>,
}

impl Error {
    fn new(fault: Fault) -> Self {
        Self { fault, at: None, place: None }
    }

    fn or_at(mut self, path: &str, origin: Option<&Origin>) -> Self {
        if self.at.is_none() {
            self.at = Some(path.to_owned());
            self.place = origin.map(Origin::to_string);
        }
        self
    }

    fn key(&self, root: &str) -> String {
        let at = self.at.as_deref().unwrap_or(root);
        match &self.fault {
            Fault::Missing(field) => format!("{at}.{field}"),
            _ => at.to_owned(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(out)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self::new(Fault::Other(words.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "true or false",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
            Unexpected::Float(_) => "a fraction",
            Unexpected::Str(_) => "text",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a table",
            _ => "something else",
        };
        Self::new(Fault::Type { found, expected: expected.to_string() })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Str(text) => format!("\"{text}\""),
            Unexpected::Unsigned(number) => number.to_string(),
            Unexpected::Signed(number) => number.to_string(),
            other => other.to_string(),
        };
        Self::new(Fault::Value { found, expected: expected.to_string() })
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        Self::new(Fault::Word { found: found.to_owned(), known })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Fault::Missing(field))
    }
}

/// Reads one value.
struct Reader<'a> {
    /// `None` when a required key is missing altogether and a stand-in is wanted.
    node: Option<&'a Node>,
    path: String,
    repairs: &'a RefCell<BTreeSet<String>>,
    unknown: &'a RefCell<Vec<Mistake>>,
}

impl<'a> Reader<'a> {
    /// The value, unless it is known to be wrong.
    fn shape(&self) -> Option<&'a Shape> {
        if matches!(self.node, Some(Node { shape: Shape::Unread, .. })) {
            self.repairs.borrow_mut().insert(self.path.clone());
        }
        let wrong = self.repairs.borrow().contains(&self.path);
        self.node.filter(|_| !wrong).map(|node| &node.shape)
    }

    fn below(&self, key: &str, node: Option<&'a Node>) -> Self {
        Self { node, path: format!("{}.{key}", self.path), repairs: self.repairs, unknown: self.unknown }
    }

    /// Text from an environment variable, which has no types of its own.
    fn untyped(&self) -> Option<&'a str> {
        match (self.node.map(|node| &node.origin), self.shape()) {
            (Some(Origin::Variable(_)), Some(Shape::Text(text))) => Some(text),
            _ => None,
        }
    }

    fn map<V: Visitor<'a>>(
        self,
        table: &'a Table,
        fields: &[&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut entries: Vec<(&str, Option<&Node>)> = Vec::new();
        for (key, node) in table {
            if fields.is_empty() || fields.contains(&key.as_str()) {
                entries.push((key, Some(node)));
                continue;
            }
            let words = match nearest(key, fields.iter().copied()) {
                Some(meant) => format!("is not a key: did you mean `{meant}`?"),
                None => format!("is not a key: the keys here are {}", one_of(fields)),
            };
            let key = format!("{}.{key}", self.path);
            self.unknown.borrow_mut().push(Mistake { place: node.origin.to_string(), key, words });
        }
        for field in fields {
            let missing = !table.contains_key(*field);
            if missing && self.repairs.borrow().contains(&format!("{}.{field}", self.path)) {
                entries.push((field, None));
            }
        }
        let path = self.path.clone();
        let origin = self.node.map(|node| &node.origin);
        let access = Entries { reader: &self, rest: entries.into_iter(), value: None };
        visitor.visit_map(access).map_err(|error| error.or_at(&path, origin))
    }
}

struct Entries<'r, 'a> {
    reader: &'r Reader<'a>,
    rest: std::vec::IntoIter<(&'a str, Option<&'a Node>)>,
    value: Option<(&'a str, Option<&'a Node>)>,
}

impl<'a> MapAccess<'a> for Entries<'_, 'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.value = self.rest.next();
        self.value.map(|(key, _)| seed.deserialize(key.into_deserializer())).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some((key, node)) = self.value.take() else {
            return Err(serde::de::Error::custom("a value was asked for without its key"));
        };
        let below = self.reader.below(key, node);
        let path = below.path.clone();
        seed.deserialize(below).map_err(|error| error.or_at(&path, node.map(|node| &node.origin)))
    }
}

struct Items<'r, 'a> {
    reader: &'r Reader<'a>,
    rest: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
}

impl<'a> SeqAccess<'a> for Items<'_, 'a> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((index, node)) = self.rest.next() else { return Ok(None) };
        let mut below = self.reader.below("", Some(node));
        below.path = format!("{}[{index}]", self.reader.path);
        let path = below.path.clone();
        seed.deserialize(below).map(Some).map_err(|error| error.or_at(&path, Some(&node.origin)))
    }
}

/// Numbers and flags: an environment variable's text is read as what is wanted.
macro_rules! read_scalars {
    ($($method:ident => $type:ty, $visit:ident;)+) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            if let Some(value) = self.untyped().and_then(|text| text.trim().parse::<$type>().ok()) {
                return visitor.$visit(value);
            }
            if self.shape().is_none() {
                return visitor.$visit(<$type>::default());
            }
            self.deserialize_any(visitor)
        }
    )+ };
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.shape() {
            // The visitor's own words tell a duration from other text.
            None if (&visitor as &dyn Expected).to_string() == "a duration" => visitor.visit_str("1s"),
            None | Some(Shape::Unread) => visitor.visit_str("stand-in"),
            Some(Shape::Text(text)) => visitor.visit_str(text),
            Some(Shape::Whole(whole)) => match u64::try_from(*whole) {
                Ok(whole) => visitor.visit_u64(whole),
                Err(_) => visitor.visit_i64(*whole),
            },
            Some(Shape::Fraction(fraction)) => visitor.visit_f64(*fraction),
            Some(Shape::Flag(flag)) => visitor.visit_bool(*flag),
            Some(Shape::List(items)) => {
                visitor.visit_seq(Items { reader: &self, rest: items.iter().enumerate() })
            }
            Some(Shape::Table(table)) => self.map(table, &[], visitor),
        }
    }

    read_scalars! {
        deserialize_bool => bool, visit_bool;
        deserialize_u8 => u8, visit_u8;
        deserialize_u16 => u16, visit_u16;
        deserialize_u32 => u32, visit_u32;
        deserialize_u64 => u64, visit_u64;
        deserialize_i8 => i8, visit_i8;
        deserialize_i16 => i16, visit_i16;
        deserialize_i32 => i32, visit_i32;
        deserialize_i64 => i64, visit_i64;
        deserialize_f32 => f32, visit_f32;
        deserialize_f64 => f64, visit_f64;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.shape().is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(text) = self.untyped() {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            return visitor.visit_seq(serde::de::value::SeqDeserializer::new(items));
        }
        if self.shape().is_none() {
            let nothing = std::iter::empty::<&str>();
            return visitor.visit_seq(serde::de::value::SeqDeserializer::new(nothing));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.shape().is_none() {
            return visitor.visit_map(Entries { reader: &self, rest: Vec::new().into_iter(), value: None });
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.shape() {
            Some(Shape::Table(table)) => self.map(table, fields, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let word = match self.shape() {
            None => variants.first().copied().unwrap_or_default(),
            Some(Shape::Text(word)) => word.as_str(),
            Some(_) => return Err(Error::new(Fault::Other(format!("must be {}", one_of(variants))))),
        };
        visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(word))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}
