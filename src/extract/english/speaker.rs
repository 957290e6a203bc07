//! Who says the words at a place. Comes in: a sentence with the actors found in it. Goes out: the speakers, and whether a
//! word stands in somebody's quotation. Never decides what the words mean.

use std::sync::Arc;

use super::actors::Mention;
use super::lexicon::speech;
use super::predicate::{Agent, Scene};
use crate::model::Span;
use crate::text::Tag;

/// A quotation is followed over this many sentences to whoever speaks it.
const QUOTED_SENTENCES_MAX: usize = 4;

/// The first sentences of a text say who issued it.
const ISSUER_SENTENCES: usize = 3;

/// What somebody issues in words of his own.
const STATEMENTS: &[&str] =
    &["statement", "declaration", "communique", "communiqué", "resolution", "letter", "appeal", "message"];

const ISSUED: &[&str] = &["issued", "released", "published", "issues"];

/// Whoever the sentences that were not read would name.
fn somebody(voice: Span) -> Agent {
    Agent { name: Arc::from("somebody"), voice, weighty: true, person: None }
}

impl<'a> Scene<'a> {
    /// Who says the words at `at`: the subject of a verb of saying outside the quotation, in this sentence or in the
    /// one before when the quotation runs on.
    pub(super) fn speaker(&self, at: usize) -> Option<Vec<Agent>> {
        self.speaker_here(at)
            .or_else(|| self.speaker_after(at))
            .or_else(|| self.speaker_before(at))
            .or_else(|| self.speaker_elsewhere(at))
    }

    /// Where only some sentences were read, a quotation may have its speaker in another.
    fn speaker_elsewhere(&self, at: usize) -> Option<Vec<Agent>> {
        let span = self.view.token(at)?.span;
        (self.reading.is_partial() && self.in_quotes(at)).then(|| vec![somebody(span)])
    }

    /// The speaker of a quotation that runs on into later sentences, where they name him: “The door is open. Let them
    /// come,” the minister said.
    fn speaker_after(&self, at: usize) -> Option<Vec<Agent>> {
        let token = self.view.token(at)?;
        let quotations = &self.analysis.quotations;
        let after = quotations.partition_point(|quotation| quotation.span.start <= token.span.start);
        let quotation = after.checked_sub(1).and_then(|last| quotations.get(last))?;
        if token.span.end > quotation.span.end {
            return None;
        }
        for step in 1..=QUOTED_SENTENCES_MAX {
            let other = self.sentence + step;
            let view = self.analysis.view(other);
            let first = view.token(view.start)?;
            if first.span.start >= quotation.span.end {
                return None;
            }
            let scene = Scene { sentence: other, view, ..*self };
            let verb = (view.start..view.end).find(|&verb| {
                speech::is_speech(view.word(verb))
                    && view.token(verb).is_some_and(|token| token.span.start >= quotation.span.end)
            });
            if let Some(mention) = verb.and_then(|verb| scene.speaking(verb)) {
                return Some(scene.agents_of(mention));
            }
        }
        None
    }

    /// Who says "we" outside of quotation marks: whoever issued the text, when it is a statement that says by whom.
    pub(super) fn issuer(&self, at: usize) -> Option<Vec<Agent>> {
        if self.in_quotes(at) {
            return None;
        }
        if self.reading.is_partial() {
            return Some(vec![somebody(self.view.token(at)?.span)]);
        }
        (0..ISSUER_SENTENCES.min(self.sentence)).find_map(|sentence| {
            let scene = Scene { sentence, view: self.analysis.view(sentence), ..*self };
            let view = scene.view;
            (view.start..view.end).filter(|&noun| view.is(noun, STATEMENTS)).find_map(|noun| {
                let by = self.actors().starting_at(sentence, noun + 2, view).filter(|mention| {
                    view.is(noun + 1, &["by", "from", "of"]) && mention.tokens.start <= noun + 3
                });
                // "The union issued the following statement", "Union statement on the strike".
                let issued = || {
                    let verb = (view.start..noun).rfind(|&verb| view.is(verb, ISSUED))?;
                    self.actors().in_sentence(sentence).iter().find(|mention| {
                        !mention.governed && !mention.owner && scene.reaches(mention.tokens.end, verb)
                    })
                };
                let titled = || {
                    let mut mentions = self.actors().in_sentence(sentence).iter();
                    mentions.find(|mention| sentence == 0 && mention.tokens.end == noun && !mention.governed)
                };
                by.or_else(issued).or_else(titled).map(|mention| scene.agents_of(mention))
            })
        })
    }

    /// "Statement by the spokesperson": where only the document speaks, the body that its first sentences are about does.
    pub(super) fn behind_document(&self, agents: &[Agent]) -> Option<Vec<Agent>> {
        let [only] = agents else { return None };
        let document =
            only.name.split(' ').next().is_some_and(|first| STATEMENTS.contains(&&*first.to_lowercase()));
        let body = self.actors().all().iter().filter(|_| document).find(|mention| {
            (1..=ISSUER_SENTENCES).contains(&mention.sentence)
                && mention.party.is_some()
                && !(mention.governed || mention.owner || mention.modifier || mention.object)
        })?;
        Some(self.agents_of(body))
    }

    fn speaker_here(&self, at: usize) -> Option<Vec<Agent>> {
        let view = self.view;
        let mut candidates: Vec<usize> = (view.start..view.end)
            .filter(|&verb| verb != at && speech::is_speech(view.word(verb)) && !self.in_quotes(verb))
            .collect();
        // The verb that governs the words: the nearest before them, else the first after.
        candidates.sort_by_key(|&verb| if verb < at { (0, at - verb) } else { (1, verb - at) });
        for verb in candidates {
            if let Some(mention) = self.speaking(verb) {
                return Some(self.speaking_from(verb, mention).unwrap_or_else(|| self.agents_of(mention)));
            }
        }
        let according = (view.start..view.end).find(|&verb| view.follows(verb, &["according", "to"]));
        let source = according.and_then(|verb| self.actors().starting_at(self.sentence, verb + 2, view));
        source.map(|mention| self.agents_of(mention))
    }

    /// "They announced from Nairobi": a plural that names nobody is whoever speaks there.
    fn speaking_from(&self, verb: usize, mention: &Mention) -> Option<Vec<Agent>> {
        let view = self.view;
        let place = self.actors().starting_at(self.sentence, verb + 2, view)?;
        let party = place.party.clone().filter(|_| {
            view.is(mention.tokens.start, &["they"])
                && view.is(verb + 1, &["from", "in"])
                && place.tokens.start == verb + 2
                && place.person.is_none()
        })?;
        Some(vec![Agent { name: party, voice: place.span, weighty: true, person: None }])
    }

    /// The subject of a verb of saying, before or after it.
    fn speaking(&self, verb: usize) -> Option<&'a Mention> {
        let view = self.view;
        let inverted = self.actors().starting_at(self.sentence, verb + 1, view).filter(|mention| {
            mention.tokens.start <= verb + 2
                && !mention.owner
                && view.is(
                    verb,
                    &[
                        "said",
                        "says",
                        "wrote",
                        "added",
                        "adds",
                        "warned",
                        "declared",
                        "announced",
                        "writes",
                        "explained",
                        "noted",
                    ],
                )
                // "Brun, a lawmaker, said Berg should go": he does not say it.
                && view.tag(mention.tokens.end) != Tag::Aux
                && (verb == view.start || view.is(verb - 1, &[",", "”", "\"", "’", "'", "."]))
        });
        inverted.or_else(|| {
            let (start, passive) = self.group(verb)?;
            if passive { None } else { self.subject(verb, start) }
        })
    }

    fn speaker_before(&self, at: usize) -> Option<Vec<Agent>> {
        if !self.in_quotes(at) || self.sentence == 0 {
            return None;
        }
        let here = self.analysis.sentences.get(self.sentence)?;
        let other = self.sentence - 1;
        let before = self.analysis.sentences.get(other)?;
        if before.paragraph + 1 < here.paragraph {
            return None;
        }
        let scene = Scene { sentence: other, view: self.analysis.view(other), ..*self };
        let verb = (scene.view.start..scene.view.end)
            .rfind(|&verb| speech::is_speech(scene.view.word(verb)) && !scene.in_quotes(verb));
        if let Some(mention) = verb.and_then(|verb| scene.speaking(verb)) {
            return Some(scene.agents_of(mention));
        }
        None
    }

    /// Whether the token stands between quotation marks.
    pub(super) fn in_quotes(&self, at: usize) -> bool {
        let Some(token) = self.view.token(at) else { return false };
        if self.reading.is_partial() && self.is_quoted() {
            return true;
        }
        // Quotations stand one after the other.
        let quotations = &self.analysis.quotations;
        let after = quotations.partition_point(|quotation| quotation.span.start <= token.span.start);
        let before = after.checked_sub(1).and_then(|last| quotations.get(last));
        before.is_some_and(|quotation| token.span.end <= quotation.span.end) || self.between_marks(at)
    }

    /// Whether a quotation mark stands in the paragraph up to the end of the sentence, also where it was not analysed.
    fn is_quoted(&self) -> bool {
        let sentences = &self.analysis.sentences;
        let Some(own) = sentences.get(self.sentence) else { return false };
        let before = sentences.get(..=self.sentence).unwrap_or_default().iter().rev();
        let first = before.take_while(|sentence| sentence.paragraph == own.paragraph).last().unwrap_or(own);
        let paragraph = Span { start: first.span.start, end: own.span.end };
        paragraph.of(&self.article.text).contains(['"', '“', '„', '«', '‘'])
    }

    /// Counts the marks of the sentence, where the list of quotations does not know it.
    fn between_marks(&self, at: usize) -> bool {
        let view = self.view;
        let mut open = false;
        for token in view.start..at {
            match view.word(token) {
                "“" | "«" => open = true,
                "”" | "»" => open = false,
                "\"" => open = !open,
                _ => {}
            }
        }
        open
    }
}
