//! In which workspace a call works and in whose name, and how the database is told.

use crate::{AccountId, ApiTokenId, SessionId, WorkspaceId};

/// In whose name a change is made; the audit log keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The product itself: seed data, an override that expired.
    System,
    /// Somebody without an account.
    Visitor,
    /// A person who has no session yet: while it accepts an invitation.
    Account {
        /// Who.
        account: AccountId,
    },
    /// A person in a browser.
    Session {
        /// Who.
        account: AccountId,
        /// In which browser.
        session: SessionId,
    },
    /// A program.
    ApiToken {
        /// In whose name.
        account: AccountId,
        /// With which token.
        token: ApiTokenId,
    },
}

impl Actor {
    /// The account it acts for, if one.
    #[must_use]
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::System | Self::Visitor => None,
            Self::Account { account } | Self::Session { account, .. } | Self::ApiToken { account, .. } => {
                Some(account)
            }
        }
    }

    /// The session it came through, if one.
    #[must_use]
    pub fn session(self) -> Option<SessionId> {
        match self {
            Self::Session { session, .. } => Some(session),
            _ => None,
        }
    }

    /// The API token it came through, if one.
    #[must_use]
    pub fn api_token(self) -> Option<ApiTokenId> {
        match self {
            Self::ApiToken { token, .. } => Some(token),
            _ => None,
        }
    }
}

/// In which workspace a call works, and in whose name. What belongs to another workspace does not exist
/// for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// In whose name.
    pub actor: Actor,
}

impl Scope {
    /// A workspace, in the product's own name.
    #[must_use]
    pub fn system(workspace: WorkspaceId) -> Self {
        Self { workspace, actor: Actor::System }
    }
}

/// What a connection may see. Postgres enforces it by row-level security; see
/// `migrations/0009_row_level_security.sql`.
#[derive(Debug, Clone)]
pub(crate) enum View {
    /// What is shared by all workspaces, and nothing else.
    Shared,
    /// One workspace.
    Workspace(Scope),
    /// What a secret opens: the SHA-256 of a token.
    Secret(Vec<u8>),
    /// Everything. For migrations' companions only: seed data, signing in, and jobs over all workspaces.
    Owner,
}

impl View {
    /// Values of the settings `role`, `parsimony.workspace`, `parsimony.account` and `parsimony.token`.
    pub(crate) fn settings(&self) -> [String; 4] {
        let (role, workspace, account, token) = match self {
            Self::Owner => ("none", None, None, None),
            Self::Shared => (APP_ROLE, None, None, None),
            Self::Workspace(scope) => (APP_ROLE, Some(scope.workspace), scope.actor.account(), None),
            Self::Secret(hash) => (APP_ROLE, None, None, Some(hash)),
        };
        [
            role.to_owned(),
            workspace.map_or_else(String::new, |id| id.to_string()),
            account.map_or_else(String::new, |id| id.to_string()),
            token.map_or_else(String::new, |hash| crate::document::hexadecimal(hash)),
        ]
    }
}

/// Role of all requests; made by the migrations.
const APP_ROLE: &str = "parsimony_app";

impl From<Scope> for View {
    fn from(scope: Scope) -> Self {
        Self::Workspace(scope)
    }
}
