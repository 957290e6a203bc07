//! `newsdelta verify`: whether alerts are what was told. Comes in: alerts in any form they travel in, a public key, and the articles, from a store or as files. Goes out: for each alert what holds, and exit code 1 when something
//! does not. Makes keys, too. Never asks the network, never prints a private key.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{ConfigFile, Done, articles};
use crate::model::Article;
use crate::proof::checked::{self, Checked, Finding, Source};
use crate::proof::{PublicKey, Signer, cap};
use crate::store::sqlite::{Access, Options};
use crate::store::{SqliteStore, Store};

/// What to check, and by what.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// A public key (PEM); without it, that of the config's key
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// The articles of the alerts, as files; without it, they are looked up in the store
    #[arg(long, value_name = "FILE", conflicts_with = "store")]
    article: Vec<PathBuf>,
    /// The store with the articles; without it, that of the config
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Check the signatures alone
    #[arg(long, conflicts_with_all = ["article", "store"])]
    signature_only: bool,
    /// JSON lines, one per alert
    #[arg(long)]
    json: bool,
    /// Make a private key, write it to FILE (which only its owner may read) and print its public key
    #[arg(long, value_name = "FILE", exclusive = true)]
    new_key: Option<PathBuf>,
    /// Print the public key of the config's key, for those who are to check alerts
    #[arg(long, conflicts_with_all = ["public_key", "article", "store", "signature_only", "json", "files"])]
    print_public_key: bool,
    /// Files of JSON or JSON lines with alerts or webhook bodies, or CAP documents; - for standard input
    #[arg(required_unless_present_any = ["new_key", "print_public_key"], value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    if let Some(path) = &arguments.new_key {
        return print_public(&make_key(path)?);
    }
    if arguments.print_public_key {
        let signer = super::run::signer(&arguments.config.load()?)?;
        let signer = signer.context("the config has no `key` in [proof]: make one with --new-key FILE")?;
        return print_public(&signer.public_key());
    }
    let keys = keys(arguments)?;
    let shelf = Shelf::open(arguments)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut count, mut done) = (0, shelf.done);
    for path in &arguments.files {
        let text = text_of(path)?;
        for alert in alerts_of(&text).with_context(|| path.display().to_string())? {
            let checked = shelf.check(&alert, &keys)?;
            if checked.fails() {
                done = Done::WithFailures;
            }
            count += 1;
            if arguments.json {
                writeln!(out, "{}", checked.json())?;
            } else {
                print(&mut out, &checked)?;
            }
        }
    }
    out.flush()?;
    if count == 0 {
        bail!("there is no alert in what was given");
    }
    Ok(done)
}

/// Makes a private key; a file that exists is never overwritten.
fn make_key(path: &Path) -> anyhow::Result<PublicKey> {
    let mut random = [0; 32];
    let source = rustls::crypto::ring::default_provider().secure_random;
    if source.fill(&mut random).is_err() {
        bail!("the operating system gives no random numbers");
    }
    let pem = Signer::new_pem(&random).map_err(anyhow::Error::msg)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).with_context(|| format!("cannot make {}", path.display()))?;
    file.write_all(pem.expose_secret().as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Signer::read(&pem).map_err(anyhow::Error::msg)?.public_key())
}

fn print_public(key: &PublicKey) -> anyhow::Result<Done> {
    let pem = key.pem().map_err(anyhow::Error::msg)?;
    write!(io::stdout().lock(), "{pem}")?;
    // Beside the key and not in it, so that the key can go into a file as it is.
    writeln!(io::stderr().lock(), "alerts call this key {}", key.id())?;
    Ok(Done::Well)
}

/// The keys by their ids.
fn keys(arguments: &Arguments) -> anyhow::Result<BTreeMap<String, PublicKey>> {
    let mut keys: Vec<PublicKey> = Vec::new();
    for path in &arguments.public_key {
        let pem = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        if pem.contains("PRIVATE KEY") {
            // Whoever has the private key may use it here, too; nothing of it is shown.
            let signer = Signer::read(&SecretString::from(pem));
            keys.push(signer.map_err(|words| anyhow::anyhow!("{} {words}", path.display()))?.public_key());
        } else {
            let key = PublicKey::read(&pem);
            keys.push(key.map_err(|words| anyhow::anyhow!("{} {words}", path.display()))?);
        }
    }
    if keys.is_empty() {
        keys.extend(super::run::signer(&arguments.config.load()?)?.map(|signer| signer.public_key()));
    }
    if keys.is_empty() {
        bail!("there is no key to check with: give --public-key FILE, or a config with a `key` in [proof]");
    }
    Ok(keys.into_iter().map(|key| (key.id().to_owned(), key)).collect())
}

/// Where the articles are.
struct Shelf {
    place: Place,
    /// Whether every file given as an article could be read.
    done: Done,
}

enum Place {
    Store(Runtime, Arc<dyn Store>),
    Files(Vec<Article>),
    Nowhere,
}

impl Shelf {
    fn open(arguments: &Arguments) -> anyhow::Result<Self> {
        if arguments.signature_only {
            return Ok(Self { place: Place::Nowhere, done: Done::Well });
        }
        if !arguments.article.is_empty() {
            let mut found = Vec::new();
            let done = articles::all(&arguments.article, |article| {
                found.push(article);
                Ok(())
            })?;
            return Ok(Self { place: Place::Files(found), done });
        }
        let (runtime, store) = match &arguments.store {
            Some(path) => {
                let runtime = Runtime::new().context("cannot start the runtime")?;
                let entered = runtime.enter();
                let store = SqliteStore::open(path, Access::ReadOnly, Options::default())?;
                drop(entered);
                (runtime, Arc::new(store) as Arc<dyn Store>)
            }
            None => arguments.config.store().context(
                "the articles are needed: give them with --article FILE or --store FILE, or ask for --signature-only",
            )?,
        };
        Ok(Self { place: Place::Store(runtime, store), done: Done::Well })
    }

    fn check(&self, alert: &Value, keys: &BTreeMap<String, PublicKey>) -> anyhow::Result<Checked> {
        let id = alert.get("article").and_then(Value::as_str).unwrap_or_default();
        let found = match &self.place {
            Place::Store(runtime, store) => {
                // The store takes the start of an id for the whole; an alert names the whole.
                let known = runtime.block_on(store.article(id))?;
                known.map(|known| known.article).filter(|article| article.id == id)
            }
            Place::Files(articles) => {
                // A copy that has lost its id can still be compared when it is the only one.
                let only = articles.first().filter(|_| articles.len() == 1);
                articles.iter().find(|article| article.id == id).or(only).cloned()
            }
            Place::Nowhere => return Ok(checked::check(alert, keys, Source::NotAsked)),
        };
        let source = match &found {
            Some(article) if article.has_text() => Source::Article(article),
            Some(_) => Source::TextGone,
            None => Source::Missing,
        };
        Ok(checked::check(alert, keys, source))
    }
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text)
}

/// The alerts of JSON values, one or many, on lines or not; or of CAP documents.
fn alerts_of(text: &str) -> anyhow::Result<Vec<Value>> {
    if cap::is_xml(text) {
        return cap::alerts_in(text).map_err(anyhow::Error::msg);
    }
    let values = serde_json::Deserializer::from_str(text).into_iter().collect::<Result<Vec<Value>, _>>();
    Ok(values.context("is no JSON")?.iter().flat_map(checked::alerts_in).collect())
}

fn print(out: &mut impl Write, checked: &Checked) -> io::Result<()> {
    let verdict = if checked.fails() { "FAILS" } else { "holds" };
    writeln!(out, "{}: {verdict}", checked.alert)?;
    for finding in [&checked.signature, &checked.text, &checked.quote] {
        match finding {
            Finding::Holds(words) => writeln!(out, "    ok: {words}")?,
            Finding::Fails(words) => writeln!(out, "    NOT: {words}")?,
            Finding::NotAsked => {}
        }
    }
    Ok(())
}
