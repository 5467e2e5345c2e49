//! Review of a use case's classification: who proposed it, who agreed, on which content, and whether that
//! still holds.
//!
//! A [`Review`] is the sum of its [`ReviewEvent`]s, which are only ever added to. A *move* is a method that
//! checks whether somebody may do something now and returns the event; nothing changes until the event is
//! stored and [applied](Review::apply). The states and the moves between them are drawn in
//! `docs/review-states.md`.
//!
//! **What an approval binds to.** The content hash of a decision: material inputs, price book, policy and
//! engine version. A cosmetic edit leaves the hash, and with it the approvals, as they are. A material edit
//! gives another hash, for which no approval counts until people look again.

mod event;
mod moves;
mod refusal;
mod rule;

pub use event::{Content, Effect, ReviewEvent, ReviewMove};
pub use refusal::MoveRefused;
pub use rule::{MOST_APPROVALS, ReviewRule, RuleError};

use crate::decision::OptionKind;
use crate::ids::AccountId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds since 1970-01-01 00:00 UTC.
pub type UnixSeconds = i64;

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Nobody proposed it yet.
    #[default]
    Draft,
    /// It waits for reviewers.
    Proposed,
    /// A reviewer wants something changed first.
    ChangesRequested,
    /// Enough reviewers agreed to what it is now.
    Approved,
    /// What was approved is not what it is now.
    Superseded,
    /// Whoever proposed it took that back.
    Withdrawn,
}

impl ReviewState {
    /// All states, in the order of a review that goes well.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Proposed,
        Self::ChangesRequested,
        Self::Approved,
        Self::Superseded,
        Self::Withdrawn,
    ];

    /// Its name in the database and in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Proposed => "proposed",
            Self::ChangesRequested => "changes_requested",
            Self::Approved => "approved",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Proposed => "Proposed",
            Self::ChangesRequested => "Changes requested",
            Self::Approved => "Approved",
            Self::Superseded => "Superseded",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// The state of this key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// Somebody's agreement to one content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Content hash it binds to.
    pub hash: String,
    /// When it was given.
    pub at: UnixSeconds,
    /// What its giver said; may be empty.
    pub note: String,
}

/// Something a reviewer wants settled before it can be approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// 1 for the first of this review.
    pub number: u32,
    /// Who raised it.
    pub by: AccountId,
    /// When.
    pub at: UnixSeconds,
    /// A few words to speak of it by.
    pub name: String,
    /// What it is about.
    pub text: String,
    /// How it was settled; none while it blocks.
    pub resolved: Option<Resolution>,
    /// Content hash of what it is about.
    about: String,
}

/// How a concern was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who said that it is settled.
    pub by: AccountId,
    /// When.
    pub at: UnixSeconds,
    /// In which way.
    pub how: String,
}

/// An option that a reviewer put in the place of the engine's, until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The option.
    pub option: OptionKind,
    /// Who did it.
    pub by: AccountId,
    /// When.
    pub at: UnixSeconds,
    /// Why the engine is wrong here.
    pub reason: String,
    /// What shows it: a link, a measurement, a contract. May be empty.
    pub evidence: String,
    /// When it ends by itself.
    pub expires_at: UnixSeconds,
}

/// The content that was last approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastApproved {
    /// What was approved.
    pub content: Content,
    /// When the last approval needed was given.
    pub at: UnixSeconds,
    /// Who agreed.
    pub by: Vec<AccountId>,
    /// The override that was approved with it, if one.
    pub option: Option<OptionKind>,
    /// What restoring it brings back.
    basis: Basis,
}

/// What an approval rests on. Without it, what people said to one thing would count for another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Basis {
    rule: ReviewRule,
    proposed_by: Option<AccountId>,
    proposed_at: Option<UnixSeconds>,
    approvals: BTreeMap<AccountId, Approval>,
    overridden: Option<Override>,
}

/// The review of one use case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Review {
    state: ReviewState,
    events: usize,
    content: Option<Content>,
    rule: ReviewRule,
    proposed_by: Option<AccountId>,
    proposed_at: Option<UnixSeconds>,
    due_at: Option<UnixSeconds>,
    approvals: BTreeMap<AccountId, Approval>,
    concerns: Vec<Concern>,
    changes_wanted: Option<(AccountId, String)>,
    overridden: Option<Override>,
    reopened: Option<String>,
    last_approved: Option<LastApproved>,
    last_looked_at: BTreeMap<AccountId, Content>,
}

impl Review {
    /// The sum of events, in their order. The same events give the same review on any machine.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a ReviewEvent>) -> Self {
        let mut review = Self::default();
        for event in events {
            review.apply(event);
        }
        review
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ReviewState {
        self.state
    }

    /// Number of events so far; whoever adds one must have seen this many.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// What is under review; none before the first proposal.
    #[must_use]
    pub fn content(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    /// The rule it is held to: the one that was in force when it was proposed.
    #[must_use]
    pub fn rule(&self) -> &ReviewRule {
        &self.rule
    }

    /// Who proposed it last.
    #[must_use]
    pub fn proposed_by(&self) -> Option<AccountId> {
        self.proposed_by
    }

    /// When it was proposed last.
    #[must_use]
    pub fn proposed_at(&self) -> Option<UnixSeconds> {
        self.proposed_at
    }

    /// By when reviewers should have answered.
    #[must_use]
    pub fn due_at(&self) -> Option<UnixSeconds> {
        self.due_at.filter(|_| self.state == ReviewState::Proposed)
    }

    /// Whether reviewers are late.
    #[must_use]
    pub fn is_overdue(&self, now: UnixSeconds) -> bool {
        self.due_at().is_some_and(|due| due < now)
    }

    /// Whoever wrote, proposed or overrode what is under review. They are no second pair of eyes on it: unless the
    /// rule lets them, none of them may approve it.
    #[must_use]
    pub fn behind_it(&self) -> BTreeSet<AccountId> {
        let authors = self.content.iter().flat_map(|content| content.authors.iter().copied());
        let overrode = self.overridden.as_ref().map(|overridden| overridden.by);
        authors.chain(self.proposed_by).chain(overrode).collect()
    }

    /// Approvals of the present content. Somebody who has become its author or proposer since, or whom a later rule
    /// does not name, has none.
    pub fn approvals(&self) -> impl Iterator<Item = (AccountId, &Approval)> {
        self.given(true).filter(|(account, _)| self.may_approve(*account).is_ok())
    }

    /// Approvals that an edit or new prices made stale: what their givers should look at again.
    pub fn stale_approvals(&self) -> impl Iterator<Item = (AccountId, &Approval)> {
        self.given(false)
    }

    fn given(&self, current: bool) -> impl Iterator<Item = (AccountId, &Approval)> {
        let hash = self.content.as_ref().map(|content| content.hash.as_str());
        self.approvals
            .iter()
            .filter(move |(_, approval)| (Some(approval.hash.as_str()) == hash) == current)
            .map(|(account, approval)| (*account, approval))
    }

    /// Approvals still needed before it is approved.
    #[must_use]
    pub fn missing(&self) -> usize {
        usize::from(self.rule.approvals()).saturating_sub(self.approvals().count())
    }

    /// Concerns, settled ones included, in the order they were raised.
    #[must_use]
    pub fn concerns(&self) -> &[Concern] {
        &self.concerns
    }

    /// Concerns that still block it.
    pub fn open_concerns(&self) -> impl Iterator<Item = &Concern> {
        self.concerns.iter().filter(|concern| concern.resolved.is_none())
    }

    /// Who wants changes, and why.
    #[must_use]
    pub fn changes_wanted(&self) -> Option<&(AccountId, String)> {
        self.changes_wanted.as_ref()
    }

    /// The override in force.
    #[must_use]
    pub fn overridden(&self) -> Option<&Override> {
        self.overridden.as_ref()
    }

    /// Why it was opened again by the product, if it was.
    #[must_use]
    pub fn reopened(&self) -> Option<&str> {
        self.reopened.as_deref()
    }

    /// What was last approved, whatever became of it since.
    #[must_use]
    pub fn last_approved(&self) -> Option<&LastApproved> {
        self.last_approved.as_ref()
    }

    /// The content this account last approved or answered: their next look starts from there.
    #[must_use]
    pub fn last_looked_at(&self, account: AccountId) -> Option<&Content> {
        self.last_looked_at.get(&account)
    }

    /// Whether it waits for this account, given that its role lets it review.
    #[must_use]
    pub fn waits_for(&self, account: AccountId) -> bool {
        self.state == ReviewState::Proposed
            && self.missing() > 0
            && self.may_approve(account).is_ok()
            && !self.approvals().any(|(by, _)| by == account)
    }

    /// Adds what happened. Events are facts: this never refuses one.
    pub fn apply(&mut self, event: &ReviewEvent) {
        self.events += 1;
        if let (Some(by), Some(content)) = (event.by, &self.content)
            && event.did.is_a_look()
        {
            self.last_looked_at.insert(by, content.clone());
        }
        match &event.did {
            ReviewMove::Proposed { content, rule, .. } => {
                self.state = ReviewState::Proposed;
                self.content = Some(content.clone());
                self.due_at = Some(event.at.saturating_add(i64::from(rule.due_days()) * 24 * 60 * 60));
                self.rule = rule.clone();
                self.proposed_by = event.by;
                self.proposed_at = Some(event.at);
                self.changes_wanted = None;
                self.reopened = None;
            }
            ReviewMove::Approved { hash, note } => {
                if let Some(by) = event.by {
                    let approval = Approval { hash: hash.clone(), at: event.at, note: note.clone() };
                    self.approvals.insert(by, approval);
                }
            }
            ReviewMove::ChangesRequested { reason } => {
                self.state = ReviewState::ChangesRequested;
                if let Some(by) = event.by {
                    self.approvals.remove(&by);
                    // Nor do they agree to it as it was approved, if it is what was approved.
                    if let (Some(approved), Some(present)) = (&mut self.last_approved, &self.content)
                        && approved.content.hash == present.hash
                    {
                        approved.basis.approvals.remove(&by);
                    }
                    self.changes_wanted = Some((by, reason.clone()));
                }
            }
            ReviewMove::Withdrawn => self.state = ReviewState::Withdrawn,
            ReviewMove::ConcernRaised { number, name, text } => {
                if let Some(by) = event.by {
                    let (name, text) = (name.clone(), text.clone());
                    self.concerns.push(Concern {
                        number: *number,
                        by,
                        at: event.at,
                        name,
                        text,
                        resolved: None,
                        about: self.content.as_ref().map_or_else(String::new, |content| content.hash.clone()),
                    });
                    if self.state == ReviewState::Approved {
                        self.reopen(event.at);
                    }
                }
            }
            ReviewMove::ConcernResolved { number, how } => {
                let concern = self.concerns.iter_mut().find(|concern| concern.number == *number);
                if let (Some(concern), Some(by)) = (concern, event.by) {
                    concern.resolved = Some(Resolution { by, at: event.at, how: how.clone() });
                }
            }
            ReviewMove::Overridden { option, reason, evidence, expires_at } => {
                if let Some(by) = event.by {
                    let (reason, evidence) = (reason.clone(), evidence.clone());
                    let (option, at, expires_at) = (*option, event.at, *expires_at);
                    self.overridden = Some(Override { option, by, at, reason, evidence, expires_at });
                }
                // Those who agreed to the engine's answer have not agreed to this one.
                self.approvals.clear();
                if self.state == ReviewState::Approved {
                    self.reopen(event.at);
                }
                self.state = ReviewState::Proposed;
            }
            ReviewMove::OverrideExpired => {
                self.overridden = None;
                self.approvals.clear();
                self.reopened = Some("The override has come to its end.".to_owned());
                self.reopen(event.at);
            }
            ReviewMove::ContentChanged { content } => {
                if self.state == ReviewState::Approved {
                    self.state = ReviewState::Superseded;
                }
                self.content = Some(content.clone());
            }
            ReviewMove::PricesHeld { content } => {
                if let Some(before) = self.content.replace(content.clone()) {
                    for approval in self.approvals.values_mut().filter(|given| given.hash == before.hash) {
                        approval.hash.clone_from(&content.hash);
                    }
                    for concern in self.concerns.iter_mut().filter(|concern| concern.about == before.hash) {
                        concern.about.clone_from(&content.hash);
                    }
                    if let Some(approved) = &mut self.last_approved
                        && approved.content.hash == before.hash
                    {
                        // Somebody else may have written the same content again since; its approvals were
                        // given to what this author wrote.
                        let authors = std::mem::take(&mut approved.content.authors);
                        approved.content = Content { authors, ..content.clone() };
                    }
                }
            }
            ReviewMove::Reopened { content, effect } => {
                self.content = Some(content.clone());
                self.reopened = Some(effect.sentence());
                self.reopen(event.at);
            }
            ReviewMove::Restored { content } => {
                // Whoever restores it did not write it, and may be one of those who agreed to it.
                let authors = self.last_approved.as_ref().map(|approved| approved.content.authors.clone());
                let content = Content { authors: authors.unwrap_or_default(), ..content.clone() };
                self.content = Some(content.clone());
                self.changes_wanted = None;
                self.reopened = None;
                // What was left open about the content that gives way is settled. A concern about what is restored
                // is not: it would be a way around whoever raised it.
                if let Some(by) = event.by {
                    let open = |concern: &&mut Concern| concern.resolved.is_none();
                    for concern in self.concerns.iter_mut().filter(open) {
                        if concern.about != content.hash {
                            let how = "The approved revision was restored.".to_owned();
                            concern.resolved = Some(Resolution { by, at: event.at, how });
                        }
                    }
                }
                self.state = ReviewState::Approved;
                if let Some(approved) = &mut self.last_approved {
                    approved.content = content.clone();
                    let Basis { rule, proposed_by, proposed_at, mut approvals, overridden } =
                        approved.basis.clone();
                    // Prices that changed nothing may have given the content another hash since.
                    approvals.values_mut().for_each(|given| given.hash.clone_from(&content.hash));
                    (self.rule, self.approvals, self.overridden) = (rule, approvals, overridden);
                    (self.proposed_by, self.proposed_at) = (proposed_by, proposed_at);
                }
                if self.open_concerns().next().is_some() {
                    self.reopen(event.at);
                }
            }
        }
        self.conclude(event.at);
    }

    fn reopen(&mut self, at: UnixSeconds) {
        if matches!(self.state, ReviewState::Approved | ReviewState::Proposed) {
            self.state = ReviewState::Proposed;
            self.proposed_at = Some(at);
            self.due_at = Some(at.saturating_add(i64::from(self.rule.due_days()) * 24 * 60 * 60));
        }
    }

    /// A proposal with enough approvals and nothing against it is approved.
    fn conclude(&mut self, at: UnixSeconds) {
        if self.state != ReviewState::Proposed || self.missing() > 0 || self.open_concerns().next().is_some()
        {
            return;
        }
        let Some(content) = self.content.clone() else { return };
        let approvals: BTreeMap<AccountId, Approval> =
            self.approvals().map(|(account, given)| (account, given.clone())).collect();
        let by = approvals.keys().copied().collect();
        self.state = ReviewState::Approved;
        self.reopened = None;
        let (rule, overridden) = (self.rule.clone(), self.overridden.clone());
        let option = overridden.as_ref().map(|overridden| overridden.option);
        let (proposed_by, proposed_at) = (self.proposed_by, self.proposed_at);
        let basis = Basis { rule, proposed_by, proposed_at, approvals, overridden };
        self.last_approved = Some(LastApproved { content, at, by, option, basis });
    }
}
