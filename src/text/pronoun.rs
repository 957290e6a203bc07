//! Whom a pronoun stands for. Comes in: an analysis and a phrase. Goes out: the phrase it stands for, or itself. Looks
//! back over a few sentences for a subject of the right kind: a person for "he", a body or a plural for "they", a
//! body for "it". Never looks forward and never into what somebody else is quoted as saying.

use super::english::verb_class;
use super::{Analysis, Clause, Link, Tag};

/// How many sentences a pronoun looks back.
const SENTENCES_BACK: usize = 6;

/// How many phrases are searched for the full name behind a bare surname.
const PHRASES_BACK: usize = 300;

/// What kind of thing a pronoun stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Person,
    Many,
    Body,
}

impl Analysis<'_> {
    /// The phrase that a personal pronoun stands for; any other phrase stands for itself.
    pub fn resolved(&self, phrase: usize) -> usize {
        let Some(found) = self.phrases.get(phrase) else { return phrase };
        let kind = match self.word(found.head) {
            "he" | "she" | "him" | "her" | "his" => Kind::Person,
            "they" | "them" | "their" => Kind::Many,
            "it" | "its" => Kind::Body,
            _ => return phrase,
        };
        let Some(sentence) = self.sentence_of(found.head) else { return phrase };
        let first = sentence.saturating_sub(SENTENCES_BACK);
        (first..=sentence).rev().find_map(|index| self.named_in(index, found.head, kind)).unwrap_or(phrase)
    }

    /// The best subject of the sentence before the token: one that speaks, else of a main clause, else any; the last
    /// of equals.
    fn named_in(&self, sentence: usize, before: usize, kind: Kind) -> Option<usize> {
        let same = self.sentence_of(before) == Some(sentence);
        let rank = |clause: &Clause| {
            let says = clause.verb.as_ref().is_some_and(|verb| verb_class::is_saying(&self.verb(verb.main)));
            (says, clause.parent.is_none(), clause.tokens.start)
        };
        let candidates = self.clauses_in(sentence).iter().filter_map(|clause| {
            let subject = clause.subject.first().copied()?;
            let head = self.phrases.get(subject)?.head;
            let start = self.tokens.get(head)?.span.start;
            let quoted = self.quotation_at(start).is_some_and(|quotation| !quotation.fragment);
            let content = same && clause.link == Link::Content;
            (head < before && !quoted && !content && self.is_kind(subject, kind))
                .then(|| (rank(clause), subject))
        });
        candidates.max().map(|(_, subject)| subject)
    }

    fn is_kind(&self, phrase: usize, kind: Kind) -> bool {
        let Some(found) = self.phrases.get(phrase) else { return false };
        let word = self.word(found.head);
        if self.tag(found.head) == Tag::Pronoun && word != "another" {
            return false;
        }
        let singular = self.noun(found.head);
        let plural = !found.name
            && (singular != word || found.quantity.get().is_some() || matches!(word, "police" | "people"));
        let body = is_body(&singular);
        match kind {
            Kind::Person => {
                !plural
                    && !body
                    && found.quantity.get().is_none()
                    && (word == "another" || is_role(&singular) || found.name && self.is_full_name(phrase))
            }
            Kind::Many => plural || body || found.name,
            Kind::Body => !plural && !is_role(&singular) && (body || found.name),
        }
    }

    /// A name of several words, or a surname given in full before.
    fn is_full_name(&self, phrase: usize) -> bool {
        let Some(found) = self.phrases.get(phrase) else { return false };
        let names =
            |tokens: std::ops::Range<usize>| tokens.filter(|&at| self.tag(at) == Tag::ProperNoun).count();
        let word = self.word(found.head);
        let range = phrase.saturating_sub(PHRASES_BACK)..phrase;
        names(found.tokens.clone()) > 1
            || self
                .phrases
                .get(range)
                .unwrap_or_default()
                .iter()
                .any(|other| other.name && self.word(other.head) == word && names(other.tokens.clone()) > 1)
    }
}

/// Nouns that name a body of people acting as one.
fn is_body(noun: &str) -> bool {
    matches!(
        noun,
        "ministry"
            | "government"
            | "army"
            | "office"
            | "agency"
            | "union"
            | "party"
            | "group"
            | "council"
            | "court"
            | "force"
            | "police"
            | "media"
            | "company"
            | "department"
            | "parliament"
            | "embassy"
            | "committee"
            | "commission"
            | "military"
            | "navy"
            | "bloc"
            | "junta"
            | "state"
            | "country"
            | "republic"
            | "administration"
            | "organisation"
            | "organization"
            | "nation"
            | "nations"
            | "bank"
            | "service"
            | "guard"
            | "movement"
            | "alliance"
            | "coalition"
            | "authority"
            | "hospital"
            | "newspaper"
            | "broadcaster"
            | "channel"
            | "outlet"
            | "network"
            | "centre"
            | "center"
            | "board"
            | "federation"
            | "association"
            | "front"
            | "command"
            | "kingdom"
            | "house"
            | "senate"
            | "congress"
            | "assembly"
            | "cabinet"
            | "programme"
            | "program"
            | "mission"
            | "un"
            | "eu"
    )
}

/// Nouns that name one person by what that person does.
#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
fn is_role(noun: &str) -> bool {
    noun.ends_with("man") && noun != "woman" && noun.len() > 5
        || noun.ends_with("woman")
        || matches!(
            noun,
            "man"
                | "president"
                | "minister"
                | "premier"
                | "chancellor"
                | "king"
                | "queen"
                | "mayor"
                | "governor"
                | "general"
                | "colonel"
                | "commander"
                | "chief"
                | "leader"
                | "head"
                | "director"
                | "secretary"
                | "secretary-general"
                | "ambassador"
                | "envoy"
                | "adviser"
                | "advisor"
                | "official"
                | "officer"
                | "spokesperson"
                | "doctor"
                | "teacher"
                | "resident"
                | "witness"
                | "survivor"
                | "victim"
                | "lawyer"
                | "judge"
                | "prosecutor"
                | "senator"
                | "lawmaker"
                | "bishop"
                | "pope"
                | "pontiff"
                | "father"
                | "mother"
                | "son"
                | "daughter"
                | "husband"
                | "wife"
                | "brother"
                | "sister"
                | "boy"
                | "girl"
                | "student"
                | "driver"
                | "pilot"
                | "captain"
                | "trader"
                | "farmer"
                | "worker"
                | "nurse"
                | "protester"
                | "villager"
                | "soldier"
                | "guard"
                | "suspect"
                | "attacker"
                | "gunman"
                | "author"
                | "expert"
                | "analyst"
                | "professor"
                | "scientist"
                | "player"
                | "coach"
                | "owner"
                | "manager"
                | "firefighter"
        )
}
