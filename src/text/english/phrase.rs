//! Finds noun phrases. Comes in: tagged tokens and quantities of one sentence. Goes out: phrases in order of their
//! first token, with head, determiner, quantity, possessor, list membership, governing preposition, "of" and
//! apposition. A phrase ends at its head: what follows it is for the clause to say. One pass, linear.

use std::ops::Range;

use super::view::View;
use super::word_class;
use crate::text::{Phrase, Position, Quantity, QuantityKind, Tag, VerbForm};

/// Appends the phrases of the sentence to `found`; `quantities` are all of the analysis, `own` those of the sentence.
pub fn find(view: View<'_>, quantities: &[Quantity], own: Range<usize>, found: &mut Vec<Phrase>) {
    let first = found.len();
    let finder = Finder { view, quantities, own };
    let mut at = view.start;
    while at < view.end {
        let end = finder.phrase_at(at, found);
        at = end.max(at + 1);
    }
    relate(view, found, first);
}

struct Finder<'a> {
    view: View<'a>,
    quantities: &'a [Quantity],
    own: Range<usize>,
}

impl Finder<'_> {
    fn quantity_from(&self, at: usize) -> Option<usize> {
        // Quantities are sorted by token, so the first that reaches `at` can be searched for.
        let own = self.quantities.get(self.own.clone())?;
        let index = own.partition_point(|quantity| quantity.tokens.end <= at);
        let quantity = own.get(index)?;
        (quantity.tokens.start <= at && at < quantity.tokens.end).then_some(self.own.start + index)
    }

    /// "44-day", "24-year-old": one word with a hyphen that counts units.
    fn modifies(&self, quantity: &Quantity) -> bool {
        quantity.number.len() == 1 && self.view.tag(quantity.number.start) == Tag::Adjective
    }

    /// Appends the phrases that start at `at` (possessors first); says where they end.
    fn phrase_at(&self, at: usize, phrases: &mut Vec<Phrase>) -> usize {
        let base = phrases.len();
        let mut last = at;
        let mut possessor = None;
        let mut from = at;
        while let Some(mut phrase) = self.one(from) {
            phrase.possessor = possessor.into();
            if possessor.is_some() {
                // The possessor is part of this phrase.
                phrase.tokens.start = at;
            }
            let end = phrase.tokens.end;
            last = end;
            phrases.push(phrase);
            let owns = self.view.tag(end) == Tag::Particle && self.view.is(end, &["'s", "'"]);
            if !owns || phrases.len() - base > 4 {
                break;
            }
            possessor = Some(phrases.len() - 1);
            from = end + 1;
        }
        last
    }

    /// One phrase without possessors, starting exactly at `start`.
    fn one(&self, start: usize) -> Option<Phrase> {
        let view = self.view;
        if view.tag(start) == Tag::Pronoun && self.quantity_from(start).is_none() {
            return Some(phrase(start..start + 1, start, None, None, false));
        }
        let mut at = start;
        let mut determiner = None;
        let mut quantity = None;
        let mut head = None;
        while at < view.end {
            if let Some(index) = self.quantity_from(at)
                && let Some(found) = self.quantities.get(index)
            {
                if head.is_some_and(|head| view.tag(head) != Tag::Number && !numbered(found))
                    || quantity.is_some() && found.kind == QuantityKind::Count
                {
                    break;
                }
                if quantity.is_none() && !(numbered(found) && head.is_some()) {
                    quantity = Some(index);
                }
                if self.modifies(found) {
                    // "a three-hour opening": a measure in one word is an adjective.
                    quantity = quantity.filter(|&kept| kept != index).or(Some(index));
                } else {
                    head = found.number.end.checked_sub(1).or(head);
                }
                if view.is(found.tokens.start, &["no"]) {
                    determiner = Some(found.tokens.start);
                    head = None;
                }
                at = found.tokens.end;
                continue;
            }
            match self.step(at, head, determiner) {
                Step::Determiner => determiner = determiner.or(Some(at)),
                Step::Modifier => {}
                Step::Head => head = Some(at),
                Step::Stop => break,
            }
            at += 1;
        }
        self.finish(start, at, head, determiner, quantity)
    }

    fn finish(
        &self,
        start: usize,
        end: usize,
        head: Option<usize>,
        determiner: Option<usize>,
        quantity: Option<usize>,
    ) -> Option<Phrase> {
        let view = self.view;
        match head {
            Some(head) => {
                let end = head + 1;
                // "two more", "dozens more" without a noun behind.
                let more =
                    view.tag(head) == Tag::Number && view.is(end, &["more"]) && !view.is(end + 1, &["than"]);
                let end = if more { end + 1 } else { end };
                // Bound words behind the number ("30 or more") belong to it.
                let end = quantity.and_then(|index| self.quantities.get(index)).map_or(end, |quantity| {
                    if quantity.number.end == end { quantity.tokens.end } else { end }
                });
                Some(phrase(start..end, head, determiner, quantity, view.tag(head) == Tag::ProperNoun))
            }
            // "the dead", "the poor", "this"
            None if determiner.is_some()
                && end > start + 1
                && matches!(view.tag(end - 1), Tag::Adjective) =>
            {
                Some(phrase(start..end, end - 1, determiner, quantity, false))
            }
            None => quantity.and_then(|index| self.quantities.get(index)).map(|found| {
                phrase(
                    start..found.tokens.end,
                    found.number.end.saturating_sub(1).max(start),
                    determiner,
                    quantity,
                    false,
                )
            }),
        }
    }

    fn step(&self, at: usize, head: Option<usize>, determiner: Option<usize>) -> Step {
        let view = self.view;
        let next = view.tag(at + 1);
        match view.tag(at) {
            Tag::Determiner if head.is_none() => Step::Determiner,
            Tag::Noun | Tag::ProperNoun => match head {
                // A day after a finished phrase is an adverb: "killed two people Tuesday".
                Some(_) if view.is_time(at) && view.capital(at) && view.tag(at - 1) != Tag::ProperNoun => {
                    Step::Stop
                }
                Some(head) if view.tag(head) == Tag::Number && !self.counts(at) => Step::Stop,
                _ => Step::Head,
            },
            Tag::Adjective => {
                let goes_on = matches!(next, Tag::Noun | Tag::ProperNoun | Tag::Adjective | Tag::Number)
                    || view.is(at + 1, &["and", "or", ","])
                        && matches!(view.tag(at + 2), Tag::Adjective)
                        && matches!(view.tag(at + 3), Tag::Noun | Tag::ProperNoun)
                    || next == Tag::Verb && matches!(view.form(at + 1), VerbForm::Gerund);
                match head {
                    Some(head) if view.tag(head) == Tag::Number => {
                        if goes_on || determiner.is_some() {
                            Step::Modifier
                        } else {
                            Step::Stop
                        }
                    }
                    Some(_) => {
                        if goes_on && view.tag(at - 1) == Tag::ProperNoun {
                            Step::Modifier
                        } else {
                            Step::Stop
                        }
                    }
                    None => Step::Modifier,
                }
            }
            Tag::Adverb
                if head.is_none()
                    && matches!(next, Tag::Adjective)
                    && !word_class::is_negation(view.word(at)) =>
            {
                Step::Modifier
            }
            Tag::Coordinator
                if matches!(view.tag_before(at), Tag::Adjective)
                    && next == Tag::Adjective
                    && matches!(view.tag(at + 2), Tag::Noun | Tag::ProperNoun) =>
            {
                Step::Modifier
            }
            Tag::Punct
                if view.is(at, &[","])
                    && view.tag_before(at) == Tag::Adjective
                    && next == Tag::Adjective
                    && matches!(view.tag(at + 2), Tag::Noun | Tag::ProperNoun) =>
            {
                Step::Modifier
            }
            Tag::Punct
                if view.is(at, &["“", "\"", "‘"])
                    && head.is_none()
                    && determiner.is_some()
                    && matches!(next, Tag::Noun | Tag::Adjective | Tag::ProperNoun) =>
            {
                Step::Modifier
            }
            Tag::Symbol if view.is(at, &["$", "€", "£", "#"]) => Step::Modifier,
            _ => Step::Stop,
        }
    }

    /// Whether the noun at `at` can be what the number before it counts.
    fn counts(&self, at: usize) -> bool {
        !(self.view.capital(at) && self.view.is_time(at))
    }
}

enum Step {
    Determiner,
    Modifier,
    Head,
    Stop,
}

/// Numbers that belong to the name before them: "Boeing 737", "May 5".
fn numbered(quantity: &Quantity) -> bool {
    matches!(quantity.kind, QuantityKind::Other | QuantityKind::Date | QuantityKind::Ordinal)
}

fn phrase(
    tokens: Range<usize>,
    head: usize,
    determiner: Option<usize>,
    quantity: Option<usize>,
    name: bool,
) -> Phrase {
    Phrase {
        tokens,
        head,
        quantity: quantity.into(),
        determiner: determiner.into(),
        possessor: Position::default(),
        coordinated_with: Position::default(),
        preposition: Position::default(),
        of: Position::default(),
        apposition_to: Position::default(),
        name,
    }
}

/// Prepositions, "of", lists and appositions, from each phrase to the one before it.
fn relate(view: View<'_>, phrases: &mut [Phrase], first: usize) {
    for index in first..phrases.len() {
        let Some(current) = phrases.get(index).cloned() else { continue };
        let start = current.tokens.start;
        let preposition = start.checked_sub(1).filter(|&at| {
            view.tag(at) == Tag::Adposition || view.tag(at) == Tag::Particle && view.is(at, &["to"])
        });
        let previous = index
            .checked_sub(1)
            .filter(|&previous| previous >= first)
            .and_then(|previous| outermost(phrases, previous, start));
        let mut of = None;
        let mut coordinated = None;
        let mut apposition = None;
        if let Some(previous) = previous
            && let Some(before) = phrases.get(previous)
        {
            let end = before.tokens.end;
            match start.checked_sub(end) {
                Some(1) if view.is(end, &["of"]) => of = Some(previous),
                Some(1) if view.is(end, &["and", "or", "nor", "&"]) => coordinated = Some(previous),
                Some(1) if view.is(end, &[","]) => {
                    if continues_list(view, phrases, current.tokens.end, before) {
                        coordinated = Some(previous);
                    } else if ends_apposition(view, current.tokens.end)
                        && (before.name != current.name
                            || before.determiner.get().is_some() != current.determiner.get().is_some())
                    {
                        apposition = Some(previous);
                    }
                }
                // "A, B, and C" is a list; ", and C" behind a single member begins a clause.
                Some(2)
                    if view.is(end, &[","])
                        && view.is(end + 1, &["and", "or"])
                        && before.coordinated_with.get().is_some() =>
                {
                    coordinated = Some(previous);
                }
                Some(3) if view.is(end, &[","]) && view.follows(end + 1, &["as", "well"]) => {
                    coordinated = Some(previous);
                }
                _ => {}
            }
        }
        if let Some(phrase) = phrases.get_mut(index) {
            phrase.preposition = preposition.into();
            phrase.of = of.into();
            phrase.coordinated_with = coordinated.into();
            phrase.apposition_to = apposition.into();
        }
        // Members of a list share the preposition of its first member.
        if let Some(previous) = coordinated
            && preposition.is_none()
        {
            let shared = phrases.get(previous).map_or(Position::default(), |before| before.preposition);
            if let Some(phrase) = phrases.get_mut(index) {
                phrase.preposition = shared;
            }
        }
    }
}

/// The last phrase before `start` that is no possessor inside another.
fn outermost(phrases: &[Phrase], index: usize, start: usize) -> Option<usize> {
    (index.saturating_sub(4)..=index)
        .rev()
        .find(|&place| phrases.get(place).is_some_and(|phrase| phrase.tokens.end <= start))
}

/// An apposition ends with a comma or the sentence, or goes on with a preposition; a verb makes it a subject.
fn ends_apposition(view: View<'_>, end: usize) -> bool {
    !matches!(view.tag(end), Tag::Verb | Tag::Aux)
        && !(view.tag(end) == Tag::Adverb && matches!(view.tag(end + 1), Tag::Verb | Tag::Aux))
}

/// "A, B and C": after this member comes another comma or the final "and" with a phrase.
fn continues_list(view: View<'_>, phrases: &[Phrase], end: usize, before: &Phrase) -> bool {
    if view.is(end, &["and", "or"]) || view.is(end, &[","]) && view.is(end + 1, &["and", "or"]) {
        return !matches!(view.tag(end + 1), Tag::Verb | Tag::Aux);
    }
    // A third member after another comma, when the second looks like the first.
    before.coordinated_with.get().is_some_and(|first| phrases.get(first).is_some()) && view.is(end, &[","])
}
