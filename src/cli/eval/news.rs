//! Scores casualty reading on annotated news, by the same arithmetic as the scoring script that comes with the corpus.
//! Comes in: articles with gold figures, and the claims read. Goes out: counts. Never reads files.

use std::collections::BTreeSet;

use crate::model::{Casualty, Claim, Effect, Scope};

use super::gold::{GoldCasualty, GoldNews};
use super::tally::{Attributes, Figures, Tally, share};

/// All counts of one run over news.
#[derive(Debug, Default)]
pub(super) struct NewsScore {
    figures: Tally,
    background: (usize, usize),
    headline: (usize, usize),
    negatives: (usize, usize),
    attributes: Attributes,
    /// One line for each article with a miss or a spurious figure.
    pub(super) remarks: Vec<String>,
}

fn ends(casualty: &GoldCasualty) -> BTreeSet<u64> {
    [casualty.value, casualty.high.unwrap_or(casualty.value)].into()
}

impl NewsScore {
    /// Counts one article. A stated range is matched by either end; debatable figures cost nothing.
    pub(super) fn add(&mut self, gold: &GoldNews, claims: &[Claim]) {
        let read: Vec<&Casualty> = claims
            .iter()
            .filter_map(|claim| if let Claim::Casualty(casualty) = claim { Some(casualty) } else { None })
            .collect();
        let live: BTreeSet<(Effect, u64)> =
            read.iter().filter(|c| c.scope != Scope::Background).map(|c| (c.effect, c.value)).collect();
        let wanted: Vec<&GoldCasualty> =
            gold.casualties.iter().filter(|c| c.scope != Scope::Background && !c.opt).collect();
        let both_ends =
            |c: &&GoldCasualty| ends(c).into_iter().map(|end| (c.effect, end)).collect::<Vec<_>>();
        let every: BTreeSet<(Effect, u64)> = wanted.iter().flat_map(both_ends).collect();
        let free: BTreeSet<(Effect, u64)> = gold
            .casualties
            .iter()
            .filter(|c| c.scope != Scope::Background && c.opt)
            .collect::<Vec<_>>()
            .iter()
            .flat_map(both_ends)
            .collect();
        let keys: BTreeSet<(Effect, u64)> = wanted.iter().map(|c| (c.effect, c.value)).collect();
        let is_hit = |key: &(Effect, u64)| {
            wanted
                .iter()
                .filter(|c| (c.effect, c.value) == *key)
                .flat_map(both_ends)
                .any(|end| live.contains(&end))
        };
        let missed: Vec<_> = keys.iter().filter(|key| !is_hit(key)).collect();
        let spurious: Vec<_> =
            live.iter().filter(|key| !every.contains(key) && !free.contains(key)).collect();
        self.figures.add(keys.len() - missed.len(), spurious.len(), missed.len());
        if !missed.is_empty() || !spurious.is_empty() {
            self.remarks.push(format!("{}: missed {missed:?} spurious {spurious:?}", gold.article.id));
        }
        self.background_of(gold, &every, &free, &live);
        self.attributes_of(&wanted, &read);
        self.headline_of(gold, &wanted, &read);
        if !gold.casualties.iter().any(|c| c.scope != Scope::Background) {
            self.negatives.0 += usize::from(!live.is_empty());
            self.negatives.1 += 1;
        }
    }

    fn background_of(
        &mut self,
        gold: &GoldNews,
        every: &BTreeSet<(Effect, u64)>,
        free: &BTreeSet<(Effect, u64)>,
        live: &BTreeSet<(Effect, u64)>,
    ) {
        let background: BTreeSet<_> = gold
            .casualties
            .iter()
            .filter(|c| c.scope == Scope::Background)
            .map(|c| (c.effect, c.value))
            .filter(|key| !every.contains(key) && !free.contains(key))
            .collect();
        self.background.0 += background.intersection(live).count();
        self.background.1 += background.len();
    }

    fn attributes_of(&mut self, wanted: &[&GoldCasualty], read: &[&Casualty]) {
        for gold in wanted {
            let same: Vec<_> =
                read.iter().filter(|c| c.effect == gold.effect && ends(gold).contains(&c.value)).collect();
            if !same.is_empty() {
                self.attributes.add("group", same.iter().any(|c| c.group == gold.group));
                self.attributes.add("bound", same.iter().any(|c| c.bound == gold.bound));
                self.attributes.add("scope", same.iter().any(|c| c.scope == gold.scope));
            }
        }
    }

    /// The largest running toll of the dead must be one an editor could put in the headline.
    fn headline_of(&mut self, gold: &GoldNews, wanted: &[&GoldCasualty], read: &[&Casualty]) {
        let top = |c: &GoldCasualty| c.high.unwrap_or(c.value).max(c.value);
        let tolls = wanted.iter().filter(|c| c.scope == Scope::Event && c.effect == Effect::Killed);
        let Some(best) = tolls.max_by_key(|c| (top(c), std::cmp::Reverse(c.value))) else { return };
        let mut fine = ends(best);
        let higher = gold.casualties.iter().filter(|c| {
            c.opt && c.effect == Effect::Killed && c.scope == Scope::Event && c.value > top(best)
        });
        fine.extend(higher.map(|c| c.value));
        let mine = read
            .iter()
            .filter(|c| c.scope == Scope::Event && c.effect == Effect::Killed)
            .map(|c| c.value)
            .max();
        self.headline.0 += usize::from(mine.is_some_and(|value| fine.contains(&value)));
        self.headline.1 += 1;
    }

    pub(super) fn put_into(&self, figures: &mut Figures) {
        figures.prf("news", self.figures);
        let leaked = if self.background.1 == 0 { 0.0 } else { share(self.background.0, self.background.1) };
        figures.share("news.background.leaked", leaked);
        figures.share("news.headline", share(self.headline.0, self.headline.1));
        figures.count("news.negatives.bad", self.negatives.0);
        figures.count("news.negatives", self.negatives.1);
        self.attributes.put_into(figures);
    }
}
