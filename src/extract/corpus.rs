//! Test only. Runs each rule against the Markdown corpus beside it: a sentence indented by four spaces, then lines
//! that begin with `= ` and say what must be read in it, or `= nothing`. Every corpus is read with the full reader;
//! at least three of its sentences must be read by the rule itself, else it tests another.
//!
//! `= deed ACTOR act`: deeds are checked where a line lists one, or says `= no deed`.
//!
//! The forms: `= killed 29 at_least people side=… place=… scope=… source=… high=… relation=…`,
//! `= demand BY -> TO act force [status]` and `= position ACTOR stance TARGET`, where `-` stands for nobody and names
//! of several words are written with underscores. Attributes that are not written are not checked. Of casualties, no
//! others may be read than those listed (`= no casualties`: none, whatever else is said); demands and positions likewise when at least one line lists one.
//! A sentence that begins with `TITLE | ` gives the article that title.

use super::rule::{RULES, Rule};
use super::{CUES, read, read_all, worth_reading};
use crate::model::{Article, Bound, Casualty, Claim, Draft, Moment};
use crate::text::gazetteer::Gazetteer;
use crate::text::skim::{Outline, Skim};

/// A sentence with what must be read in it.
#[derive(Debug)]
pub(super) struct Case {
    /// Where it stands, from 1.
    pub(super) line: usize,
    /// The sentence, or `TITLE | ` and the text of an article.
    pub(super) sentence: String,
    /// The lines that say what must be read.
    pub(super) expected: Vec<String>,
}

/// The sentences of a corpus.
pub(super) fn cases(corpus: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, line) in corpus.lines().enumerate() {
        if let Some(sentence) = line.strip_prefix("    ") {
            cases.push(Case { line: index + 1, sentence: sentence.trim().to_owned(), expected: Vec::new() });
        } else if let (Some(expected), Some(case)) = (line.strip_prefix("= "), cases.last_mut()) {
            case.expected.push(expected.trim().to_owned());
        }
    }
    cases
}

/// Whether a line says that there is nothing to read.
fn is_negative(line: &str) -> bool {
    matches!(line, "nothing" | "no casualties" | "no deed")
}

/// An article of the sentence alone.
pub(super) fn article(sentence: &str) -> Article {
    let (title, text) = sentence.split_once(" | ").unwrap_or(("Report", sentence));
    let published_at = Moment::parse("2031-05-14T18:00:00Z").unwrap();
    let draft = Draft {
        title: Some(title.to_owned()),
        text: text.to_owned(),
        published_at: Some(published_at),
        ..Draft::default()
    };
    Article::new(draft, published_at.at)
}

fn named(text: Option<&str>) -> String {
    text.map_or_else(|| "-".to_owned(), |text| text.replace(' ', "_"))
}

fn shown(claim: &Claim) -> String {
    match claim {
        Claim::Casualty(c) => format!(
            "{} {} {} {} side={} place={} scope={} source={} high={} relation={}  [{}: {}]",
            c.effect,
            c.value,
            c.bound,
            c.group,
            named(c.side.as_deref()),
            named(c.place.as_deref()),
            c.scope,
            named(c.source.as_deref()),
            c.high.map_or_else(|| "-".to_owned(), |high| high.to_string()),
            format!("{:?}", c.relation).to_lowercase(),
            c.evidence.rule,
            c.evidence.quote
        ),
        Claim::Demand(d) => format!(
            "demand {} -> {} {} {} {}  [{}: {}]",
            named(Some(&d.by)),
            named(d.to.as_deref()),
            d.act,
            d.force,
            d.status,
            d.evidence.rule,
            d.evidence.quote
        ),
        Claim::Deed(d) => {
            format!("deed {} {}  [{}: {}]", named(Some(&d.by)), d.act, d.evidence.rule, d.evidence.quote)
        }
        Claim::Position(p) => format!(
            "position {} {} {}  [{}: {}]",
            named(Some(&p.actor)),
            p.stance,
            named(p.target.as_deref()),
            p.evidence.rule,
            p.evidence.quote
        ),
    }
}

fn casualty_fits(expected: &str, found: &Casualty) -> bool {
    let mut words = expected.split_whitespace();
    if words.next() != Some(found.effect.as_str()) {
        return false;
    }
    words.all(|word| match word.split_once('=') {
        Some(("side", name)) => name == named(found.side.as_deref()),
        Some(("place", name)) => name == named(found.place.as_deref()),
        Some(("source", name)) => name == named(found.source.as_deref()),
        Some(("scope", name)) => name == found.scope.as_str(),
        Some(("high", high)) => found.high.map(|high| high.to_string()).as_deref() == Some(high),
        Some(("relation", name)) => name == format!("{:?}", found.relation).to_lowercase(),
        Some((key, _)) => panic!("unknown attribute `{key}` in `= {expected}`"),
        None => match word.parse::<u64>() {
            Ok(value) => value == found.value,
            Err(_) if Bound::parse(word).is_some() => Bound::parse(word) == Some(found.bound),
            Err(_) => word == found.group.as_str(),
        },
    })
}

fn fits(expected: &str, claim: &Claim) -> bool {
    match claim {
        Claim::Casualty(casualty) => casualty_fits(expected, casualty),
        Claim::Demand(_) | Claim::Position(_) | Claim::Deed(_) => {
            let shown = shown(claim);
            let shown = shown.split("  [").next().unwrap_or_default();
            let mut words = shown.split_whitespace();
            expected.split_whitespace().all(|word| words.next() == Some(word))
        }
    }
}

/// What is wrong with the reading of one case: an empty answer means nothing.
fn complaint(case: &Case, claims: &[Claim], strict: bool) -> Option<String> {
    let listed: Vec<&str> =
        case.expected.iter().map(String::as_str).filter(|&line| !is_negative(line)).collect();
    let only_casualties = case.expected.iter().any(|line| line == "no casualties");
    let lists_words = listed.iter().any(|line| line.starts_with("demand") || line.starts_with("position"));
    let mut left: Vec<&Claim> = claims
        .iter()
        .filter(|claim| {
            let about_deeds = case.expected.iter().any(|line| line.starts_with("deed") || line == "no deed");
            match claim {
                Claim::Casualty(_) => true,
                Claim::Deed(_) => about_deeds,
                Claim::Demand(_) | Claim::Position(_) => {
                    lists_words || listed.is_empty() && !only_casualties && !about_deeds
                }
            }
        })
        .collect();
    let mut missing = Vec::new();
    for line in &listed {
        match left.iter().position(|claim| fits(line, claim)) {
            Some(at) => drop(left.remove(at)),
            None => missing.push(*line),
        }
    }
    if missing.is_empty() && (left.is_empty() || !strict) {
        return None;
    }
    let found: Vec<String> = claims.iter().map(shown).collect();
    Some(format!(
        "line {}: {}\n    missing: {missing:?}\n    not expected: {}\n    found:\n      {}",
        case.line,
        case.sentence,
        left.len(),
        found.join("\n      ")
    ))
}

/// Whether a rule reads something of its own sentence in the full reading: else its corpus tests another rule.
fn reads_itself(rule: &Rule, case: &Case) -> bool {
    read(&article(&case.sentence), &Gazetteer::builtin())
        .claims
        .iter()
        .filter(|claim| claim.evidence().rule == rule.name)
        .any(|claim| case.expected.iter().any(|line| fits(line, claim)))
}

#[test]
fn every_corpus_is_read_as_it_says() {
    let mut complaints = Vec::new();
    for rule in RULES {
        for case in cases(rule.corpus) {
            let claims = read(&article(&case.sentence), &Gazetteer::builtin()).claims;
            if let Some(text) = complaint(&case, &claims, true) {
                complaints.push(format!("{} {text}", rule.name));
            }
        }
    }
    assert!(complaints.is_empty(), "{} wrong:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_rule_reads_at_least_three_of_its_own_sentences() {
    for rule in RULES {
        let positive: Vec<Case> = cases(rule.corpus)
            .into_iter()
            .filter(|case| !case.expected.iter().any(|line| is_negative(line)))
            .collect();
        let read = positive.iter().filter(|case| reads_itself(rule, case)).count();
        assert!(read >= 3, "{}: only {read} of its own sentences are read by it", rule.name);
    }
}

#[test]
fn every_rule_has_a_name_of_its_own_and_examples_of_both_signs() {
    let mut names = std::collections::BTreeSet::new();
    for rule in RULES {
        assert!(names.insert(rule.name), "two rules are called {}", rule.name);
        assert!(
            rule.corpus.starts_with(&format!("# {}\n", rule.name)),
            "{}: its corpus has another title",
            rule.name
        );
        let cases = cases(rule.corpus);
        assert!(
            cases.iter().all(|case| !case.expected.is_empty()),
            "{}: a sentence without an answer",
            rule.name
        );
        let silent = cases.iter().filter(|case| case.expected.iter().any(|line| is_negative(line))).count();
        assert!(
            silent >= 3 && cases.len() - silent >= 3,
            "{}: {silent} negative of {}",
            rule.name,
            cases.len()
        );
    }
}

/// Sentences with nothing to read, nor a word of any rule.
const FILLER: &str =
    "Rain fell softly on the old roofs of the quarter. A brass band played slow tunes near the river. ";

#[test]
fn what_is_read_alone_is_not_overlooked_among_other_sentences() {
    let names = Gazetteer::builtin();
    let mut overlooked = Vec::new();
    for rule in RULES {
        for case in cases(rule.corpus) {
            let alone = article(&case.sentence);
            if read_all(&alone, Outline::of(&alone), &names, RULES, &CUES).claims.is_empty() {
                continue;
            }
            let filler = FILLER.repeat(1 + case.sentence.len() * 8 / FILLER.len());
            let among = article(&format!("{}\n\n{filler}", case.sentence));
            if worth_reading(&among, &names, RULES, &CUES).is_none() {
                overlooked.push(format!("{} line {}: {}", rule.name, case.line, case.sentence));
            }
        }
    }
    let nothing = article(FILLER);
    assert!(worth_reading(&nothing, &names, RULES, &CUES).is_none(), "the filler has words of a rule");
    assert!(overlooked.is_empty(), "{} overlooked:\n{}", overlooked.len(), overlooked.join("\n"));
}

#[test]
fn the_words_of_a_sentence_promise_what_a_rule_finds_there() {
    let names = Gazetteer::builtin();
    let mut promised = 0;
    for case in RULES.iter().flat_map(|rule| cases(rule.corpus)) {
        let article = article(&case.sentence);
        let skim = Skim::of(&article, |word| CUES.marks_of_short(word), |word| CUES.marks(word));
        let analysis = Outline::of(&article).analyse();
        for claim in read_all(&article, Outline::of(&article), &names, RULES, &CUES).claims {
            let evidence = claim.evidence();
            let place = RULES.iter().position(|rule| rule.name == evidence.rule);
            // A rule that goes on from what others found has no words of its own.
            let Some(reader) = place.and_then(|place| CUES.reader(place, true)) else { continue };
            let sentence = analysis.sentence_at(evidence.span.start).unwrap();
            let span = analysis.sentences[sentence].span;
            let marked = skim.within(&(span.start..span.end));
            let readers = CUES.concerned_by_words(marked, analysis.view(sentence));
            assert!(readers & reader != 0, "{}: {}", evidence.rule, case.sentence);
            promised += 1;
        }
    }
    assert!(promised > 500, "{promised}");
}

#[test]
fn a_rule_that_is_asked_only_about_its_sentences_finds_the_same() {
    let names = Gazetteer::builtin();
    for case in RULES.iter().flat_map(|rule| cases(rule.corpus)) {
        let article = article(&case.sentence);
        let all = read_all(&article, Outline::of(&article), &names, RULES, &CUES);
        assert_eq!(read(&article, &names), all, "{}", case.sentence);
    }
}

#[test]
fn a_rule_that_panics_loses_only_itself() {
    let broken =
        Rule { name: "broken", summary: "", corpus: "", cues: |_| {}, find: |_, _| panic!("on purpose") };
    let article = article("Nothing happened.");
    let read = read_all(&article, Outline::of(&article), &Gazetteer::builtin(), &[broken], &CUES);
    assert_eq!(read.lost_rules, ["broken"]);
}
