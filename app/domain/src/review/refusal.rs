//! Why a move is refused.

use serde::{Deserialize, Serialize};

/// Why somebody may not do this now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum MoveRefused {
    /// Nothing waits for an answer.
    #[error("This waits for no answer now.")]
    NotProposed,
    /// It waits for an answer already, or is approved as it is.
    #[error("This is proposed already, and nothing changed since.")]
    NothingToPropose,
    /// There is nothing that could be withdrawn.
    #[error("There is no proposal to withdraw.")]
    NothingToWithdraw,
    /// Only whoever proposed it, or an admin, may.
    #[error("Only whoever proposed this, or an admin, can withdraw it.")]
    NotYours,
    /// The author may not approve.
    #[error("Whoever wrote, proposed or overrode this cannot approve it: somebody else has to look.")]
    Author,
    /// The rule names other reviewers.
    #[error("The rule of this workspace names other people as reviewers.")]
    NotNamed,
    /// The account approved this content already.
    #[error("You approved this already.")]
    ApprovedAlready,
    /// The content is another one by now.
    #[error("This changed while you were looking at it. Look again, then answer.")]
    Changed,
    /// A reason is missing.
    #[error("Say why: others have to understand it.")]
    ReasonMissing,
    /// A text is too long.
    #[error("That text is too long. At most 4,000 characters fit.")]
    TooLong,
    /// The name of a concern is too long.
    #[error("The name of a concern is too long. At most 120 characters fit; say the rest below it.")]
    ConcernNameTooLong,
    /// There is no such concern, or it is settled.
    #[error("There is no such open concern.")]
    NoSuchConcern,
    /// Only whoever raised it, or an admin, may settle it.
    #[error("Only whoever raised a concern, or an admin, can settle it.")]
    NotYourConcern,
    /// The day on which an override ends is not in the coming year.
    #[error("An override ends on a day within the coming year.")]
    Expiry,
    /// There is no override whose time is over.
    #[error("There is no override whose time is over.")]
    NoOverride,
    /// Nothing was ever approved.
    #[error("There is no approved revision to restore.")]
    NothingApproved,
}
