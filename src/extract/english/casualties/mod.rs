//! Casualty figures: who was killed, hurt, lost, trapped, driven out, moved, held or saved, and how many. A reading
//! goes in; claims come out. `figure` finds the people counted, `predicate` the words that say harm; each construction
//! file joins the two in one way newsrooms do; `telling` gives the claim its attributes.

mod as_many;
mod figure;
pub(in crate::extract) mod incident;
pub(in crate::extract) mod live;
mod place;
mod place_item;
mod place_name;
mod predicate;
pub(in crate::extract) mod scene;
pub(in crate::extract) mod setting;
mod side;
pub(in crate::extract) mod sighting;
pub(in crate::extract) mod telling;
mod toll_subject;
mod uncounted;

pub(crate) mod toll;
pub(crate) mod stated;
pub(crate) mod lives;
pub(crate) mod counted;
pub(crate) mod undergone;
pub(crate) mod inflicted;
pub(crate) mod no_survivors;
pub(crate) mod unfound;
pub(crate) mod found;
pub(crate) mod none_hurt;
pub(crate) mod among;
pub(crate) mod identified;
pub(crate) mod parts;
pub(crate) mod gapped;
pub(crate) mod tallied;
pub(crate) mod previous;
