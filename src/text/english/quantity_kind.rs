//! What a number counts. Comes in: a number in its sentence. Goes out: count, age, date, money and so on, told from
//! the words around it. When nothing speaks against it, a number is a count.

use std::ops::Range;
use std::sync::LazyLock;

use super::calendar;
use super::number::Number;
use super::view::View;
use super::word_class;
use super::word_map::WordMap;
use crate::text::{QuantityKind, Tag};

const MONEY: &[&str] = &[
    "dollar",
    "dollars",
    "euro",
    "euros",
    "cents",
    "pence",
    "franc",
    "francs",
    "rupee",
    "rupees",
    "yen",
    "won",
    "yuan",
    "ruble",
    "rubles",
    "rouble",
    "roubles",
    "lira",
    "liras",
    "peso",
    "pesos",
    "dinar",
    "dinars",
    "dirham",
    "dirhams",
    "riyal",
    "riyals",
    "rial",
    "rials",
    "shekel",
    "shekels",
    "krona",
    "kronor",
    "krone",
    "kroner",
    "rand",
    "naira",
    "shilling",
    "shillings",
    "baht",
    "rupiah",
    "ringgit",
    "taka",
    "manat",
    "manats",
    "hryvnia",
    "zloty",
    "forint",
    "usd",
    "eur",
    "gbp",
    "£",
    "€",
    "$",
];

const UNITS: &[&str] = &[
    "kilometer",
    "kilometers",
    "kilometre",
    "kilometres",
    "km",
    "kms",
    "mile",
    "miles",
    "meter",
    "meters",
    "metre",
    "metres",
    "m",
    "cm",
    "mm",
    "foot",
    "feet",
    "ft",
    "ft.",
    "inch",
    "inches",
    "yard",
    "yards",
    "kilogram",
    "kilograms",
    "kilogramme",
    "kilogrammes",
    "kg",
    "kgs",
    "kilo",
    "kilos",
    "gram",
    "grams",
    "gramme",
    "grammes",
    "ton",
    "tons",
    "tonne",
    "tonnes",
    "pound",
    "pounds",
    "lb",
    "lbs",
    "ounce",
    "ounces",
    "litre",
    "litres",
    "liter",
    "liters",
    "gallon",
    "gallons",
    "barrel",
    "barrels",
    "acre",
    "acres",
    "hectare",
    "hectares",
    "sq",
    "square",
    "cubic",
    "degree",
    "degrees",
    "°",
    "celsius",
    "fahrenheit",
    "c",
    "f",
    "mph",
    "kph",
    "km/h",
    "knot",
    "knots",
    "megawatt",
    "megawatts",
    "mw",
    "gigawatts",
    "kilowatts",
    "volt",
    "volts",
    "kilotons",
    "second",
    "seconds",
    "minute",
    "minutes",
    "min",
    "mins",
    "hour",
    "hours",
    "hrs",
    "day",
    "days",
    "night",
    "nights",
    "week",
    "weeks",
    "weekend",
    "weekends",
    "fortnight",
    "month",
    "months",
    "year",
    "years",
    "decade",
    "decades",
    "century",
    "centuries",
    "magnitude",
    "calibre",
    "caliber",
    "millimetre",
    "millimeter",
    "millimetres",
    "millimeters",
    "centimetres",
    "centimeters",
    "nautical",
    "light-years",
    "bpm",
    "points",
    "richter",
];

/// What a number before one of these words counts.
static MEASURED: LazyLock<WordMap<&'static str, QuantityKind>> = LazyLock::new(|| {
    let units = UNITS.iter().map(|word| (*word, QuantityKind::Measure));
    units.chain(MONEY.iter().map(|word| (*word, QuantityKind::Money))).collect()
});

const FACTORS: &[&str] = &["time", "times", "-fold", "fold", "percentage"];

/// The kind of the number that covers the tokens `at`; `high` is the upper end of a range.
pub(super) fn kind_of(view: View<'_>, at: &Range<usize>, number: &Number, high: Option<u64>) -> QuantityKind {
    let (start, end) = (at.start, at.end);
    let (before, next) = (view.before(start), view.word(end));
    // "25-year" was cut only where the hyphen stood alone.
    let unit = if next == "-" { view.word(end + 1) } else { next };
    let measured = MEASURED.get(unit).copied();
    if view.is(end, &["%", "percent", "pct", "pc"])
        || (next == "per" && view.is(end + 1, &["cent", "cents"]))
        || (next == "percentage")
    {
        return QuantityKind::Percent;
    }
    if matches!(before, "$" | "€" | "£" | "¥" | "₹" | "us$" | "rs" | "rs." | "usd" | "eur" | "inr")
        || measured == Some(QuantityKind::Money)
    {
        return QuantityKind::Money;
    }
    if let Some(kind) = time_or_date(view, at, number) {
        return kind;
    }
    if age(view, at, number) {
        return QuantityKind::Age;
    }
    if (number.fraction && !number.vague)
        || measured == Some(QuantityKind::Measure) && !counted_anyway(view, end)
        || magnitude(view, start)
    {
        return QuantityKind::Measure;
    }
    if FACTORS.contains(&unit) || named_by_number(view, at, number) || pronoun_one(view, at, number) {
        return QuantityKind::Other;
    }
    if high.is_none() && score(view, at, number) {
        return QuantityKind::Score;
    }
    if share(view, at) { QuantityKind::Percent } else { QuantityKind::Count }
}

/// "25 second-graders" never happens; "30 square" does. "two second homes": the unit is an adjective.
fn counted_anyway(view: View<'_>, end: usize) -> bool {
    view.is(end, &["second", "m", "c", "f"]) && matches!(view.tag(end + 1), Tag::Noun)
}

fn magnitude(view: View<'_>, start: usize) -> bool {
    view.is(start.wrapping_sub(1), &["magnitude", "measuring"])
        || view.preceded_by(start, &["magnitude", "of"])
}

fn time_or_date(view: View<'_>, at: &Range<usize>, number: &Number) -> Option<QuantityKind> {
    let (before, next) = (view.before(at.start), view.word(at.end));
    if matches!(next, "a.m." | "p.m." | "a.m" | "p.m" | "am" | "pm" | "o'clock" | "gmt" | "utc" | "hrs")
        && number.value <= 2400
        && (next != "am" || number.digits)
    {
        return Some(QuantityKind::Time);
    }
    if number.value <= 24
        && matches!(before, "at" | "by" | "until" | "around" | "about" | "from")
        && (view.is(at.end, &["in"]) && view.is(at.end + 2, &["morning", "evening", "afternoon"]))
    {
        return Some(QuantityKind::Time);
    }
    let month = |word: &str| calendar::month(word).is_some();
    let capital_month =
        |place: usize| month(view.word(place)) && (view.capital(place) || view.word(place).len() > 4);
    if number.value <= 31 && number.digits {
        if at.start > view.start && capital_month(at.start - 1) && !matches!(view.tag(at.end), Tag::Noun) {
            return Some(QuantityKind::Date);
        }
        if capital_month(at.end) || (next == "-" && capital_month(at.end + 2)) {
            return Some(QuantityKind::Date);
        }
        // "Sept 19-20", "19 and 20 September"
        if view.is(at.start.wrapping_sub(1), &["-", "–", "and", "to"])
            && at.start >= view.start + 3
            && capital_month(at.start - 3)
            && !matches!(view.tag(at.end), Tag::Noun | Tag::Verb)
        {
            return Some(QuantityKind::Date);
        }
    }
    year(view, at, number).then_some(QuantityKind::Date)
}

/// Four digits between 1000 and 2100 without a comma, unless people or things follow.
fn year(view: View<'_>, at: &Range<usize>, number: &Number) -> bool {
    if !number.digits
        || view.word(at.start).len() != 4
        || at.end != at.start + 1
        || !(1000..2100).contains(&number.value)
    {
        return false;
    }
    let before = view.before(at.start);
    let dated = matches!(
        before,
        "in" | "of"
            | "since"
            | "until"
            | "during"
            | "from"
            | "by"
            | "year"
            | "early"
            | "late"
            | "mid"
            | "before"
            | "after"
            | "the"
            | "summer"
            | "winter"
            | "spring"
            | "autumn"
            | "between"
    ) || calendar::month(before).is_some()
        || (before == "," && at.start >= view.start + 2 && view.tag(at.start - 2) == Tag::Number);
    // "The war of 2021 killed 300", but "a total of 2021 killed".
    let dates = view.is(at.start.wrapping_sub(1), &["in", "since", "of"])
        && !view.is(at.start.wrapping_sub(2), &["total", "toll", "number", "sum", "list", "figure"])
        && view.is(at.end, &["killed", "injured", "wounded"]);
    let plural_next = view.tag(at.end) == Tag::Noun && view.word(at.end).ends_with('s')
        || !dates
            && view.is(
                at.end,
                &[
                    "people", "men", "women", "children", "police", "troops", "others", "more", "of", "dead",
                    "wounded", "injured", "killed", "missing",
                ],
            );
    if plural_next {
        matches!(before, "the" | "'s")
            && view.is(at.end, &["elections", "olympics", "protests", "floods", "riots"])
    } else {
        dated || (1900..2100).contains(&number.value)
    }
}

/// "aged 20", "Jan Dill, 34,", "(34)", "34 years old", "at the age of 9".
fn age(view: View<'_>, at: &Range<usize>, number: &Number) -> bool {
    let (start, end) = (at.start, at.end);
    if number.value > 120 {
        return false;
    }
    if view.is(start.wrapping_sub(1), &["aged", "age", "ages"])
        || view.preceded_by(start, &["age", "of"])
        || view.preceded_by(start, &["aged", "between"])
        || view.preceded_by(start, &["ages", "of"])
    {
        return true;
    }
    // The later members of "aged 3, 5 and 7".
    if (view.start..start)
        .rev()
        .take(8)
        .take_while(|&place| {
            view.tag(place) == Tag::Number || view.is(place, &[",", "and", "or", "to", "aged", "ages"])
        })
        .any(|place| view.is(place, &["aged", "ages"]))
    {
        return true;
    }
    if view.is(end, &["year", "years", "month", "months", "yr", "yrs", "-"])
        && (view.is(end + 1, &["old", "olds", "year", "years"])
            || view.is(end + 2, &["old", "olds"]) && view.is(end + 1, &["-", "of"]))
    {
        return true;
    }
    if view.is(start.wrapping_sub(1), &["his", "her", "their"]) && view.word(start).ends_with('s') {
        return true;
    }
    let closes = view.is(end, &[",", ".", ")", ";", "—", "–"]) || view.tag(end) == Tag::Other;
    let after_name = start >= view.start + 2 && view.tag(start - 2) == Tag::ProperNoun && number.digits;
    if after_name && view.is(start.wrapping_sub(1), &[","]) && closes {
        // "in Oslo, 25, …" needs a person; a comma pair around a bare number after a name is an age.
        return calendar::month(view.word(start - 2)).is_none()
            && (!view.is(end, &["."]) || !view.is_time(start - 2));
    }
    after_name && view.is(start.wrapping_sub(1), &["("]) && view.is(end, &[")"])
}

/// "Boeing 737", "Highway 6", "Resolution 2231", "No. 5", "Day 12".
fn named_by_number(view: View<'_>, at: &Range<usize>, number: &Number) -> bool {
    let before = view.before(at.start);
    if before == "#" {
        return true;
    }
    let telephone = number.digits && view.word(at.start).starts_with('0') && view.word(at.start).len() > 1;
    if telephone {
        return true;
    }
    if word_class::takes_number_name(before) {
        // "the bus 25 people" is rare; "a group 25" is not a name.
        let followed_by_people = matches!(view.tag(at.end), Tag::Noun) && view.word(at.end).ends_with('s')
            || view.is(at.end, &["people", "men", "women", "children"]);
        return !followed_by_people;
    }
    // Digits glued to letters by a hyphen: "Il - 76" cut by a space.
    false
}

/// "one" as a pronoun: "no one else", "one another", "this one", "the one who".
fn pronoun_one(view: View<'_>, at: &Range<usize>, number: &Number) -> bool {
    if number.value != 1 || !view.is(at.start, &["one"]) {
        return false;
    }
    view.is(
        at.start.wrapping_sub(1),
        &[
            "this",
            "that",
            "which",
            "every",
            "any",
            "each",
            "the",
            "some",
            "good",
            "new",
            "big",
            "only",
            "no",
            "loved",
            "wrong",
            "right",
            "deadliest",
            "worst",
            "first",
            "last",
            "square",
        ],
    ) && !matches!(view.tag(at.end), Tag::Noun | Tag::Adjective)
        && !view.is(at.end, &["dead", "killed", "wounded", "injured", "missing"])
        || view.is(at.end, &["another", "'s", "must", "should", "can", "day"])
        || view.preceded_by(at.start, &["one", "by"])
        || view.follows(at.end, &["by", "one"])
        || view.follows(at.end, &["such"])
}

/// "won 3-1", "voted 52-48", "15 votes to 2".
fn score(view: View<'_>, at: &Range<usize>, number: &Number) -> bool {
    if !number.digits {
        return false;
    }
    let dash = |place: usize| view.is(place, &["-", "–"]) && !view.spaced(place) && !view.spaced(place + 1);
    let left = at.start > view.start + 1 && dash(at.start - 1) && view.tag(at.start - 2) == Tag::Number;
    let right = dash(at.end) && view.tag(at.end + 1) == Tag::Number;
    left || right
        || view.is(at.end, &["vote", "votes", "goal", "goals"])
        || view.preceded_by(at.start, &["votes", "to"])
}

/// "two thirds", "three quarters", "half of": shares.
fn share(view: View<'_>, at: &Range<usize>) -> bool {
    view.is(at.end, &["thirds", "third", "quarters", "quarter", "fifths", "tenths", "halves"])
        && !matches!(view.tag(at.end + 1), Tag::Noun)
        || view.follows(at.end, &["in", "10"])
        || view.follows(at.end, &["out", "of"]) && matches!(view.tag(at.end + 2), Tag::Number)
}
