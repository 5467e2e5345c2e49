//! A workspace's rule for approvals.

use crate::ids::AccountId;
use serde::{Deserialize, Serialize};

/// Most approvals a rule can ask for.
pub const MOST_APPROVALS: u8 = 9;

/// Longest time for an answer, in days.
const MOST_DAYS: u16 = 365;

/// How many must agree, who, and how soon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ReviewRule {
    approvals: u8,
    author_may_approve: bool,
    reviewers: Option<Vec<AccountId>>,
    due_days: u16,
    margin_threshold: f64,
}

/// A rule that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The number of approvals.
    #[error("approvals: a whole number from 1 to 9")]
    Approvals,
    /// The days for an answer.
    #[error("due days: a whole number from 1 to 365")]
    DueDays,
    /// The margin.
    #[error("margin: a percentage from 0 to 100")]
    Margin,
    /// Fewer reviewers are named than must approve.
    #[error("reviewers: name at least as many as must approve")]
    Reviewers,
}

impl ReviewRule {
    /// A rule. `reviewers` names who may approve; `None` lets every reviewer. `margin_threshold` is a fraction: an
    /// approved answer whose margin shrinks below it is opened again.
    ///
    /// # Errors
    /// [`RuleError`] names the part that cannot be.
    pub fn new(
        approvals: u8,
        author_may_approve: bool,
        reviewers: Option<Vec<AccountId>>,
        due_days: u16,
        margin_threshold: f64,
    ) -> Result<Self, RuleError> {
        if !(1..=MOST_APPROVALS).contains(&approvals) {
            return Err(RuleError::Approvals);
        }
        if !(1..=MOST_DAYS).contains(&due_days) {
            return Err(RuleError::DueDays);
        }
        if !(0.0..=1.0).contains(&margin_threshold) {
            return Err(RuleError::Margin);
        }
        let reviewers = reviewers.map(|mut named| {
            named.sort_unstable();
            named.dedup();
            named
        });
        if reviewers.as_ref().is_some_and(|named| named.len() < usize::from(approvals)) {
            return Err(RuleError::Reviewers);
        }
        Ok(Self { approvals, author_may_approve, reviewers, due_days, margin_threshold })
    }

    /// Distinct approvals needed.
    #[must_use]
    pub fn approvals(&self) -> u8 {
        self.approvals
    }

    /// Whether whoever wrote, proposed or overrode it may be one of them.
    #[must_use]
    pub fn author_may_approve(&self) -> bool {
        self.author_may_approve
    }

    /// Who may approve; `None` for every reviewer.
    #[must_use]
    pub fn reviewers(&self) -> Option<&[AccountId]> {
        self.reviewers.as_deref()
    }

    /// Days reviewers have for their answer.
    #[must_use]
    pub fn due_days(&self) -> u16 {
        self.due_days
    }

    /// Fraction below which a shrinking margin opens an approved answer again.
    #[must_use]
    pub fn margin_threshold(&self) -> f64 {
        self.margin_threshold
    }
}

impl Default for ReviewRule {
    /// Two approvals of any reviewers but the author, within two weeks; margins below 10% are close.
    fn default() -> Self {
        Self { approvals: 2, author_may_approve: false, reviewers: None, due_days: 14, margin_threshold: 0.1 }
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    approvals: u8,
    author_may_approve: bool,
    reviewers: Option<Vec<AccountId>>,
    due_days: u16,
    margin_threshold: f64,
}

impl TryFrom<Written> for ReviewRule {
    type Error = RuleError;

    fn try_from(rule: Written) -> Result<Self, RuleError> {
        let Written { approvals, author_may_approve, reviewers, due_days, margin_threshold } = rule;
        Self::new(approvals, author_may_approve, reviewers, due_days, margin_threshold)
    }
}

impl From<ReviewRule> for Written {
    fn from(rule: ReviewRule) -> Self {
        let ReviewRule { approvals, author_may_approve, reviewers, due_days, margin_threshold } = rule;
        Self { approvals, author_may_approve, reviewers, due_days, margin_threshold }
    }
}
