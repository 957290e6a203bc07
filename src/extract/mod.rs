//! An article goes in; casualty figures, demands and positions come out, each with the words that carry it and the
//! rule that read it. Pure: the same article gives the same claims. Never fails: a rule that panics loses itself.

pub mod rule;
mod title_figure;
pub mod cues;
pub mod english;
mod overlap;
#[cfg(test)]
mod corpus;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use crate::model::{Article, Claim, Relation, Scope, Status};
use crate::text::gazetteer::Gazetteer;
use crate::text::skim::{Glance, Marked, Marks, Outline, QUOTED, Skim};
use cues::Cues;
use english::casualties::telling::{prepare, tell};
use english::casualties::{incident, live};
use rule::{Finding, Findings, RULES, Reading, Rule, Said};

/// At most this many claims are kept of one article, the first in the text: a page that lists a thousand is a table,
/// not a report. What is beyond is counted in [`Extraction::dropped`].
pub const CLAIMS_MAX: usize = 400;

/// What was read, and what went wrong meanwhile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extraction {
    /// In the order of their quotes.
    pub claims: Vec<Claim>,
    /// Rules that panicked on this article; the caller counts and logs them.
    pub lost_rules: Vec<&'static str>,
    /// Findings beyond [`CLAIMS_MAX`], or whose quote was not a part of the text.
    pub dropped: usize,
}

/// The claims of an article, as read with the built-in names.
pub fn extract(article: &Article) -> Vec<Claim> {
    read(article, &Gazetteer::builtin()).claims
}

/// The words of all rules.
static CUES: LazyLock<Cues> = LazyLock::new(|| Cues::of(RULES));

/// The claims of an article, as read with these known names, and what went wrong.
pub fn read(article: &Article, names: &Gazetteer) -> Extraction {
    if article.status == Status::Withdrawn {
        return Extraction::default();
    }
    match catch_unwind(AssertUnwindSafe(|| worth_reading(article, names, RULES, &CUES))) {
        Ok(None) => Extraction::default(),
        Ok(Some(outline)) => read_all(article, outline, names, RULES, &CUES),
        Err(_) => Extraction { lost_rules: vec!["analysis"], ..Extraction::default() },
    }
}

/// Reads an article in full with these rules.
fn read_all(
    article: &Article,
    outline: Outline<'_>,
    names: &Gazetteer,
    rules: &[Rule],
    cues: &Cues,
) -> Extraction {
    let analysed = AssertUnwindSafe(|| Reading::of(article, outline.analyse(), names));
    let Ok(reading) = catch_unwind(analysed) else {
        return Extraction { lost_rules: vec!["analysis"], ..Extraction::default() };
    };
    let mut lost_rules = Vec::new();
    let mut findings = Findings::default();
    for (place, rule) in rules.iter().enumerate() {
        let before = findings.len();
        if !reading.begin(cues.reader(place, before > 0)) {
            continue;
        }
        let run = catch_unwind(AssertUnwindSafe(|| (rule.find)(&reading, &mut findings)));
        if run.is_err() {
            findings.truncate(before);
            lost_rules.push(rule.name);
        }
    }
    let mut found = findings.into_vec();
    let all = found.len();
    found.retain(|finding| has_evidence(article, finding));
    let unsupported = all - found.len();
    reading.begin(None);
    let mut claims = claims(&reading, overlap::resolve(found), &mut lost_rules);
    match catch_unwind(AssertUnwindSafe(|| live::overtaken(article, &claims))) {
        Ok(overtaken) => overtaken.into_iter().for_each(|place| {
            if let Some(Claim::Casualty(casualty)) = claims.get_mut(place) {
                casualty.relation = Relation::Previous;
            }
        }),
        Err(_) => lost_rules.push("live"),
    }
    match catch_unwind(AssertUnwindSafe(|| incident::blows(&reading, &claims))) {
        Ok(blows) => blows.into_iter().for_each(|place| {
            if let Some(Claim::Casualty(casualty)) = claims.get_mut(place) {
                casualty.scope = Scope::Incident;
            }
        }),
        Err(_) => lost_rules.push("incident"),
    }
    title_figure::drop_rounded(article, &mut claims);
    let beyond = claims.len().saturating_sub(CLAIMS_MAX);
    claims.truncate(CLAIMS_MAX);
    Extraction { claims, lost_rules, dropped: unsupported + beyond }
}

/// Makes claims of what was found, in the order of their quotes. What a claim tells besides is asked only here, of what is
/// kept; a question that panics loses its claim.
fn claims(reading: &Reading<'_>, kept: Vec<Finding>, lost_rules: &mut Vec<&'static str>) -> Vec<Claim> {
    // What panics here panics again where its claim is made, and is noted there.
    drop(catch_unwind(AssertUnwindSafe(|| {
        prepare(
            reading,
            kept.iter().filter_map(|finding| match &finding.said {
                Said::People(people) => Some(&**people),
                Said::Claim(_) => None,
            }),
        );
    })));
    let mut claims = Vec::with_capacity(kept.len());
    for finding in kept {
        match finding.said {
            Said::Claim(claim) => claims.push(*claim),
            Said::People(people) => match catch_unwind(AssertUnwindSafe(|| tell(reading, &people))) {
                Ok(claim) => claims.extend(claim),
                Err(_) if lost_rules.contains(&people.rule()) => {}
                Err(_) => lost_rules.push(people.rule()),
            },
        }
    }
    claims.sort_by_key(|claim| claim.evidence().span);
    claims
}

/// Where more than one in so many bytes concern some rule, trying them first would be for nothing.
const MANY: usize = 2;

/// Cuts an article into sentences, unless there is surely nothing to read in it. Looks at its words first, then at the few
/// sentences that concern some rule by themselves: if no rule finds anything there, none would.
fn worth_reading<'a>(
    article: &'a Article,
    names: &Gazetteer,
    rules: &[Rule],
    cues: &Cues,
) -> Option<Outline<'a>> {
    let skim = Skim::of(article, |word| cues.marks_of_short(word), |word| cues.marks(word));
    if !cues.concern_some(skim.marked(), QUOTED) {
        return None;
    }
    let concerned = |words: &[Marked], around: Marks| cues.concerned(words, around);
    let Glance { few, all } = skim.glance(concerned, |words| cues.concern_some(words, Marks::NONE));
    let bytes = few.bytes();
    if bytes == 0 {
        return None;
    }
    if bytes.saturating_mul(MANY) > article.text.len() {
        return Some(all.unwrap_or_else(|| skim.outline(concerned)));
    }
    let some = few.analyse_some(|sentence, view| {
        let marked = skim.within(&(sentence.span.start..sentence.span.end));
        cues.concerned_by_words(marked, view)
    });
    let reading = Reading::of_some(article, some, names);
    let mut findings = Findings::default();
    let worth = rules.iter().enumerate().any(|(place, rule)| {
        let mut find = || (rule.find)(&reading, &mut findings);
        let concerned = reading.begin(cues.reader(place, false));
        concerned && (catch_unwind(AssertUnwindSafe(&mut find)).is_err() || !findings.is_empty())
    });
    worth.then(|| all.unwrap_or_else(|| skim.outline(concerned)))
}

/// Whether the quote is exactly the words it says it is: no evidence, no claim.
fn has_evidence(article: &Article, finding: &Finding) -> bool {
    match &finding.said {
        Said::Claim(claim) => {
            let evidence = claim.evidence();
            !evidence.quote.is_empty() && evidence.span.of(&article.text) == evidence.quote
        }
        Said::People(people) => !people.quoted().of(&article.text).is_empty(),
    }
}
