//! What is sent for the moves in a review: each is about a use case of its own, in the state that the move wants.

use domain::{review::ReviewRule, use_case::Field};
use store::{Scope, UseCaseId};
use time::{OffsetDateTime, macros::format_description};

use super::{Form, Trace, recorded};
use crate::{matrix::Who, people::Person, world::World};

/// The form of a move. In the case “one’s own” the caller made what the move is about, else the first admin did.
pub async fn form(world: &World, rest: &str, case: &str, (who, caller): (Who, &Person)) -> Form {
    let author = if case == "one’s own" { in_first_workspace(world, caller) } else { world.ada.scope };
    let id = world.new_use_case().await;
    let use_case = || ("use_case", id.to_string());
    let words = |name: &'static str| (name, "As agreed on Monday".to_owned());
    if rest == "propose" {
        return recorded([use_case(), ("seen", content(world, id).await)]);
    }
    propose(world, author, id).await;
    let seen = content(world, id).await;
    match rest {
        "approve" => recorded([use_case(), ("seen", seen)]),
        "approve-all" => Form {
            // What another workspace has is counted as refused, like anything else that is not there.
            trace: if who == Who::Other { Trace::Nothing } else { Trace::Entry },
            ..recorded([("ticked[0]", format!("{id} {seen}")), words("reason")])
        },
        "request-changes" => recorded([use_case(), ("seen", seen), words("reason")]),
        "withdraw" => recorded([use_case()]),
        "raise-concern" => recorded([use_case(), words("name"), words("text")]),
        "resolve-concern" => {
            raise_concern(world, author, id).await;
            recorded([use_case(), ("number", "1".to_owned()), words("how")])
        }
        "override" => {
            let until = OffsetDateTime::now_utc() + time::Duration::days(30);
            let until = until.format(format_description!("[year]-[month]-[day]")).unwrap();
            recorded([use_case(), ("option", "frontier_api".to_owned()), words("reason"), ("until", until)])
        }
        "restore" => {
            approve_and_spoil(world, id, &seen).await;
            recorded([use_case()])
        }
        other => panic!("say in requests/reviews.rs what to send to the function /api/reviews/{other}"),
    }
}

/// Somebody at work in the first workspace, whether it is let in or not: what only the store is asked.
fn in_first_workspace(world: &World, person: &Person) -> Scope {
    Scope { workspace: world.ada.scope.workspace, ..person.scope }
}

/// Hash of what is to be agreed to.
async fn content(world: &World, id: UseCaseId) -> String {
    world.site.store.review(world.ada.scope, id).await.unwrap().content.hash
}

/// Proposes under a rule by which one approval does, its author's too.
async fn propose(world: &World, by: Scope, id: UseCaseId) {
    let account = by.actor.account().unwrap();
    let rule = ReviewRule::new(1, true, None, 14, 0.0).unwrap();
    let proposed = world.site.store.move_review(by, id, |review, content, _, now| {
        review.propose(account, content, rule.clone(), "", now)
    });
    proposed.await.unwrap();
}

async fn raise_concern(world: &World, by: Scope, id: UseCaseId) {
    let account = by.actor.account().unwrap();
    let raised = world
        .site
        .store
        .move_review(by, id, |review, _, _, now| review.raise_concern(account, "Privacy", "", now));
    raised.await.unwrap();
}

/// Approves what is proposed, and then changes it so that the approval does not hold.
async fn approve_and_spoil(world: &World, id: UseCaseId, seen: &str) {
    let (store, by) = (&world.site.store, world.ada.scope);
    let account = by.actor.account().unwrap();
    let approved = store.move_review(by, id, |review, _, _, now| review.approve(account, seen, "", now));
    approved.await.unwrap();
    let draft = domain::preset::by_id("blank").unwrap().draft().with(Field::RequestsPerMonth, "1234");
    let spoilt = world.site.frozen(domain::use_case::UseCase::parse(&draft).unwrap()).await;
    store.revise_use_case(by, id, 1, &spoilt.use_case, &spoilt.decision, "").await.unwrap();
}
