//! What is held known in a story, under one key, and the typed difference a new claim makes to it. Plain data: how
//! facts follow from claims is `diff`'s to say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::article::ArticleId;
use super::claim::{Act, Bound, Claim, DemandStatus, Effect, Evidence, Force, Group, Scope, Stance};
use super::claims::Claims;
use super::folded;

/// Under what a fact is kept inside its story.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    borsh::BorshSerialize,
    borsh::BorshDeserialize,
)]
#[serde(untagged)]
pub enum FactKey {
    /// A count of people.
    Casualties {
        /// What happened to them.
        effect: Effect,
        /// Whom it counts.
        group: Group,
        /// Party it is restricted to.
        side: Option<String>,
        /// Place it is restricted to.
        place: Option<String>,
        /// Event, incident or background.
        scope: Scope,
    },
    /// A demand.
    Demand {
        /// Who demands.
        by: String,
        /// Of whom.
        to: Option<String>,
        /// What.
        act: Act,
    },
    /// A position.
    Position {
        /// Who takes it.
        actor: String,
        /// Toward whom or what.
        target: Option<String>,
    },
    /// What somebody did. Holds claims and no value: it is there for the demands that they answer.
    Deed {
        /// Who did it.
        doer: String,
        /// What.
        act: Act,
    },
}

impl FactKey {
    /// The `about` of an alert on this fact: `casualties`, `demand` or `position`; of a deed, which has none, `deed`.
    pub const fn about(&self) -> &'static str {
        match self {
            Self::Casualties { .. } => "casualties",
            Self::Demand { .. } => "demand",
            Self::Position { .. } => "position",
            Self::Deed { .. } => "deed",
        }
    }
}

/// A claim in its place in a story's history.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct KnownClaim {
    /// What was said.
    pub claim: Claim,
    /// The article that said it.
    pub article: ArticleId,
    /// Who published that article.
    pub outlet: Option<String>,
    /// The article this one repeats, or its own id: copies of one wire report share an origin.
    pub origin: ArticleId,
    /// When it held: as stated, else publication, else arrival.
    #[borsh(serialize_with = "folded::write_time", deserialize_with = "folded::read_time")]
    pub held_at: Timestamp,
    /// When its article spoke: publication, else arrival. A late article is one that spoke before what was told.
    #[borsh(serialize_with = "folded::write_time", deserialize_with = "folded::read_time")]
    pub spoken_at: Timestamp,
    /// When newsdelta learned it.
    #[borsh(serialize_with = "folded::write_time", deserialize_with = "folded::read_time")]
    pub learned_at: Timestamp,
    /// The article whose claims under this fact no longer stand because of this one: it was withdrawn by its publisher
    /// or retracted by an editor. The claim then repeats one of those that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracts: Option<ArticleId>,
}

/// A fact's content at one moment, in the form of an alert's `before` and `after`.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[serde(untagged)]
pub enum Value {
    /// A count.
    Casualties {
        /// The figure.
        value: u64,
        /// Upper end of a range.
        high: Option<u64>,
        /// Its qualifier.
        bound: Bound,
        /// Who states it.
        source: Option<String>,
        /// Where it was read.
        article: ArticleId,
        /// When it held.
        #[borsh(serialize_with = "folded::write_time", deserialize_with = "folded::read_time")]
        as_of: Timestamp,
    },
    /// A demand.
    Demand {
        /// How hard it is pressed.
        force: Force,
        /// Where it stands.
        status: DemandStatus,
        /// Deadline or "or else".
        condition: Option<String>,
        /// Who states it.
        source: Option<String>,
        /// Where it was read.
        article: ArticleId,
        /// When it held.
        #[borsh(serialize_with = "folded::write_time", deserialize_with = "folded::read_time")]
        as_of: Timestamp,
    },
    /// A position.
    Position {
        /// The stance.
        stance: Stance,
        /// Who states it.
        source: Option<String>,
        /// Where it was read.
        article: ArticleId,
        /// When it held.
        #[borsh(serialize_with = "folded::write_time", deserialize_with = "folded::read_time")]
        as_of: Timestamp,
    },
}

/// One fact with its history.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct Fact {
    /// What it is about.
    pub key: FactKey,
    /// Its running value: a function of the claims alone, whatever the order they arrived in.
    pub value: Option<Value>,
    /// What was last told about it, so that every alert starts where the one before ended.
    pub told: Option<Value>,
    /// What was told as conflicting, so that a disagreement is told once; the latest sixteen.
    pub conflicts_told: Vec<Value>,
    /// When the article spoke that was last told: older reports stay silent.
    #[borsh(serialize_with = "folded::write_optional_time", deserialize_with = "folded::read_optional_time")]
    pub told_at: Option<Timestamp>,
    /// The claims in order of the time they held. Beyond the limit that `diff` sets, the oldest that moved nothing go
    /// first and are only counted.
    pub claims: Claims,
    /// How many claims the limit has dropped.
    pub merged: u64,
}

impl Fact {
    /// A fact of which nothing is known yet.
    pub const fn empty(key: FactKey) -> Self {
        Self {
            key,
            value: None,
            told: None,
            conflicts_told: Vec::new(),
            told_at: None,
            claims: Claims::new(),
            merged: 0,
        }
    }
}

impl Value {
    /// The figure of a count.
    pub const fn figure(&self) -> Option<u64> {
        match self {
            Self::Casualties { value, .. } => Some(*value),
            Self::Demand { .. } | Self::Position { .. } => None,
        }
    }

    /// Who states it.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Casualties { source, .. } | Self::Demand { source, .. } | Self::Position { source, .. } => {
                source.as_deref()
            }
        }
    }

    /// Where it was read.
    pub const fn article(&self) -> &ArticleId {
        match self {
            Self::Casualties { article, .. }
            | Self::Demand { article, .. }
            | Self::Position { article, .. } => article,
        }
    }

    /// When it held.
    pub const fn as_of(&self) -> Timestamp {
        match self {
            Self::Casualties { as_of, .. } | Self::Demand { as_of, .. } | Self::Position { as_of, .. } => {
                *as_of
            }
        }
    }
}

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// First claim under its key.
    New,
    /// The running figure rose.
    Up,
    /// The running figure fell.
    Down,
    /// Another source states a figure that cannot be true together with the known one.
    Conflict,
    /// An appeal became a demand, a demand an ultimatum.
    Hardened,
    /// The other way.
    Softened,
    /// The demand was fulfilled.
    Met,
    /// The demand was refused.
    Rejected,
    /// The demand was taken back.
    Withdrawn,
    /// The stance reversed.
    Changed,
    /// The deadline of an ultimatum is near.
    DeadlineNear,
    /// The deadline of an ultimatum has passed unmet.
    DeadlinePassed,
}

impl ChangeKind {
    /// The name in the public JSON form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Up => "up",
            Self::Down => "down",
            Self::Conflict => "conflict",
            Self::Hardened => "hardened",
            Self::Softened => "softened",
            Self::Met => "met",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Changed => "changed",
            Self::DeadlineNear => "deadline_near",
            Self::DeadlinePassed => "deadline_passed",
        }
    }
}

/// The typed difference an article makes to one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Of which fact.
    pub key: FactKey,
    /// Of which kind.
    pub kind: ChangeKind,
    /// What was last told.
    pub before: Option<Value>,
    /// The words that said `before`, when they are still in the history.
    pub quote_before: Option<String>,
    /// What is told now.
    pub after: Value,
    /// The words that say so.
    pub evidence: Evidence,
    /// How many independent sources stand behind `after`.
    pub sources: u32,
    /// Why this is news, in one sentence for people.
    pub reason: String,
    /// What was told earlier and is wrong by this: whoever received it must receive this too.
    pub corrects: Vec<Value>,
}
