//! What an article has named so far, so that "the ministry", "he", "they" and "both sides" can be understood. Comes in:
//! the names of the article, then its mentions in order. Goes out: the last that fits. Bounded: one memory for each kind
//! of reference, forgotten after a few sentences.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::extract::english::lexicon::actors as lexicon;
use crate::text::gazetteer::{Entity, EntityKind, Gazetteer, Role};
use crate::text::{Analysis, Part};

use super::gender::Gender;
use super::named_most::{armed_groups, blocs, countries_in_order, most};
use super::{Kind, Mention};

/// A pronoun reaches back this many sentences; what it means further back is a guess.
const REACH: usize = 3;

/// Sentences that "he" and "she" reach back: what somebody says in quotation marks lies between.
const PERSON_REACH: usize = 5;

/// From this share of all names of parties on, an article is about matters at home.
const DOMESTIC_TENTHS: usize = 6;

/// Fewer names than two of its home tell nothing about what an article is about; each counts two.
const DOMESTIC_LEAST: usize = 4;

/// Somebody who was named.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: Arc<str>,
    pub(super) person: Option<Arc<str>>,
    pub(super) party: Option<Arc<str>>,
    /// The other members, when a whole list was named.
    pub(super) others: Vec<Arc<str>>,
    /// An organisation, not a state.
    pub(super) group: bool,
    sentence: usize,
}

/// How somebody stands in the sentence that names them.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is a question of its own")]
pub(super) struct Standing {
    /// An organisation, not a state.
    pub(super) group: bool,
    /// An armed one.
    pub(super) armed: bool,
    /// In what another says.
    pub(super) reported: bool,
    /// Right before a verb.
    pub(super) acts: bool,
    /// In a clause about another: "a plan of Chad, which Kenya supports".
    pub(super) embedded: bool,
}

/// The last of each kind.
#[derive(Debug, Default)]
pub(super) struct Memory {
    home: Option<Arc<str>>,
    /// Whether the article speaks of its home far more than of any other party.
    domestic: bool,
    /// Whether the home is named at least twice as often as any other country.
    settled: bool,
    /// Territory that "the separatists" of this article are of.
    territory: Option<Arc<str>>,
    /// The two parties the article names most.
    rivals: Option<(Arc<str>, Arc<str>)>,
    person: Option<Named>,
    /// The person before the last one, and the body: whom an object means that is not its own subject.
    other_person: Option<Named>,
    /// Who the text has said is a woman or a man.
    genders: BTreeMap<Arc<str>, Gender>,
    /// The person named last behind a preposition, by a possessive or as an object.
    person_aside: Option<Named>,
    /// Where the last person ended who is told of in what another says.
    told_of: Option<(usize, usize)>,
    /// Where the last ended who stands behind a preposition or as an object.
    aside_end: Option<(usize, usize)>,
    body: Option<Named>,
    other_body: Option<Named>,
    group: Option<Named>,
    peaceful: Option<Named>,
    /// The undertaking named last.
    firm: Option<Named>,
    many: Option<Named>,
    speaker: Option<Named>,
    by_role: BTreeMap<Role, Named>,
    by_word: BTreeMap<String, Named>,
    /// Where the article names countries, for "the junta".
    countries: Vec<(usize, Arc<str>)>,
    /// The armed group that the article names most.
    fighters: Option<Arc<str>>,
    /// The union of states that the article names most.
    bloc: Option<Arc<str>>,
    /// Whose junta the article speaks of.
    usurped: Option<Arc<str>>,
    /// Whether only some sentences of the article were read.
    partial: bool,
    /// The list that is being read, and where its last member ended.
    list: Option<(Named, usize)>,
    /// The two named last in one breath, whatever is said of them: whom "both" means.
    pair: Option<Named>,
    /// The body or party named last, and where that ended.
    single: Option<(Named, usize)>,
}

impl Memory {
    /// Counts the names of the article: the country named most is where it is at home.
    pub(super) fn new(
        entities: &[Entity],
        analysis: &Analysis<'_>,
        names: &Gazetteer,
        partial: bool,
    ) -> Self {
        let mut countries: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let mut territories: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let mut rivals: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let title_end = analysis.sentences.first().map_or(0, |sentence| sentence.span.end);
        let mentioned = times_named(entities);
        let in_dateline = |entity: &Entity| {
            let at = analysis.sentences.partition_point(|sentence| sentence.span.end <= entity.span.start);
            analysis.sentences.get(at).is_some_and(|sentence| sentence.part == Part::Dateline)
        };
        for entity in entities {
            let Some(party) = &entity.party else { continue };
            // Where a report was written is not yet what it is about.
            let again = || mentioned.get(party).is_some_and(|times| *times > 1);
            let weight = match entity.span.end {
                end if end <= title_end => 3,
                _ if in_dateline(entity) && !again() => 1,
                _ => 2,
            };
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
        let all: usize = rivals.values().sum();
        let home = most(&countries, entities).into_iter().next();
        // Movements at home are matters at home.
        let own: usize = rivals
            .iter()
            .filter(|(party, _)| {
                Some(*party) == home.as_ref()
                    || names.adjective(party).is_none()
                        && names.home(party) == home.as_ref()
                        && home.is_some()
            })
            .map(|(_, count)| count)
            .sum();
        let runner_up = countries
            .iter()
            .filter(|(country, _)| Some(*country) != home.as_ref())
            .map(|(_, count)| *count)
            .max()
            .unwrap_or_default();
        let top = home.as_ref().and_then(|home| countries.get(home)).copied().unwrap_or_default();
        let mut pair = most(&rivals, entities).into_iter();
        let rivals = pair.next().zip(pair.next());
        Self {
            home,
            domestic: own >= DOMESTIC_LEAST && own * 10 >= all * DOMESTIC_TENTHS,
            settled: top >= 2 * runner_up,
            fighters: most(&armed_groups(entities, names), entities).into_iter().next(),
            bloc: most(&blocs(entities), entities).into_iter().next(),
            countries: countries_in_order(entities),
            territory: most(&territories, entities).into_iter().next(),
            rivals,
            partial,
            ..Self::default()
        }
    }

    /// Whether only some sentences of the article were read, so that a word may mean somebody named in another.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// The country the article is about.
    pub(super) fn home(&self) -> Option<&Arc<str>> {
        self.home.as_ref()
    }

    /// Whether the article is about matters at home.
    pub(super) fn domestic(&self) -> bool {
        self.domestic
    }

    /// Whether an office without a country can only be of the home.
    pub(super) fn settled(&self) -> bool {
        self.settled || self.domestic
    }

    /// The country whose government "the junta" at this place of the text took: the one that was said to have a junta
    /// before, else the one the article is about, else the one named last.
    pub(super) fn usurped(&mut self, place: usize) -> Option<Arc<str>> {
        if self.usurped.is_none() {
            let after = self.countries.partition_point(|(start, _)| *start < place);
            let nearest = after.checked_sub(1).and_then(|at| self.countries.get(at));
            let home = self.home.clone();
            self.usurped = home
                .clone()
                .filter(|_| self.settled)
                .or(nearest.map(|(_, party)| Arc::clone(party)))
                .or(home);
        }
        self.usurped.clone()
    }

    /// Whose junta was named so far.
    pub(super) fn junta(&self) -> Option<&Arc<str>> {
        self.usurped.as_ref()
    }

    /// The armed group that the article names most.
    pub(super) fn fighters(&self) -> Option<&Arc<str>> {
        self.fighters.as_ref()
    }

    /// The union of states that the article names most.
    pub(super) fn bloc(&self) -> Option<&Arc<str>> {
        self.bloc.as_ref()
    }

    /// Remembers whose junta was named.
    pub(super) fn note_usurped(&mut self, party: &Arc<str>) {
        self.usurped = Some(Arc::clone(party));
    }

    /// The body named last, if that was a moment ago.
    pub(super) fn recent_group(&self, sentence: usize) -> Option<&Named> {
        self.group.as_ref().filter(|named| named.sentence + REACH > sentence)
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
        Standing { group, armed, reported, acts, embedded }: Standing,
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
            group,
            sentence: mention.sentence,
        };
        let told_of = self.is_told_of(mention, reported, &continues_list);
        let embedded = embedded && mention.kind != Kind::Person;
        let aside = told_of || embedded || self.is_aside(mention, acts, &continues_list);
        if aside && !told_of && mention.kind == Kind::Person {
            self.person_aside = Some(named.clone());
        }
        self.note_pair(&named, mention, &continues_list);
        self.note_list(&named, mention, aside, continues_list);
        let put = |slot: &mut Option<Named>| {
            if !aside || slot.as_ref().is_none_or(|old| old.sentence + 1 < named.sentence) {
                *slot = Some(named.clone());
            }
        };
        let (person, body) = (self.person.clone(), self.body.clone());
        match mention.kind {
            Kind::Person => {
                put(&mut self.person);
                if let Some(party) = mention.party.as_ref().filter(|_| group) {
                    let of = Named { name: Arc::clone(party), person: None, ..named.clone() };
                    self.group = Some(of);
                }
            }
            Kind::Folk => put(&mut self.many),
            Kind::Party | Kind::Office => {
                // "The courts … it": many are not "it", unless they have one name.
                if !mention.plural || mention.kind == Kind::Party || mention.party.is_some() {
                    put(&mut self.body);
                }
                let one = !mention.plural
                    && matches!(mention.role, Some(Role::Head | Role::Minister | Role::Local | Role::Voice));
                if one {
                    put(&mut self.person);
                }
                if mention.plural {
                    put(&mut self.many);
                }
                if group {
                    put(&mut self.group);
                }
                if group && !armed {
                    put(&mut self.peaceful);
                }
            }
            // A pronoun keeps the person it means alive.
            Kind::Reference if mention.person.is_some() => put(&mut self.person),
            Kind::Reference => {}
        }
        let differs = |old: &Option<Named>, new: &Option<Named>| {
            old.as_ref().is_some_and(|old| new.as_ref().is_some_and(|new| new.name != old.name))
        };
        if differs(&person, &self.person) {
            self.other_person = person;
        }
        if differs(&body, &self.body) {
            self.other_body = body;
        }
        if !aside && mention.kind != Kind::Reference {
            self.speaker = Some(named.clone());
        }
        self.note_words(&named, mention, heads);
    }

    /// Remembers the role and the words by which later sentences may mean somebody.
    fn note_words(&mut self, named: &Named, mention: &Mention, heads: &[String]) {
        if let Some(role) = mention.role.filter(|_| mention.party.is_some()) {
            self.by_role.insert(role, named.clone());
        }
        for word in heads {
            self.by_word.insert(word.clone(), named.clone());
        }
        if is_firm(mention, named.group) {
            self.firm = Some(named.clone());
        }
    }

    /// "Berg said that Brun had lied. He …": who speaks goes on, not who is told of.
    fn is_told_of(&mut self, mention: &Mention, reported: bool, joins: impl Fn(usize) -> bool) -> bool {
        let listed = self.told_of.is_some_and(|(sentence, end)| sentence == mention.sentence && joins(end));
        let behind = self.person.as_ref().is_some_and(|person| person.sentence == mention.sentence);
        let told_of = mention.kind == Kind::Person && behind && (reported || listed);
        if told_of {
            self.told_of = Some((mention.sentence, mention.tokens.end));
        }
        told_of
    }

    /// Whether somebody does nothing in the sentence: an owner, behind a preposition, an object, or one of a list of these
    /// ("to bring in the union, the council and Kenya").
    fn is_aside(&mut self, mention: &Mention, acts: bool, joins: impl Fn(usize) -> bool) -> bool {
        let goes_on =
            self.aside_end.is_some_and(|(sentence, end)| sentence == mention.sentence && !acts && joins(end));
        let aside = mention.owner || mention.governed || mention.object || goes_on;
        self.aside_end = (aside && !mention.owner).then_some((mention.sentence, mention.tokens.end));
        aside
    }

    /// Remembers "A and B", for a "both" that follows.
    fn note_pair(&mut self, named: &Named, mention: &Mention, joins: impl Fn(usize) -> bool) {
        if mention.owner || !matches!(mention.kind, Kind::Party | Kind::Office) {
            return;
        }
        if let Some((first, _)) =
            self.single.take().filter(|(first, end)| first.sentence == named.sentence && joins(*end))
        {
            self.pair = Some(Named { others: vec![Arc::clone(&named.name)], ..first });
        }
        self.single = Some((named.clone(), mention.tokens.end));
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

    /// Whom a pronoun means. An object does not mean what its own sentence has just named as the subject.
    pub(super) fn pronoun(&self, word: &str, sentence: usize, object: bool) -> Option<&Named> {
        let fresh = |named: &&Named| named.sentence + REACH > sentence;
        let person = |named: &&Named| named.sentence + PERSON_REACH > sentence;
        let other =
            |last: &Option<Named>| object && last.as_ref().is_some_and(|last| last.sentence == sentence);
        match word {
            // "Brun said that Berg had told her": whoever is told of does it to who speaks.
            "him" | "her" if self.told_of.is_some_and(|(at, _)| at == sentence) => {
                self.person.as_ref().filter(person)
            }
            "him" | "her" if other(&self.person) => {
                let differs = |aside: &&Named| self.person.as_ref().is_some_and(|own| own.name != aside.name);
                let fits = |named: &&Named| self.may_be(word, named);
                let aside = self.person_aside.as_ref().filter(|aside| aside.sentence == sentence);
                let aside = aside.filter(differs).filter(fits);
                aside.or(self.other_person.as_ref().filter(fits).filter(person))
            }
            // "A backer of President Berg called on him": whoever stands aside in the same sentence.
            "him" | "her"
                if object && self.person_aside.as_ref().is_some_and(|aside| aside.sentence == sentence) =>
            {
                self.person_aside.as_ref().filter(|aside| self.may_be(word, aside))
            }
            "it" if other(&self.body) => self.other_body.as_ref().filter(fresh),
            "he" | "she" | "him" | "her" => {
                let fits = |named: &&Named| self.may_be(word, named);
                let last = self.person.as_ref().filter(fits);
                last.or(self.other_person.as_ref().filter(fits)).filter(person)
            }
            "it" => self.body.as_ref().filter(fresh),
            "both" => {
                let many = self.many.as_ref().filter(|named| named.others.len() == 1);
                let (pair, many) = (self.pair.as_ref().filter(fresh), many.filter(fresh));
                if pair.map(|pair| pair.sentence) > many.map(|many| many.sentence) { pair } else { many }
            }
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

    /// Remembers that somebody was said to be a woman or a man.
    pub(super) fn note_gender(&mut self, person: &Arc<str>, gender: Option<Gender>) {
        if let Some(gender) = gender {
            self.genders.entry(Arc::clone(person)).or_insert(gender);
        }
    }

    /// Whether "he" or "she" may mean somebody, for all that was said.
    fn may_be(&self, pronoun: &str, named: &Named) -> bool {
        let known = named.person.as_ref().and_then(|person| self.genders.get(person));
        known.is_none_or(|known| Gender::of(pronoun) == Some(*known))
    }

    /// Whom "the ministry", "the army" or "a spokesman" means.
    pub(super) fn role(&self, role: Role) -> Option<&Named> {
        if role != Role::Voice {
            return self.by_role.get(&role);
        }
        let speaker = self.speaker.as_ref()?;
        // "Kenya, Chad and Norway issued a statement asking": it is of all of them.
        let all = self
            .many
            .as_ref()
            .filter(|many| many.sentence == speaker.sentence && many.others.last() == Some(&speaker.name));
        all.or(Some(speaker))
    }

    /// Whom "the union" means: the last named with this word.
    pub(super) fn word(&self, head: &str) -> Option<&Named> {
        self.by_word.get(head)
    }

    /// Whom "the group" or "the movement" means.
    pub(super) fn group(&self) -> Option<&Named> {
        self.group.as_ref()
    }

    /// Whom "the company" means.
    pub(super) fn firm(&self) -> Option<&Named> {
        self.firm.as_ref().filter(|firm| !self.genders.contains_key(&firm.name))
    }

    /// Whom "the bloc" or "the charity" means: nobody who fights.
    pub(super) fn peaceful(&self) -> Option<&Named> {
        self.peaceful.as_ref()
    }
}

/// How often each party is named.
fn times_named(entities: &[Entity]) -> BTreeMap<&Arc<str>, usize> {
    let mut times = BTreeMap::new();
    for party in entities.iter().filter_map(|entity| entity.party.as_ref()) {
        *times.entry(party).or_default() += 1;
    }
    times
}

/// Whether a mention may be of an undertaking: one called so, or a single name without an office or a party.
fn is_firm(mention: &Mention, group: bool) -> bool {
    let name = mention.name.to_lowercase();
    let called = name.split_whitespace().next_back().is_some_and(lexicon::is_firm_name);
    let single = mention.kind == Kind::Person
        && mention.role.is_none()
        && mention.party.is_none()
        && !name.contains(' ');
    called && group || single
}
