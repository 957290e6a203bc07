//! The formats of the trade by example: each file of `tests/formats/` and the articles, or the reasons, that it must
//! give. An expectation names only the fields it is about; `contains` and `lacks` speak of the text, `error` of the
//! reason.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::model::Article;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/formats")
}

/// Whether an outcome is what was expected; else the difference.
fn differs(expected: &Value, found: &Result<Article, ReadError>) -> Option<String> {
    let fields = expected.as_object().expect("an expectation is an object");
    let article = match (found, fields.get("error")) {
        (Err(error), Some(why)) => {
            let why = why.as_str().expect("a reason is text");
            return (!error.to_string().contains(why)).then(|| format!("`{error}` does not say `{why}`"));
        }
        (Err(error), None) => return Some(format!("is refused: {error}")),
        (Ok(_), Some(_)) => return Some("is read".to_owned()),
        (Ok(article), None) => article,
    };
    let shown = serde_json::to_value(article).expect("an article is JSON");
    fields.iter().find_map(|(name, value)| {
        let words = value.as_str().unwrap_or_default();
        match name.as_str() {
            "contains" => {
                (!article.text.contains(words)).then(|| format!("no `{words}` in {}", article.text))
            }
            "lacks" => article.text.contains(words).then(|| format!("`{words}` in {}", article.text)),
            _ => {
                let found = shown.get(name).cloned().unwrap_or(Value::Null);
                (found != *value).then(|| format!("{name} is {found}, expected {value}"))
            }
        }
    })
}

#[test]
fn every_example_gives_its_articles_whatever_its_name() {
    let mut seen = 0;
    for entry in fs::read_dir(folder()).expect("the examples are there") {
        let path = entry.expect("is listed").path();
        let name = path.file_name().expect("has a name").to_string_lossy().into_owned();
        if name.ends_with(".expected.json") {
            continue;
        }
        let stem = name.split('.').next().unwrap_or_default();
        let expected = fs::read_to_string(folder().join(format!("{stem}.expected.json"))).expect(&name);
        let expected: Vec<Value> = serde_json::from_str(&expected).expect(&name);
        let bytes = fs::read(&path).expect("is readable");
        let config = ReadConfig::default();
        let read = |form| read(&bytes, form, "2031-06-01T00:00:00Z".parse::<Timestamp>().unwrap(), &config);
        let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
        // A page without any mark of a page can only be known by its name.
        for form in [ending.as_deref(), Some("txt"), None] {
            if form == Some("txt") && name.contains("json") {
                continue;
            }
            let found: Vec<_> = read(form).collect();
            assert_eq!(found.len(), expected.len(), "{name} as {form:?}: {found:#?}");
            for (expected, found) in expected.iter().zip(&found) {
                if let Some(why) = differs(expected, found) {
                    panic!("{name} as {form:?}: {why}");
                }
            }
        }
        seen += 1;
    }
    assert!(seen >= 20, "only {seen} examples were found");
}

#[test]
fn an_archive_of_gigabytes_in_kilobytes_is_refused() {
    let bomb = {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let block = vec![b'a'; 1 << 20];
        for _ in 0..64 {
            std::io::Write::write_all(&mut packer, &block).expect("is packed");
        }
        packer.finish().expect("is packed")
    };
    let outcomes: Vec<_> = read(&bomb, Some("gz"), Timestamp::UNIX_EPOCH, &ReadConfig::default()).collect();
    assert!(
        matches!(&outcomes[..], [Err(ReadError { reason: Reason::TooLarge { .. }, .. })]),
        "{outcomes:?}"
    );
}
