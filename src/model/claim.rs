//! What one article says: a casualty figure, a demand or a position, with the words that say it. Plain data: the
//! closed sets and field names are those of the public JSON form.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::article::Span;
use super::folded;

/// Declares a closed set: an enum that reads, writes and prints as snake case, with the list of all its members.
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[derive(borsh::BorshSerialize, borsh::BorshDeserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The member's name in the public JSON form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The member with this name.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result { out.pad(self.as_str()) }
        }
    };
}

closed_set! {
    /// What happened to the people counted.
    Effect {
        /// Dead.
        Killed = "killed",
        /// Hurt and alive.
        Injured = "injured",
        /// Whereabouts unknown.
        Missing = "missing",
        /// Alive or unknown, under rubble, in a mine, in a siege.
        Trapped = "trapped",
        /// Driven from home.
        Displaced = "displaced",
        /// Brought out of danger in an organised way.
        Evacuated = "evacuated",
        /// Arrested, captured, abducted, held.
        Detained = "detained",
        /// Saved alive.
        Rescued = "rescued",
    }
}

closed_set! {
    /// Whom the figure counts.
    Group {
        /// Unrestricted.
        People = "people",
        /// Not fighters.
        Civilians = "civilians",
        /// Soldiers, troops.
        Military = "military",
        /// Police officers.
        Police = "police",
        /// Rebels, insurgents, gunmen.
        Militants = "militants",
        /// Minors.
        Children = "children",
        /// Women.
        Women = "women",
        /// Doctors, nurses, ambulance crews.
        Medics = "medics",
        /// Reporters and camera crews.
        Journalists = "journalists",
        /// Humanitarian staff.
        AidWorkers = "aid_workers",
        /// Members of a peacekeeping force.
        Peacekeepers = "peacekeepers",
        /// Any other restriction: passengers, prisoners, the critically injured.
        Other = "other",
    }
}

closed_set! {
    /// How the stated figure limits the true one.
    Bound {
        /// Stated flatly.
        Exact = "exact",
        /// "at least", "a minimum of".
        AtLeast = "at_least",
        /// "more than", "over".
        MoreThan = "more_than",
        /// "about", "some", "around".
        About = "about",
        /// "nearly", "almost".
        Nearly = "nearly",
        /// "up to", "as many as".
        UpTo = "up_to",
        /// A word for a figure: "dozens", "hundreds".
        Vague = "vague",
    }
}

closed_set! {
    /// What the figure counts over.
    Scope {
        /// The running toll of the story's event.
        Event = "event",
        /// One blow inside the event.
        Incident = "incident",
        /// An earlier or different event: read and shown, never news.
        Background = "background",
    }
}

closed_set! {
    /// How a figure relates to the others of its sentence. Not part of a fact's key; it tells the ledger how to count.
    Relation {
        /// A figure in its own right.
        Whole = "whole",
        /// A share of a figure given beside it ("including two civilians").
        Part = "part",
        /// Comes on top of what was known ("another four bodies").
        Added = "added",
        /// What the figure was before ("up from 25"): history, not the present.
        Previous = "previous",
        /// The text itself calls it a correction of an earlier figure.
        Correction = "correction",
    }
}

closed_set! {
    /// What is asked for.
    Act {
        /// Stop fighting, halt an operation, restraint.
        Ceasefire = "ceasefire",
        /// Forces leave.
        Withdraw = "withdraw",
        /// Disarm, lay down arms, dissolve.
        Surrender = "surrender",
        /// Talks, dialogue.
        Negotiate = "negotiate",
        /// A leader steps down.
        Resign = "resign",
        /// Prisoners, hostages, bodies.
        Release = "release",
        /// Aid, corridors, an end of a blockade.
        Access = "access",
        /// Safety or rights of people.
        Protect = "protect",
        /// Take steps, convene a body, send help.
        Intervene = "intervene",
        /// Inquiry, accountability.
        Investigate = "investigate",
        /// Impose sanctions.
        Sanction = "sanction",
        /// Lift sanctions.
        LiftSanction = "lift_sanction",
        /// Money.
        Pay = "pay",
        /// People should leave.
        Evacuate = "evacuate",
        /// Law, reform, budget.
        Policy = "policy",
        /// Anything else.
        Other = "other",
    }
}

closed_set! {
    /// How hard a demand is pressed; ordered from soft to hard.
    Force {
        /// Calls on, urges.
        Appeal = "appeal",
        /// Demands, insists.
        Demand = "demand",
        /// With an "or else" or a deadline.
        Ultimatum = "ultimatum",
    }
}

closed_set! {
    /// Where a demand stands.
    DemandStatus {
        /// Made.
        Made = "made",
        /// Made again.
        Repeated = "repeated",
        /// Fulfilled.
        Met = "met",
        /// Refused by its addressee.
        Rejected = "rejected",
        /// Taken back by its maker.
        Withdrawn = "withdrawn",
    }
}

closed_set! {
    /// How an actor stands toward a target.
    Stance {
        /// Backs.
        Support = "support",
        /// Criticises, denounces.
        Condemn = "condemn",
        /// Alleges a wrong.
        Accuse = "accuse",
        /// Denies an allegation.
        Deny = "deny",
        /// Refuses a demand, an offer or a role.
        Reject = "reject",
        /// Agrees to a demand or an offer.
        Accept = "accept",
        /// Offers talks, mediation, aid.
        Offer = "offer",
        /// Commits to or threatens a future act.
        Vow = "vow",
    }
}

/// The words a claim rests on, and the rule that read them.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct Evidence {
    /// Exactly `text[start..end]` of the stored text.
    pub quote: String,
    /// Where the quote stands.
    #[serde(flatten)]
    pub span: Span,
    /// Name of the rule in `newsdelta rules`.
    pub rule: String,
}

/// A figure of people harmed or moved.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct Casualty {
    /// What happened to them.
    pub effect: Effect,
    /// The integer stated; "dozens" is 24 with bound `vague`.
    pub value: u64,
    /// Upper end of a stated range.
    pub high: Option<u64>,
    /// How the figure is qualified.
    pub bound: Bound,
    /// Whom it counts.
    pub group: Group,
    /// Canonical name of the party, nationality or community it is restricted to.
    pub side: Option<String>,
    /// Place it is restricted to, when smaller than the event.
    pub place: Option<String>,
    /// Event, incident or background.
    pub scope: Scope,
    /// Who states it; nothing when the outlet speaks for itself.
    pub source: Option<String>,
    /// When it held, where the text says so.
    #[borsh(serialize_with = "folded::write_optional_time", deserialize_with = "folded::read_optional_time")]
    pub as_of: Option<Timestamp>,
    /// How it relates to the other figures of its sentence.
    pub relation: Relation,
    /// The words.
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// Someone wants someone to do something.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct Demand {
    /// Canonical name of the party or person who demands.
    pub by: String,
    /// Canonical name of the addressee; nothing when nobody is named.
    pub to: Option<String>,
    /// What is wanted.
    pub act: Act,
    /// How hard it is pressed.
    pub force: Force,
    /// Where it stands.
    pub status: DemandStatus,
    /// Deadline or "or else", in short.
    pub condition: Option<String>,
    /// The voice that states it, as written ("Azerbaijan's defence ministry").
    pub source: Option<String>,
    /// The words.
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// An actor takes a stance.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct Position {
    /// Canonical name of the party or person.
    pub actor: String,
    /// The stance.
    pub stance: Stance,
    /// Actor or short topic it is taken toward.
    pub target: Option<String>,
    /// The voice that states it, as written.
    pub source: Option<String>,
    /// The words.
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// Somebody did, or bound himself to do, what others may have demanded of him. No news by itself: it answers the demands of
/// its story, whatever article told of them.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct Deed {
    /// Canonical name of the party or person who did it, as it is addressed by demands.
    pub by: String,
    /// What was done.
    pub act: Act,
    /// The words.
    #[serde(flatten)]
    pub evidence: Evidence,
}

/// What one article says.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Claim {
    /// A figure of people harmed or moved.
    #[serde(rename = "casualties")]
    Casualty(Casualty),
    /// A demand.
    Demand(Demand),
    /// A position.
    Position(Position),
    /// A deed.
    Deed(Deed),
}

impl Claim {
    /// The words the claim rests on.
    pub fn evidence(&self) -> &Evidence {
        match self {
            Self::Casualty(casualty) => &casualty.evidence,
            Self::Demand(demand) => &demand.evidence,
            Self::Position(position) => &position.evidence,
            Self::Deed(deed) => &deed.evidence,
        }
    }

    /// The words the claim rests on, to be replaced.
    pub fn evidence_mut(&mut self) -> &mut Evidence {
        match self {
            Self::Casualty(casualty) => &mut casualty.evidence,
            Self::Demand(demand) => &mut demand.evidence,
            Self::Position(position) => &mut position.evidence,
            Self::Deed(deed) => &mut deed.evidence,
        }
    }

    /// Who states it.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Casualty(casualty) => casualty.source.as_deref(),
            Self::Demand(demand) => demand.source.as_deref(),
            Self::Position(position) => position.source.as_deref(),
            Self::Deed(_) => None,
        }
    }
}
