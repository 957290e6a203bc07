//! Test only. Reads the Markdown corpus beside it: a text indented by four spaces, then one line for each phrase that
//! names somebody who could act, in the order of the text: `= WORDS: NAME`, with ` + NAME` for each other member of a list
//! that a pronoun means and ` by PERSON` where a person speaks for the name. `= nobody`: no such phrase.
//! Mere adjectives and places are left out. A text that begins with `TITLE | ` gives the article that title.

use crate::extract::corpus::{article, cases};
use crate::extract::rule::Reading;
use crate::text::Analysis;
use crate::text::gazetteer::Gazetteer;

use super::Mention;

const CORPUS: &str = include_str!("corpus.md");

fn shown(mention: &Mention, text: &str) -> String {
    let mut shown = format!("{}: {}", mention.span.of(text), mention.name);
    for other in &mention.others {
        shown.push_str(" + ");
        shown.push_str(other);
    }
    if let Some(person) = mention.person.as_ref().filter(|person| **person != mention.name) {
        shown.push_str(" by ");
        shown.push_str(person);
    }
    shown
}

fn found(text: &str, names: &Gazetteer) -> Vec<String> {
    let article = article(text);
    let reading = Reading::of(&article, Analysis::of(&article), names);
    let mentions = reading.actors().all().iter().filter(|mention| !mention.modifier);
    mentions.map(|mention| shown(mention, &article.text)).collect()
}

#[test]
fn everybody_is_found_under_the_name_the_corpus_says() {
    let names = Gazetteer::builtin();
    let mut complaints = Vec::new();
    for case in cases(CORPUS) {
        assert!(!case.expected.is_empty(), "line {}: a text without an answer", case.line);
        let wanted: Vec<String> = case.expected.iter().filter(|line| *line != "nobody").cloned().collect();
        let found = found(&case.sentence, &names);
        if found != wanted {
            complaints.push(format!("line {}: {}\n= {}", case.line, case.sentence, found.join("\n= ")));
        }
    }
    assert!(complaints.is_empty(), "{} read otherwise:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_corpus_holds_pronouns_lists_acronyms_and_nobody() {
    let lines = || cases(CORPUS).into_iter().flat_map(|case| case.expected);
    for what in ["it: ", "they: ", "he: ", " + ", " by ", "nobody"] {
        assert!(
            lines().filter(|line| line.to_lowercase().contains(what)).count() >= 3,
            "fewer than three with `{what}`"
        );
    }
}
