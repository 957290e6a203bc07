//! What two builds read differently. Comes in: another program of this name, and articles. Goes out: claims gained, lost
//! and changed, article by article, and their number by rule. Judges neither build.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::extract;
use crate::model::Article;

/// What sets two claims on the same words apart without making them two.
const DETAILS: &[&str] = &[
    "value",
    "high",
    "bound",
    "group",
    "side",
    "place",
    "scope",
    "source",
    "as_of",
    "relation",
    "by",
    "to",
    "act",
    "force",
    "status",
    "condition",
    "actor",
    "stance",
    "target",
    "rule",
];

/// Claims by how they differ, counted under the rule that reads them.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// One line each.
    pub(super) lines: Vec<String>,
    /// Gained, lost, changed by rule.
    pub(super) by_rule: BTreeMap<String, [usize; 3]>,
}

/// Reads all articles with both builds.
pub(super) fn compare(other: &Path, articles: &[Article]) -> anyhow::Result<Difference> {
    let theirs = read_with(other, articles)?;
    let mut difference = Difference::default();
    for article in articles {
        let ours: Vec<Value> =
            extract::extract(article).iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
        let theirs = theirs.get(&article.id).cloned().unwrap_or_default();
        difference.add(&article.id, &theirs, &ours);
    }
    Ok(difference)
}

/// The claims of every article as the other build reads them, by article.
fn read_with(other: &Path, articles: &[Article]) -> anyhow::Result<BTreeMap<String, Vec<Value>>> {
    let mut file =
        tempfile::Builder::new().suffix(".jsonl").tempfile().context("cannot make a temporary file")?;
    for article in articles {
        // The title goes with the text, so that offsets mean the same in both builds.
        let line = serde_json::json!({
            "id": article.id, "outlet": article.outlet, "url": article.url, "published_at": article.published_at,
            "text": article.text,
        });
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    let done = Command::new(other)
        .args(["read", "--json"])
        .arg(file.path())
        .output()
        .with_context(|| format!("cannot start {}", other.display()))?;
    if !done.status.success() {
        bail!("{} read --json: {}", other.display(), String::from_utf8_lossy(&done.stderr));
    }
    let mut claims = BTreeMap::new();
    for line in done.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let mut line: Value =
            serde_json::from_slice(line).context("the other build prints no lines of JSON")?;
        let article = line.get("article").and_then(Value::as_str).unwrap_or_default().to_owned();
        let of_article = line.get_mut("claims").and_then(Value::as_array_mut).map(std::mem::take);
        claims.insert(article, of_article.unwrap_or_default());
    }
    Ok(claims)
}

impl Difference {
    fn add(&mut self, article: &str, theirs: &[Value], ours: &[Value]) {
        let mut gone: Vec<&Value> = theirs.iter().filter(|claim| !ours.contains(claim)).collect();
        for new in ours.iter().filter(|claim| !theirs.contains(claim)) {
            // One claim in two forms stands on words that overlap and says the same kind of thing.
            match gone.iter().position(|old| overlap(old, new) && same_kind(old, new)) {
                Some(at) => {
                    let old = gone.remove(at);
                    self.note(2, "changed", article, new, &details(old, new));
                }
                None => self.note(0, "gained", article, new, &summary(new)),
            }
        }
        for old in gone {
            self.note(1, "lost", article, old, &summary(old));
        }
    }

    fn note(&mut self, column: usize, how: &str, article: &str, claim: &Value, what: &str) {
        let rule = claim["rule"].as_str().unwrap_or("no rule").to_owned();
        if let Some(count) = self.by_rule.entry(rule).or_default().get_mut(column) {
            *count += 1;
        }
        self.lines
            .push(format!("{how:8} {article}: {what} | {}", claim["quote"].as_str().unwrap_or_default()));
    }
}

fn same_kind(one: &Value, other: &Value) -> bool {
    one["kind"] == other["kind"] && one["effect"] == other["effect"]
}

fn overlap(one: &Value, other: &Value) -> bool {
    let place = |claim: &Value, end: &str| claim[end].as_u64().unwrap_or_default();
    place(one, "start") < place(other, "end") && place(other, "start") < place(one, "end")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a claim says in short.
fn summary(claim: &Value) -> String {
    let fields = ["effect", "value", "by", "to", "act", "actor", "stance", "target", "scope"];
    let said = fields.iter().map(|field| &claim[*field]).filter(|value| !value.is_null());
    let words: Vec<String> = said.map(text).collect();
    format!("{} {}", text(&claim["kind"]), words.join(" "))
}

/// Which details changed, from what to what.
fn details(old: &Value, new: &Value) -> String {
    let changed = DETAILS.iter().filter(|field| old[**field] != new[**field]);
    let words: Vec<String> =
        changed.map(|field| format!("{field} {} -> {}", text(&old[*field]), text(&new[*field]))).collect();
    let words = if words.is_empty() { "other words".to_owned() } else { words.join(", ") };
    format!("{}: {words}", summary(new))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claim(value: u64, start: u64, place: Option<&str>) -> Value {
        json!({
            "kind": "casualties", "effect": "killed", "value": value, "place": place, "start": start, "end": start + 9,
            "quote": "some dead", "rule": "toll",
        })
    }

    #[test]
    fn claims_are_gained_lost_and_changed() {
        let mut difference = Difference::default();
        let theirs = [claim(4, 0, None), claim(5, 50, None), claim(6, 100, None)];
        let ours = [claim(4, 0, None), claim(5, 52, Some("Osmara")), claim(7, 200, None)];
        difference.add("a", &theirs, &ours);
        assert_eq!(
            difference.lines,
            [
                "changed  a: casualties killed 5: place null -> Osmara | some dead",
                "gained   a: casualties killed 7 | some dead",
                "lost     a: casualties killed 6 | some dead",
            ]
        );
        assert_eq!(difference.by_rule["toll"], [1, 1, 1]);
    }
}
