//! What a verb group does. Comes in: a verb group at its place among the items. Goes out: it becomes the verb of the
//! open clause, of a waiting one further out, or opens a coordinated, participial or infinitive clause.

use super::super::verb_class;
use super::{AHEAD, Builder, Item, Role};
use crate::text::{Link, Tag, Tense, VerbForm, VerbGroup, Voice};

impl Builder<'_> {
    pub(super) fn take_verb(&mut self, place: usize, group: VerbGroup) {
        if self.is_predicate(place, &group) {
            if let Some(top) = self.top()
                && let Some(clause) = self.clauses.get_mut(top)
            {
                clause.predicate = clause.predicate.or(Some(group.main));
            }
            return;
        }
        match self.role(place, &group) {
            Role::Finite => self.finite(place, group),
            Role::Reduced => self.reduced(place, group),
            Role::Gerund => self.gerund(place, group),
            Role::Infinitive => self.infinitive(place, group),
        }
    }

    pub(super) fn finite(&mut self, place: usize, group: VerbGroup) {
        let start = group.tokens.start;
        if let Some((at, link)) = self.opener.take() {
            // "as expected", "if confirmed", "that killed": a conjunction directly before the verb.
            let clause = self.open(link, Some(at), at);
            self.inherit_subject(clause);
            self.set_verb(clause, group);
            return;
        }
        let Some(top) = self.top() else { return };
        if self.clause(top).is_some_and(|clause| clause.verb.is_none())
            && (self.clause(top).is_some_and(|clause| !clause.subject.is_empty()) || self.stack.len() == 1)
        {
            self.set_verb(top, group);
            self.inverted(place, top);
            return;
        }
        // "said X": verb of saying before its speaker, after what was said.
        let lemma = self.view.verb(group.main).into_owned();
        if verb_class::is_saying(&lemma)
            && self.mark_before(place)
            && !self.after_conjunction(place)
            && self.speaker_follows(place)
            && self.waiting_outer(top).is_none()
        {
            self.back_to_main(start);
            let clause = self.open(Link::Root, None, start);
            self.set_verb(clause, group);
            self.inverted(place, clause);
            return;
        }
        // "the men who fled Oslo said": the waiting subject gets its verb, unless a conjunction joins two verbs.
        let waiting = self.stack.iter().rev().copied().find(|&index| {
            self.clause(index).is_some_and(|clause| clause.verb.is_none() && !clause.subject.is_empty())
        });
        if let Some(waiting) = waiting
            && !(self.after_conjunction(place) && self.same_shape(top, &group))
        {
            self.close_to(waiting, start);
            self.set_verb(waiting, group);
            return;
        }
        self.coordinate_verb(place, top, group);
    }

    /// Fills an empty subject with the phrase behind the verb: "said Jan Dill", "came a storm".
    pub(super) fn inverted(&mut self, place: usize, clause: usize) {
        let empty = self.clause(clause).is_some_and(|clause| clause.subject.is_empty());
        if empty
            && self.speaker_follows(place)
            && let Some(Item::Phrase(index)) = self.items.get(place + 1)
            && self
                .clause(clause)
                .and_then(|clause| clause.verb.as_ref())
                .is_some_and(|group| verb_class::is_saying(&self.view.verb(group.main)))
        {
            let index = *index;
            if let Some(clause) = self.clauses.get_mut(clause) {
                clause.subject.push(index);
                self.consumed = Some(index);
            }
        }
    }

    /// Two verb groups that can share a subject: both finite, or a base form beside an infinitive or modal.
    pub(super) fn same_shape(&self, clause: usize, group: &VerbGroup) -> bool {
        let Some(other) = self.clause(clause).and_then(|clause| clause.verb.as_ref()) else { return false };
        let bare = group.tokens.len() == 1 && self.view.form(group.main) == VerbForm::Base;
        let base_beside = other.tense == Tense::Infinitive || other.modal.is_some();
        let finite_beside = !matches!(other.tense, Tense::Infinitive | Tense::Participle);
        let participle = group.tokens.len() == 1 && self.view.form(group.main) == VerbForm::PastOrParticiple;
        if bare {
            base_beside || other.tense == Tense::Present && other.modal.is_none()
        } else {
            finite_beside || participle && other.voice == Voice::Passive
        }
    }

    /// A verb that shares the subject of an earlier one.
    pub(super) fn coordinate_verb(&mut self, place: usize, top: usize, group: VerbGroup) {
        let start = group.tokens.start;
        let partner = self.partner(place, &group).unwrap_or(top);
        let subject = self.clause(partner).map(|clause| clause.subject.clone()).unwrap_or_default();
        let model = self.clause(partner).and_then(|clause| clause.verb.clone());
        self.close_to(partner, start);
        let opener = self.opener_before(place);
        let clause = self.open(Link::Coordinate, opener, opener.unwrap_or(start));
        let mut group = group;
        if let Some(model) = model {
            let bare = group.tokens.len() == 1;
            if bare
                && self.view.form(group.main) == VerbForm::Base
                && (model.modal.is_some() || model.tense == Tense::Infinitive)
            {
                group.tense = model.tense;
                group.modal = model.modal;
                group.negated |= model.negated;
            }
        }
        if let Some(clause) = self.clauses.get_mut(clause) {
            clause.subject = subject;
        }
        self.set_verb(clause, group);
    }

    /// The open clause whose subject a coordinated verb shares: the innermost of its shape; after a comma rather a
    /// main or content clause of its tense ("said it could not stay, and asked ...").
    pub(super) fn partner(&self, place: usize, group: &VerbGroup) -> Option<usize> {
        let fits = || self.stack.iter().rev().copied().filter(|&index| self.same_shape(index, group));
        let comma = self.items.get(place.saturating_sub(3)..place).is_some_and(|items| {
            items.iter().any(|item| matches!(item, Item::Word(at) if self.view.is(*at, &[","])))
        });
        let level = |index: usize| {
            self.clause(index)
                .is_some_and(|clause| matches!(clause.link, Link::Root | Link::Content | Link::Coordinate))
        };
        let tense = |index: usize| {
            self.clause(index).and_then(|clause| clause.verb.as_ref()).is_some_and(|verb| {
                verb.tense == group.tense && verb.modal.is_some() == group.modal.is_some()
            })
        };
        let best = if comma { fits().find(|&index| level(index) && tense(index)) } else { None };
        best.or_else(|| fits().find(|&index| tense(index))).or_else(|| fits().next())
    }

    /// A passive participle without auxiliary: on the phrase before it, or beside a passive verb.
    pub(super) fn reduced(&mut self, place: usize, mut group: VerbGroup) {
        let start = group.tokens.start;
        group.voice = Voice::Passive;
        group.tense = Tense::Participle;
        if let Some((at, link)) = self.opener.take() {
            let clause = self.open(link, Some(at), at);
            self.inherit_subject(clause);
            self.set_verb(clause, group);
            return;
        }
        let Some(top) = self.top() else { return };
        let Some(clause) = self.clause(top).cloned() else { return };
        let before = self.phrase_before(place);
        if clause.verb.is_none()
            && !clause.subject.is_empty()
            && before.is_none_or(|before| {
                clause.subject.contains(&before) || self.hangs_on(before, &clause.subject)
            })
        {
            if self.finite_later(place) && clause.link != Link::Coordinate && !self.heading {
                // "27 people killed in the blast were buried": a relative without pronoun.
                let subject = clause.subject.clone();
                let inner = self.open(Link::Participial, None, start);
                if let Some(inner) = self.clauses.get_mut(inner) {
                    inner.subject = subject;
                }
                self.set_verb(inner, group);
            } else {
                self.set_verb(top, group);
            }
            return;
        }
        if before.is_none() && self.after_conjunction(place) && clause.verb.is_some() {
            // "were killed or wounded", "killed and wounded"
            let passive = self.stack.iter().rev().copied().find(|&index| {
                self.clause(index)
                    .and_then(|clause| clause.verb.as_ref())
                    .is_some_and(|verb| verb.voice == Voice::Passive)
            });
            if let Some(partner) = passive {
                let model = self.clause(partner).and_then(|clause| clause.verb.clone());
                group.tense = model.as_ref().map_or(group.tense, |model| model.tense);
                group.modal = model.as_ref().and_then(|model| model.modal);
                let subject = self.clause(partner).map(|clause| clause.subject.clone()).unwrap_or_default();
                self.close_to(partner, start);
                let opener = self.opener_before(place);
                let clause = self.open(Link::Coordinate, opener, opener.unwrap_or(start));
                if let Some(clause) = self.clauses.get_mut(clause) {
                    clause.subject = subject;
                }
                self.set_verb(clause, group);
                return;
            }
            group.voice = Voice::Active;
            group.tense = Tense::Past;
            self.coordinate_verb(place, top, group);
            return;
        }
        let inner = self.open(Link::Participial, None, start);
        let subject = before.map_or_else(|| clause.subject.clone(), |before| self.whole_list(before));
        if let Some(inner) = self.clauses.get_mut(inner) {
            inner.subject = subject;
        }
        self.set_verb(inner, group);
    }

    /// "killing": on the clause it accompanies, or on the phrase right before it.
    pub(super) fn gerund(&mut self, place: usize, group: VerbGroup) {
        let start = group.tokens.start;
        let opener = self.opener.take().map(|(at, _)| at).or_else(|| {
            place.checked_sub(1).and_then(|before| match self.items.get(before) {
                Some(Item::Word(at)) if self.view.tag(*at) == Tag::Adposition => Some(*at),
                _ => None,
            })
        });
        let before = self.phrase_before(place).filter(|_| opener.is_none());
        let Some(top) = self.top() else { return };
        let parent_subject = self.clause(top).map(|clause| clause.subject.clone()).unwrap_or_default();
        let headline_subject = self.heading
            && self.clause(top).is_some_and(|clause| clause.verb.is_none() && !clause.subject.is_empty())
            && !self.finite_later(place);
        if headline_subject && before.is_some() {
            self.set_verb(top, group);
            return;
        }
        let inner = self.open(Link::Participial, opener, opener.unwrap_or(start));
        if let Some(inner) = self.clauses.get_mut(inner) {
            inner.subject = before.map_or(parent_subject, |before| vec![before]);
        }
        self.set_verb(inner, group);
    }

    /// Who is to do what an infinitive says: the object of the verb, or that of "on", "to", "for" behind it.
    pub(super) fn asked(&self, place: usize, top: usize, verb: &VerbGroup) -> Option<usize> {
        if let Some(object) = self.clause(top).and_then(|clause| clause.objects.last().copied()) {
            return Some(object);
        }
        let mut asked = None;
        for item in self.items.get(..place).unwrap_or_default().iter().rev().take(AHEAD) {
            match item {
                Item::Phrase(index) => {
                    let phrase = self.phrase(*index)?;
                    let governed = phrase
                        .preposition
                        .get()
                        .is_some_and(|at| self.view.is(at, &["on", "upon", "to", "for", "with"]));
                    if governed && phrase.of.get().is_none() && !self.view.is_time(phrase.head) {
                        asked = Some(*index);
                    }
                }
                Item::Verb(group) if group.main == verb.main => break,
                Item::Verb(_) => return None,
                Item::Word(_) => {}
            }
        }
        // The first phrase behind the verb is meant, with the members of its list.
        asked.map(|first| self.last_of_list(first, place))
    }

    pub(super) fn infinitive(&mut self, place: usize, group: VerbGroup) {
        let start = group.tokens.start;
        self.flush_opener();
        let Some(top) = self.top() else { return };
        let (mut subject, voice, verb) =
            self.clause(top).map_or((Vec::new(), Voice::Active, None), |clause| {
                (
                    clause.subject.clone(),
                    clause.verb.as_ref().map_or(Voice::Active, |group| group.voice),
                    clause.verb.clone(),
                )
            });
        // "urged Oslo to halt", "called on both sides to stop": the one before "to" acts, when the verb is active.
        if voice == Voice::Active
            && let Some(verb) = verb.as_ref()
            && verb_class::controls_by_object(&self.view.verb(verb.main))
            && let Some(asked) = self.asked(place, top, verb)
        {
            subject = self.whole_list(asked);
        }
        let inner = self.open(Link::Infinitive, Some(start), start);
        if let Some(inner) = self.clauses.get_mut(inner) {
            inner.subject = subject;
        }
        self.set_verb(inner, group);
    }
}
