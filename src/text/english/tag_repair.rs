//! Corrects tags by their neighbours. Comes in: tagged tokens of one sentence. Goes out: the same with fewer
//! mistakes. Each repair states a fact of English grammar; none knows a particular text. One pass, left to right.

use std::ops::Range;
use std::sync::LazyLock;

use super::view::View;
use super::vocabulary::Listed;
use super::{lemma, word_class};
use crate::text::{Tag, Token, VerbForm};

/// Repairs the tags of `range`.
pub(super) fn repair(
    tokens: &mut [Token],
    words: &str,
    range: Range<usize>,
    capitals_speak: bool,
    heading: bool,
) {
    for at in range.clone() {
        let view = View::new(tokens, words, range.clone());
        let tag = closed(view, at).or_else(|| open(view, at, capitals_speak, heading));
        let shape = tag.map_or(VerbForm::None, |_| view.shape(at));
        if let (Some(tag), Some(token)) = (tag, tokens.get_mut(at)) {
            token.tag = tag;
            if matches!(tag, Tag::Verb | Tag::Noun | Tag::Adjective) && token.form == VerbForm::None {
                token.form = shape;
            }
        }
    }
}

fn nominal(tag: Tag) -> bool {
    matches!(tag, Tag::Noun | Tag::ProperNoun)
}

/// Whether a noun phrase may begin at `at`.
fn opens_phrase(view: View<'_>, at: usize) -> bool {
    matches!(view.tag(at), Tag::Determiner | Tag::Noun | Tag::ProperNoun | Tag::Number | Tag::Adjective)
        || view.is(at, &["$", "€", "£"])
}

/// Words of closed classes that belong to two of them, those that are told apart alike together.
#[derive(Debug, Clone, Copy)]
enum Twofold {
    To,
    That,
    Remaining,
    These,
    Both,
    Such,
    Her,
    His,
    After,
    Because,
    ClipS,
    Apostrophe,
    Following,
    Amid,
    Off,
    Out,
    Back,
    Near,
    There,
    May,
    Can,
}

static TWOFOLD: LazyLock<Listed<Option<Twofold>>> = LazyLock::new(|| Listed::new(twofold));

fn twofold(word: &str) -> Option<Twofold> {
    Some(match word {
        "to" => Twofold::To,
        "that" => Twofold::That,
        "surviving" | "remaining" | "outgoing" | "neighbouring" | "neighboring" => Twofold::Remaining,
        "this" | "these" | "those" => Twofold::These,
        "both" | "all" | "each" => Twofold::Both,
        "some" | "another" | "either" | "any" | "such" => Twofold::Such,
        "her" => Twofold::Her,
        "his" => Twofold::His,
        "after" | "before" | "since" | "until" | "till" | "as" | "once" => Twofold::After,
        "because" => Twofold::Because,
        "'s" => Twofold::ClipS,
        "'" => Twofold::Apostrophe,
        "following" => Twofold::Following,
        "amid" => Twofold::Amid,
        "off" => Twofold::Off,
        "out" => Twofold::Out,
        "back" => Twofold::Back,
        "near" | "like" | "past" | "over" | "about" | "around" => Twofold::Near,
        "there" => Twofold::There,
        "may" | "march" => Twofold::May,
        "can" | "will" | "must" => Twofold::Can,
        _ => return None,
    })
}

/// The class of a twofold word where it stands; none where it keeps its own.
fn closed(view: View<'_>, at: usize) -> Option<Tag> {
    let word = TWOFOLD.at(view, at)?;
    let (before, next) = (view.tag_before(at), view.tag(at + 1));
    let opens = || opens_phrase(view, at + 1);
    match word {
        Twofold::To => Some(if verb_follows(view, at + 1) { Tag::Particle } else { Tag::Adposition }),
        Twofold::That => Some(that(view, at)),
        // "all 15 surviving members", "the remaining hostages": said of the noun behind.
        Twofold::Remaining => {
            (next == Tag::Noun && matches!(before, Tag::Number | Tag::Determiner)).then_some(Tag::Adjective)
        }
        Twofold::These => (!opens() || next == Tag::Determiner).then_some(Tag::Pronoun),
        Twofold::Both
            if (matches!(before, Tag::Noun | Tag::ProperNoun | Tag::Pronoun)
                || view.is(at.wrapping_sub(1), &[","]))
                && matches!(next, Tag::Verb | Tag::Aux | Tag::Adverb) =>
        {
            Some(Tag::Adverb)
        }
        Twofold::Both | Twofold::Such => (!opens()).then_some(Tag::Pronoun),
        Twofold::Her => (!opens() || next == Tag::Determiner).then_some(Tag::Pronoun),
        Twofold::His => (!opens()).then_some(Tag::Pronoun),
        Twofold::After => Some(clause_or_phrase(view, at)),
        Twofold::Because => view.is(at + 1, &["of"]).then_some(Tag::Adposition),
        Twofold::ClipS => Some(possessive_or_is(view, at)),
        Twofold::Apostrophe => {
            let owns = before != Tag::Punct && !view.spaced(at) && opens() && view.before(at).ends_with('s');
            owns.then_some(Tag::Particle)
        }
        Twofold::Following => {
            (opens() && !matches!(before, Tag::Determiner | Tag::Aux)).then_some(Tag::Adposition)
        }
        Twofold::Amid => Some(Tag::Adposition),
        Twofold::Off => {
            (before == Tag::Verb && takes_off(&view.verb(at.wrapping_sub(1)))).then_some(Tag::Adverb)
        }
        Twofold::Out => view.is(at + 1, &["of"]).then_some(Tag::Adposition),
        // "Will back the plan", "agreed to back it".
        Twofold::Back => {
            let wants_verb = word_class::is_modal(view.before(at)) || view.is(at.wrapping_sub(1), &["to"]);
            (wants_verb && (opens() || view.is(at + 1, &["it", "him", "them"]))).then_some(Tag::Verb)
        }
        Twofold::Near => (!opens() && next != Tag::Pronoun).then_some(Tag::Adverb),
        Twofold::There => {
            let behind = view.word(at + 1);
            let is = word_class::is_be(behind) || word_class::is_modal(behind) || word_class::is_have(behind);
            is.then_some(Tag::Pronoun)
        }
        Twofold::May => {
            let dated = next == Tag::Number
                || before == Tag::Number
                || view.is(at.wrapping_sub(1), &["in", "since", "late", "early"]);
            (view.capital(at) && dated).then_some(Tag::ProperNoun)
        }
        Twofold::Can => {
            let noun = matches!(before, Tag::Determiner | Tag::Adjective)
                && !view.is(at.wrapping_sub(1), &["all"])
                && next != Tag::Verb;
            noun.then_some(Tag::Noun)
        }
    }
}

/// Whether the word after "to" is a verb: "to attack", not "to justice". The model calls nearly everything there one.
fn verb_follows(view: View<'_>, at: usize) -> bool {
    let at = if view.tag(at) == Tag::Adverb && matches!(view.tag(at + 1), Tag::Verb | Tag::Aux) {
        at + 1
    } else {
        at
    };
    let word = view.word(at);
    if !matches!(view.form(at), VerbForm::Base | VerbForm::PastOrParticiple) && view.tag(at) != Tag::Aux
        || view.capital(at)
    {
        return false;
    }
    // "due to fire", "close to home": the word before "to" wants a noun.
    let before = at.checked_sub(2).map_or("", |at| view.word(at));
    if matches!(
        before,
        "due" | "according" | "prior" | "owing" | "thanks" | "response" | "addition" | "access" | "opposed"
    ) && view.tag(at) != Tag::Aux
    {
        return before == "due"
            && word_class::is_noun_or_verb(word)
            && !matches!(view.tag(at + 1), Tag::Punct | Tag::Other | Tag::Adposition);
    }
    match view.tag(at) {
        Tag::Aux => word_class::is_be(word) || word_class::is_have(word) || word == "do",
        Tag::Verb => {
            word_class::is_noun_or_verb(word)
                || word_class::class_of(word) != Some(Tag::Noun)
                    && super::tag::alone(word) != Some(super::tag::NOUN)
        }
        Tag::Noun => {
            word_class::is_noun_or_verb(word) && !matches!(view.tag(at + 1), Tag::Punct | Tag::Other)
                || word_class::is_noun_or_verb(word) && view.tag(at.wrapping_sub(2)) == Tag::Verb
        }
        _ => false,
    }
}

/// Verbs that make one verb with "off": "cut off", "called off".
fn takes_off(lemma: &str) -> bool {
    matches!(
        lemma,
        "cut"
            | "call"
            | "set"
            | "fire"
            | "ward"
            | "fend"
            | "seal"
            | "shut"
            | "kick"
            | "lay"
            | "pay"
            | "pull"
            | "take"
            | "turn"
            | "break"
            | "show"
            | "stave"
            | "finish"
            | "wipe"
            | "close"
            | "block"
            | "hold"
            | "put"
            | "send"
            | "carry"
            | "drive"
            | "blow"
            | "fight"
            | "beat"
    )
}

fn that(view: View<'_>, at: usize) -> Tag {
    match view.tag(at + 1) {
        // "that of", "that."
        Tag::Adposition | Tag::Punct | Tag::Other
            if !nominal(view.tag_before(at)) && view.tag_before(at) != Tag::Verb =>
        {
            Tag::Pronoun
        }
        Tag::Verb | Tag::Aux if nominal(view.tag_before(at)) || view.is(at.wrapping_sub(1), &[","]) => {
            Tag::Pronoun
        }
        Tag::Verb | Tag::Aux
            if matches!(
                view.tag_before(at),
                Tag::Adposition | Tag::Other | Tag::Punct | Tag::Coordinator
            ) =>
        {
            Tag::Pronoun
        }
        Tag::Noun
            if matches!(
                view.tag_before(at),
                Tag::Adposition | Tag::Punct | Tag::Other | Tag::Subordinator
            ) && view.form(at + 1) != VerbForm::ThirdPerson
                && !view.word(at + 1).ends_with('s') =>
        {
            Tag::Determiner
        }
        _ => Tag::Subordinator,
    }
}

/// "after the storm" against "after the storm hit": a verb must follow before the next comma or preposition chain.
fn clause_or_phrase(view: View<'_>, at: usize) -> Tag {
    let word = view.word(at);
    if word == "as"
        && view.is(at + 1, &["many", "much", "part", "well", "a", "an", "of", "soon", "far", "long", "high"])
    {
        return Tag::Adposition;
    }
    let mut waiting = word != "as" && subject_waits(view, at);
    for ahead in at + 1..(at + 13).min(view.end) {
        match view.tag(ahead) {
            // The first verb is that of the subject before: "The first death since the start was recorded".
            Tag::Aux | Tag::Verb
                if waiting && view.form(ahead) != VerbForm::Gerund && !view.is(ahead, &["'s"]) =>
            {
                waiting = matches!(view.tag(ahead + 1), Tag::Verb | Tag::Aux | Tag::Adverb);
            }
            Tag::Aux if view.form(ahead) != VerbForm::Gerund && !view.is(ahead, &["'s"]) => {
                return Tag::Subordinator;
            }
            Tag::Verb => match view.form(ahead) {
                VerbForm::Gerund => return if ahead == at + 1 { Tag::Subordinator } else { Tag::Adposition },
                VerbForm::Participle => return Tag::Adposition,
                _ if ahead == at + 1 => {
                    return if word == "as" { Tag::Subordinator } else { Tag::Adposition };
                }
                _ => return Tag::Subordinator,
            },
            Tag::Coordinator if matches!(view.tag(ahead + 1), Tag::Verb | Tag::Aux | Tag::Adverb) => break,
            Tag::Punct | Tag::Subordinator if !view.is(ahead, &["-"]) => break,
            _ => {}
        }
    }
    Tag::Adposition
}

/// A phrase stands before `at` whose verb has not come since the last comma or conjunction.
fn subject_waits(view: View<'_>, at: usize) -> bool {
    // "Twenty dead after ..." has its predicate.
    if view.tag_before(at) == Tag::Adjective {
        return false;
    }
    let mut nominals = false;
    for place in (view.start..at).rev().take(30) {
        match view.tag(place) {
            Tag::Verb | Tag::Aux => return false,
            Tag::Punct | Tag::Subordinator => break,
            Tag::Noun | Tag::ProperNoun | Tag::Number => nominals = true,
            _ => {}
        }
    }
    nominals
}

fn possessive_or_is(view: View<'_>, at: usize) -> Tag {
    let before = view.tag_before(at);
    if matches!(before, Tag::Pronoun | Tag::Adverb | Tag::Subordinator)
        && !view.is(
            at.wrapping_sub(1),
            &["everyone", "someone", "nobody", "anyone", "today", "yesterday", "tomorrow"],
        )
    {
        return Tag::Aux;
    }
    match view.tag(at + 1) {
        Tag::Determiner | Tag::Adposition => Tag::Aux,
        Tag::Adverb if view.is(at + 1, &["not", "n't", "also", "been", "still", "already"]) => Tag::Aux,
        _ => Tag::Particle,
    }
}

/// Nouns, verbs and adjectives.
#[expect(clippy::too_many_lines, reason = "a flat list of cases, clearer in one piece than cut in two")]
fn open(view: View<'_>, at: usize, capitals_speak: bool, heading: bool) -> Option<Tag> {
    let tag = view.tag(at);
    if !matches!(tag, Tag::Noun | Tag::Verb | Tag::Adjective) {
        return None;
    }
    let (form, word) = (view.form(at), view.word(at));
    let before = view.tag_before(at);
    let next = view.tag(at + 1);
    let participle = matches!(form, VerbForm::PastOrParticiple | VerbForm::Participle);
    let in_phrase = matches!(before, Tag::Determiner | Tag::Adjective)
        || (before == Tag::Particle && view.is(at.wrapping_sub(1), &["'s", "'"]));
    match tag {
        Tag::Verb
            if participle
                && (in_phrase || before == Tag::Number)
                && nominal(next)
                && !view.is_time(at + 1) =>
        {
            // "the wounded soldiers", "three wounded soldiers"
            Some(Tag::Adjective)
        }
        // "Fourteen people sustained injuries": no adjective stands behind its noun.
        Tag::Adjective
            if form == VerbForm::PastOrParticiple
                && before == Tag::Noun
                && nominal(next)
                && subject_waits(view, at)
                && !has_finite(view, at) =>
        {
            Some(Tag::Verb)
        }
        // "in populated areas", "to capture populated centres"
        Tag::Verb
            if participle
                && nominal(next)
                && (before == Tag::Adposition
                    || before == Tag::Verb && view.form(at.wrapping_sub(1)) == VerbForm::Base)
                && word.ends_with("ed")
                && !view.is_time(at + 1) =>
        {
            Some(Tag::Adjective)
        }
        // "they were only shelling targets": a listed noun in "-ing" behind "be".
        Tag::Noun
            if form == VerbForm::Gerund
                && behind_be(view, at)
                && (opens_phrase(view, at + 1) || next == Tag::Adposition) =>
        {
            Some(Tag::Verb)
        }
        // "the defence forces respected": a noun in "-s" right before the verb.
        Tag::Verb
            if form == VerbForm::ThirdPerson
                && (nominal(before) || before == Tag::Adjective)
                && (matches!(next, Tag::Aux)
                    || next == Tag::Verb
                        && matches!(view.form(at + 1), VerbForm::Past | VerbForm::PastOrParticiple))
                && word_class::is_noun_or_verb(&view.verb(at))
                && !super::verb_class::is_saying(&view.verb(at)) =>
        {
            Some(Tag::Noun)
        }
        // "constantly plant mines"
        Tag::Noun
            if form == VerbForm::Base
                && before == Tag::Adverb
                && view.before(at).ends_with("ly")
                && matches!(next, Tag::Noun | Tag::ProperNoun | Tag::Determiner | Tag::Adjective) =>
        {
            Some(Tag::Verb)
        }
        // "to end the fighting and resume talks", "must lift the siege, release all captives"
        Tag::Noun
            if form == VerbForm::Base
                && (before == Tag::Coordinator && opens_phrase(view, at + 1)
                    || view.is(at.wrapping_sub(1), &[","]) && next == Tag::Determiner)
                && word_class::is_noun_or_verb(word)
                && base_before(view, at) =>
        {
            Some(Tag::Verb)
        }
        Tag::Verb
            if participle
                && before == Tag::Determiner
                && view
                    .is(at.wrapping_sub(1), &["the", "their", "its", "those", "his", "her", "a", "an"]) =>
        {
            // "the wounded were taken"
            Some(Tag::Noun)
        }
        Tag::Verb
            if form == VerbForm::ThirdPerson
                && !word_class::is_noun_or_verb(&view.verb(at))
                && word_class::class_of(word).is_none()
                && super::tag::alone(word) == Some(super::tag::NOUN) =>
        {
            Some(Tag::Noun)
        }
        // "State premier Ida Moe said": a bare verb at the start before a noun, with another verb behind.
        Tag::Verb if at == view.start && form == VerbForm::Base && nominal(next) && has_finite(view, at) => {
            Some(Tag::Noun)
        }
        Tag::Verb if form == VerbForm::Gerund && in_phrase => {
            Some(if nominal(next) { Tag::Adjective } else { Tag::Noun })
        }
        Tag::Verb
            if matches!(form, VerbForm::Base | VerbForm::ThirdPerson)
                && in_phrase
                && !view.is(at.wrapping_sub(1), &["all", "both", "some", "dead", "missing"]) =>
        {
            Some(Tag::Noun)
        }
        Tag::Noun | Tag::Adjective
            if before == Tag::Particle
                && view.is(at.wrapping_sub(1), &["to"])
                && word_class::is_noun_or_verb(word) =>
        {
            Some(Tag::Verb)
        }
        Tag::Noun
            if word_class::is_modal(view.before(at))
                && form == VerbForm::Base
                && !matches!(next, Tag::Verb | Tag::Aux) =>
        {
            Some(Tag::Verb)
        }
        Tag::Verb
            if before == Tag::Adposition
                && form == VerbForm::Base
                && !view.is(at.wrapping_sub(1), &["than", "except"]) =>
        {
            Some(Tag::Noun)
        }
        Tag::Noun if before == Tag::Pronoun && verb_like(word) && subject_pronoun(view.before(at)) => {
            Some(Tag::Verb)
        }
        Tag::Adjective | Tag::Noun
            if participle
                && before == Tag::Aux
                && !view.is(at, &["dead"])
                && !nominal(next)
                && word.ends_with("ed") =>
        {
            Some(Tag::Verb)
        }
        Tag::Noun
            if (capitals_speak || heading)
                && word.ends_with('s')
                && (nominal(before) || heading && view.is(at.wrapping_sub(1), &[","]))
                && verb_like(word)
                && complement_follows(view, at)
                && !has_finite(view, at) =>
        {
            // "Norway launches a search": nothing else in the clause is a verb.
            Some(Tag::Verb)
        }
        _ => None,
    }
}

fn behind_be(view: View<'_>, at: usize) -> bool {
    let before = (view.start..at).rev().find(|&place| view.tag(place) != Tag::Adverb);
    before.is_some_and(|place| view.tag(place) == Tag::Aux && word_class::is_be(view.word(place)))
}

/// A base form behind "to" or a modal stands not far before `at`.
fn base_before(view: View<'_>, at: usize) -> bool {
    (view.start..at).rev().take(12).take_while(|&place| !view.is(place, &[";"])).any(|place| {
        view.tag(place) == Tag::Verb
            && view.form(place) == VerbForm::Base
            && place > view.start
            && (view.is(place.wrapping_sub(1), &["to"])
                || word_class::is_modal(view.before(place))
                || view.tag_before(place) == Tag::Adverb)
    })
}

fn subject_pronoun(word: &str) -> bool {
    matches!(word, "he" | "she" | "they" | "we" | "i" | "it" | "who" | "you")
}

/// A noun form that is also a verb form.
fn verb_like(word: &str) -> bool {
    let base = lemma::verb(word);
    word_class::is_noun_or_verb(&base)
}

/// An object, a content clause or an infinitive begins after `at`.
fn complement_follows(view: View<'_>, at: usize) -> bool {
    matches!(
        view.tag(at + 1),
        Tag::Determiner
            | Tag::ProperNoun
            | Tag::Pronoun
            | Tag::Number
            | Tag::Subordinator
            | Tag::Adjective
            | Tag::Noun
    ) || view.is(at + 1, &["on", "to", "for", "that", "at", "after", "with", "over", "in"])
}

/// A finite verb stands elsewhere in the stretch between commas or subordinators around `at`.
fn has_finite(view: View<'_>, at: usize) -> bool {
    let finite = |place: usize| {
        matches!(view.tag(place), Tag::Aux)
            || view.tag(place) == Tag::Verb
                && matches!(
                    view.form(place),
                    VerbForm::Past | VerbForm::PastOrParticiple | VerbForm::ThirdPerson
                )
    };
    let stops = |place: usize| {
        view.tag(place) == Tag::Subordinator || view.is(place, &[",", ";", ":", "“", "”", "\""])
    };
    let left = (view.start..at).rev().take(20).take_while(|&place| !stops(place)).any(finite);
    let right = (at + 1..view.end).take(20).take_while(|&place| !stops(place)).any(finite);
    left || right
}
