//! Who signs an edit on the command line. Comes in: a name and a reason. Goes out: the editor, as the
//! audit knows them.

use clap::Args;

use crate::editing::Editor;
use crate::model::Via;

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
