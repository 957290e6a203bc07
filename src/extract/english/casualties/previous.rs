//! What a figure was before: "up from 25", "compared with 12 a day earlier", "from 174 to 172". What was already found
//! goes in with the scenes; claims that do not speak for the present come out.

use super::gapped::already;
use super::scene::each;
use super::telling::{Sighting, tell};
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::{Relation, Span};

const NAME: &str = "previous";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "what a figure was before: \"up from 25\", \"compared with 12 a day earlier\"",
    corpus: include_str!("previous.md"),
    cues: |_| {},
    find,
};

/// What leads back.
const BACK: &[&[&str]] = &[
    &["up", "from"],
    &["down", "from"],
    &["compared", "with"],
    &["compared", "to"],
    &["against"],
    &["from"],
    &["rather", "than"],
    &["instead", "of"],
];

/// How many tokens lie between a figure and what it was before, at most.
const REACH: usize = 14;

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for figure in &here.scene.figures {
            let Some(words) = BACK.iter().find(|words| here.view.preceded_by(figure.tokens.start, words))
            else {
                continue;
            };
            if already(&here, figure, findings) || !figure.may_be_people(true) && figure.head.is_some() {
                continue;
            }
            // A bare "from" needs its "to".
            let to = here.view.is(figure.tokens.end, &["to"]);
            if words.len() == 1 && !to && words.first() == Some(&"from") {
                continue;
            }
            let start = here.view.token(figure.tokens.start).map_or(0, |token| token.span.start);
            let near = here
                .view
                .token(figure.tokens.start.saturating_sub(REACH))
                .map_or(here.sentence.span.start, |token| token.span.start);
            let nearest = findings
                .casualties_within(Span { start: near, end: start })
                .next_back()
                .map(|(_, casualty)| casualty.effect);
            let Some(effect) = nearest else { continue };
            let mut sighting = Sighting::new(figure, effect, figure.tokens.clone(), NAME, 45);
            sighting.relation = Relation::Previous;
            tell(&here, &sighting, findings);
        }
    });
}
