//! Proof of what was told. Comes in: an alert and an ed25519 key. Goes out: a signature over what the alert says and
//! what it rests on, or whether a signature holds. Needs nothing but the alert, the key and the article's text: no
//! store, no network, no clock. Never shows a private key.

pub mod cap;
pub mod checked;

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::config::{Check, Findings};
use crate::model::alert::Proof;
use crate::model::article::hex;
use crate::model::{Alert, Message};

/// `[proof]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofConfig {
    /// The private key (PKCS#8 in PEM) that signs every alert; without it none is signed.
    pub key: Option<SecretString>,
}

impl ProofConfig {
    /// What signs, if there is a key.
    ///
    /// # Errors
    /// The key is none.
    pub fn signer(&self) -> Result<Option<Signer>, String> {
        self.key.as_ref().map(Signer::read).transpose()
    }
}

impl Check for ProofConfig {
    fn check(&self, findings: &mut Findings<'_>) {
        if let Err(words) = self.signer() {
            findings.add("key", words);
        }
    }
}

/// What a signature covers, as a canonical text (RFC 8785: fields in order, no spaces): whatever the alert's JSON went
/// through, whoever knows these fields comes to the same text.
///
/// # Errors
/// Names the field that the alert lacks.
pub fn canonical(alert: &Value, key: &str) -> Result<String, String> {
    let field =
        |path: &str| alert.pointer(path).cloned().ok_or_else(|| format!("the alert has no {}", dotted(path)));
    let mut signed = Map::new();
    let fields = ["/id", "/story", "/article", "/about", "/fact", "/change", "/before", "/after"];
    let evidence = ["/evidence/quote", "/evidence/start", "/evidence/end"];
    for path in fields.iter().chain(&evidence).chain(&["/text_sha256"]) {
        signed.insert(dotted(path), field(path)?);
    }
    // Names the form, so that no signature over anything else can be taken for one over an alert.
    signed.insert("proof".to_owned(), json!("newsdelta alert 1"));
    signed.insert("key".to_owned(), json!(key));
    let mut text = String::new();
    write(&Value::Object(signed), &mut text);
    Ok(text)
}

fn dotted(path: &str) -> String {
    path.trim_start_matches('/').replace('/', ".")
}

/// Writes a value with the fields of every object in order.
fn write(value: &Value, text: &mut String) {
    let comma = |at: usize, text: &mut String| {
        if at > 0 {
            text.push(',');
        }
    };
    match value {
        Value::Object(fields) => {
            // The map of serde_json may keep the order of arrival, by the wish of any other crate.
            let sorted: std::collections::BTreeMap<&String, &Value> = fields.iter().collect();
            text.push('{');
            for (at, (name, value)) in sorted.into_iter().enumerate() {
                comma(at, text);
                *text += &Value::from(name.as_str()).to_string();
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                comma(at, text);
                write(item, text);
            }
            text.push(']');
        }
        plain => *text += &plain.to_string(),
    }
}

/// Signs alerts.
pub struct Signer {
    key: SigningKey,
    id: String,
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signer({})", self.id)
    }
}

impl Signer {
    /// Takes a private key as PEM.
    ///
    /// # Errors
    /// Says how to make one; never shows what was given.
    pub fn read(pem: &SecretString) -> Result<Self, String> {
        let key = SigningKey::from_pkcs8_pem(pem.expose_secret().trim()).map_err(|_hidden| {
            "is no ed25519 private key in PEM: make one with `newsdelta verify --new-key FILE` and name the file as \
             `key_file`"
        })?;
        Ok(Self { id: id_of(&key.verifying_key()), key })
    }

    /// A new key from 32 random bytes, as PEM.
    ///
    /// # Errors
    /// Only when the key cannot be written as PEM.
    pub fn new_pem(random: &[u8; 32]) -> Result<SecretString, String> {
        let pem = SigningKey::from_bytes(random).to_pkcs8_pem(LineEnding::LF);
        pem.map(|pem| SecretString::from(pem.as_str()))
            .map_err(|error| format!("no key can be made: {error}"))
    }

    /// The key that checks what this one signs.
    pub fn public_key(&self) -> PublicKey {
        PublicKey { key: self.key.verifying_key(), id: self.id.clone() }
    }

    /// Signs an alert as it is now; the same alert always gets the same signature.
    ///
    /// # Errors
    /// An alert from before there were signatures, which does not name its text.
    pub fn sign(&self, alert: &Alert) -> Result<Proof, String> {
        self.sign_json(&serde_json::to_value(alert).map_err(|error| error.to_string())?)
    }

    /// Signs every alert of a message.
    pub fn sign_all(&self, message: &mut Message) {
        for alert in &mut message.alerts {
            alert.proof = self
                .sign(alert)
                // Told before there were signatures: better shown without than never.
                .inspect_err(|reason| tracing::warn!(alert = alert.id, reason, "an alert stays unsigned"))
                .ok();
        }
    }

    /// Signs an alert in the JSON in which it is sent, for outputs that cannot send it whole.
    ///
    /// # Errors
    /// Names the field that it lacks.
    pub fn sign_json(&self, alert: &Value) -> Result<Proof, String> {
        let signature = self.key.sign(canonical(alert, &self.id)?.as_bytes());
        Ok(Proof { key: self.id.clone(), signature: BASE64_STANDARD.encode(signature.to_bytes()) })
    }
}

/// Checks signatures.
#[derive(Debug, Clone)]
pub struct PublicKey {
    key: VerifyingKey,
    id: String,
}

impl PublicKey {
    /// Takes a public key as PEM.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn read(pem: &str) -> Result<Self, String> {
        let key = VerifyingKey::from_public_key_pem(pem.trim()).map_err(|_words| {
            "is no ed25519 public key in PEM: `newsdelta verify --print-public-key` prints the one of a config"
        })?;
        Ok(Self { id: id_of(&key), key })
    }

    /// The key as PEM.
    ///
    /// # Errors
    /// Only when it cannot be written as PEM.
    pub fn pem(&self) -> Result<String, String> {
        self.key.to_public_key_pem(LineEnding::LF).map_err(|error| error.to_string())
    }

    /// Under which name alerts speak of it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the signature in an alert's JSON is this key's, over this alert.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, alert: &Value) -> Result<(), String> {
        let text = alert.pointer("/proof/signature").and_then(Value::as_str).unwrap_or_default();
        let bytes = BASE64_STANDARD.decode(text).ok();
        let signature = bytes
            .and_then(|bytes| Signature::from_slice(&bytes).ok())
            .ok_or("the signature is none: 64 bytes in base64 are expected")?;
        let signed = canonical(alert, &self.id)?;
        self.key
            .verify_strict(signed.as_bytes(), &signature)
            .map_err(|_words| "the alert is not what was signed".to_owned())
    }
}

/// A key's name: the start of the SHA-256 of its 32 bytes.
fn id_of(key: &VerifyingKey) -> String {
    let mut id = hex(&Sha256::digest(key.as_bytes()));
    id.truncate(16);
    id
}
