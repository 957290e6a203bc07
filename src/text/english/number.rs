//! Reads one number. Comes in: the tokens of a sentence and a position. Goes out: the value, how many tokens it
//! takes, and whether it was a vague word. Reads digits, number words to the billions, and collective words
//! ("dozens", "half a dozen"). Never looks at bounds or at what is counted.

use super::opening::Opens;
use super::view::View;
use crate::text::TokenKind;

/// A number as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The value; decimals are cut after multiplication ("1.2 million" is 1 200 000).
    pub value: u64,
    /// One past its last token.
    pub end: usize,
    /// A word that stands for a figure: "dozens", "several hundred".
    pub vague: bool,
    /// Written in digits.
    pub digits: bool,
    /// Had a decimal point and no multiplier made it whole.
    pub fraction: bool,
}

/// Largest value read; anything above is no figure of anything on Earth that news counts.
const LARGEST: f64 = 1e15;

/// Tokens one number may take: "nine hundred and ninety-nine thousand nine hundred and ninety-nine" fits.
const LONGEST: usize = 16;

/// The number that starts at `at`.
pub fn read(view: View<'_>, at: usize) -> Option<Number> {
    if !view.opens(at, Opens::NUMBER) {
        return None;
    }
    if view.kind(at) == TokenKind::Number {
        digits(view, at)
    } else {
        collective(view, at).or_else(|| spelled(view, at))
    }
}

/// The words that a number in words can begin with, those with a hyphen apart.
pub(super) fn openings() -> impl Iterator<Item = &'static str> {
    "a an half couple several few dozen dozens scores tens hundred hundreds thousand thousands million millions billion \
     billions zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
     seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
        .split_whitespace()
}

/// The value of digits alone: "1,079", "6.8", "10 000".
pub fn plain_digits(word: &str) -> Option<f64> {
    // Most figures are digits alone; what has fewer than sixteen is below the largest.
    if (1..16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let value = word.bytes().fold(0_u64, |value, byte| value * 10 + u64::from(byte - b'0'));
        return Some(value as f64);
    }
    let cleaned: String = word.chars().filter(|sign| !matches!(sign, ',' | ' ')).collect();
    // "1.234.567" groups by full stops.
    let cleaned = if cleaned.matches('.').count() > 1 { cleaned.replace('.', "") } else { cleaned };
    if cleaned.is_empty() || !cleaned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    cleaned.parse::<f64>().ok().filter(|value| *value < LARGEST)
}

fn digits(view: View<'_>, at: usize) -> Option<Number> {
    let word = view.word(at);
    let letters = word.find(|sign: char| sign.is_ascii_alphabetic());
    let (figure, suffix) = letters.map_or((word, ""), |cut| word.split_at_checked(cut).unwrap_or((word, "")));
    let mut value = plain_digits(figure)?;
    let mut end = at + 1;
    let mut fraction = figure.contains('.') && figure.matches('.').count() == 1;
    let factor = match suffix {
        "" => scale(view.word(end)).inspect(|_| end += 1),
        "k" => Some(1e3),
        "m" | "mn" | "mln" => Some(1e6),
        "bn" | "b" => Some(1e9),
        _ => return None,
    };
    if let Some(factor) = factor {
        value *= factor;
        fraction = false;
    }
    to_number(value, end, false, true, fraction)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked against the largest value; never negative"
)]
fn to_number(value: f64, end: usize, vague: bool, digits: bool, fraction: bool) -> Option<Number> {
    // A tenth of a unit corrects 1.1 million = 1099999.99…
    (0.0..LARGEST).contains(&value).then_some(Number {
        value: (value + 1e-6) as u64,
        end,
        vague,
        digits,
        fraction,
    })
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "hundred" => 1e2,
        "thousand" | "k" => 1e3,
        "million" | "mln" | "mn" => 1e6,
        "billion" | "bn" => 1e9,
        "trillion" => 1e12,
        "dozen" => 12.0,
        "lakh" => 1e5,
        "crore" => 1e7,
        _ => return None,
    })
}

/// "dozens", "scores", "tens of thousands", "half a dozen", "several hundred", "a couple".
fn collective(view: View<'_>, at: usize) -> Option<Number> {
    let exact = |value: f64, end: usize| to_number(value, end, false, false, false);
    let vague = |value: f64, end: usize| to_number(value, end, true, false, false);
    match view.word(at) {
        "dozens" => vague(24.0, at + 1),
        "scores" if !view.is(at.wrapping_sub(1), &["the"]) => vague(40.0, at + 1),
        "tens" | "hundreds" | "thousands" | "millions" | "billions" => {
            let unit = |word: &str| match word {
                "tens" => Some(10.0),
                "hundreds" => Some(100.0),
                "thousands" => Some(1e3),
                "millions" => Some(1e6),
                "billions" => Some(1e9),
                _ => None,
            };
            let first = unit(view.word(at))?;
            let second = if view.is(at + 1, &["of"]) { unit(view.word(at + 2)) } else { None };
            match second {
                Some(second) if second > first => vague(2.0 * first * second, at + 3),
                _ => vague(2.0 * first, at + 1),
            }
        }
        "several" | "few" => {
            // "several" alone is no figure; "a few hundred" is.
            let unit = scale(view.word(at + 1))?;
            let of_unit =
                if view.is(at + 1, &["hundred"]) && view.is(at + 2, &["thousand"]) { 1e3 } else { 1.0 };
            vague(2.0 * unit * of_unit, at + if of_unit > 1.0 { 3 } else { 2 })
        }
        "half" if view.is(at + 1, &["a", "the"]) => match view.word(at + 2) {
            "dozen" => exact(6.0, at + 3),
            word => scale(word).filter(|unit| *unit >= 1e6).and_then(|unit| exact(unit / 2.0, at + 3)),
        },
        "half-a-dozen" | "half-dozen" => exact(6.0, at + 1),
        "couple" if view.is(at.wrapping_sub(1), &["a", "another"]) => exact(2.0, at + 1),
        "dozen" => exact(12.0, at + 1),
        _ => None,
    }
}

fn unit_word(word: &str) -> Option<u64> {
    Some(match word {
        "zero" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        _ => return None,
    })
}

fn tens_word(word: &str) -> Option<u64> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

/// "twenty", "twenty-nine", "seven".
fn below_hundred(view: View<'_>, at: usize) -> Option<(u64, usize)> {
    let word = view.word(at);
    if let Some(value) = unit_word(word) {
        return Some((value, at + 1));
    }
    if let Some(tens) = tens_word(word) {
        let unit = unit_word(view.word(at + 1)).filter(|unit| (1..10).contains(unit));
        return Some(unit.map_or((tens, at + 1), |unit| (tens + unit, at + 2)));
    }
    let (tens, unit) = word.split_once('-')?;
    Some((tens_word(tens)? + unit_word(unit).filter(|unit| (1..10).contains(unit))?, at + 1))
}

/// Number words: "two hundred and six", "a thousand", "nineteen hundred", "three million two hundred thousand".
fn spelled(view: View<'_>, at: usize) -> Option<Number> {
    let (mut total, mut group) = (0_u64, 0_u64);
    let mut place = at;
    let mut seen = false;
    let mut last_scale = u64::MAX;
    while place < at + LONGEST {
        let word = view.word(place);
        let joined = seen && word == "and" && view.is(place - 1, &["hundred", "thousand", "million"]);
        let from = if joined { place + 1 } else { place };
        if let Some((value, end)) = below_hundred(view, from) {
            // "one two" is two numbers, "hundred and six" is one.
            if seen && (group % 100 != 0 || (group == 0 && total == 0))
                || (joined && total % 1000 != 0 && group == 0)
            {
                break;
            }
            group = group.checked_add(value)?;
            place = end;
            seen = true;
            continue;
        }
        let article = !seen
            && matches!(word, "a" | "an")
            && view.is(place + 1, &["hundred", "thousand", "million", "billion", "dozen"]);
        if article {
            group = 1;
            place += 1;
            seen = true;
            continue;
        }
        match word {
            "hundred" if group < 100 => group = group.max(1) * 100,
            "dozen" if group < 1000 => {
                total = total.checked_add(group.max(1) * 12)?;
                group = 0;
                place += 1;
                seen = true;
                break;
            }
            "thousand" | "million" | "billion" => {
                let unit = match word {
                    "thousand" => 1_000,
                    "million" => 1_000_000,
                    _ => 1_000_000_000,
                };
                if unit >= last_scale {
                    break;
                }
                last_scale = unit;
                total = total.checked_add(group.max(1).checked_mul(unit)?)?;
                group = 0;
            }
            _ => break,
        }
        seen = true;
        place += 1;
    }
    seen.then(|| Number {
        value: total.saturating_add(group),
        end: place,
        vague: false,
        digits: false,
        fraction: false,
    })
}

/// "first", "twenty-first", "20th".
pub fn is_ordinal(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return matches!(word.get(digits..), Some("st" | "nd" | "rd" | "th"));
    }
    let last = word.rsplit('-').next().unwrap_or_default();
    matches!(
        last,
        "first"
            | "second"
            | "third"
            | "fourth"
            | "fifth"
            | "sixth"
            | "seventh"
            | "eighth"
            | "ninth"
            | "tenth"
            | "eleventh"
            | "twelfth"
            | "thirteenth"
            | "fourteenth"
            | "fifteenth"
            | "twentieth"
            | "thirtieth"
            | "hundredth"
            | "umpteenth"
    ) && word.split('-').next().is_some_and(|head| head == last || tens_word(head).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::english::token::tokenize;

    fn value(text: &str) -> Option<(u64, usize, bool)> {
        let (mut tokens, mut words) = (Vec::new(), String::new());
        tokenize(text, 0, &mut tokens, &mut words);
        let count = tokens.len();
        read(View::new(&tokens, &words, 0..count), 0).map(|number| (number.value, number.end, number.vague))
    }

    #[test]
    fn reads_numbers() {
        for (text, expected, tokens, vague) in [
            ("1,079 people", 1079, 1, false),
            ("1.2 million people", 1_200_000, 2, false),
            ("two hundred and six men", 206, 4, false),
            ("twenty-nine ships", 29, 1, false),
            ("twenty nine ships", 29, 2, false),
            ("two thousand five hundred", 2500, 4, false),
            ("a dozen boats", 12, 2, false),
            ("two dozen boats", 24, 2, false),
            ("half a dozen houses", 6, 3, false),
            ("half a million", 500_000, 3, false),
            ("dozens of boats", 24, 1, true),
            ("scores of boats", 40, 1, true),
            ("hundreds fled", 200, 1, true),
            ("thousands fled", 2000, 1, true),
            ("tens of thousands fled", 20_000, 3, true),
            ("hundreds of thousands fled", 200_000, 3, true),
            ("several hundred fled", 200, 2, true),
            ("a hundred fled", 100, 2, false),
            ("a hundred and one fled", 101, 4, false),
            ("nineteen hundred men", 1900, 2, false),
            ("one hundred thousand men", 100_000, 3, false),
            ("three million two hundred thousand", 3_200_000, 5, false),
            ("10 000 homes", 10_000, 1, false),
            ("1.1m homes", 1_100_000, 1, false),
            ("seven eight", 7, 1, false),
            ("five and six", 5, 1, false),
        ] {
            assert_eq!(value(text), Some((expected, tokens, vague)), "{text}");
        }
        for text in ["several houses", "12:31 today", "20th", "house", "a man", "5pm"] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
