//! Who asks. Comes in: a request that the guard let through, and the name that an editor signs with. Goes out: the role
//! of the sender, and the editor as the audit knows them. Never tells a token, only its name in the config.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::ToSchema;

use super::asked::bad;
use super::problem::Problem;
use crate::editing::Editor;
use crate::model::Via;

/// What somebody may do; each may also do what comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Ask.
    Read,
    /// Send articles, correct, try again.
    Edit,
    /// Everything.
    Admin,
}

impl Role {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Edit => "edit",
            Self::Admin => "admin",
        }
    }
}

/// The one who sent a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    pub(super) role: Role,
    /// The key of the token in the config; `loopback` when none is needed.
    pub(super) token: &'static str,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        // Only a route that was put outside the guard has none.
        let unknown = || Problem::new(StatusCode::FORBIDDEN, "nobody is known to have sent this");
        parts.extensions.get::<Self>().copied().ok_or_else(unknown)
    }
}

/// How an editor signs.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct Signature {
    /// Name of the editor, for the history and the audit.
    pub(super) by: Option<String>,
    /// Why, for those who receive the correction, and for the audit.
    pub(super) note: Option<String>,
}

impl Signature {
    /// The editor.
    pub(super) fn editor(&self, caller: Caller) -> Result<Editor, Problem> {
        let via = Via::Http { token: caller.token.to_owned() };
        Editor::new(self.by.as_deref(), self.note.as_deref(), via).map_err(bad)
    }
}
