//! librdkafka properties from a config table. Comes in: names and values of any scalar type. Goes out: text pairs in
//! order of name. Never prints a value, because passwords and keys are among them.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// librdkafka properties, passed on as they are: `"security.protocol" = "SASL_SSL"`.
#[derive(Clone, Default)]
pub struct Properties(BTreeMap<String, SecretString>);

impl Properties {
    /// Name and value, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose_secret()))
    }

    /// Whether `name` is set.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

impl FromIterator<(String, String)> for Properties {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect())
    }
}

/// A scalar as librdkafka wants it written.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Scalar;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("text, a number, true or false")
            }
            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }
            fn visit_u64<E>(self, whole: u64) -> Result<Scalar, E> {
                Ok(Scalar(whole.to_string()))
            }
            fn visit_i64<E>(self, whole: i64) -> Result<Scalar, E> {
                Ok(Scalar(whole.to_string()))
            }
            fn visit_f64<E>(self, fraction: f64) -> Result<Scalar, E> {
                Ok(Scalar(fraction.to_string()))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Scalar, E> {
                Ok(Scalar(flag.to_string()))
            }
        }
        from.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Properties;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a table of librdkafka properties")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Properties, M::Error> {
                let mut pairs = BTreeMap::new();
                while let Some((name, Scalar(value))) = map.next_entry::<String, Scalar>()? {
                    // No librdkafka property has an underscore, and no environment variable has a dot.
                    pairs.insert(name.replace('_', "."), SecretString::from(value));
                }
                Ok(Properties(pairs))
            }
        }
        from.deserialize_map(Pairs)
    }
}
