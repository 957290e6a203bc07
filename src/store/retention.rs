//! What a store need not keep. Comes in: how long each kind is wanted. Goes out: moments, before which it may go, and counts
//! of what went. Only closed stories lose anything; what they stand at, and what an editor said, stays for ever.

use jiff::{SignedDuration, Timestamp};

/// How long what closed stories are made of is kept; nothing: for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// The texts of reports. Their claims with the exact words, title, outlet and address stay.
    pub text: Option<SignedDuration>,
    /// Messages that went out or were given up, and to whom.
    pub alerts: Option<SignedDuration>,
    /// What people did.
    pub audit: Option<SignedDuration>,
}

/// The same as moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Stories whose latest report spoke before this are closed.
    pub closed: Timestamp,
    /// Texts of reports learned before this may go.
    pub text: Option<Timestamp>,
    /// Messages of reports learned before this may go.
    pub alerts: Option<Timestamp>,
    /// Entries of the audit from before this may go.
    pub audit: Option<Timestamp>,
}

impl Policy {
    /// What may go at `now`, when stories are closed whose latest report spoke before `closed`.
    pub fn bounds(&self, now: Timestamp, closed: Timestamp) -> Bounds {
        let before = |keep: SignedDuration| now.checked_sub(keep).unwrap_or(Timestamp::MIN);
        Bounds {
            closed,
            text: self.text.map(before),
            alerts: self.alerts.map(before),
            audit: self.audit.map(before),
        }
    }
}

/// What went in one step, or in several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Texts of reports.
    pub texts: u64,
    /// Messages with their deliveries.
    pub messages: u64,
    /// Entries of the audit.
    pub audit: u64,
    /// Pages of a file, given back to the disk.
    pub pages: u64,
    /// Rows that were only looked at, behind which there are more.
    pub looked: u64,
}

impl Tidied {
    /// Whether there was nothing to do.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything went.
    pub fn let_go(&self) -> bool {
        !Self { looked: 0, ..*self }.is_nothing()
    }

    /// Together with another step.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            texts: self.texts + other.texts,
            messages: self.messages + other.messages,
            audit: self.audit + other.audit,
            pages: self.pages + other.pages,
            looked: self.looked + other.looked,
        }
    }
}
