//! The trained tagger, laid out to be asked often. Comes in: the words of one sentence. Goes out: the tag that
//! `harper-brill` gives each of them, or none: the same answers as its own `tag_sentence`, which a test holds. Its
//! patches are tried only where the tag they change stands, and those that want a word only where that word is.
//! Never corrects the model: that is `tag`'s to do.

use std::collections::HashMap;
use std::sync::OnceLock;

use harper_brill::UPOS;
use serde::Deserialize;

use super::word_bits::Bits;
use super::word_map::WordMap;

/// The model as `harper-brill` writes it down.
#[derive(Deserialize)]
struct Written {
    base: WrittenBase,
    patches: Vec<WrittenPatch>,
}

#[derive(Deserialize)]
struct WrittenBase {
    mapping: HashMap<String, UPOS>,
}

#[derive(Deserialize)]
struct WrittenPatch {
    from: UPOS,
    to: UPOS,
    criteria: WrittenCriteria,
}

#[derive(Deserialize)]
enum WrittenCriteria {
    WordIsTaggedWith { relative: isize, is_tagged: UPOS },
    AnyWordIsTaggedWith { max_relative: isize, is_tagged: UPOS },
    SandwichTaggedWith { prev_word_tagged: UPOS, post_word_tagged: UPOS },
    WordIs { relative: isize, word: String },
    NounPhraseAt,
    Combined { a: Box<WrittenCriteria>, b: Box<WrittenCriteria> },
}

/// One thing that must hold around a word.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// The word so far away has this tag.
    Tagged(isize, UPOS),
    /// A word between here and so far away has this tag.
    Near(isize, UPOS),
    /// The words before and behind have these tags.
    Between(UPOS, UPOS),
    /// The word so far away is the one at this place of [`Model::wanted`].
    Word(isize, usize),
    /// Nothing fulfils it.
    Never,
}

impl Test {
    /// The tags without which it holds nowhere.
    fn wants(&self) -> u32 {
        match *self {
            Self::Tagged(_, tag) | Self::Near(_, tag) => bit(tag),
            Self::Between(before, behind) => bit(before) | bit(behind),
            Self::Word(..) | Self::Never => 0,
        }
    }
}

/// A change of one tag into another where all tests hold.
#[derive(Debug)]
struct Patch {
    from: UPOS,
    to: UPOS,
    tests: Vec<Test>,
    /// A word that must stand in the sentence.
    needs: Option<usize>,
    /// The tags that must stand in the sentence, a bit each.
    wants: u32,
    /// It asks only for tags at fixed places.
    plain: bool,
}

/// What the model says of a word by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Entry {
    tag: Option<UPOS>,
    /// The words of [`Model::wanted`] that it passes for, a bit each.
    passes_for: u128,
}

/// The model.
#[derive(Debug)]
pub(super) struct Model {
    words: WordMap<Box<str>, Entry>,
    patches: Vec<Patch>,
    /// Of each tag the patches that change it, a bit each.
    changing: [PatchSet; TAGS],
    /// The patches that need no word.
    wordless: PatchSet,
    /// Of each wanted word the patches that need it.
    needing: Vec<PatchSet>,
    /// The words that patches ask for; at most 128.
    wanted: Vec<Box<str>>,
    /// Which of them begin with this byte, in small letters or capitals.
    wanted_from: Box<[u128; 256]>,
}

/// How many tags there may be.
const TAGS: usize = 32;

/// A bit for each patch.
#[derive(Debug, Clone, Copy, Default)]
struct PatchSet([u64; 4]);

impl PatchSet {
    fn add(&mut self, place: usize) {
        if let Some(bits) = self.0.get_mut(place / 64) {
            *bits |= 1 << (place % 64);
        }
    }

    fn or(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(bits, other)| *bits |= other);
    }
}

/// The model, read once.
pub(super) fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| {
        // A model that cannot be read leaves every word without a guess: the shapes of words decide.
        let written =
            serde_json::to_value(&*harper_brill::brill_tagger()).and_then(serde_json::from_value::<Written>);
        Model::of(written.unwrap_or_else(|_| Written {
            base: WrittenBase { mapping: HashMap::new() },
            patches: Vec::new(),
        }))
    })
}

impl Model {
    fn of(written: Written) -> Self {
        let mut wanted: Vec<Box<str>> = Vec::new();
        let patches = written.patches.into_iter().map(|patch| {
            let mut tests = Vec::new();
            flatten(patch.criteria, &mut wanted, &mut tests);
            let needs = tests.iter().find_map(|test| match test {
                Test::Word(_, word) => Some(*word),
                _ => None,
            });
            let wants = tests.iter().fold(0, |wants, test| wants | test.wants());
            let plain = tests.iter().all(|test| matches!(test, Test::Tagged(..) | Test::Between(..)));
            Patch { from: patch.from, to: patch.to, tests, needs, wants, plain }
        });
        // More patches than a set holds would be another model than the one that is pinned.
        let patches: Vec<Patch> = patches.take(256).collect();
        let mut wanted_from = Box::new([0; 256]);
        for (place, word) in wanted.iter().enumerate() {
            let first = word
                .bytes()
                .next()
                .map_or([0, 0], |byte| [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]);
            for byte in first {
                if let Some(bits) = wanted_from.get_mut(usize::from(byte)) {
                    *bits |= bit_at(place);
                }
            }
        }
        let (mut changing, mut wordless) = ([PatchSet::default(); TAGS], PatchSet::default());
        let mut needing = vec![PatchSet::default(); wanted.len()];
        for (place, patch) in patches.iter().enumerate() {
            if let Some(set) = changing.get_mut(patch.from as usize) {
                set.add(place);
            }
            patch.needs.and_then(|word| needing.get_mut(word)).unwrap_or(&mut wordless).add(place);
        }
        let words = WordMap::default();
        let mut model = Self { words, patches, changing, wordless, needing, wanted, wanted_from };
        let words = written.base.mapping.into_iter().map(|(word, tag)| {
            let passes_for = model.passes_for(&word);
            (word.into_boxed_str(), Entry { tag: Some(tag), passes_for })
        });
        model.words = words.collect();
        model
    }

    /// Which wanted words a word passes for. The model compares letter by letter up to the end of the shorter of the
    /// two, so that "th" passes for "that".
    fn passes_for(&self, word: &str) -> u128 {
        let alike = |wanted: &str| word.chars().zip(wanted.chars()).all(|(a, b)| a.eq_ignore_ascii_case(&b));
        // No word at all passes for every one.
        let mut left = word.bytes().next().map_or(u128::MAX, |first| {
            self.wanted_from.get(usize::from(first)).copied().unwrap_or(u128::MAX)
        });
        let mut bits = 0;
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            if self.wanted.get(place).is_some_and(|wanted| alike(wanted)) {
                bits |= bit_at(place);
            }
        }
        bits
    }

    /// What it says of a word in lower case.
    pub(super) fn entry(&self, word: &str) -> Entry {
        if word.is_ascii() {
            let known = self.words.get(word).copied();
            return known.unwrap_or_else(|| Entry { tag: None, passes_for: self.passes_for(word) });
        }
        // The model lowers words once more in its own way.
        let tag = self.words.get(word.to_lowercase().as_str()).and_then(|entry| entry.tag);
        Entry { tag, passes_for: self.passes_for(word) }
    }

    /// Whether it knows a word in lower case.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    /// The words that it knows.
    pub(super) fn vocabulary(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(|word| &**word)
    }

    /// The tag of a word that stands alone.
    pub(super) fn alone(&self, word: &str) -> Option<UPOS> {
        let mut guesses = Guesses::default();
        self.tag(std::iter::once(self.entry(word)), &mut guesses);
        guesses.tags.first().copied().flatten()
    }

    /// The tags of the words of a sentence, left in `guesses`.
    pub(super) fn tag(&self, words: impl Iterator<Item = Entry>, guesses: &mut Guesses) {
        guesses.tags.clear();
        guesses.passes_for.clear();
        let (mut present, mut tags) = (0_u128, 0_u32);
        for entry in words {
            present |= entry.passes_for;
            tags |= entry.tag.map_or(0, bit);
            guesses.tags.push(entry.tag);
            guesses.passes_for.push(entry.passes_for);
        }
        let mut possible = self.wordless;
        while present != 0 {
            possible.or(self.needing.get(present.trailing_zeros() as usize).copied().unwrap_or_default());
            present &= present - 1;
        }
        let mut changing = PatchSet::default();
        let mut left = tags;
        while left != 0 {
            changing.or(self.changing_from(left.trailing_zeros() as usize));
            left &= left - 1;
        }
        if let Some(mut places) = Places::<u64>::of(&guesses.tags) {
            self.patch(possible, changing, tags, |patch| patch.change_where_it_fits(&mut places, guesses));
        } else if let Some(mut places) = Places::<u128>::of(&guesses.tags) {
            self.patch(possible, changing, tags, |patch| patch.change_where_it_fits(&mut places, guesses));
        } else {
            self.patch(possible, changing, tags, |patch| patch.change_everywhere(guesses));
        }
    }

    /// Tries the possible patches one after the other, as long as their tags stand in the sentence; `change` does what one
    /// of them does and says whether it did anything.
    fn patch(
        &self,
        possible: PatchSet,
        mut changing: PatchSet,
        mut tags: u32,
        mut change: impl FnMut(&Patch) -> bool,
    ) {
        for (block, possible) in possible.0.into_iter().enumerate() {
            let mut left = possible;
            loop {
                let both = left & changing.0.get(block).copied().unwrap_or(0);
                if both == 0 {
                    break;
                }
                let at = both.trailing_zeros();
                // What a change makes possible is tried from here on, never before.
                left = possible & u64::MAX.checked_shl(at + 1).unwrap_or(0);
                let Some(patch) = self.patches.get(block * 64 + at as usize) else { continue };
                if patch.wants & !tags == 0 && change(patch) {
                    tags |= bit(patch.to);
                    changing.or(self.changing_from(patch.to as usize));
                }
            }
        }
    }

    /// The patches that change a tag.
    fn changing_from(&self, tag: usize) -> PatchSet {
        self.changing.get(tag).copied().unwrap_or_default()
    }
}

/// Where each tag stands in a sentence.
struct Places<B>([B; TAGS]);

impl<B: Bits> Places<B> {
    /// Nothing for a sentence of more words than there are bits.
    fn of(tags: &[Option<UPOS>]) -> Option<Self> {
        if tags.len() > B::WORDS {
            return None;
        }
        let mut places = [B::NONE; TAGS];
        for (at, tag) in tags.iter().enumerate() {
            if let Some(place) = tag.and_then(|tag| places.get_mut(tag as usize)) {
                *place = *place | B::one(at);
            }
        }
        Some(Self(places))
    }

    /// Notes that a patch has changed the tag of a word.
    fn change(&mut self, at: usize, patch: &Patch) {
        if let Some(place) = self.0.get_mut(patch.from as usize) {
            *place = *place & !B::one(at);
        }
        if let Some(place) = self.0.get_mut(patch.to as usize) {
            *place = *place | B::one(at);
        }
    }

    /// The words that have a word with this tag so far away from them.
    #[inline]
    fn from(&self, tag: UPOS, relative: isize) -> B {
        let places = self.0.get(tag as usize).copied().unwrap_or(!B::NONE);
        let by = relative.unsigned_abs();
        if relative < 0 { places.behind(by) } else { places.before(by) }
    }
}

impl Patch {
    /// Changes the tag of the word at `at` if all tests hold there; says whether.
    fn change(&self, at: usize, guesses: &mut Guesses) -> bool {
        let holds = guesses.is(Some(at), self.from) && self.tests.iter().all(|test| guesses.fulfil(test, at));
        match guesses.tags.get_mut(at).filter(|_| holds) {
            Some(tag) => *tag = Some(self.to),
            None => return false,
        }
        true
    }

    /// Changes the tag of a word for which it fits, if all tests hold there; says whether.
    fn change_there(&self, at: usize, guesses: &mut Guesses) -> bool {
        match guesses.tags.get_mut(at).filter(|_| self.plain) {
            Some(tag) => {
                *tag = Some(self.to);
                true
            }
            None => self.change(at, guesses),
        }
    }

    /// Changes the tags of all words for which the tests hold, from the first to the last; says whether any was.
    fn change_everywhere(&self, guesses: &mut Guesses) -> bool {
        let mut changed = false;
        for at in 0..guesses.tags.len() {
            changed |= self.change(at, guesses);
        }
        changed
    }

    /// The same, trying only the words that it may change.
    fn change_where_it_fits<B: Bits>(&self, places: &mut Places<B>, guesses: &mut Guesses) -> bool {
        let mut changed = false;
        let mut left = self.fits(places);
        while let Some(at) = left.first() {
            // What stands behind it.
            let behind = (!B::NONE).behind(at + 1);
            left = left & behind;
            if self.change_there(at, guesses) {
                changed = true;
                places.change(at, self);
                // What has changed tells of the words behind it.
                left = self.fits(places) & behind;
            }
        }
        changed
    }

    /// The words that it may change, a bit for each: none that it does change is missed.
    #[inline]
    fn fits<B: Bits>(&self, places: &Places<B>) -> B {
        let mut found = places.from(self.from, 0);
        for test in &self.tests {
            if found == B::NONE {
                break;
            }
            let fits = match *test {
                Test::Tagged(relative, tag) => places.from(tag, relative),
                Test::Near(farthest, tag) => (farthest.min(0)..farthest.max(0))
                    .fold(B::NONE, |found, relative| found | places.from(tag, relative)),
                Test::Between(before, behind) => places.from(before, -1) & places.from(behind, 1),
                Test::Word(..) => !B::NONE,
                Test::Never => B::NONE,
            };
            found = found & fits;
        }
        found
    }
}

/// The bit of the wanted word at a place.
fn bit_at(place: usize) -> u128 {
    1_u128.checked_shl(u32::try_from(place).unwrap_or(128)).unwrap_or(0)
}

/// A set with one tag in it.
const fn bit(tag: UPOS) -> u32 {
    1 << tag as u32
}

/// Reads a criterion into tests that must all hold.
fn flatten(criteria: WrittenCriteria, wanted: &mut Vec<Box<str>>, tests: &mut Vec<Test>) {
    match criteria {
        WrittenCriteria::WordIsTaggedWith { relative, is_tagged } => {
            tests.push(Test::Tagged(relative, is_tagged));
        }
        WrittenCriteria::AnyWordIsTaggedWith { max_relative, is_tagged } => {
            tests.push(Test::Near(max_relative, is_tagged));
        }
        WrittenCriteria::SandwichTaggedWith { prev_word_tagged, post_word_tagged } => {
            tests.push(Test::Between(prev_word_tagged, post_word_tagged));
        }
        WrittenCriteria::WordIs { relative, word } => {
            let place = wanted.iter().position(|other| **other == *word).unwrap_or_else(|| {
                wanted.push(word.into_boxed_str());
                wanted.len() - 1
            });
            // More words than there are bits would be another model than the one that is pinned.
            tests.push(if place < 128 { Test::Word(relative, place) } else { Test::Never });
        }
        WrittenCriteria::NounPhraseAt => tests.push(Test::Never),
        WrittenCriteria::Combined { a, b } => {
            flatten(*a, wanted, tests);
            flatten(*b, wanted, tests);
        }
    }
}

/// Tags of a sentence, kept from one sentence to the next so that their space is.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    /// A tag for each word.
    pub(super) tags: Vec<Option<UPOS>>,
    passes_for: Vec<u128>,
}

impl Guesses {
    fn is(&self, at: Option<usize>, tag: UPOS) -> bool {
        at.and_then(|at| self.tags.get(at)) == Some(&Some(tag))
    }

    fn fulfil(&self, test: &Test, at: usize) -> bool {
        match *test {
            Test::Tagged(relative, tag) => self.is(at.checked_add_signed(relative), tag),
            Test::Near(farthest, tag) => at.checked_add_signed(farthest).is_some_and(|farthest| {
                (farthest.min(at)..farthest.max(at)).any(|near| self.is(Some(near), tag))
            }),
            Test::Between(before, behind) => {
                self.is(at.checked_sub(1), before) && self.is(at.checked_add(1), behind)
            }
            Test::Word(relative, word) => {
                let there = at.checked_add_signed(relative).and_then(|at| self.passes_for.get(at));
                there.is_some_and(|passes_for| passes_for >> word & 1 == 1)
            }
            Test::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use harper_brill::Tagger;
    use proptest::prelude::*;

    use super::*;

    fn theirs(sentence: &[String]) -> Vec<Option<UPOS>> {
        harper_brill::brill_tagger().tag_sentence(sentence)
    }

    fn ours(sentence: &[String]) -> Vec<Option<UPOS>> {
        let mut guesses = Guesses::default();
        model().tag(sentence.iter().map(|word| model().entry(word)), &mut guesses);
        guesses.tags
    }

    #[test]
    fn the_model_is_there() {
        assert!(model().words.len() > 20_000 && model().patches.len() > 150 && model().wanted.len() <= 128);
    }

    proptest! {
        #[test]
        fn tags_are_those_of_the_library(places in prop::collection::vec(any::<prop::sample::Index>(), 0..60)) {
            // Every other word is one that patches ask for, so that they meet.
            let mut words: Vec<&str> = model().words.keys().map(|word| &**word).collect();
            words.sort_unstable();
            let wanted = &model().wanted;
            let sentence: Vec<String> = places
                .iter()
                .enumerate()
                .map(|(at, place)| match at % 4 {
                    0 | 1 => place.get(wanted).to_lowercase(),
                    2 => (*place.get(&words)).to_owned(),
                    _ => (*place.get(&["", "th", "zzyzx", "\u{e9}t\u{e9}", "\u{130}n", "that's", "t"])).to_owned(),
                })
                .collect();
            prop_assert_eq!(ours(&sentence), theirs(&sentence));
        }
    }
}
