//! The names of months and days of the week, for every step that needs them. A word goes in, lower case; what it names
//! comes out. Never looks at the words around it: "may" and "march" name months here and it is for the asker to doubt it.

use jiff::civil::Weekday;

/// The month, 1 to 12, that a word names in full or cut short ("sept", "jan.").
pub fn month(word: &str) -> Option<i8> {
    // Most words are told apart by their first letter.
    if !matches!(word.as_bytes().first(), Some(b'j' | b'f' | b'm' | b'a' | b's' | b'o' | b'n' | b'd')) {
        return None;
    }
    Some(match word.trim_end_matches('.') {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// The day of the week that a word names in full or cut short.
pub fn weekday(word: &str) -> Option<Weekday> {
    if !matches!(word.as_bytes().first(), Some(b'm' | b't' | b'w' | b'f' | b's')) {
        return None;
    }
    Some(match word.trim_end_matches('.') {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// The names of months and days, in full or cut short, without the full stop.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    "january jan february feb march mar april apr may june jun july jul august aug september sept sep october oct november \
     nov december dec monday mon tuesday tue tues wednesday wed thursday thu thurs friday fri saturday sat sunday sun"
        .split_whitespace()
}

/// Whether a word is the full name of a day of the week.
pub fn is_weekday(word: &str) -> bool {
    word.ends_with("day") && weekday(word).is_some()
}

/// Whether a word is the full name of a month.
pub fn is_month(word: &str) -> bool {
    (word == "may" || word.len() > 3) && !word.ends_with('.') && word != "sept" && month(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_and_short_ones() {
        assert_eq!((month("sept."), month("may"), month("mayor")), (Some(9), Some(5), None));
        assert!(is_month("june") && is_month("may") && !is_month("sept") && !is_month("jan."));
        assert!(is_weekday("sunday") && !is_weekday("sun") && !is_weekday("someday"));
    }
}
