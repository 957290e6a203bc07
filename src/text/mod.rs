//! English that knows nothing of news. Comes in: an article. Goes out: its parts, sentences, tagged tokens,
//! quantities, phrases, clauses, quotations and dates, all with byte offsets into the stored text. Never decides what
//! is a casualty or a demand, never reads the clock, never fails: what it cannot parse it leaves without structure.
//!
//! All indexes are positions in the lists of one [`Analysis`]: `Phrase::head` is a position in
//! `Analysis::tokens`, `Clause::subject` holds positions in `Analysis::phrases`, and so on. The accessors answer an
//! index that lies outside with an empty value, so that a rule can look left and right without checking.

mod analysis;
mod attribution;
mod display;
pub mod english;
pub mod gazetteer;
mod gazetteer_tables;
mod pronoun;
pub mod skim;
pub mod name;

use std::num::NonZeroU32;
use std::ops::Range;

use english::opening::Opens;
use english::vocabulary::Place;

pub use analysis::{Analysis, Attribution, Count, SENTENCE_BYTES_MAX, SENTENCE_TOKENS_MAX};
pub use english::date::{Direction, Grain, When};

pub use crate::model::article::Span;
pub use crate::model::claim::Bound;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters, possibly with hyphens, inner apostrophes and digits: "Il-76", "U.S.", "24-year-old".
    Word,
    /// Begins with a digit and holds no word: "1,079", "6.8", "12:31", "20th", "5pm", "1990s".
    Number,
    /// Punctuation.
    Punct,
    /// Any other sign: "$", "%", "+".
    Symbol,
}

/// Part of speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tag {
    /// Common noun.
    Noun,
    /// Name or part of a name.
    ProperNoun,
    /// "he", "who", "which", "everyone".
    Pronoun,
    /// Full verb in any form, see [`VerbForm`].
    Verb,
    /// "be", "have", "do" before a verb, and modals.
    Aux,
    /// Adjective, also participles used as one where that is certain.
    Adjective,
    /// Adverb, also "not".
    Adverb,
    /// Preposition.
    Adposition,
    /// Article, demonstrative, possessive pronoun ("their"), "no", "all", "each".
    Determiner,
    /// Digits and number words, also "dozens".
    Number,
    /// "to" before a verb, possessive "'s".
    Particle,
    /// "and", "or", "but", "nor".
    Coordinator,
    /// "that", "if", "because", "while".
    Subordinator,
    /// Punctuation.
    Punct,
    /// Other sign.
    Symbol,
    /// Interjections and what cannot be told.
    Other,
}

/// Which form of a verb a word is, told from its shape. Every token has one; it means something on verbs and on
/// participles that are tagged adjective or noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum VerbForm {
    /// Not a verb form.
    #[default]
    None,
    /// "kill", "say".
    Base,
    /// "kills", "says".
    ThirdPerson,
    /// Only past: "went", "said" is not (it is also a participle).
    Past,
    /// Only participle: "taken", "gone".
    Participle,
    /// Past or participle: "killed", "said"; the verb group decides.
    PastOrParticiple,
    /// "killing".
    Gerund,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// What it is made of.
    pub kind: TokenKind,
    /// Part of speech.
    pub tag: Tag,
    /// Shape of the verb, if it is one.
    pub form: VerbForm,
    /// Begins with a capital letter, the article of an Arabic name aside ("al-Karim").
    pub capital: bool,
    /// Preceded by white space (or the start of the sentence).
    pub spaced: bool,
    /// Its normalised word inside the analysis's word store.
    pub(crate) word: Stored,
    /// The first bytes of that word.
    pub(crate) beginning: u64,
    /// What may begin with it.
    pub(crate) opens: Opens,
    /// Where it is told what is known of the word.
    pub(crate) known: Option<Place>,
}

/// Where a word stands in a word store. Small, for every word of an article has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    start: u32,
    length: u32,
}

impl Stored {
    /// The bytes of a range; of a store larger than any article those it can say.
    pub(crate) fn of(range: Range<usize>) -> Self {
        let small = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        Self { start: small(range.start), length: small(range.len()) }
    }

    /// The same as a range.
    #[inline]
    pub(crate) fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.len()
    }

    /// How many bytes it has.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.length as usize
    }
}

/// What a stretch of the document is. Only title and body speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The headline.
    Title,
    /// Author, time of publication or update.
    Byline,
    /// "RIGA, Sept 20 (XYZ) -".
    Dateline,
    /// What the report says.
    Body,
    /// Text of a picture.
    Caption,
    /// Links to other texts, subscription lines, rights, page references.
    Tail,
}

impl Part {
    /// Whether claims are read from it.
    pub const fn speaks(self) -> bool {
        matches!(self, Self::Title | Self::Body)
    }
}

/// A stretch of the document: one paragraph, or a piece of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub part: Part,
    /// Why it does not speak, when it does not.
    pub reason: Option<&'static str>,
    /// The paragraph it belongs to; the title is paragraph 0.
    pub paragraph: usize,
    /// A list heading or sub-headline: short, without a full stop.
    pub heading: bool,
    /// An entry of a list.
    pub bullet: bool,
}

/// One sentence, or a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands.
    pub span: Span,
    /// Its tokens; empty when the sentence was only skimmed.
    pub tokens: Range<usize>,
    /// The part it stands in.
    pub part: Part,
    /// Its paragraph; the title is paragraph 0.
    pub paragraph: usize,
    /// A list heading or sub-headline.
    pub heading: bool,
    /// An entry of a list.
    pub bullet: bool,
    /// Whom it may concern: a bit for each reader, all where nobody has looked.
    pub concerns: skim::Readers,
    /// Its quantities.
    pub quantities: Range<usize>,
    /// Its phrases.
    pub phrases: Range<usize>,
    /// Its clauses.
    pub clauses: Range<usize>,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuantityKind {
    /// Things or people.
    Count,
    /// "first", "20th".
    Ordinal,
    /// A share: "20 %", "half of", "two thirds".
    Percent,
    /// A sum of money.
    Money,
    /// Years of life.
    Age,
    /// Year, day of a month, decade.
    Date,
    /// Time of day.
    Time,
    /// Anything with a unit: distance, weight, temperature, magnitude, duration.
    Measure,
    /// Result of a game or a vote.
    Score,
    /// Names and addresses with numbers, factors, telephone numbers: "Highway 6", "three times".
    Other,
}

/// A number with its bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Its tokens, bound words included.
    pub tokens: Range<usize>,
    /// The tokens of the number alone.
    pub number: Range<usize>,
    /// From the first bound word to the last ("at least 29", "30 or more").
    pub span: Span,
    /// The figure; lower end of a range. Decimals are cut.
    pub low: u64,
    /// Upper end of a range.
    pub high: Option<u64>,
    /// How it is qualified; `Vague` for words such as "dozens" that carry no other bound.
    pub bound: Bound,
    /// The figure stands for a word: "dozens" is 24, "scores" 40, "hundreds" 200.
    pub vague: bool,
    /// What it counts.
    pub kind: QuantityKind,
}

/// A position in one of the lists of an analysis, or none. Small, for every phrase of an article holds seven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position(Option<NonZeroU32>);

impl Position {
    /// The position, if there is one.
    #[inline]
    pub fn get(self) -> Option<usize> {
        self.0.map(|behind| behind.get() as usize - 1)
    }
}

impl From<Option<usize>> for Position {
    /// A list longer than four bytes can count has none beyond: no article is that long.
    #[inline]
    fn from(position: Option<usize>) -> Self {
        Self(position.and_then(|at| NonZeroU32::new(u32::try_from(at + 1).ok()?)))
    }
}

/// A noun phrase without what follows its head: "the country's two largest rebel groups".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Its tokens, with determiner, possessor and quantity. "27 killed" is the phrase "27" and a participle.
    pub tokens: Range<usize>,
    /// The head token: last noun, or the number, pronoun or adjective that stands for one ("the wounded").
    pub head: usize,
    /// Position of its quantity.
    pub quantity: Position,
    /// Its determiner token: "the", "a", "their", "no", "another".
    pub determiner: Position,
    /// The phrase before "'s". It lies inside this phrase and comes before it in the list.
    pub possessor: Position,
    /// The member before this one in a list ("A, B and C").
    pub coordinated_with: Position,
    /// The preposition token that governs it.
    pub preposition: Position,
    /// The phrase this one modifies through "of" ("the number of people": "people" is of "number").
    pub of: Position,
    /// The phrase this one is in apposition to ("the minister, Jan Dill,").
    pub apposition_to: Position,
    /// The head is a name.
    pub name: bool,
}

/// Voice of a verb group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Voice {
    /// The subject acts.
    Active,
    /// The subject undergoes: "were killed", "got shot", and the reduced "27 killed".
    Passive,
}

/// Tense of a verb group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tense {
    /// "killed".
    Past,
    /// "kills", "are killed".
    Present,
    /// "will kill", "is to be killed".
    Future,
    /// "had killed".
    PastPerfect,
    /// "have killed".
    PresentPerfect,
    /// "to kill", "to have been killed".
    Infinitive,
    /// "killing", and the reduced "killed".
    Participle,
}

/// Auxiliaries and main verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerbGroup {
    /// From the first auxiliary to the main verb, adverbs between them included.
    pub tokens: Range<usize>,
    /// The main verb.
    pub main: usize,
    /// Its voice.
    pub voice: Voice,
    /// Its tense.
    pub tense: Tense,
    /// "not", "never", "no longer", "hardly" belongs to it.
    pub negated: bool,
    /// The modal token: "could", "must", "will".
    pub modal: Option<usize>,
}

/// How a clause hangs on its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// The main clause of the sentence.
    Root,
    /// Joined by "and", "but", ";" to its parent.
    Coordinate,
    /// What is said, thought or demanded: "that ...", or bare after (or before) a verb of saying.
    Content,
    /// "who ...", "which ...", "that ...".
    Relative,
    /// "to ...".
    Infinitive,
    /// "..., killing ...", "people killed in ...".
    Participial,
    /// After "if", "while", "because", "after", "when".
    Adverbial,
}

/// A verb with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Its tokens; clauses that depend on it may lie inside.
    pub tokens: Range<usize>,
    /// Its subject phrases: all members of a coordination. Infinitives, participles and coordinated verbs carry the
    /// understood subject.
    pub subject: Vec<usize>,
    /// Its verb; none in a heading such as "Dozens dead in storm".
    pub verb: Option<VerbGroup>,
    /// Its objects, without prepositional ones.
    pub objects: Vec<usize>,
    /// Who acts in a passive clause ("by ...").
    pub agent: Option<usize>,
    /// Head of the predicate after "be", "remain", "leave 25 ...": an adjective, participle or noun token.
    pub predicate: Option<usize>,
    /// The clause it depends on.
    pub parent: Option<usize>,
    /// How it depends.
    pub link: Link,
    /// The word that opens it: "that", "if", "and", "who", "to".
    pub opener: Option<usize>,
    /// Not asserted: under "if", "unless", "could", "may", "fear that", "risk".
    pub hypothetical: bool,
}

/// Words between quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotation {
    /// Inside the marks.
    pub span: Span,
    /// The phrase that names the speaker.
    pub speaker: Option<usize>,
    /// The token of the verb of saying.
    pub speech_verb: Option<usize>,
    /// A few words inside a sentence of somebody else's ("so-called" quotes), not an utterance.
    pub fragment: bool,
}
