//! Lenient comparison of names, for scoring only. Comes in: two names. Goes out: whether they plausibly mean the same
//! actor. Never used to decide what is news.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Words that say what an office is rather than whose it is: two names that share only these are not the same.
const OFFICE_WORDS: &[&str] = &[
    "the",
    "a",
    "an",
    "of",
    "and",
    "in",
    "on",
    "for",
    "to",
    "at",
    "government",
    "govt",
    "ministry",
    "minister",
    "ministers",
    "foreign",
    "defense",
    "defence",
    "president",
    "prime",
    "state",
    "republic",
    "authorities",
    "authority",
    "officials",
    "official",
    "de",
    "facto",
    "leader",
    "spokesman",
    "spokeswoman",
    "spokesperson",
    "armed",
    "forces",
    "army",
    "military",
    "general",
    "national",
    "mr",
    "ms",
    "dr",
    "sir",
];

/// Words of this many letters and more are also compared by their first five, so that demonyms match their country.
const STEM_LETTERS: usize = 5;

/// True when two names plausibly mean the same actor; two missing names do.
pub(super) fn same_name(one: Option<&str>, other: Option<&str>) -> bool {
    let (one, other) = (words(one.unwrap_or_default()), words(other.unwrap_or_default()));
    if one.is_empty() || other.is_empty() {
        return one.is_empty() && other.is_empty();
    }
    let (one, other) = (core(one), core(other));
    if !one.is_disjoint(&other) {
        return true;
    }
    !stems(&one).is_disjoint(&stems(&other))
}

fn words(name: &str) -> BTreeSet<String> {
    let plain: String = name.nfkd().filter(char::is_ascii).collect::<String>().to_ascii_lowercase();
    let plain = plain
        .split_whitespace()
        .map(|word| word.strip_suffix("'s").unwrap_or(word))
        .collect::<Vec<_>>()
        .join(" ");
    plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn core(words: BTreeSet<String>) -> BTreeSet<String> {
    let core: BTreeSet<String> =
        words.iter().filter(|word| !OFFICE_WORDS.contains(&word.as_str())).cloned().collect();
    if core.is_empty() { words } else { core }
}

fn stems(words: &BTreeSet<String>) -> BTreeSet<&str> {
    words
        .iter()
        .filter(|word| word.len() >= STEM_LETTERS)
        .filter_map(|word| word.get(..STEM_LETTERS))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::same_name;

    #[test]
    fn compares_names_leniently() {
        for (one, other, same) in [
            (None, None, true),
            (Some("Norway"), None, false),
            (Some("Kenyan foreign ministry"), Some("Kenya"), true),
            (Some("the foreign ministry"), Some("the defence ministry"), true),
            (Some("Peru's president"), Some("Chile's president"), false),
            (Some("José Peña"), Some("Pena"), true),
        ] {
            assert_eq!(same_name(one, other), same, "{one:?} against {other:?}");
        }
    }
}
