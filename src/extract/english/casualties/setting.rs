//! Where a report as a whole plays. A reading goes in; its first sentence and the countries it tells apart come out, looked
//! for once and asked about every place of a figure. Never finds the place of a figure: that is `place`'s to do.

use std::sync::Arc;

use super::place_name::Named;
use super::scene::Here;
use crate::extract::rule::Reading;
use crate::model::Span;
use crate::text::gazetteer::{Entity, EntityKind};

/// Where a report plays.
#[derive(Debug)]
pub(in crate::extract) struct Setting {
    /// The first sentence of the body.
    lead: Option<Span>,
    /// The countries of title and lead, each with whether it is said that something happened there.
    opening: Vec<(Arc<str>, bool)>,
    /// Countries whose people a sentence counts.
    counted: Vec<Arc<str>>,
}

impl Setting {
    /// Of a report.
    pub(in crate::extract) fn of(reading: &Reading<'_>) -> Self {
        let body = reading.article.body_start();
        let sentences = &reading.analysis.sentences;
        let lead = sentences.iter().find(|sentence| sentence.part.speaks() && sentence.span.start >= body);
        let lead = lead.map(|sentence| sentence.span);
        Self { lead, opening: opening(reading, lead), counted: counted(reading) }
    }

    /// The title and the first paragraph say where the whole event is.
    pub(super) fn is_where_it_all_is(&self, here: &Here<'_>, named: &Named) -> bool {
        let article = here.reading.article;
        let one = named.members.len() == 1;
        if one && (self.is_one_of_countries(&named.name) || self.is_told_apart(here, &named.name)) {
            return false;
        }
        if named.members.iter().all(|name| article.title.contains(name)) {
            return true;
        }
        self.lead.is_some_and(|lead| {
            here.sentence.span.start <= lead.start
                || named.members.iter().all(|name| lead.of(&article.text).contains(name))
        })
    }

    /// "In Sudland more than 170 have died": the report also counts the people of another country.
    fn is_told_apart(&self, here: &Here<'_>, name: &str) -> bool {
        self.counted.iter().any(|other| **other != *name)
            && here.reading.entities().iter().any(|entity| is_country(entity) && *entity.name == *name)
    }

    /// "floods in Norland and Sudland": of an event in several countries each is a part.
    fn is_one_of_countries(&self, name: &str) -> bool {
        self.opening.iter().any(|(country, _)| **country == *name)
            && self.opening.iter().any(|(other, is_place)| **other != *name && *is_place)
    }
}

fn is_country(entity: &Entity) -> bool {
    entity.kind == EntityKind::Country
}

/// In how many sentences with figures another country is looked for.
const APART_REACH: usize = 60;

/// The countries whose people are counted in a sentence that opens with them.
fn counted(reading: &Reading<'_>) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for scene in reading.scenes().iter().take(APART_REACH) {
        let view = reading.analysis.view(scene.sentence);
        let counts = scene.stretches.is_empty() && scene.figures.iter().any(|figure| figure.low > 1);
        let told = counts && !scene.predicates.is_empty() && view.is(view.start, &["in"]);
        let first = view.token(view.start + 1).filter(|_| told).map(|token| token.span.start);
        let end = reading.analysis.sentences.get(scene.sentence).map(|sentence| sentence.span.end);
        let within = first.zip(end).map(|(start, end)| Span { start, end });
        let entity = within.and_then(|span| reading.entities_within(span).next());
        let country = entity.filter(|entity| is_country(entity) && Some(entity.span.start) == first);
        found.extend(
            country.filter(|country| !found.contains(&country.name)).map(|country| Arc::clone(&country.name)),
        );
    }
    found
}

/// Which part of a country.
const COMPASS: &[&str] =
    &["western", "eastern", "northern", "southern", "central", "north", "south", "east", "west", "parts of"];

/// The countries up to the end of the lead, each with whether something is said to have happened in it.
fn opening(reading: &Reading<'_>, lead: Option<Span>) -> Vec<(Arc<str>, bool)> {
    let Some(lead) = lead else { return Vec::new() };
    let is_place = |entity: &Entity| {
        let before = reading.article.text.get(..entity.span.start).unwrap_or_default().trim_end();
        // "in western Norland".
        let before = COMPASS.iter().find_map(|word| before.strip_suffix(word)).unwrap_or(before).trim_end();
        [" in", "In", " and", ",", " hit", " hits", " struck", " across", " lash", " batter"]
            .iter()
            .any(|word| before.ends_with(word))
    };
    let opening = Span { start: 0, end: lead.end };
    let countries = reading.entities_within(opening).filter(|entity| is_country(entity));
    countries.map(|entity| (Arc::clone(&entity.name), is_place(entity))).collect()
}
