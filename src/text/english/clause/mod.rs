//! Finds clauses. Comes in: tagged tokens, phrases and verb groups of one sentence. Goes out: clauses with subject,
//! verb, objects, and how they hang together. One pass from left to right over phrases, verbs and the words between
//! them, with a stack of open clauses; a look ahead is bounded. What fits no construction is left unattached, never
//! forced.

mod ahead;
mod link;
mod predication;
mod subject;

use std::ops::Range;

use super::view::View;
use super::{verb, verb_class};
use crate::text::{Clause, Link, Phrase, Tag, VerbGroup};

/// Deepest nesting of open clauses; beyond it a new clause replaces the innermost one.
const DEPTH: usize = 24;

/// How many items a look ahead passes over before it gives up.
const AHEAD: usize = 20;

/// Appends the clauses of the sentence to `found`.
pub fn find(view: View<'_>, phrases: &[Phrase], own: Range<usize>, heading: bool, found: &mut Vec<Clause>) {
    let groups = verb::find(view);
    let items = items(view, phrases, own, groups);
    let base = found.len();
    let mut builder = Builder {
        view,
        phrases,
        items,
        heading,
        base,
        clauses: Vec::new(),
        stack: Vec::new(),
        opener: None,
        mark: None,
        consumed: None,
    };
    builder.open(Link::Root, None, view.start);
    for place in 0..builder.items.len() {
        builder.take(place);
    }
    builder.close_all(view.end);
    let mut clauses = builder.clauses;
    link::finish(view, phrases, &mut clauses, base);
    found.extend(clauses);
}

/// What the pass sees: a phrase, a verb group, or a word that belongs to neither.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Phrase(usize),
    Verb(VerbGroup),
    Word(usize),
}

impl Item {
    fn start(&self, phrases: &[Phrase]) -> usize {
        match self {
            Self::Phrase(index) => phrases.get(*index).map_or(0, |phrase| phrase.tokens.start),
            Self::Verb(group) => group.tokens.start,
            Self::Word(at) => *at,
        }
    }
}

fn items(view: View<'_>, phrases: &[Phrase], own: Range<usize>, groups: Vec<VerbGroup>) -> Vec<Item> {
    let mut items = Vec::with_capacity(view.end.saturating_sub(view.start));
    let mut groups = groups.into_iter().peekable();
    let mut next_phrase = own.start;
    let mut at = view.start;
    while at < view.end {
        if let Some(group) = groups.next_if(|group| group.tokens.start <= at) {
            at = group.tokens.end.max(at + 1);
            items.push(Item::Verb(group));
            continue;
        }
        // Of several phrases from here the last is the outermost; possessors come before it in the list.
        let mut chosen = None;
        while next_phrase < own.end
            && phrases.get(next_phrase).is_some_and(|phrase| phrase.tokens.start <= at)
        {
            chosen = phrases
                .get(next_phrase)
                .filter(|phrase| phrase.tokens.start == at)
                .map(|_| next_phrase)
                .or(chosen);
            next_phrase += 1;
        }
        if let Some(index) = chosen {
            at = phrases.get(index).map_or(at + 1, |phrase| phrase.tokens.end.max(at + 1));
            items.push(Item::Phrase(index));
        } else {
            items.push(Item::Word(at));
            at += 1;
        }
    }
    items
}

pub(super) struct Builder<'a> {
    view: View<'a>,
    phrases: &'a [Phrase],
    items: Vec<Item>,
    heading: bool,
    base: usize,
    clauses: Vec<Clause>,
    /// Open clauses, innermost last.
    stack: Vec<usize>,
    /// A conjunction that waits for its clause.
    opener: Option<(usize, Link)>,
    /// The item after which a new main clause may begin: a comma, a semicolon, a closing quotation mark.
    mark: Option<usize>,
    /// The phrase behind an inverted verb, already its subject.
    consumed: Option<usize>,
}

impl Builder<'_> {
    fn phrase(&self, index: usize) -> Option<&Phrase> {
        self.phrases.get(index)
    }

    fn top(&self) -> Option<usize> {
        self.stack.last().copied()
    }

    fn clause(&self, index: usize) -> Option<&Clause> {
        self.clauses.get(index)
    }

    /// Opens a clause and makes it the innermost one.
    fn open(&mut self, link: Link, opener: Option<usize>, start: usize) -> usize {
        let parent = self.top().map(|top| top + self.base);
        self.clauses.push(Clause {
            tokens: start..start,
            subject: Vec::new(),
            verb: None,
            objects: Vec::new(),
            agent: None,
            predicate: None,
            parent,
            link,
            opener,
            hypothetical: false,
        });
        let index = self.clauses.len() - 1;
        if self.stack.len() >= DEPTH {
            self.close(start);
        }
        self.stack.push(index);
        index
    }

    fn close(&mut self, end: usize) {
        if let Some(index) = self.stack.pop()
            && let Some(clause) = self.clauses.get_mut(index)
        {
            clause.tokens.end = end.max(clause.tokens.start);
        }
    }

    fn close_all(&mut self, end: usize) {
        while !self.stack.is_empty() {
            self.close(end);
        }
    }

    /// Closes clauses until `keep` is innermost.
    fn close_to(&mut self, keep: usize, end: usize) {
        while self.top().is_some_and(|top| top != keep) && self.stack.len() > 1 {
            self.close(end);
        }
    }

    fn take(&mut self, place: usize) {
        let Some(item) = self.items.get(place).cloned() else { return };
        match item {
            Item::Phrase(index) => self.take_phrase(place, index),
            Item::Verb(group) => self.take_verb(place, group),
            Item::Word(at) => self.take_word(place, at),
        }
    }

    fn take_word(&mut self, place: usize, at: usize) {
        let word = self.view.word(at);
        match self.view.tag(at) {
            Tag::Subordinator => {
                let link = if word == "that" { Link::Content } else { Link::Adverbial };
                if link == Link::Content
                    && place > 0
                    && matches!(self.items.get(place - 1), Some(Item::Word(before)) if self.view.tag(*before) == Tag::Coordinator)
                {
                    self.leave_content(at);
                }
                // "said that, if ..., " waits for the inner clause first.
                self.flush_opener();
                self.opener = Some((at, link));
            }
            Tag::Coordinator => self.mark = Some(place),
            Tag::Punct => match word {
                ";" | ":" | "—" | "–" | "--" => {
                    self.mark = Some(place);
                    if word == ";" {
                        self.back_to_main(at);
                    }
                    if self.heading && matches!(word, ":" | ";" | "—" | "–") {
                        // Each part of a headline speaks for itself.
                        self.close_all(at);
                        self.open(Link::Root, None, at + 1);
                    }
                }
                "," | "“" | "”" | "\"" | "(" | ")" => self.mark = Some(place),
                _ => {}
            },
            Tag::Adjective => self.predicate(at),
            _ => {}
        }
    }

    /// An adjective outside phrases is the predicate of an open clause that wants one.
    fn predicate(&mut self, at: usize) {
        let Some(top) = self.top() else { return };
        let wants = self.clause(top).is_some_and(|clause| {
            clause.predicate.is_none()
                && match &clause.verb {
                    Some(group) => verb_class::takes_predicate(&self.view.verb(group.main)),
                    None => !clause.subject.is_empty() && self.heading,
                }
        });
        if wants && let Some(clause) = self.clauses.get_mut(top) {
            clause.predicate = Some(at);
        }
    }

    /// "that ... and that ...": the second content stands beside the first.
    fn leave_content(&mut self, at: usize) {
        let content = self.stack.iter().rposition(|&index| {
            self.clause(index).is_some_and(|clause| clause.link == Link::Content && clause.opener.is_some())
        });
        if let Some(keep) =
            content.and_then(|depth| depth.checked_sub(1)).and_then(|depth| self.stack.get(depth)).copied()
        {
            self.close_to(keep, at);
        }
    }

    /// Opens the clause of a waiting conjunction before another one comes.
    fn flush_opener(&mut self) {
        if let Some((at, link)) = self.opener.take() {
            self.open(link, Some(at), at);
        }
    }

    /// After a semicolon: only the main clause stays open.
    fn back_to_main(&mut self, at: usize) {
        if let Some(&first) = self.stack.first() {
            self.close_to(first, at);
        }
    }

    fn opener_before(&self, place: usize) -> Option<usize> {
        self.items.get(place.saturating_sub(2)..place)?.iter().rev().find_map(|item| match item {
            Item::Word(at) if self.view.tag(*at) == Tag::Coordinator => Some(*at),
            _ => None,
        })
    }

    fn inherit_subject(&mut self, clause: usize) {
        let parent = self
            .clause(clause)
            .and_then(|clause| clause.parent)
            .and_then(|parent| parent.checked_sub(self.base));
        let subject = parent
            .and_then(|parent| self.clause(parent))
            .map(|parent| parent.subject.clone())
            .unwrap_or_default();
        if let Some(clause) = self.clauses.get_mut(clause) {
            clause.subject = subject;
        }
    }

    fn set_verb(&mut self, clause: usize, group: VerbGroup) {
        if let Some(clause) = self.clauses.get_mut(clause) {
            if clause.subject.is_empty()
                && clause.opener.is_none()
                && clause.tokens.is_empty()
                && clause.verb.is_none()
            {
                clause.tokens.start = clause.tokens.start.min(group.tokens.start).max(clause.tokens.start);
            }
            clause.verb = Some(group);
        }
    }
}

/// What a verb group does in its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Finite,
    Reduced,
    Gerund,
    Infinitive,
}
