//! The cheap first look at an article: which sorts of words it has, and whom the sentences with such words concern. Comes
//! in: an article, what marks a word, and who is concerned by marked words. Goes out: the sentences that concern somebody,
//! or all of them, each with whom it concerns; from both an analysis can be made. Tags nothing and never judges what a
//! text means.

use super::analysis::{Analysis, SENTENCE_BYTES_MAX};
use super::english::view::View;
use super::english::word_scan::{Piece, Taker, scan};
use super::english::{part, sentence};
use super::{Block, Part, Sentence, Span};
use crate::model::article::Article;
use std::cell::Cell;
use std::ops::{BitOr, BitOrAssign, Range};

/// A bit for each sort of word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks([u64; 4]);

impl Marks {
    /// No mark.
    pub const NONE: Self = Self([0; 4]);
    /// How many there are.
    pub const COUNT: usize = 256;

    /// The mark at a place; beyond the last one that one.
    pub const fn at(place: usize) -> Self {
        let bit = 1 << (place % 64);
        match place / 64 {
            0 => Self([bit, 0, 0, 0]),
            1 => Self([0, bit, 0, 0]),
            2 => Self([0, 0, bit, 0]),
            3 => Self([0, 0, 0, bit]),
            _ => Self([0, 0, 0, 1 << 63]),
        }
    }

    /// Whether there is none.
    #[inline]
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// Whether all of the others are among them.
    #[inline]
    pub fn hold(self, others: Self) -> bool {
        self | others == self
    }

    /// Whether one of the others is among them.
    #[inline]
    pub fn meet(self, others: Self) -> bool {
        let ([m0, m1, m2, m3], [o0, o1, o2, o3]) = (self.0, others.0);
        (m0 & o0) | (m1 & o1) | (m2 & o2) | (m3 & o3) != 0
    }

    /// Without the others.
    #[must_use]
    pub fn without(mut self, others: Self) -> Self {
        self.0.iter_mut().zip(others.0).for_each(|(marks, others)| *marks &= !others);
        self
    }

    /// Whether one of their places, asked in order, answers yes.
    #[inline]
    pub fn any_place(self, mut asked: impl FnMut(usize) -> bool) -> bool {
        for (block, mut left) in self.0.into_iter().enumerate() {
            while left != 0 {
                if asked(block * 64 + left.trailing_zeros() as usize) {
                    return true;
                }
                left &= left - 1;
            }
        }
        false
    }

    /// Their places, in order.
    pub fn places(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(block, marks)| {
            let rest = |left: &u64| Some(left & left.wrapping_sub(1)).filter(|rest| *rest != 0);
            let lefts = std::iter::successors(Some(marks).filter(|marks| *marks != 0), rest);
            lefts.map(move |left| block * 64 + left.trailing_zeros() as usize)
        })
    }
}

impl BitOr for Marks {
    type Output = Self;

    #[inline]
    fn bitor(self, others: Self) -> Self {
        let ([m0, m1, m2, m3], [o0, o1, o2, o3]) = (self.0, others.0);
        Self([m0 | o0, m1 | o1, m2 | o2, m3 | o3])
    }
}

impl BitOrAssign for Marks {
    #[inline]
    fn bitor_assign(&mut self, others: Self) {
        *self = *self | others;
    }
}

/// A bit for each reader whom a sentence may concern.
pub type Readers = u64;

/// The mark of a sentence in which a quotation mark stands, or which begins inside a quotation.
pub const QUOTED: Marks = Marks::at(0);

/// The mark of a number, in digits or words.
pub const NUMBER: Marks = Marks::at(1);

/// A word with marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marked {
    /// Where it begins, in bytes.
    pub at: usize,
    /// Of which sorts it is.
    pub marks: Marks,
}

/// Whether a quotation runs on at a place, as far as its marks tell: never closed where `quotation` finds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotation {
    Closed,
    /// Up to this mark, or the end of the paragraph.
    Until(char),
    /// Up to an apostrophe, which ends it or not.
    Perhaps,
}

impl Quotation {
    /// What it is after another mark. Inside a quotation only its own closing mark counts.
    fn after(self, sign: Option<char>) -> Self {
        match (self, sign) {
            (Self::Closed, Some('"')) => Self::Until('"'),
            (Self::Closed, Some('“' | '„')) => Self::Until('”'),
            (Self::Closed, Some('«')) => Self::Until('»'),
            (Self::Closed, Some('‘')) => Self::Perhaps,
            (Self::Until(closing), Some(sign)) if closing == sign => Self::Closed,
            _ => self,
        }
    }
}

/// How many bytes of a text go to one word with marks; few texts have more of them.
const MARKED_BYTES: usize = 12;

/// Marks the pieces of a text.
struct Marker<S, M> {
    marked: Vec<Marked>,
    short: S,
    mark: M,
}

impl<S: Fn(u64) -> Option<Marks>, M: Fn(&str) -> Marks> Taker for Marker<S, M> {
    #[inline]
    fn short(&mut self, at: usize, word: u64) {
        if let Some(marks) = (self.short)(word) {
            self.marked.push(Marked { at, marks });
        }
    }

    fn other(&mut self, at: usize, piece: Piece<'_>) {
        let marks = match piece {
            Piece::Word(word) => (self.mark)(word),
            Piece::Quote => QUOTED,
            Piece::Digits => NUMBER,
        };
        if !marks.is_none() {
            self.marked.push(Marked { at, marks });
        }
    }
}

/// The words of an article that have marks, in order.
#[derive(Debug, Clone)]
pub struct Skim<'a> {
    article: &'a Article,
    marked: Vec<Marked>,
}

impl<'a> Skim<'a> {
    /// Looks at every word once: `short` gives the marks of a word of at most eight letters, as `ShortWords` knows it,
    /// `mark` those of any other; a word without marks has none or [`Marks::NONE`].
    pub fn of(
        article: &'a Article,
        short: impl Fn(u64) -> Option<Marks>,
        mark: impl Fn(&str) -> Marks,
    ) -> Self {
        let marked = Vec::with_capacity(article.text.len() / MARKED_BYTES);
        let mut marker = Marker { marked, short, mark };
        scan(&article.text, &mut marker);
        Self { article, marked: marker.marked }
    }

    /// All marked words.
    pub fn marked(&self) -> &[Marked] {
        &self.marked
    }

    /// The marked words of a stretch of the text.
    pub fn within(&self, range: &Range<usize>) -> &[Marked] {
        let from = self.marked.partition_point(|word| word.at < range.start);
        let to = self.marked.partition_point(|word| word.at < range.end);
        self.marked.get(from..to).unwrap_or_default()
    }

    /// The sentences that concern somebody, out of the paragraphs in which some words do. What a paragraph is for the page
    /// as a whole is not asked: one after "Read also" speaks here like any other.
    pub fn glance(
        &self,
        concerned: impl Fn(&[Marked], Marks) -> Readers,
        some: impl Fn(&[Marked]) -> bool,
    ) -> Glance<'a> {
        let left_out = Cell::new(false);
        let mut outline = self.cut(&concerned, |range| {
            let wanted = some(self.within(range));
            left_out.set(left_out.get() || !wanted);
            wanted
        });
        let all = (!left_out.get()).then(|| outline.clone());
        outline.sentences.retain(|sentence| sentence.concerns != 0 && sentence.part.speaks());
        Glance { few: outline, all }
    }

    /// All sentences.
    pub fn outline(&self, concerned: impl Fn(&[Marked], Marks) -> Readers) -> Outline<'a> {
        self.cut(&concerned, |_| true)
    }

    fn cut(
        &self,
        concerned: &impl Fn(&[Marked], Marks) -> Readers,
        wanted: impl Fn(&Range<usize>) -> bool,
    ) -> Outline<'a> {
        let mut outline = Outline::of_paragraphs(self.article, wanted);
        let (mut paragraph, mut quotation) = (usize::MAX, Quotation::Closed);
        for sentence in &mut outline.sentences {
            if sentence.paragraph != paragraph {
                (paragraph, quotation) = (sentence.paragraph, Quotation::Closed);
            }
            let own = self.within(&(sentence.span.start..sentence.span.end));
            let around = if quotation == Quotation::Closed { Marks::NONE } else { QUOTED };
            sentence.concerns = concerned(own, around);
            if sentence.part.speaks() {
                let signs = own.iter().filter(|word| word.marks.meet(QUOTED));
                quotation = signs.fold(quotation, |quotation, word| quotation.after(self.sign_at(word.at)));
            }
        }
        outline
    }

    fn sign_at(&self, at: usize) -> Option<char> {
        self.article.text.get(at..).and_then(|rest| rest.chars().next())
    }
}

/// What a glance at an article has seen.
#[derive(Debug, Clone)]
pub struct Glance<'a> {
    /// The sentences that concern somebody.
    pub few: Outline<'a>,
    /// All sentences, when no paragraph was left out.
    pub all: Option<Outline<'a>>,
}

/// Parts and sentences of an article, nothing finer.
#[derive(Debug, Clone)]
pub struct Outline<'a> {
    article: &'a Article,
    blocks: Vec<Block>,
    sentences: Vec<Sentence>,
}

impl<'a> Outline<'a> {
    /// Of all of an article that nobody has looked at: every sentence may concern everybody.
    pub fn of(article: &'a Article) -> Self {
        Self::of_paragraphs(article, |_| true)
    }

    /// How many bytes its sentences have.
    pub fn bytes(&self) -> usize {
        self.sentences.iter().map(|sentence| sentence.span.end - sentence.span.start).sum()
    }

    /// Goes into detail in every sentence that speaks.
    pub fn analyse(self) -> Analysis<'a> {
        Analysis::build(self.article, self.blocks, self.sentences, |sentence, _| Some(sentence.concerns))
    }

    /// Goes into detail only in sentences that still concern somebody once their words are seen, not tagged yet.
    pub fn analyse_some(self, concerned: impl Fn(&Sentence, View<'_>) -> Readers) -> Analysis<'a> {
        Analysis::build(self.article, self.blocks, self.sentences, |sentence, view| {
            Some(sentence.concerns & concerned(sentence, view)).filter(|concerns| *concerns != 0)
        })
    }

    /// The blocks of the wanted paragraphs and the sentences of those that speak.
    fn of_paragraphs(article: &'a Article, wanted: impl Fn(&Range<usize>) -> bool) -> Self {
        let blocks = part::blocks(article, wanted);
        let mut sentences = Vec::new();
        for block in &blocks {
            let text = block.span.of(&article.text);
            let pieces = if block.part.speaks() && block.part != Part::Title {
                sentence::split(text)
            } else {
                std::iter::once(0..text.len()).collect()
            };
            for piece in pieces {
                cut_bounded(text, piece, |range| {
                    sentences.push(Sentence {
                        span: Span {
                            start: block.span.start + range.start,
                            end: block.span.start + range.end,
                        },
                        tokens: 0..0,
                        part: block.part,
                        paragraph: block.paragraph,
                        heading: block.heading,
                        bullet: block.bullet,
                        concerns: Readers::MAX,
                        quantities: 0..0,
                        phrases: 0..0,
                        clauses: 0..0,
                    });
                });
            }
        }
        Self { article, blocks, sentences }
    }
}

/// Calls `each` with the stretch, an overlong one cut at white space, else at a character.
fn cut_bounded(text: &str, range: Range<usize>, mut each: impl FnMut(Range<usize>)) {
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
        each(start..cut);
        start = cut;
    }
    each(start..range.end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::article::Draft;

    #[test]
    fn a_sentence_is_quoted_from_the_opening_mark_to_the_closing_one() {
        for (text, expected) in [
            ("He left. \"It rains. It pours. It stops,\" she said. He slept.", "n q q q n"),
            ("\u{201C}It rains,\u{201D} he said. She left. \u{201C}It \"pours. It stops.", "q n q q"),
            ("\u{AB}It rains. \u{201D} It pours.\u{BB} She left.", "q q n"),
            ("He called it \u{2018}rain. It pours.\u{2019} She left.", "q q q"),
            ("He said: \"It rains.\n\nShe left.", "q n"),
        ] {
            let draft = Draft { title: Some("Rain".to_owned()), text: text.to_owned(), ..Draft::default() };
            let article = Article::new(draft, jiff::Timestamp::UNIX_EPOCH);
            let skim = Skim::of(&article, |_| None, |_| Marks::NONE);
            let quoted = |words: &[Marked], around: Marks| {
                Readers::from(words.iter().fold(around, |marks, word| marks | word.marks).meet(QUOTED))
            };
            let sentences = skim.outline(quoted).sentences;
            let found = sentences.iter().filter(|sentence| sentence.part == Part::Body);
            let found = found.map(|sentence| if sentence.concerns == 0 { "n" } else { "q" });
            assert_eq!(found.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }
}
