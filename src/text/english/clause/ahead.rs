//! What stands around an item. Comes in: a place among the items. Goes out: answers such as "does a finite verb
//! follow" and "is this participle passive". Looks a bounded number of items ahead and changes nothing.

use super::super::verb_class;
use super::{AHEAD, Builder, Item, Role};
use crate::text::{Tag, Tense, VerbForm, VerbGroup, Voice};

impl Builder<'_> {
    /// Whether a group is finite or hangs on something.
    pub(super) fn role(&self, place: usize, group: &VerbGroup) -> Role {
        let lone = group.tokens.len() == 1;
        match group.tense {
            Tense::Infinitive => Role::Infinitive,
            Tense::Participle if group.voice == Voice::Passive => Role::Reduced,
            Tense::Participle => Role::Gerund,
            Tense::Past
                if lone
                    && self.view.form(group.main) == VerbForm::PastOrParticiple
                    && self.is_reduced(place, group) =>
            {
                Role::Reduced
            }
            _ => Role::Finite,
        }
    }

    /// Whether a bare "-ed" form is a passive participle here.
    pub(super) fn is_reduced(&self, place: usize, group: &VerbGroup) -> bool {
        if self.view.tag(group.main) == Tag::Aux {
            return false;
        }
        let lemma = self.view.verb(group.main);
        // "cut off the town": a particle may stand before the object.
        let next = self.items.iter().skip(place + 1).find(|item| !matches!(item, Item::Word(at) if self.view.tag(*at) == Tag::Adverb || self.view.is(*at, &["off", "“", "\""])));
        let object_next = match next {
            Some(Item::Phrase(index)) => self.phrase(*index).is_some_and(|phrase| {
                phrase.preposition.get().is_none()
                    && !(self.view.is_time(phrase.head) && phrase.quantity.get().is_none())
            }),
            Some(Item::Word(at)) => self.view.tag(*at) == Tag::Subordinator && self.view.is(*at, &["that"]),
            _ => false,
        };
        if object_next {
            return self.view.is(group.main, &["called", "dubbed", "named", "known"])
                && self.after_phrase(place)
                && self.finite_later(place);
        }
        let by_next = matches!(next, Some(Item::Word(at)) if self.view.is(*at, &["by"]));
        let transitive = verb_class::needs_object(&lemma);
        let comma = |at: usize| {
            self.view.is(at, &[","])
                || self.view.is(at, &["“", "”", "\""])
                    && (self.view.is(at.wrapping_sub(1), &[","]) || self.view.is(at + 1, &[","]))
        };
        if group.main > self.view.start
            && comma(group.main - 1)
            && comma(group.main + 1)
            && self.subject_waits()
        {
            // "The mayor, stunned, called"
            return true;
        }
        let after_object = self
            .top()
            .and_then(|top| self.clause(top))
            .is_some_and(|clause| clause.verb.is_some() && self.after_phrase(place));
        if lemma == "say" || self.attribution(place, &lemma) {
            return false;
        }
        // "In a tally issued overnight, ...": the main clause has not begun.
        let fronted = self
            .top()
            .and_then(|top| self.clause(top))
            .is_some_and(|clause| clause.verb.is_none() && clause.subject.is_empty());
        if fronted && self.after_phrase(place) {
            return true;
        }
        let stands_alone = verb_class::takes_no_object(&lemma);
        transitive
            || by_next
            || (after_object && !stands_alone && !self.mark_before(place) && !self.subject_waits())
    }

    pub(super) fn subject_waits(&self) -> bool {
        self.stack.iter().any(|&index| {
            self.clause(index).is_some_and(|clause| clause.verb.is_none() && !clause.subject.is_empty())
        })
    }

    pub(super) fn after_phrase(&self, place: usize) -> bool {
        place
            .checked_sub(1)
            .and_then(|before| self.items.get(before))
            .is_some_and(|item| matches!(item, Item::Phrase(_)))
    }

    /// The phrase that ends right before the item.
    pub(super) fn phrase_before(&self, place: usize) -> Option<usize> {
        match place.checked_sub(1).and_then(|before| self.items.get(before)) {
            Some(Item::Phrase(index)) => Some(*index),
            _ => None,
        }
    }

    /// ", the ministry said" or ", police confirmed": a verb of saying that ends the sentence or is followed by a time.
    pub(super) fn attribution(&self, place: usize, lemma: &str) -> bool {
        if !verb_class::attributes(lemma) || !self.after_phrase(place) || place < 2 {
            return false;
        }
        let parted = self.items.get(place - 2).is_some_and(
            |item| matches!(item, Item::Word(at) if self.view.is(*at, &[",", "”", "\"", "–", "—"])),
        );
        let ends = self.items.get(place + 1).is_none_or(|item| match item {
            Item::Word(at) => matches!(self.view.tag(*at), Tag::Punct | Tag::Adverb | Tag::Adposition),
            Item::Phrase(index) => self.phrase(*index).is_some_and(|phrase| self.view.is_time(phrase.head)),
            Item::Verb(_) => false,
        });
        parted && ends
    }

    /// A finite verb without a new subject comes later in the sentence: the subject at hand waits for it.
    pub(super) fn finite_later(&self, place: usize) -> bool {
        let mut phrases = 0;
        for item in self.items.iter().skip(place + 1).take(AHEAD) {
            match item {
                Item::Verb(group) => {
                    let finite = !matches!(group.tense, Tense::Infinitive | Tense::Participle);
                    if finite {
                        return phrases <= 2;
                    }
                }
                Item::Phrase(index) => {
                    phrases += usize::from(
                        self.phrase(*index).is_some_and(|phrase| phrase.preposition.get().is_none()),
                    );
                }
                Item::Word(at) => {
                    if self.view.tag(*at) == Tag::Subordinator || self.view.is(*at, &[";", ":"]) {
                        return false;
                    }
                }
            }
        }
        false
    }

    /// Whether the phrase at `place` is followed by its finite verb, past what may stand between.
    pub(super) fn finite_follows(&self, place: usize) -> bool {
        // A comma opens an apposition, the next one closes it; with one still open the verb has another subject.
        let mut inside = false;
        // Relative clauses passed on the way take the first verb; an object of theirs may follow it.
        let (mut relatives, mut objects) = (0_usize, 0_usize);
        for (step, item) in self.items.iter().enumerate().skip(place + 1).take(AHEAD) {
            match item {
                Item::Verb(group) => {
                    return match self.role(step, group) {
                        Role::Finite if relatives > 0 => {
                            relatives -= 1;
                            objects = 1;
                            continue;
                        }
                        Role::Finite => !inside,
                        _ if relatives > 0 || objects > 0 => continue,
                        // "the men arrested in Oslo denied": go on behind the participle.
                        Role::Reduced => {
                            self.coordinated_ellipsis(place, step)
                                || self.finite_later(step) && !self.mark_between(place, step)
                        }
                        _ => false,
                    };
                }
                Item::Phrase(index) => {
                    let Some(phrase) = self.phrase(*index) else { return false };
                    if self.view.is(phrase.tokens.start, &["who", "which", "whose", "whom"]) {
                        relatives += 1;
                    } else if phrase.coordinated_with.get().is_some() {
                        inside = false;
                    } else if relatives > 0 || inside {
                        // The subject inside a relative clause, or the words of an apposition.
                    } else if objects > 0 {
                        objects -= 1;
                    } else if phrase.preposition.get().is_none() && !self.view.is_time(phrase.head) {
                        return false;
                    }
                }
                Item::Word(at) => match self.view.tag(*at) {
                    Tag::Coordinator if matches!(self.items.get(step + 1), Some(Item::Verb(_))) => {
                        return false;
                    }
                    Tag::Adposition | Tag::Adverb | Tag::Coordinator | Tag::Adjective | Tag::Particle => {}
                    Tag::Punct if self.view.is(*at, &[",", "(", ")", "–", "—"]) => {
                        inside = !inside;
                    }
                    Tag::Punct if self.view.is(*at, &["“", "”", "\""]) => {}
                    _ => return false,
                },
            }
        }
        false
    }

    pub(super) fn mark_between(&self, from: usize, to: usize) -> bool {
        self.items.get(from..to).is_some_and(|items| {
            items.iter().any(|item| matches!(item, Item::Word(at) if self.view.is(*at, &[","])))
        })
    }

    /// A comma, quotation mark or conjunction stands right before the item (adverbs and times may stand between).
    pub(super) fn mark_before(&self, place: usize) -> bool {
        self.mark.is_some_and(|mark| mark < place && place - mark <= 2)
    }

    /// "... were killed and 35 wounded": a participle with its own subject beside a passive clause.
    pub(super) fn coordinated_ellipsis(&self, place: usize, step: usize) -> bool {
        step == place + 1 && self.mark_before(place)
    }

    pub(super) fn speaker_follows(&self, place: usize) -> bool {
        matches!(self.items.get(place + 1), Some(Item::Phrase(index)) if self.phrase(*index).is_some_and(|phrase| phrase.preposition.get().is_none() && phrase.quantity.get().is_none() && !self.view.is_time(phrase.head)))
    }

    pub(super) fn after_conjunction(&self, place: usize) -> bool {
        // "fled and on Friday proclaimed": times, places and adverbs may stand between.
        for item in self.items.get(..place).unwrap_or_default().iter().rev().take(6) {
            match item {
                Item::Word(at) if self.view.tag(*at) == Tag::Coordinator => return true,
                Item::Word(at)
                    if matches!(self.view.tag(*at), Tag::Adposition | Tag::Adverb)
                        || self.view.is(*at, &[",", "“", "\""]) => {}
                Item::Phrase(index)
                    if self.phrase(*index).is_some_and(|phrase| {
                        phrase.preposition.get().is_some() || self.view.is_time(phrase.head)
                    }) => {}
                _ => return false,
            }
        }
        false
    }

    /// "remains trapped", "seemed determined": a participle right behind a verb of being.
    pub(super) fn is_predicate(&self, place: usize, group: &VerbGroup) -> bool {
        let participle = group.tokens.len() == 1
            && matches!(self.view.form(group.main), VerbForm::PastOrParticiple | VerbForm::Participle);
        let verb = place.checked_sub(1).and_then(|before| match self.items.get(before) {
            Some(Item::Verb(before)) => Some(before.main),
            _ => None,
        });
        participle
            && verb.is_some_and(|verb| {
                matches!(
                    self.view.verb(verb).as_ref(),
                    "remain" | "stay" | "seem" | "appear" | "become" | "lie" | "feel" | "go" | "look"
                )
            })
    }
}
