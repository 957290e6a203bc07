//! What a rule is, and the one list of rules. A reading goes in, findings come out. A rule never does I/O and never
//! decides between its findings and another rule's: that is `overlap`'s to do.
//!
//! Adding a rule: one `.rs` file with `pub const RULE`, its corpus as an `.md` file beside it, one `mod` line, one
//! line in [`RULES`].

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;

use super::cues::Cues;
use super::english::actors::{Actors, may_begin};
use super::english::casualties::scene::{Scene, scenes};
use super::english::casualties::setting::Setting;
use super::english::casualties::sighting::Sighted;
use super::english::{casualties, demands, positions};
use crate::model::{Article, Claim, Demand, Span};
use crate::text::gazetteer::{Entity, EntityKind, Gazetteer};
use crate::text::skim::Readers;
use crate::text::{Analysis, Sentence};

/// An article with everything that is worked out once and read by every rule.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The article.
    pub article: &'a Article,
    /// Its sentences, tokens, phrases, clauses, quotations and dates.
    pub analysis: Analysis<'a>,
    /// The names that are known.
    names: &'a Gazetteer,
    /// Whether only some sentences were analysed.
    partial: bool,
    /// Whom any of its sentences may concern.
    concerned: Readers,
    /// The rule that reads; none when every sentence may concern it.
    reader: Cell<Option<Readers>>,
    scenes: OnceCell<Vec<Scene>>,
    setting: OnceCell<Setting>,
    entities: OnceCell<Vec<Entity>>,
    actors: OnceCell<Actors>,
}

impl<'a> Reading<'a> {
    /// Of all of an article, with these known names.
    pub fn of(article: &'a Article, analysis: Analysis<'a>, names: &'a Gazetteer) -> Self {
        let concerned = analysis.sentences.iter().fold(0, |all, sentence| all | sentence.concerns);
        Self {
            article,
            analysis,
            names,
            partial: false,
            concerned,
            reader: Cell::new(None),
            scenes: OnceCell::new(),
            setting: OnceCell::new(),
            entities: OnceCell::new(),
            actors: OnceCell::new(),
        }
    }

    /// Of an article of which only some sentences were analysed: good for the question whether anything can come of them.
    pub fn of_some(article: &'a Article, analysis: Analysis<'a>, names: &'a Gazetteer) -> Self {
        Self { partial: true, ..Self::of(article, analysis, names) }
    }

    /// Whether only some sentences were analysed: who is who is then guessed, and always in favour of somebody.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// Notes which rule reads from here on, by its bit; none for one that every sentence may concern. Says whether any
    /// sentence concerns it.
    pub(super) fn begin(&self, reader: Option<Readers>) -> bool {
        self.reader.set(reader);
        reader.is_none_or(|reader| self.concerned & reader != 0)
    }

    /// Whether a sentence may concern the rule that reads.
    #[inline]
    pub(super) fn concerns(&self, sentence: &Sentence) -> bool {
        self.reader.get().is_none_or(|reader| sentence.concerns & reader != 0)
    }

    /// Who is who in the article.
    pub fn actors(&self) -> &Actors {
        self.actors.get_or_init(|| {
            Actors::of(
                &self.article.text,
                &self.analysis,
                self.names,
                self.entities().to_vec(),
                self.is_partial(),
            )
        })
    }

    /// Whether a sentence may name somebody: told without asking who is who in all that was analysed.
    pub(super) fn may_name(&self, sentence: usize) -> bool {
        let view = self.analysis.view(sentence);
        let span = self.analysis.span(view.start..view.end);
        self.entities_within(span).next().is_some()
            || (view.start..view.end).any(|at| may_begin(&self.article.text, view, at))
    }

    /// The sentences that may say harm.
    pub(super) fn scenes(&self) -> &[Scene] {
        self.scenes.get_or_init(|| scenes(&self.analysis, self.is_partial()))
    }

    /// Where the report as a whole plays.
    pub(super) fn setting(&self) -> &Setting {
        self.setting.get_or_init(|| Setting::of(self))
    }

    /// The known names of the article, or of the sentences that were analysed, in order.
    #[inline]
    pub fn entities(&self) -> &[Entity] {
        self.entities.get_or_init(|| {
            if !self.is_partial() {
                return self.names.find(&self.article.text);
            }
            let sentences = self.analysis.sentences.iter();
            sentences.flat_map(|sentence| self.names.find_within(&self.article.text, sentence.span)).collect()
        })
    }

    /// The capital of the country that the article names most, if one is named more than any other.
    pub fn capital(&self) -> Option<&str> {
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for entity in self.entities() {
            if matches!(entity.kind, EntityKind::Country | EntityKind::Demonym | EntityKind::Capital)
                && let Some(party) = &entity.party
            {
                *named.entry(party).or_default() += 1;
            }
        }
        let most = named.values().copied().max()?;
        let mut first = named.iter().filter(|(_, count)| **count == most).map(|(party, _)| *party);
        let country = first.next().filter(|_| first.next().is_none())?;
        self.names.capital(country)
    }

    /// The country in which an armed group or territory is at home.
    pub fn home(&self, party: &str) -> Option<&str> {
        self.names.home(party).map(|home| &**home)
    }

    /// The known names inside a span, in order.
    pub fn entities_within(&self, span: Span) -> impl DoubleEndedIterator<Item = &Entity> {
        let entities = self.entities();
        let from = entities.partition_point(|entity| entity.span.start < span.start);
        let behind = entities.get(from..).unwrap_or_default();
        // Most stretches are short and hold few names.
        let few = behind.iter().take(FEW).take_while(|entity| entity.span.start < span.end).count();
        let to = if few < FEW { few } else { behind.partition_point(|entity| entity.span.start < span.end) };
        behind.get(..to).unwrap_or_default().iter().filter(move |entity| entity.span.end <= span.end)
    }
}

/// So many names are looked through one by one.
const FEW: usize = 6;

/// What a construction says.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// A claim.
    Claim(Box<Claim>),
    /// People and what befell them: the claim is made once it is known that it is wanted.
    People(Box<Sighted>),
}

/// What was said, and the words that are its own: the figure, or the verb that demands. Two findings overlap when their own
/// words do, however long their quotes are.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    /// What was read.
    pub(super) said: Said,
    /// The words no other claim of the same kind can be made from.
    pub(super) core: Span,
    /// How sure the construction is against another reading of the same words: higher wins.
    pub(super) weight: u8,
}

/// What the rules have found so far.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    /// The starts of the cores of people in each stretch of the text, each with its position in `found`, in order.
    people: Vec<Vec<(usize, usize)>>,
}

/// How many bytes a stretch of the text has.
const STRETCH_BYTES: usize = 256;

impl Findings {
    /// Takes a claim that shares its quote with others but not the words of `core`.
    pub fn add_at(&mut self, core: Span, weight: u8, claim: Claim) {
        self.found.push(Finding { said: Said::Claim(Box::new(claim)), core, weight });
    }

    /// Takes people and what befell them, to be made a claim of.
    pub(super) fn add_people(&mut self, core: Span, weight: u8, people: Sighted) {
        let stretch = core.start / STRETCH_BYTES;
        if self.people.len() <= stretch {
            self.people.resize_with(stretch + 1, Vec::new);
        }
        if let Some(people) = self.people.get_mut(stretch) {
            // What is found last comes behind all that begins there.
            let place = people.partition_point(|(start, _)| *start <= core.start);
            people.insert(place, (core.start, self.found.len()));
        }
        self.found.push(Finding { said: Said::People(Box::new(people)), core, weight });
    }

    /// The casualties already found whose own words lie inside `within`, in the order of the text.
    pub(super) fn casualties_within(
        &self,
        within: Span,
    ) -> impl DoubleEndedIterator<Item = (Span, &Sighted)> {
        let last = (within.end.max(within.start) / STRETCH_BYTES + 1).min(self.people.len());
        let stretches = self.people.get(within.start / STRETCH_BYTES..last).unwrap_or_default();
        stretches.iter().flatten().filter_map(move |&(start, index)| {
            if !(within.start..within.end).contains(&start) {
                return None;
            }
            let finding = self.found.get(index)?;
            let Said::People(people) = &finding.said else { return None };
            (finding.core.end <= within.end).then_some((finding.core, &**people))
        })
    }

    /// The demands found so far, in the order of the rules.
    pub(super) fn demands(&self) -> impl Iterator<Item = &Demand> {
        self.found.iter().filter_map(|finding| match &finding.said {
            Said::Claim(claim) => match &**claim {
                Claim::Demand(demand) => Some(demand),
                _ => None,
            },
            Said::People(_) => None,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Forgets what was found after the first `count`: a rule that panicked may have left half a thought.
    pub(super) fn truncate(&mut self, count: usize) {
        self.found.truncate(count);
        self.people.iter_mut().for_each(|people| people.retain(|&(_, index)| index < count));
    }

    /// All of them, in the order of the rules.
    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}

/// One construction of a language.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Snake case, unique; written into the evidence of every claim it finds.
    pub name: &'static str,
    /// One line for `newsdelta rules`.
    pub summary: &'static str,
    /// The Markdown file beside the rule: prose, then sentences with what must be read in them.
    pub corpus: &'static str,
    /// Says without which words it finds nothing in a sentence. A rule that only goes on from what others found says none.
    pub cues: fn(&mut Cues),
    /// Adds what the construction says in this reading.
    pub find: fn(&Reading<'_>, &mut Findings),
}

/// Every rule, in the order in which they read.
pub static RULES: &[Rule] = &[
    casualties::stated::RULE,
    casualties::lives::RULE,
    casualties::counted::RULE,
    casualties::undergone::RULE,
    casualties::inflicted::RULE,
    casualties::none_hurt::RULE,
    casualties::among::RULE,
    casualties::identified::RULE,
    casualties::no_survivors::RULE,
    casualties::unfound::RULE,
    casualties::found::RULE,
    // These read what those above have found.
    casualties::toll::RULE,
    casualties::parts::RULE,
    casualties::gapped::RULE,
    casualties::tallied::RULE,
    casualties::previous::RULE,
    demands::ultimatum::RULE,
    demands::verbal::RULE,
    demands::modal::RULE,
    demands::nominal::RULE,
    demands::answered::RULE,
    demands::fulfilled::RULE,
    demands::brokered::RULE,
    demands::chanted::RULE,
    demands::listed::RULE,
    demands::imperative::RULE,
    demands::sole_way::RULE,
    demands::high_time::RULE,
    // This reads what those above have found.
    demands::joined::RULE,
    demands::replied::RULE,
    demands::deed::RULE,
    positions::verbal::RULE,
    positions::nominal::RULE,
    positions::sided::RULE,
    positions::disclaimed::RULE,
    positions::disposed::RULE,
    positions::future::RULE,
    positions::characterised::RULE,
    positions::judged::RULE,
    positions::equated::RULE,
    positions::funded::RULE,
    positions::aided::RULE,
];
