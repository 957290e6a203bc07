//! Invented alerts for the tests of the outputs. Never part of the program.

use jiff::Timestamp;

use crate::model::alert::AlertEvidence;
use crate::model::{
    Act, Alert, Bound, ChangeKind, DemandStatus, Effect, FactKey, Force, Group, Message, Scope, Span, Stance,
    Value,
};

pub(crate) fn moment() -> Timestamp {
    "2031-05-04T10:00:00Z".parse().unwrap()
}

pub(crate) fn count(value: u64, bound: Bound) -> Value {
    Value::Casualties {
        value,
        high: None,
        bound,
        source: Some("the harbour master".into()),
        article: "a-1".into(),
        as_of: moment(),
    }
}

/// A toll that rose from 25 to at least 29.
pub(crate) fn toll_rises() -> Alert {
    let quote = "The harbour master said that at least 29 people had been killed";
    Alert {
        id: "alert-1".into(),
        article: "a-2".into(),
        article_title: "Toll rises in Freedonia".into(),
        outlet: Some("The Osterlich Post".into()),
        url: Some("https://post.example.org/toll?a=1&b=2".into()),
        published_at: None,
        story: "story-1".into(),
        story_title: "Fighting in Freedonia".into(),
        about: "casualties".into(),
        fact: FactKey::Casualties {
            effect: Effect::Killed,
            group: Group::People,
            side: Some("Freedonia".into()),
            place: None,
            scope: Scope::Event,
        },
        change: ChangeKind::Up,
        before: Some(count(25, Bound::Exact)),
        after: count(29, Bound::AtLeast),
        evidence: AlertEvidence {
            quote: quote.into(),
            span: Span { start: 0, end: quote.len() },
            rule: "toll".into(),
        },
        quote_before: Some("The harbour master said that 25 people had been killed".into()),
        sources: 2,
        reason: "rose from 25 to at least 29".into(),
        corrects: Vec::new(),
        folds: Vec::new(),
        text_sha256: None,
        proof: None,
    }
}

/// Freedonia's demand in the state that the change led to.
pub(crate) fn demand(change: ChangeKind) -> Alert {
    let value = |force, status, condition: Option<&str>| Value::Demand {
        force,
        status,
        condition: condition.map(str::to_owned),
        source: None,
        article: "a-2".into(),
        as_of: moment(),
    };
    let made = value(Force::Demand, DemandStatus::Made, None);
    let (before, after) = match change {
        ChangeKind::Hardened => {
            let harder = value(Force::Ultimatum, DemandStatus::Made, Some("or the town is stormed"));
            (Some(made), harder)
        }
        ChangeKind::Rejected => (Some(made), value(Force::Demand, DemandStatus::Rejected, None)),
        _ => (None, made),
    };
    Alert {
        id: format!("alert-demand-{}", change.as_str()),
        about: "demand".into(),
        fact: FactKey::Demand { by: "Freedonia".into(), to: Some("Sylvania".into()), act: Act::Surrender },
        change,
        before,
        after,
        ..toll_rises()
    }
}

/// A stance that reversed.
pub(crate) fn position() -> Alert {
    let value = |stance| Value::Position { stance, source: None, article: "a-2".into(), as_of: moment() };
    Alert {
        id: "alert-position".into(),
        about: "position".into(),
        fact: FactKey::Position { actor: "Osterlich".into(), target: Some("the truce".into()) },
        change: ChangeKind::Changed,
        before: Some(value(Stance::Support)),
        after: value(Stance::Condemn),
        ..toll_rises()
    }
}

/// A message with these alerts.
pub(crate) fn message(alerts: Vec<Alert>) -> Message {
    Message {
        id: "message-1".into(),
        story: "story-1".into(),
        article: "a-2".into(),
        created_at: moment(),
        received_at: None,
        trace_parent: None,
        digest: None,
        alerts,
    }
}
