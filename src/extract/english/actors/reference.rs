//! What an article has named so far, so that "the ministry", "he", "they" and "both sides" can be understood. Comes in:
//! the names of the article, then its mentions in order. Goes out: the last that fits. Bounded: one memory for each kind
//! of reference, forgotten after a few sentences.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::Analysis;
use crate::text::gazetteer::{Entity, EntityKind, Role};

use super::{Kind, Mention};

/// A pronoun reaches back this many sentences; what it means further back is a guess.
const REACH: usize = 3;

/// From this share of all names of parties on, an article is about matters at home.
const DOMESTIC_TENTHS: usize = 6;

/// Somebody who was named.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: Arc<str>,
    pub(super) person: Option<Arc<str>>,
    pub(super) party: Option<Arc<str>>,
    /// The other members, when a whole list was named.
    pub(super) others: Vec<Arc<str>>,
    sentence: usize,
}

/// The last of each kind.
#[derive(Debug, Default)]
pub(super) struct Memory {
    home: Option<Arc<str>>,
    /// Whether the article speaks of its home far more than of any other party.
    domestic: bool,
    /// Territory that "the separatists" of this article are of.
    territory: Option<Arc<str>>,
    /// The two parties the article names most.
    rivals: Option<(Arc<str>, Arc<str>)>,
    person: Option<Named>,
    body: Option<Named>,
    group: Option<Named>,
    many: Option<Named>,
    speaker: Option<Named>,
    by_role: BTreeMap<Role, Named>,
    by_word: BTreeMap<String, Named>,
    /// The list that is being read, and where its last member ended.
    list: Option<(Named, usize)>,
}

impl Memory {
    /// Counts the names of the article: the country named most is where it is at home.
    pub(super) fn new(entities: &[Entity], analysis: &Analysis<'_>) -> Self {
        let mut countries: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let mut territories: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let mut rivals: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let title_end = analysis.sentences.first().map_or(0, |sentence| sentence.span.end);
        for entity in entities {
            let Some(party) = &entity.party else { continue };
            let weight = if entity.span.end <= title_end { 3 } else { 2 };
            match entity.kind {
                EntityKind::City | EntityKind::Region => {
                    *countries.entry(Arc::clone(party)).or_default() += 1;
                }
                EntityKind::Country | EntityKind::Capital | EntityKind::Demonym | EntityKind::Metonym => {
                    *countries.entry(Arc::clone(party)).or_default() += weight;
                    *rivals.entry(Arc::clone(party)).or_default() += weight;
                }
                EntityKind::Territory => {
                    *territories.entry(Arc::clone(party)).or_default() += 1;
                    *rivals.entry(Arc::clone(party)).or_default() += weight;
                }
                EntityKind::ArmedGroup | EntityKind::Organisation => {
                    *rivals.entry(Arc::clone(party)).or_default() += weight;
                }
                EntityKind::Body | EntityKind::Person | EntityKind::Role(_) => {}
            }
        }
        let most = |counts: &BTreeMap<Arc<str>, usize>| {
            // The first in the alphabet among equals: any rule will do, if it is always the same.
            let mut order: Vec<(&Arc<str>, usize)> =
                counts.iter().map(|(name, count)| (name, *count)).collect();
            order.sort_by_key(|&(_, count)| usize::MAX - count);
            order.into_iter().map(|(name, _)| Arc::clone(name)).collect::<Vec<_>>()
        };
        let all: usize = rivals.values().sum();
        let home = most(&countries).into_iter().next();
        let own = home.as_ref().and_then(|home| rivals.get(home)).copied().unwrap_or_default();
        let mut pair = most(&rivals).into_iter();
        let rivals = pair.next().zip(pair.next());
        Self {
            home,
            domestic: own * 10 >= all * DOMESTIC_TENTHS,
            territory: most(&territories).into_iter().next(),
            rivals,
            ..Self::default()
        }
    }

    /// The country the article is about.
    pub(super) fn home(&self) -> Option<&Arc<str>> {
        self.home.as_ref()
    }

    /// Whether the article is about matters at home.
    pub(super) fn domestic(&self) -> bool {
        self.domestic
    }

    /// The territory the article is about.
    pub(super) fn territory(&self) -> Option<&Arc<str>> {
        self.territory.as_ref()
    }

    /// "Both sides": the two parties the article names most.
    pub(super) fn rivals(&self) -> Option<(&Arc<str>, &Arc<str>)> {
        self.rivals.as_ref().map(|(one, other)| (one, other))
    }

    /// Takes a mention into memory. Who merely stands in a possessive or behind a preposition is remembered only when
    /// nobody better is.
    pub(super) fn note(
        &mut self,
        mention: &Mention,
        heads: &[String],
        group: bool,
        continues_list: impl Fn(usize) -> bool,
    ) {
        if mention.modifier {
            return;
        }
        let named = Named {
            name: Arc::clone(&mention.name),
            person: mention.person.clone(),
            party: mention.party.clone(),
            others: Vec::new(),
            sentence: mention.sentence,
        };
        let aside = mention.owner || mention.governed;
        self.note_list(&named, mention, aside, continues_list);
        let put = |slot: &mut Option<Named>| {
            if !aside || slot.as_ref().is_none_or(|old| old.sentence + 1 < named.sentence) {
                *slot = Some(named.clone());
            }
        };
        match mention.kind {
            Kind::Person => put(&mut self.person),
            Kind::Folk => put(&mut self.many),
            Kind::Party | Kind::Office => {
                put(&mut self.body);
                if mention.plural {
                    put(&mut self.many);
                }
                if group {
                    put(&mut self.group);
                }
            }
            // A pronoun keeps the person it means alive.
            Kind::Reference if mention.person.is_some() => put(&mut self.person),
            Kind::Reference => {}
        }
        if !aside && mention.kind != Kind::Reference {
            self.speaker = Some(named.clone());
        }
        if let Some(role) = mention.role.filter(|_| mention.party.is_some()) {
            self.by_role.insert(role, named.clone());
        }
        for word in heads {
            self.by_word.insert(word.clone(), named.clone());
        }
    }

    /// Remembers "A, B and C" as one, for a "they" that follows.
    fn note_list(
        &mut self,
        named: &Named,
        mention: &Mention,
        aside: bool,
        continues: impl Fn(usize) -> bool,
    ) {
        let list = match self.list.take() {
            Some((mut first, end)) if first.sentence == named.sentence && !aside && continues(end) => {
                first.others.push(Arc::clone(&named.name));
                self.many = Some(first.clone());
                first
            }
            _ => named.clone(),
        };
        self.list = (!aside && mention.kind != Kind::Reference).then_some((list, mention.tokens.end));
    }

    /// Whom a pronoun means.
    pub(super) fn pronoun(&self, word: &str, sentence: usize) -> Option<&Named> {
        let fresh = |named: &&Named| named.sentence + REACH > sentence;
        match word {
            "he" | "she" | "him" => self.person.as_ref().filter(fresh),
            "it" => self.body.as_ref().filter(fresh),
            "both" => self.many.as_ref().filter(|named| named.others.len() == 1).filter(fresh),
            "they" | "them" => {
                let latest = |one: Option<&Named>, other: Option<&Named>| match (one, other) {
                    (Some(one), Some(other)) => one.sentence >= other.sentence,
                    (one, _) => one.is_some(),
                };
                let (many, body) = (self.many.as_ref(), self.body.as_ref());
                if latest(many, body) { many } else { body }.filter(fresh)
            }
            _ => None,
        }
    }

    /// Whom "the ministry", "the army" or "a spokesman" means.
    pub(super) fn role(&self, role: Role) -> Option<&Named> {
        if role == Role::Voice { self.speaker.as_ref() } else { self.by_role.get(&role) }
    }

    /// Whom "the union" means: the last named with this word.
    pub(super) fn word(&self, head: &str) -> Option<&Named> {
        self.by_word.get(head)
    }

    /// Whom "the group" or "the bloc" means.
    pub(super) fn group(&self) -> Option<&Named> {
        self.group.as_ref()
    }
}
