//! The nouns of newsdelta as plain data. Nothing here does I/O, reads a clock or decides anything.

pub mod article;
pub mod claim;
pub mod claims;
mod folded;
pub mod fact;
pub mod story;
pub mod alert;
pub mod audit;
pub mod mute;
pub mod notice;

pub use alert::{Alert, Message};
pub use article::{Article, ArticleId, Draft, Moment, Span, Status};
pub use audit::{Action, AuditEntry, Via};
pub use claim::{Act, DemandStatus, Force, Stance};
pub use claim::{Bound, Casualty, Claim, Deed, Demand, Effect, Evidence, Group, Position, Relation, Scope};
pub use claims::Claims;
pub use fact::{Change, ChangeKind, Fact, FactKey, KnownClaim, Value};
pub use mute::{Mute, Muted};
pub use story::{Story, StoryId};
