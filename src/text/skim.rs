//! The cheap first look at an article: which sorts of words it has, and in which sentences. Comes in: an article, and what
//! marks a word. Goes out: the marks of the whole; and, cut into sentences, the marks of each, from which an analysis can go
//! into detail in some sentences or in all. Tags nothing and never judges what a text means.

use super::analysis::{Analysis, SENTENCE_BYTES_MAX};
use super::english::word_scan::{Piece, scan};
use super::english::{part, sentence};
use super::{Block, Part, Sentence, Span};
use crate::model::article::Article;
use std::ops::Range;

/// A bit for each sort of word that stands in a stretch of text.
pub type Marks = u128;

/// The mark of a sentence in which, or before which in its paragraph, a quotation mark stands.
pub const QUOTED: Marks = 1;

/// The words of an article that have marks.
#[derive(Debug, Clone)]
pub struct Skim<'a> {
    article: &'a Article,
    marked: Vec<(usize, Marks)>,
    marks: Marks,
}

impl<'a> Skim<'a> {
    /// Looks at every word once.
    pub fn of(article: &'a Article, mark: impl Fn(&str) -> Marks) -> Self {
        let (mut marked, mut marks) = (Vec::new(), 0);
        scan(&article.text, |at, piece| {
            let found = match piece {
                Piece::Word(word) => mark(word),
                Piece::Quote => QUOTED,
            };
            if found != 0 {
                marks |= found;
                marked.push((at, found));
            }
        });
        Self { article, marked, marks }
    }

    /// The marks of the whole text.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Cuts the article into sentences.
    pub fn cut(self) -> Outline<'a> {
        let (blocks, sentences) = outline(self.article);
        let mut marks = Vec::with_capacity(sentences.len());
        let mut left = self.marked.iter().peekable();
        let (mut paragraph, mut quoted) = (usize::MAX, 0);
        for sentence in &sentences {
            if sentence.paragraph != paragraph {
                (paragraph, quoted) = (sentence.paragraph, 0);
            }
            let mut own = 0;
            while let Some((at, found)) = left.next_if(|(at, _)| *at < sentence.span.end) {
                if *at >= sentence.span.start {
                    own |= found;
                }
            }
            quoted |= own & QUOTED;
            marks.push(own | quoted);
        }
        Outline { article: self.article, blocks, sentences, marks }
    }
}

/// The parts and sentences of an article, nothing finer.
#[derive(Debug, Clone)]
pub struct Outline<'a> {
    article: &'a Article,
    blocks: Vec<Block>,
    sentences: Vec<Sentence>,
    marks: Vec<Marks>,
}

impl<'a> Outline<'a> {
    /// Of an article that nobody has looked at.
    pub fn of(article: &'a Article) -> Self {
        let (blocks, sentences) = outline(article);
        Self { article, blocks, sentences, marks: Vec::new() }
    }

    /// The sentences that speak and whose marks pass the test, and how many bytes of those that speak they are.
    pub fn choose(&self, test: impl Fn(Marks) -> bool) -> Choice {
        let mut choice = Choice { sentences: Vec::new(), bytes: 0, of: 0 };
        for (index, (sentence, marks)) in self.sentences.iter().zip(&self.marks).enumerate() {
            if sentence.part.speaks() {
                let bytes = sentence.span.end - sentence.span.start;
                choice.of += bytes;
                if test(*marks) {
                    choice.bytes += bytes;
                    choice.sentences.push(index);
                }
            }
        }
        choice
    }

    /// Goes into detail in the chosen sentences; the others keep empty token ranges.
    pub fn analyse(&self, choice: &Choice) -> Analysis<'a> {
        let mut left = choice.sentences.iter().copied().peekable();
        Analysis::build(self.article, self.blocks.clone(), self.sentences.clone(), |index| {
            left.next_if_eq(&index).is_some()
        })
    }

    /// Goes into detail in every sentence that speaks.
    pub fn analyse_all(self) -> Analysis<'a> {
        Analysis::build(self.article, self.blocks, self.sentences, |_| true)
    }
}

/// Some of the sentences of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    sentences: Vec<usize>,
    bytes: usize,
    of: usize,
}

impl Choice {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// Whether they are more than one in so many of all bytes that speak.
    pub fn exceeds(&self, one_in: usize) -> bool {
        self.bytes.saturating_mul(one_in) > self.of
    }
}

/// Blocks of the article and the sentences of those that speak.
fn outline(article: &Article) -> (Vec<Block>, Vec<Sentence>) {
    let blocks = part::blocks(article);
    let mut sentences = Vec::new();
    for block in &blocks {
        let text = block.span.of(&article.text);
        let pieces = if block.part.speaks() && block.part != Part::Title {
            sentence::split(text)
        } else {
            std::iter::once(0..text.len()).collect()
        };
        for piece in pieces {
            for range in bounded(text, piece) {
                sentences.push(Sentence {
                    span: Span { start: block.span.start + range.start, end: block.span.start + range.end },
                    tokens: 0..0,
                    part: block.part,
                    paragraph: block.paragraph,
                    heading: block.heading,
                    bullet: block.bullet,
                    quantities: 0..0,
                    phrases: 0..0,
                    clauses: 0..0,
                });
            }
        }
    }
    (blocks, sentences)
}

/// Cuts an overlong stretch at white space, else at a character.
fn bounded(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = range.start;
    while range.end - start > SENTENCE_BYTES_MAX {
        let mut limit = start + SENTENCE_BYTES_MAX;
        while !text.is_char_boundary(limit) {
            limit -= 1;
        }
        let cut = text
            .get(start..limit)
            .and_then(|piece| piece.rfind(char::is_whitespace))
            .map_or(limit, |at| start + at);
        let cut = if cut > start { cut } else { limit };
        found.push(start..cut);
        start = cut;
    }
    found.push(start..range.end);
    found
}
