//! Laws of reviews: whatever people do in whichever order, nothing is approved that enough of the right people
//! did not agree to.
#![allow(clippy::unwrap_used)]

use domain::access::Role;
use domain::decision::OptionKind;
use domain::ids::AccountId;
use domain::review::{
    Content, Effect, MoveRefused, Review, ReviewEvent, ReviewMove, ReviewRule, ReviewState, RuleError,
    UnixSeconds,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

const DAY: UnixSeconds = 24 * 60 * 60;

fn person(number: u8) -> AccountId {
    Uuid::from_u128(u128::from(number)).into()
}

/// A revision by person 1, who writes everything in the worked examples.
fn content(hash: &str) -> Content {
    written_by(1, hash)
}

fn written_by(author: u8, hash: &str) -> Content {
    Content { hash: hash.to_owned(), revision: 1, authors: [person(author)].into() }
}

fn rule(approvals: u8) -> ReviewRule {
    ReviewRule::new(approvals, false, None, 14, 0.1).unwrap()
}

const FLIPS: Effect = Effect::Flips { from: Some(OptionKind::SelfHostedSlm), to: Some(OptionKind::SmallApi) };

/// Something somebody tries; most of it is refused most of the time, which is the point.
#[derive(Debug, Clone)]
enum Try {
    Propose { by: u8, hash: &'static str, author: Option<u8>, rule: ReviewRule },
    Approve { by: u8, seen: &'static str },
    RequestChanges { by: u8, seen: &'static str, reason: &'static str },
    Withdraw { by: u8, role: Role },
    RaiseConcern { by: u8, name: &'static str },
    ResolveConcern { by: u8, role: Role, number: u32 },
    Override { by: u8, option: OptionKind, days: i64 },
    ExpireOverride,
    Edit { by: u8, hash: &'static str },
    Reprice { hash: &'static str, effect: Effect },
    Restore { by: u8, hash: &'static str },
}

impl Try {
    /// The event, if the move may be made; why not, if it may not and says so.
    fn made_in(&self, review: &Review, at: UnixSeconds) -> Result<Option<ReviewEvent>, MoveRefused> {
        // New prices and restoring leave the authors of the inputs as they were.
        let same_authors = |hash: &str, of: Option<&Content>| Content {
            hash: hash.to_owned(),
            revision: of.map_or(1, |content| content.revision),
            authors: of.map(|content| content.authors.clone()).unwrap_or_default(),
        };
        match self.clone() {
            Self::Propose { by, hash, author, rule } => {
                let authors = author.map(person).into_iter().collect();
                let content = Content { hash: hash.to_owned(), revision: 1, authors };
                review.propose(person(by), content, rule, "", at).map(Some)
            }
            Self::Approve { by, seen } => review.approve(person(by), seen, "", at).map(Some),
            Self::RequestChanges { by, seen, reason } => {
                review.request_changes(person(by), seen, reason, at).map(Some)
            }
            Self::Withdraw { by, role } => review.withdraw(person(by), role, at).map(Some),
            Self::RaiseConcern { by, name } => review.raise_concern(person(by), name, "", at).map(Some),
            Self::ResolveConcern { by, role, number } => {
                review.resolve_concern(person(by), role, number, "Settled.", at).map(Some)
            }
            Self::Override { by, option, days } => review
                .override_verdict(person(by), option, ("A contract.", ""), at + days * DAY, at)
                .map(Some),
            Self::ExpireOverride => review.expire_override(at).map(Some),
            Self::Edit { by, hash } => Ok(review.content_changed(Some(person(by)), written_by(by, hash), at)),
            Self::Reprice { hash, effect } => {
                Ok(review.repriced(same_authors(hash, review.content()), effect, at))
            }
            Self::Restore { by, hash } => {
                let approved = review.last_approved().map(|approved| &approved.content);
                review.restore(person(by), same_authors(hash, approved), at).map(Some)
            }
        }
    }
}

fn somebody() -> impl Strategy<Value = u8> {
    1_u8..=4
}

fn some_hash() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("a"), 1 => Just("b"), 1 => Just("c")]
}

fn some_role() -> impl Strategy<Value = Role> {
    proptest::sample::select(Role::ALL.to_vec())
}

fn some_rule() -> impl Strategy<Value = ReviewRule> {
    let named = prop_oneof![
        3 => Just(None),
        1 => Just(Some(vec![person(2), person(3)])),
        1 => Just(Some(vec![person(1), person(3), person(4)])),
    ];
    (1_u8..=2, proptest::bool::weighted(0.2), named)
        .prop_map(|(approvals, author, named)| ReviewRule::new(approvals, author, named, 14, 0.1).unwrap())
}

fn some_effect() -> impl Strategy<Value = Effect> {
    prop_oneof![Just(Effect::Holds), Just(FLIPS), Just(Effect::MarginShrinks { from: 0.5, to: 0.05 }),]
}

fn some_try() -> impl Strategy<Value = Try> {
    let author = proptest::option::weighted(0.9, somebody());
    prop_oneof![
        4 => (somebody(), some_hash(), author, some_rule())
            .prop_map(|(by, hash, author, rule)| Try::Propose { by, hash, author, rule }),
        10 => (somebody(), some_hash()).prop_map(|(by, seen)| Try::Approve { by, seen }),
        1 => (somebody(), some_hash(), prop_oneof![Just("Not clear."), Just(" ")])
            .prop_map(|(by, seen, reason)| Try::RequestChanges { by, seen, reason }),
        1 => (somebody(), some_role()).prop_map(|(by, role)| Try::Withdraw { by, role }),
        2 => (somebody(), prop_oneof![Just("Data"), Just("")])
            .prop_map(|(by, name)| Try::RaiseConcern { by, name }),
        3 => (somebody(), some_role(), 0_u32..4)
            .prop_map(|(by, role, number)| Try::ResolveConcern { by, role, number }),
        1 => (somebody(), prop_oneof![Just(OptionKind::Hybrid), Just(OptionKind::SmallApi)], -1_i64..400)
            .prop_map(|(by, option, days)| Try::Override { by, option, days }),
        1 => Just(Try::ExpireOverride),
        2 => (somebody(), some_hash()).prop_map(|(by, hash)| Try::Edit { by, hash }),
        2 => (some_hash(), some_effect()).prop_map(|(hash, effect)| Try::Reprice { hash, effect }),
        3 => (somebody(), some_hash()).prop_map(|(by, hash)| Try::Restore { by, hash }),
    ]
}

/// Tries, each some days after the one before.
fn tries() -> impl Strategy<Value = Vec<(i64, Try)>> {
    proptest::collection::vec((0_i64..30, some_try()), 1..60)
}

/// What happened when these were tried one after the other, with the review after each event.
fn happened(tries: &[(i64, Try)]) -> Vec<(ReviewEvent, Review)> {
    let (mut review, mut now, mut log) = (Review::default(), 0, Vec::new());
    for (days, attempt) in tries {
        now += days * DAY;
        if let Ok(Some(event)) = attempt.made_in(&review, now) {
            review.apply(&event);
            log.push((event, review.clone()));
        }
    }
    log
}

/// The hash a content has now that had this one after the event at `start`: prices that changed nothing rename it.
fn renamed(hash: &str, start: usize, log: &[(ReviewEvent, Review)]) -> String {
    let mut hash = hash.to_owned();
    for step in log[start..].windows(2) {
        let before = step[0].1.content().unwrap();
        if let (ReviewMove::PricesHeld { content }, true) = (&step[1].0.did, before.hash == hash) {
            hash.clone_from(&content.hash);
        }
    }
    hash
}

/// People whose word stands after the last event of a log, read from the events alone: they agreed to the present
/// content, took nothing back, and the option in its place is the one they agreed to.
fn agreed(log: &[(ReviewEvent, Review)]) -> BTreeSet<AccountId> {
    let present = &log.last().unwrap().1.content().unwrap().hash;
    let mut people = BTreeSet::new();
    for (index, (event, _)) in log.iter().enumerate() {
        let (ReviewMove::Approved { hash, .. }, Some(by)) = (&event.did, event.by) else { continue };
        let over = log[index + 1..].iter().any(|(later, _)| match &later.did {
            ReviewMove::Overridden { .. } | ReviewMove::OverrideExpired => true,
            ReviewMove::ChangesRequested { .. } => later.by == Some(by),
            _ => false,
        });
        if !over && renamed(hash, index, log) == *present {
            people.insert(by);
        }
    }
    people
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_events_give_the_same_review(tries in tries()) {
        let log = happened(&tries);
        let events: Vec<ReviewEvent> = log.iter().map(|(event, _)| event.clone()).collect();
        for (index, (_, review)) in log.iter().enumerate() {
            prop_assert_eq!(&Review::replay(&events[..=index]), review);
            prop_assert_eq!(review.events(), index + 1);
        }
        // What is stored is JSON: it must mean the same when it is read again.
        let stored = serde_json::to_string(&events).unwrap();
        let read: Vec<ReviewEvent> = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(Review::replay(&read), Review::replay(&events));
    }

    /// In every review that is approved, no concern is open, and as many people as the rule asks for have an
    /// approval of the present content, each of whom the rule lets approve. How their approvals came there:
    ///
    /// - Unless the review was restored since, each of them made the move `approve` on this very content, and nobody
    ///   replaced the option since. New prices that changed nothing (`PricesHeld`) may have given the content another
    ///   hash in between: the approvals went with it, and nothing else carries one from a hash to another.
    /// - `Restored` brings back the approvals that made the content approved before: the same people, but for those
    ///   who requested changes to it since, the same rule and the same override as when it was last approved. Somebody whose earlier approval came to count only when
    ///   new prices gave the content the hash they had agreed to is not among them.
    #[test]
    fn approved_means_that_enough_of_the_right_people_agreed(tries in tries()) {
        let log = happened(&tries);
        for (index, (event, review)) in log.iter().enumerate() {
            if review.state() != ReviewState::Approved {
                continue;
            }
            let given: BTreeSet<AccountId> = review.approvals().map(|(by, _)| by).collect();
            prop_assert!(given.len() >= usize::from(review.rule().approvals()), "{:?}", log);
            prop_assert_eq!(review.missing(), 0);
            prop_assert_eq!(review.open_concerns().count(), 0);
            let hash = &review.content().unwrap().hash;
            prop_assert!(review.approvals().all(|(_, approval)| approval.hash == *hash));
            prop_assert!(given.iter().all(|by| review.may_approve(*by).is_ok()));
            let was_restored = |(event, _): &(ReviewEvent, Review)| matches!(event.did, ReviewMove::Restored { .. });
            if let Some(at) = log[..=index].iter().rposition(was_restored) {
                if at == index {
                    // Found again in the past: the last time it became approved.
                    let is_approved = |(_, past): &(ReviewEvent, Review)| past.state() == ReviewState::Approved;
                    let then = log[..index].iter().rposition(is_approved).unwrap();
                    let past = &log[then].1;
                    let before: BTreeSet<AccountId> = past.approvals().map(|(by, _)| by).collect();
                    let by: BTreeSet<AccountId> = past.last_approved().unwrap().by.iter().copied().collect();
                    // Whoever requested changes to this very content since does not agree to it any more.
                    let took_back = |step: usize| {
                        let (event, review) = &log[step];
                        let hash_now = renamed(&review.content().unwrap().hash, step, &log[..=index]);
                        let same = hash_now == *hash;
                        event.by.filter(|_| same && matches!(event.did, ReviewMove::ChangesRequested { .. }))
                    };
                    let gone: BTreeSet<AccountId> = (then + 1..index).filter_map(took_back).collect();
                    let left: BTreeSet<AccountId> = by.difference(&gone).copied().collect();
                    prop_assert!(given == left && given.is_subset(&before), "{:?} {:?} {:?}", given, left, before);
                    prop_assert_eq!(review.rule(), past.rule());
                    prop_assert_eq!(review.overridden(), past.overridden());
                }
            } else {
                let agreed = agreed(&log[..=index]);
                prop_assert!(given.is_subset(&agreed), "{:?} but {:?} after {:?}", given, agreed, event);
            }
            let last = review.last_approved().unwrap();
            prop_assert_eq!(&last.content.hash, hash);
            prop_assert_eq!(last.option, review.overridden().map(|overridden| overridden.option));
        }
    }

    #[test]
    fn nobody_behind_it_counts_unless_the_rule_says_so(tries in tries()) {
        for (_, review) in happened(&tries) {
            let given: BTreeSet<AccountId> = review.approvals().map(|(by, _)| by).collect();
            if !review.rule().author_may_approve() {
                prop_assert!(given.is_disjoint(&review.behind_it()), "{:?}", review);
            }
        }
    }

    /// Read from the events alone: whoever edited what is under review since something was last approved, or put the
    /// option there that stands in it, has no approval that counts.
    #[test]
    fn whoever_had_a_hand_in_it_since_the_last_approval_has_no_approval(tries in tries()) {
        let log = happened(&tries);
        for (index, (_, review)) in log.iter().enumerate().filter(|(_, (_, review))| !review.rule().author_may_approve()) {
            let begins_anew = |step: usize| {
                let (event, review) = &log[step];
                let is_over = step < index && review.state() == ReviewState::Approved;
                is_over || matches!(event.did, ReviewMove::Restored { .. })
            };
            let start = (0..=index).rev().find(|step| begins_anew(*step)).map_or(0, |step| step + 1);
            let editors = log[start..=index].iter().filter_map(|(event, _)| {
                event.by.filter(|_| matches!(event.did, ReviewMove::ContentChanged { .. }))
            });
            let overrode = review.overridden().map(|overridden| overridden.by);
            let hands: BTreeSet<AccountId> = editors.chain(overrode).collect();
            prop_assert!(review.approvals().all(|(by, _)| !hands.contains(&by)), "{:?} in {:?}", hands, log);
        }
    }

    #[test]
    fn only_people_whom_the_rule_names_count(tries in tries()) {
        for (_, review) in happened(&tries) {
            if let Some(named) = review.rule().reviewers() {
                prop_assert!(review.approvals().all(|(by, _)| named.contains(&by)));
            }
        }
    }

    /// A move that is refused gives nothing to store, and asking does not change the review; one that is not
    /// refused is an event of its time that counts.
    #[test]
    fn a_refused_move_leaves_nothing_behind(tries in tries()) {
        let (mut review, mut now) = (Review::default(), 0);
        for (days, attempt) in tries {
            now += days * DAY;
            let before = review.clone();
            let made = attempt.made_in(&review, now);
            prop_assert_eq!(&review, &before);
            // Asked again, the answer is the same: a move depends on nothing but the review and what it is given.
            prop_assert_eq!(&attempt.made_in(&review, now), &made);
            if let Ok(Some(event)) = made {
                prop_assert_eq!(event.at, now);
                review.apply(&event);
                prop_assert_eq!(review.events(), before.events() + 1);
            }
        }
    }

    #[test]
    fn the_same_hash_is_no_change(tries in tries(), by in somebody(), effect in some_effect()) {
        for (_, review) in happened(&tries) {
            let authors = [person(by)].into();
            let same = Content { revision: 99, authors, ..review.content().unwrap().clone() };
            prop_assert_eq!(review.content_changed(Some(person(by)), same.clone(), 1), None);
            prop_assert_eq!(review.repriced(same, effect, 1), None);
        }
    }

    #[test]
    fn nobody_is_late_but_with_what_waits_for_them(tries in tries()) {
        let log = happened(&tries);
        for (event, review) in &log {
            prop_assert_eq!(review.due_at().is_some(), review.state() == ReviewState::Proposed);
            let opened = matches!(
                event.did,
                ReviewMove::Proposed { .. } | ReviewMove::Reopened { .. } | ReviewMove::OverrideExpired
            );
            prop_assert!(!opened || !review.is_overdue(event.at));
        }
        for step in log.windows(2) {
            let was_approved = step[0].1.state() == ReviewState::Approved;
            prop_assert!(!was_approved || !step[1].1.is_overdue(step[1].0.at), "late as soon as it opens");
        }
    }
}

/// A review told step by step: a refusal where none is meant ends the test.
struct Story {
    review: Review,
    now: UnixSeconds,
}

impl Story {
    /// Person 1 proposes content `a`.
    fn proposed(rule: ReviewRule) -> Self {
        let mut story = Self { review: Review::default(), now: 0 };
        story.goes(|review, at| review.propose(person(1), content("a"), rule, "Please look.", at));
        story
    }

    /// Persons 2 and 3 have agreed to content `a`.
    fn approved() -> Self {
        let mut story = Self::proposed(rule(2));
        story.approves(2, "a").approves(3, "a");
        assert_eq!(story.review.state(), ReviewState::Approved);
        story
    }

    fn goes(
        &mut self,
        make: impl FnOnce(&Review, UnixSeconds) -> Result<ReviewEvent, MoveRefused>,
    ) -> &mut Self {
        self.now += DAY;
        let event = make(&self.review, self.now).unwrap();
        self.review.apply(&event);
        self
    }

    fn approves(&mut self, by: u8, seen: &str) -> &mut Self {
        self.goes(|review, at| review.approve(person(by), seen, "Fine.", at))
    }

    fn edited(&mut self, by: u8, hash: &str) -> &mut Self {
        self.goes(|review, at| {
            Ok(review.content_changed(Some(person(by)), written_by(by, hash), at).unwrap())
        })
    }

    fn proposes(&mut self, by: u8, author: u8, hash: &str) -> &mut Self {
        self.goes(|review, at| review.propose(person(by), written_by(author, hash), rule(2), "", at))
    }

    fn repriced(&mut self, hash: &str, effect: Effect) -> &mut Self {
        self.goes(|review, at| Ok(review.repriced(content(hash), effect, at).unwrap()))
    }

    fn overrides(&mut self, by: u8, days: i64) -> &mut Self {
        self.goes(|review, at| {
            let reason = ("A contract binds us.", "");
            review.override_verdict(person(by), OptionKind::Hybrid, reason, at + days * DAY, at)
        })
    }

    fn restores(&mut self, hash: &str) -> &mut Self {
        self.goes(|review, at| review.restore(person(1), content(hash), at))
    }

    #[track_caller]
    fn is(&self, state: ReviewState, approvals: &[u8]) {
        assert_eq!(self.review.state(), state);
        let given: Vec<AccountId> = self.review.approvals().map(|(by, _)| by).collect();
        let expected: Vec<AccountId> = approvals.iter().copied().map(person).collect();
        assert_eq!(given, expected);
    }
}

#[test]
fn two_reviewers_approve_and_the_author_cannot() {
    let mut story = Story::proposed(rule(2));
    assert_eq!(story.review.approve(person(1), "a", "", 9), Err(MoveRefused::Author));
    story.approves(2, "a").is(ReviewState::Proposed, &[2]);
    assert_eq!(story.review.approve(person(2), "a", "", 9), Err(MoveRefused::ApprovedAlready));
    assert_eq!(story.review.missing(), 1);
    assert!(story.review.waits_for(person(3)) && !story.review.waits_for(person(2)));
    story.approves(3, "a").is(ReviewState::Approved, &[2, 3]);
    assert_eq!(story.review.approve(person(4), "a", "", 9), Err(MoveRefused::NotProposed));
}

#[test]
fn whoever_wrote_it_cannot_approve_what_somebody_else_proposed() {
    let mut story = Story { review: Review::default(), now: 0 };
    story.proposes(1, 2, "a");
    for by in [1, 2] {
        assert_eq!(story.review.approve(person(by), "a", "", 9), Err(MoveRefused::Author));
    }
    story.approves(3, "a").approves(4, "a").is(ReviewState::Approved, &[3, 4]);
}

#[test]
fn a_small_edit_makes_nobody_a_reviewer_of_their_own_work() {
    let mut story = Story::proposed(rule(2));
    story.edited(2, "b").edited(3, "c");
    for by in [1, 2, 3] {
        assert_eq!(story.review.approve(person(by), "c", "", 9), Err(MoveRefused::Author));
    }
    assert_eq!(story.review.behind_it(), [1, 2, 3].map(person).into());
    story.approves(4, "c").approves(5, "c").is(ReviewState::Approved, &[4, 5]);
    // What was approved was looked at: whoever goes on from there begins anew.
    story.edited(2, "d").proposes(2, 2, "d");
    assert_eq!(story.review.behind_it(), [person(2)].into());
    story.approves(1, "d").approves(3, "d").is(ReviewState::Approved, &[1, 3]);
}

#[test]
fn what_nobody_is_known_to_have_changed_keeps_its_authors() {
    let mut story = Story::approved();
    // Decided with other prices on the way, say, when somebody renamed it.
    let nobody = Content { authors: BTreeSet::new(), ..content("b") };
    story.goes(|review, at| Ok(review.content_changed(Some(person(4)), nobody, at).unwrap()));
    story.proposes(4, 4, "b");
    assert_eq!(story.review.behind_it(), [1, 4].map(person).into());
    assert_eq!(story.review.approve(person(1), "b", "", 9), Err(MoveRefused::Author));
}

#[test]
fn opening_again_does_not_let_the_author_in_by_an_edit_of_somebody_else() {
    let mut story = Story::approved();
    story.repriced("b", FLIPS).edited(2, "c");
    for by in [1, 2] {
        assert_eq!(story.review.approve(person(by), "c", "", 9), Err(MoveRefused::Author));
    }
}

#[test]
fn whoever_put_an_option_there_does_not_agree_to_it() {
    let mut story = Story::proposed(rule(2));
    story.overrides(4, 30);
    assert_eq!(story.review.approve(person(4), "a", "", 9), Err(MoveRefused::Author));
    assert!(!story.review.waits_for(person(4)) && story.review.waits_for(person(2)));
    story.approves(2, "a").is(ReviewState::Proposed, &[2]);
    // They may think again, and put another one there.
    assert_eq!(story.review.may_override(person(4)), Ok(()));
    story.overrides(4, 60).is(ReviewState::Proposed, &[]);
    story.approves(2, "a").approves(3, "a").is(ReviewState::Approved, &[2, 3]);
    // Once it is over they are a reviewer like any other.
    story.now += 60 * DAY;
    story.goes(|review, at| review.expire_override(at));
    story.approves(4, "a").is(ReviewState::Proposed, &[4]);
}

#[test]
fn whoever_put_an_option_there_agrees_where_the_rule_lets_authors() {
    let mut story = Story::proposed(ReviewRule::new(1, true, None, 14, 0.1).unwrap());
    story.overrides(4, 30).approves(4, "a").is(ReviewState::Approved, &[4]);
}

#[test]
fn an_author_approves_where_the_rule_lets_them() {
    let mut story = Story::proposed(ReviewRule::new(1, true, None, 14, 0.1).unwrap());
    story.approves(1, "a").is(ReviewState::Approved, &[1]);
}

#[test]
fn only_named_reviewers_approve() {
    let named = ReviewRule::new(1, false, Some(vec![person(3)]), 14, 0.1).unwrap();
    let mut story = Story::proposed(named);
    assert_eq!(story.review.approve(person(2), "a", "", 9), Err(MoveRefused::NotNamed));
    story.approves(3, "a").is(ReviewState::Approved, &[3]);
    assert_eq!(
        ReviewRule::new(2, false, Some(vec![person(3), person(3)]), 14, 0.1),
        Err(RuleError::Reviewers)
    );
}

#[test]
fn an_answer_to_what_it_was_before_an_edit_is_refused() {
    let mut story = Story::proposed(rule(2));
    story.edited(1, "b");
    assert_eq!(story.review.approve(person(2), "a", "", 9), Err(MoveRefused::Changed));
    assert_eq!(story.review.request_changes(person(2), "a", "No.", 9), Err(MoveRefused::Changed));
}

#[test]
fn a_material_edit_makes_approvals_stale_and_undoing_it_brings_them_back() {
    let mut story = Story::proposed(rule(2));
    story.approves(2, "a").edited(1, "b").is(ReviewState::Proposed, &[]);
    let stale: Vec<AccountId> = story.review.stale_approvals().map(|(by, _)| by).collect();
    assert_eq!(stale, [person(2)]);
    assert_eq!(story.review.last_looked_at(person(2)), Some(&content("a")));
    story.edited(1, "a").is(ReviewState::Proposed, &[2]);
    story.approves(3, "a").is(ReviewState::Approved, &[2, 3]);
    story.edited(1, "b").is(ReviewState::Superseded, &[]);
    assert_eq!(story.review.last_approved().unwrap().content, content("a"));
    // Undoing the edit leaves the proposing to people.
    story.edited(1, "a").is(ReviewState::Superseded, &[2, 3]);
    story.proposes(1, 1, "a").is(ReviewState::Approved, &[2, 3]);
}

#[test]
fn who_proposes_what_they_once_approved_does_not_count_twice() {
    let mut story = Story::proposed(rule(2));
    story.approves(2, "a").goes(|review, at| review.withdraw(person(1), Role::Editor, at));
    story.proposes(2, 1, "a").is(ReviewState::Proposed, &[]);
    story.approves(3, "a").is(ReviewState::Proposed, &[3]);
    story.approves(4, "a").is(ReviewState::Approved, &[3, 4]);
}

#[test]
fn who_wrote_the_same_content_anew_does_not_count() {
    let mut story = Story::proposed(rule(2));
    story.approves(2, "a").edited(2, "b").edited(2, "a").is(ReviewState::Proposed, &[]);
    story.approves(3, "a").is(ReviewState::Proposed, &[3]);
}

#[test]
fn a_later_rule_counts_only_the_people_it_names() {
    let mut story = Story::proposed(rule(2));
    story.approves(2, "a").goes(|review, at| review.withdraw(person(1), Role::Editor, at));
    let named = ReviewRule::new(1, false, Some(vec![person(3)]), 14, 0.1).unwrap();
    story.goes(|review, at| review.propose(person(1), content("a"), named, "", at));
    story.is(ReviewState::Proposed, &[]);
}

#[test]
fn a_concern_blocks_until_it_is_settled_by_its_raiser_or_an_admin() {
    let mut story = Story::proposed(rule(1));
    story.goes(|review, at| review.raise_concern(person(2), "Privacy", "Where do logs go?", at));
    story.approves(3, "a").is(ReviewState::Proposed, &[3]);
    assert_eq!(
        story.review.resolve_concern(person(3), Role::Reviewer, 1, "Fine.", 9),
        Err(MoveRefused::NotYourConcern)
    );
    assert_eq!(
        story.review.resolve_concern(person(2), Role::Reviewer, 2, "Fine.", 9),
        Err(MoveRefused::NoSuchConcern)
    );
    assert_eq!(
        story.review.resolve_concern(person(2), Role::Reviewer, 1, " ", 9),
        Err(MoveRefused::ReasonMissing)
    );
    story.goes(|review, at| review.resolve_concern(person(4), Role::Admin, 1, "They stay here.", at));
    story.is(ReviewState::Approved, &[3]);
}

#[test]
fn each_text_of_a_concern_is_held_to_its_own_limit() {
    let story = Story::proposed(rule(1));
    let raise = |name: usize, text: usize| {
        let (name, text) = ("ü".repeat(name), "ü".repeat(text));
        story.review.raise_concern(person(2), &format!(" {name} "), &text, 9).err()
    };
    assert_eq!(raise(120, 4_000), None);
    assert_eq!(raise(121, 4_000), Some(MoveRefused::ConcernNameTooLong));
    assert_eq!(raise(4_001, 0), Some(MoveRefused::ConcernNameTooLong));
    assert_eq!(raise(120, 4_001), Some(MoveRefused::TooLong));
    assert!(MoveRefused::ConcernNameTooLong.to_string().contains("name of a concern"));
    assert!(MoveRefused::ConcernNameTooLong.to_string().contains("120 characters"));
}

#[test]
fn a_concern_about_something_approved_opens_it_with_time_to_answer() {
    let mut story = Story::approved();
    story.now += 300 * DAY;
    story.goes(|review, at| review.raise_concern(person(4), "Quality", "", at));
    story.is(ReviewState::Proposed, &[2, 3]);
    assert!(!story.review.is_overdue(story.now));
    assert_eq!(story.review.due_at(), Some(story.now + 14 * DAY));
    story.goes(|review, at| review.resolve_concern(person(4), Role::Reviewer, 1, "Measured.", at));
    story.is(ReviewState::Approved, &[2, 3]);
}

#[test]
fn an_override_takes_new_approvals_and_opens_again_at_its_end() {
    let mut story = Story::approved();
    story.now += 300 * DAY;
    story.overrides(4, 30).is(ReviewState::Proposed, &[]);
    assert!(!story.review.is_overdue(story.now));
    story.approves(2, "a").approves(3, "a").is(ReviewState::Approved, &[2, 3]);
    assert_eq!(story.review.last_approved().unwrap().option, Some(OptionKind::Hybrid));
    assert_eq!(story.review.expire_override(story.now), Err(MoveRefused::NoOverride));
    story.now += 30 * DAY;
    story.goes(|review, at| review.expire_override(at)).is(ReviewState::Proposed, &[]);
    assert!(story.review.overridden().is_none() && story.review.reopened().is_some());
}

#[test]
fn an_override_ends_within_a_year_and_has_a_reason() {
    let story = Story::proposed(rule(2));
    let put = |by, reason, days| {
        story.review.override_verdict(person(by), OptionKind::Hybrid, (reason, ""), days * DAY, 0).err()
    };
    assert_eq!(put(2, "Why", 366), None);
    assert_eq!(put(2, "Why", 367), Some(MoveRefused::Expiry));
    assert_eq!(put(2, "Why", 0), Some(MoveRefused::Expiry));
    assert_eq!(put(2, "", 1), Some(MoveRefused::ReasonMissing));
    assert_eq!(put(1, "Why", 1), Some(MoveRefused::Author));
}

#[test]
fn new_prices_that_change_nothing_carry_approvals_over() {
    let mut story = Story::approved();
    story.repriced("b", Effect::Holds).is(ReviewState::Approved, &[2, 3]);
    assert_eq!(story.review.last_approved().unwrap().content.hash, "b");
    assert!(story.review.approvals().all(|(_, given)| given.hash == "b"));
}

#[test]
fn new_prices_that_change_the_answer_open_it_again() {
    let mut story = Story::approved();
    story.repriced("b", FLIPS).is(ReviewState::Proposed, &[]);
    assert_eq!(story.review.reopened().unwrap(), FLIPS.sentence());
    assert_eq!(story.review.due_at(), Some(story.now + 14 * DAY));
    story.approves(2, "b").approves(4, "b").is(ReviewState::Approved, &[2, 4]);
    assert_eq!(story.review.reopened(), None);
}

#[test]
fn asking_for_changes_takes_back_ones_own_approval_and_leaves_what_was_approved() {
    let mut story = Story::approved();
    story.edited(1, "b").proposes(1, 1, "b").approves(2, "b");
    assert_eq!(story.review.request_changes(person(2), "b", " ", 9), Err(MoveRefused::ReasonMissing));
    story.goes(|review, at| review.request_changes(person(2), "b", "Volume is a guess.", at));
    story.is(ReviewState::ChangesRequested, &[]);
    assert_eq!(story.review.last_approved().unwrap().content, content("a"));
    story.restores("a").is(ReviewState::Approved, &[2, 3]);
    assert_eq!(story.review.changes_wanted(), None);
    assert_eq!(story.review.restore(person(1), content("a"), 99 * DAY), Err(MoveRefused::NothingApproved));
}

#[test]
fn only_what_was_approved_can_be_restored() {
    let mut story = Story::proposed(rule(2));
    assert_eq!(story.review.restore(person(1), content("a"), 9), Err(MoveRefused::NothingApproved));
    story.approves(2, "a").approves(3, "a").edited(1, "b");
    assert_eq!(story.review.restore(person(1), content("b"), 9), Err(MoveRefused::NothingApproved));
}

#[test]
fn restoring_brings_back_the_approvals_that_an_override_cleared() {
    let mut story = Story::approved();
    story.overrides(4, 30).restores("a").is(ReviewState::Approved, &[2, 3]);
    assert_eq!(story.review.overridden(), None);
}

#[test]
fn restoring_brings_back_the_override_that_was_approved() {
    let mut story = Story::proposed(rule(2));
    story.overrides(4, 30).approves(2, "a").approves(3, "a").edited(1, "b").restores("a");
    story.is(ReviewState::Approved, &[2, 3]);
    assert_eq!(story.review.overridden().unwrap().option, OptionKind::Hybrid);
}

#[test]
fn nobody_agreed_to_what_an_override_stood_in_for() {
    let mut story = Story::proposed(rule(2));
    story.overrides(4, 30).approves(2, "a").approves(3, "a");
    story.now += 30 * DAY;
    story.goes(|review, at| review.expire_override(at)).is(ReviewState::Proposed, &[]);
    assert_eq!(story.review.restore(person(1), content("a"), story.now), Err(MoveRefused::NothingApproved));
}

#[test]
fn restoring_is_no_way_around_a_concern() {
    let mut story = Story::approved();
    story.goes(|review, at| review.raise_concern(person(4), "Privacy", "", at));
    story.restores("a").is(ReviewState::Proposed, &[2, 3]);
    story.goes(|review, at| review.resolve_concern(person(4), Role::Reviewer, 1, "Settled.", at));
    story.is(ReviewState::Approved, &[2, 3]);
}

#[test]
fn restoring_settles_concerns_about_the_content_that_gives_way() {
    let mut story = Story::approved();
    story.edited(1, "b").proposes(1, 1, "b");
    story.goes(|review, at| review.raise_concern(person(4), "Volume", "", at));
    story.restores("a").is(ReviewState::Approved, &[2, 3]);
    assert!(story.review.concerns()[0].resolved.is_some());
}

#[test]
fn an_edit_in_between_is_no_way_around_a_concern() {
    let mut story = Story::approved();
    story.goes(|review, at| review.raise_concern(person(4), "Privacy", "", at));
    story.edited(1, "b").restores("a").is(ReviewState::Proposed, &[2, 3]);
    assert_eq!(story.review.open_concerns().count(), 1);
}

#[test]
fn restoring_ends_what_new_prices_opened() {
    let mut story = Story::approved();
    story.repriced("b", FLIPS).restores("a").is(ReviewState::Approved, &[2, 3]);
    assert_eq!(story.review.reopened(), None);
}

#[test]
fn only_the_proposer_or_an_admin_withdraws() {
    let mut story = Story::proposed(rule(2));
    assert_eq!(story.review.withdraw(person(2), Role::Reviewer, 9), Err(MoveRefused::NotYours));
    assert!(story.review.withdraw(person(2), Role::Admin, 9).is_ok());
    story.goes(|review, at| review.withdraw(person(1), Role::Editor, at));
    story.is(ReviewState::Withdrawn, &[]);
    assert_eq!(story.review.withdraw(person(1), Role::Editor, 9), Err(MoveRefused::NothingToWithdraw));
}

#[test]
fn a_draft_has_nothing_that_could_change() {
    let draft = Review::default();
    assert_eq!(draft.content_changed(None, content("a"), 9), None);
    assert_eq!(draft.repriced(content("a"), FLIPS, 9), None);
    assert_eq!(draft.approve(person(2), "a", "", 9), Err(MoveRefused::NotProposed));
}
