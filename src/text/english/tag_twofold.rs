//! Tells words of closed classes that belong to two of them by their neighbours: "to", "that", "after", "'s". Comes in: the
//! tagged tokens of one sentence and a place. Goes out: the class of the word there, when it is another than its own. Never
//! looks at nouns, verbs and adjectives: that is `tag_repair`'s to do.

use std::sync::LazyLock;

use super::tag_repair::{nominal, opens_phrase, subject_waits};
use super::view::View;
use super::vocabulary::Listed;
use super::word_class;
use crate::text::{Tag, VerbForm};

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
pub(super) fn closed(view: View<'_>, at: usize) -> Option<Tag> {
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
            // "the priests' slaying": a gerund behind the mark is what is owned.
            let owned = || opens() || view.form(at + 1) == VerbForm::Gerund;
            let owns = before != Tag::Punct && !view.spaced(at) && owned() && view.before(at).ends_with('s');
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
