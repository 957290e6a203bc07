//! One verb with who acts: the ground on which the rules for demands and positions stand. Comes in: a token that
//! could be a cue. Goes out: its actors, voice, negation and whether the text asserts it. Never decides what the verb
//! means.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Article, Span};
use crate::text::english::calendar;
use crate::text::english::view::View;
use crate::text::english::word_class::{is_be, is_have, is_negation};
use crate::text::{Analysis, Tag, VerbForm};

use super::actors::{Actors, Kind, Mention};
use super::lexicon::speech;
use crate::extract::rule::Reading;

/// How many words may be said aside between many and their verb.
const ASIDE_REACH: usize = 26;

/// How many words of a count may stand between a vote and what was voted.
const VOTE_REACH: usize = 9;

/// A sentence with everything around it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) article: &'a Article,
    pub(super) analysis: &'a Analysis<'a>,
    pub(super) reading: &'a Reading<'a>,
    pub(super) view: View<'a>,
    pub(super) sentence: usize,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Agent {
    /// Canonical name.
    pub(super) name: Arc<str>,
    /// The voice as written.
    pub(super) voice: Span,
    /// Somebody with an office, a party or a group behind him, and not a passer-by.
    pub(super) weighty: bool,
    pub(super) person: Option<Arc<str>>,
}

impl Agent {
    /// Who states it, in the words of the text; by name where the text has only a pronoun, which tells a reader of the claim
    /// nothing. Nothing when nobody is written.
    pub(super) fn stated_by(&self, text: &str) -> Option<String> {
        let voice = self.voice.of(text);
        let pronoun = matches!(&*voice.to_lowercase(), "he" | "she" | "it" | "they" | "we" | "i" | "both");
        let named = || self.person.as_ref().unwrap_or(&self.name).to_string();
        (!voice.is_empty()).then(|| if pronoun { named() } else { voice.to_owned() })
    }
}

/// A verb that somebody does.
#[derive(Debug, Clone)]
pub(super) struct Predicate {
    /// The cue.
    pub(super) verb: usize,
    /// First token of the verb group.
    pub(super) start: usize,
    pub(super) agents: Vec<Agent>,
    /// First token of the subject when it stands in this sentence before the verb.
    pub(super) subject_start: Option<usize>,
    pub(super) passive: bool,
    pub(super) negated: bool,
}

impl<'a> Scene<'a> {
    /// Who is who in the article.
    pub(super) fn actors(&self) -> &'a Actors {
        self.reading.actors()
    }

    /// The predicate whose main word is the token at `at`, or nothing when the word is no verb here, is not asserted or
    /// has nobody who acts.
    pub(super) fn predicate(&self, at: usize) -> Option<Predicate> {
        let view = self.view;
        let (start, passive) = self.group(at)?;
        if self.is_noun_here(at) || !self.asserted(start, at) {
            return None;
        }
        let negated = (start..at)
            .any(|at| is_negation(view.word(at)) || view.is(at, &["no", "hardly", "never", "n't"]))
            || view.preceded_by(start, &["no", "longer"])
            || view.is(start.wrapping_sub(1), &["nor", "neither"]);
        let mut predicate =
            Predicate { verb: at, start, agents: Vec::new(), subject_start: None, passive, negated };
        if passive {
            predicate.agents = self.passive_agents(at);
            predicate.subject_start = Some(start);
            return (!predicate.agents.is_empty()).then_some(predicate);
        }
        if let Some(first_person) = self.first_person(start) {
            predicate.subject_start = Some(first_person);
            predicate.agents = self.speaker(at).or_else(|| self.issuer(at))?;
            if let Some(body) = self.behind_document(&predicate.agents) {
                predicate.agents = body;
            }
            return (!predicate.agents.is_empty()).then_some(predicate);
        }
        let subject = self.subject(at, start)?;
        predicate.subject_start = Some(subject.tokens.start.min(start));
        predicate.agents = self.each_of(subject);
        // "Kenya, which rejected it, and Chad": who is named behind the clause does not act in it.
        let behind = subject.tokens.end;
        let opens = behind + usize::from(view.is(behind, &[","]));
        if view.is(opens, &["who", "which"]) && self.reaches(opens + 1, start) {
            let close = view.token(at).map_or(0, |token| token.span.start);
            predicate.agents.retain(|agent| agent.voice.start < close);
        }
        if let Some(first) = self.actors().list_of(subject, view).first() {
            predicate.subject_start = Some(first.tokens.start.min(start));
        }
        (!predicate.agents.is_empty()).then_some(predicate)
    }

    /// The first token of the verb group of `at` and whether it is passive; nothing when the word is not a verb form.
    pub(super) fn group(&self, at: usize) -> Option<(usize, bool)> {
        let view = self.view;
        let mut start = at;
        let mut passive = false;
        while start > view.start {
            let before = start - 1;
            // "Had not, by Friday, made": the aside lies inside the group.
            if let Some(opens) = self.aside_in_group(before) {
                start = opens;
                continue;
            }
            let word = view.word(before);
            let aux = matches!(view.tag(before), Tag::Aux) || is_be(word) || is_have(word);
            let adverb = matches!(view.tag(before), Tag::Adverb)
                || is_negation(word)
                || word == "to"
                || word.ends_with("ly");
            if !(aux || adverb) {
                break;
            }
            if is_be(word) && matches!(view.form(at), VerbForm::PastOrParticiple | VerbForm::Participle) {
                passive = true;
            }
            start = before;
        }
        // Adverbs at the border belong to what came before as often as to the verb.
        while start < at && matches!(view.tag(start), Tag::Adverb) && !is_negation(view.word(start)) {
            start += 1;
        }
        // "We welcome": taggers take this verb for an interjection.
        let verb = view.form(at) != VerbForm::None || view.is(at, &["welcome"]);
        verb.then_some((start, passive))
    }

    /// Where an aside that ends with the comma at `close` begins, when it parts a "not" or an auxiliary from its verb.
    fn aside_in_group(&self, close: usize) -> Option<usize> {
        let view = self.view;
        let open = (close.saturating_sub(7).max(view.start)..close).rfind(|&at| view.is(at, &[","]))?;
        let parted = open > view.start
            && (is_negation(view.word(open - 1))
                || view.is(open - 1, &["n't", "never", "has", "have", "had"]));
        (view.is(close, &[","]) && open > view.start && parted).then_some(open)
    }

    /// Whether a word that could be a verb is a noun here: "its demand", "the call for", "in support of".
    pub(super) fn is_noun_here(&self, at: usize) -> bool {
        let view = self.view;
        if matches!(view.form(at), VerbForm::Gerund) {
            return matches!(view.tag_before(at), Tag::Determiner);
        }
        let before = at.saturating_sub(1);
        if at == view.start {
            return view.tag(at) == Tag::Noun;
        }
        let third_person = view.form(at) == VerbForm::ThirdPerson;
        // Who is named there is asked last: most words are told by those before them.
        let mentions = || self.actors().in_sentence(self.sentence).iter();
        // "The nurses' demand", "bowed to demands": the mark tells an owner, and no verb in -s follows "to".
        if view.is(before, &["'s", "'"])
            && mentions().any(|mention| mention.owner && mention.tokens.end + 1 == at)
            || third_person && view.is(before, &["to"])
        {
            return true;
        }
        // "The council chief urges": a name that ends here and can act is the subject.
        self.looks_like_noun(at)
            && !(third_person
                && mentions().any(|mention| {
                    mention.tokens.end == at && !mention.owner && !mention.modifier && !mention.plural
                }))
    }

    /// "The protesters, who have camped for a month, demand": the verb of many, behind what is said of them aside.
    fn is_behind_aside(&self, at: usize) -> bool {
        let view = self.view;
        let from = at.saturating_sub(ASIDE_REACH).max(view.start);
        let comma = view.is(at.wrapping_sub(1), &[","]) && view.form(at) == VerbForm::Base;
        // "The Kenyan League, a partner in the coalition, demands".
        if self.apposed(at).is_some_and(|mention| {
            view.form(at) == (if mention.plural { VerbForm::Base } else { VerbForm::ThirdPerson })
        }) {
            return true;
        }
        let opens = (from..at.saturating_sub(1)).rfind(|&opens| view.is(opens, &["who", "which", "whose"]));
        opens
            .filter(|&opens| comma && view.is(opens.wrapping_sub(1), &[","]))
            .and_then(|opens| self.antecedent(opens))
            .is_some_and(|mention| mention.plural)
    }

    /// "Turns down pay offer": behind a finite verb, with nothing but nouns between, no base form is a verb.
    fn ends_an_object(&self, at: usize) -> bool {
        let view = self.view;
        let nouns = |at: usize| {
            matches!(view.tag(at), Tag::Noun | Tag::Adjective | Tag::Number)
                || view.form(at) == VerbForm::Base && view.tag(at) == Tag::Verb
        };
        let first = (view.start..at).rev().take_while(|&at| nouns(at)).last();
        let verb = first.and_then(|first| first.checked_sub(1)).map(|before| {
            before - usize::from(view.is(before, &["down", "off", "out", "up"]) && before > view.start)
        });
        let finite = |at: usize| {
            view.tag(at) == Tag::Verb
                && matches!(
                    view.form(at),
                    VerbForm::Past | VerbForm::PastOrParticiple | VerbForm::ThirdPerson
                )
        };
        view.form(at) == VerbForm::Base && verb.is_some_and(finite)
    }

    /// Whether the words before make it a noun, whatever is named there.
    fn looks_like_noun(&self, at: usize) -> bool {
        let view = self.view;
        let before = at.saturating_sub(1);
        let determined = matches!(view.tag(before), Tag::Determiner)
            || view
                .is(before, &["'s", "its", "their", "his", "her", "the", "a", "an", "of", "in", "no", "any"]);
        if determined
            || (matches!(view.tag(before), Tag::Adjective | Tag::Adposition | Tag::Number)
                && !view.is(before, &["to", "as"]))
        {
            return !matches!(view.form(at), VerbForm::Past | VerbForm::PastOrParticiple) || determined;
        }
        if self.ends_an_object(at) {
            return true;
        }
        let past =
            matches!(view.form(at), VerbForm::Past | VerbForm::PastOrParticiple | VerbForm::Participle);
        view.tag(at) == Tag::Noun
            && !past
            && !self.is_behind_aside(at)
            && !matches!(view.tag(before), Tag::Aux | Tag::Adverb | Tag::Particle)
            && !view.is(before, &["to", "and"])
            && !self
                .actors()
                .in_sentence(self.sentence)
                .iter()
                .any(|mention| mention.tokens.end == at && !mention.owner)
    }

    /// Whether the text says that it is done: not under "if" or "could", not asked, not withheld, not long past.
    pub(super) fn asserted(&self, start: usize, at: usize) -> bool {
        let view = self.view;
        if view.is(view.end.saturating_sub(1), &["?"]) || (view.end >= 2 && view.is(view.end - 2, &["?"])) {
            return false;
        }
        if (start..at).any(|at| view.is(at, &["could", "may", "might", "should", "would", "can", "cannot"])) {
            return false;
        }
        // "What the two sides agree on is": the verb belongs to a name for something.
        let opener = (start.saturating_sub(6).max(view.start)..start)
            .rev()
            .take_while(|&at| !view.is(at, &[",", ";", "that", "and"]))
            .any(|at| view.is(at, &["what", "whatever", "how"]));
        if opener {
            return false;
        }
        let own_words = self.first_person(start).is_some();
        let said = own_words || view.is(start, &["to"]) && self.is_voted(start);
        if self.clause_of(at).is_some_and(|clause| clause.hypothetical && !said)
            || self.under_condition(start)
        {
            return false;
        }
        let back = start.saturating_sub(3).max(view.start);
        let infinitive = view.is(start, &["to"])
            || view.is(at.saturating_sub(1), &["to"])
            || view.form(at) == VerbForm::Gerund;
        if infinitive && (back..at).any(|at| speech::is_withheld(view.word(at))) {
            return false;
        }
        !self.long_past(start)
    }

    /// "Voted 120 to 35 to condemn", "voted unanimously to reject": what a vote decided is done. Asked of the "to".
    pub(super) fn is_voted(&self, to: usize) -> bool {
        let view = self.view;
        let counts = |at: usize| {
            matches!(view.tag(at), Tag::Number | Tag::Adverb | Tag::Adposition | Tag::Determiner)
                || view.is(at, &["to", "votes", "majority", "overwhelmingly", "narrow", "large", "-", "–"])
        };
        let verb = (to.saturating_sub(VOTE_REACH).max(view.start)..to).rfind(|&at| !counts(at));
        verb.is_some_and(|at| view.is(at, &["voted", "votes"]))
    }

    /// "If", "unless" or "whether" opens the clause of the token.
    fn under_condition(&self, at: usize) -> bool {
        let view = self.view;
        let mut back = at;
        while back > view.start && at - back < 25 {
            back -= 1;
            if view.is(back, &[",", ";", ":", "\"", "“", "”"]) {
                return false;
            }
            if view.is(back, &["if", "unless", "whether", "should"]) {
                return true;
            }
        }
        false
    }

    /// A year before the one the article was published in stands in the same clause, introduced by "in" or "since".
    fn long_past(&self, at: usize) -> bool {
        let Some(published) = self.article.published_at else { return false };
        let this_year = i64::from(published.offset.to_datetime(published.at).year());
        let view = self.view;
        let from = at.saturating_sub(30).max(view.start);
        (from..(at + 12).min(view.end)).any(|at| {
            let year = view.word(at).parse::<i64>().ok().filter(|year| (1900..2100).contains(year));
            let introduced = view.is(at.saturating_sub(1), &["in", "during", "of"])
                || calendar::is_month(view.word(at.saturating_sub(1)));
            year.is_some_and(|year| {
                year < this_year - 1 || (year < this_year && view.is(at.saturating_sub(1), &["in"]))
            }) && introduced
        })
    }

    /// The clause whose verb is at `at`.
    pub(super) fn clause_of(&self, at: usize) -> Option<&'a crate::text::Clause> {
        self.analysis
            .clauses_in(self.sentence)
            .iter()
            .find(|clause| clause.verb.as_ref().is_some_and(|verb| verb.main == at))
    }

    /// Who stands after "by".
    fn passive_agents(&self, at: usize) -> Vec<Agent> {
        let view = self.view;
        let Some(by) = (at + 1..(at + 12).min(view.end)).find(|&at| view.is(at, &["by"])) else {
            return Vec::new();
        };
        self.actors()
            .starting_at(self.sentence, by + 1, view)
            .map(|mention| self.agents_of(mention))
            .unwrap_or_default()
    }

    /// The "we" or "I" that is the subject of the verb group at `start`: right before it, or earlier in the same
    /// quotation with nobody else between.
    pub(super) fn first_person(&self, start: usize) -> Option<usize> {
        let view = self.view;
        let near = (start.saturating_sub(3).max(view.start)..start).rfind(|&at| view.is(at, &["we", "i"]));
        if near.is_some_and(|at| self.reaches(at + 1, start)) {
            return near;
        }
        let mut at = start;
        let said = (start.saturating_sub(14).max(view.start)..start).any(|at| view.is(at, &["we", "i"]));
        // "We thank Kenya for its help and stand ready": who is only thanked does not act.
        let acts = |mention: &Mention| {
            let end = mention.tokens.end;
            !mention.governed && (end >= start || matches!(view.tag(end), Tag::Verb | Tag::Aux))
        };
        while said && at > view.start && start - at < 14 {
            at -= 1;
            if view.is(at, &["“", "\"", "”", "that", ":"])
                || self.actors().covering(self.sentence, at).is_some_and(acts)
            {
                return None;
            }
            if view.is(at, &["we", "i"]) {
                let joined = (at..start).any(|at| view.is(at, &["and", "but"]));
                return joined.then_some(at);
            }
        }
        None
    }

    /// Who acts in the verb at `at`, whatever the text asserts of it.
    pub(super) fn predicate_subject(&self, at: usize) -> Option<Vec<Agent>> {
        let (start, passive) = self.group(at)?;
        let subject = self.subject(at, start).filter(|_| !passive)?;
        Some(self.agents_of(subject))
    }

    /// The members of the list a mention belongs to, as agents.
    pub(super) fn agents_of(&self, mention: &Mention) -> Vec<Agent> {
        let mut agents = Vec::new();
        let list = self.actors().list_of(mention, self.view);
        // "Smith and other retired judges" act as retired judges.
        if let [first, .., last] = list.as_slice()
            && self.view.is(last.tokens.start, &["other"])
            && last.name.starts_with(char::is_lowercase)
        {
            let voice = Span { start: first.span.start, end: last.span.end };
            return vec![Agent { voice, ..agent(last) }];
        }
        for member in list {
            agents.push(agent(member));
            for other in &member.others {
                agents.push(Agent {
                    name: Arc::clone(other),
                    voice: member.span,
                    weighty: true,
                    person: None,
                });
            }
        }
        let mut seen: Vec<Arc<str>> = Vec::new();
        agents.retain(|agent| {
            let new = !seen.contains(&agent.name);
            seen.push(Arc::clone(&agent.name));
            new
        });
        agents
    }

    /// Who acts in a mention, "both sides" as two.
    fn each_of(&self, mention: &Mention) -> Vec<Agent> {
        let mut agents = self.agents_of(mention);
        if let ([only], Some((one, other))) = (agents.as_mut_slice(), &mention.sides) {
            only.name = Arc::clone(one);
            let second = Agent { name: Arc::clone(other), ..only.clone() };
            agents.push(second);
        }
        agents
    }

    /// Exactly the words of a run of tokens.
    pub(super) fn span(&self, tokens: Range<usize>) -> Span {
        self.analysis.span(tokens)
    }
}

/// Whether a word is the bare form of a verb, "put" and "come" included, which look like participles too.
pub(super) fn is_bare(view: View<'_>, at: usize) -> bool {
    let word = view.word(at);
    let form = view.form(at);
    let same = form == VerbForm::Base || (form != VerbForm::None && view.verb(at) == word);
    same && !matches!(view.tag(at), Tag::Determiner | Tag::Adposition | Tag::ProperNoun | Tag::Pronoun)
}

/// A mention as somebody who acts.
pub(super) fn agent(mention: &Mention) -> Agent {
    let weighty = mention.party.is_some() || mention.role.is_some() || mention.kind != Kind::Person;
    Agent { name: Arc::clone(&mention.name), voice: mention.span, weighty, person: mention.person.clone() }
}
