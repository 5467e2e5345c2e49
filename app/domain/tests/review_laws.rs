//! Laws of reviews: whatever people try, in whatever order.
#![allow(clippy::unwrap_used)]

use domain::access::Role;
use domain::decision::OptionKind;
use domain::ids::AccountId;
use domain::review::{
    Content, Effect, MoveRefused, Review, ReviewEvent, ReviewMove, ReviewRule, ReviewState,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60;

fn person(number: u8) -> AccountId {
    Uuid::from_u128(u128::from(number) + 1).into()
}

fn content(number: u8) -> Content {
    Content { hash: format!("{number}"), revision: i32::from(number) + 1, author: Some(person(number % 5)) }
}

/// Somebody tries something.
#[derive(Debug, Clone)]
struct Attempt {
    what: u8,
    by: u8,
    content: u8,
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (0_u8..12, 0_u8..5, 0_u8..3).prop_map(|(what, by, content)| Attempt { what, by, content })
}

fn rule() -> impl Strategy<Value = ReviewRule> {
    (1_u8..4, any::<bool>(), any::<bool>()).prop_map(|(approvals, author, named)| {
        let named = named.then(|| (0..4).map(person).collect());
        ReviewRule::new(approvals, author, named, 14, 0.1).unwrap()
    })
}

fn try_it(review: &Review, attempt: &Attempt, rule: &ReviewRule, at: i64) -> Option<ReviewEvent> {
    let (by, wanted) = (person(attempt.by), content(attempt.content));
    let seen = wanted.hash.clone();
    let flips = Effect::Flips { from: None, to: Some(OptionKind::Hybrid) };
    match attempt.what {
        0 => review.propose(by, wanted, rule.clone(), "", at).ok(),
        1..=3 => review.approve(by, &seen, "", at).ok(),
        4 => review.request_changes(by, &seen, "Why?", at).ok(),
        5 => review.withdraw(by, Role::Editor, at).ok(),
        6 => review.raise_concern(by, "Data", "", at).ok(),
        7 => review.resolve_concern(by, Role::Admin, u32::from(attempt.content) + 1, "So.", at).ok(),
        8 => review.override_verdict(by, OptionKind::Hybrid, ("Contract.", ""), at + DAY, at).ok(),
        9 => review.content_changed(Some(by), wanted, at),
        10 => review.repriced(wanted, if attempt.by == 0 { Effect::Holds } else { flips }, at),
        _ => review.restore(by, wanted, at).ok().or_else(|| review.expire_override(at).ok()),
    }
}

proptest! {
    #[test]
    fn nothing_is_approved_without_what_the_rule_asks_for(
        attempts in proptest::collection::vec(attempt(), 1..60), rule in rule(),
    ) {
        let mut events: Vec<ReviewEvent> = Vec::new();
        let mut review = Review::default();
        let mut at = 0;
        for attempt in attempts {
            at += DAY / 3;
            let before = review.clone();
            let Some(event) = try_it(&review, &attempt, &rule, at) else {
                prop_assert_eq!(&review, &before, "a refusal changes nothing");
                continue;
            };
            review.apply(&event);
            events.push(event.clone());
            prop_assert_eq!(&Review::replay(&events), &review, "the events say it all");
            prop_assert_eq!(review.events(), events.len());
            if review.state() == ReviewState::Approved {
                prop_assert_eq!(review.open_concerns().count(), 0);
                let content = review.content().unwrap();
                let approved = review.last_approved().unwrap();
                prop_assert_eq!(&approved.content.hash, &content.hash, "what is in force is what was approved");
                // Restoring puts approvals in force that were given before; nothing else does without the people.
                if !matches!(event.did, ReviewMove::Restored { .. }) && before.state() != ReviewState::Approved {
                    let people: BTreeSet<AccountId> = review.approvals().map(|(by, _)| by).collect();
                    prop_assert!(people.len() >= usize::from(review.rule().approvals()), "{:?}", people);
                }
            }
            // Nobody's approval was ever taken who may not give one.
            if let (ReviewMove::Approved { .. }, Some(by)) = (&event.did, event.by) {
                prop_assert_eq!(before.may_approve(by), Ok(()));
                let is_author = before.proposed_by() == Some(by)
                    || before.content().and_then(|content| content.author) == Some(by);
                prop_assert!(!is_author || before.rule().author_may_approve());
                prop_assert!(before.rule().reviewers().is_none_or(|named| named.contains(&by)));
            }
        }
    }

    #[test]
    fn a_cosmetic_edit_is_no_event(attempts in proptest::collection::vec(attempt(), 1..40), rule in rule()) {
        let mut review = Review::default();
        for (at, attempt) in (0_i64..).zip(attempts) {
            if let Some(event) = try_it(&review, &attempt, &rule, at) {
                review.apply(&event);
            }
            if let Some(present) = review.content().cloned() {
                let renamed = Content { revision: present.revision + 1, ..present };
                prop_assert_eq!(review.content_changed(Some(person(0)), renamed, at), None);
            }
        }
    }
}

fn two() -> ReviewRule {
    ReviewRule::default()
}

fn proposed() -> Review {
    let mut review = Review::default();
    review.apply(&review.propose(person(0), content(0), two(), "", 0).unwrap());
    review
}

fn after(review: &Review, event: Result<ReviewEvent, MoveRefused>) -> Review {
    let mut next = review.clone();
    next.apply(&event.unwrap());
    next
}

#[test]
fn two_others_approve_and_the_author_may_not() {
    let review = proposed();
    assert_eq!(review.approve(person(0), "0", "", 1), Err(MoveRefused::Author));
    let once = after(&review, review.approve(person(1), "0", "", 1));
    assert_eq!((once.state(), once.missing()), (ReviewState::Proposed, 1));
    assert_eq!(once.approve(person(1), "0", "", 2), Err(MoveRefused::ApprovedAlready));
    assert_eq!(once.approve(person(2), "other", "", 2), Err(MoveRefused::Changed));
    let twice = after(&once, once.approve(person(2), "0", "", 2));
    assert_eq!(twice.state(), ReviewState::Approved);
    assert_eq!(twice.last_approved().unwrap().by, [person(1), person(2)]);
}

#[test]
fn a_material_edit_supersedes_and_restoring_brings_the_approvals_back() {
    let review = proposed();
    let review = after(&review, review.approve(person(1), "0", "", 1));
    let review = after(&review, review.approve(person(2), "0", "", 1));
    let review = after(&review, Ok(review.content_changed(Some(person(0)), content(1), 2).unwrap()));
    assert_eq!(review.state(), ReviewState::Superseded);
    assert_eq!((review.approvals().count(), review.stale_approvals().count()), (0, 2));
    assert_eq!(review.last_looked_at(person(1)), Some(&content(0)));
    let review = after(&review, review.propose(person(0), content(1), two(), "", 3));
    let review = after(&review, review.request_changes(person(1), "1", "Why so many?", 4));
    assert_eq!(review.restore(person(0), content(1), 5), Err(MoveRefused::NothingApproved));
    let review = after(&review, review.restore(person(0), content(0), 5));
    assert_eq!((review.state(), review.approvals().count()), (ReviewState::Approved, 1));
    assert_eq!(review.last_approved().unwrap().by, [person(1), person(2)]);
}

#[test]
fn an_override_needs_approvals_of_its_own_and_ends() {
    let review = proposed();
    let review = after(&review, review.approve(person(1), "0", "", 1));
    let long = review.override_verdict(person(2), OptionKind::Hybrid, ("Contract.", ""), 400 * DAY, 2);
    assert_eq!(long, Err(MoveRefused::Expiry));
    let silent = review.override_verdict(person(2), OptionKind::Hybrid, (" ", ""), 30 * DAY, 2);
    assert_eq!(silent, Err(MoveRefused::ReasonMissing));
    let review = after(
        &review,
        review.override_verdict(person(2), OptionKind::Hybrid, ("Contract.", ""), 30 * DAY, 2),
    );
    assert_eq!(review.missing(), 2);
    let review = after(&review, review.approve(person(1), "0", "", 3));
    let review = after(&review, review.approve(person(2), "0", "", 3));
    assert_eq!(review.last_approved().unwrap().option, Some(OptionKind::Hybrid));
    assert_eq!(review.expire_override(29 * DAY), Err(MoveRefused::NoOverride));
    let review = after(&review, review.expire_override(30 * DAY));
    assert_eq!((review.state(), review.missing()), (ReviewState::Proposed, 2));
    assert!(review.overridden().is_none() && review.reopened().is_some());
}

#[test]
fn new_prices_carry_approvals_over_or_open_again() {
    let review = proposed();
    let review = after(&review, review.approve(person(1), "0", "", 1));
    let review = after(&review, review.approve(person(2), "0", "", 1));
    let held = after(&review, Ok(review.repriced(content(1), Effect::Holds, 2).unwrap()));
    assert_eq!((held.state(), held.approvals().count()), (ReviewState::Approved, 2));
    let shrinks = Effect::MarginShrinks { from: 0.4, to: 0.02 };
    let opened = after(&review, Ok(review.repriced(content(1), shrinks, 2).unwrap()));
    assert_eq!((opened.state(), opened.missing()), (ReviewState::Proposed, 2));
    assert_eq!(
        opened.reopened().unwrap(),
        "New prices leave the answer, but its margin shrinks from 40% to 2%."
    );
    assert_eq!(review.repriced(content(0), shrinks, 2), None, "the same content is no news");
}

#[test]
fn an_open_concern_holds_the_approval_back() {
    let review = proposed();
    let review = after(&review, review.raise_concern(person(1), "Patient data", "", 1));
    let review = after(&review, review.approve(person(1), "0", "", 2));
    let review = after(&review, review.approve(person(2), "0", "", 2));
    assert_eq!((review.state(), review.missing()), (ReviewState::Proposed, 0));
    let others = review.resolve_concern(person(2), Role::Reviewer, 1, "So.", 3);
    assert_eq!(others, Err(MoveRefused::NotYourConcern));
    let review = after(&review, review.resolve_concern(person(1), Role::Reviewer, 1, "So.", 3));
    assert_eq!(review.state(), ReviewState::Approved);
}
