//! Ways around the rule for approvals that must stay closed. Each asks only for the outcome.
#![allow(clippy::unwrap_used)]

use domain::access::Role;
use domain::decision::OptionKind;
use domain::ids::AccountId;
use domain::review::{Content, Effect, MoveRefused, Review, ReviewEvent, ReviewRule, ReviewState};

const DAY: i64 = 24 * 60 * 60;

fn person(number: u128) -> AccountId {
    uuid::Uuid::from_u128(number + 1).into()
}

fn content(hash: &str, author: u128) -> Content {
    Content { hash: hash.to_owned(), revision: 1, authors: [person(author)].into() }
}

/// The review after an event, or as it was when the move is refused.
fn tried(review: &Review, event: Result<ReviewEvent, MoveRefused>) -> Review {
    let mut next = review.clone();
    if let Ok(event) = event {
        next.apply(&event);
    }
    next
}

fn proposed(rule: ReviewRule) -> Review {
    let review = Review::default();
    tried(&review, review.propose(person(0), content("a", 0), rule, "", 0))
}

fn approved() -> Review {
    let mut review = proposed(ReviewRule::default());
    for by in [1, 2] {
        review = tried(&review, review.approve(person(by), "a", "", 1));
    }
    assert_eq!(review.state(), ReviewState::Approved);
    review
}

#[test]
fn restoring_does_not_settle_a_concern_about_what_was_approved() {
    let review = approved();
    let review = tried(&review, review.raise_concern(person(3), "Privacy", "", 2));
    let review = tried(&review, review.restore(person(0), content("a", 0), 3));
    assert_ne!(review.state(), ReviewState::Approved);
    assert_eq!(review.open_concerns().count(), 1);
}

#[test]
fn restoring_does_not_approve_an_answer_that_only_an_override_was_approved_for() {
    let review = proposed(ReviewRule::default());
    let reason = ("Contract", "");
    let review = tried(&review, review.override_verdict(person(3), OptionKind::SmallApi, reason, 9 * DAY, 1));
    let review = tried(&review, review.approve(person(1), "a", "", 2));
    let review = tried(&review, review.approve(person(2), "a", "", 2));
    assert_eq!(review.state(), ReviewState::Approved);
    let edited = tried(&review, Ok(review.content_changed(Some(person(0)), content("b", 0), 3).unwrap()));
    let restored = tried(&edited, edited.restore(person(0), content("a", 0), 4));
    assert!(
        restored.state() != ReviewState::Approved || restored.overridden().is_some(),
        "the engine's answer is approved by nobody"
    );
    let expired = tried(&review, review.expire_override(9 * DAY));
    let restored = tried(&expired, expired.restore(person(0), content("a", 0), 10 * DAY));
    assert_ne!(restored.state(), ReviewState::Approved);
}

#[test]
fn what_is_restored_has_the_approvals_it_had() {
    let review = approved();
    let review = tried(&review, Ok(review.content_changed(Some(person(0)), content("b", 0), 2).unwrap()));
    let review = tried(&review, review.propose(person(1), content("b", 0), ReviewRule::default(), "", 3));
    let review = tried(&review, review.approve(person(2), "b", "", 4));
    let review = tried(&review, review.request_changes(person(3), "b", "Why?", 5));
    let review = tried(&review, review.restore(person(0), content("a", 0), 6));
    assert_eq!((review.state(), review.approvals().count()), (ReviewState::Approved, 2));
    assert_eq!(review.missing(), 0);
}

#[test]
fn who_approved_and_proposes_the_same_later_is_no_second_pair_of_eyes() {
    let review = proposed(ReviewRule::default());
    let review = tried(&review, review.approve(person(1), "a", "", 1));
    let review = tried(&review, review.withdraw(person(0), Role::Editor, 2));
    let review = tried(&review, review.propose(person(1), content("a", 0), ReviewRule::default(), "", 3));
    let review = tried(&review, review.approve(person(2), "a", "", 4));
    assert_eq!(review.state(), ReviewState::Proposed);
}

#[test]
fn an_approval_does_not_count_under_a_later_rule_that_names_others() {
    let named = ReviewRule::new(1, false, Some(vec![person(3)]), 14, 0.1).unwrap();
    let review = proposed(ReviewRule::default());
    let review = tried(&review, review.approve(person(1), "a", "", 1));
    let review = tried(&review, review.withdraw(person(0), Role::Editor, 2));
    let review = tried(&review, review.propose(person(0), content("a", 0), named, "", 3));
    assert_eq!(review.state(), ReviewState::Proposed);
}

#[test]
fn what_is_opened_again_is_not_late_at_once() {
    let review = approved();
    let concern = tried(&review, review.raise_concern(person(3), "Privacy", "", 100 * DAY));
    assert!(!concern.is_overdue(101 * DAY));
    let reason = ("Contract", "");
    let expiry = 120 * DAY;
    let overridden =
        tried(&review, review.override_verdict(person(3), OptionKind::SmallApi, reason, expiry, 100 * DAY));
    assert!(!overridden.is_overdue(101 * DAY));
}

#[test]
fn who_takes_an_approval_back_is_not_counted_after_restoring() {
    let review = approved();
    let review = tried(&review, review.raise_concern(person(3), "Privacy", "", 2));
    let review = tried(&review, review.request_changes(person(1), "a", "I was wrong.", 3));
    let review = tried(&review, review.resolve_concern(person(3), Role::Reviewer, 1, "Settled.", 4));
    let review = tried(&review, review.restore(person(0), content("a", 0), 5));
    assert_ne!(review.state(), ReviewState::Approved);
}

#[test]
fn prices_that_hold_move_what_can_be_restored_along() {
    let review = approved();
    let review = tried(&review, Ok(review.repriced(content("a2", 0), Effect::Holds, 2).unwrap()));
    let review = tried(&review, Ok(review.content_changed(Some(person(0)), content("b", 0), 3).unwrap()));
    let review = tried(&review, review.restore(person(0), content("a2", 0), 4));
    assert_eq!((review.state(), review.approvals().count()), (ReviewState::Approved, 2));
}

#[test]
fn who_only_renamed_something_is_not_its_author_after_new_prices() {
    let review = approved();
    // Person 1 approved it and then changed its name: the newest revision is theirs, the inputs are not.
    let review = tried(&review, Ok(review.repriced(content("a2", 1), Effect::Holds, 2).unwrap()));
    assert_eq!((review.state(), review.approvals().count(), review.missing()), (ReviewState::Approved, 2, 0));
}

#[test]
fn who_wrote_it_stays_its_author_when_others_rename_and_propose_it() {
    let review = proposed(ReviewRule::default());
    let review = tried(&review, review.withdraw(person(0), Role::Editor, 1));
    let review = tried(&review, review.propose(person(4), content("a", 4), ReviewRule::default(), "", 2));
    assert_eq!(review.approve(person(0), "a", "", 3), Err(MoveRefused::Author));
    assert_eq!(review.approve(person(4), "a", "", 3), Err(MoveRefused::Author));
}

#[test]
fn prices_that_hold_leave_the_author_of_what_was_approved_alone() {
    let review = approved();
    let flips = Effect::Flips { from: Some(OptionKind::Hybrid), to: Some(OptionKind::SmallApi) };
    let review = tried(&review, Ok(review.repriced(content("b", 0), flips, 2).unwrap()));
    // Person 2, who approved it, edits it back, so that this revision of the same content is theirs.
    let review = tried(&review, Ok(review.content_changed(Some(person(2)), content("a", 2), 3).unwrap()));
    let review = tried(&review, Ok(review.repriced(content("a2", 2), Effect::Holds, 4).unwrap()));
    let review = tried(&review, review.restore(person(1), content("a2", 1), 5));
    assert!(review.state() != ReviewState::Approved || review.missing() == 0);
}
