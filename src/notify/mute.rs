//! What a mute covers. Comes in: alerts and the mutes of the moment. Goes out: whether an alert is silenced. Pure.

use jiff::Timestamp;

pub use crate::model::mute::Muted;
use crate::model::{Alert, FactKey, Mute};
use crate::outputs::wording;

/// "killed (civilians) in story ab12, until 2024-05-02T08:00:00Z".
pub fn in_words(mute: &Mute) -> String {
    let what = match &mute.what {
        Muted::Story { story } => format!("story {story}"),
        Muted::Fact { story, fact } => format!("{} in story {story}", wording::fact_in_words(fact)),
        Muted::Actor { actor } => actor.clone(),
    };
    format!("{what}, until {:.0}", mute.until)
}

/// The mute that silences an alert at this time, if any.
pub fn silencing<'a>(alert: &Alert, mutes: &'a [Mute], at: Timestamp) -> Option<&'a Mute> {
    mutes.iter().find(|mute| mute.until > at && covers(&mute.what, alert))
}

fn covers(what: &Muted, alert: &Alert) -> bool {
    match what {
        Muted::Story { story } => *story == alert.story,
        Muted::Fact { story, fact } => *story == alert.story && *fact == alert.fact,
        Muted::Actor { actor } => {
            actors(&alert.fact).into_iter().flatten().any(|name| name.to_lowercase() == actor.to_lowercase())
        }
    }
}

/// Every party and person that a fact is about.
pub(super) fn actors(fact: &FactKey) -> [Option<&str>; 2] {
    match fact {
        FactKey::Casualties { side, .. } => [side.as_deref(), None],
        FactKey::Demand { by, to, .. } => [Some(by), to.as_deref()],
        FactKey::Position { actor, target } => [Some(actor), target.as_deref()],
        FactKey::Deed { doer, .. } => [Some(doer), None],
    }
}
