//! Who signs an edit on the command line. Comes in: a name and a reason. Goes out: the editor, and their entry in the
//! audit.

use clap::Args;
use jiff::Timestamp;

use crate::editing::Editor;
use crate::model::{Action, AuditEntry, Via};
use crate::store::{Store, StoreError};

/// Who says so.
#[derive(Debug, Clone, Args)]
pub(super) struct Signed {
    /// Name of the editor, for the history and the audit
    #[arg(long, default_value = "an editor")]
    by: String,
    /// Why, for those who receive the correction, and for the audit
    #[arg(long)]
    note: Option<String>,
}

impl Signed {
    pub(super) fn editor(&self) -> anyhow::Result<Editor> {
        Editor::new(Some(&self.by), self.note.as_deref(), Via::CommandLine).map_err(anyhow::Error::msg)
    }
}

/// Keeps in the audit what an editor did that is no commit of its own.
pub(super) async fn keep(
    store: &dyn Store,
    editor: &Editor,
    action: Action,
    what: String,
    story: Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    store.keep_audit(&AuditEntry { story, ..editor.did(action, what, now) }).await
}
