//! What can happen in a review.

use super::{ReviewRule, UnixSeconds};
use crate::decision::OptionKind;
use crate::field::Choice as _;
use crate::ids::AccountId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewEvent {
    /// When.
    pub at: UnixSeconds,
    /// Who did it; none for the product itself.
    pub by: Option<AccountId>,
    /// What.
    pub did: ReviewMove,
}

/// What is reviewed: a revision as it was decided with certain prices, policy and engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Content hash of the decision.
    pub hash: String,
    /// Number of the revision.
    pub revision: i32,
    /// Who wrote the inputs, as far as it is known: everybody whose edit went into them since a content was last
    /// approved. Whoever changed no more than a name or a note is not among them.
    #[serde(default)]
    pub authors: BTreeSet<AccountId>,
}

/// What somebody, or the product itself, did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case")]
pub enum ReviewMove {
    /// Proposed the classification as it is.
    Proposed {
        /// What is proposed.
        content: Content,
        /// The workspace's rule at the time.
        rule: ReviewRule,
        /// What reviewers should know; may be empty.
        note: String,
    },
    /// Agreed.
    Approved {
        /// Content hash of what was agreed to.
        hash: String,
        /// May be empty.
        note: String,
    },
    /// Wants something changed first.
    ChangesRequested {
        /// What, and why.
        reason: String,
    },
    /// Took the proposal back.
    Withdrawn,
    /// Raised something that blocks approval until it is settled.
    ConcernRaised {
        /// 1 for the first of this review.
        number: u32,
        /// A few words to speak of it by.
        name: String,
        /// What it is about.
        text: String,
    },
    /// Settled a concern.
    ConcernResolved {
        /// Which.
        number: u32,
        /// In which way.
        how: String,
    },
    /// Put another option in the place of the engine's, for a time.
    Overridden {
        /// The option.
        option: OptionKind,
        /// Why the engine is wrong here.
        reason: String,
        /// What shows it; may be empty.
        evidence: String,
        /// When it ends by itself.
        expires_at: UnixSeconds,
    },
    /// The override's time is over.
    OverrideExpired,
    /// The inputs changed in a way that another content hash came of.
    ContentChanged {
        /// What it is now.
        content: Content,
    },
    /// New prices left the answer as it was: the approvals go with it.
    PricesHeld {
        /// What it is now.
        content: Content,
    },
    /// New prices changed the answer, or made it close.
    Reopened {
        /// What it is now.
        content: Content,
        /// What the new prices did.
        effect: Effect,
    },
    /// The content that was last approved is in force again.
    Restored {
        /// What it is now.
        content: Content,
    },
}

impl ReviewMove {
    /// Whether somebody who does this has looked at the content.
    #[must_use]
    pub fn is_a_look(&self) -> bool {
        matches!(
            self,
            Self::Approved { .. }
                | Self::ChangesRequested { .. }
                | Self::ConcernRaised { .. }
                | Self::ConcernResolved { .. }
                | Self::Overridden { .. }
        )
    }
}

/// What new prices do to an approved classification.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Nothing that matters.
    Holds,
    /// Another option is recommended, or none, or the same one in another kind of answer.
    Flips {
        /// The option before.
        from: Option<OptionKind>,
        /// The option now.
        to: Option<OptionKind>,
    },
    /// The same option, by a margin that is now below the workspace's threshold.
    MarginShrinks {
        /// How much dearer the runner-up was, as a fraction.
        from: f64,
        /// How much dearer it is now.
        to: f64,
    },
}

impl Effect {
    /// The effect in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        let name = |option: &Option<OptionKind>| option.map_or("no option", OptionKind::label);
        match self {
            Self::Holds => "New prices leave the answer as it was.".to_owned(),
            // A recommendation became a tie, say, or the other way round.
            Self::Flips { from, to } if from == to => {
                format!("New prices keep {} in front, but no longer in the same way.", name(to))
            }
            Self::Flips { from, to } => {
                format!("New prices change the answer from {} to {}.", name(from), name(to))
            }
            Self::MarginShrinks { from, to } => format!(
                "New prices leave the answer, but its margin shrinks from {:.0}% to {:.0}%.",
                from * 100.0,
                to * 100.0
            ),
        }
    }
}
