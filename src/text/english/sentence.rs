//! Finds the sentences of a paragraph. Comes in: the text of a block. Goes out: byte ranges in it, without the white
//! space around. Never looks at grammar: only at signs, capitals and a list of abbreviations. One pass, linear.

use std::ops::Range;
use std::sync::LazyLock;

use super::word_map::WordMap;

/// Words whose full stop does not end a sentence when more follows on the line.
const NEVER_LAST: &[&str] = &[
    "mr", "mrs", "ms", "messrs", "dr", "prof", "gen", "col", "lt", "capt", "cmdr", "sgt", "cpl", "maj",
    "brig", "adm", "gov", "sen", "rep", "reps", "sens", "rev", "fr", "hon", "pres", "st", "mt", "ft", "vs",
    "approx", "no", "nos", "fig", "supt", "insp", "det", "amb", "sec", "min", "spc", "pvt", "pfc", "atty",
    "dist", "const", "e.g", "i.e", "cf", "viz",
];

/// Words whose full stop may also end a sentence: it does before a word that usually starts one.
const SOMETIMES_LAST: &[&str] = &[
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "inc", "ltd", "co",
    "corp", "bros", "etc", "dept", "jr", "sr", "est", "ave", "blvd", "rd", "al", "ariz", "calif", "colo",
    "conn", "fla", "ga", "ill", "ind", "kan", "ky", "la", "md", "mass", "mich", "minn", "miss", "mo", "mont",
    "neb", "nev", "okla", "ore", "pa", "tenn", "tex", "va", "wash", "wis", "ala", "ark", "a.m", "p.m", "u.s",
    "u.k", "u.n", "e.u", "d.c", "n.y", "tel", "km", "kg", "hr", "hrs", "mins", "mon", "tue", "tues", "wed",
    "thu", "thur", "thurs", "fri", "sat", "sun",
];

/// Words that begin a sentence far more often than they continue a name.
const STARTERS: &[&str] = &[
    "the",
    "a",
    "an",
    "in",
    "on",
    "at",
    "he",
    "she",
    "it",
    "they",
    "we",
    "i",
    "this",
    "that",
    "these",
    "those",
    "but",
    "and",
    "his",
    "her",
    "its",
    "their",
    "our",
    "there",
    "some",
    "many",
    "most",
    "several",
    "as",
    "after",
    "before",
    "when",
    "while",
    "if",
    "although",
    "since",
    "for",
    "from",
    "with",
    "according",
    "authorities",
    "officials",
    "police",
    "local",
    "meanwhile",
    "however",
    "no",
    "at",
    "more",
    "another",
    "residents",
    "witnesses",
    "earlier",
    "later",
    "both",
    "all",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "so",
    "then",
    "what",
    "who",
    "about",
    "by",
    "to",
    "not",
    "also",
    "under",
    "among",
    "during",
    "despite",
    "you",
    "my",
    "yet",
    "nearly",
    "over",
    "only",
    "dozens",
    "hundreds",
    "thousands",
    "rescuers",
    "firefighters",
    "photo",
    "image",
];

/// What the lists say of a word.
#[derive(Debug, Clone, Copy, Default)]
struct Listed {
    never_last: bool,
    sometimes_last: bool,
    starts: bool,
}

static LISTED: LazyLock<WordMap<&'static str, Listed>> = LazyLock::new(|| {
    let mut listed: WordMap<&'static str, Listed> = WordMap::default();
    NEVER_LAST.iter().for_each(|word| listed.entry(word).or_default().never_last = true);
    SOMETIMES_LAST.iter().for_each(|word| listed.entry(word).or_default().sometimes_last = true);
    STARTERS.iter().for_each(|word| listed.entry(word).or_default().starts = true);
    listed
});

/// Longer words are in no list.
const LISTED_BYTES_MAX: usize = 16;

/// What the lists say of a word in any letters.
fn listed(word: &str) -> Listed {
    let mut buffer = [0; LISTED_BYTES_MAX];
    let Some(lower) = buffer.get_mut(..word.len()) else { return Listed::default() };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok().and_then(|lower| LISTED.get(lower)).copied().unwrap_or_default()
}

/// Whether `word`, without its full stop, is an abbreviation written with one.
pub(super) fn is_abbreviation(word: &str) -> bool {
    let listed = listed(word.trim_end_matches('.'));
    listed.never_last || listed.sometimes_last
}

/// The sentences of `text`.
pub fn split(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some((at, sign)) = next_final(text, from) {
        let mut end = at + sign.len_utf8();
        // A run of signs ("?!", "...") ends together with the marks that close a quotation or a bracket.
        while let Some(next) = text.get(end..).and_then(|rest| rest.chars().next())
            && (matches!(next, '.' | '!' | '?' | '…') || closes(text, end, next))
        {
            end += next.len_utf8();
        }
        from = end;
        if ends_sentence(text, start, at, end, sign) {
            push_trimmed(text, start..end, &mut found);
            start = end;
        }
    }
    push_trimmed(text, start..text.len(), &mut found);
    found
}

/// Where the first of the wanted bytes stands. Looks at many together before it looks at each.
pub(super) fn first_byte<const COUNT: usize>(bytes: &[u8], wanted: [u8; COUNT]) -> Option<usize> {
    let (chunks, _) = bytes.as_chunks::<32>();
    // Without a branch for each byte, so that they are compared side by side.
    let hit = |byte: u8| wanted.iter().fold(0, |hit, &wanted| hit | u8::from(byte == wanted));
    let any = |chunk: &[u8; 32]| chunk.iter().fold(0, |any, &byte| any | hit(byte)) != 0;
    let skipped = chunks.iter().position(any).unwrap_or(chunks.len()) * 32;
    let rest = bytes.get(skipped..)?;
    rest.iter().position(|&byte| hit(byte) != 0).map(|at| skipped + at)
}

/// The first sign from `from` on that may end a sentence.
fn next_final(text: &str, from: usize) -> Option<(usize, char)> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        // The first bytes of the signs that are not of ASCII.
        let skipped = first_byte(rest.as_bytes(), [b'.', b'!', b'?', 0xE2, 0xE3])?;
        let sign = rest.get(skipped..)?.chars().next()?;
        at += skipped;
        if matches!(sign, '.' | '!' | '?' | '…' | '。') {
            return Some((at, sign));
        }
        at += sign.len_utf8();
    }
}

/// Whether the mark at `at`, right after a final sign, closes something.
fn closes(text: &str, at: usize, sign: char) -> bool {
    match sign {
        '”' | '’' | ')' | ']' | '»' => true,
        // A straight mark closes when white space, another sign or nothing follows it.
        '"' | '\'' => {
            text.get(at + 1..).and_then(|rest| rest.chars().next()).is_none_or(|next| !next.is_alphanumeric())
        }
        _ => false,
    }
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(piece) = text.get(range.clone()) else { return };
    let left = piece.len() - piece.trim_start().len();
    let right = piece.len() - piece.trim_end().len();
    if left + right < piece.len() {
        found.push(range.start + left..range.end - right);
    }
}

/// Whether the sign at `at` (with its closers up to `end`) ends the sentence that began at `start`.
fn ends_sentence(text: &str, start: usize, at: usize, end: usize, sign: char) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let next = rest.chars().find(|next| !next.is_whitespace());
    let Some(next) = next else { return true };
    let spaced = rest.starts_with(char::is_whitespace);
    let opens = matches!(next, '“' | '"' | '‘' | '\'' | '«' | '(' | '[' | '•' | '*' | '–' | '—' | '-');
    if !spaced {
        return missing_space(text, start, at, end, next) || (matches!(next, '“' | '«') && sign == '.');
    }
    if next.is_lowercase() {
        // Only a line break makes a new sentence here, and those are cut before.
        return false;
    }
    if sign != '.' {
        return true;
    }
    let word = last_word(text.get(start..at).unwrap_or_default());
    let bare = word.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    let listed_as = listed(bare);
    if end > at + 1 && !text.get(at + 1..end).is_some_and(|run| run.starts_with('.')) && !bare.is_empty() {
        // A closing mark follows the full stop: abbreviations hardly stand there.
        return true;
    }
    let digit_next = next.is_ascii_digit();
    if listed_as.never_last {
        // "No." is an abbreviation before a figure, and an answer otherwise.
        return ["no", "nos", "min", "sec", "ft", "mt"].iter().any(|word| bare.eq_ignore_ascii_case(word))
            && !digit_next
            && !bare.starts_with(char::is_uppercase);
    }
    let mut letters = bare.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    let acronym = bare.contains('.');
    if initial || acronym || listed_as.sometimes_last {
        let follower = rest.trim_start().trim_start_matches(['“', '"', '‘', '\'']);
        let follower = follower.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
        return !digit_next && (opens || listed(follower).starts);
    }
    // A list number: "1. Title" at the start of the sentence.
    if bare.len() <= 2
        && !bare.is_empty()
        && bare.bytes().all(|byte| byte.is_ascii_digit())
        && at <= start + 4
    {
        return false;
    }
    next.is_uppercase() || digit_next || opens || !next.is_ascii()
}

/// "…killed.The": lower-case letters before, a capital and a lower-case letter after, and no address around.
fn missing_space(text: &str, start: usize, at: usize, end: usize, next: char) -> bool {
    if !next.is_uppercase() {
        return false;
    }
    let word = last_word(text.get(start..at).unwrap_or_default());
    let after = text.get(end..).unwrap_or_default();
    let second_lower = after.chars().nth(1).is_some_and(|sign| sign.is_lowercase() || sign.is_whitespace());
    let word_end = after.find(char::is_whitespace).unwrap_or(after.len());
    let address = word.contains("www")
        || word.contains('@')
        || word.contains('/')
        || after.get(..word_end).is_some_and(|rest| rest.contains('/'));
    let tail: Vec<char> = word.chars().rev().take(2).collect();
    let lower_before =
        tail.len() == 2 && tail.iter().all(|sign| sign.is_lowercase() || sign.is_ascii_digit());
    second_lower && !address && (lower_before || end > at + 1)
}

/// The last stretch without white space; looks back at most 64 bytes, which is longer than any abbreviation.
fn last_word(text: &str) -> &str {
    let mut from = text.len().saturating_sub(64);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let tail = text.get(from..).unwrap_or_default();
    tail.rsplit(char::is_whitespace).next().unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test may panic")]
mod tests {
    use super::split;

    #[test]
    fn finds_sentences() {
        for text in [
            "Rain fell in Oslo.|It stopped at noon.",
            "Gen. Lars Holm met Dr. J. R. Vik.|They spoke.",
            "The U.S. Army left.|The rest of the U.S. was quiet.",
            "It began at 8 p.m. Tuesday.|It ended at 9 p.m.|The crowd went home.",
            "“We lost all.”|Mia wept.",
            "\"Why?\" he asked.|\"Nobody knows.\"|She left.",
            "\"Stay!\" she cried.|He stayed.",
            "He saw No. 5 leave on Sept. 20 at dawn.|No one spoke.",
            "The roof fell.|Two died.",
            "It rose by 1.2 percent.|3 more came.",
            "Ships sank (two near Bergen.)|All were old.",
            "1. First point of the list.",
            "Look at www.Example.com for more.",
            "What now?|Nothing...|Then a bang.",
        ] {
            let joined = text.replace('|', " ");
            let found: Vec<&str> = split(&joined).into_iter().map(|range| &joined[range]).collect();
            assert_eq!(found.join("|"), text);
        }
        let glued = "The roof fell.Two people died.";
        assert_eq!(split(glued).len(), 2);
    }
}
