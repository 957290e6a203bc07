//! Reports that change their story, as one transaction: what the stories are afterwards, and who wanted it. Plain data.

use crate::ledger::regroup::Regrouped;
use crate::model::{ArticleId, AuditEntry};

/// Which reports leave their story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// All: the story goes into the other and answers with it from now on.
    All,
    /// These, with everything that takes back what they said.
    Articles(Vec<ArticleId>),
}

/// Reports that go from one story into another.
#[derive(Debug, Clone, PartialEq)]
pub struct Regroup {
    /// The story that they leave, and the revision it must have: as it is afterwards, unless all leave it.
    pub from: Regrouped,
    /// The story that they go into, as it is afterwards.
    pub into: Regrouped,
    /// Whether that one is new, or went into another story before; else it must have the revision it says.
    pub opens: bool,
    /// Which.
    pub moved: Moved,
    /// Subjects of held parcels that hang on the other story from now on: what each was, what it becomes.
    pub subjects: Vec<(String, String)>,
    /// Who wanted it.
    pub audit: AuditEntry,
}
