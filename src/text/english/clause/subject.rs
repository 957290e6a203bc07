//! What a phrase does in its clause. Comes in: a phrase at its place among the items. Goes out: it becomes subject,
//! object, predicate, agent, or opens a relative, content or coordinated clause. Never decides about verbs.

use super::super::verb_class;
use super::super::word_class::is_be;
use super::{Builder, Item};
use crate::text::{Clause, Link, Phrase, Tag, Tense, Voice};

impl Builder<'_> {
    pub(super) fn take_phrase(&mut self, place: usize, index: usize) {
        let phrases = self.phrases;
        let Some(phrase) = phrases.get(index) else { return };
        if self.consumed.take() == Some(index) {
            return;
        }
        if let Some(preposition) = phrase.preposition.get() {
            self.prepositional(index, preposition);
            // "after the army denied" is tagged a conjunction; here only real prepositions arrive.
            return;
        }
        if self.relative(place, index, phrase) {
            return;
        }
        if phrase.of.get().is_some() {
            return;
        }
        if let Some((at, link)) = self.opener.take() {
            let clause = self.open(link, Some(at), at);
            self.add_subject(clause, index);
            return;
        }
        let Some(top) = self.top() else { return };
        let Some(clause) = self.clause(top) else { return };
        if clause.verb.is_none() {
            if clause.subject.is_empty() {
                self.add_subject(top, index);
            } else {
                let clause = clause.clone();
                self.subject_or_fronted(top, index, phrase, &clause);
            }
            return;
        }
        let finite_next = self.finite_follows(place);
        let waiting = self.waiting_outer(top);
        if finite_next && waiting.is_none_or(|outer| self.clears(place, outer)) {
            self.new_subject(place, top, index, phrase);
        } else if phrase.apposition_to.get().is_none() {
            self.add_object(top, index, phrase);
        }
    }

    /// "who", "which", "that" as a pronoun: opens a relative clause on the phrase before.
    pub(super) fn relative(&mut self, place: usize, index: usize, phrase: &Phrase) -> bool {
        let word = self.view.word(phrase.tokens.start);
        let pronoun = matches!(word, "who" | "which" | "whom" | "whose")
            || word == "that" && self.view.tag(phrase.tokens.start) == Tag::Pronoun;
        if !pronoun || place == 0 {
            return false;
        }
        let antecedent = self.antecedent(place);
        if word == "that" && antecedent.is_none() {
            return false;
        }
        self.flush_opener();
        let clause = self.open(Link::Relative, Some(phrase.tokens.start), phrase.tokens.start);
        if word == "whose" {
            self.add_subject(clause, index);
        } else if let Some(antecedent) = antecedent {
            self.add_subject(clause, antecedent);
        } else {
            self.add_subject(clause, index);
        }
        true
    }

    /// The phrase a relative pronoun stands for: the nearest before it, past a comma and a preposition.
    pub(super) fn antecedent(&self, place: usize) -> Option<usize> {
        for item in self.items.get(place.saturating_sub(5)..place)?.iter().rev() {
            match item {
                Item::Phrase(index) => {
                    // "said Dill in response, who": a bare noun behind a preposition names nobody.
                    let bare = self.phrase(*index).is_some_and(|phrase| {
                        phrase.preposition.get().is_some()
                            && phrase.determiner.get().is_none()
                            && phrase.quantity.get().is_none()
                            && !phrase.name
                            && self.view.noun(phrase.head) == self.view.word(phrase.head)
                    });
                    if !bare {
                        return Some(*index);
                    }
                }
                Item::Word(at)
                    if self.view.is(*at, &[",", "-", "–", "—"])
                        || matches!(self.view.tag(*at), Tag::Adposition | Tag::Coordinator | Tag::Adverb) => {
                }
                _ => return None,
            }
        }
        None
    }

    pub(super) fn prepositional(&mut self, index: usize, preposition: usize) {
        let Some(top) = self.top() else { return };
        if self.view.is(preposition, &["by"])
            && let Some(clause) = self.clauses.get_mut(top)
            && clause.agent.is_none()
            && clause.verb.as_ref().is_some_and(|group| group.voice == Voice::Passive)
        {
            clause.agent = Some(index);
        }
        // Members of an object list share the preposition of the first; nothing else to do.
    }

    pub(super) fn add_subject(&mut self, clause: usize, phrase: usize) {
        let start = self.phrase(phrase).map_or(0, |phrase| phrase.tokens.start);
        if let Some(clause) = self.clauses.get_mut(clause) {
            if clause.subject.is_empty() && clause.opener.is_none() {
                clause.tokens = start..start;
            }
            clause.subject.push(phrase);
        }
    }

    /// Another phrase before the verb: a member of the subject, a new one, or a fronted time.
    pub(super) fn subject_or_fronted(&mut self, top: usize, index: usize, phrase: &Phrase, clause: &Clause) {
        let time = |index: usize| self.phrase(index).is_some_and(|phrase| self.view.is_time(phrase.head));
        let listed = phrase.coordinated_with.get().is_some_and(|with| clause.subject.contains(&with));
        if listed {
            self.add_subject(top, index);
        } else if phrase.apposition_to.get().is_some_and(|to| {
            clause.subject.contains(&to) || self.phrase(to).is_some_and(|to| to.of.get().is_some())
        }) && !clause.subject.iter().copied().any(time)
        {
            // "the minister, Jan Dill, said": the first phrase stays the subject.
        } else if clause.link == Link::Relative {
            // "which the army denied": the pronoun is the object.
            let objects = clause.subject.clone();
            if let Some(clause) = self.clauses.get_mut(top) {
                clause.objects = objects;
                clause.subject = vec![index];
            }
        } else if time(index) && !self.heading {
            // "Jan Dill last week said": a time between subject and verb.
        } else if self.view.is(phrase.tokens.start.wrapping_sub(1), &[","])
            && !clause.subject.iter().copied().any(time)
        {
            // "No casualties, police said" opens a clause; other phrases behind a comma explain the subject.
            if self.says_next(phrase.tokens.end) {
                self.close_to(self.stack.first().copied().unwrap_or(top), phrase.tokens.start);
                let said = self.open(Link::Root, None, phrase.tokens.start);
                self.add_subject(said, index);
            }
        } else if let Some(clause) = self.clauses.get_mut(top) {
            clause.subject = vec![index];
        }
    }

    /// A verb of saying at `at` that ends its sentence.
    pub(super) fn says_next(&self, at: usize) -> bool {
        self.view.tag(at) == Tag::Verb
            && verb_class::attributes(&self.view.verb(at))
            && (matches!(self.view.tag(at + 1), Tag::Punct | Tag::Other | Tag::Adverb | Tag::Adposition)
                || self.view.is_time(at + 1))
    }

    /// An open clause further out whose subject still waits for its verb.
    pub(super) fn waiting_outer(&self, top: usize) -> Option<usize> {
        self.stack.iter().rev().copied().filter(|&index| index != top).find(|&index| {
            self.clause(index).is_some_and(|clause| {
                clause.verb.is_none()
                    && (!clause.subject.is_empty() || index == self.stack.first().copied().unwrap_or(0))
            })
        })
    }

    /// The phrase after a comma that ends a fronted clause ("If he leaves, the army ...") begins the main clause.
    pub(super) fn clears(&self, place: usize, outer: usize) -> bool {
        self.clause(outer).is_some_and(|clause| clause.subject.is_empty()) && self.mark_before(place)
    }

    /// A phrase whose verb comes next: subject of a content clause, a coordinated one, or of the waiting main clause.
    pub(super) fn new_subject(&mut self, place: usize, top: usize, index: usize, phrase: &Phrase) {
        let start = phrase.tokens.start;
        let content = self.clause(top).is_some_and(|clause| {
            clause.objects.iter().all(|&object| self.is_addressee(object))
                && clause.verb.as_ref().is_some_and(|group| {
                    group.voice == Voice::Active && verb_class::takes_content(&self.view.verb(group.main))
                })
        });
        if content && !self.comma_since_verb(place, top) {
            let clause = self.open(Link::Content, None, start);
            self.add_subject(clause, index);
            return;
        }
        let root = self.stack.first().copied().unwrap_or(top);
        if self.clause(root).is_some_and(|clause| clause.verb.is_none() && clause.subject.is_empty()) {
            self.close_to(root, start);
            self.add_subject(root, index);
            return;
        }
        // A coordinated clause stands beside the innermost finite one: ", and the army denied".
        let beside = self.beside(place, top);
        self.close_to(beside, start);
        let opener = self.opener_before(place);
        let clause = self.open(Link::Coordinate, opener, start);
        self.add_subject(clause, index);
    }

    /// "told reporters", "told AFP": the one spoken to.
    pub(super) fn is_addressee(&self, object: usize) -> bool {
        self.phrase(object).is_some_and(|phrase| phrase.quantity.get().is_none())
    }

    /// A comma between the verb of `top` and the item parts them ("he said, the army left").
    pub(super) fn comma_since_verb(&self, place: usize, top: usize) -> bool {
        let Some(main) = self.clause(top).and_then(|clause| clause.verb.as_ref()).map(|group| group.main)
        else {
            return false;
        };
        let start = self.items.get(place).map_or(main, |item| item.start(self.phrases));
        (main + 1..start).take(40).any(|at| self.view.is(at, &[",", "”", ";", "and", "but"]))
    }

    /// The clause that a coordinated one stands beside: the innermost finite clause that is no fronted or relative one.
    pub(super) fn beside(&self, _place: usize, top: usize) -> usize {
        self.stack
            .iter()
            .rev()
            .copied()
            .find(|&index| {
                self.clause(index).is_some_and(|clause| {
                    !matches!(
                        clause.link,
                        Link::Participial | Link::Infinitive | Link::Relative | Link::Adverbial
                    ) && clause
                        .verb
                        .as_ref()
                        .is_some_and(|group| !matches!(group.tense, Tense::Infinitive | Tense::Participle))
                })
            })
            .or_else(|| self.stack.first().copied())
            .unwrap_or(top)
    }

    pub(super) fn add_object(&mut self, top: usize, index: usize, phrase: &Phrase) {
        let view = self.view;
        let time = view.is_time(phrase.head) && phrase.quantity.get().is_none();
        let Some(clause) = self.clauses.get_mut(top) else { return };
        let Some(group) = &clause.verb else { return };
        if time {
            return;
        }
        let listed = phrase.coordinated_with.get().is_some_and(|with| clause.objects.contains(&with));
        let copula =
            is_be(view.word(group.main)) || matches!(view.verb(group.main).as_ref(), "become" | "remain");
        if copula {
            clause.predicate = clause.predicate.or(Some(phrase.head));
            return;
        }
        let parted = (group.tokens.end..phrase.tokens.start)
            .take(60)
            .any(|at| view.is(at, &[",", ";", ":", "(", "–", "—"]));
        if listed || (!parted && clause.objects.len() < 2) {
            clause.objects.push(index);
        }
    }

    /// "members of the crew": the phrase belongs to a subject by "of".
    pub(super) fn hangs_on(&self, phrase: usize, subject: &[usize]) -> bool {
        let mut at = phrase;
        for _ in 0..4 {
            match self.phrase(at).and_then(|phrase| phrase.of.get()) {
                Some(of) if subject.contains(&of) => return true,
                Some(of) => at = of,
                None => return false,
            }
        }
        false
    }

    pub(super) fn whole_list(&self, last: usize) -> Vec<usize> {
        let mut members = vec![last];
        while let Some(previous) = members
            .last()
            .and_then(|&member| self.phrase(member))
            .and_then(|phrase| phrase.coordinated_with.get())
        {
            members.push(previous);
            if members.len() > 16 {
                break;
            }
        }
        members.reverse();
        members
    }

    pub(super) fn last_of_list(&self, first: usize, place: usize) -> usize {
        let limit = self.items.get(place).map_or(usize::MAX, |item| item.start(self.phrases));
        let mut last = first;
        for index in first + 1..first + 12 {
            let Some(phrase) = self.phrase(index) else { break };
            if phrase.tokens.start < limit && phrase.coordinated_with.get() == Some(last) {
                last = index;
            }
        }
        last
    }
}
