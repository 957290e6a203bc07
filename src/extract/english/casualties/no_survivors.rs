//! Who did not live: "no survivors among the 62 people on board", "none of the 40 passengers survived", "six of his family
//! did not survive". Scenes go in; claims of all of them killed come out. Never reads hopes ("no survivors have been found
//! yet"), nor a set without its number.

use super::figure::{Figure, FigureKind};
use super::scene::{Here, each};
use super::sighting::{Sighting, sight};
use crate::extract::cues::Cues;
use crate::extract::rule::{Findings, Reading, Rule};
use crate::model::Effect;
use crate::text::Tag;

const NAME: &str = "no_survivors";

/// The construction.
pub(crate) const RULE: Rule = Rule {
    name: NAME,
    summary: "who did not live: \"no survivors among the 62 people on board\", \"six did not survive\"",
    corpus: include_str!("no_survivors.md"),
    cues,
    find,
};

/// How far from the words the number of all may stand.
const REACH: usize = 12;
/// Words for those who lived.
const SURVIVORS: &[&str] = &["survivors", "survivor"];
/// Living through it.
const SURVIVED: &[&str] = &["survived", "survives", "survive"];

fn cues(cues: &mut Cues) {
    let lived = cues.words(SURVIVORS.iter().chain(SURVIVED).copied());
    let nobody = cues.words(["no", "none", "without", "not", "didn't", "didn’t", "n't"]);
    cues.enough(lived | nobody);
}

fn find(reading: &Reading<'_>, findings: &mut Findings) {
    each(reading, |here| {
        for at in here.sentence.tokens.clone() {
            if here.view.is(at, &["survive", "survived"])
                && let Some(figure) = did_not_survive(&here, at)
            {
                let said = figure.tokens.end..at + 1;
                sight(&here, Sighting::new(figure, Effect::Killed, said, NAME, 60), findings);
                continue;
            }
            let all = if here.view.is(at, SURVIVORS) {
                without_survivors(&here, at)
            } else if here.view.is(at, SURVIVED) {
                none_survived(&here, at)
            } else {
                None
            };
            if let Some((figure, from)) = all {
                let said = from.min(at)..at + 1;
                sight(&here, Sighting::new(figure, Effect::Killed, said, NAME, 72), findings);
            }
        }
    });
}

/// "There were no survivors among the 62 people on board", "with 62 people aboard crashed, leaving no survivors".
fn without_survivors<'r>(here: &Here<'r>, at: usize) -> Option<(&'r Figure, usize)> {
    let none = at.checked_sub(1).filter(|&no| here.view.is(no, &["no", "without"]))?;
    // "No survivors have been found so far": they are still looked for.
    let open =
        (at + 1..at + REACH).any(|at| here.view.is(at, &["found", "yet", "far", "located", "hope", "hopes"]));
    let before =
        (none.saturating_sub(4)..none).any(|at| here.view.is(at, &["if", "fear", "feared", "likely"]));
    if open || before {
        return None;
    }
    let behind = here.scene.figures.iter().find(|figure| (at..at + REACH).contains(&figure.tokens.start));
    let aboard = |figure: &&Figure| {
        (figure.tokens.start..figure.tokens.end + 3)
            .any(|at| here.view.is(at, &["aboard", "board", "passengers"]))
    };
    let ahead = here.scene.figures.iter().rfind(|figure| figure.tokens.end <= none && aboard(figure));
    let all = behind.filter(|figure| counts(figure)).or(ahead.filter(|figure| counts(figure)))?;
    Some((all, none))
}

/// "None of the 62 people on board survived".
fn none_survived<'r>(here: &Here<'r>, at: usize) -> Option<(&'r Figure, usize)> {
    let from = at.saturating_sub(REACH).max(here.sentence.tokens.start);
    let none = (from..at).find(|&none| here.view.is(none, &["none"]) && here.view.is(none + 1, &["of"]))?;
    let between = none + 2..at;
    let all =
        here.scene.figures.iter().find(|figure| between.contains(&figure.core.start) && counts(figure))?;
    Some((all, none))
}

/// "Six members of his family did not survive".
fn did_not_survive<'r>(here: &Here<'r>, at: usize) -> Option<&'r Figure> {
    let verb = here.clause_of_verb(at)?.verb.as_ref().filter(|verb| verb.negated && verb.modal.is_none())?;
    let figure = here.scene.figures.iter().rfind(|figure| figure.tokens.end <= verb.tokens.start)?;
    let near =
        (figure.tokens.end..verb.tokens.start).all(|at| !matches!(here.view.tag(at), Tag::Verb | Tag::Punct));
    (near && counts(figure) && verb.tokens.start - figure.tokens.end <= SUBJECT_REACH).then_some(figure)
}

/// How many words may stand between those who did not survive and the verb.
const SUBJECT_REACH: usize = 6;

/// Whether a figure counts the people of a set.
fn counts(figure: &Figure) -> bool {
    let counted = matches!(figure.kind, FigureKind::Counted | FigureKind::Bare | FigureKind::Share);
    counted && figure.low > 0 && figure.may_be_people(true)
}
