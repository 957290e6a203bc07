//! Whether a figure belongs to the event reported or to an earlier or other one. A sentence and a place in it go in; a
//! scope comes out. Reads tense, years, "ago", comparisons and causes; never looks at the figure itself.
//!
//! Background must never pass for news: where a mark reaches a figure, the figure is background, even when other words
//! of the sentence speak of today.

use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::{Hint, Hints, hints_at, hints_at_any, hints_of, speech};
use crate::model::{Moment, Scope};
use crate::text::english::calendar;
use crate::text::english::view::View;
use crate::text::english::vocabulary::Listed;
use crate::text::{Analysis, Clause, Link, QuantityKind, Sentence, Tense};

/// A stretch of a sentence that speaks of something else than the event reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The tokens.
    pub(super) tokens: Range<usize>,
    /// Background, or a blow inside the event.
    pub(super) scope: Scope,
}

/// When the report was published, as far as scope needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Today {
    /// Year.
    pub(super) year: i64,
    /// Month, 1 to 12.
    pub(super) month: i64,
}

impl Today {
    /// Of a moment, on the calendar of its author.
    pub(super) fn of(moment: Moment) -> Self {
        let date = moment.offset.to_datetime(moment.at).date();
        Self { year: i64::from(date.year()), month: i64::from(date.month()) }
    }
}

/// The stretches of a sentence that do not speak of the event itself.
pub(super) fn stretches(
    analysis: &Analysis<'_>,
    sentence: &Sentence,
    view: View<'_>,
    today: Option<Today>,
) -> Vec<Stretch> {
    let mut found = Vec::new();
    let reader = Reader { analysis, sentence, view, today };
    for at in sentence.tokens.clone() {
        let Some(may) = MAY_MARK.at(view, at) else { continue };
        let background = if may == Mark::Past { reader.background_from(at) } else { None };
        if let Some(tokens) = background {
            found.push(Stretch { tokens, scope: Scope::Background });
        } else if let Some(tokens) = reader.incident_from(at) {
            found.push(Stretch { tokens, scope: Scope::Incident });
        }
    }
    found
}

/// The scope of a place in a sentence: background wins over incident, both over event.
pub(super) fn scope_at(stretches: &[Stretch], at: usize) -> Scope {
    stretches
        .iter()
        .filter(|stretch| stretch.tokens.contains(&at))
        .map(|stretch| stretch.scope)
        .max()
        .unwrap_or(Scope::Event)
}

/// What a sentence about the past leaves to the next: "In 2021 there was a coup. The protests against it cost 125 lives."
#[derive(Debug, Default)]
pub(super) struct Carried {
    paragraph: Option<usize>,
}

/// How far behind its verb a main clause may say that it speaks of the present.
const MAIN_REACH: usize = 8;

impl Carried {
    /// Adds the stretch that the sentence before leaves, and remembers what this one leaves.
    pub(super) fn over(
        &mut self,
        analysis: &Analysis<'_>,
        sentence: &Sentence,
        view: View<'_>,
        found: &mut Vec<Stretch>,
    ) {
        let root = sentence
            .clauses
            .clone()
            .filter_map(|clause| analysis.clauses.get(clause))
            .find(|clause| clause.link == Link::Root)
            .and_then(|clause| clause.verb.as_ref());
        let past = root.is_some_and(|verb| matches!(verb.tense, Tense::Past | Tense::PastPerfect));
        // "…, and those who marched then now cook": a "now" further down does not bring the whole sentence back.
        let main = root.map_or(sentence.tokens.end, |verb| verb.tokens.end + MAIN_REACH);
        let back = (sentence.tokens.start..main.min(sentence.tokens.end)).any(|at| SAYS_NOW.at(view, at));
        if self.paragraph == Some(sentence.paragraph) && past && !back && found.is_empty() {
            found.push(Stretch { tokens: sentence.tokens.clone(), scope: Scope::Background });
            return;
        }
        let covered = root.is_some_and(|verb| {
            found
                .iter()
                .any(|stretch| stretch.scope == Scope::Background && stretch.tokens.contains(&verb.main))
        });
        self.paragraph = (covered && past && !back).then_some(sentence.paragraph);
    }
}

/// Whether a mark of the past can begin with this word: most words of a sentence are asked no further.
fn may_look_back(word: &str) -> bool {
    word.starts_with(|sign: char| sign.is_ascii_digit())
        || calendar::month(word).is_some()
        || matches!(
            word,
            "since"
                | "in"
                | "over"
                | "last"
                | "every"
                | "each"
                | "a"
                | "earlier"
                | "elsewhere"
                | "after"
                | "another"
                | "this"
                | "separately"
                | "world"
        )
        || hints_at_any(word)
}

/// What a mark of the incident alone can begin with.
const OF_THE_INCIDENT: &[&str] = &["alone", "that", "the"];

/// What a word may begin a mark of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// The past, or the incident alone.
    Past,
    /// The incident alone.
    Incident,
}

static MAY_MARK: LazyLock<Listed<Option<Mark>>> = LazyLock::new(|| {
    Listed::new(|word| {
        let past = may_look_back(word).then_some(Mark::Past);
        past.or_else(|| OF_THE_INCIDENT.contains(&word).then_some(Mark::Incident))
    })
});
static HINTS: LazyLock<Listed<Hints>> = LazyLock::new(|| Listed::new(hints_of));
static SAYS_NOW: LazyLock<Listed<bool>> = LazyLock::new(|| Listed::new(|word| hints_at(word, Hint::Now)));

struct Reader<'r> {
    analysis: &'r Analysis<'r>,
    sentence: &'r Sentence,
    view: View<'r>,
    today: Option<Today>,
}

impl Reader<'_> {
    /// The tokens that a background mark at `at` reaches, when there is one.
    fn background_from(&self, at: usize) -> Option<Range<usize>> {
        let word = self.view.word(at);
        let hints = HINTS.at(self.view, at);
        if self.is_past_year(at) {
            return Some(self.reach_of_time(at));
        }
        // All that follows begins with a word.
        if hints.is_empty() && word.starts_with(|sign: char| sign.is_ascii_digit()) {
            return None;
        }
        if self.is_far_month(at) || hints.say(Hint::LongTime) && self.is_long_ago(at) {
            return Some(self.reach_of_time(at));
        }
        if hints.say(Hint::Answer) && !self.view.is(at + 1, &["team", "teams", "unit"]) {
            let end = self.clause_at(at).map_or(at, |clause| clause.tokens.end).max(at + 25);
            return Some(at..end.min(self.sentence.tokens.end));
        }
        let since_first =
            self.view.follows(at, &["since", "the", "first"]) || self.view.follows(at, &["since", "records"]);
        if since_first
            || self.view.follows(at, &["in", "history"])
            || self.view.follows(at, &["over", "the", "years"])
        {
            return Some(self.around(at));
        }
        if self.view.follows(at, &["last", "week"]) && !self.view.is(at + 2, &["'s"]) {
            return Some(self.reach_of_time(at));
        }
        if hints.say(Hint::LooksBack) {
            return Some(self.sentence.tokens.clone());
        }
        if hints.say(Hint::Habit)
            || self.view.follows(at, &["every", "year"])
            || self.view.follows(at, &["each", "year"])
            || self.view.follows(at, &["a", "year"])
                && !self.view.is(at + 2, &["ago", "after", "before", "later", "earlier"])
                && self.view.tag(at.wrapping_sub(1)) != crate::text::Tag::Adposition
        {
            return Some(self.around(at));
        }
        if self.view.follows(at, &["earlier", "this", "month"])
            || self.view.follows(at, &["earlier", "this", "year"])
        {
            return Some(self.reach_of_time(at));
        }
        if let Some(tokens) = self.another_event_from(at) {
            return Some(tokens);
        }
        // "But the storm that took 300 lives flattened towns; this one has spared them."
        if self.view.follows(at, &["this", "one"]) {
            let before = self.sentence.tokens.start..at;
            let earlier = before.clone().any(|at| self.is_event(at) && !self.view.is(at + 1, &["of"]));
            return earlier.then_some(before);
        }
        let other = hints.say(Hint::Another) && hints_at(self.view.word(at + 1), Hint::Event);
        let world_war = word == "world" && self.view.is(at + 1, &["war"]);
        (other || world_war).then(|| self.reach_of_time(at))
    }

    /// Marks of another event that need more than one word: "elsewhere in the world", "a string of attacks this year that
    /// have killed 70", "it came a week after 12 died", "a war in which hundreds died".
    fn another_event_from(&self, at: usize) -> Option<Range<usize>> {
        let view = self.view;
        let end = self.sentence.tokens.end;
        if at == self.sentence.tokens.start
            && view.is(at, &["elsewhere"])
            && view.is(at + 1, &["in", "on", "across", "around"])
        {
            return Some(at..end);
        }
        if view.is(at + 1, &["of"]) && hints_at(view.word(at), Hint::Series) && self.is_event(at + 2) {
            let long = (at + 3..(at + 8).min(end))
                .any(|token| view.follows(token, &["this", "year"]) || view.is(token, &["recent", "years"]));
            return long.then_some(at..end);
        }
        // "The last, in which 30 died, was in August": the one before this.
        let last = view.is(at, &["last", "previous"])
            && at == self.sentence.tokens.start + 1
            && view.is(at - 1, &["the"]);
        let which = at + 1 + usize::from(view.is(at + 1, &["one"]));
        if last
            && view.is(which, &[","])
            && (view.follows(which + 1, &["in", "which"]) || view.is(which + 1, &["when"]))
        {
            return Some(at..end);
        }
        // "Separately, an explosion at a quarry hurt seven": one that the reader does not know yet.
        if at == self.sentence.tokens.start && view.follows(at, &["separately", ","]) {
            let told = view.is(at + 2, &["a", "an", "another"]);
            return (told && (at + 3..at + 6).any(|event| self.is_event(event))).then_some(at..end);
        }
        if view.follows(at, &["this", "year"]) && self.sums_up(at) {
            return Some(self.around(at));
        }
        // "Talks resumed a year after the war that killed 6,500": up to the next comma.
        let long_after = view.is(at, &["after"])
            && view.is(at.wrapping_sub(1), &["year", "years", "decade", "decades"])
            && (at + 1..at + 4).any(|event| self.is_event(event));
        if long_after {
            let comma = (at..end).find(|&token| view.is(token, &[",", ";"])).unwrap_or(end);
            return Some(at..comma);
        }
        // "It came a week after 12 people died in another province".
        if view.is(at, &["after"]) && hints_at(view.before(at), Hint::LongTime)
            || view.is(at, &["after"])
                && view.is(at.wrapping_sub(1), &["days", "week", "weeks", "day", "hours"])
        {
            let clause = self.clause_at(at.wrapping_sub(1))?;
            let verb = clause.verb.as_ref()?;
            let subject = verb.tokens.start.checked_sub(1)?;
            let follows = view.is(verb.main, &["came", "comes", "happened", "occurred"]);
            let names = self.is_event(subject) || view.is(subject, &["it"]);
            return (follows && names).then_some(at..end);
        }
        // "gold and a war in the desert in which hundreds died": one that the reader is not supposed to know.
        let unknown = view.is(at, &["a", "another"]) && view.is(at + 1, &["war"]);
        let told = || {
            (at + 2..(at + 9).min(end))
                .any(|token| view.follows(token, &["in", "which"]) || view.is(token, &["that", "where"]))
        };
        (unknown && told()).then_some(at..end)
    }

    /// "Clashes between the two have claimed 900 lives this year", "so far this year 410 have drowned", further down in a report
    /// on one of them. Of a disease that goes round it is the count.
    fn sums_up(&self, at: usize) -> bool {
        let mut opening =
            self.analysis.sentences.iter().enumerate().filter(|(_, sentence)| sentence.part.speaks());
        let (Some((title, _)), Some((lead, first))) = (opening.next(), opening.next()) else { return false };
        if first.span.start >= self.sentence.span.start {
            return false;
        }
        let Some(clause) = self.clause_at(at) else { return false };
        let goes_on = clause.verb.as_ref().filter(|verb| verb.tense == Tense::PresentPerfect);
        let Some(verb) = goes_on else { return false };
        let many = |token: usize| self.view.is(token, MANY_BLOWS);
        let mut subject = clause.tokens.start..verb.tokens.start;
        let blows = subject.clone().any(many)
            && !subject.any(|token| self.view.is(token, &["the", "this", "these"]) && many(token + 1));
        let ill =
            |view: View<'_>| (view.start..view.end).any(|token| HINTS.at(view, token).say(Hint::Disease));
        let so_far = || self.view.preceded_by(at, &["so", "far"]);
        blows
            || so_far()
                && ![self.view, self.analysis.view(title), self.analysis.view(lead)].into_iter().any(ill)
    }

    /// "on Thursday alone", "the day's toll".
    fn incident_from(&self, at: usize) -> Option<Range<usize>> {
        if !self.view.is(at, OF_THE_INCIDENT) {
            return None;
        }
        let alone =
            self.view.is(at, &["alone"]) && (at.saturating_sub(4)..at).any(|day| is_day(self.view.word(day)));
        let of_the_day =
            self.view.follows(at, &["that", "day"]) || self.view.follows(at, &["the", "day", "'s"]);
        (alone || of_the_day).then(|| self.around(at))
    }

    /// A year before the year of publication; "2018-19" counts by its first.
    fn is_past_year(&self, at: usize) -> bool {
        let word = self.view.word(at);
        let digits = word.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let rest = word.get(4..).unwrap_or_default();
        let year_like = rest.is_empty() || rest == "s" || rest.starts_with(['-', '–', '/']);
        let Some(year) = digits.filter(|_| year_like).and_then(|digits| digits.parse::<i64>().ok()) else {
            return false;
        };
        let after_in = self.view.is(at.wrapping_sub(1), &["in", "since", "during", "until"]);
        let counted = !after_in
            && self
                .sentence
                .quantities
                .clone()
                .filter_map(|quantity| self.analysis.quantities.get(quantity))
                .any(|quantity| quantity.number.contains(&at) && quantity.kind != QuantityKind::Date);
        let latest = self.today.map_or(9999, |today| today.year);
        !counted && (1500..latest).contains(&year) && self.today.is_some()
    }

    /// "in February" in a report of November.
    fn is_far_month(&self, at: usize) -> bool {
        let Some(today) = self.today else { return false };
        let word = self.view.word(at);
        let Some(month) = calendar::month(word).filter(|_| calendar::is_month(word)) else { return false };
        if !self.view.capital(at)
            || !self
                .view
                .is(at.wrapping_sub(1), &["in", "last", "since", "until", "early", "late", "mid", "of"])
        {
            return false;
        }
        if self.has_this_year_after(at) && self.months_since(today, month) <= 2 {
            return false;
        }
        self.months_since(today, month) >= 2
    }

    fn has_this_year_after(&self, at: usize) -> bool {
        self.today
            .is_some_and(|today| self.view.word(at + 1).parse::<i64>().is_ok_and(|year| year == today.year))
    }

    #[expect(clippy::unused_self, reason = "asked like the questions beside it")]
    fn months_since(&self, today: Today, month: i8) -> i64 {
        (today.month - i64::from(month)).rem_euclid(12)
    }

    /// Behind a word for a long time: "three years ago", "last year", "in recent decades", "in the past five years", "a year earlier".
    fn is_long_ago(&self, at: usize) -> bool {
        let next = self.view.word(at + 1);
        let before = self.view.before(at);
        let past = |word: &str| matches!(word, "last" | "previous" | "past" | "recent");
        let behind = matches!(next, "ago" | "earlier" | "before");
        let window = at.saturating_sub(3)..at;
        let in_the_past = !before.is_empty() && window.clone().any(|token| past(self.view.word(token)));
        let month = self.view.is(at, &["month", "months"]);
        if month && in_the_past && before == "past" {
            return false;
        }
        behind || in_the_past
    }

    /// How far a time reaches: its clause with what hangs on it; from a comparison only what follows.
    fn reach_of_time(&self, at: usize) -> Range<usize> {
        let clause = self.clause_at(at);
        let start = clause.map_or(self.sentence.tokens.start, |clause| clause.tokens.start);
        let end = clause.map_or(self.sentence.tokens.end, |clause| clause.tokens.end);
        let since = (at.saturating_sub(3)..at).any(|token| self.view.is(token, &["since"]));
        if since
            && ((start..at).any(|token| hints_at(self.view.word(token), Hint::Superlative))
                || !self.goes_on(clause))
        {
            return at..self.sentence.tokens.end;
        }
        if since {
            return start..end;
        }
        let compared = (at.saturating_sub(8)..at).rfind(|&token| self.view.is(token, &["since", "than"]));
        if let Some(compared) = compared {
            // "The quake, the strongest since one that killed 3,000 in 1999, left 14 dead": only what stands between commas.
            let aside = self.view.is(at + 1, &[","])
                && (self.sentence.tokens.start..compared).any(|token| self.view.is(token, &[","]));
            return if aside { compared..at + 1 } else { at..self.sentence.tokens.end };
        }
        // "300 people died in the war that began in 1998", "the war, which began in 1998, has cost 300 lives": the year of a
        // relative clause dates its noun.
        let dated = clause
            .filter(|clause| {
                let first = clause.tokens.start.wrapping_sub(1);
                let noun = if self.view.is(first, &[","]) { first.wrapping_sub(1) } else { first };
                clause.link == Link::Relative && self.is_event(noun)
            })
            .and_then(|clause| self.analysis.clauses.get(clause.parent?))
            // "The epidemic, which began in March, has now claimed 204 lives": still the count of today.
            .filter(|parent| !parent.tokens.clone().any(|token| self.view.is(token, &["now"])));
        let start = dated.map_or(start, |parent| parent.tokens.start.min(start));
        let end = dated.map_or(end, |parent| parent.tokens.end.max(end));
        // "1,500 were killed when a quake struck the region in 2025": the time of the clause is that of its parent.
        let start = clause
            .filter(|clause| {
                clause.link == Link::Adverbial
                    && clause.opener.is_some_and(|opener| self.view.is(opener, &["when", "as", "after"]))
            })
            .and_then(|clause| self.analysis.clauses.get(clause.parent?))
            .filter(|parent| parent.tokens.start < start && parent.link != Link::Relative)
            .map_or(start, |parent| parent.tokens.start);
        // What hangs on the time goes with it: "in 2014, when 150 people died".
        let hanging = self
            .sentence
            .clauses
            .clone()
            .filter_map(|clause| self.analysis.clauses.get(clause))
            .filter(|other| other.tokens.start > at && other.tokens.start <= at + 3)
            .filter(|other| matches!(other.link, Link::Relative | Link::Adverbial | Link::Participial))
            .map(|other| other.tokens.end)
            .max();
        start..hanging.unwrap_or(end).max(end)
    }

    /// "Have been seized since", in somebody's mouth "had been seized since": a count that goes on.
    fn goes_on(&self, clause: Option<&Clause>) -> bool {
        let tense = clause.and_then(|clause| clause.verb.as_ref()).map(|verb| verb.tense);
        let told = clause
            .is_some_and(|clause| clause.link == Link::Content || self.says_before(clause.tokens.start));
        tense == Some(Tense::PresentPerfect) || tense == Some(Tense::PastPerfect) && told
    }

    /// Whether a verb of saying stands right before: the clause behind it is what was said.
    fn says_before(&self, start: usize) -> bool {
        (start.saturating_sub(2)..start).any(|at| speech::is_speech(self.view.word(at)))
    }

    fn is_event(&self, at: usize) -> bool {
        hints_at(self.view.word(at), Hint::Event) || at > 0 && hints_at(&self.analysis.lemma(at), Hint::Event)
    }

    fn around(&self, at: usize) -> Range<usize> {
        self.clause_at(at).map_or_else(|| self.sentence.tokens.clone(), |clause| clause.tokens.clone())
    }

    fn clause_at(&self, at: usize) -> Option<&Clause> {
        self.sentence
            .clauses
            .clone()
            .filter_map(|clause| self.analysis.clauses.get(clause))
            .filter(|clause| clause.tokens.contains(&at))
            .min_by_key(|clause| clause.tokens.len())
    }
}

/// What goes on for years.
const MANY_BLOWS: &[&str] = &[
    "violence",
    "attacks",
    "clashes",
    "raids",
    "accidents",
    "crashes",
    "shootings",
    "bombings",
    "unrest",
    "banditry",
    "kidnappings",
];

/// "on Thursday alone", "that night alone".
fn is_day(word: &str) -> bool {
    calendar::is_weekday(word) || matches!(word, "day" | "night" | "today")
}
