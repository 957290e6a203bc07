//! Finds quotations and their speakers. Comes in: an analysis with clauses. Goes out: stretches between quotation
//! marks, each with the phrase that names its speaker where the text gives one. A speaker holds on over the following
//! quoted sentences of the paragraph, and over paragraphs that are nothing but quotation. One pass; nesting is not
//! counted: inside a quotation only its own closing mark is looked for.

use super::verb_class;
use crate::model::article::Span;
use crate::text::{Analysis, Quotation, Tag};

/// Longest quotation in sentences; an opening mark without its partner counts for nothing.
const SENTENCES_MAX: usize = 12;

/// The quotations of the analysis, in order, speakers not yet known.
pub fn find(analysis: &Analysis<'_>) -> Vec<Quotation> {
    let mut found = Vec::new();
    let mut open: Option<Open> = None;
    let mut paragraph = usize::MAX;
    let mut seen = 0;
    for (index, sentence) in analysis.sentences.iter().enumerate() {
        if sentence.paragraph != paragraph {
            if let Some(left) = open.take() {
                // A paragraph that opens again without closing goes on with the same speech.
                close(analysis, left, last_end(analysis, index), &mut found);
            }
            paragraph = sentence.paragraph;
            seen = 0;
        }
        seen += 1;
        for at in sentence.tokens.clone() {
            let Some(mark) = mark(analysis, at) else { continue };
            match &open {
                None if mark.opens => open = Some(Open { token: at, closer: mark.closer, sentence: seen }),
                Some(started)
                    if mark.closes == started.closer
                        || started.closer == "\"" && analysis.word(at) == "\"" =>
                {
                    let end = analysis.token(at).map_or(0, |token| token.span.start);
                    if let Some(started) = open.take() {
                        close(analysis, started, end, &mut found);
                    }
                }
                _ => {}
            }
        }
        if open.as_ref().is_some_and(|started| seen - started.sentence > SENTENCES_MAX) {
            open = None;
        }
    }
    if let Some(left) = open {
        close(analysis, left, analysis.tokens.last().map_or(0, |token| token.span.end), &mut found);
    }
    found
}

struct Open {
    token: usize,
    closer: &'static str,
    sentence: usize,
}

struct Mark {
    opens: bool,
    closer: &'static str,
    closes: &'static str,
}

fn mark(analysis: &Analysis<'_>, at: usize) -> Option<Mark> {
    match analysis.word(at) {
        "“" | "„" => Some(Mark { opens: true, closer: "”", closes: "" }),
        "”" => Some(Mark { opens: false, closer: "", closes: "”" }),
        "«" => Some(Mark { opens: true, closer: "»", closes: "" }),
        "»" => Some(Mark { opens: false, closer: "", closes: "»" }),
        "‘" => Some(Mark { opens: true, closer: "'", closes: "" }),
        "\"" => Some(Mark { opens: true, closer: "\"", closes: "\"" }),
        // A lone apostrophe closes only what "‘" opened; the possessive of a plural is a particle.
        "'" if analysis.tag(at) == Tag::Punct => Some(Mark { opens: false, closer: "", closes: "'" }),
        _ => None,
    }
}

fn last_end(analysis: &Analysis<'_>, sentence: usize) -> usize {
    sentence
        .checked_sub(1)
        .and_then(|before| analysis.sentences.get(before))
        .map_or(0, |before| before.span.end)
}

fn close(analysis: &Analysis<'_>, open: Open, end: usize, found: &mut Vec<Quotation>) {
    let start = analysis.token(open.token).map_or(0, |token| token.span.end);
    if start >= end {
        return;
    }
    let span = Span { start, end };
    let first = open.token + 1;
    let last = analysis.token_at(end).unwrap_or(analysis.tokens.len());
    let verb = (first..last).take(400).any(|at| matches!(analysis.tag(at), Tag::Verb | Tag::Aux));
    let before = open.token.checked_sub(1).map_or("", |at| analysis.word(at));
    let introduced = matches!(before, "," | ":" | "")
        || analysis
            .sentence_of(open.token)
            .and_then(|index| analysis.sentences.get(index))
            .is_some_and(|sentence| sentence.tokens.start == open.token)
        || open
            .token
            .checked_sub(1)
            .is_some_and(|at| analysis.tag(at) == Tag::Verb && verb_class::is_saying(&analysis.lemma(at)));
    let fragment = last.saturating_sub(first) < 4 && !introduced || !verb && !introduced;
    found.push(Quotation { span, speaker: None, speech_verb: None, fragment });
}

/// Gives the quotations their speakers.
pub fn assign_speakers(analysis: &mut Analysis<'_>) {
    let mut carried: Option<(usize, Option<usize>, usize)> = None;
    for index in 0..analysis.quotations.len() {
        let Some(quotation) = analysis.quotations.get(index).cloned() else { continue };
        let Some(sentence) = analysis.sentence_at(quotation.span.start) else { continue };
        let paragraph = analysis.sentences.get(sentence).map_or(0, |sentence| sentence.paragraph);
        let own = in_sentence(analysis, sentence, &quotation)
            .or_else(|| {
                last_sentence(analysis, &quotation)
                    .filter(|&last| last != sentence)
                    .and_then(|last| in_sentence(analysis, last, &quotation))
            })
            .or_else(|| after(analysis, &quotation));
        let speaker = own.or_else(|| {
            let (phrase, verb, told_in) = carried?;
            let whole = quotation_is_whole(analysis, sentence, &quotation);
            (whole && paragraph <= told_in + 1).then_some((phrase, verb))
        });
        let speaker = speaker.or_else(|| introduced_by(analysis, sentence, &quotation));
        if let Some((phrase, verb)) = speaker {
            if let Some(found) = analysis.quotations.get_mut(index) {
                found.speaker = Some(phrase);
                found.speech_verb = verb;
            }
            carried = Some((phrase, verb, paragraph));
        }
    }
}

fn last_sentence(analysis: &Analysis<'_>, quotation: &Quotation) -> Option<usize> {
    analysis.sentence_at(quotation.span.end.saturating_sub(1))
}

/// A clause of saying in the sentence, outside the quotation, nearest to it.
fn in_sentence(
    analysis: &Analysis<'_>,
    sentence: usize,
    quotation: &Quotation,
) -> Option<(usize, Option<usize>)> {
    let candidates = analysis.clauses_in(sentence).iter().filter_map(|clause| {
        let verb = clause.verb.as_ref()?;
        let subject = clause.subject.first().copied()?;
        let span = analysis.token(verb.main)?.span;
        let outside = span.end <= quotation.span.start || span.start >= quotation.span.end;
        let lemma = analysis.verb(verb.main);
        let says = verb_class::is_saying(&lemma)
            || matches!(
                lemma.as_ref(),
                "call"
                    | "demand"
                    | "urge"
                    | "condemn"
                    | "denounce"
                    | "criticise"
                    | "criticize"
                    | "think"
                    | "believe"
                    | "hope"
                    | "slam"
                    | "brand"
                    | "express"
                    | "promise"
                    | "sing"
                    | "chant"
            );
        let speaker = analysis.phrases.get(subject)?.tokens.start;
        let speaker_outside = analysis.token(speaker).is_some_and(|token| {
            token.span.end <= quotation.span.start || token.span.start >= quotation.span.end
        });
        (outside && says && speaker_outside).then(|| {
            let distance = if span.start >= quotation.span.end {
                span.start - quotation.span.end
            } else {
                quotation.span.start - span.end + 20
            };
            (distance, subject, verb.main)
        })
    });
    candidates
        .min()
        .map(|(_, subject, verb)| (subject, Some(verb)))
        .or_else(|| analysis.according_to(sentence).map(|(phrase, verb)| (phrase, Some(verb))))
}

/// `"Stop!" Mia said.`: a short sentence of saying right behind the quotation.
fn after(analysis: &Analysis<'_>, quotation: &Quotation) -> Option<(usize, Option<usize>)> {
    let last = last_sentence(analysis, quotation)?;
    let next = analysis.sentences.get(last + 1)?;
    let same = analysis.sentences.get(last).is_some_and(|sentence| {
        sentence.paragraph == next.paragraph && sentence.span.end <= quotation.span.end + 4
    });
    let clause = analysis.clauses_in(last + 1).first()?;
    let verb = clause.verb.as_ref()?;
    let bare =
        clause.objects.len() <= 1 && next.tokens.len() <= 24 && analysis.clauses_in(last + 1).len() == 1;
    (same && bare && verb_class::attributes(&analysis.verb(verb.main)))
        .then_some((clause.subject.first().copied()?, Some(verb.main)))
}

/// The sentence before ended in a colon or was itself a clause of saying: "He was angry. "..."".
fn introduced_by(
    analysis: &Analysis<'_>,
    sentence: usize,
    quotation: &Quotation,
) -> Option<(usize, Option<usize>)> {
    if !quotation_is_whole(analysis, sentence, quotation) {
        return None;
    }
    let before = sentence.checked_sub(1)?;
    let same = analysis.sentences.get(before)?.paragraph == analysis.sentences.get(sentence)?.paragraph;
    let clause = analysis.clauses_in(before).iter().find(|clause| clause.parent.is_none())?;
    let verb = clause.verb.as_ref()?;
    let says = verb_class::is_saying(&analysis.verb(verb.main));
    let subject = clause.subject.first().copied()?;
    let person = analysis
        .phrases
        .get(subject)
        .is_some_and(|phrase| phrase.name || analysis.tag(phrase.head) == Tag::Pronoun);
    (same && (says || person)).then_some((subject, Some(verb.main)))
}

/// The quotation fills its first sentence: nothing of the outlet's own stands in it.
fn quotation_is_whole(analysis: &Analysis<'_>, sentence: usize, quotation: &Quotation) -> bool {
    analysis.sentences.get(sentence).is_some_and(|found| {
        quotation.span.start <= found.span.start + 4 && quotation.span.end + 4 >= found.span.end
    })
}
