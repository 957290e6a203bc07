//! Articles named on the command line. Comes in: files, folders, or `-` for standard input. Goes out: articles in
//! order, and a line on stderr for each one that cannot be read. Never watches and never remembers.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;

use crate::model::Article;
use crate::read::stream::Source;
use crate::read::{self, ReadConfig};

use super::Done;

/// Endings of the files taken from a folder; a file named outright is read whatever its ending.
const FORMS: [&str; 11] =
    ["txt", "json", "jsonl", "xml", "nitf", "rss", "atom", "html", "htm", "eml", "warc"];

/// No line of a file that is read line by line is longer: as many bytes as somebody may have written by hand, and few
/// enough to be held.
const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Reads all articles; JSON lines one by one, however large the file. Articles without a publication time speak from the epoch, so that the same files give the same
/// answer at any time.
pub(super) fn all(
    paths: &[PathBuf],
    mut take: impl FnMut(Article) -> anyhow::Result<()>,
) -> anyhow::Result<Done> {
    let mut done = Done::Well;
    for path in expand(paths)? {
        let (label, form) = (path.display().to_string(), form_of(&path).filter(|_| path.as_os_str() != "-"));
        let opened = open(&path).and_then(|source| {
            let config = ReadConfig { article_bytes_max: LINE_BYTES_MAX };
            read::stream::recognise(source, form.as_deref(), Timestamp::UNIX_EPOCH, &config)
                .with_context(|| cannot_read(&path))
        });
        let each = |article: Result<Article, read::ReadError>| match article {
            Ok(article) => take(article),
            Err(error) => {
                done = Done::WithFailures;
                Ok(writeln!(io::stderr().lock(), "{label}: {error}")?)
            }
        };
        let whole = match opened {
            Ok(Source::Lines(mut articles)) => {
                articles.try_for_each(each)?;
                continue;
            }
            Ok(Source::Other(mut source)) => {
                let mut bytes = Vec::new();
                source.read_to_end(&mut bytes).with_context(|| cannot_read(&path)).map(|_| bytes)
            }
            Err(error) => Err(error),
        };
        match whole {
            Ok(bytes) => {
                // The size limit protects the daemon from others; who names a file here means to have it read.
                let config = ReadConfig { article_bytes_max: bytes.len().max(1) };
                read::read(&bytes, form.as_deref(), Timestamp::UNIX_EPOCH, &config).try_for_each(each)?;
            }
            Err(error) => {
                done = Done::WithFailures;
                writeln!(io::stderr().lock(), "{error:#}")?;
            }
        }
    }
    Ok(done)
}

/// Reads all articles that folders hold beside other files: what is no article is left out.
pub(super) fn texts(
    paths: &[PathBuf],
    take: impl FnMut(Article) -> anyhow::Result<()>,
) -> anyhow::Result<Done> {
    let mut files = expand(paths)?;
    let other = ["stream.json", "gold.jsonl", "gold.json"];
    files.retain(|file| !file.file_name().is_some_and(|name| other.iter().any(|other| name == *other)));
    all(&files, take)
}

/// Folders become their article files, in order of name.
fn expand(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            folder(path, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn folder(dir: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read the folder {}", dir.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            folder(&path, files)?;
        } else if is_article(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a file of a folder is an article by its ending, gzipped or not.
fn is_article(path: &Path) -> bool {
    let known = |path: &Path| form_of(path).is_some_and(|form| FORMS.contains(&form.as_str()));
    known(path) || (path.extension().is_some_and(|ending| ending == "gz") && known(&path.with_extension("")))
}

fn form_of(path: &Path) -> Option<String> {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase())
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Read + Send>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file = fs::File::open(path).with_context(|| cannot_read(path))?;
    Ok(Box::new(file))
}

fn cannot_read(path: &Path) -> String {
    if path.as_os_str() == "-" {
        "cannot read standard input".to_owned()
    } else {
        format!("cannot read {}", path.display())
    }
}
