//! Finds clauses. Comes in: tagged tokens, phrases and verb groups of one sentence. Goes out: clauses with subject,
//! verb, objects, and how they hang together. One pass from left to right over phrases, verbs and the words between
//! them, with a stack of open clauses; a look ahead is bounded. What fits no construction is left unattached, never
//! forced.

use std::ops::Range;

use super::view::View;
use super::word_class::{self, is_be};
use super::{clause_link, lemma, verb, verb_class};
use crate::text::{Clause, Link, Phrase, Tag, Tense, VerbForm, VerbGroup, Voice};

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
    clause_link::finish(view, phrases, &mut clauses, base);
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
    let mut items = Vec::new();
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
                    Some(group) => verb_class::takes_predicate(&lemma::verb(self.view.word(group.main))),
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

    fn take_phrase(&mut self, place: usize, index: usize) {
        let Some(phrase) = self.phrase(index).cloned() else { return };
        if self.consumed.take() == Some(index) {
            return;
        }
        if let Some(preposition) = phrase.preposition {
            self.prepositional(index, preposition);
            // "after the army denied" is tagged a conjunction; here only real prepositions arrive.
            return;
        }
        if self.relative(place, index, &phrase) {
            return;
        }
        if phrase.of.is_some() {
            return;
        }
        if let Some((at, link)) = self.opener.take() {
            let clause = self.open(link, Some(at), at);
            self.add_subject(clause, index);
            return;
        }
        let Some(top) = self.top() else { return };
        let Some(clause) = self.clause(top).cloned() else { return };
        if clause.verb.is_none() {
            self.subject_or_fronted(top, index, &phrase, &clause);
            return;
        }
        let finite_next = self.finite_follows(place);
        let waiting = self.waiting_outer(top);
        if finite_next && waiting.is_none_or(|outer| self.clears(place, outer)) {
            self.new_subject(place, top, index, &phrase);
        } else if phrase.apposition_to.is_none() {
            self.add_object(top, index, &phrase);
        }
    }

    /// "who", "which", "that" as a pronoun: opens a relative clause on the phrase before.
    fn relative(&mut self, place: usize, index: usize, phrase: &Phrase) -> bool {
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
    fn antecedent(&self, place: usize) -> Option<usize> {
        for item in self.items.get(place.saturating_sub(3)..place)?.iter().rev() {
            match item {
                Item::Phrase(index) => {
                    // "the members of the crew who": the head noun of an "of" chain is meant where it is a person;
                    // without meaning at hand the nearest is taken.
                    return Some(*index);
                }
                Item::Word(at)
                    if matches!(self.view.word(*at), "," | "-" | "–" | "—")
                        || matches!(self.view.tag(*at), Tag::Adposition | Tag::Coordinator | Tag::Adverb) => {
                }
                _ => return None,
            }
        }
        None
    }

    fn prepositional(&mut self, index: usize, preposition: usize) {
        let Some(top) = self.top() else { return };
        if self.view.word(preposition) == "by"
            && let Some(clause) = self.clauses.get_mut(top)
            && clause.agent.is_none()
            && clause.verb.as_ref().is_some_and(|group| group.voice == Voice::Passive)
        {
            clause.agent = Some(index);
        }
        // Members of an object list share the preposition of the first; nothing else to do.
    }

    fn add_subject(&mut self, clause: usize, phrase: usize) {
        let start = self.phrase(phrase).map_or(0, |phrase| phrase.tokens.start);
        if let Some(clause) = self.clauses.get_mut(clause) {
            if clause.subject.is_empty() && clause.opener.is_none() {
                clause.tokens = start..start;
            }
            clause.subject.push(phrase);
        }
    }

    /// A phrase before the verb: a subject, a member of one, or a fronted time.
    fn subject_or_fronted(&mut self, top: usize, index: usize, phrase: &Phrase, clause: &Clause) {
        let time = |index: usize| {
            self.phrase(index).is_some_and(|phrase| word_class::is_time_word(self.view.word(phrase.head)))
        };
        let listed = phrase.coordinated_with.is_some_and(|with| clause.subject.contains(&with));
        if clause.subject.is_empty() || listed {
            self.add_subject(top, index);
        } else if phrase.apposition_to.is_some_and(|to| {
            clause.subject.contains(&to) || self.phrase(to).is_some_and(|to| to.of.is_some())
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
        } else if self.view.word(phrase.tokens.start.wrapping_sub(1)) == ","
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
    fn says_next(&self, at: usize) -> bool {
        self.view.tag(at) == Tag::Verb
            && verb_class::attributes(&lemma::verb(self.view.word(at)))
            && (matches!(self.view.tag(at + 1), Tag::Punct | Tag::Other | Tag::Adverb | Tag::Adposition)
                || word_class::is_time_word(self.view.word(at + 1)))
    }

    /// An open clause further out whose subject still waits for its verb.
    fn waiting_outer(&self, top: usize) -> Option<usize> {
        self.stack.iter().rev().copied().filter(|&index| index != top).find(|&index| {
            self.clause(index).is_some_and(|clause| {
                clause.verb.is_none()
                    && (!clause.subject.is_empty() || index == self.stack.first().copied().unwrap_or(0))
            })
        })
    }

    /// The phrase after a comma that ends a fronted clause ("If he leaves, the army ...") begins the main clause.
    fn clears(&self, place: usize, outer: usize) -> bool {
        self.clause(outer).is_some_and(|clause| clause.subject.is_empty()) && self.mark_before(place)
    }

    /// A comma, quotation mark or conjunction stands right before the item (adverbs and times may stand between).
    fn mark_before(&self, place: usize) -> bool {
        self.mark.is_some_and(|mark| mark < place && place - mark <= 2)
    }

    /// A phrase whose verb comes next: subject of a content clause, a coordinated one, or of the waiting main clause.
    fn new_subject(&mut self, place: usize, top: usize, index: usize, phrase: &Phrase) {
        let start = phrase.tokens.start;
        let content = self.clause(top).is_some_and(|clause| {
            clause.objects.iter().all(|&object| self.is_addressee(object))
                && clause.verb.as_ref().is_some_and(|group| {
                    group.voice == Voice::Active
                        && verb_class::takes_content(&lemma::verb(self.view.word(group.main)))
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
    fn is_addressee(&self, object: usize) -> bool {
        self.phrase(object).is_some_and(|phrase| phrase.quantity.is_none())
    }

    /// A comma between the verb of `top` and the item parts them ("he said, the army left").
    fn comma_since_verb(&self, place: usize, top: usize) -> bool {
        let Some(main) = self.clause(top).and_then(|clause| clause.verb.as_ref()).map(|group| group.main)
        else {
            return false;
        };
        let start = self.items.get(place).map_or(main, |item| item.start(self.phrases));
        (main + 1..start).take(40).any(|at| matches!(self.view.word(at), "," | "”" | ";" | "and" | "but"))
    }

    /// The clause that a coordinated one stands beside: the innermost finite clause that is no fronted or relative one.
    fn beside(&self, _place: usize, top: usize) -> usize {
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

    fn opener_before(&self, place: usize) -> Option<usize> {
        self.items.get(place.saturating_sub(2)..place)?.iter().rev().find_map(|item| match item {
            Item::Word(at) if self.view.tag(*at) == Tag::Coordinator => Some(*at),
            _ => None,
        })
    }

    fn add_object(&mut self, top: usize, index: usize, phrase: &Phrase) {
        let view = self.view;
        let time = word_class::is_time_word(view.word(phrase.head)) && phrase.quantity.is_none();
        let Some(clause) = self.clauses.get_mut(top) else { return };
        let Some(group) = &clause.verb else { return };
        if time {
            return;
        }
        let listed = phrase.coordinated_with.is_some_and(|with| clause.objects.contains(&with));
        let copula = is_be(view.word(group.main))
            || matches!(lemma::verb(view.word(group.main)).as_ref(), "become" | "remain");
        if copula {
            clause.predicate = clause.predicate.or(Some(phrase.head));
            return;
        }
        let parted = (group.tokens.end..phrase.tokens.start)
            .take(60)
            .any(|at| matches!(view.word(at), "," | ";" | ":" | "(" | "–" | "—"));
        if listed || (!parted && clause.objects.len() < 2) {
            clause.objects.push(index);
        }
    }

    fn take_verb(&mut self, place: usize, group: VerbGroup) {
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

    /// "remains trapped", "seemed determined": a participle right behind a verb of being.
    fn is_predicate(&self, place: usize, group: &VerbGroup) -> bool {
        let participle = group.tokens.len() == 1
            && matches!(self.view.form(group.main), VerbForm::PastOrParticiple | VerbForm::Participle);
        let verb = place.checked_sub(1).and_then(|before| match self.items.get(before) {
            Some(Item::Verb(before)) => Some(before.main),
            _ => None,
        });
        participle
            && verb.is_some_and(|verb| {
                matches!(
                    lemma::verb(self.view.word(verb)).as_ref(),
                    "remain" | "stay" | "seem" | "appear" | "become" | "lie" | "feel" | "go" | "look"
                )
            })
    }

    /// Whether a group is finite or hangs on something.
    fn role(&self, place: usize, group: &VerbGroup) -> Role {
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
    fn is_reduced(&self, place: usize, group: &VerbGroup) -> bool {
        if self.view.tag(group.main) == Tag::Aux {
            return false;
        }
        let lemma = lemma::verb(self.view.word(group.main));
        // "cut off the town": a particle may stand before the object.
        let next = self.items.iter().skip(place + 1).find(|item| !matches!(item, Item::Word(at) if self.view.tag(*at) == Tag::Adverb || self.view.is(*at, &["off", "“", "\""])));
        let object_next = match next {
            Some(Item::Phrase(index)) => self.phrase(*index).is_some_and(|phrase| {
                phrase.preposition.is_none()
                    && !(word_class::is_time_word(self.view.word(phrase.head)) && phrase.quantity.is_none())
            }),
            Some(Item::Word(at)) => self.view.tag(*at) == Tag::Subordinator && self.view.word(*at) == "that",
            _ => false,
        };
        if object_next {
            return self.view.is(group.main, &["called", "dubbed", "named", "known"])
                && self.after_phrase(place)
                && self.finite_later(place);
        }
        let by_next = matches!(next, Some(Item::Word(at)) if self.view.word(*at) == "by");
        let transitive = verb_class::needs_object(&lemma);
        let comma = |at: usize| {
            self.view.word(at) == ","
                || self.view.is(at, &["“", "”", "\""])
                    && (self.view.word(at.wrapping_sub(1)) == "," || self.view.word(at + 1) == ",")
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
        transitive || by_next || (after_object && !self.mark_before(place) && !self.subject_waits())
    }

    fn subject_waits(&self) -> bool {
        self.stack.iter().any(|&index| {
            self.clause(index).is_some_and(|clause| clause.verb.is_none() && !clause.subject.is_empty())
        })
    }

    fn after_phrase(&self, place: usize) -> bool {
        place
            .checked_sub(1)
            .and_then(|before| self.items.get(before))
            .is_some_and(|item| matches!(item, Item::Phrase(_)))
    }

    /// ", the ministry said" or ", police confirmed": a verb of saying that ends the sentence or is followed by a time.
    fn attribution(&self, place: usize, lemma: &str) -> bool {
        if !verb_class::attributes(lemma) || !self.after_phrase(place) || place < 2 {
            return false;
        }
        let parted = self.items.get(place - 2).is_some_and(|item| matches!(item, Item::Word(at) if matches!(self.view.word(*at), "," | "”" | "\"" | "–" | "—")));
        let ends = self.items.get(place + 1).is_none_or(|item| match item {
            Item::Word(at) => matches!(self.view.tag(*at), Tag::Punct | Tag::Adverb | Tag::Adposition),
            Item::Phrase(index) => self
                .phrase(*index)
                .is_some_and(|phrase| word_class::is_time_word(self.view.word(phrase.head))),
            Item::Verb(_) => false,
        });
        parted && ends
    }

    /// A finite verb without a new subject comes later in the sentence: the subject at hand waits for it.
    fn finite_later(&self, place: usize) -> bool {
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
                    phrases +=
                        usize::from(self.phrase(*index).is_some_and(|phrase| phrase.preposition.is_none()))
                }
                Item::Word(at) => {
                    if self.view.tag(*at) == Tag::Subordinator || matches!(self.view.word(*at), ";" | ":") {
                        return false;
                    }
                }
            }
        }
        false
    }

    /// Whether the phrase at `place` is followed by its finite verb, past what may stand between.
    fn finite_follows(&self, place: usize) -> bool {
        // A comma opens an apposition, the next one closes it; with one still open the verb has another subject.
        let mut inside = false;
        // Relative clauses passed on the way take the first verb; an object of theirs may follow it.
        let (mut relatives, mut objects) = (0_usize, 0_usize);
        for (step, item) in self.items.iter().enumerate().skip(place + 1).take(AHEAD) {
            match item {
                Item::Verb(group) => {
                    return match self.role_ahead(step, group) {
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
                    if matches!(self.view.word(phrase.tokens.start), "who" | "which" | "whose" | "whom") {
                        relatives += 1;
                    } else if phrase.coordinated_with.is_some() {
                        inside = false;
                    } else if relatives > 0 || inside {
                        // The subject inside a relative clause, or the words of an apposition.
                    } else if objects > 0 {
                        objects -= 1;
                    } else if phrase.preposition.is_none()
                        && !word_class::is_time_word(self.view.word(phrase.head))
                    {
                        return false;
                    }
                }
                Item::Word(at) => match self.view.tag(*at) {
                    Tag::Coordinator if matches!(self.items.get(step + 1), Some(Item::Verb(_))) => {
                        return false;
                    }
                    Tag::Adposition | Tag::Adverb | Tag::Coordinator | Tag::Adjective | Tag::Particle => {}
                    Tag::Punct if matches!(self.view.word(*at), "," | "(" | ")" | "–" | "—") => {
                        inside = !inside
                    }
                    Tag::Punct if matches!(self.view.word(*at), "“" | "”" | "\"") => {}
                    _ => return false,
                },
            }
        }
        false
    }

    fn mark_between(&self, from: usize, to: usize) -> bool {
        self.items.get(from..to).is_some_and(|items| {
            items.iter().any(|item| matches!(item, Item::Word(at) if self.view.word(*at) == ","))
        })
    }

    /// "... were killed and 35 wounded": a participle with its own subject beside a passive clause.
    fn coordinated_ellipsis(&self, place: usize, step: usize) -> bool {
        step == place + 1 && self.mark_before(place)
    }

    fn role_ahead(&self, place: usize, group: &VerbGroup) -> Role {
        let lone = group.tokens.len() == 1;
        match group.tense {
            Tense::Infinitive => Role::Infinitive,
            Tense::Participle if group.voice == Voice::Passive => Role::Reduced,
            Tense::Participle => Role::Gerund,
            Tense::Past if lone && self.view.form(group.main) == VerbForm::PastOrParticiple => {
                if self.is_reduced(place, group) { Role::Reduced } else { Role::Finite }
            }
            _ => Role::Finite,
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

    fn finite(&mut self, place: usize, group: VerbGroup) {
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
        let lemma = lemma::verb(self.view.word(group.main)).into_owned();
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
    fn inverted(&mut self, place: usize, clause: usize) {
        let empty = self.clause(clause).is_some_and(|clause| clause.subject.is_empty());
        if empty
            && self.speaker_follows(place)
            && let Some(Item::Phrase(index)) = self.items.get(place + 1)
            && self
                .clause(clause)
                .and_then(|clause| clause.verb.as_ref())
                .is_some_and(|group| verb_class::is_saying(&lemma::verb(self.view.word(group.main))))
        {
            let index = *index;
            if let Some(clause) = self.clauses.get_mut(clause) {
                clause.subject.push(index);
                self.consumed = Some(index);
            }
        }
    }

    fn speaker_follows(&self, place: usize) -> bool {
        matches!(self.items.get(place + 1), Some(Item::Phrase(index)) if self.phrase(*index).is_some_and(|phrase| phrase.preposition.is_none() && phrase.quantity.is_none() && !word_class::is_time_word(self.view.word(phrase.head))))
    }

    fn after_conjunction(&self, place: usize) -> bool {
        // "fled and on Friday proclaimed": times, places and adverbs may stand between.
        for item in self.items.get(..place).unwrap_or_default().iter().rev().take(6) {
            match item {
                Item::Word(at) if self.view.tag(*at) == Tag::Coordinator => return true,
                Item::Word(at)
                    if matches!(self.view.tag(*at), Tag::Adposition | Tag::Adverb)
                        || self.view.is(*at, &[",", "“", "\""]) => {}
                Item::Phrase(index)
                    if self.phrase(*index).is_some_and(|phrase| {
                        phrase.preposition.is_some() || word_class::is_time_word(self.view.word(phrase.head))
                    }) => {}
                _ => return false,
            }
        }
        false
    }

    /// Two verb groups that can share a subject: both finite, or a base form beside an infinitive or modal.
    fn same_shape(&self, clause: usize, group: &VerbGroup) -> bool {
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
    fn coordinate_verb(&mut self, place: usize, top: usize, group: VerbGroup) {
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
    fn partner(&self, place: usize, group: &VerbGroup) -> Option<usize> {
        let fits = || self.stack.iter().rev().copied().filter(|&index| self.same_shape(index, group));
        let comma = self.items.get(place.saturating_sub(3)..place).is_some_and(|items| {
            items.iter().any(|item| matches!(item, Item::Word(at) if self.view.word(*at) == ","))
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

    /// A passive participle without auxiliary: on the phrase before it, or beside a passive verb.
    fn reduced(&mut self, place: usize, mut group: VerbGroup) {
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
            && (before.is_none()
                || before.is_some_and(|before| {
                    clause.subject.contains(&before) || self.hangs_on(before, &clause.subject)
                }))
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
        let subject = before.map(|before| self.whole_list(before)).unwrap_or_else(|| clause.subject.clone());
        if let Some(inner) = self.clauses.get_mut(inner) {
            inner.subject = subject;
        }
        self.set_verb(inner, group);
    }

    /// The phrase that ends right before the item.
    fn phrase_before(&self, place: usize) -> Option<usize> {
        match place.checked_sub(1).and_then(|before| self.items.get(before)) {
            Some(Item::Phrase(index)) => Some(*index),
            _ => None,
        }
    }

    /// "members of the crew": the phrase belongs to a subject by "of".
    fn hangs_on(&self, phrase: usize, subject: &[usize]) -> bool {
        let mut at = phrase;
        for _ in 0..4 {
            match self.phrase(at).and_then(|phrase| phrase.of) {
                Some(of) if subject.contains(&of) => return true,
                Some(of) => at = of,
                None => return false,
            }
        }
        false
    }

    fn whole_list(&self, last: usize) -> Vec<usize> {
        let mut members = vec![last];
        while let Some(previous) =
            members.last().and_then(|&member| self.phrase(member)).and_then(|phrase| phrase.coordinated_with)
        {
            members.push(previous);
            if members.len() > 16 {
                break;
            }
        }
        members.reverse();
        members
    }

    /// "killing": on the clause it accompanies, or on the phrase right before it.
    fn gerund(&mut self, place: usize, group: VerbGroup) {
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

    fn infinitive(&mut self, place: usize, group: VerbGroup) {
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
            && let Some(before) = self.phrase_before(place)
            && verb
                .as_ref()
                .is_some_and(|verb| clause_link::controls_by_object(&lemma::verb(self.view.word(verb.main))))
        {
            subject = self.whole_list(before);
        }
        let inner = self.open(Link::Infinitive, Some(start), start);
        if let Some(inner) = self.clauses.get_mut(inner) {
            inner.subject = subject;
        }
        self.set_verb(inner, group);
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
