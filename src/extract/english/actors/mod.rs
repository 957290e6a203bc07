//! Who is who in an article: every phrase that names somebody who can demand, take a stance or be addressed, with the
//! party behind it. Comes in: an analysed article and the gazetteer. Goes out: mentions in the order of the text.
//! Never decides what anybody does.
//!
//! A mention keeps both depths: the voice as written ("Kenya's foreign ministry") and the party it speaks for
//! ("Kenya"). Names that only the article knows are learnt in a first pass over it, references ("the ministry",
//! "they") resolved in a second.

mod belonging;
#[cfg(test)]
mod corpus;
mod draft;
mod gender;
mod named_most;
mod naming;
mod person;
mod phrase;
mod proper;
mod reference;
mod standing;
mod unsaid;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::model::Span;
use crate::text::english::view::View;
use crate::text::gazetteer::{Entity, EntityKind, Gazetteer, Role};
use crate::text::name::introduced_acronyms;
use crate::text::{Analysis, Tag};

pub(in crate::extract) use phrase::may_begin;

use draft::Draft;
use person::People;
use phrase::PhraseReader;
use reference::Memory;

/// What kind of somebody a mention is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A country, body, armed group, territory or organisation by name.
    Party,
    /// An office or role that speaks for a party ("the foreign ministry").
    Office,
    /// A person by name.
    Person,
    /// People without a name ("protesters", "relatives of the missing").
    Folk,
    /// "he", "they", "the ministry": somebody named before.
    Reference,
}

/// A phrase that names somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each flag is a question of its own about the words")]
pub struct Mention {
    /// Its tokens, determiner included, possessive mark excluded.
    pub tokens: Range<usize>,
    /// The words: the voice as written.
    pub span: Span,
    /// The sentence it stands in.
    pub sentence: usize,
    /// Canonical name of whoever speaks: the party when the voice speaks for one, else the person or the people.
    pub name: Arc<str>,
    /// The other members, when "they" or "both" means a list.
    pub others: Vec<Arc<str>>,
    /// The two parties that "both sides" means.
    pub sides: Option<(Arc<str>, Arc<str>)>,
    /// The person's own name, when the mention names or means a person.
    pub person: Option<Arc<str>>,
    /// The party behind the voice.
    pub party: Option<Arc<str>>,
    /// What kind of somebody.
    pub kind: Kind,
    /// The role in which somebody speaks.
    pub role: Option<Role>,
    /// Followed by "'s": the mention owns what follows and does not act itself.
    pub owner: bool,
    /// Governed by a preposition ("with Kenya", "in Nairobi").
    pub governed: bool,
    /// Stands right after a verb that does not tell who speaks: something is done to it.
    pub object: bool,
    /// A mere adjective or place ("Kenyan" before a noun that is nobody; "in Nairobi").
    pub modifier: bool,
    /// A woman or man or body named in the singular, for "he", "she", "it" and "they".
    pub plural: bool,
}

/// Every mention of an article.
#[derive(Debug, Default)]
pub struct Actors {
    /// The names of the gazetteer in the article, in order.
    pub entities: Vec<Entity>,
    mentions: Vec<Mention>,
    by_sentence: BTreeMap<usize, Range<usize>>,
    /// The country that the article is about, when one stands out.
    pub home: Option<Arc<str>>,
    /// The same, when no other country comes near it: its government answers for what happens there.
    pub authority: Option<Arc<str>>,
    /// The country whose government those who took power hold, when the article speaks of a junta.
    pub usurped: Option<Arc<str>>,
    /// The two parties the article names most.
    pub rivals: Option<(Arc<str>, Arc<str>)>,
}

impl Actors {
    /// Reads the mentions of an article in which these names were found. Of an article of which only some sentences were
    /// analysed, what the others might tell is guessed in favour of somebody: a pronoun means somebody, and a word that
    /// may be a name is one.
    pub fn of(
        text: &str,
        analysis: &Analysis<'_>,
        names: &Gazetteer,
        mut entities: Vec<Entity>,
        partial: bool,
    ) -> Self {
        seat_rulers(&mut entities, text, names);
        let entities = entities;
        let mut memory = Memory::new(&entities, analysis, names, partial);
        let mut people = People::default();
        let introduced = introduced_acronyms(text);
        let reader = PhraseReader::new(analysis, &entities, &introduced, partial);
        let mut drafts: Vec<(usize, Draft)> = Vec::new();
        for (sentence, about) in analysis.sentences.iter().enumerate() {
            let view = analysis.view(sentence);
            for draft in reader.drafts(view, about.paragraph == 0 || about.heading) {
                if !draft.is_thing() {
                    drafts.push((sentence, draft));
                }
            }
        }
        spell_out(&mut drafts);
        for (_, draft) in &drafts {
            people.learn(draft);
        }
        people.recognise(names, &entities);
        let mut mentions: Vec<Mention> = Vec::with_capacity(drafts.len());
        for (sentence, draft) in drafts {
            let view = analysis.view(sentence);
            if let Some(mention) = naming::mention(draft, sentence, view, text, &mut people, &mut memory) {
                mentions.push(mention);
            }
        }
        let mut by_sentence: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        for (index, mention) in mentions.iter().enumerate() {
            let range = by_sentence.entry(mention.sentence).or_insert(index..index);
            range.end = index + 1;
        }
        let home = memory.home().cloned();
        let authority = home.clone().filter(|_| memory.settled());
        let usurped = memory.junta().cloned();
        let rivals = memory.rivals().map(|(one, other)| (Arc::clone(one), Arc::clone(other)));
        Self { entities, mentions, by_sentence, home, authority, usurped, rivals }
    }

    /// The mentions of a sentence, in order.
    pub fn in_sentence(&self, sentence: usize) -> &[Mention] {
        self.by_sentence.get(&sentence).and_then(|range| self.mentions.get(range.clone())).unwrap_or_default()
    }

    /// Whether the gazetteer knows a name as a state or an international body.
    pub fn is_state_or_body(&self, name: &str) -> bool {
        self.entities.iter().any(|entity| {
            matches!(
                entity.kind,
                EntityKind::Country
                    | EntityKind::Capital
                    | EntityKind::Demonym
                    | EntityKind::Body
                    | EntityKind::Metonym
            ) && entity.party.as_deref() == Some(name)
        })
    }

    /// All mentions, in order.
    pub fn all(&self) -> &[Mention] {
        &self.mentions
    }

    /// The mention of a sentence that begins at or right after `token`, determiners, quotation marks and "both" aside.
    pub fn starting_at(&self, sentence: usize, token: usize, view: View<'_>) -> Option<&Mention> {
        self.in_sentence(sentence).iter().find(|mention| {
            mention.tokens.start >= token
                && (token..mention.tokens.start)
                    .all(|at| view.is(at, &["\"", "“", "‘", "both", "all", "the", "'"]))
        })
    }

    /// The mention that covers a token.
    pub fn covering(&self, sentence: usize, token: usize) -> Option<&Mention> {
        self.in_sentence(sentence).iter().find(|mention| mention.tokens.contains(&token))
    }

    /// The members of the list ("A, B and C") that `mention` belongs to, itself included, in order.
    pub fn list_of(&self, mention: &Mention, view: View<'_>) -> Vec<&Mention> {
        let all = self.in_sentence(mention.sentence);
        let Some(at) = all.iter().position(|other| other.tokens == mention.tokens) else { return Vec::new() };
        let mut places = vec![at];
        let mut first = at;
        while let Some(before) = joined_before(all, first, view) {
            places.insert(0, before);
            first = before;
        }
        let mut last = at;
        while let Some(after) =
            (last + 1..all.len().min(last + 4)).find(|&after| joined_before(all, after, view) == Some(last))
        {
            places.push(after);
            last = after;
        }
        // "In Kenya, Uganda and Sudan said": what stands behind a preposition is not of the list of those who act.
        while !mention.governed
            && let Some(&place) = places.first()
            && place < at
            && all.get(place).is_some_and(|member| member.governed)
        {
            places.remove(0);
        }
        // "Two smaller unions, Chad's and Kenya's": the number counts those that follow.
        if let [first, _, _, ..] = places.as_slice()
            && all.get(*first).is_some_and(|mention| counts_members(mention, view))
        {
            places.remove(0);
        }
        let list: Vec<&Mention> = places.iter().filter_map(|&place| all.get(place)).collect();
        // A comma alone is an apposition or the end of a clause; a list of people who act says "and" somewhere.
        let says_and = list.windows(2).any(|pair| matches!(pair, [one, other] if (one.tokens.end..other.tokens.start).any(|at| view.is(at, &["and", "&", "as"]))));
        if says_and { list } else { all.get(at).into_iter().collect() }
    }

    /// The party by a name of the gazetteer that covers a span, for rules that need a side or a place.
    pub fn entity_at(&self, span: Span) -> Option<&Entity> {
        let at = self.entities.partition_point(|entity| entity.span.end <= span.start);
        self.entities.get(at).filter(|entity| entity.span.start < span.end)
    }

    /// The names inside a span.
    pub fn entities_within(&self, span: Span) -> &[Entity] {
        let first = self.entities.partition_point(|entity| entity.span.start < span.start);
        let last = self.entities.partition_point(|entity| entity.span.start < span.end);
        self.entities.get(first..last).unwrap_or_default()
    }
}

/// "The Royal College of Bakers … the RCB": gives an acronym the name whose first letters it is, when it is the only one.
fn spell_out(drafts: &mut [(usize, Draft)]) {
    let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
    for name in drafts.iter().filter_map(|(_, draft)| draft.organisation_name.as_ref()) {
        let initials: String = name
            .split_whitespace()
            .filter_map(|word| word.chars().next().filter(|first| first.is_uppercase()))
            .collect();
        if initials.len() >= INITIALS_LEAST {
            names
                .entry(initials)
                .and_modify(|known| *known = known.take().filter(|known| known == name))
                .or_insert_with(|| Some(name.clone()));
        }
    }
    for (_, draft) in drafts.iter_mut() {
        let long = draft.organisation_name.as_ref().and_then(|name| names.get(name.as_str())?.clone());
        draft.organisation_name = long.or(draft.organisation_name.take());
    }
}

/// Two letters are anybody's initials.
const INITIALS_LEAST: usize = 3;

/// An article that speaks of an armed group's government or foreign ministry means that government by the capital of its
/// country too.
fn seat_rulers(entities: &mut [Entity], text: &str, names: &Gazetteer) {
    let ruler = entities.windows(2).find_map(|pair| {
        let [group, office] = pair else { return None };
        let near = text.get(group.span.end..office.span.start).is_some_and(|gap| {
            gap.len() <= GAP_BYTES_MAX && !gap.contains(['.', ',', ';']) && !gap.contains(" and ")
        });
        let governs = matches!(
            office.kind,
            EntityKind::Role(Role::Government | Role::Ministry | Role::Minister | Role::Head)
        );
        let home = names.home(group.party.as_ref()?)?;
        (group.kind == EntityKind::ArmedGroup && governs && near)
            .then(|| (group.party.clone(), Arc::clone(home)))
    });
    let Some((Some(group), home)) = ruler else { return };
    for entity in entities.iter_mut() {
        if entity.kind == EntityKind::Capital && entity.party.as_ref() == Some(&home) {
            entity.party = Some(Arc::clone(&group));
        }
    }
}

/// Between an armed group and the office it holds lies at most an adjective.
const GAP_BYTES_MAX: usize = 12;

/// Whether a mention is a number of bodies without a name, set off by a comma: "two smaller unions,".
fn counts_members(mention: &Mention, view: View<'_>) -> bool {
    let unnamed = mention.plural && mention.party.is_none() && mention.person.is_none();
    let start = mention.tokens.start;
    let numbered = (start.saturating_sub(2)..mention.tokens.end).any(|at| view.tag(at) == Tag::Number);
    unnamed && numbered && view.is(mention.tokens.end, &[","])
}

/// The place of the mention to which the one at `place` is joined: the one before it, or one that owns the clause
/// between ("Kenya, which has soldiers there, and Uganda").
fn joined_before(all: &[Mention], place: usize, view: View<'_>) -> Option<usize> {
    let after = all.get(place)?;
    (place.saturating_sub(3)..place).rev().find(|&other| {
        let Some(before) = all.get(other) else { return false };
        let aside =
            view.is(before.tokens.end, &[","]) && view.is(before.tokens.end + 1, &["which", "who", "whose"]);
        (other + 1 == place || aside) && joined(before, after, view)
    })
}

/// Whether nothing but a comma, a coordinator and determiners lies between two mentions.
fn joined(before: &Mention, after: &Mention, view: View<'_>) -> bool {
    let mut gap = before.tokens.end..after.tokens.start;
    // "Kenya, which has 900 soldiers there, and Uganda": the clause between the commas belongs to the first.
    let aside =
        view.is(gap.start, &[","]) && view.is(gap.start + 1, &["which", "who", "whose"]) && gap.len() < 25;
    if aside && let Some(close) = (gap.start + 2..gap.end).find(|&at| view.is(at, &[","])) {
        gap.start = close;
    }
    if before.owner || gap.is_empty() || gap.len() > 5 {
        return false;
    }
    let joins = gap.clone().any(|at| view.is(at, &[",", "and", "&", "as"]));
    // "Kenya as well as Uganda", but not "called the guards as murderers are called".
    if gap
        .clone()
        .any(|at| view.is(at, &["as"]) && !view.is(at + 1, &["well"]) && !view.is(at - 1, &["well"]))
    {
        return false;
    }
    joins
        && gap.clone().all(|at| {
            view.is(
                at,
                &[
                    ",", "and", "&", "as", "well", "also", "the", "both", "from", "for", "by", "of", "to",
                    "on", "then", "later",
                ],
            )
        })
        && !(gap.clone().any(|at| view.is(at, &["from", "for", "by", "of", "to", "on"])) && !before.governed)
}

/// Whether a name of this kind can stand alone for somebody who acts.
fn acts(kind: EntityKind) -> bool {
    !matches!(kind, EntityKind::City | EntityKind::Region | EntityKind::Role(_))
}
