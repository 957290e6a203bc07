//! Alerts held against their keys and articles. Comes in: JSON of any form in which newsdelta tells alerts, public keys,
//! articles. Goes out: for each alert what holds and what does not. Never trusts what the JSON says of itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::PublicKey;
use crate::model::Article;
use crate::model::article::sha256_hex;

/// The alerts in a JSON value: an alert, a message or webhook body that holds several, a `CloudEvent` around one, a
/// payload for Alertmanager's receivers, a page of `/api/alerts`, or a list of any of these.
pub fn alerts_in(value: &Value) -> Vec<Value> {
    if let Value::Array(items) = value {
        return items.iter().flat_map(alerts_in).collect();
    }
    if value.get("evidence").is_some() && value.get("fact").is_some() {
        return vec![value.clone()];
    }
    // A whole alert as text is what receivers of another form get beside their own fields.
    if let Some(text) = value.pointer("/annotations/alert").and_then(Value::as_str) {
        return serde_json::from_str(text).map(|alert| alerts_in(&alert)).unwrap_or_default();
    }
    ["data", "alerts", "entries"].iter().filter_map(|name| value.get(name)).flat_map(alerts_in).collect()
}

/// The last letter of a text that was cut to fit.
pub const CUT: char = '…';

/// How one thing about an alert stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It holds.
    Holds(String),
    /// It does not, and why.
    Fails(String),
    /// Nobody asked for it.
    NotAsked,
}

impl Finding {
    fn of(result: Result<String, String>) -> Self {
        match result {
            Ok(words) => Self::Holds(words),
            Err(words) => Self::Fails(words),
        }
    }

    /// Whether it stands in the way of trust.
    pub const fn fails(&self) -> bool {
        matches!(self, Self::Fails(_))
    }
}

/// What was found of one alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its id, as it says.
    pub alert: String,
    /// Whether a known key signed it as it is.
    pub signature: Finding,
    /// Whether the article's text is the one that was signed.
    pub text: Finding,
    /// Whether the quote stands where the alert says.
    pub quote: Finding,
}

impl Checked {
    /// Whether anything fails.
    pub const fn fails(&self) -> bool {
        self.signature.fails() || self.text.fails() || self.quote.fails()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let finding = |finding: &Finding| match finding {
            Finding::Holds(words) => json!({ "holds": true, "reason": words }),
            Finding::Fails(words) => json!({ "holds": false, "reason": words }),
            Finding::NotAsked => Value::Null,
        };
        json!({
            "alert": self.alert, "holds": !self.fails(), "signature": finding(&self.signature),
            "text": finding(&self.text), "quote": finding(&self.quote),
        })
    }
}

/// What is known of the article of an alert.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// This is it.
    Article(&'a Article),
    /// It is there, but its text was kept long enough and is gone.
    TextGone,
    /// It was looked for and not found.
    Missing,
    /// Only the signature is asked for.
    NotAsked,
}

/// Holds one alert against the keys, by their ids, and its article.
pub fn check(alert: &Value, keys: &BTreeMap<String, PublicKey>, source: Source<'_>) -> Checked {
    let (text, quote) = match source {
        Source::Article(article) => {
            (Finding::of(text(alert, article)), Finding::of(quote(alert, &article.text)))
        }
        Source::Missing => {
            let words = format!("the article `{}` is not there to compare", field(alert, "/article"));
            (Finding::Fails(words.clone()), Finding::Fails(words))
        }
        Source::TextGone => {
            let words = format!(
                "the text of article `{}` was kept long enough and is gone from the store: give it with --article FILE, or \
                 ask for --signature-only",
                field(alert, "/article")
            );
            (Finding::Fails(words.clone()), Finding::Fails(words))
        }
        Source::NotAsked => (Finding::NotAsked, Finding::NotAsked),
    };
    Checked { alert: field(alert, "/id"), signature: Finding::of(signature(alert, keys)), text, quote }
}

fn field(alert: &Value, path: &str) -> String {
    alert.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn signature(alert: &Value, keys: &BTreeMap<String, PublicKey>) -> Result<String, String> {
    if alert.get("proof").is_none_or(Value::is_null) {
        return Err("the alert is not signed".to_owned());
    }
    let name = field(alert, "/proof/key");
    let key = keys.get(&name).ok_or_else(|| {
        let known: Vec<&str> = keys.keys().map(String::as_str).collect();
        format!(
            "signed with the key `{name}`, which is not known here: the known ones are {}",
            known.join(", ")
        )
    })?;
    key.check(alert)?;
    Ok(format!("signed with the key {name}"))
}

fn text(alert: &Value, article: &Article) -> Result<String, String> {
    let (signed, found) = (field(alert, "/text_sha256"), sha256_hex(&article.text));
    if signed == found {
        Ok(format!("the text of article {} is the one that was read", article.id))
    } else {
        Err(format!("the text of article {} is another one than was read", article.id))
    }
}

fn quote(alert: &Value, text: &str) -> Result<String, String> {
    let at = |name: &str| {
        let place = alert.pointer(&format!("/evidence/{name}")).and_then(Value::as_u64);
        usize::try_from(place.unwrap_or(u64::MAX)).unwrap_or(usize::MAX)
    };
    let (quote, start, end) = (field(alert, "/evidence/quote"), at("start"), at("end"));
    let stands = text.get(start..end);
    if stands == Some(quote.as_str()) {
        Ok(format!("the quote stands at bytes {start} to {end}"))
    } else if alert.get("trimmed") == Some(&Value::Bool(true))
        && let Some(beginning) = quote.strip_suffix(CUT).filter(|beginning| !beginning.is_empty())
        && stands.is_some_and(|stands| stands.starts_with(beginning))
    {
        Ok(format!("the beginning of the quote stands at bytes {start} to {end}; the rest was cut to fit"))
    } else if !quote.is_empty() && text.contains(&quote) {
        Err(format!("the quote stands in the article, but not at bytes {start} to {end}"))
    } else {
        Err("the quote does not stand in the article".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Draft;
    use crate::outputs::samples;
    use crate::proof::Signer;

    fn article() -> Article {
        let text = samples::toll_rises().evidence.quote + ", as of noon.";
        let draft = Draft { id: Some("a-2".to_owned()), text, ..Draft::default() };
        Article::new(draft, samples::moment())
    }

    fn signer(seed: u8) -> Signer {
        Signer::read(&Signer::new_pem(&[seed; 32]).unwrap()).unwrap()
    }

    fn keys(signer: &Signer) -> BTreeMap<String, PublicKey> {
        let key = signer.public_key();
        BTreeMap::from([(key.id().to_owned(), PublicKey::read(&key.pem().unwrap()).unwrap())])
    }

    fn signed() -> Value {
        let mut alert = samples::toll_rises();
        alert.text_sha256 = Some(sha256_hex(&article().text));
        alert.proof = Some(signer(7).sign(&alert).unwrap());
        serde_json::to_value(alert).unwrap()
    }

    #[test]
    fn what_was_signed_holds_however_its_fields_are_ordered() {
        let alert = signed();
        let checked = check(&alert, &keys(&signer(7)), Source::Article(&article()));
        assert!(!checked.fails(), "{checked:?}");
        let fields = alert.as_object().unwrap().iter().rev();
        let turned: Vec<String> = fields.map(|(name, value)| format!("\"{name}\": {value}")).collect();
        let turned = serde_json::from_str(&format!("{{ {} }}", turned.join(" , "))).unwrap();
        assert!(!check(&turned, &keys(&signer(7)), Source::NotAsked).fails());
    }

    #[test]
    fn whatever_is_changed_is_seen() {
        let changes: [(&str, Value); 14] = [
            ("/id", json!("alert-2")),
            ("/story", json!("story-2")),
            ("/article", json!("a-3")),
            ("/about", json!("demand")),
            ("/change", json!("down")),
            ("/fact/effect", json!("injured")),
            ("/fact/side", Value::Null),
            ("/before/value", json!(26)),
            ("/after/value", json!(30)),
            ("/after/bound", json!("exact")),
            ("/evidence/quote", json!("at least 30 people had been killed")),
            ("/evidence/start", json!(1)),
            ("/evidence/end", json!(9)),
            ("/text_sha256", json!(sha256_hex("another"))),
        ];
        for (path, value) in changes {
            let mut alert = signed();
            *alert.pointer_mut(path).unwrap() = value;
            let checked = check(&alert, &keys(&signer(7)), Source::NotAsked);
            assert!(checked.signature.fails(), "{path}: {checked:?}");
        }
    }

    #[test]
    fn a_foreign_key_a_foreign_signature_and_none_are_told_apart() {
        let reason =
            |alert: &Value, signer: &Signer| match check(alert, &keys(signer), Source::NotAsked).signature {
                Finding::Fails(words) => words,
                other => panic!("{other:?}"),
            };
        assert!(reason(&signed(), &signer(8)).contains("not known here"));
        let mut claimed = signed();
        claimed["proof"]["key"] = json!(signer(8).public_key().id());
        assert!(reason(&claimed, &signer(8)).contains("not what was signed"));
        let mut broken = signed();
        broken["proof"]["signature"] = json!("AAAA");
        assert!(reason(&broken, &signer(7)).contains("64 bytes"));
        let unsigned = serde_json::to_value(samples::toll_rises()).unwrap();
        assert!(reason(&unsigned, &signer(7)).contains("not signed"));
    }

    #[test]
    fn another_text_and_another_place_are_told_apart() {
        let mut other = article();
        other.text = format!("Updated. {}", other.text);
        let checked = check(&signed(), &keys(&signer(7)), Source::Article(&other));
        assert!(!checked.signature.fails() && checked.text.fails(), "{checked:?}");
        assert!(
            matches!(&checked.quote, Finding::Fails(words) if words.contains("but not at")),
            "{checked:?}"
        );
        assert!(check(&signed(), &keys(&signer(7)), Source::Missing).fails());
    }

    #[test]
    fn alerts_are_found_in_every_form_they_travel_in() {
        let alert = signed();
        let within = [
            json!({ "type": "alerts.created", "data": { "alerts": [alert, alert] } }),
            json!([{ "specversion": "1.0", "data": alert }, alert]),
            json!({ "version": "4", "alerts": [
                { "annotations": { "alert": alert.to_string() } }, { "annotations": { "alert": alert.to_string() } }
            ] }),
        ];
        for value in within {
            assert_eq!(alerts_in(&value), [alert.clone(), alert.clone()], "{value}");
        }
        assert_eq!(alerts_in(&json!({ "type": "report", "article": "a", "claims": 3 })), Vec::<Value>::new());
    }
}
