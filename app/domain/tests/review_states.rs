//! The diagram of `docs/review-states.md` shows the moves that the code makes, all of them and no others.
#![allow(clippy::unwrap_used)]

use domain::access::Role;
use domain::decision::OptionKind;
use domain::ids::AccountId;
use domain::review::{Content, Effect, Review, ReviewEvent, ReviewRule};
use std::collections::{BTreeSet, VecDeque};
use uuid::Uuid;

type Arrow = (String, String, &'static str);

fn person(number: u128) -> AccountId {
    Uuid::from_u128(number).into()
}

fn content(hash: &str) -> Content {
    Content { hash: hash.to_owned(), revision: 1, authors: [person(1)].into() }
}

fn rule(approvals: u8) -> ReviewRule {
    ReviewRule::new(approvals, false, None, 14, 0.1).unwrap()
}

/// Everything that may happen to a review now, with the name of the move.
fn moves(review: &Review, approvals: u8, at: i64) -> Vec<(&'static str, ReviewEvent)> {
    let flips = Effect::Flips { from: Some(OptionKind::SmallApi), to: Some(OptionKind::Hybrid) };
    let seen = review.content().map_or(String::new(), |content| content.hash.clone());
    let mut all: Vec<(&'static str, Option<ReviewEvent>)> = Vec::new();
    for hash in ["a", "b"] {
        all.push(("propose", review.propose(person(1), content(hash), rule(approvals), "", at).ok()));
        all.push(("content_changed", review.content_changed(Some(person(1)), content(hash), at)));
        all.push(("restore", review.restore(person(1), content(hash), at).ok()));
        // Only what people count on is decided anew when prices change.
        let is_open = matches!(
            review.state(),
            domain::review::ReviewState::Proposed | domain::review::ReviewState::Approved
        );
        if is_open {
            all.push(("prices_held", review.repriced(content(hash), Effect::Holds, at)));
            all.push(("reopened", review.repriced(content(hash), flips, at)));
        }
    }
    for reviewer in [2, 3, 4] {
        let by = person(reviewer);
        all.push(("approve", review.approve(by, &seen, "", at).ok()));
        all.push(("request_changes", review.request_changes(by, &seen, "Why?", at).ok()));
        // One concern at a time is enough to see what concerns do.
        if review.open_concerns().next().is_none() && review.concerns().len() < 2 {
            all.push(("raise_concern", review.raise_concern(by, "Data", "", at).ok()));
        }
        for number in 1..=2 {
            let settled = review.resolve_concern(by, Role::Admin, number, "Settled.", at).ok();
            all.push(("resolve_concern", settled));
        }
        if review.overridden().is_none() {
            let reason = ("Contract.", "");
            all.push(("override", review.override_verdict(by, OptionKind::Hybrid, reason, at + 10, at).ok()));
        }
    }
    all.push(("withdraw", review.withdraw(person(1), Role::Editor, at).ok()));
    // As if its time were over.
    all.push(("override_expired", review.expire_override(at + 1_000_000).ok()));
    all.into_iter().filter_map(|(name, event)| Some((name, event?))).collect()
}

/// Every arrow that a few moves in any order lead along, whether one approval is enough or two are needed.
fn arrows_of_the_code() -> BTreeSet<Arrow> {
    [1, 2].into_iter().flat_map(arrows_where).collect()
}

fn arrows_where(needed: u8) -> BTreeSet<Arrow> {
    const DEEPEST: i64 = 8;
    let mut arrows = BTreeSet::new();
    let mut known = BTreeSet::new();
    let mut open = VecDeque::from([(Review::default(), 0_i64)]);
    while let Some((review, depth)) = open.pop_front() {
        for (name, event) in moves(&review, needed, depth * 100) {
            let mut next = review.clone();
            next.apply(&event);
            arrows.insert((review.state().key().to_owned(), next.state().key().to_owned(), name));
            // Two reviews that differ only in times and counts allow the same moves.
            let approvals: Vec<_> = next.approvals().map(|(by, _)| by).collect();
            let stale: Vec<_> = next.stale_approvals().map(|(by, given)| (by, given.hash.clone())).collect();
            let concerns: Vec<_> = next.concerns().iter().map(|concern| concern.resolved.is_some()).collect();
            let key = format!(
                "{:?} {:?} {approvals:?} {stale:?} {concerns:?} {} {:?} {:?}",
                next.state(),
                next.content().map(|content| &content.hash),
                next.overridden().is_some(),
                next.last_approved().map(|approved| &approved.content.hash),
                next.last_approved().map(|approved| (&approved.by, approved.option)),
            );
            if depth < DEEPEST && known.insert(key) {
                open.push_back((next, depth + 1));
            }
        }
    }
    arrows
}

const NAMES: [&str; 12] = [
    "propose",
    "approve",
    "request_changes",
    "withdraw",
    "raise_concern",
    "resolve_concern",
    "override",
    "override_expired",
    "content_changed",
    "prices_held",
    "reopened",
    "restore",
];

fn arrows_of_the_diagram() -> BTreeSet<Arrow> {
    let text = include_str!("../../../docs/review-states.md");
    // The arrow into the first state is no move.
    let arrows = text.lines().map(str::trim).filter(|line| line.contains("--") && !line.starts_with("[*]"));
    arrows
        .map(|line| {
            let parts =
                line.split_once(" --> ").and_then(|(from, rest)| Some((from, rest.split_once(": ")?)));
            let (from, (to, name)) = parts.unwrap_or_else(|| panic!("no arrow with a move: {line}"));
            let name = NAMES.into_iter().find(|known| *known == name);
            (from.to_owned(), to.to_owned(), name.unwrap_or_else(|| panic!("no move: {line}")))
        })
        .collect()
}

#[test]
fn the_diagram_shows_the_moves_of_the_code() {
    let (code, diagram) = (arrows_of_the_code(), arrows_of_the_diagram());
    let missing: Vec<_> = code.difference(&diagram).collect();
    let extra: Vec<_> = diagram.difference(&code).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}\nnot so: {extra:#?}");
}
