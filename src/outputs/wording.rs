//! Alerts in short English, the same words on every output for people. Comes in: an alert. Goes out: what changed, from
//! what to what, with every qualifier, and the changed words of its quote. Pure; never shortens a figure's qualifier.

use std::ops::Range;

use crate::diff::figure::{self, Figure};
use crate::diff::{RETRACTION, explain};
use crate::model::{
    Act, Alert, ChangeKind, DemandStatus, Effect, FactKey, Force, Group, Scope, Stance, Value,
};

/// One alert in words: "killed: 25 → at least 29 (Nagorno-Karabakh side)".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// What it is about: "killed", "Freedonia's demand for a ceasefire, to Sylvania".
    pub subject: String,
    /// What was told before.
    pub before: Option<String>,
    /// What holds now.
    pub after: String,
    /// How it is restricted or qualified: "civilians, Freedonia side", "sources disagree".
    pub notes: Vec<String>,
}

impl Headline {
    /// Puts an alert into words.
    pub fn of(alert: &Alert) -> Self {
        let mut notes = restrictions(&alert.fact);
        notes.extend(remark(alert).map(str::to_owned));
        if let Value::Demand { condition: Some(condition), .. } = &alert.after {
            notes.push(format!("condition: {condition}"));
        }
        if let (None, Some((subject, after))) = (&alert.before, first_words(&alert.fact, &alert.after)) {
            return Self { subject, before: None, after, notes };
        }
        let before = alert.before.as_ref().map(|value| value_in_words(value, alert.change));
        let after = value_in_words(&alert.after, alert.change);
        Self { subject: subject(&alert.fact), before: before.filter(|before| *before != after), after, notes }
    }

    /// The whole on one line.
    pub fn line(&self) -> String {
        let before = self.before.as_ref().map(|before| format!("{before} → ")).unwrap_or_default();
        let notes =
            if self.notes.is_empty() { String::new() } else { format!(" ({})", self.notes.join(", ")) };
        format!("{}: {before}{}{notes}", self.subject, self.after)
    }
}

/// A demand that is made or a stance that is taken for the first time reads better as a statement: "ultimatum by
/// Freedonia to Sylvania: disarmament", "Osterlich supports: the truce".
fn first_words(fact: &FactKey, value: &Value) -> Option<(String, String)> {
    match (fact, value) {
        (
            FactKey::Demand { by, to, act },
            Value::Demand { force, status: DemandStatus::Made | DemandStatus::Repeated, .. },
        ) => {
            let to = to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
            Some((format!("{force} by {by}{to}"), act_in_words(*act).to_owned()))
        }
        (FactKey::Position { actor, target: Some(target) }, Value::Position { stance, .. }) => {
            Some((format!("{actor} {}", stance_of(actor, *stance)), target.clone()))
        }
        _ => None,
    }
}

/// What a fact is about, with its restrictions: "killed (civilians, in Port Town)".
pub fn fact_in_words(fact: &FactKey) -> String {
    let restrictions = restrictions(fact);
    let notes =
        if restrictions.is_empty() { String::new() } else { format!(" ({})", restrictions.join(", ")) };
    format!("{}{notes}", subject(fact))
}

/// What is known of a fact: "at least 29", "an ultimatum", "met", "supports".
pub fn known_in_words(value: &Value) -> String {
    value_in_words(value, ChangeKind::New)
}

fn subject(fact: &FactKey) -> String {
    match fact {
        FactKey::Casualties { effect, .. } => effect_in_words(*effect).to_owned(),
        FactKey::Demand { by, to, act } => {
            let to = to.as_ref().map(|to| format!(", to {to}")).unwrap_or_default();
            format!("{} demand for {}{to}", possessive(by), act_in_words(*act))
        }
        FactKey::Deed { doer, act } => format!("{} deed, {}", possessive(doer), act_in_words(*act)),
        FactKey::Position { actor, target } => match target {
            Some(target) => format!("{actor} on {target}"),
            None => format!("{} position", possessive(actor)),
        },
    }
}

fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}'") } else { format!("{name}'s") }
}

fn effect_in_words(effect: Effect) -> &'static str {
    match effect {
        Effect::Killed => "killed",
        Effect::Injured => "injured",
        Effect::Missing => "missing",
        Effect::Trapped => "trapped",
        Effect::Displaced => "displaced",
        Effect::Evacuated => "evacuated",
        Effect::Detained => "detained",
        Effect::Rescued => "rescued",
    }
}

/// Whom and where a count is restricted to.
fn restrictions(fact: &FactKey) -> Vec<String> {
    let FactKey::Casualties { group, side, place, scope, .. } = fact else { return Vec::new() };
    let mut words = Vec::new();
    words.extend(group_in_words(*group).map(str::to_owned));
    words.extend(side.as_ref().map(|side| format!("{side} side")));
    words.extend(place.as_ref().map(|place| format!("in {place}")));
    match scope {
        Scope::Event => {}
        Scope::Incident => words.push("in one incident".to_owned()),
        Scope::Background => words.push("of an earlier event".to_owned()),
    }
    words
}

fn group_in_words(group: Group) -> Option<&'static str> {
    match group {
        Group::People => None,
        Group::Civilians => Some("civilians"),
        Group::Military => Some("soldiers"),
        Group::Police => Some("police"),
        Group::Militants => Some("militants"),
        Group::Children => Some("children"),
        Group::Women => Some("women"),
        Group::Medics => Some("medics"),
        Group::Journalists => Some("journalists"),
        Group::AidWorkers => Some("aid workers"),
        Group::Peacekeepers => Some("peacekeepers"),
        Group::Other => Some("a group of them"),
    }
}

/// What before → after does not say by itself.
fn remark(alert: &Alert) -> Option<&'static str> {
    match alert.change {
        ChangeKind::New if alert.about == "casualties" => Some("first figure"),
        ChangeKind::Withdrawn if alert.evidence.rule == RETRACTION => Some("taken back"),
        ChangeKind::Down => Some("revised down"),
        ChangeKind::Conflict => Some("sources disagree"),
        ChangeKind::Hardened => Some("hardened"),
        ChangeKind::Softened => Some("softened"),
        ChangeKind::DeadlineNear => Some("deadline near"),
        ChangeKind::DeadlinePassed => Some("deadline passed"),
        _ if !alert.corrects.is_empty() => Some("correction"),
        _ => None,
    }
}

fn value_in_words(value: &Value, change: ChangeKind) -> String {
    match value {
        Value::Casualties { value, high, bound, .. } => {
            figure::in_words(Figure { value: *value, high: *high, bound: *bound })
        }
        Value::Demand { force, status, .. } => demand_in_words(*force, *status, change).to_owned(),
        Value::Position { stance, .. } => stance_in_words(*stance).to_owned(),
    }
}

/// A demand's force while it stands, its fate once that is what changed.
fn demand_in_words(force: Force, status: DemandStatus, change: ChangeKind) -> &'static str {
    let fate = matches!(change, ChangeKind::Met | ChangeKind::Rejected | ChangeKind::Withdrawn);
    match (status, force) {
        (DemandStatus::Met, _) => "met",
        (DemandStatus::Rejected, _) => "rejected",
        (DemandStatus::Withdrawn, _) => "withdrawn",
        (DemandStatus::Repeated, _) if fate => "repeated",
        (DemandStatus::Made, _) if fate => "made",
        (DemandStatus::Made | DemandStatus::Repeated, Force::Appeal) => "an appeal",
        (DemandStatus::Made | DemandStatus::Repeated, Force::Demand) => "a demand",
        (DemandStatus::Made | DemandStatus::Repeated, Force::Ultimatum) => "an ultimatum",
    }
}

fn act_in_words(act: Act) -> &'static str {
    match act {
        Act::Ceasefire => "an end of violence",
        Act::Withdraw => "a withdrawal",
        Act::Surrender => "disarmament",
        Act::Negotiate => "talks",
        Act::Resign => "a resignation",
        Act::Release => "a release",
        Act::Access => "access for aid",
        Act::Protect => "protection of people",
        Act::Intervene => "action",
        Act::Investigate => "an inquiry",
        Act::Sanction => "sanctions",
        Act::LiftSanction => "an end of sanctions",
        Act::Pay => "payment",
        Act::Evacuate => "evacuation",
        Act::Policy => "a change of policy",
        Act::Other => "something else",
    }
}

/// The verb behind who takes the stance: "Kenya rejects", "eight parties reject".
fn stance_of(actor: &str, stance: Stance) -> &'static str {
    let many = actor.starts_with(char::is_lowercase) && actor.ends_with('s') && !actor.ends_with("ss");
    let [one, several] = stance_verbs(stance);
    if many { several } else { one }
}

fn stance_in_words(stance: Stance) -> &'static str {
    let [one, _] = stance_verbs(stance);
    one
}

/// What one does who takes the stance, and what several do.
const fn stance_verbs(stance: Stance) -> [&'static str; 2] {
    match stance {
        Stance::Support => ["supports", "support"],
        Stance::Condemn => ["condemns", "condemn"],
        Stance::Accuse => ["accuses", "accuse"],
        Stance::Deny => ["denies", "deny"],
        Stance::Reject => ["rejects", "reject"],
        Stance::Accept => ["accepts", "accept"],
        Stance::Offer => ["offers", "offer"],
        Stance::Vow => ["vows", "vow"],
    }
}

/// "2 independent sources".
pub fn sources_in_words(sources: u32) -> String {
    match sources {
        0 | 1 => "1 source".to_owned(),
        more => format!("{more} independent sources"),
    }
}

/// Who states it now.
pub fn speaker(alert: &Alert) -> Option<&str> {
    match &alert.after {
        Value::Casualties { source, .. } | Value::Demand { source, .. } | Value::Position { source, .. } => {
            source.as_deref()
        }
    }
}

/// A quote is a sentence; what one holds beyond this is neither compared nor shown to people.
const QUOTE_BYTES_MAX: usize = 4096;

/// The part of a quote that is compared and shown.
pub(super) fn quote_head(quote: &str) -> &str {
    if quote.len() <= QUOTE_BYTES_MAX {
        return quote;
    }
    let cut = (0..=QUOTE_BYTES_MAX).rev().find(|at| quote.is_char_boundary(*at)).unwrap_or_default();
    quote.get(..cut).unwrap_or_default()
}

/// The words of the alert's quote that are new against the quote before, as byte ranges that end at white space; when
/// there is no quote before, the words that carry the figure.
pub fn changed_words(alert: &Alert) -> Vec<Range<usize>> {
    let quote = quote_head(&alert.evidence.quote);
    let words = words(quote);
    let marked: Vec<bool> = if let Some(before) = &alert.quote_before {
        let changed = explain::changed_words(Some(quote_head(before)), quote);
        // Both lists are in order: the changes that end before a word are done with.
        let mut rest = changed.iter().peekable();
        let touches = |word: &Range<usize>| {
            while rest.next_if(|span| span.end <= word.start).is_some() {}
            rest.peek().is_some_and(|span| span.start < word.end)
        };
        words.iter().map(touches).collect()
    } else {
        let Value::Casualties { value, .. } = alert.after else { return Vec::new() };
        let figure = value.to_string();
        let carries = |word: &Range<usize>| {
            let letters = quote.get(word.clone()).unwrap_or_default().chars();
            letters.filter(char::is_ascii_digit).eq(figure.chars())
        };
        words.iter().map(carries).collect()
    };
    // A quote that has nothing in common with the one before would be marked from end to end, which marks nothing.
    if words.len() > 3 && marked.iter().all(|mark| *mark) {
        return Vec::new();
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut follows = false;
    for (word, marked) in words.iter().zip(marked) {
        match ranges.last_mut() {
            Some(last) if marked && follows => last.end = word.end,
            _ if marked => ranges.push(word.clone()),
            _ => {}
        }
        follows = marked;
    }
    ranges
}

/// The byte ranges between white space.
pub(super) fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        match (letter.is_whitespace(), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| from..text.len()));
    words
}

/// Text of others on one line of a terminal or a message: white space and control characters become one blank, and
/// characters that turn the direction of writing are left out, so that nobody's headline can move the cursor.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' => {}
            letter if letter.is_whitespace() || letter.is_control() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            letter => out.push(letter),
        }
    }
    out.trim().to_owned()
}

/// The first `most` characters, with an ellipsis in place of the rest.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::samples;

    #[track_caller]
    fn check(alert: &Alert, expected: &str) {
        assert_eq!(Headline::of(alert).line(), expected);
    }

    #[test]
    fn says_how_a_toll_rose() {
        check(&samples::toll_rises(), "killed: 25 → at least 29 (Freedonia side)");
    }

    #[test]
    fn says_what_became_of_demands_and_positions() {
        check(&samples::demand(ChangeKind::New), "demand by Freedonia to Sylvania: disarmament");
        check(
            &samples::demand(ChangeKind::Hardened),
            "Freedonia's demand for disarmament, to Sylvania: a demand → an ultimatum \
             (hardened, condition: or the town is stormed)",
        );
        check(
            &samples::demand(ChangeKind::Rejected),
            "Freedonia's demand for disarmament, to Sylvania: made → rejected",
        );
        check(&samples::position(), "Osterlich on the truce: supports → condemns");
        let first = Alert { before: None, change: ChangeKind::New, ..samples::position() };
        check(&first, "Osterlich condemns: the truce");
        let target = Some("the truce".into());
        let fact = FactKey::Position { actor: "eight parties".into(), target };
        check(&Alert { fact, ..first }, "eight parties condemn: the truce");
    }

    #[test]
    fn marks_the_words_that_changed() {
        let alert = samples::toll_rises();
        let quote = &alert.evidence.quote;
        let marked: Vec<&str> =
            changed_words(&alert).into_iter().filter_map(|range| quote.get(range)).collect();
        assert_eq!(marked, ["at least 29"]);
    }

    #[test]
    fn marks_the_figure_when_there_is_no_quote_before() {
        let mut alert = samples::toll_rises();
        alert.quote_before = None;
        let quote = &alert.evidence.quote;
        let marked: Vec<&str> =
            changed_words(&alert).into_iter().filter_map(|range| quote.get(range)).collect();
        assert_eq!(marked, ["29"]);
    }

    #[test]
    fn lets_no_text_move_the_cursor() {
        assert_eq!(one_line("a\u{1b}[2J\r\n b\u{202e}c\t"), "a [2J bc");
        assert_eq!(shortened("größer", 4), "grö…");
        assert_eq!(shortened("groß", 4), "groß");
    }
}
