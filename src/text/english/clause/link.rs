//! Second look at the clauses of a sentence. Comes in: clauses as the pass left them. Goes out: the same, with
//! trailing attributions linked to what they report, clauses without content removed, and what is not asserted
//! marked. Never changes subjects or verbs.

use super::super::verb_class;
use super::super::view::View;
use crate::text::{Clause, Link, Phrase, Tag, Tense};

/// Finishes the clauses of one sentence; `base` is the position of the first in the analysis.
pub(super) fn finish(view: View<'_>, phrases: &[Phrase], clauses: &mut Vec<Clause>, base: usize) {
    trim(view, clauses);
    report(view, phrases, clauses, base);
    for clause in clauses.iter_mut().filter(|clause| clause.link == Link::Root) {
        clause.parent = None;
    }
    mark_unreal(view, clauses, base);
}

/// Ranges end before the punctuation that follows the clause; a main clause that never got anything is dropped when
/// it is the last one, so that no position moves.
fn trim(view: View<'_>, clauses: &mut Vec<Clause>) {
    while clauses.len() > 1
        && clauses.last().is_some_and(|clause| clause.verb.is_none() && clause.subject.is_empty())
    {
        clauses.pop();
    }
    for clause in clauses {
        while clause.tokens.end > clause.tokens.start + 1 && view.tag(clause.tokens.end - 1) == Tag::Punct {
            clause.tokens.end -= 1;
        }
        if let Some(verb) = &clause.verb {
            clause.tokens.end = clause.tokens.end.max(verb.tokens.end);
        }
    }
}

/// "Two died, police said": the clause of saying becomes the root, what stands before it its content.
fn report(view: View<'_>, phrases: &[Phrase], clauses: &mut [Clause], base: usize) {
    for index in 1..clauses.len() {
        let Some(clause) = clauses.get(index) else { continue };
        let Some(verb) = clause.verb.clone() else { continue };
        if !matches!(clause.link, Link::Coordinate | Link::Root)
            || !verb_class::attributes(&view.verb(verb.main))
        {
            continue;
        }
        let start = clause.tokens.start;
        let before = start.checked_sub(1).map_or("", |at| view.word(at));
        if !matches!(before, "," | "”" | "\"" | "–" | "—" | "’" | "'")
            || clause.opener.is_some_and(|opener| view.tag(opener) == Tag::Coordinator)
        {
            continue;
        }
        // What is said comes before, unless the verb has its own content behind it.
        let own_content = clauses.iter().any(|other| {
            other.parent == Some(base + index)
                && other.link == Link::Content
                && other.tokens.start < verb.tokens.end + 6
                && !view.is(verb.tokens.end, &[","])
        });
        let object = clause
            .objects
            .iter()
            .any(|&object| phrases.get(object).is_some_and(|phrase| phrase.quantity.get().is_some()));
        if own_content || object {
            continue;
        }
        let parent = clause.parent.and_then(|parent| parent.checked_sub(base));
        let target = parent.filter(|&parent| parent < index).map(|parent| main_of(clauses, parent, base));
        if let Some(target) = target {
            if let Some(said) = clauses.get_mut(target) {
                said.parent = Some(base + index);
                said.link = Link::Content;
            }
            if let Some(clause) = clauses.get_mut(index) {
                clause.parent = None;
                clause.link = Link::Root;
            }
        }
    }
}

/// The clause at the top of the chain of parents.
fn main_of(clauses: &[Clause], from: usize, base: usize) -> usize {
    let mut at = from;
    for _ in 0..clauses.len() {
        match clauses.get(at).and_then(|clause| clause.parent).and_then(|parent| parent.checked_sub(base)) {
            Some(parent) if parent != at => at = parent,
            _ => break,
        }
    }
    at
}

fn mark_unreal(view: View<'_>, clauses: &mut [Clause], base: usize) {
    // Parents may come later in the list only for trailing attributions, which are real themselves.
    for index in 0..clauses.len() {
        let Some(clause) = clauses.get(index) else { continue };
        let parent =
            clause.parent.and_then(|parent| parent.checked_sub(base)).and_then(|parent| clauses.get(parent));
        let inherits =
            matches!(clause.link, Link::Coordinate | Link::Content | Link::Infinitive | Link::Participial)
                && parent.is_some_and(|parent| parent.hypothetical)
                && !(clause.link == Link::Coordinate
                    && clause.verb.as_ref().is_some_and(|verb| {
                        verb.modal.is_none() && !matches!(verb.tense, Tense::Infinitive | Tense::Participle)
                    })
                    && parent.is_some_and(|parent| parent.link != Link::Adverbial));
        let unreal = inherits
            || opener_unreal(view, clause)
            || modal_unreal(view, clause)
            || infinitive_unreal(view, clause, parent)
            || content_unreal(view, clause, parent);
        if let Some(clause) = clauses.get_mut(index) {
            clause.hypothetical = unreal;
        }
    }
}

fn opener_unreal(view: View<'_>, clause: &Clause) -> bool {
    clause.opener.is_some_and(|opener| {
        view.is(opener, &["if", "unless", "whether", "lest", "until", "before", "without"])
            && !(view.is(opener, &["before", "until"]) && past(clause))
    })
}

fn past(clause: &Clause) -> bool {
    clause.verb.as_ref().is_some_and(|verb| matches!(verb.tense, Tense::Past | Tense::PastPerfect))
}

fn modal_unreal(view: View<'_>, clause: &Clause) -> bool {
    clause.verb.as_ref().and_then(|verb| verb.modal).is_some_and(|modal| {
        view.is(
            modal,
            &[
                "could", "would", "may", "might", "can", "should", "must", "shall", "ought", "'d", "ca",
                "cannot",
            ],
        )
    })
}

/// "to ..." is asserted only under verbs that make it real, and when it is perfect ("is said to have fled").
fn infinitive_unreal(view: View<'_>, clause: &Clause, parent: Option<&Clause>) -> bool {
    let Some(verb) = clause.verb.as_ref().filter(|verb| verb.tense == Tense::Infinitive) else {
        return false;
    };
    let perfect = verb.tokens.clone().any(|at| view.is(at, &["have"]) && at != verb.main);
    let real = parent
        .and_then(|parent| parent.verb.as_ref())
        .is_some_and(|parent| verb_class::asserts_infinitive(&view.verb(parent.main)));
    !perfect && !real
}

/// "fears that ...", "demanded that ...".
fn content_unreal(view: View<'_>, clause: &Clause, parent: Option<&Clause>) -> bool {
    if clause.link != Link::Content {
        return false;
    }
    let governor = clause
        .opener
        .and_then(|opener| opener.checked_sub(1))
        .filter(|&at| matches!(view.tag(at), Tag::Noun | Tag::Verb));
    let noun = governor.is_some_and(|at| verb_class::unreal(&view.lemma(at)));
    noun || clause.opener.is_none()
        && parent
            .and_then(|parent| parent.verb.as_ref())
            .is_some_and(|verb| verb.main < clause.tokens.start && verb_class::unreal(&view.verb(verb.main)))
}
