//! Who does what a verb says: the mention that is its subject, across asides, relative clauses and joined verbs. Comes in: a
//! verb group in its sentence. Goes out: the mention, or nothing. Never asks whether the text asserts the verb.

use crate::text::english::calendar;
use crate::text::{Link, Tag, VerbForm};

use super::actors::Mention;
use super::lexicon::{Person, person, speech};
use super::predicate::Scene;

impl<'a> Scene<'a> {
    /// The mention that is the subject of the verb at `at`.
    pub(super) fn subject(&self, at: usize, start: usize) -> Option<&'a Mention> {
        let view = self.view;
        if self.reading.is_partial() && !self.reading.may_name(self.sentence) {
            return None;
        }
        let mentions = self.actors().in_sentence(self.sentence);
        // Who is named inside a quotation does not do what is told outside it.
        let outside = !self.in_quotes(at);
        let usable = |mention: &&Mention| {
            !mention.owner
                && !mention.modifier
                && mention.tokens.end <= start
                && !(outside && self.in_quotes(mention.tokens.start))
                && !self.is_excepted(mention)
        };
        let of_folk = view.form(at) == VerbForm::Gerund && self.unnamed_before(start).is_some();
        if of_folk || self.is_of_document(start) || self.is_of_unnamed_one(start) {
            return None;
        }
        if let Some(says) = self.said_before(at, start) {
            return mentions.iter().filter(usable).rfind(|mention| self.reaches(mention.tokens.end, says));
        }
        if let Some(first) = self.of_title(at, start) {
            return Some(first);
        }
        let adjacent =
            mentions.iter().filter(usable).rfind(|mention| self.reaches(mention.tokens.end, start));
        let participle = matches!(view.form(at), VerbForm::Gerund)
            || view.is(start, &["to"])
            || view.is(at.saturating_sub(1), &["to"]);
        // "Berg, who had joined the opposition, accused": what is told aside does nothing here.
        if let Some(main) = adjacent.and_then(|mention| self.aside_around(mention, start)) {
            return Some(main);
        }
        if let Some(mention) = adjacent {
            // "protesters in Lusaka, demanding": after a comma the participle belongs to the subject of the clause.
            let after_comma = participle && view.is(start.saturating_sub(1), &[","]);
            let main = mentions
                .iter()
                .filter(usable)
                .find(|other| !other.governed && self.has_verb(other.tokens.end, start));
            if after_comma && let Some(main) = main {
                return Some(main);
            }
            // "Proposed Berg as leader and repeated": who is proposed does not repeat.
            if (!mention.governed || participle) && !self.is_done_to(mention, start) {
                return Some(mention);
            }
        }
        if let Some(main) = self.of_relative(start).or_else(|| self.apposed(start)) {
            return Some(main);
        }
        // Only many do something without a name: one is mentioned with his article.
        let unnamed = self.unnamed_before(start);
        if unnamed.is_some_and(|noun| *self.analysis.lemma(noun) != *view.word(noun)) {
            return None;
        }
        let main = self.before_report(at, start, usable);
        if let Some(found) = main.or_else(|| self.of_whose(start, usable)) {
            return Some(found);
        }
        if let Some(first) = self.behind_quotation(start).filter(|_| outside) {
            return Some(first);
        }
        if let Some(mention) = self.grammatical_subject(at).filter(|mention| !self.reports_aside(mention)) {
            return Some(mention);
        }
        if self.is_unnamed(at, start) {
            return None;
        }
        if let Some(first) = self.of_joined(start, usable) {
            return Some(first);
        }
        // A quotation or an aside lies between, or the verb is joined to an earlier one: the nearest mention that is
        // neither behind a preposition nor the object of a verb.
        let acting =
            || mentions.iter().filter(usable).filter(|mention| !mention.governed && !self.is_object(mention));
        acting().rfind(|mention| !self.reports_aside(mention)).or_else(|| acting().next_back())
    }

    /// "Kenya agreed, an official said, but later backed away": who only reports does not go on.
    fn reports_aside(&self, mention: &Mention) -> bool {
        let view = self.view;
        let end = mention.tokens.end;
        let opens = mention.tokens.start.saturating_sub(3).max(view.start)..mention.tokens.start;
        opens.into_iter().any(|at| view.is(at, &[","]))
            && speech::is_speech(view.word(end))
            && view.is(end + 1, &[","])
            && view.is(end + 2, &["but", "and", "then"])
    }

    /// Whose aside, closed by the comma before `start`, a mention stands in.
    fn aside_around(&self, mention: &Mention, start: usize) -> Option<&'a Mention> {
        let view = self.view;
        let closed = view.is(start.wrapping_sub(1), &[","]) && mention.tokens.end + 1 == start;
        let opens = (view.start + 1..mention.tokens.start)
            .rfind(|&at| view.is(at, &["who", "which"]) && view.is(at - 1, &[","]))
            .filter(|_| closed)?;
        let inner = (opens..mention.tokens.start).all(|at| !view.is(at, &[","]));
        self.antecedent(opens).filter(|_| inner)
    }

    /// "Seven drivers were killed, officials said, blaming the rebels": who says it goes on, where the participle is one of
    /// saying more. Gives the verb of saying.
    fn said_before(&self, at: usize, start: usize) -> Option<usize> {
        let view = self.view;
        let comma = start.checked_sub(1).filter(|&comma| view.is(comma, &[","]))?;
        let says =
            comma.checked_sub(1).filter(|&says| says > view.start && speech::is_speech(view.word(says)))?;
        let told = (view.start..says).any(|at| view.is(at, &[","]));
        let more = view.form(at) == VerbForm::Gerund && view.is(at, SAYING_MORE);
        (told && more).then_some(says)
    }

    /// "Berg will step down, the speaker announced on Monday, bowing to a demand": the participle belongs to what was told.
    fn before_report(
        &self,
        at: usize,
        start: usize,
        usable: impl Fn(&&Mention) -> bool,
    ) -> Option<&'a Mention> {
        let view = self.view;
        if view.form(at) != VerbForm::Gerund || !view.is(start.wrapping_sub(1), &[","]) {
            return None;
        }
        let opens = (view.start..start - 1).rfind(|&at| view.is(at, &[","]))?;
        let says = (opens + 1..start - 1)
            .find(|&at| speech::is_speech(view.word(at)) && view.tag(at) == Tag::Verb)?;
        // What is told behind the verb of saying has a subject of its own.
        let told = (says + 1..start - 1).any(|at| matches!(view.tag(at), Tag::Verb | Tag::Aux));
        let mut mentions = self.actors().in_sentence(self.sentence).iter().filter(usable);
        mentions.find(|mention| {
            !told
                && !mention.governed
                && mention.tokens.end <= opens
                && self.has_verb(mention.tokens.end, opens)
        })
    }

    /// "Whose work the union has criticised and called for": the joined verb has the subject of the clause it is in.
    fn of_whose(&self, start: usize, usable: impl Fn(&&Mention) -> bool) -> Option<&'a Mention> {
        let view = self.view;
        let joined = view.is(start.saturating_sub(1), &["and", "but"]);
        let opens = (view.start..start)
            .rfind(|&at| view.is(at, &["whose", "whom"]))
            .filter(|&opens| joined && !(opens..start).any(|at| view.is(at, &[",", ";"])))?;
        self.actors().in_sentence(self.sentence).iter().filter(usable).find(|mention| {
            !mention.governed && mention.tokens.start > opens && self.has_verb(mention.tokens.end, start)
        })
    }

    /// A verb joined to an earlier one has the subject of the sentence.
    fn of_joined(&self, start: usize, usable: impl Fn(&&Mention) -> bool) -> Option<&'a Mention> {
        let view = self.view;
        let timed = (view.start..start)
            .rev()
            .take_while(|&at| is_time(view.word(at)) || view.is(at, &["on", "last", "later", "also"]))
            .last()
            .unwrap_or(start);
        let joined = view.is(timed.saturating_sub(1), &["and", "but", "then"]);
        let mut mentions = self.actors().in_sentence(self.sentence).iter().filter(|_| joined).filter(usable);
        mentions.find(|mention| !mention.governed && self.has_verb(mention.tokens.end, start))
    }

    /// "Kenya releases 400 detainees, agrees to talks": a title joins its verbs with a comma.
    fn of_title(&self, at: usize, start: usize) -> Option<&'a Mention> {
        let heads = self.analysis.sentences.get(self.sentence).is_some_and(|sentence| sentence.heading);
        let view = self.view;
        let comma = heads && view.is(start.wrapping_sub(1), &[","]);
        let form = view.form(at);
        let mut mentions = self.actors().in_sentence(self.sentence).iter().filter(|_| comma);
        mentions.find(|mention| {
            let listed = form == VerbForm::ThirdPerson || form == VerbForm::Base && mention.plural;
            let acts = !mention.owner && !mention.modifier && !mention.governed && listed;
            acts && mention.tokens.end <= start && self.has_verb(mention.tokens.end, start)
        })
    }

    /// "The union said the police had 'left us alone' and called for": behind a quotation whoever speaks goes on.
    fn behind_quotation(&self, start: usize) -> Option<&'a Mention> {
        let view = self.view;
        let joined = view.is(start.wrapping_sub(1), &["and", "but"])
            && view.is(start.wrapping_sub(2), &["”", "\"", "’"]);
        let mut mentions = self.actors().in_sentence(self.sentence).iter().filter(|_| joined);
        mentions.find(|mention| {
            let speaks = (mention.tokens.end..(mention.tokens.end + 2).min(start))
                .any(|at| speech::is_speech(view.word(at)));
            !mention.owner && !mention.modifier && !mention.governed && speaks
        })
    }

    /// People whom nobody speaks for, right before a verb: "colleagues demanding their pay", "village elders rejected".
    fn unnamed_before(&self, start: usize) -> Option<usize> {
        let noun = start.checked_sub(1).filter(|&noun| noun > self.view.start)?;
        let people = || matches!(person(None, &self.analysis.lemma(noun)), Person::Known(_) | Person::Likely);
        let named = || self.actors().covering(self.sentence, noun).is_some();
        (self.view.tag(noun) == Tag::Noun && !named() && people()).then_some(noun)
    }

    /// "While the centre-left called for": a subject right before its verb that names nobody whom the text knows.
    fn is_unnamed(&self, at: usize, start: usize) -> bool {
        let Some(clause) = self.clause_of(at).filter(|_| self.view.form(at) != VerbForm::Gerund) else {
            return false;
        };
        let phrases = clause.subject.iter().filter_map(|&phrase| self.analysis.phrases.get(phrase));
        phrases.into_iter().any(|phrase| {
            let determined =
                phrase.determiner.get().is_some_and(|at| self.view.is(at, &["the", "a", "an", "another"]));
            let named =
                || phrase.tokens.clone().any(|at| self.actors().covering(self.sentence, at).is_some());
            phrase.tokens.end == start && determined && !phrase.name && !named()
        })
    }

    /// "Berg, who called it a crime and promised punishment": a verb joined inside a relative clause has the one before
    /// "who" for its subject.
    fn of_relative(&self, start: usize) -> Option<&'a Mention> {
        let view = self.view;
        let joined = view.is(start.wrapping_sub(1), &["and", "then", "but"]);
        let opens = (view.start..start).rfind(|&at| view.is(at, &["who", "which"])).filter(|_| joined)?;
        let last = (opens..start).rfind(|&at| !view.is(at, &["and", "then", "but"]))?;
        // A comma ends the clause, but for the one before "then".
        let open = (opens..last).all(|at| !view.is(at, &[",", ";"]))
            && (!view.is(last, &[",", ";"]) || view.is(last + 1, &["then"]));
        self.antecedent(opens).filter(|_| open)
    }

    /// "The Kenyan League, a partner in the coalition, demands": who is named before an aside that says what it is and ends
    /// with the comma before `start`.
    pub(super) fn apposed(&self, start: usize) -> Option<&'a Mention> {
        let view = self.view;
        let close = start.checked_sub(1).filter(|&close| view.is(close, &[","]))?;
        let open =
            (close.saturating_sub(APPOSED_REACH).max(view.start)..close).rfind(|&at| view.is(at, &[","]))?;
        let says_what = view.is(open + 1, &["a", "an", "the", "one", "its", "his", "her", "their"])
            && !(open + 1..close).any(|at| matches!(view.tag(at), Tag::Verb | Tag::Aux));
        let mut mentions = self.actors().in_sentence(self.sentence).iter();
        mentions
            .find(|mention| {
                mention.tokens.end == open && !mention.owner && !mention.modifier && !mention.governed
            })
            .filter(|_| says_what)
    }

    /// Of whom a clause is that opens with "who" or "which" at `opens`: whoever is named right before.
    pub(super) fn antecedent(&self, opens: usize) -> Option<&'a Mention> {
        let end = opens - usize::from(self.view.is(opens.wrapping_sub(1), &[","]));
        let mut mentions = self.actors().in_sentence(self.sentence).iter();
        mentions.find(|mention| mention.tokens.end == end && !mention.owner && !mention.modifier)
    }

    /// "Cannot support a leader who refuses": what is told of one without a name is told of nobody else.
    fn is_of_unnamed_one(&self, start: usize) -> bool {
        let view = self.view;
        let Some(who) = start.checked_sub(1).filter(|&who| view.is(who, &["who"])) else { return false };
        let article = (who.saturating_sub(4).max(view.start)..who).rfind(|&at| view.is(at, &["a", "an"]));
        article.is_some_and(|article| {
            let bare = |one: &Mention| one.person.is_none() && one.party.is_none();
            !view.is(article - 1, &[",", "is", "was"]) && self.antecedent(who).is_none_or(bare)
        })
    }

    /// "Had blocked a Council statement condemning the raid": what was blocked says nothing for anybody.
    fn is_of_document(&self, start: usize) -> bool {
        let view = self.view;
        let Some(noun) = start.checked_sub(1).filter(|&noun| view.is(noun, DOCUMENTS)) else { return false };
        let from = noun.saturating_sub(6).max(view.start);
        let verb = (from..noun).rfind(|&at| view.tag(at) == Tag::Verb && view.form(at) != VerbForm::None);
        view.form(start) == VerbForm::Gerund
            && verb.is_some_and(|verb| {
                matches!(&*view.verb(verb), "block" | "veto" | "reject" | "oppose" | "prevent" | "stop")
            })
    }

    /// Whether a mention is what others are told apart from: "all states except Kenya and Chad".
    fn is_excepted(&self, mention: &Mention) -> bool {
        let view = self.view;
        let from = mention.tokens.start.saturating_sub(8).max(view.start);
        (from..mention.tokens.start)
            .rev()
            .take_while(|&at| !view.is(at, &[",", ";"]) && view.tag(at) != Tag::Verb)
            .any(|at| {
                view.is(at, &["except", "excepting", "excluding", "bar", "barring"])
                    || view.is(at, &["apart", "aside"]) && view.is(at + 1, &["from"])
                    || view.is(at, &["other"]) && view.is(at + 1, &["than"])
            })
    }

    /// Whether a verb follows at once: the mention before is its subject.
    fn has_verb(&self, from: usize, until: usize) -> bool {
        let view = self.view;
        (from..until.min(from + 30))
            .any(|at| matches!(view.tag(at), Tag::Verb | Tag::Aux) && self.reaches(from, at))
    }

    /// The subject as the grammar sees it, when it names somebody.
    fn grammatical_subject(&self, at: usize) -> Option<&'a Mention> {
        let clause = self.clause_of(at)?;
        let phrase = clause.subject.iter().find_map(|&phrase| self.analysis.phrases.get(phrase))?;
        let found = self.actors().in_sentence(self.sentence).iter().find(|mention| {
            mention.tokens.start < phrase.tokens.end
                && phrase.tokens.start < mention.tokens.end
                && !mention.owner
                && !mention.modifier
        });
        // "The union of the late chairman Jon Berg": the union acts.
        let owner = found
            .filter(|found| self.view.is(found.tokens.start.saturating_sub(1), &["of"]))
            .and_then(|found| {
                self.actors().in_sentence(self.sentence).iter().find(|whole| {
                    whole.tokens.end + 1 == found.tokens.start
                        && !whole.owner
                        && !whole.modifier
                        && !whole.governed
                })
            });
        let found = owner.or(found);
        if found.is_none() && clause.link == Link::Relative {
            return None;
        }
        found
    }

    /// Whether a mention is the object of a verb to which another is joined before `start`: "proposed Berg and repeated".
    fn is_done_to(&self, mention: &Mention, start: usize) -> bool {
        (mention.tokens.end..start).any(|at| self.view.is(at, &["and", "but"])) && self.is_object(mention)
    }

    /// Whether a mention is the object of a verb before it.
    fn is_object(&self, mention: &Mention) -> bool {
        let view = self.view;
        // "Proposed former judge Ada Brun": what somebody is called stands between.
        let called = (view.start..mention.tokens.start)
            .rev()
            .take(CALLED_REACH)
            .take_while(|&at| matches!(view.tag(at), Tag::Noun | Tag::Adjective));
        let first = called.last().unwrap_or(mention.tokens.start);
        first > view.start && view.tag(first - 1) == Tag::Verb && !speech::is_speech(view.word(first - 1))
    }

    /// Whether the mention stands right before the verb group at `start`, or is its subject in the eyes of the grammar.
    pub(super) fn reaches_from(&self, mention: &Mention, start: usize) -> bool {
        self.reaches(mention.tokens.end, start)
            || self.analysis.clauses_in(self.sentence).iter().any(|clause| {
                clause.verb.as_ref().is_some_and(|verb| verb.tokens.contains(&start))
                    && clause.subject.iter().filter_map(|&phrase| self.analysis.phrases.get(phrase)).any(
                        |phrase| {
                            phrase.tokens.start < mention.tokens.end
                                && mention.tokens.start < phrase.tokens.end
                        },
                    )
            })
    }

    /// Whether only adverbs, times and asides lie between two places.
    #[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
    pub(super) fn reaches(&self, from: usize, to: usize) -> bool {
        let view = self.view;
        let mut at = from;
        while at < to {
            let word = view.word(at);
            let light = matches!(view.tag(at), Tag::Adverb | Tag::Aux)
                || is_time(word)
                || matches!(
                    word,
                    "also"
                        | "later"
                        | "too"
                        | "again"
                        | "once"
                        | "both"
                        | "each"
                        | "all"
                        | "then"
                        | "in"
                        | "turn"
                        | "on"
                        | "who"
                        | "which"
                        | ","
                        | "however"
                        | "has"
                        | "have"
                        | "had"
                        | "is"
                        | "are"
                        | "today"
                        | "("
                        | ")"
                        | "’s"
                        | "that"
                        | "meanwhile"
                        | "here"
                        | "earlier"
                        | "late"
                        | "early"
                        | "morning"
                        | "evening"
                        | "night"
                        | "afternoon"
                        | "last"
                        | "the"
                        | "jointly"
                        | "bluntly"
                        | "themselves"
                        | "itself"
                        | "has_"
                )
                || (word.len() <= 4 && word.parse::<u32>().is_ok());
            if word == "," || word == "(" {
                // An aside between two commas or in brackets is skipped whole.
                let close = if word == "," { "," } else { ")" };
                match (at + 1..to).rev().find(|&end| view.word(end) == close) {
                    Some(end) if end - at <= 25 => {
                        at = end + 1;
                        continue;
                    }
                    _ if word == "," && to - at <= 2 => {}
                    _ => return false,
                }
            } else if !light
                || matches!(word, "in" | "on" | "the" | "last")
                    && !is_time(view.word(at + 1))
                    && !view.is(at + 1, &["turn", "last", "morning", "evening"])
            {
                return false;
            }
            at += 1;
        }
        true
    }
}

/// What somebody does who goes on to speak.
const SAYING_MORE: &[&str] = &[
    "blaming",
    "accusing",
    "calling",
    "urging",
    "condemning",
    "denouncing",
    "warning",
    "appealing",
    "demanding",
    "denying",
    "describing",
    "criticising",
    "criticizing",
    "vowing",
    "promising",
    "insisting",
    "asking",
];

/// What bodies put their words in.
const DOCUMENTS: &[&str] = &["statement", "resolution", "draft", "text", "declaration", "motion", "letter"];

/// Days and parts of days.
fn is_time(word: &str) -> bool {
    calendar::is_month(word)
        || calendar::is_weekday(word)
        || matches!(
            word,
            "yesterday"
                | "today"
                | "tonight"
                | "tomorrow"
                | "week"
                | "month"
                | "year"
                | "weekend"
                | "morning"
                | "evening"
                | "afternoon"
                | "night"
        )
}

/// How many words an aside that says what somebody is may have.
const APPOSED_REACH: usize = 14;

/// How many words may say what somebody is before the name.
const CALLED_REACH: usize = 5;
