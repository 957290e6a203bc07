//! Test only: facts told as timelines. One line per report: the hour, the outlet, what it says; then what is told.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::enter;
use crate::model::{
    Act, Article, Bound, Casualty, Change, Claim, Deed, Demand, DemandStatus, Draft, Effect, Evidence, Fact,
    FactKey, Force, Group, Moment, Position, Relation, Scope, Span, Stance, Value,
};

/// A story that reports are entered into.
#[derive(Default)]
struct Story {
    facts: BTreeMap<FactKey, Fact>,
    reports: usize,
}

pub(crate) fn at(hour: i64) -> Timestamp {
    "2031-05-06T00:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(hour)
}

/// A report published at an hour.
pub(crate) fn report(id: &str, outlet: &str, hour: i64) -> Article {
    let draft = Draft {
        id: Some(id.to_owned()),
        outlet: Some(outlet.to_owned()),
        published_at: Some(Moment::from(at(hour))),
        title: Some("Landslip at Tal Orum".to_owned()),
        text: "Rescuers dug through the night.".to_owned(),
        ..Draft::default()
    };
    Article::new(draft, at(hour))
}

pub(crate) fn evidence(quote: &str, start: usize) -> Evidence {
    Evidence {
        quote: quote.to_owned(),
        span: Span { start, end: start + quote.len() },
        rule: "test".to_owned(),
    }
}

/// "killed `at_least` 29 military side=Peru place=Ica incident part by navy `as_of=3"`: what is not written has its plain value.
pub(crate) fn casualty(text: &str, start: usize) -> Claim {
    let (said, source) =
        text.split_once(" by ").map_or((text, None), |(said, source)| (said, Some(source.to_owned())));
    let mut claim = Casualty {
        effect: Effect::Killed,
        value: 0,
        high: None,
        bound: Bound::Exact,
        group: Group::People,
        side: None,
        place: None,
        scope: Scope::Event,
        source,
        as_of: None,
        relation: Relation::Whole,
        evidence: evidence(text, start),
    };
    for word in said.split_whitespace() {
        if let Some(value) = word.strip_prefix("side=") {
            claim.side = Some(value.to_owned());
        } else if let Some(value) = word.strip_prefix("place=") {
            claim.place = Some(value.to_owned());
        } else if let Some(value) = word.strip_prefix("as_of=") {
            claim.as_of = Some(at(value.parse().unwrap()));
        } else if let Some((low, high)) = word.split_once('-').filter(|_| word.starts_with(char::is_numeric))
        {
            (claim.value, claim.high) = (low.parse().unwrap(), high.parse().ok());
        } else if let Ok(value) = word.parse() {
            claim.value = value;
        } else if let Some(effect) = Effect::parse(word) {
            claim.effect = effect;
        } else if let Some(bound) = Bound::parse(word) {
            claim.bound = bound;
        } else if let Some(group) = Group::parse(word) {
            claim.group = group;
        } else if let Some(scope) = Scope::parse(word) {
            claim.scope = scope;
        } else if let Some(relation) = Relation::parse(word) {
            claim.relation = relation;
        } else {
            panic!("`{word}` in `{text}`");
        }
    }
    Claim::Casualty(claim)
}

/// "Peru -> Chile ceasefire demand met".
pub(crate) fn demand(text: &str) -> Claim {
    let (by, rest) = text.split_once(" -> ").unwrap();
    let words: Vec<&str> = rest.split_whitespace().collect();
    Claim::Demand(Demand {
        by: by.to_owned(),
        to: Some(words[0].to_owned()).filter(|to| to != "-"),
        act: Act::parse(words[1]).unwrap(),
        force: Force::parse(words[2]).unwrap(),
        status: words.get(3).map_or(DemandStatus::Made, |status| DemandStatus::parse(status).unwrap()),
        condition: None,
        source: None,
        evidence: evidence(text, 0),
    })
}

/// "Chile ceasefire".
pub(crate) fn deed(text: &str) -> Claim {
    let (by, act) = text.split_once(' ').unwrap();
    let (by, act) = (by.to_owned(), Act::parse(act).unwrap());
    Claim::Deed(Deed { by, act, evidence: evidence(text, 50) })
}

/// "Peru condemn: Chile".
pub(crate) fn position(text: &str) -> Claim {
    let (actor, rest) = text.split_once(' ').unwrap();
    let (stance, target) = rest.split_once(": ").unwrap();
    Claim::Position(Position {
        actor: actor.to_owned(),
        stance: Stance::parse(stance).unwrap(),
        target: Some(target.to_owned()),
        source: None,
        evidence: evidence(text, 0),
    })
}

impl Story {
    fn says(&mut self, hour: i64, outlet: &str, claims: Vec<Claim>) -> String {
        self.enters(hour, outlet, claims).iter().map(told).collect::<Vec<_>>().join(", ")
    }

    fn enters(&mut self, hour: i64, outlet: &str, claims: Vec<Claim>) -> Vec<Change> {
        self.reports += 1;
        let article = report(&format!("report-{}", self.reports), outlet, hour);
        enter(&mut self.facts, &article, &article.id, claims, at(hour)).changes
    }

    fn changes(&mut self, hour: i64, outlet: &str, text: &str) -> Vec<Change> {
        self.enters(
            hour,
            outlet,
            text.split("; ").enumerate().map(|(at, text)| casualty(text, at * 100)).collect(),
        )
    }

    /// The report of this number is taken back.
    fn takes_back(&mut self, hour: i64, number: usize) -> String {
        let notice = report(&format!("notice-{hour}"), "Post", hour);
        let articles = [format!("report-{number}")].into();
        let entry = super::retract(&mut self.facts, &notice, &articles, None, at(hour));
        entry.changes.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    /// One report with the figures in `text`, separated by semicolons; returns what is told.
    fn counts(&mut self, hour: i64, outlet: &str, text: &str) -> String {
        let claims = text.split("; ").enumerate().map(|(at, text)| casualty(text, at * 100)).collect();
        self.says(hour, outlet, claims)
    }

    fn value(&self) -> Option<u64> {
        self.facts.values().next().and_then(|fact| fact.value.as_ref()).and_then(Value::figure)
    }
}

fn told(change: &Change) -> String {
    let word = |value: &Value| match value {
        Value::Casualties { value, .. } => value.to_string(),
        Value::Demand { force, .. } => force.to_string(),
        Value::Position { stance, .. } => stance.to_string(),
    };
    match &change.before {
        Some(before) => format!("{} {}>{}", change.kind.as_str(), word(before), word(&change.after)),
        None => format!("{} {}", change.kind.as_str(), word(&change.after)),
    }
}

#[test]
fn a_toll_rises_and_what_it_satisfies_is_silent() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "25 by navy"), "new 25");
    assert_eq!(story.counts(2, "Wire", "at_least 25 by navy"), "");
    assert_eq!(story.counts(3, "Wire", "at_least 29 by navy"), "up 25>29");
    assert_eq!(story.counts(4, "Post", "nearly 30"), "");
    assert_eq!(story.counts(5, "Post", "vague 24"), "");
    assert_eq!(story.counts(6, "Post", "more_than 20 by police"), "");
    assert_eq!(story.counts(7, "Post", "20-30 by police"), "");
    assert_eq!(story.counts(8, "Post", "30 by navy"), "up 29>30");
}

#[test]
fn a_lower_figure_is_a_correction_a_conflict_or_merely_older() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "40 by navy"), "new 40");
    assert_eq!(story.counts(2, "Wire", "31 by health ministry"), "conflict 40>31");
    assert_eq!(story.counts(3, "Wire", "31 by health ministry"), "");
    assert_eq!(story.counts(4, "Post", "38 by navy spokesman Luis Arrau"), "down 40>38");
    assert_eq!(story.counts(5, "Gazette", "44"), "up 38>44");
    assert_eq!(story.counts(6, "Gazette", "38 by navy"), "", "it stood there before");
    assert_eq!(story.counts(7, "Echo", "30 by state television"), "", "who relays lags behind");
    assert_eq!(story.counts(8, "Echo", "correction 37 by mayor Ines Paz"), "down 44>37");
}

#[test]
fn a_contradicting_voice_keeps_its_own_track() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "50 by Free Valley Front"), "new 50");
    assert_eq!(story.counts(2, "Post", "21 by army"), "conflict 50>21");
    assert_eq!(story.counts(3, "Wire", "31 by army"), "up 21>31");
    assert_eq!(story.counts(4, "Wire", "31 by army; 214 by Free Valley Front"), "conflict 31>214");
}

#[test]
fn late_reports_copies_and_background_are_silent() {
    let mut story = Story::default();
    assert_eq!(story.counts(10, "Post", "25 by navy"), "new 25");
    assert_eq!(story.counts(4, "Wire", "18 by navy"), "");
    assert_eq!(story.counts(5, "Wire", "60 by navy"), "", "late, and higher than what was told");
    assert_eq!(story.counts(11, "Wire", "background 900"), "");
    assert_eq!(story.counts(12, "Wire", "as_of=2 12 by navy"), "");
    let history: Vec<u64> = story
        .facts
        .values()
        .flat_map(|fact| &fact.claims)
        .filter_map(|known| match &known.claim {
            Claim::Casualty(casualty) => Some(casualty.value),
            _ => None,
        })
        .collect();
    assert_eq!(history, [12, 18, 60, 25, 900], "history in order of the time it held");
}

#[test]
fn parts_and_increments_count_as_such() {
    let mut story = Story::default();
    assert_eq!(
        story.counts(1, "Post", "17 by navy; part 12 military by navy; part 5 civilians by navy"),
        "new 17, new 12, new 5"
    );
    assert_eq!(story.counts(2, "Post", "part 3 by navy"), "", "a share is never the toll");
    assert_eq!(story.counts(3, "Post", "added 4"), "up 17>21");
    assert_eq!(story.counts(4, "Wire", "added 4"), "", "the same four");
    assert_eq!(story.counts(5, "Wire", "previous 17; 25 by navy"), "up 21>25");
    assert_eq!(story.counts(6, "Wire", "added 2; 27 by navy"), "up 25>27", "the sum is given");
}

#[test]
fn blows_are_told_once_and_never_move_the_toll() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "300 by navy"), "new 300");
    assert_eq!(story.counts(2, "Post", "incident 91"), "new 91");
    assert_eq!(story.counts(3, "Wire", "incident 91"), "");
    assert_eq!(story.counts(4, "Wire", "incident nearly 100; incident 94"), "new 94");
    assert_eq!(story.counts(5, "Wire", "at_least 300"), "");
}

#[test]
fn those_missing_are_found_and_none_becomes_some() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "missing 163 by crisis centre"), "new 163");
    assert_eq!(story.counts(2, "Wire", "missing 127 by police"), "down 163>127");
    assert_eq!(story.counts(3, "Echo", "missing 163"), "", "it stood there before");
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "0 by embassy"), "new 0");
    assert_eq!(story.counts(2, "Post", "2 by embassy"), "up 0>2");
    assert_eq!(story.counts(3, "Wire", "0 by police"), "", "nobody contradicts the dead with none");
}

#[test]
fn an_echo_under_a_neighbouring_key_is_silent() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "52 place=Ica by navy"), "new 52");
    assert_eq!(story.counts(2, "Wire", "52"), "");
    assert_eq!(story.counts(3, "Wire", "52 police"), "new 52", "another group");
    assert_eq!(story.counts(4, "Wire", "52 place=Puno"), "new 52", "another place");
    let mut story = Story::default();
    assert_eq!(
        story.counts(1, "Post", "56 other; 56 civilians"),
        "new 56",
        "one count in two words of one report"
    );
    assert_eq!(story.counts(2, "Post", "70 other; 70 civilians"), "up 56>70");
}

#[test]
fn one_victim_more_is_no_news_where_many_died() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "1 women"), "new 1");
    assert_eq!(story.counts(2, "Post", "40"), "new 40");
    assert_eq!(story.counts(3, "Post", "1 children place=Ica"), "");
    assert_eq!(story.counts(4, "Post", "1 journalists"), "new 1");
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "detained 180"), "new 180");
    assert_eq!(story.counts(2, "Post", "detained 1"), "", "a hostage who speaks");
    assert_eq!(story.counts(3, "Post", "detained 20"), "down 180>20");
}

#[test]
fn a_figure_beyond_belief_does_not_silence_the_report() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "270 by health ministry"), "new 270");
    assert_eq!(story.counts(2, "Wire", "nearly 330 by navy; up_to 300000"), "up 270>330");
}

#[test]
fn a_figure_without_a_voice_continues_the_track_below_it() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "50 by Free Valley Front"), "new 50");
    assert_eq!(story.counts(2, "Post", "21 by army"), "conflict 50>21");
    assert_eq!(story.counts(3, "Wire", "31"), "up 21>31");
}

#[test]
fn an_editor_has_the_last_word() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "25 by navy"), "new 25");
    let mut claim = casualty("19 by editor", 0);
    if let Claim::Casualty(casualty) = &mut claim {
        casualty.evidence.rule = super::EDITOR.to_owned();
    }
    assert_eq!(story.says(2, "desk", vec![claim]), "down 25>19");
    assert_eq!(story.counts(3, "Wire", "31 by navy"), "");
    assert_eq!(story.value(), Some(19));
    assert_eq!(story.takes_back(4, 2), "up 19>31", "without the editor's word the reports count again");
}

#[test]
fn what_was_told_from_a_report_taken_back_is_corrected() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "25 by navy; injured 60"), "new 25, new 60");
    assert_eq!(story.counts(2, "Wire", "29 by navy; missing 4"), "up 25>29, new 4");
    assert_eq!(story.takes_back(3, 2), "down 29>25, withdrawn 4>4");
    assert_eq!(story.value(), Some(25));
    assert_eq!(story.counts(4, "Echo", "missing 4"), "new 4", "somebody else says it");
    assert_eq!(story.counts(5, "Echo", "25 by navy"), "");
    assert_eq!(story.takes_back(6, 1), "withdrawn 60>60", "another outlet stands by the 25");
    assert_eq!(story.takes_back(7, 1), "", "once is enough");
    let fact = story.facts.values().next().unwrap();
    let asked =
        |held, learned| super::history::as_of(fact, at(held), at(learned)).and_then(|value| value.figure());
    assert_eq!(asked(2, 2), Some(29), "as it was known then");
    assert_ne!(asked(2, 99), Some(29), "what was taken back never held");
}

#[test]
fn a_correction_names_what_it_proves_wrong() {
    let mut story = Story::default();
    story.counts(1, "Post", "25 by navy");
    story.counts(2, "Post", "29 by navy");
    story.counts(3, "Post", "33 by navy");
    let wrong: Vec<u64> = story
        .changes(4, "Post", "27 by navy")
        .iter()
        .flat_map(|change| &change.corrects)
        .filter_map(Value::figure)
        .collect();
    assert_eq!(wrong, [33, 29], "25 was right when it was told");
    let rise = story.changes(5, "Post", "40 by navy");
    assert!(rise.iter().all(|change| change.corrects.is_empty()), "a rise corrects nothing");
    story.counts(6, "Post", "missing 90");
    let found = story.changes(7, "Post", "missing 12");
    assert!(
        found.iter().all(|change| change.corrects.is_empty()),
        "those missing are found, nobody was wrong"
    );
}

#[test]
fn a_demand_has_a_life() {
    let mut story = Story::default();
    let mut says = |hour, text| story.says(hour, "Post", vec![demand(text)]);
    assert_eq!(says(1, "Chile -> Peru withdraw appeal"), "new appeal");
    assert_eq!(says(2, "Chile -> Peru withdraw appeal repeated"), "");
    assert_eq!(says(3, "Chile -> - withdraw appeal repeated"), "", "the addressee is left out");
    assert_eq!(says(4, "Chile -> Peru withdraw ultimatum"), "hardened appeal>ultimatum");
    assert_eq!(says(5, "Chile -> Peru withdraw demand rejected"), "rejected ultimatum>ultimatum");
    assert_eq!(says(6, "Chile -> Peru withdraw demand rejected"), "");
    assert_eq!(says(7, "Chile -> Peru withdraw demand met"), "met ultimatum>ultimatum");
    assert_eq!(says(8, "Chile -> Bolivia withdraw demand"), "new demand");
    assert_eq!(says(9, "Chile -> Chile ceasefire demand"), "", "nobody makes demands of himself");
    assert_eq!(says(10, "people -> Peru access appeal"), "", "people is nobody");
}

#[test]
fn a_position_reverses() {
    let mut story = Story::default();
    let mut says = |hour, text| story.says(hour, "Post", vec![position(text)]);
    assert_eq!(says(1, "Peru support: Chile"), "new support");
    assert_eq!(says(2, "Peru support: Chile"), "");
    assert_eq!(says(3, "Peru condemn: Chile"), "changed support>condemn");
    assert_eq!(says(4, "Peru accuse: Chile"), "new accuse", "both can be held");
    assert_eq!(says(5, "Peru reject: fishing quotas before the vote"), "new reject");
    assert_eq!(says(6, "Peru accept: fishing quotas"), "changed reject>accept", "one topic in other words");
    assert_eq!(says(7, "Peru accept: fishing quotas again"), "", "the same in other words");
    assert_eq!(says(8, "Peru deny: it has troops in Upper Ica"), "new deny");
    assert_eq!(says(9, "Peru deny: there were any troops in Upper Ica"), "", "a clause on the same topic");
    assert_eq!(says(10, "Peru deny: that a pipeline was cut"), "new deny");
}

#[test]
fn every_time_can_be_asked_in_both_senses() {
    let mut story = Story::default();
    story.counts(10, "Post", "25 by navy");
    story.counts(20, "Post", "31 by navy");
    story.counts(30, "Post", "as_of=5 9 by navy");
    let fact = story.facts.values().next().unwrap();
    let asked =
        |held, learned| super::history::as_of(fact, at(held), at(learned)).and_then(|value| value.figure());
    assert_eq!(asked(4, 99), None);
    assert_eq!(asked(6, 99), Some(9));
    assert_eq!(asked(6, 25), None, "it was learned later");
    assert_eq!(asked(15, 99), Some(25));
    assert_eq!(asked(99, 15), Some(25));
    assert_eq!(asked(99, 99), Some(31));
}

#[test]
fn history_is_bounded_and_keeps_what_moved() {
    let mut story = Story::default();
    for hour in 0..600 {
        let figure = 100 + hour / 100;
        story.counts(i64::from(hour), "Post", &format!("{figure} by navy"));
    }
    let fact = story.facts.values().next().unwrap();
    assert_eq!(fact.claims.len(), super::history::CLAIMS_KEPT);
    assert_eq!(fact.merged, 600 - super::history::CLAIMS_KEPT as u64);
    assert_eq!(story.value(), Some(105));
    let asked = |held| super::history::as_of(fact, at(held), at(999)).and_then(|value| value.figure());
    assert_eq!((asked(50), asked(150), asked(550)), (Some(100), Some(101), Some(105)));
}

#[test]
fn a_leap_waits_for_a_second_origin_and_a_fall_must_be_a_recount() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "60 by navy"), "new 60");
    assert_eq!(story.counts(2, "Wire", "3000"), "");
    assert_eq!(story.counts(3, "Wire", "64 by navy"), "up 60>64");
    assert_eq!(story.counts(4, "Echo", "at_least 2900 by health ministry"), "up 64>2900");
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "rescued 190 by navy"), "new 190");
    assert_eq!(story.counts(2, "Wire", "rescued 1"), "");
    assert_eq!(story.counts(3, "Wire", "rescued 174"), "down 190>174");
}

#[test]
fn a_further_number_of_the_hurt_adds_nothing_to_those_hurt_before() {
    let mut story = Story::default();
    assert_eq!(story.counts(1, "Post", "40 by navy; injured 90 by navy"), "new 40, new 90");
    assert_eq!(story.counts(2, "Post", "44 by navy; injured added 150 by navy"), "up 40>44, up 90>150");
    assert_eq!(story.counts(3, "Post", "injured added vague 200"), "", "no number to add");
    assert_eq!(story.counts(4, "Post", "injured added 7"), "up 150>157");
}

#[test]
fn a_deed_meets_the_demands_for_it_whichever_report_comes_first() {
    let mut story = Story::default();
    assert_eq!(story.says(1, "Post", vec![deed("Chile ceasefire")]), "", "nobody had demanded it");
    assert_eq!(story.says(2, "Post", vec![demand("Peru -> Chile ceasefire appeal")]), "new appeal");
    assert_eq!(
        story.says(3, "Wire", vec![deed("Chile release"), deed("Peru ceasefire")]),
        "",
        "another act, another doer"
    );
    assert_eq!(story.says(4, "Wire", vec![deed("Chile ceasefire")]), "met appeal>appeal");
    assert_eq!(story.says(5, "Post", vec![deed("Chile ceasefire")]), "", "told already");
    assert_eq!(story.says(6, "Post", vec![demand("Peru -> Chile ceasefire appeal")]), "", "it looks back");
    assert_eq!(story.says(40, "Post", vec![demand("Peru -> Chile ceasefire demand")]), "new demand");
    assert_eq!(
        story.says(3, "Late", vec![demand("Oslo -> Chile ceasefire demand")]),
        "",
        "a late report: the deed came after it"
    );
}

#[test]
fn a_deed_that_many_demanded_is_told_once_for_the_one_who_pressed_hardest() {
    let mut story = Story::default();
    for by in ["Peru", "Oslo", "Lima"] {
        let force = if by == "Oslo" { "demand" } else { "appeal" };
        story.says(1, by, vec![demand(&format!("{by} -> Chile withdraw {force}"))]);
    }
    let changes = story.enters(2, "Post", vec![deed("Chile withdraw")]);
    assert_eq!(changes.iter().map(told).collect::<Vec<_>>(), ["met demand>demand"]);
    let met = story
        .facts
        .values()
        .filter(|fact| matches!(&fact.value, Some(Value::Demand { status: DemandStatus::Met, .. })));
    assert_eq!(met.count(), 3, "all are met");
}

#[test]
fn nobody_is_asked_to_leave_an_office_that_he_has_left() {
    let mut story = Story::default();
    assert_eq!(story.says(1, "Post", vec![demand("Peru -> Brun resign demand")]), "new demand");
    assert_eq!(story.says(2, "Post", vec![deed("Brun resign")]), "met demand>demand");
    assert_eq!(story.says(200, "Post", vec![demand("Peru -> Brun resign demand")]), "");
    // One report tells both, the deed first.
    let both = || vec![demand("Oslo -> Berg resign demand"), deed("Berg resign")];
    let later = |mut claims: Vec<Claim>| {
        claims[0].evidence_mut().span = Span { start: 200, end: 230 };
        claims
    };
    assert_eq!(story.says(300, "Wire", later(both())), "met demand");
    assert_eq!(Story::default().says(1, "Wire", both()), "met demand");
}

#[test]
fn a_demand_is_open_again_when_the_report_of_the_deed_is_taken_back() {
    let mut story = Story::default();
    story.says(1, "Post", vec![demand("Peru -> Chile ceasefire appeal")]);
    assert_eq!(story.says(2, "Wire", vec![deed("Chile ceasefire")]), "met appeal>appeal");
    assert_eq!(story.takes_back(3, 2), "changed appeal>appeal");
    assert!(matches!(
        story.facts.values().find_map(|fact| fact.value.clone()),
        Some(Value::Demand { status: DemandStatus::Made, .. })
    ));
}
