//! Prints an analysis for people who write rules. Comes in: an analysis. Goes out: per sentence its text, one token a
//! line with tag, phrase and clause, and the lists below. Used by tests and by `newsdelta why`; never parsed.

use std::fmt;

use super::{Analysis, Voice};

impl fmt::Display for Analysis<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for block in self.blocks.iter().filter(|block| block.reason.is_some()) {
            writeln!(
                out,
                "-- {:?} ({}): {}",
                block.part,
                block.reason.unwrap_or_default(),
                block.span.of(self.text)
            )?;
        }
        for (index, sentence) in self.sentences.iter().enumerate() {
            if sentence.tokens.is_empty() {
                continue;
            }
            writeln!(
                out,
                "\n== {:?}{} {}",
                sentence.part,
                if sentence.heading { " heading" } else { "" },
                sentence.span.of(self.text)
            )?;
            self.tokens_of(index, out)?;
            self.lists_of(index, out)?;
            self.speakers_of(index, out)?;
        }
        for quotation in &self.quotations {
            let speaker = quotation
                .speaker
                .and_then(|index| self.phrases.get(index))
                .map_or("-", |phrase| self.written(phrase.tokens.clone()));
            writeln!(
                out,
                "  quotation by {speaker}{}: {}",
                if quotation.fragment { " (fragment)" } else { "" },
                quotation.span.of(self.text)
            )?;
        }
        Ok(())
    }
}

impl Analysis<'_> {
    fn tokens_of(&self, sentence: usize, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(found) = self.sentences.get(sentence) else { return Ok(()) };
        for at in found.tokens.clone() {
            let tag = format!("{:?}", self.tag(at));
            let form = self.token(at).map_or(String::new(), |token| format!("{:?}", token.form));
            let phrase = self.phrase_at(at).map_or(String::new(), |index| {
                let head = self.phrases.get(index).is_some_and(|phrase| phrase.head == at);
                format!("p{index}{}", if head { "*" } else { "" })
            });
            let clause = self.clause_at(at).map_or(String::new(), |index| format!("c{index}"));
            writeln!(
                out,
                "  {at:4} {:18} {tag:12} {form:16} {phrase:6} {clause:5} {}",
                self.surface(at),
                self.lemma(at)
            )?;
        }
        Ok(())
    }

    fn speakers_of(&self, sentence: usize, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for clause in self.clauses_in(sentence).iter().filter(|clause| clause.verb.is_some()) {
            let Some(said) =
                clause.verb.as_ref().and_then(|verb| self.speaker_of(self.span(verb.tokens.clone())))
            else {
                continue;
            };
            let via = said
                .via
                .and_then(|index| self.phrases.get(index))
                .map_or("", |phrase| self.written(phrase.tokens.clone()));
            let verb = clause.verb.as_ref().map_or("", |verb| self.surface(verb.main));
            writeln!(
                out,
                "  speaker of {verb}: {}{}{via}",
                said.span.of(self.text),
                if via.is_empty() { "" } else { ", relying on " }
            )?;
        }
        Ok(())
    }

    fn lists_of(&self, sentence: usize, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words =
            |index: usize| self.phrases.get(index).map_or("?", |phrase| self.written(phrase.tokens.clone()));
        for quantity in self.quantities_in(sentence) {
            let high = quantity.high.map_or(String::new(), |high| format!("-{high}"));
            writeln!(
                out,
                "  quantity {}{high} {} {:?}: {}",
                quantity.low,
                quantity.bound,
                quantity.kind,
                quantity.span.of(self.text)
            )?;
        }
        let Some(found) = self.sentences.get(sentence) else { return Ok(()) };
        for index in found.phrases.clone() {
            let Some(phrase) = self.phrases.get(index) else { continue };
            write!(out, "  p{index} [{}] head={}", words(index), self.surface(phrase.head))?;
            for (name, at) in [("prep", phrase.preposition.get()), ("det", phrase.determiner.get())] {
                if let Some(at) = at {
                    write!(out, " {name}={}", self.word(at))?;
                }
            }
            for (name, at) in [
                ("of", phrase.of.get()),
                ("list", phrase.coordinated_with.get()),
                ("possessor", phrase.possessor.get()),
                ("apposition", phrase.apposition_to.get()),
            ] {
                if let Some(at) = at {
                    write!(out, " {name}=p{at}")?;
                }
            }
            writeln!(out)?;
        }
        for index in found.clauses.clone() {
            let Some(clause) = self.clauses.get(index) else { continue };
            let all = |list: &[usize]| list.iter().map(|&index| words(index)).collect::<Vec<_>>().join(" + ");
            write!(out, "  c{index} {:?}", clause.link)?;
            if let Some(parent) = clause.parent {
                write!(out, "<c{parent}")?;
            }
            if let Some(opener) = clause.opener {
                write!(out, " \"{}\"", self.word(opener))?;
            }
            write!(out, " subject=[{}]", all(&clause.subject))?;
            if let Some(verb) = &clause.verb {
                let passive = if verb.voice == Voice::Passive { " passive" } else { "" };
                write!(
                    out,
                    " verb=[{}]{passive} {:?}{}",
                    self.written(verb.tokens.clone()),
                    verb.tense,
                    if verb.negated { " NOT" } else { "" }
                )?;
            }
            if !clause.objects.is_empty() {
                write!(out, " objects=[{}]", all(&clause.objects))?;
            }
            if let Some(agent) = clause.agent {
                write!(out, " agent=[{}]", words(agent))?;
            }
            if let Some(predicate) = clause.predicate {
                write!(out, " predicate={}", self.surface(predicate))?;
            }
            writeln!(out, "{}", if clause.hypothetical { " hypothetical" } else { "" })?;
        }
        Ok(())
    }
}
