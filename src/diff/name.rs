//! Names as facts compare them. Comes in: the name of a party, a place or a voice as a text gives it. Goes out: the
//! form under which a fact is kept, and whether two voices are one. Never knows a particular name: that is the
//! gazetteer's.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use foldhash::HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The name without accents, leading article, possessive and odd spacing: the same for every outlet's spelling and
/// whatever was read before, so that facts do not depend on the order of arrival.
pub fn canonical(name: &str) -> String {
    let plain = if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(in_plain_letters(name)) };
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    if words.len() > 1 && words.first().is_some_and(|word| word.eq_ignore_ascii_case("the")) {
        words.remove(0);
    }
    let joined = words.join(" ");
    joined.trim_end_matches("'s").trim_end_matches('\'').trim_matches([',', '.', '"', ' ']).to_owned()
}

fn in_plain_letters(name: &str) -> String {
    name.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .map(|letter| match letter {
            '\u{2018}' | '\u{2019}' | '\u{2bc}' => '\'',
            '\u{2010}'..='\u{2014}' => '-',
            other => other,
        })
        .collect()
}

/// The canonical name, or nothing where there is none.
pub fn canonical_option(name: Option<&str>) -> Option<String> {
    name.map(canonical).filter(|name| !name.is_empty())
}

/// Words of a name that carry no identity of their own.
const EMPTY_WORDS: &[&str] = &[
    "a",
    "an",
    "and",
    "at",
    "by",
    "chief",
    "de",
    "director",
    "du",
    "dr",
    "el",
    "facto",
    "for",
    "from",
    "gen",
    "general",
    "head",
    "his",
    "in",
    "lt",
    "mr",
    "mrs",
    "ms",
    "of",
    "office",
    "official",
    "on",
    "s",
    "spokesman",
    "spokesperson",
    "spokeswoman",
    "that",
    "the",
    "their",
    "to",
    "with",
];

/// Names whose marks are kept; beyond it all are worked out anew.
const REMEMBERED: usize = 4096;

thread_local! {
    /// The parties and voices of a story are compared with each other again and again.
    static KNOWN: RefCell<HashMap<String, Rc<BTreeSet<String>>>> = RefCell::default();
}

/// The words of a name as far as they tell it from others: lower case, without accents, cut to five letters so that
/// "Sudan" meets "Sudanese" and one transliteration meets another.
pub fn marks(name: &str) -> Rc<BTreeSet<String>> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(marks) = known.get(name) {
            return Rc::clone(marks);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let marks = Rc::new(marks_of(name));
        known.insert(name.to_owned(), Rc::clone(&marks));
        marks
    })
}

fn marks_of(name: &str) -> BTreeSet<String> {
    let lower = canonical(name).to_lowercase();
    let words = || lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let cut = |word: &str| match word {
        "centre" => "cente".to_owned(),
        _ => word.chars().take(5).collect(),
    };
    let telling: BTreeSet<String> = words().filter(|word| !EMPTY_WORDS.contains(word)).map(cut).collect();
    if telling.is_empty() { words().map(cut).collect() } else { telling }
}

/// How much the shorter of two names has in common with the longer, from 0 to 1.
fn overlap(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f32 {
    let shorter = one.len().min(other.len());
    if shorter == 0 { 0.0 } else { one.intersection(other).count() as f32 / shorter as f32 }
}

/// How much of the shorter of two names stands in the longer, from 0 to 1.
pub fn likeness(one: &str, other: &str) -> f32 {
    let marks_of_one = marks(one);
    // Those who state figures are mostly named alike.
    if one == other {
        return if marks_of_one.is_empty() { 0.0 } else { 1.0 };
    }
    overlap(&marks_of_one, &marks(other))
}

/// Whether two stating sources are one voice: "the army" and "army spokesman General X" are, "interior ministry" and
/// "education ministry" are not. Outlets that speak for themselves are one voice only with themselves.
pub fn same_voice(one: (Option<&str>, Option<&str>), other: (Option<&str>, Option<&str>)) -> bool {
    match (one.0, other.0) {
        (Some(one), Some(other)) => likeness(one, other) > 0.6,
        (None, None) => one.1.is_some() && one.1 == other.1,
        _ => false,
    }
}

/// Words of those who relay or witness, and of papers that carry a figure without being anybody. They lag behind and
/// differ without disagreeing.
const RELAYING: &[&str] = &[
    "activist",
    "activists",
    "assessment",
    "balance",
    "broadcaster",
    "bulletin",
    "citizens",
    "count",
    "daily",
    "eyewitness",
    "eyewitnesses",
    "inhabitants",
    "journalists",
    "local",
    "locals",
    "media",
    "neighbours",
    "neighbors",
    "newspaper",
    "newspapers",
    "outlets",
    "press",
    "radio",
    "relatives",
    "reporters",
    "reports",
    "residents",
    "resident",
    "survivor",
    "survivors",
    "tally",
    "television",
    "tv",
    "villagers",
    "website",
    "witness",
    "witnesses",
];

/// Whether a source counts for itself, so that its figure can contradict another's: not an unnamed "a nurse", not one
/// who relays ("state television") or witnessed a part ("residents").
pub fn has_authority(source: Option<&str>) -> bool {
    let Some(source) = source else { return false };
    let source = source.trim();
    let words: Vec<&str> = source.split_whitespace().collect();
    let lower = source.to_lowercase();
    let relays = lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| RELAYING.contains(&word))
        || lower.contains("news agency")
        || lower.contains("wire service");
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    let unnamed = matches!(first.as_str(), "a" | "an" | "one" | "some" | "other" | "others" | "several")
        && !words.iter().skip(1).any(|word| word.chars().next().is_some_and(char::is_uppercase));
    !words.is_empty() && !relays && !unnamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_key() {
        assert_eq!(canonical("the Gdańsk  region"), "Gdansk region");
        assert_eq!(canonical("Tromsø"), canonical(" Tromsø "));
        assert_eq!(canonical("Peru’s"), "Peru");
        assert_eq!(canonical_option(Some("  ")), None);
    }

    #[test]
    fn a_voice_is_known_under_its_titles() {
        let voice = |name| (Some(name), None);
        assert!(same_voice(voice("Peruvian navy"), voice("Admiral Jorge Lazo, Peruvian navy spokesman")));
        assert!(same_voice(voice("Peru's health ministry"), voice("Peruvian health ministry")));
        assert!(!same_voice(voice("Peruvian interior ministry"), voice("education ministry")));
        assert!(!same_voice(voice("Peruvian navy"), (None, Some("Lima Post"))));
        assert!(same_voice((None, Some("Lima Post")), (None, Some("Lima Post"))));
        assert!(!same_voice((None, None), (None, None)));
    }

    #[test]
    fn those_who_relay_do_not_contradict() {
        assert!(has_authority(Some("Peruvian navy")));
        assert!(has_authority(Some("hospitals")));
        assert!(!has_authority(Some("state television")));
        assert!(!has_authority(Some("a nurse")));
        assert!(!has_authority(Some("residents of the valley")));
        assert!(!has_authority(None));
    }
}
