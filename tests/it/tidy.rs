//! The order of the house, checked where prose would rot: headers of files, paths that documents name, the corpus beside
//! each rule, the length of files, and nothing left unfinished.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// A longer file hides an idea that wants a file of its own.
const LINES_MAX: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the repository with this ending, as a path from its root, with its text.
fn files(ending: &str) -> Vec<(PathBuf, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files of the repository");
    let names = String::from_utf8(listed.stdout).unwrap();
    let paths = names.lines().map(PathBuf::from).filter(|path| root().join(path).is_file());
    let found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| (path.clone(), fs::read_to_string(root().join(path)).unwrap()))
        .collect();
    assert!(!found.is_empty(), "no file ends in .{ending}");
    found
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn every_source_file_opens_with_what_it_is_for() {
    let opens = |text: &str| text.starts_with("//!") || text.starts_with("#![doc");
    let without: Vec<_> = files("rs")
        .iter()
        .filter(|(_, text)| !opens(text))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_none("files that do not open with `//!`", &without);
}

#[test]
fn no_source_file_is_too_long() {
    let long: Vec<_> = files("rs")
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert_none("files that hide more than one idea", &long);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here so that this file does not find itself.
    let later = ["TO", "DO|FIX", "ME|XX", "X"].concat();
    let later = Regex::new(&format!(r"\b({later})\b|\b(todo|unimplemented)!\(")).unwrap();
    let mut found = Vec::new();
    for (path, text) in files("rs").into_iter().chain(files("md")).chain(files("toml")) {
        let lines = text.lines().enumerate().filter(|(_, line)| later.is_match(line));
        found.extend(lines.map(|(at, line)| format!("{}:{}: {}", path.display(), at + 1, line.trim())));
    }
    assert_none("left for later", &found);
}

#[test]
fn every_path_that_a_document_names_exists() {
    let named =
        Regex::new(r"(?:^|[\s`(\[/])((?:src|config|seeds|deploy|tests)/[A-Za-z0-9_./*{},-]*)").unwrap();
    let mut lost = Vec::new();
    for (document, text) in files("md") {
        // A corpus is English; its slashes are not paths.
        if document.starts_with("src/extract") || document.starts_with("src/text") {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            // Paths outside the repository are not ours to keep.
            let line = line.replace("../shared/", " shared-");
            for found in named.captures_iter(&line) {
                let path = found[1].trim_end_matches(['.', ',', '/']);
                let pattern = path.contains(['*', '{', '}']) || path.contains("NAME");
                if !pattern && !root().join(path).exists() {
                    lost.push(format!("{}:{}: {path}", document.display(), at + 1));
                }
            }
        }
    }
    assert_none("paths that do not exist", &lost);
}

#[test]
fn every_rule_has_its_corpus_and_every_corpus_its_rule() {
    let defines = Regex::new(r"\bRule\s*\{").unwrap();
    let (mut alone, mut rules) = (Vec::new(), 0);
    for (path, text) in files("rs").into_iter().filter(|(path, _)| path.starts_with("src/extract/english")) {
        if defines.is_match(&text) && text.contains("include_str!") {
            rules += 1;
            if !root().join(path.with_extension("md")).is_file() {
                alone.push(format!("{}: no corpus beside it", path.display()));
            }
        }
    }
    for (path, _) in files("md").into_iter().filter(|(path, _)| path.starts_with("src/extract/english")) {
        if !root().join(path.with_extension("rs")).is_file() {
            alone.push(format!("{}: no rule beside it", path.display()));
        }
    }
    assert!(rules > 0, "no rule was found: has its form changed?");
    assert_none("rules without corpus, or corpora without rule", &alone);
}
