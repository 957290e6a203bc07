//! Whether two texts are copies of one report. Comes in: the text. Goes out: a sketch of fixed size; two sketches share
//! as many of their numbers, in proportion, as the texts share sequences of four words. Never stores the text.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::model::story::Sketch;
use crate::model::{Article, ArticleId};
use crate::text::english::word_scan::{run, short};

/// Numbers in a sketch: the estimate is off by about a twelfth.
const NUMBERS: usize = 32;

/// Words in a sequence.
const SEQUENCE: usize = 4;

/// Sequences that are mixed side by side: each state waits for the one before it, and others can be worked out meanwhile.
const SIDE_BY_SIDE: usize = 4;

/// From this share on a text is a copy: wire reports are cut at the end and given another headline.
const COPY: f32 = 0.45;

/// How much of a text is compared, in bytes.
const LOOKED_AT: usize = 16_000;

/// Sketches remembered per story; beyond it the oldest go, and a later copy of those counts as a report of its own.
pub(super) const REMEMBERED: usize = 16;

/// The sketch of an article's body. Texts of fewer than forty words make an empty one, which copies nothing: short
/// texts are alike by chance.
pub(super) fn of(article: &Article) -> Vec<u32> {
    let body = article.text.get(article.body_start()..).unwrap_or_default();
    let words = words(body);
    if words.len() < 40 {
        return Vec::new();
    }
    let hashes: Vec<u64> = words.windows(SEQUENCE).map(hash).collect();
    let mut minima = vec![u32::MAX; NUMBERS];
    for some in hashes.chunks(SIDE_BY_SIDE) {
        // What is missing to a full chunk is its first again, which changes no minimum.
        let mut states = [some.first().copied().unwrap_or_default(); SIDE_BY_SIDE];
        states.iter_mut().zip(some).for_each(|(state, hash)| *state = *hash);
        for minimum in &mut minima {
            for state in &mut states {
                // A new permutation for every number: the next state of a linear generator, its upper half taken.
                *state = state.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(0x2545_F491_4F6C_DD1D)
                    ^ (*state >> 29);
                let number = u32::try_from(*state >> 32).unwrap_or(u32::MAX);
                *minimum = (*minimum).min(number);
            }
        }
    }
    minima
}

/// The hashes of the words of a text, as far as it is looked at.
fn words(body: &str) -> Vec<u64> {
    let bytes = body.as_bytes();
    let mut words = Vec::with_capacity(body.len().min(LOOKED_AT) / 5);
    let (mut at, mut read) = (0, 0);
    let mut small = String::new();
    while let Some(first) = bytes.get(at) {
        let (head, end) = run(bytes, at);
        let ends = bytes.get(end).is_none_or(|next| next.is_ascii() && !next.is_ascii_digit());
        if end == at && ends && !first.is_ascii_digit() && first.is_ascii() {
            at += 1;
            continue;
        }
        let letters = short(head, end - at).filter(|_| end > at && ends);
        if let Some(letters) = letters {
            // Nearly all words are a few letters alone.
            read += end - at + 1;
            if read >= LOOKED_AT {
                break;
            }
            words.push(xxh3_64(letters.to_le_bytes().get(..end - at).unwrap_or_default()));
            at = end;
            continue;
        }
        let rest = body.get(at..).unwrap_or_default();
        let plain = bytes.iter().skip(at).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let length = if bytes.get(at + plain).is_none_or(u8::is_ascii) {
            plain
        } else {
            rest.chars().take_while(|letter| letter.is_alphanumeric()).map(char::len_utf8).sum()
        };
        let word = rest.get(..length).unwrap_or_default();
        if word.is_empty() {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        at += length;
        read += length + 1;
        if read >= LOOKED_AT {
            break;
        }
        if length == plain {
            small.clear();
            small.push_str(word);
            small.make_ascii_lowercase();
        } else {
            small = word.to_lowercase();
        }
        words.push(xxh3_64(small.as_bytes()));
    }
    words
}

/// The hash of a sequence of words, given by theirs.
fn hash(sequence: &[u64]) -> u64 {
    let add = |hash: u64, word: &u64| (hash.rotate_left(17) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    sequence.iter().fold(0, add)
}

/// The report that this one copies, if it copies one.
pub(super) fn origin<'a>(minima: &[u32], known: &'a [Arc<Sketch>]) -> Option<&'a ArticleId> {
    known
        .iter()
        .map(|sketch| (shared(minima, &sketch.minima), &sketch.origin))
        .filter(|&(share, _)| share >= COPY)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, origin)| origin)
}

fn shared(one: &[u32], other: &[u32]) -> f32 {
    if one.is_empty() || one.len() != other.len() {
        return 0.0;
    }
    let equal: u32 = one.iter().zip(other).map(|(one, other)| u32::from(one == other)).sum();
    equal as f32 / one.len() as f32
}

/// Remembers a sketch.
pub(super) fn remember(known: &mut Vec<Arc<Sketch>>, origin: &ArticleId, minima: &[u32]) {
    if minima.is_empty() {
        return;
    }
    known.push(Arc::new(Sketch { origin: origin.clone(), minima: minima.to_vec() }));
    if known.len() > REMEMBERED {
        known.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Draft;
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn article(title: &str, body: &str) -> Article {
        let draft = Draft { title: Some(title.to_owned()), text: body.to_owned(), ..Draft::default() };
        Article::new(draft, Timestamp::UNIX_EPOCH)
    }

    const BODY: &str = "The harbour master of Iquique said on Monday that two trawlers had collided in thick fog a mile \
        off the breakwater and that nine of the fourteen men aboard were brought in before noon. Three are being treated \
        for the cold. A navy helicopter searched until dusk and will start again at first light, he said, unless the \
        weather turns. The owner of the smaller boat blamed a broken lamp on the larger one, which its captain denies.";

    proptest! {
        #[test]
        fn words_are_runs_of_letters_and_digits(text in "([a-cA-C1é\u{df}\u{130}’'., -]{0,3}[ -~]{0,5}){0,20}") {
            let runs = text.split(|letter: char| !letter.is_alphanumeric()).filter(|run| !run.is_empty());
            let hashes: Vec<u64> = runs.map(|run| xxh3_64(run.to_lowercase().as_bytes())).collect();
            prop_assert_eq!(words(&text), hashes);
        }
    }

    #[test]
    fn a_cut_copy_under_another_headline_is_a_copy() {
        let first = of(&article("Trawlers collide off Iquique", BODY));
        let known = [Arc::new(Sketch { origin: "first".to_owned(), minima: first })];
        let cut: String = BODY.split_inclusive(". ").take(3).collect();
        assert_eq!(origin(&of(&article("Fog blamed in Chile", &cut)), &known), Some(&"first".to_owned()));
        let other = BODY.split_whitespace().rev().collect::<Vec<_>>().join(" ");
        assert_eq!(origin(&of(&article("Trawlers collide off Iquique", &other)), &known), None);
    }
}
