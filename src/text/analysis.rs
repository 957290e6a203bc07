//! One article, read as English. Comes in: an article, cut into sentences. Goes out: every list of `text` with safe
//! accessors. Goes into detail only where asked. Never judges what a text means.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::english::view::View;
use super::english::{clause, phrase, quantity, quotation, tag, token};
use super::skim::{Outline, Readers};
use super::{Block, Bound, Clause, Phrase, Quantity, Quotation, Sentence, Span, Tag, Token, When};
use crate::model::article::{Article, Moment};

/// Longest sentence in tokens. A longer one is cut at the last comma or semicolon before this many tokens, else
/// exactly there; no clause reaches over the cut. Real news sentences stay below 150.
pub const SENTENCE_TOKENS_MAX: usize = 400;

/// Longest sentence in bytes, cut at white space before tokens are made; bounds one tagger call.
pub const SENTENCE_BYTES_MAX: usize = 8 * 1024;

/// How many bytes of a usual text go to one token, the white space before it included; few texts have more tokens.
const TOKEN_BYTES: usize = 5;

/// A figure of how many a phrase speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The figure; lower end of a range.
    pub low: u64,
    /// Upper end of a range.
    pub high: Option<u64>,
    /// Its qualifier.
    pub bound: Bound,
    /// It stands for a word such as "dozens".
    pub vague: bool,
}

/// Who says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// The phrase that names the speaker.
    pub speaker: usize,
    /// Where the speaker's name stands, with the phrases that belong to it ("the mayor of Bergen").
    pub span: Span,
    /// The token of the verb of saying, or of "to" in "according to".
    pub verb: Option<usize>,
    /// The phrase that the speaker relies on ("citing the army", "X told Y" has none).
    pub via: Option<usize>,
}

/// One article, read.
#[derive(Debug, Clone)]
pub struct Analysis<'a> {
    /// The stored text to which all spans refer.
    pub text: &'a str,
    /// When the article speaks, for dates.
    pub published_at: Option<Moment>,
    /// The document's blocks, those that do not speak included.
    pub blocks: Vec<Block>,
    /// All sentences, in order; those of blocks that do not speak have no tokens.
    pub sentences: Vec<Sentence>,
    /// All tokens.
    pub tokens: Vec<Token>,
    /// All quantities.
    pub quantities: Vec<Quantity>,
    /// All phrases.
    pub phrases: Vec<Phrase>,
    /// All clauses.
    pub clauses: Vec<Clause>,
    /// All quotations.
    pub quotations: Vec<Quotation>,
    words: String,
    /// The phrases of time of each sentence, once they are asked for.
    pub(super) dates: Vec<OnceCell<Vec<When>>>,
}

impl<'a> Analysis<'a> {
    /// Reads the whole article in detail.
    pub fn of(article: &'a Article) -> Self {
        Outline::of(article).analyse()
    }

    /// Of these sentences; `concerned` says of each that speaks whom it concerns by its words, or that it is left out.
    pub(super) fn build(
        article: &'a Article,
        blocks: Vec<Block>,
        outline: Vec<Sentence>,
        concerned: impl Fn(&Sentence, View<'_>) -> Option<Readers>,
    ) -> Self {
        let mut analysis = Self {
            text: &article.text,
            published_at: article.published_at,
            blocks,
            sentences: Vec::with_capacity(outline.len()),
            tokens: Vec::new(),
            quantities: Vec::new(),
            phrases: Vec::new(),
            clauses: Vec::new(),
            quotations: Vec::new(),
            words: String::new(),
            dates: Vec::new(),
        };
        let bytes: usize = outline.iter().map(|sentence| sentence.span.end - sentence.span.start).sum();
        analysis.words.reserve(bytes);
        analysis.tokens.reserve(bytes / TOKEN_BYTES);
        for sentence in outline {
            if sentence.part.speaks() {
                analysis.tokenize(&sentence, &concerned);
            } else {
                analysis.sentences.push(sentence);
            }
        }
        // As a usual text has them: what grows is copied, and these are large.
        analysis.quantities.reserve(analysis.tokens.len() / 12);
        analysis.phrases.reserve(analysis.tokens.len() / 3);
        analysis.clauses.reserve(analysis.tokens.len() / 7);
        analysis.detail();
        analysis.dates.resize_with(analysis.sentences.len(), OnceCell::new);
        analysis.quotations = quotation::find(&analysis);
        quotation::assign_speakers(&mut analysis);
        analysis
    }

    /// Tokens of one sentence, cut into several where it is overlong.
    fn tokenize(&mut self, sentence: &Sentence, concerned: impl Fn(&Sentence, View<'_>) -> Option<Readers>) {
        let (first, first_word) = (self.tokens.len(), self.words.len());
        token::tokenize(sentence.span.of(self.text), sentence.span.start, &mut self.tokens, &mut self.words);
        let view = View::new(&self.tokens, &self.words, first..self.tokens.len());
        let Some(concerns) = concerned(sentence, view) else {
            self.tokens.truncate(first);
            self.words.truncate(first_word);
            return;
        };
        let mut start = first;
        while start < self.tokens.len() {
            let end = self.cut(start, self.tokens.len());
            let from = if start == first {
                sentence.span.start
            } else {
                self.tokens.get(start).map_or(sentence.span.start, |token| token.span.start)
            };
            let to = if end == self.tokens.len() {
                sentence.span.end
            } else {
                self.tokens.get(end - 1).map_or(sentence.span.end, |token| token.span.end)
            };
            self.sentences.push(Sentence {
                span: Span { start: from, end: to },
                tokens: start..end,
                concerns,
                ..sentence.clone()
            });
            start = end;
        }
    }

    fn cut(&self, start: usize, end: usize) -> usize {
        if end - start <= SENTENCE_TOKENS_MAX {
            return end;
        }
        let limit = start + SENTENCE_TOKENS_MAX;
        (start + SENTENCE_TOKENS_MAX / 4..limit)
            .rev()
            .find(|&at| matches!(self.word(at), "," | ";"))
            .map_or(limit, |at| at + 1)
    }

    /// Tags, quantities, phrases and clauses of all sentences. Each step is taken in every sentence before the next one: the
    /// code of all steps together is more than a processor holds at hand.
    fn detail(&mut self) {
        let mut guesses = tag::Guesses::default();
        for index in 0..self.sentences.len() {
            let Some(sentence) = self.sentences.get(index) else { continue };
            let (range, heading) = (sentence.tokens.clone(), sentence.heading);
            if !range.is_empty() {
                let capitals_speak = !self.title_case(range.clone());
                tag::tag(&mut self.tokens, &self.words, range, capitals_speak, heading, &mut guesses);
            }
        }
        let mut detailed: Vec<&mut Sentence> =
            self.sentences.iter_mut().filter(|sentence| !sentence.tokens.is_empty()).collect();
        let view = |sentence: &Sentence| View::new(&self.tokens, &self.words, sentence.tokens.clone());
        for sentence in &mut detailed {
            let first = self.quantities.len();
            quantity::find(view(sentence), &mut self.quantities);
            sentence.quantities = first..self.quantities.len();
        }
        for sentence in &mut detailed {
            let first = self.phrases.len();
            let own = sentence.quantities.clone();
            phrase::find(view(sentence), &self.quantities, own, &mut self.phrases);
            sentence.phrases = first..self.phrases.len();
        }
        for sentence in &mut detailed {
            let first = self.clauses.len();
            let own = sentence.phrases.clone();
            clause::find(view(sentence), &self.phrases, own, sentence.heading, &mut self.clauses);
            sentence.clauses = first..self.clauses.len();
        }
    }

    /// More than half of the longer words begin with a capital: capitals then mark no names.
    fn title_case(&self, range: Range<usize>) -> bool {
        let words = range.filter(|&at| {
            self.word(at).len() > 3
                && self.token(at).is_some_and(|token| token.kind == super::TokenKind::Word)
        });
        let (mut capitals, mut all) = (0_usize, 0_usize);
        for at in words.skip(1) {
            all += 1;
            capitals += usize::from(self.token(at).is_some_and(|token| token.capital));
        }
        all >= 3 && capitals * 10 >= all * 8
    }

    /// The token at `at`.
    #[inline]
    pub fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The word at `at` in lower case, curly apostrophe normalised; empty outside.
    #[inline]
    pub fn word(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(|token| self.words.get(token.word.range())).unwrap_or_default()
    }

    /// The word at `at` as written.
    #[inline]
    pub fn surface(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.span.of(self.text))
    }

    /// The tag at `at`; `Other` outside.
    #[inline]
    pub fn tag(&self, at: usize) -> Tag {
        self.tokens.get(at).map_or(Tag::Other, |token| token.tag)
    }

    /// The base form: "killed" -> "kill", "deaths" -> "death", "were" -> "be". A noun is taken to its singular, a verb to its base.
    #[inline]
    pub fn lemma(&self, at: usize) -> Cow<'_, str> {
        self.around(at).lemma(at)
    }

    /// The base form of the word at `at` taken as a verb.
    #[inline]
    pub fn verb(&self, at: usize) -> Cow<'_, str> {
        self.around(at).verb(at)
    }

    /// The singular of the word at `at` taken as a noun.
    #[inline]
    pub fn noun(&self, at: usize) -> Cow<'_, str> {
        self.around(at).noun(at)
    }

    /// The window on one token alone.
    #[inline]
    pub(super) fn around(&self, at: usize) -> View<'_> {
        View::new(&self.tokens, &self.words, at..at.saturating_add(1))
    }

    /// The window on the tokens of a sentence; its answers are empty outside.
    #[inline]
    pub fn view(&self, sentence: usize) -> View<'_> {
        let range = self.sentences.get(sentence).map_or(0..0, |sentence| sentence.tokens.clone());
        View::new(&self.tokens, &self.words, range)
    }

    /// The text from the first to the last token of `tokens`.
    pub fn span(&self, tokens: Range<usize>) -> Span {
        let start = self.tokens.get(tokens.start).map_or(0, |token| token.span.start);
        let end = tokens
            .end
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(start, |token| token.span.end);
        Span { start, end: end.max(start) }
    }

    /// The words of `tokens` as written, with the signs between them.
    pub fn written(&self, tokens: Range<usize>) -> &'a str {
        self.span(tokens).of(self.text)
    }

    /// The sentence that holds the byte `at`.
    #[inline]
    pub fn sentence_at(&self, at: usize) -> Option<usize> {
        let index = self.sentences.partition_point(|sentence| sentence.span.end <= at);
        self.sentences.get(index).filter(|sentence| sentence.span.start <= at).map(|_| index)
    }

    /// The sentence that holds the token.
    #[inline]
    pub fn sentence_of(&self, token: usize) -> Option<usize> {
        self.sentence_at(self.tokens.get(token)?.span.start)
    }

    /// The token that covers or follows the byte `at`.
    #[inline]
    pub fn token_at(&self, at: usize) -> Option<usize> {
        let index = self.tokens.partition_point(|token| token.span.end <= at);
        (index < self.tokens.len()).then_some(index)
    }

    /// The quantities of a sentence; their positions are `Sentence::quantities`.
    #[inline]
    pub fn quantities_in(&self, sentence: usize) -> &[Quantity] {
        self.sentences
            .get(sentence)
            .and_then(|sentence| self.quantities.get(sentence.quantities.clone()))
            .unwrap_or_default()
    }

    /// The phrases of a sentence; their positions are `Sentence::phrases`.
    #[inline]
    pub fn phrases_in(&self, sentence: usize) -> &[Phrase] {
        self.sentences
            .get(sentence)
            .and_then(|sentence| self.phrases.get(sentence.phrases.clone()))
            .unwrap_or_default()
    }

    /// The clauses of a sentence; their positions are `Sentence::clauses`.
    #[inline]
    pub fn clauses_in(&self, sentence: usize) -> &[Clause] {
        self.sentences
            .get(sentence)
            .and_then(|sentence| self.clauses.get(sentence.clauses.clone()))
            .unwrap_or_default()
    }

    /// The outermost phrase that covers the token.
    pub fn phrase_at(&self, token: usize) -> Option<usize> {
        let sentence = self.sentences.get(self.sentence_of(token)?)?;
        let covers =
            |index: &usize| self.phrases.get(*index).is_some_and(|phrase| phrase.tokens.contains(&token));
        sentence
            .phrases
            .clone()
            .filter(covers)
            .max_by_key(|&index| self.phrases.get(index).map_or(0, |phrase| phrase.tokens.len()))
    }

    /// The innermost clause that covers the token.
    pub fn clause_at(&self, token: usize) -> Option<usize> {
        let range = self.sentences.get(self.sentence_of(token)?)?.clauses.clone();
        let clauses = self.clauses.get(range.clone())?.iter().zip(range);
        let covering = clauses.filter(|(clause, _)| clause.tokens.contains(&token));
        covering.min_by_key(|(clause, _)| clause.tokens.len()).map(|(_, index)| index)
    }

    /// How many the phrase speaks of: its quantity when that is a count, else one for a singular with "a", "another"
    /// or a possessor-free singular name; nothing for plurals without figure and for measures.
    pub fn count_of(&self, phrase: usize) -> Option<Count> {
        let phrase = self.phrases.get(phrase)?;
        if let Some(quantity) = phrase.quantity.get().and_then(|index| self.quantities.get(index)) {
            let count = Count {
                low: quantity.low,
                high: quantity.high,
                bound: quantity.bound,
                vague: quantity.vague,
            };
            return (quantity.kind == super::QuantityKind::Count).then_some(count);
        }
        let article =
            phrase.determiner.get().is_some_and(|at| matches!(self.word(at), "a" | "an" | "another"));
        let word = self.word(phrase.head);
        let singular = self.tag(phrase.head) == Tag::Noun && self.noun(phrase.head) == word;
        (article && singular).then_some(Count { low: 1, high: None, bound: Bound::Exact, vague: false })
    }

    /// The phrase and all that hang on it by "of": "the mayor of the town of Moss".
    pub fn extent(&self, phrase: usize) -> Range<usize> {
        let Some(found) = self.phrases.get(phrase) else { return 0..0 };
        let mut range = found.tokens.clone();
        for next in self.phrases.iter().skip(phrase + 1).take(24) {
            if next.of.get().is_some() && next.tokens.start == range.end + 1 {
                range.end = next.tokens.end;
            } else if next.tokens.start > range.end + 1 {
                break;
            }
        }
        range
    }
}
