//! Names of the world: countries with their people, capitals and metonyms, international bodies, armed groups,
//! territories, cities, leaders and the roles in which people speak. Comes in: any text. Goes out: the names in it, each
//! with its canonical form and the party it stands for. Never guesses a name it was not given: names that only the
//! article knows are for `name`.
//!
//! The data are tables of general world knowledge, compiled in; what a user adds comes as `Additions`.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::gazetteer_tables::{self as tables, Form, Row};
use super::name::{spelling_key, surname};
use crate::model::Span;
use crate::text::english::word_map::{ShortWords, WordMap, WordSet};
use crate::text::english::word_scan::{beginning, run, short};

pub use super::gazetteer_tables::{Role, is_people};

/// What a name is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKind {
    /// A state.
    Country,
    /// A capital: a place after "in", the government elsewhere.
    Capital,
    /// Any other town.
    City,
    /// A first-level region or well-known area.
    Region,
    /// A territory or people that is, or speaks as, a party of its own.
    Territory,
    /// An adjective of a country or territory ("Kenyan") or its people ("Kenyans").
    Demonym,
    /// A house, office or chamber that stands for its government ("the Kremlin").
    Metonym,
    /// An international body or a worldwide organisation.
    Body,
    /// An armed movement.
    ArmedGroup,
    /// A party, union, company or movement that a user added or the article introduced.
    Organisation,
    /// A person known by name.
    Person,
    /// A role in which somebody speaks ("foreign minister", "police").
    Role(Role),
}

/// A name found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Where it stands.
    pub span: Span,
    /// Canonical form: "Azeri" is "Azerbaijan", "U.N." is "United Nations".
    pub name: Arc<str>,
    /// The party it stands for: a country for its capital, metonyms, people, leaders, cities and regions; itself for
    /// bodies, groups and territories; nothing for roles. Whether a city speaks for its country is for the reader of
    /// the sentence: it does not.
    pub party: Option<Arc<str>>,
    /// What it is a name of.
    pub kind: EntityKind,
}

impl Entity {
    /// Whether the name can stand for somebody who acts, wherever it is written.
    pub fn is_party(&self) -> bool {
        self.party.is_some() && !matches!(self.kind, EntityKind::City | EntityKind::Region)
    }

    /// Whether the name is that of a place.
    pub fn is_place(&self) -> bool {
        matches!(
            self.kind,
            EntityKind::Country
                | EntityKind::Capital
                | EntityKind::City
                | EntityKind::Region
                | EntityKind::Territory
        )
    }
}

/// A name that a user adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Canonical form.
    pub name: String,
    /// Other ways to write it.
    pub aliases: Vec<String>,
    /// The party it stands for, when not itself.
    pub party: Option<String>,
    /// What it is a name of.
    pub kind: EntityKind,
}

/// One way to write one name.
#[derive(Debug, Clone)]
struct Entry {
    written: String,
    name: Arc<str>,
    party: Option<Arc<str>>,
    kind: EntityKind,
    form: Form,
}

/// A known person's name and party.
type Leader = (Arc<str>, Arc<str>);

/// All names known, ready to be found in one pass over a text.
#[derive(Debug)]
pub struct Gazetteer {
    /// Positions in `entries` of names with the same first word, with the bytes before that word.
    lists: Vec<Vec<(usize, usize)>>,
    /// Positions in `lists` by the first word in small letters.
    by_first: WordMap<Box<str>, usize>,
    /// Those of the short ones again.
    short: ShortWords<usize>,
    /// Whether the first word of some name begins so, a bit each: most words of a text are asked no further.
    beginnings: Box<[u64]>,
    entries: Vec<Entry>,
    /// The adjective with which a country's institutions are named.
    adjectives: BTreeMap<Arc<str>, Arc<str>>,
    /// Country in which an armed group or territory is at home.
    homes: BTreeMap<Arc<str>, Arc<str>>,
    /// From a surname that only one known person bears to that person and party; nothing where several bear it.
    leaders: BTreeMap<String, Option<Leader>>,
}

static AID_BODIES: LazyLock<WordSet<&'static str>> = LazyLock::new(|| {
    include_str!("data/aid_bodies.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

/// Whether the people of a body, given by its canonical name, bring aid.
pub fn is_aid_body(name: &str) -> bool {
    AID_BODIES.contains(name)
}

static BLOCS: LazyLock<WordSet<&'static str>> =
    LazyLock::new(|| include_str!("data/blocs.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// Whether a body, given by its canonical name, is a union of states.
pub fn is_bloc(name: &str) -> bool {
    BLOCS.contains(name)
}

static BUILTIN: LazyLock<Arc<Gazetteer>> = LazyLock::new(|| Arc::new(Gazetteer::with(&[])));

impl Gazetteer {
    /// The names compiled in.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN)
    }

    /// The names compiled in and those that a user adds, which come first where both write a name the same way.
    pub fn with(additions: &[Addition]) -> Self {
        let mut rows: Vec<Row> = additions.iter().flat_map(tables::added).collect();
        rows.extend(tables::built_in());
        let mut shared: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let mut share = |text: &str| -> Arc<str> {
            Arc::clone(shared.entry(text.to_owned()).or_insert_with(|| Arc::from(text)))
        };
        let mut adjectives = BTreeMap::new();
        let mut homes = BTreeMap::new();
        let mut patterns: BTreeMap<String, Entry> = BTreeMap::new();
        for row in rows {
            let name = share(&row.name);
            let party = row.party.as_deref().map(&mut share);
            if row.adjective {
                let adjective = share(&row.written);
                adjectives.entry(Arc::clone(&name)).or_insert(adjective);
            }
            if let Some(home) = row.home.as_deref() {
                let home = share(home);
                homes.entry(Arc::clone(&name)).or_insert(home);
            }
            let plain = tables::without_accents(&row.written);
            for written in [row.written.clone(), plain] {
                let entry = Entry {
                    written: written.clone(),
                    name: Arc::clone(&name),
                    party: party.clone(),
                    kind: row.kind,
                    form: row.form,
                };
                patterns.entry(written).or_insert(entry);
            }
        }
        let mut leaders: BTreeMap<String, Option<Leader>> = BTreeMap::new();
        for entry in patterns.values().filter(|entry| entry.kind == EntityKind::Person) {
            let Some(party) = &entry.party else { continue };
            let known = (Arc::clone(&entry.name), Arc::clone(party));
            leaders
                .entry(spelling_key(surname(&entry.written)))
                .and_modify(|old| {
                    let same = old
                        .as_ref()
                        .is_some_and(|(name, of)| of == party && surname(name) == surname(&known.0));
                    if !same {
                        *old = None;
                    }
                })
                .or_insert(Some(known));
        }
        let mut lists: Vec<Vec<(usize, usize)>> = Vec::new();
        let mut by_first: WordMap<Box<str>, usize> = WordMap::default();
        let mut beginnings = vec![0_u64; (1 << BEGINNING_BITS) / 64].into_boxed_slice();
        for (place, written) in patterns.keys().enumerate() {
            let mut first = None;
            each_word(written, |word| first = first.or(Some(word)));
            if let Some(word) = first {
                let begins = word.noted_at();
                if let Some(bits) = beginnings.get_mut(begins / 64) {
                    *bits |= 1 << (begins % 64);
                }
                let list =
                    *by_first.entry(Box::from(word.written.to_ascii_lowercase())).or_insert(lists.len());
                lists.resize_with(lists.len().max(list + 1), Vec::new);
                lists.get_mut(list).into_iter().for_each(|list| list.push((place, word.at)));
            }
        }
        let short = ShortWords::of(by_first.iter().map(|(word, list)| (&**word, *list)));
        let entries = patterns.into_values().collect();
        Self { lists, by_first, short, beginnings, entries, adjectives, homes, leaders }
    }

    /// The names in a text, in order, not overlapping, the longest where several begin at one place.
    pub fn find(&self, text: &str) -> Vec<Entity> {
        self.find_within(text, Span { start: 0, end: text.len() })
    }

    /// The names in a stretch of a text.
    pub fn find_within(&self, text: &str, within: Span) -> Vec<Entity> {
        let stretch = within.of(text);
        let mut found: Vec<(Span, usize)> = Vec::new();
        each_word(stretch, |word| {
            for &(place, ahead) in self.with_first(word) {
                let (Some(entry), Some(at)) = (self.entries.get(place), word.at.checked_sub(ahead)) else {
                    continue;
                };
                let end = at + entry.written.len();
                let span = Span { start: within.start + at, end: within.start + end };
                let (here, written) = (stretch.as_bytes().get(at..end), entry.written.as_bytes());
                // Many names share their first word; few end alike.
                let ends = |here: &[u8]| {
                    here.last().zip(written.last()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
                };
                if here.is_some_and(|here| ends(here) && here.eq_ignore_ascii_case(written))
                    && is_whole_word(text, span)
                    && entry.form.allows(text, span, &entry.written)
                {
                    found.push((span, place));
                }
            }
        });
        found.sort_by_key(|(span, pattern)| (span.start, usize::MAX - span.end, *pattern));
        let mut end = 0;
        let mut entities = Vec::new();
        for (span, pattern) in found {
            let Some(entry) = self.entries.get(pattern) else { continue };
            if span.start < end {
                continue;
            }
            end = span.end;
            entities.push(Entity {
                span,
                name: Arc::clone(&entry.name),
                party: entry.party.clone(),
                kind: entry.kind,
            });
        }
        entities
    }

    /// The names whose first word is this one, in capitals or small letters, each with the bytes before that word.
    #[inline]
    fn with_first(&self, word: Word<'_>) -> &[(usize, usize)] {
        let begins = word.noted_at();
        if self.beginnings.get(begins / 64).is_none_or(|bits| bits >> (begins % 64) & 1 == 0) {
            return &[];
        }
        let list = if word.short {
            self.short.get(word.begins)
        } else {
            self.by_first.get(word.written.to_ascii_lowercase().as_str()).copied()
        };
        list.and_then(|list| self.lists.get(list)).map_or(&[], Vec::as_slice)
    }

    /// The leader whom a surname alone means, with the party, when only one known to the world bears it.
    pub fn leader(&self, written: &str) -> Option<(&Arc<str>, &Arc<str>)> {
        let (name, party) = self.leaders.get(&spelling_key(written))?.as_ref()?;
        Some((name, party))
    }

    /// The adjective of a country or territory: "Kenyan" for "Kenya".
    pub fn adjective(&self, party: &str) -> Option<&Arc<str>> {
        self.adjectives.get(party)
    }

    /// The capital of a country.
    pub fn capital(&self, country: &str) -> Option<&str> {
        let is_its_capital =
            |entry: &&Entry| entry.kind == EntityKind::Capital && entry.party.as_deref() == Some(country);
        self.entries.iter().find(is_its_capital).map(|entry| &*entry.written)
    }

    /// The country in which a group or territory is at home.
    pub fn home(&self, party: &str) -> Option<&Arc<str>> {
        self.homes.get(party)
    }
}

/// Beginnings of words are told apart by so many bits of their hash.
const BEGINNING_BITS: u32 = 16;

/// A run of letters and digits.
#[derive(Clone, Copy)]
struct Word<'t> {
    at: usize,
    written: &'t str,
    /// Its beginning, capitals like small letters.
    begins: u64,
    /// It is known by its beginning alone.
    short: bool,
}

impl Word<'_> {
    /// Where it is noted that a name begins so.
    #[inline]
    fn noted_at(self) -> usize {
        (self.begins.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BEGINNING_BITS)) as usize
    }
}

/// Calls `each` with every run of letters and digits.
#[inline]
fn each_word<'t>(text: &'t str, mut each: impl FnMut(Word<'t>)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        // Nearly all words are letters alone.
        let (head, end) = run(bytes, at);
        let next = bytes.get(end);
        if end > start && next.is_none_or(|next| next.is_ascii() && !next.is_ascii_digit()) {
            at = end;
            let written = text.get(start..end).unwrap_or_default();
            let short = short(head, end - start);
            let begins = short.unwrap_or_else(|| beginning(written));
            each(Word { at: start, written, begins, short: short.is_some() });
            continue;
        }
        if byte.is_ascii() {
            at += bytes.iter().skip(at).take_while(|byte| byte.is_ascii_alphanumeric()).count();
            if at == start {
                at += 1;
                continue;
            }
        }
        if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
            let rest = text.get(at..).unwrap_or_default();
            let letters = rest.chars().take_while(|sign| sign.is_alphanumeric());
            at += letters.map(char::len_utf8).sum::<usize>();
            if at == start {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
        }
        let written = text.get(start..at).unwrap_or_default();
        each(Word { at: start, written, begins: beginning(written), short: false });
    }
}

/// Whether a name stands for itself and is not a part of a longer word: "Niger" in "Nigerian", "Russian" in
/// "pro-Russian" and "Russian-made" are not the names.
fn is_whole_word(text: &str, span: Span) -> bool {
    let before = text.get(..span.start).unwrap_or_default().chars().next_back();
    let mut after = text.get(span.end..).unwrap_or_default().chars();
    let next = after.next();
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '@' || c == '#') {
        return false;
    }
    if before == Some('-') && !follows_name_or_ethnic(text.get(..span.start).unwrap_or_default()) {
        return false;
    }
    match next {
        Some('-') => !after.next().is_some_and(char::is_lowercase),
        Some(c) => !c.is_alphanumeric() && c != '_',
        None => true,
    }
}

/// "Franco-German", "US-China", "ethnic-Armenian": a name after a hyphen still is one when what precedes is a name
/// too. After "pro-", "anti-", "non-" or "ex-" it says what somebody is for, against or no more.
fn follows_name_or_ethnic(before: &str) -> bool {
    let word = before.trim_end_matches('-').rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    word == "ethnic"
        || (word.chars().next().is_some_and(char::is_uppercase) && !matches!(word, "Pro" | "Anti" | "Non"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let names = Gazetteer::builtin();
        names
            .find(text)
            .into_iter()
            .filter(|entity| !matches!(entity.kind, EntityKind::Role(_)))
            .map(|entity| format!("{}={}", entity.span.of(text), entity.name))
            .collect()
    }

    #[test]
    fn finds_countries_by_every_name() {
        assert_eq!(
            found("Nairobi and Kenyan troops met Ugandans"),
            ["Nairobi=Kenya", "Kenyan=Kenya", "Ugandans=Uganda"]
        );
        assert_eq!(found("The Élysée and the Elysee"), ["Élysée=France", "Elysee=France"]);
        assert_eq!(found("U.S. and U.N. envoys"), ["U.S.=United States", "U.N.=United Nations"]);
        assert_eq!(found("NAIROBI (AP)"), ["NAIROBI=Kenya"]);
    }

    #[test]
    fn takes_the_longest_name() {
        assert_eq!(found("the UN Security Council"), ["UN Security Council=UN Security Council"]);
        assert_eq!(found("South Sudan"), ["South Sudan=South Sudan"]);
        assert_eq!(found("the Democratic Republic of Congo"), ["Democratic Republic of Congo=DR Congo"]);
    }

    #[test]
    fn ignores_words_that_only_look_like_names() {
        assert_eq!(found("he told us who it is, and eta is a letter"), Vec::<String>::new());
        assert_eq!(
            found("roast turkey, a mali of beads, pro-Russian crowds, Russian-made tanks"),
            Vec::<String>::new()
        );
        assert_eq!(found("Jordan Pickering and Chad Olsen"), Vec::<String>::new());
        assert_eq!(found("A nice reading. Reading is nice."), Vec::<String>::new());
        assert_eq!(found("three died in Nice on Friday"), ["Nice=Nice"]);
    }

    #[test]
    fn knows_whom_a_name_stands_for() {
        let names = Gazetteer::builtin();
        let party = |text: &str| {
            names.find(text).first().and_then(|entity| entity.party.clone()).map(|p| p.to_string())
        };
        assert_eq!(party("Downing Street").as_deref(), Some("United Kingdom"));
        assert_eq!(party("Angela Merkel").as_deref(), Some("Germany"));
        assert_eq!(party("Mombasa").as_deref(), Some("Kenya"));
        assert_eq!(party("spokesman"), None);
    }

    #[test]
    fn what_a_user_adds_comes_first() {
        let addition = Addition {
            name: "Harbour Front".to_owned(),
            aliases: vec!["HF".to_owned()],
            party: None,
            kind: EntityKind::Organisation,
        };
        let names = Gazetteer::with(&[addition]);
        let found: Vec<_> =
            names.find("The HF and Harbour Front").into_iter().map(|e| e.name.to_string()).collect();
        assert_eq!(found, ["Harbour Front", "Harbour Front"]);
    }

    #[test]
    fn every_name_is_looked_for_where_its_first_word_stands() {
        let names = Gazetteer::builtin();
        let lettered = |entry: &Entry| entry.written.contains(char::is_alphanumeric);
        for (place, entry) in names.entries.iter().enumerate().filter(|(_, entry)| lettered(entry)) {
            for written in [entry.written.clone(), entry.written.to_ascii_uppercase()] {
                let text = format!("Na\u{ef}ve ({written}) left");
                let mut found = false;
                each_word(&text, |word| {
                    let at_name =
                        |ahead: &usize| word.at.checked_sub(*ahead) == text.find('(').map(|open| open + 1);
                    found |=
                        names.with_first(word).iter().any(|(one, ahead)| *one == place && at_name(ahead));
                });
                assert!(found, "{written}");
            }
        }
    }
}
