//! The moves: who may do what, when. Each returns the event to be stored, or why there is none.

use super::{
    Content, Effect, MoveRefused, Review, ReviewEvent, ReviewMove, ReviewRule, ReviewState, UnixSeconds,
};
use crate::access::Role;
use crate::decision::OptionKind;
use crate::ids::AccountId;

/// Most characters of a reason.
const TEXT_LENGTH: usize = 4000;

/// Most characters of a concern's name.
const NAME_LENGTH: usize = 120;

/// The longest time for which an override holds.
const LONGEST_OVERRIDE: UnixSeconds = 366 * 24 * 60 * 60;

impl Review {
    /// Proposes the classification as it is now.
    ///
    /// # Errors
    /// [`MoveRefused::NothingToPropose`] when this content is proposed or approved already.
    pub fn propose(
        &self,
        by: AccountId,
        content: Content,
        rule: ReviewRule,
        note: &str,
        at: UnixSeconds,
    ) -> Result<ReviewEvent, MoveRefused> {
        let same = self.content.as_ref().is_some_and(|present| present.hash == content.hash);
        if same && matches!(self.state, ReviewState::Proposed | ReviewState::Approved) {
            return Err(MoveRefused::NothingToPropose);
        }
        let note = optional(note)?;
        let content = match &self.content {
            // Whoever renamed it since did not write its inputs, and whoever wrote them stays their author.
            Some(present) if same => Content { authors: present.authors.clone(), ..content },
            _ => self.grown_from_the_present(content),
        };
        Ok(event(at, Some(by), ReviewMove::Proposed { content, rule, note }))
    }

    /// Whether this account may approve at all, leaving aside its role.
    ///
    /// # Errors
    /// [`MoveRefused::Author`] also for whoever put the option there that it would agree to, and those of
    /// [`Self::may_override`].
    pub fn may_approve(&self, by: AccountId) -> Result<(), MoveRefused> {
        self.may_override(by)?;
        let overrode = self.overridden.as_ref().is_some_and(|overridden| overridden.by == by);
        if overrode && !self.rule.author_may_approve() { Err(MoveRefused::Author) } else { Ok(()) }
    }

    /// Whether this account may put an option in the place of the engine's, or another in the place of that, leaving
    /// aside its role.
    ///
    /// # Errors
    /// [`MoveRefused::Author`], [`MoveRefused::NotNamed`].
    pub fn may_override(&self, by: AccountId) -> Result<(), MoveRefused> {
        let wrote = self.content.as_ref().is_some_and(|content| content.authors.contains(&by));
        if (wrote || self.proposed_by == Some(by)) && !self.rule.author_may_approve() {
            return Err(MoveRefused::Author);
        }
        if self.rule.reviewers().is_some_and(|named| !named.contains(&by)) {
            return Err(MoveRefused::NotNamed);
        }
        Ok(())
    }

    /// Agrees to the content of this hash: the one the reviewer saw. An open concern does not keep anybody from
    /// agreeing; it keeps the review from being approved until it is settled.
    ///
    /// # Errors
    /// [`MoveRefused::NotProposed`], [`MoveRefused::Changed`] when the content is another one by now,
    /// [`MoveRefused::ApprovedAlready`], and those of [`Self::may_approve`].
    pub fn approve(
        &self,
        by: AccountId,
        seen: &str,
        note: &str,
        at: UnixSeconds,
    ) -> Result<ReviewEvent, MoveRefused> {
        self.must_be_proposed()?;
        self.must_be(seen)?;
        self.may_approve(by)?;
        if self.approvals().any(|(account, _)| account == by) {
            return Err(MoveRefused::ApprovedAlready);
        }
        Ok(event(at, Some(by), ReviewMove::Approved { hash: seen.to_owned(), note: optional(note)? }))
    }

    /// Wants something changed first. The approved revision before, if there is one, stays what it was.
    ///
    /// # Errors
    /// [`MoveRefused::NotProposed`], [`MoveRefused::ReasonMissing`], [`MoveRefused::Changed`].
    pub fn request_changes(
        &self,
        by: AccountId,
        seen: &str,
        reason: &str,
        at: UnixSeconds,
    ) -> Result<ReviewEvent, MoveRefused> {
        self.must_be_proposed()?;
        self.must_be(seen)?;
        Ok(event(at, Some(by), ReviewMove::ChangesRequested { reason: required(reason)? }))
    }

    /// Takes a proposal back.
    ///
    /// # Errors
    /// [`MoveRefused::NothingToWithdraw`]; [`MoveRefused::NotYours`] for anybody but its proposer and admins.
    pub fn withdraw(&self, by: AccountId, role: Role, at: UnixSeconds) -> Result<ReviewEvent, MoveRefused> {
        if !matches!(self.state, ReviewState::Proposed | ReviewState::ChangesRequested) {
            return Err(MoveRefused::NothingToWithdraw);
        }
        if self.proposed_by != Some(by) && role != Role::Admin {
            return Err(MoveRefused::NotYours);
        }
        Ok(event(at, Some(by), ReviewMove::Withdrawn))
    }

    /// Raises something that blocks approval until it is settled. An approved classification waits again.
    ///
    /// # Errors
    /// [`MoveRefused::NotProposed`] unless it is proposed or approved; [`MoveRefused::ReasonMissing`] without a
    /// name; [`MoveRefused::ConcernNameTooLong`], [`MoveRefused::TooLong`].
    pub fn raise_concern(
        &self,
        by: AccountId,
        name: &str,
        text: &str,
        at: UnixSeconds,
    ) -> Result<ReviewEvent, MoveRefused> {
        if !matches!(self.state, ReviewState::Proposed | ReviewState::Approved) {
            return Err(MoveRefused::NotProposed);
        }
        let name = name.trim();
        if name.chars().count() > NAME_LENGTH {
            return Err(MoveRefused::ConcernNameTooLong);
        }
        let name = required(name)?;
        let number = u32::try_from(self.concerns.len()).unwrap_or(u32::MAX).saturating_add(1);
        Ok(event(at, Some(by), ReviewMove::ConcernRaised { number, name, text: optional(text)? }))
    }

    /// Settles a concern.
    ///
    /// # Errors
    /// [`MoveRefused::NoSuchConcern`]; [`MoveRefused::NotYourConcern`] for anybody but its raiser and admins;
    /// [`MoveRefused::ReasonMissing`].
    pub fn resolve_concern(
        &self,
        by: AccountId,
        role: Role,
        number: u32,
        how: &str,
        at: UnixSeconds,
    ) -> Result<ReviewEvent, MoveRefused> {
        let concern = self
            .open_concerns()
            .find(|concern| concern.number == number)
            .ok_or(MoveRefused::NoSuchConcern)?;
        if concern.by != by && role != Role::Admin {
            return Err(MoveRefused::NotYourConcern);
        }
        Ok(event(at, Some(by), ReviewMove::ConcernResolved { number, how: required(how)? }))
    }

    /// Puts another option in the place of the engine's until a day. It needs the same number of approvals as
    /// the engine's answer does; those that were given so far were given to that.
    ///
    /// # Errors
    /// [`MoveRefused::NotProposed`] unless it is proposed or approved; [`MoveRefused::ReasonMissing`];
    /// [`MoveRefused::Expiry`] for a day that is not in the coming year; those of [`Self::may_override`].
    pub fn override_verdict(
        &self,
        by: AccountId,
        option: OptionKind,
        (reason, evidence): (&str, &str),
        expires_at: UnixSeconds,
        at: UnixSeconds,
    ) -> Result<ReviewEvent, MoveRefused> {
        if !matches!(self.state, ReviewState::Proposed | ReviewState::Approved) {
            return Err(MoveRefused::NotProposed);
        }
        self.may_override(by)?;
        let (reason, evidence) = (required(reason)?, optional(evidence)?);
        if expires_at <= at || expires_at > at.saturating_add(LONGEST_OVERRIDE) {
            return Err(MoveRefused::Expiry);
        }
        Ok(event(at, Some(by), ReviewMove::Overridden { option, reason, evidence, expires_at }))
    }

    /// Ends an override whose time is over, which opens the review again.
    ///
    /// # Errors
    /// [`MoveRefused::NoOverride`].
    pub fn expire_override(&self, at: UnixSeconds) -> Result<ReviewEvent, MoveRefused> {
        match &self.overridden {
            Some(overridden) if overridden.expires_at <= at => {
                Ok(event(at, None, ReviewMove::OverrideExpired))
            }
            _ => Err(MoveRefused::NoOverride),
        }
    }

    /// Notes that the inputs were edited, or `None` when the edit was cosmetic or there is no review yet.
    #[must_use]
    pub fn content_changed(
        &self,
        by: Option<AccountId>,
        content: Content,
        at: UnixSeconds,
    ) -> Option<ReviewEvent> {
        let present = self.content.as_ref()?;
        let differs = present.hash != content.hash;
        differs.then(|| {
            let content = self.grown_from_the_present(content);
            event(at, by, ReviewMove::ContentChanged { content })
        })
    }

    /// Notes that the same inputs were decided with other prices, or `None` when the content is the same or there
    /// is no review yet. What they leave as it was keeps its approvals; where nothing waits for an answer or holds
    /// one, it is a change like any other.
    #[must_use]
    pub fn repriced(&self, content: Content, effect: Effect, at: UnixSeconds) -> Option<ReviewEvent> {
        let present = self.content.as_ref()?;
        if present.hash == content.hash {
            return None;
        }
        // The inputs are as they were, so whoever last edited a name or a note did not write them.
        let content = Content { authors: present.authors.clone(), ..content };
        let did = match (self.state, effect) {
            (ReviewState::Approved | ReviewState::Proposed, Effect::Holds) => {
                ReviewMove::PricesHeld { content }
            }
            (ReviewState::Approved | ReviewState::Proposed, effect) => {
                ReviewMove::Reopened { content, effect }
            }
            _ => ReviewMove::ContentChanged { content },
        };
        Some(event(at, None, did))
    }

    /// Puts the content that was last approved in force again, with the rule, the approvals and the override it was
    /// approved with. Concerns about it still have to be settled.
    ///
    /// # Errors
    /// [`MoveRefused::NothingApproved`] when nothing was, it is in force already, the override it was approved with
    /// has come to its end: nobody agreed to it without; or too few still agree, because somebody who approved it
    /// requested changes to it since.
    pub fn restore(
        &self,
        by: AccountId,
        content: Content,
        at: UnixSeconds,
    ) -> Result<ReviewEvent, MoveRefused> {
        let approved = self.last_approved.as_ref().ok_or(MoveRefused::NothingApproved)?;
        let is_over =
            approved.basis.overridden.as_ref().is_some_and(|overridden| overridden.expires_at <= at);
        let basis = &approved.basis;
        let too_few = basis.approvals.len() < usize::from(basis.rule.approvals());
        let another = approved.content.hash != content.hash;
        if self.state == ReviewState::Approved || another || is_over || too_few {
            return Err(MoveRefused::NothingApproved);
        }
        Ok(event(at, Some(by), ReviewMove::Restored { content }))
    }

    /// A content with the authors of the one that it came of, whose edits went into it too. What is approved was
    /// looked at by others, so whoever changes it begins anew; where nobody is known to have changed it, because
    /// prices did, its authors stay.
    fn grown_from_the_present(&self, mut content: Content) -> Content {
        let begins_anew = self.state == ReviewState::Approved && !content.authors.is_empty();
        if let (Some(present), false) = (&self.content, begins_anew) {
            content.authors.extend(&present.authors);
        }
        content
    }

    fn must_be_proposed(&self) -> Result<(), MoveRefused> {
        if self.state == ReviewState::Proposed { Ok(()) } else { Err(MoveRefused::NotProposed) }
    }

    fn must_be(&self, seen: &str) -> Result<(), MoveRefused> {
        match &self.content {
            Some(content) if content.hash == seen => Ok(()),
            _ => Err(MoveRefused::Changed),
        }
    }
}

fn event(at: UnixSeconds, by: Option<AccountId>, did: ReviewMove) -> ReviewEvent {
    ReviewEvent { at, by, did }
}

fn optional(text: &str) -> Result<String, MoveRefused> {
    let text = text.trim();
    if text.chars().count() > TEXT_LENGTH { Err(MoveRefused::TooLong) } else { Ok(text.to_owned()) }
}

fn required(text: &str) -> Result<String, MoveRefused> {
    let text = optional(text)?;
    if text.is_empty() { Err(MoveRefused::ReasonMissing) } else { Ok(text) }
}
