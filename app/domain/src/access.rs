//! Who may do what in a workspace.
//!
//! | | viewer | editor | reviewer | admin |
//! |---|---|---|---|---|
//! | read everything of the workspace | yes | yes | yes | yes |
//! | create, edit, archive; share by link; comment; propose | | yes | yes | yes |
//! | have an LLM endpoint answer, which costs money | | yes | yes | yes |
//! | approve, request changes, raise concerns, override | | | yes | yes |
//! | people, rules, all API tokens, audit log | | | | yes |

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What a member may do. Each role includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Changes, comments and proposes too.
    Editor,
    /// Approves too.
    Reviewer,
    /// Manages people and rules too.
    Admin,
}

impl Role {
    /// All roles, from the least to the most.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Editor, Self::Reviewer, Self::Admin];

    /// Its name in the database and in forms.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Editor => "Editor",
            Self::Reviewer => "Reviewer",
            Self::Admin => "Admin",
        }
    }

    /// What it may do, in one sentence.
    #[must_use]
    pub fn describes(self) -> &'static str {
        match self {
            Self::Viewer => "Reads everything in the workspace.",
            Self::Editor => "Also creates and edits, shares, comments and proposes.",
            Self::Reviewer => "Also approves, asks for changes and overrides.",
            Self::Admin => "Also manages people, rules and the audit log.",
        }
    }

    /// Whether this role may do this.
    #[must_use]
    pub fn may(self, action: Action) -> bool {
        self >= action.needs()
    }
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a role")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.key() == text).ok_or(NotARole)
    }
}

/// What can be done in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read portfolios, use cases, reviews, comments and who the members are.
    Read,
    /// Create, edit, duplicate, archive and restore portfolios and use cases.
    Edit,
    /// Freeze decisions behind links, and revoke them.
    Share,
    /// Write comments.
    Comment,
    /// Propose a classification, and withdraw one's own proposal.
    Propose,
    /// Have the administrator's LLM endpoint answer a prompt, which costs money.
    Race,
    /// Approve, request changes, raise and resolve concerns.
    Review,
    /// Put an option of one's own in the place of the engine's.
    Override,
    /// Invite, remove, and give roles.
    ManageMembers,
    /// Set the workspace's name, its rule for approvals and its prices.
    ManageRules,
    /// See and withdraw everybody's API tokens.
    ManageTokens,
    /// Read, export and verify the audit log.
    ReadAudit,
}

impl Action {
    /// The least role that may do this.
    #[must_use]
    pub fn needs(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Edit | Self::Share | Self::Comment | Self::Propose | Self::Race => Role::Editor,
            Self::Review | Self::Override => Role::Reviewer,
            Self::ManageMembers | Self::ManageRules | Self::ManageTokens | Self::ReadAudit => Role::Admin,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_role_includes_the_ones_before_it() {
        use Action::*;
        let rows = [
            (Read, [true, true, true, true]),
            (Edit, [false, true, true, true]),
            (Share, [false, true, true, true]),
            (Comment, [false, true, true, true]),
            (Propose, [false, true, true, true]),
            (Race, [false, true, true, true]),
            (Review, [false, false, true, true]),
            (Override, [false, false, true, true]),
            (ManageMembers, [false, false, false, true]),
            (ManageRules, [false, false, false, true]),
            (ManageTokens, [false, false, false, true]),
            (ReadAudit, [false, false, false, true]),
        ];
        for (action, expected) in rows {
            assert_eq!(Role::ALL.map(|role| role.may(action)), expected, "{action:?}");
        }
    }

    #[test]
    fn a_role_reads_back_from_its_key() {
        for role in Role::ALL {
            assert_eq!(role.key().parse(), Ok(role));
        }
        assert_eq!("owner".parse::<Role>(), Err(NotARole));
    }
}
