//! Corrections follow the error. Comes in: a message, and where the alerts went that it proves wrong. Goes out: who is to
//! receive its corrections and when: exactly the outputs that were told the error, whatever routes, mutes and quiet hours
//! say. Where the error still waits to be told, the correction waits with it, and both go out as one. Never decides what
//! is wrong.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::route::Router;
use crate::model::{Alert, Message, Mute};
use crate::store::{Pace, Parcel, Store, StoreError, Told};

/// What each output is told of a message, and when. `earlier` are the parcels of messages that are committed together
/// with it, in order.
pub async fn parcels(
    store: &dyn Store,
    router: &Router,
    message: &Message,
    earlier: &[Parcel],
    mutes: &[Mute],
    now: Timestamp,
) -> Result<Vec<Parcel>, StoreError> {
    let wrong: Vec<String> = message.alerts.iter().flat_map(|alert| &alert.corrects).cloned().collect();
    let mut errors = Errors::default();
    if !wrong.is_empty() {
        errors = Errors(store.told(&message.story, &wrong).await?);
        errors.add(earlier, &wrong, now);
    }
    Ok(router.parcels_after(message, &errors, mutes, now))
}

/// Where wrong alerts went.
#[derive(Debug, Default)]
pub struct Errors(Vec<Told>);

impl Errors {
    /// Errors that went there.
    #[cfg(test)]
    pub(super) fn of(told: Vec<Told>) -> Self {
        Self(told)
    }

    /// What goes out with parcels that are not committed yet.
    fn add(&mut self, parcels: &[Parcel], wrong: &[String], now: Timestamp) {
        for parcel in parcels {
            let held = match &parcel.pace {
                // Whether an interval holds it is decided by the commit: what is held then goes along.
                Pace::Now | Pace::Correction => None,
                Pace::Group { release_at, .. } => (*release_at > now).then(|| parcel.pace.clone()),
                Pace::Lot { .. } => Some(parcel.pace.clone()),
            };
            let names = parcel.message.alerts.iter().flat_map(Alert::names);
            self.0.extend(names.filter(|name| wrong.contains(name)).map(|alert| Told {
                alert: alert.clone(),
                output: parcel.output.clone(),
                held: held.clone(),
            }));
        }
    }

    /// Who must receive a correction, and when: where all that it proves wrong waits in one lot it joins that, and
    /// otherwise it goes at once.
    pub(super) fn receivers(&self, correction: &Alert) -> BTreeMap<&str, Pace> {
        let mut receivers: BTreeMap<&str, Pace> = BTreeMap::new();
        for Told { alert, output, held } in &self.0 {
            if !correction.corrects.contains(alert) {
                continue;
            }
            let pace = held.clone().unwrap_or(Pace::Correction);
            let known = receivers.entry(output).or_insert_with(|| pace.clone());
            if *known != pace {
                *known = Pace::Correction;
            }
        }
        receivers
    }
}
