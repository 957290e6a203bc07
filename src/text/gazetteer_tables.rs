//! The tables of the gazetteer as rows: one way to write one name in each. Comes in: the tab-separated files in `data/`,
//! compiled in. Goes out: rows in the order of precedence. Never reads a file while the program runs.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::gazetteer::{Addition, EntityKind};
use crate::model::Span;
use crate::text::english::word_map::WordSet;

/// In what role somebody speaks, and so for whom. One class per line of `data/roles.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Head of state or government: speaks for the country abroad, for himself at home.
    Head,
    /// Minister or other senior office holder: speaks for the government.
    Minister,
    /// Ministry, embassy or another office of the government.
    Ministry,
    /// Government in general, juntas, diplomats.
    Government,
    /// Armed forces of a state.
    Military,
    /// Police and intelligence.
    Police,
    /// Parliament and its members.
    Parliament,
    /// Courts and prosecutors.
    Court,
    /// Opposition.
    Opposition,
    /// Armed opponents of a state.
    Rebels,
    /// People in the street.
    Protesters,
    /// Unions, churches, charities, companies and other bodies.
    Civil,
    /// People as such.
    People,
    /// Regional and municipal offices.
    Local,
    /// Somebody who speaks for somebody else: the party is the one spoken for.
    Voice,
}

impl Role {
    fn parse(class: &str) -> Option<Self> {
        Some(match class {
            "head" => Self::Head,
            "minister" => Self::Minister,
            "ministry" => Self::Ministry,
            "government" => Self::Government,
            "military" => Self::Military,
            "police" => Self::Police,
            "parliament" => Self::Parliament,
            "court" => Self::Court,
            "opposition" => Self::Opposition,
            "rebels" => Self::Rebels,
            "protesters" => Self::Protesters,
            "civil" => Self::Civil,
            "people" => Self::People,
            "local" => Self::Local,
            "voice" => Self::Voice,
            _ => return None,
        })
    }

    /// Whether what the role says is said for its state.
    pub fn speaks_for_state(self) -> bool {
        matches!(
            self,
            Self::Head | Self::Minister | Self::Ministry | Self::Government | Self::Military | Self::Police
        )
    }
}

/// How strictly the letters must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Exactly as written: acronyms, for "us" is not "US".
    Exact,
    /// As written, or all in capitals in a headline or dateline.
    Proper,
    /// A country that is also a given name: not before or after another capitalised word.
    GivenName,
    /// A place that is also a common word: only after "in", "near", "from" and the like.
    CommonWord,
    /// In any case: roles.
    AnyCase,
}

/// One way to write one name.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) written: String,
    pub(super) name: String,
    pub(super) party: Option<String>,
    pub(super) kind: EntityKind,
    pub(super) form: Form,
    /// Whether this is the adjective its institutions are named with.
    pub(super) adjective: bool,
    pub(super) home: Option<String>,
}

impl Form {
    /// Whether the letters found are an acceptable way to write `written`.
    pub(super) fn allows(self, text: &str, span: Span, written: &str) -> bool {
        let found = span.of(text);
        let capitals = || found.len() > 3 && !found.chars().any(char::is_lowercase);
        match self {
            Self::Exact => found == written,
            Self::Proper => found == written || capitals(),
            Self::GivenName => (found == written || capitals()) && !beside_unknown_name(text, span),
            Self::CommonWord => (found == written || capitals()) && after_preposition_of_place(text, span),
            Self::AnyCase => true,
        }
    }
}

/// "Jordan Pickering", "Michael Jordan". Titles and months beside a country are no part of a personal name.
fn beside_unknown_name(text: &str, span: Span) -> bool {
    let after = text.get(span.end..).unwrap_or_default();
    let next = after
        .strip_prefix(' ')
        .unwrap_or_default()
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let before = text.get(..span.start).unwrap_or_default();
    let last = before.strip_suffix(' ').unwrap_or_default();
    let last_start = last.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
    let last_word = last.get(last_start..).unwrap_or_default();
    let sentence_start = last
        .get(..last_start)
        .unwrap_or_default()
        .trim_end()
        .chars()
        .next_back()
        .is_none_or(|c| ".!?\"”:\n(".contains(c));
    is_name_like(next) || (is_name_like(last_word) && !sentence_start)
}

fn is_name_like(word: &str) -> bool {
    const NEUTRAL: &[&str] = &[
        "King",
        "Queen",
        "Prince",
        "President",
        "Prime",
        "Foreign",
        "Defence",
        "Defense",
        "Interior",
        "Minister",
        "Ministry",
        "Army",
        "Government",
        "Valley",
        "River",
        "On",
        "In",
        "After",
        "And",
        "But",
        "The",
        "With",
        "From",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "While",
        "As",
        "Meanwhile",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Lake",
        "Northern",
        "Southern",
        "Eastern",
        "Western",
        "Central",
        "North",
        "South",
        "East",
        "West",
    ];
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.any(char::is_lowercase)
        && !NEUTRAL.contains(&word)
}

fn after_preposition_of_place(text: &str, span: Span) -> bool {
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    matches!(
        word.to_ascii_lowercase().as_str(),
        "in" | "near" | "from" | "at" | "outside" | "around" | "inside" | "to" | "of" | "towards" | "into"
    )
}

/// The same letters without their accents; what has none comes back as it is.
pub(crate) fn without_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.nfd().filter(|&c| !is_combining_mark(c)) {
        // Letters that no decomposition takes apart.
        match c {
            'ł' => plain.push('l'),
            'Ł' => plain.push('L'),
            'ø' => plain.push('o'),
            'Ø' => plain.push('O'),
            'đ' => plain.push('d'),
            'Đ' => plain.push('D'),
            'ı' => plain.push('i'),
            'ə' => plain.push('a'),
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'Æ' => plain.push_str("Ae"),
            'œ' => plain.push_str("oe"),
            '’' | 'ʼ' => plain.push('\''),
            other => plain.push(other),
        }
    }
    plain
}

/// The fields of the data lines of a table: comments and empty lines left out.
fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').collect())
}

/// The names of a field, each with whether it is marked `!` as ambiguous.
fn names<'a>(fields: &[&'a str], index: usize) -> impl Iterator<Item = (&'a str, bool)> + use<'a> {
    fields
        .get(index)
        .copied()
        .unwrap_or_default()
        .split('|')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| match name.strip_prefix('!') {
            Some(name) => (name, true),
            None => (name, false),
        })
}

fn form_of(name: &str) -> Form {
    let acronym = name.len() <= 6 && !name.contains(' ') && !name.chars().any(char::is_lowercase);
    if acronym { Form::Exact } else { Form::Proper }
}

fn row(written: &str, name: &str, party: Option<&str>, kind: EntityKind) -> Row {
    Row {
        written: written.to_owned(),
        name: name.to_owned(),
        party: party.map(str::to_owned),
        kind,
        form: form_of(written),
        adjective: false,
        home: None,
    }
}

/// The ways to write a name that a user adds.
pub(super) fn added(addition: &Addition) -> Vec<Row> {
    let party = addition.party.as_deref().unwrap_or(&addition.name);
    std::iter::once(&addition.name)
        .chain(&addition.aliases)
        .filter(|written| !written.trim().is_empty())
        .map(|written| row(written.trim(), &addition.name, Some(party), addition.kind))
        .collect()
}

/// Every row compiled in, the more important table first.
pub(super) fn built_in() -> Vec<Row> {
    let mut rows = Vec::new();
    countries(&mut rows);
    territories(&mut rows);
    bodies(&mut rows);
    groups(&mut rows);
    leaders(&mut rows);
    places(&mut rows);
    roles(&mut rows);
    rows
}

/// The last words of what the peoples of the countries are called, lower case.
static PEOPLES: LazyLock<WordSet<String>> = LazyLock::new(|| {
    let plurals = lines(include_str!("data/countries.tsv")).flat_map(|fields| {
        let plurals = names(&fields, 2).filter_map(|(people, _)| people.split_whitespace().last());
        plurals.map(str::to_lowercase).collect::<Vec<_>>()
    });
    plurals.collect()
});

/// Whether a noun, lower case, is what the people of a country are called: "kenyans", "lankans".
pub fn is_people(plural: &str) -> bool {
    PEOPLES.contains(plural)
}

fn countries(rows: &mut Vec<Row>) {
    for fields in lines(include_str!("data/countries.tsv")) {
        let Some((name, given_name)) = names(&fields, 0).next() else { continue };
        let mut country = row(name, name, Some(name), EntityKind::Country);
        if given_name {
            country.form = Form::GivenName;
        }
        rows.push(country);
        rows.extend(names(&fields, 4).map(|(alias, _)| row(alias, name, Some(name), EntityKind::Country)));
        for (index, (adjective, _)) in names(&fields, 1).enumerate() {
            let mut adjective = row(adjective, name, Some(name), EntityKind::Demonym);
            adjective.adjective = index == 0;
            rows.push(adjective);
        }
        rows.extend(names(&fields, 2).map(|(people, _)| row(people, name, Some(name), EntityKind::Demonym)));
        for (capital, common_word) in names(&fields, 3) {
            let mut capital = row(capital, name, Some(name), EntityKind::Capital);
            if common_word {
                capital.form = Form::CommonWord;
            }
            rows.push(capital);
        }
        rows.extend(
            names(&fields, 5).map(|(metonym, _)| row(metonym, name, Some(name), EntityKind::Metonym)),
        );
    }
}

fn territories(rows: &mut Vec<Row>) {
    for fields in lines(include_str!("data/territories.tsv")) {
        let Some((name, given_name)) = names(&fields, 0).next() else { continue };
        let mut territory = row(name, name, Some(name), EntityKind::Territory);
        if given_name {
            territory.form = Form::GivenName;
        }
        territory.home = names(&fields, 4).next().map(|(home, _)| home.to_owned());
        rows.push(territory);
        rows.extend(names(&fields, 3).map(|(alias, _)| row(alias, name, Some(name), EntityKind::Territory)));
        for (index, (adjective, _)) in names(&fields, 1).enumerate() {
            let mut adjective = row(adjective, name, Some(name), EntityKind::Demonym);
            adjective.adjective = index == 0;
            rows.push(adjective);
        }
        for (seat, common_word) in names(&fields, 2) {
            let mut seat = row(seat, name, Some(name), EntityKind::Capital);
            if common_word {
                seat.form = Form::CommonWord;
            }
            rows.push(seat);
        }
    }
}

fn bodies(rows: &mut Vec<Row>) {
    for fields in lines(include_str!("data/bodies.tsv")) {
        let Some((name, _)) = names(&fields, 0).next() else { continue };
        rows.push(row(name, name, Some(name), EntityKind::Body));
        rows.extend(names(&fields, 1).map(|(alias, _)| row(alias, name, Some(name), EntityKind::Body)));
        rows.extend(names(&fields, 2).map(|(seat, _)| row(seat, name, Some(name), EntityKind::Capital)));
    }
}

fn groups(rows: &mut Vec<Row>) {
    movements(rows, include_str!("data/groups.tsv"), EntityKind::ArmedGroup);
    movements(rows, include_str!("data/parties.tsv"), EntityKind::Organisation);
}

/// Movements with their aliases and the country they are at home in.
fn movements(rows: &mut Vec<Row>, table: &'static str, kind: EntityKind) {
    for fields in lines(table) {
        let Some((name, _)) = names(&fields, 0).next() else { continue };
        let mut movement = row(name, name, Some(name), kind);
        movement.home = names(&fields, 2).next().map(|(home, _)| home.to_owned());
        rows.push(movement);
        rows.extend(names(&fields, 1).map(|(alias, _)| row(alias, name, Some(name), kind)));
    }
}

fn leaders(rows: &mut Vec<Row>) {
    for fields in lines(include_str!("data/leaders.tsv")) {
        let Some((party, _)) = names(&fields, 0).next() else { continue };
        rows.extend(
            names(&fields, 1).map(|(person, _)| row(person, person, Some(party), EntityKind::Person)),
        );
    }
}

fn places(rows: &mut Vec<Row>) {
    for fields in lines(include_str!("data/places.tsv")) {
        // Parts of the world belong to no country and so stand for no party.
        let country = names(&fields, 0).next().map(|(country, _)| country);
        for (index, kind) in [(1, EntityKind::City), (2, EntityKind::Region)] {
            for (place, common_word) in names(&fields, index) {
                let mut place = row(place, place, country, kind);
                if common_word {
                    place.form = Form::CommonWord;
                }
                rows.push(place);
            }
        }
    }
}

fn roles(rows: &mut Vec<Row>) {
    for fields in lines(include_str!("data/roles.tsv")) {
        let Some(role) = fields.first().and_then(|class| Role::parse(class)) else { continue };
        for (word, _) in names(&fields, 1) {
            for written in [Some(word.to_owned()), plural(word)].into_iter().flatten() {
                let mut role = row(&written, word, None, EntityKind::Role(role));
                // A role with a capital in the table is a common word without it: "General", "general".
                let proper = word.chars().any(char::is_uppercase);
                role.form = if proper { Form::Proper } else { Form::AnyCase };
                rows.push(role);
            }
        }
    }
}

/// The plural of a role, or nothing when the word is one already.
fn plural(word: &str) -> Option<String> {
    if word.ends_with('s') || word.contains(" of ") {
        return None;
    }
    Some(if let Some(stem) = word.strip_suffix("man") {
        format!("{stem}men")
    } else if let Some(stem) = word.strip_suffix('y') {
        format!("{stem}ies")
    } else if word.ends_with("ch") {
        format!("{word}es")
    } else {
        format!("{word}s")
    })
}
