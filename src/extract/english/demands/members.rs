//! Things asked for one after the other: "demanded new elections, the release of Berg and the minister's resignation".
//! Comes in: the words behind the verb. Goes out: what is asked for in each, of whom where the words say so, when there
//! are several. Never reads a list of people, or of verbs.

use std::ops::Range;

use crate::extract::english::lexicon::acts as lexicon;
use crate::extract::english::lexicon::demands::Frame;
use crate::extract::english::predicate::Scene;
use crate::text::Tag;

use super::act;
use super::addressee::implied;
use super::complement::Complement;

/// What is asked for further behind its verb is another breath.
const LIST_REACH: usize = 60;

/// The members of the list in which `window` is the first; nothing when it is none.
pub(super) fn members(scene: &Scene<'_>, window: &Range<usize>, frame: Frame) -> Vec<Complement> {
    let view = scene.view;
    let start = window.start;
    let noun = matches!(frame, Frame::Demand | Frame::Call | Frame::Insist | Frame::Ask | Frame::Want)
        && (is_noun_phrase(scene, start) || matches!(view.tag(start), Tag::Adjective | Tag::Noun))
        && !view.is(start.wrapping_sub(1), &["to", "that", "not"]);
    if !noun || addresses_before(scene, start) {
        return Vec::new();
    }
    let end = (start + LIST_REACH).min(view.end);
    let parts = parts(scene, start..end);
    if parts.len() < 2 {
        return Vec::new();
    }
    let member = |part: Range<usize>| {
        let acts = vec![act::act_within(view, part.clone())?];
        let window = act::cut(view, part);
        let to = implied(scene, &window, &acts, false).into_iter().collect();
        Some(Complement { to, window, acts })
    };
    parts.into_iter().filter_map(member).collect()
}

/// Where each member begins and ends: a later one begins behind a comma or "and" with a determiner or an owner, and asks
/// for something by itself.
fn parts(scene: &Scene<'_>, list: Range<usize>) -> Vec<Range<usize>> {
    let view = scene.view;
    let mark = |at: usize| at >= list.end || view.is(at, &[",", ";", "and", ".", "”", "\""]);
    let upto = |start: usize| start..(start..=list.end).find(|&at| mark(at)).unwrap_or(list.end);
    let asks = |part: Range<usize>| !part.is_empty() && act::act_within(view, part).is_some();
    if !asks(upto(list.start)) {
        return Vec::new();
    }
    let mut starts = vec![list.start];
    let mut at = list.start + 1;
    while at < list.end && !lexicon::stops(view.word(at)) {
        if view.is(at, &[",", "and"]) {
            let start = at + 1 + usize::from(view.is(at + 1, &["and"]));
            let opens = is_noun_phrase(scene, start) && asks(upto(start));
            if opens {
                starts.push(start);
            } else if view.is(at, &[","]) {
                break;
            }
            at = start;
        }
        at += 1;
    }
    let ends = starts.iter().skip(1).map(|&next| {
        let and = usize::from(view.is(next - 1, &["and"]));
        next - and - usize::from(view.is(next - and - 1, &[","]))
    });
    let last = starts.last().map_or(list.end, |&last| upto(last).end);
    starts.iter().copied().zip(ends.chain([last])).map(|(start, end)| start..end.max(start + 1)).collect()
}

/// Whether a noun with a determiner or an owner begins at `at`.
fn is_noun_phrase(scene: &Scene<'_>, at: usize) -> bool {
    let view = scene.view;
    let owner = || {
        let mention = scene.actors().starting_at(scene.sentence, at, view);
        mention.is_some_and(|mention| mention.owner && mention.tokens.start <= at + 1)
    };
    view.is(at, &["the", "a", "an", "his", "her", "its", "their", "new", "fresh", "immediate"]) || owner()
}

/// Whether somebody stands between the verb and the list: "called on Kenya for", "asked the council for".
fn addresses_before(scene: &Scene<'_>, start: usize) -> bool {
    let view = scene.view;
    let from = start.saturating_sub(1 + usize::from(view.is(start.wrapping_sub(1), &["for"])));
    scene.actors().covering(scene.sentence, from).is_some()
}
