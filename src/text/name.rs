//! How names are written: one key for all spellings of one name, and the short forms that a text introduces itself.
//! Comes in: names and text. Goes out: keys and pairs of long and short form. Knows no list of names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::gazetteer_tables::without_accents;

/// A key that is the same for the usual transliterations of one name: accents, doubled letters, silent "h" and the
/// letters that romanisations disagree on ("Stepanyan", "Stepanian", "Stepanjan") do not count. Two different names
/// rarely share a key; a key is no name and is never shown.
pub fn spelling_key(name: &str) -> String {
    let plain =
        if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(without_accents(name).to_lowercase()) };
    let mut key = String::with_capacity(plain.len());
    let mut previous = ' ';
    for c in plain.chars() {
        let c = match c.to_ascii_lowercase() {
            'j' | 'y' => 'i',
            'c' | 'q' => 'k',
            'w' => 'v',
            'z' => 's',
            c if c.is_alphanumeric() => c,
            _ => ' ',
        };
        // "gh", "kh", "sh", "th", "dh" lose their "h"; doubled letters are one; "ou" and "oo" are "u".
        let silent = c == 'h' && previous.is_alphabetic() && !matches!(previous, 'a' | 'e' | 'i' | 'o' | 'u');
        if silent || (c == previous) {
            continue;
        }
        if previous == 'o' && c == 'u' {
            key.pop();
        }
        previous = c;
        key.push(c);
    }
    key.truncate(key.trim_end().len());
    // Slavic "-sky", "-skyy", "-skiy", "-skij" are one ending already; a final "ii" was folded to "i" above.
    key
}

/// The last word of a personal name, without "Jr" and numerals: what later sentences call the person by.
pub fn surname(name: &str) -> &str {
    let mut words = name.split_whitespace().rev();
    let last = words.next().unwrap_or_default();
    let suffix = matches!(last.trim_end_matches('.'), "Jr" | "Sr" | "II" | "III" | "IV");
    if suffix { words.next().unwrap_or(last) } else { last }
}

/// Short forms that the text itself explains: "the Harbour Workers' League (HWL)" and "HWL (Harbour Workers'
/// League)". From the short form to the long one. At most `ACRONYMS_MAX`: what comes later in a text that
/// introduces more is not learnt.
pub fn introduced_acronyms(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (at, _) in text.match_indices('(') {
        if found.len() >= ACRONYMS_MAX {
            break;
        }
        let inside = text.get(at + 1..).unwrap_or_default();
        let Some(close) = inside.bytes().take(80).position(|byte| byte == b')') else { continue };
        let inside = inside.get(..close).unwrap_or_default().trim();
        let before = text.get(..at).unwrap_or_default().trim_end();
        if is_acronym(inside) {
            if let Some(long) = long_form_before(before, inside) {
                found.entry(inside.to_owned()).or_insert(long);
            }
        } else if let Some(short) = before.rsplit(|c: char| c.is_whitespace()).next()
            && is_acronym(short)
            && explains(inside, short)
        {
            found.entry(short.to_owned()).or_insert_with(|| inside.to_owned());
        }
    }
    found
}

/// A report that introduces more short forms than this is a glossary.
const ACRONYMS_MAX: usize = 50;

fn is_acronym(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_uppercase()).count();
    (2..=8).contains(&letters) && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || c == '-')
}

/// Whether the capital letters of `long`, in order, spell most of `short`. Foreign acronyms rarely spell their
/// English translation, so the first letter or half of the letters is enough.
fn explains(long: &str, short: &str) -> bool {
    let initials: Vec<char> = long
        .split(|c: char| c.is_whitespace() || c == '-')
        .filter_map(|word| word.chars().next())
        .filter(|c| c.is_uppercase())
        .collect();
    if initials.len() < 2 {
        return false;
    }
    let mut rest = initials.iter();
    let spelled =
        short.chars().filter(|letter| rest.clone().any(|c| c == letter) && rest.any(|c| c == letter)).count();
    spelled * 2 >= short.chars().count()
}

/// The run of capitalised words (with "of", "the", "for", "and" inside) that ends `before`.
fn long_form_before(before: &str, short: &str) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for word in before.rsplit(char::is_whitespace).take(12) {
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        let ends_other = word.ends_with(['.', ',', ';', ':', ')']) && !words.is_empty();
        if ends_other || !(capital || is_inner_word(word)) {
            break;
        }
        words.push(word);
    }
    while words.last().is_some_and(|word| is_inner_word(word) || matches!(*word, "The" | "A" | "An")) {
        words.pop();
    }
    words.reverse();
    let initials = |words: &[&str]| {
        words.iter().filter(|word| word.chars().next().is_some_and(char::is_uppercase)).count()
    };
    let long = words.join(" ");
    (initials(&words) >= 2 && explains(&long, short)).then_some(long)
}

fn is_inner_word(word: &str) -> bool {
    matches!(
        word,
        "of" | "the" | "for" | "and" | "in" | "on" | "to" | "against" | "de" | "la" | "du" | "del" | "&"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_share_a_key() {
        let same = |a: &str, b: &str| assert_eq!(spelling_key(a), spelling_key(b));
        same("Stepanyan", "Stepanian");
        same("Petrosjan", "Petrosyan");
        same("Pašić", "Pasic");
        same("Zelensky", "Zelenskyy");
        same("Gegham", "Gegam");
        same("Bourguiba", "Burguiba");
        assert_ne!(spelling_key("Kovalenko"), spelling_key("Kovalev"));
    }

    #[test]
    fn learns_acronyms_where_the_text_explains_them() {
        let found = introduced_acronyms(
            "The Movement for Coastal Reform (MCR) met. The PLT (Party of Liberty and Truth) left. Fuel (LPG) fell.",
        );
        assert_eq!(found.get("MCR").map(String::as_str), Some("Movement for Coastal Reform"));
        assert_eq!(found.get("PLT").map(String::as_str), Some("Party of Liberty and Truth"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn takes_the_surname() {
        assert_eq!(surname("Arvo Lind"), "Lind");
        assert_eq!(surname("Tomas Reyes Jr."), "Reyes");
    }
}
