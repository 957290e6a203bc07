//! Who says a stretch of text. Comes in: an analysis and a span. Goes out: the speaker, the verb, and whom the
//! speaker relies on. Reads clauses of saying, "according to", quotations, "citing", and the colon of headlines.
//! Never guesses: without a sign in the text there is no speaker and the outlet speaks itself.

use super::english::{lemma, verb_class};
use super::{Analysis, Attribution, Link, Phrase, Quotation, Span, Tag, VerbGroup, Voice};

impl Analysis<'_> {
    /// Who says the words of `span`. A pronoun is resolved to the last speaker named before it.
    pub fn speaker_of(&self, span: Span) -> Option<Attribution> {
        let sentence = self.sentence_at(span.start)?;
        let token = self.token_at(span.start)?;
        let mut chain = self.speakers_above(token);
        if let Some(quotation) = self.quotation_at(span.start).filter(|quotation| !quotation.fragment)
            && let Some(speaker) = quotation.speaker
            && !chain.iter().any(|(phrase, _)| *phrase == speaker)
        {
            chain.push((speaker, quotation.speech_verb));
        }
        if let Some((phrase, verb)) = self.according_to(sentence)
            && self.reaches(sentence, phrase, token)
        {
            // Nearest first: a clause of saying inside the sentence speaks before the one it is taken from.
            chain.push((phrase, Some(verb)));
        }
        let cited = self.cited(sentence, token);
        if chain.is_empty() {
            chain.extend(self.headline_speaker(sentence, token).map(|phrase| (phrase, None)));
        }
        let first = chain.first().copied();
        let via = cited
            .filter(|cited| first.is_none_or(|(phrase, _)| phrase != *cited))
            .or_else(|| chain.get(1).map(|(phrase, _)| *phrase));
        let (speaker, verb, via) = match (first, via) {
            (Some((phrase, verb)), via) => (phrase, verb, via),
            (None, Some(cited)) => (cited, None, None),
            (None, None) => return None,
        };
        let speaker = self.resolved(speaker);
        Some(Attribution { speaker, span: self.speaker_span(speaker), verb, via })
    }

    /// The quotation that holds the byte `at`.
    pub fn quotation_at(&self, at: usize) -> Option<&Quotation> {
        let behind = self.quotations.partition_point(|quotation| quotation.span.start <= at);
        behind
            .checked_sub(1)
            .and_then(|index| self.quotations.get(index))
            .filter(|quotation| at < quotation.span.end)
    }

    /// Speakers of the clauses that report the token's clause, innermost first.
    fn speakers_above(&self, token: usize) -> Vec<(usize, Option<usize>)> {
        let mut chain = Vec::new();
        let mut at = self.clause_at(token);
        for _ in 0..32 {
            let Some(clause) = at.and_then(|index| self.clauses.get(index)) else { break };
            let parent = clause.parent.and_then(|parent| self.clauses.get(parent));
            if clause.link == Link::Content
                && let Some(verb) = parent.and_then(|parent| parent.verb.as_ref())
                && verb.voice == Voice::Active
                && verb_class::is_saying(&self.verb(verb.main))
                && let Some(speaker) = self
                    .said_behind(verb)
                    .or_else(|| parent.and_then(|parent| parent.subject.first()).copied())
            {
                chain.push((speaker, Some(verb.main)));
            }
            at = clause.parent;
        }
        chain
    }

    /// "Three died in the port and two at sea, said Jon Dill, who …": a name between the verb behind a comma and the next
    /// comma speaks, whatever the clause has for its subject.
    fn said_behind(&self, verb: &VerbGroup) -> Option<usize> {
        let comma = verb.tokens.start.checked_sub(1).filter(|&at| self.word(at) == ",")?;
        let sentence = self.sentence_at(self.tokens.get(comma)?.span.start)?;
        let mut phrases = self.sentences.get(sentence)?.phrases.clone();
        let name = phrases.find(|&index| {
            let starts = |phrase: &Phrase| phrase.name && phrase.tokens.start == verb.tokens.end;
            self.phrases.get(index).is_some_and(starts)
        })?;
        let end = self.phrases.get(name)?.tokens.end;
        (self.word(end) == "," || self.word(end) == ".").then_some(name)
    }

    /// "according to X", "per X", "in the words of X": the phrase and the token before it.
    pub(crate) fn according_to(&self, sentence: usize) -> Option<(usize, usize)> {
        let range = self.sentences.get(sentence)?.phrases.clone();
        range.into_iter().find_map(|index| {
            let phrase = self.phrases.get(index)?;
            let preposition = phrase.preposition.get()?;
            let before = || preposition.checked_sub(1).map_or("", |at| self.word(at));
            let of_words = || {
                phrase
                    .of
                    .get()
                    .is_none_or(|of| self.phrases.get(of).is_some_and(|of| of.preposition.get().is_some()))
            };
            let found = match self.word(preposition) {
                "to" => before() == "according",
                "per" => self.tag(phrase.head) == Tag::ProperNoun,
                "of" => before() == "words" && of_words(),
                _ => false,
            };
            found.then_some((self.outer(index), preposition))
        })
    }

    /// The phrase itself when it is the possessor of another: "according to Norway's army".
    fn outer(&self, index: usize) -> usize {
        let Some(phrase) = self.phrases.get(index) else { return index };
        let covers = |&next: &usize| {
            self.phrases.get(next).is_some_and(|other| {
                other.tokens.start == phrase.tokens.start && other.tokens.end > phrase.tokens.end
            })
        };
        (index + 1..index + 4).rev().find(covers).unwrap_or(index)
    }

    /// "according to X" at the end of a clause speaks for that clause and what it is coordinated with; a semicolon or
    /// a "but" stops it.
    fn reaches(&self, sentence: usize, phrase: usize, token: usize) -> bool {
        let Some(found) = self.phrases.get(phrase) else { return false };
        let (from, to) =
            if token < found.tokens.start { (token, found.tokens.start) } else { (found.tokens.end, token) };
        let range = self.sentences.get(sentence).map_or(0..0, |sentence| sentence.tokens.clone());
        range.contains(&token) && !(from..to).any(|at| matches!(self.word(at), ";" | "but"))
    }

    /// "citing X", "quoting X" hanging on the clause of saying.
    fn cited(&self, sentence: usize, token: usize) -> Option<usize> {
        self.clauses_in(sentence).iter().find_map(|clause| {
            let verb = clause.verb.as_ref()?;
            let cites =
                matches!(self.verb(verb.main).as_ref(), "cite" | "quote") && clause.link == Link::Participial;
            (cites && !clause.tokens.contains(&token)).then(|| clause.objects.first().copied()).flatten()
        })
    }

    /// "Storm kills 20: officials", "Officials: storm kills 20", in headings only.
    fn headline_speaker(&self, sentence: usize, token: usize) -> Option<usize> {
        let found = self.sentences.get(sentence)?;
        if !found.heading {
            return None;
        }
        let colon = found.tokens.clone().find(|&at| {
            matches!(self.word(at), ":" | "–" | "—" | "-")
                && (self.word(at) == ":" || self.tokens.get(at).is_some_and(|token| token.spaced))
        })?;
        let verb = |range: std::ops::Range<usize>| {
            range.into_iter().any(|at| matches!(self.tag(at), Tag::Verb | Tag::Aux | Tag::Number))
        };
        let behind = colon + 1..found.tokens.end;
        let ahead = found.tokens.start..colon;
        let side = if token < colon && behind.len() <= 6 && !verb(behind.clone()) {
            behind
        } else if token > colon && ahead.len() <= 4 && !verb(ahead.clone()) {
            ahead
        } else {
            return None;
        };
        let index = found.phrases.clone().find(|&index| {
            self.phrases.get(index).is_some_and(|phrase| side.contains(&phrase.tokens.start))
        })?;
        self.speaks(self.outer(index)).then(|| self.outer(index))
    }

    /// Whether a headline's phrase can be a speaker: a name or a plural of people, not "Updates".
    pub(crate) fn speaks(&self, phrase: usize) -> bool {
        let Some(found) = self.phrases.get(phrase) else { return false };
        let word = self.word(found.head);
        // "Quake live: toll passes 800" is the name of a page, nobody speaks.
        let page = found.tokens.clone().any(|at| self.around(at).is(at, PAGES));
        !page && (found.name || is_speaker(&lemma::noun(word)))
    }

    /// The speaker's phrase with what belongs to it, and a name in apposition before or after it.
    fn speaker_span(&self, phrase: usize) -> Span {
        let mut range = self.extent(phrase);
        let next = self.phrases.iter().enumerate().skip(phrase + 1).take(6).find(|(_, other)| {
            other.tokens.start == range.end + 1
                && other.apposition_to.get().is_some()
                && self.tag(other.head) != Tag::Pronoun
        });
        if let Some((index, _)) = next {
            range.end = self.extent(self.outer(index)).end;
        }
        // "officials in Oslo", "the ministry for the coast": the place belongs to the speaker.
        let place =
            self.phrases.iter().skip(phrase + 1).take(6).find(|other| other.tokens.start == range.end + 1);
        if let Some(place) = place
            && place.name
            && place.preposition.get() == Some(range.end)
            && matches!(self.word(range.end), "in" | "for" | "at" | "from")
        {
            range.end = place.tokens.end;
        }
        self.span(range)
    }
}

/// Words of the name of a page rather than of somebody.
const PAGES: &[&str] = &[
    "live",
    "update",
    "updates",
    "latest",
    "breaking",
    "analysis",
    "timeline",
    "factbox",
    "explainer",
    "opinion",
    "profile",
    "video",
];

/// Whether a noun, in the singular, is one for somebody who tells.
fn is_speaker(noun: &str) -> bool {
    matches!(
        noun,
        "official"
            | "police"
            | "army"
            | "minister"
            | "ministry"
            | "government"
            | "report"
            | "source"
            | "witness"
            | "medic"
            | "doctor"
            | "media"
            | "agency"
            | "authority"
            | "rescuer"
            | "un"
            | "monitor"
            | "group"
            | "mayor"
            | "governor"
            | "president"
            | "spokesman"
            | "spokeswoman"
            | "spokesperson"
            | "ngo"
            | "watchdog"
            | "study"
            | "union"
            | "hospital"
            | "military"
            | "chief"
            | "leader"
            | "resident"
            | "state"
            | "centre"
            | "center"
            | "office"
            | "service"
            | "department"
            | "committee"
            | "commission"
            | "newspaper"
            | "syndicate"
            | "organisation"
            | "organization"
            | "opposition"
            | "rebel"
            | "firefighter"
            | "lawmaker"
            | "senator"
            | "prosecutor"
            | "coroner"
            | "commander"
            | "activist"
            | "charity"
            | "council"
            | "observatory"
    )
}
