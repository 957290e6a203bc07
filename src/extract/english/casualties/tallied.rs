//! Counts told by who keeps them: "a newspaper has the names of 211", "a news agency stands at 206", "rights groups have
//! counted 190". What was already found goes in with the scenes, claims come out. Reads only numbers that say themselves
//! nothing of what they count, where the text has just told a toll.

use super::figure::{Figure, FigureKind};
use super::gapped::already;
use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::english::lexicon::Person;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Effect, Relation, Scope, Span};
use crate::text::Tag;

const NAME: &str = "tallied";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "counts told by who keeps them: \"a newspaper has the names of 211\", \"rights groups have counted 190\"",
    corpus: include_str!("tallied.md"),
    cues: |_| {},
    find,
};

/// What stands right before the number of one who counts.
const COUNTS: &[&[&str]] = &[
    &["stands", "at"],
    &["stood", "at"],
    &["stand", "at"],
    &["arrived", "at"],
    &["arrives", "at"],
    &["put", "it", "at"],
    &["puts", "it", "at"],
    &["has", "it", "at"],
    &["names", "of"],
    &["counted"],
    &["counts"],
    &["tallied"],
    &["documented"],
    &["verified"],
    &["opposition", "of"],
    &["others", "of"],
    &["says", "it", "is"],
    &["say", "it", "is"],
];
/// What also leads to people by name: "had spoken of 21 passengers and four troopers".
const SPEAKS: &[&[&str]] = &[&["spoke", "of"], &["spoken", "of"], &["speaks", "of"]];
/// The last words of both.
const LAST: &[&str] = &["at", "of", "counted", "counts", "tallied", "documented", "verified", "is"];
/// How many sentences back the toll may stand.
const SENTENCES_BACK: usize = 2;

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for figure in &here.scene.figures {
            let start = figure.tokens.start;
            if !here.view.is(start.wrapping_sub(1), LAST) {
                continue;
            }
            let speaks = SPEAKS.iter().any(|words| here.view.preceded_by(start, words));
            let counts = COUNTS.iter().any(|words| here.view.preceded_by(start, words));
            let bare = figure.kind == FigureKind::Bare && figure.head.is_none() && ends(&here, figure);
            let people = speaks && matches!(figure.person, Person::Known(_)) && figure.low > 1;
            if !(bare && (counts || speaks) || people) || already(&here, figure, findings) {
                continue;
            }
            let Some(effect) = told_before(&here, figure, findings) else { continue };
            for member in here.with_list(figure) {
                let said = start.saturating_sub(2)..member.tokens.end;
                let mut sighting = Sighting::new(member, effect, said, NAME, 36);
                sighting.continues = true;
                sight(&here, sighting, findings);
            }
        }
    });
}

/// Whether nothing follows that the number could count.
fn ends(here: &Here<'_>, figure: &Figure) -> bool {
    let end = figure.tokens.end;
    end >= here.sentence.tokens.end
        || matches!(here.view.tag(end), Tag::Punct | Tag::Coordinator | Tag::Subordinator)
}

/// The toll told last: before the number, or in one of the sentences before in its paragraph.
fn told_before(here: &Here<'_>, figure: &Figure, findings: &Findings) -> Option<Effect> {
    let first = here.scene.sentence.saturating_sub(SENTENCES_BACK);
    let end = here.view.token(figure.tokens.start)?.span.start;
    (first..=here.scene.sentence).rev().find_map(|number| {
        let sentence = here.analysis.sentences.get(number)?;
        let near = sentence.part.speaks() && sentence.paragraph == here.sentence.paragraph;
        let span = Span { start: sentence.span.start, end: sentence.span.end.min(end) };
        findings
            .casualties_within(span)
            .filter(|(_, casualty)| {
                near && casualty.scope() == Scope::Event
                    && casualty.value() > 1
                    && !matches!(casualty.relation(), Relation::Previous | Relation::Part)
            })
            .map(|(_, casualty)| casualty.effect())
            .next_back()
    })
}
