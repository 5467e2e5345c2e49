//! Reviews as they are stored: moves, races, what queues read, and who hears of what.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use domain::decision::OptionKind;
use domain::review::{MoveRefused, Review, ReviewMove, ReviewRule, ReviewState};
use domain::use_case::{Field, UseCase};
use sqlx::PgPool;
use store::{QueueRow, Scope, StoreError, UseCaseId};
use support::people::{Person, founder, invited};
use support::review::{ReviewTeam, accounts, approvers, refused};
use support::{count, named, run};
use time::{Duration, OffsetDateTime};

fn invoices() -> UseCase {
    named("Invoices", "10M")
}

/// The same inputs under another name.
fn renamed() -> UseCase {
    named("Invoices and receipts", "10M")
}

/// Other inputs.
fn larger() -> UseCase {
    named("Invoices", "20M")
}

/// What somebody sees of a use case in the queue.
async fn queued(team: &ReviewTeam, by: &Person, id: UseCaseId) -> Option<QueueRow> {
    let mut rows = team.store.review_queue(by.scope).await.unwrap();
    let at = rows.iter().position(|row| row.use_case == id)?;
    Some(rows.swap_remove(at))
}

/// Whether the queue says that it waits for each of these people.
async fn waits_for(team: &ReviewTeam, id: UseCaseId, people: &[&Person]) -> Vec<bool> {
    let mut waits = Vec::new();
    for person in people {
        waits.push(queued(team, person, id).await.is_some_and(|row| row.waits_for_me));
    }
    waits
}

/// The events are the truth; the columns beside them must say the same.
async fn columns_agree(team: &ReviewTeam, id: UseCaseId) {
    let record = team.store.review(team.scope(), id).await.unwrap();
    assert_eq!(Review::replay(&record.events), record.review);
    for person in [&team.ada, &team.ben, &team.cleo, &team.dan, &team.eve] {
        let Some(row) = queued(team, person, id).await else {
            assert!(!record.review.waits_for(person.account));
            continue;
        };
        assert_eq!(row.state, record.review.state());
        assert_eq!(row.waits_for_me, record.review.waits_for(person.account));
        assert_eq!(row.missing as usize, record.review.missing());
        assert_eq!(row.proposed_by, record.review.proposed_by());
        assert_eq!(row.content_hash, record.review.content().unwrap().hash);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_reviewers_approve_what_an_editor_proposed(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.written(&team.ben, &invoices()).await;
    let draft = team.store.review(team.scope(), id).await.unwrap();
    assert_eq!((draft.review.state(), draft.events.len()), (ReviewState::Draft, 0));
    assert_eq!(draft.content.authors, [team.ben.account].into());
    assert_eq!(queued(&team, &team.cleo, id).await, None);

    let review = team.propose(&team.ben, id).await.unwrap();
    assert_eq!((review.state(), review.missing()), (ReviewState::Proposed, 2));
    let row = queued(&team, &team.cleo, id).await.unwrap();
    assert_eq!((row.name.as_str(), row.proposer.as_deref(), row.missing), ("Invoices", Some("Ben"), 2));
    assert_eq!(row.due_at.unwrap() - row.proposed_at.unwrap(), Duration::days(14));
    let people = [&team.ada, &team.ben, &team.cleo, &team.dan];
    assert_eq!(waits_for(&team, id, &people).await, [true, false, true, true]);
    assert_eq!(team.unread(&team.cleo).await, ["review_wanted"]);
    assert!(team.unread(&team.ben).await.is_empty());

    assert_eq!(team.approve(&team.cleo, id).await.unwrap().state(), ReviewState::Proposed);
    assert_eq!(refused(team.approve(&team.cleo, id).await), MoveRefused::ApprovedAlready);
    assert_eq!(waits_for(&team, id, &people).await, [true, false, false, true]);
    columns_agree(&team, id).await;
    let review = team.approve(&team.dan, id).await.unwrap();
    assert_eq!(review.state(), ReviewState::Approved);
    assert_eq!(approvers(&review), accounts(&[&team.cleo, &team.dan]));
    assert_eq!(queued(&team, &team.cleo, id).await, None);
    assert_eq!(team.unread(&team.ben).await, ["review_answered", "review_answered"]);
    let said = ["use_case.created", "review.proposed", "review.approved", "review.approved"];
    assert_eq!(team.actions(id).await, said);
    assert_eq!(refused(team.propose(&team.ben, id).await), MoveRefused::NothingToPropose);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_refused_move_leaves_nothing_behind(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.proposed(&invoices()).await;
    let before = team.store.audit_head(team.scope()).await.unwrap();
    assert_eq!(refused(team.approve(&team.ben, id).await), MoveRefused::Author);
    let long = "n".repeat(121);
    let named = team.moves(&team.cleo, id, |review, by, now| review.raise_concern(by, &long, "", now)).await;
    assert_eq!(refused(named), MoveRefused::ConcernNameTooLong);
    let other = team.moves(&team.cleo, id, |review, by, now| review.approve(by, "another", "", now)).await;
    assert_eq!(refused(other), MoveRefused::Changed);
    assert_eq!(team.store.audit_head(team.scope()).await.unwrap(), before);
    assert_eq!(team.review(id).await.events(), 1);
}

/// The last approval that is needed is given once: the other reviewer is told that nothing waits any more.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_two_who_approve_at_once_one_comes_after_the_other(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    team.set_rule(1, false).await;
    let id = team.proposed(&invoices()).await;
    let seen = team.seen(id).await;
    let approvals: Vec<_> = [&team.cleo, &team.dan, &team.eve, &team.ada]
        .into_iter()
        .map(|person| {
            let (store, scope, by, seen) = (team.store.clone(), person.scope, person.account, seen.clone());
            tokio::spawn(async move {
                store.move_review(scope, id, |review, _, _, now| review.approve(by, &seen, "", now)).await
            })
        })
        .collect();
    let mut given = 0;
    for approval in approvals {
        match approval.await.unwrap() {
            Ok(review) => {
                assert_eq!(review.state(), ReviewState::Approved);
                given += 1;
            }
            Err(error) => assert_eq!(refused(Err::<(), _>(error)), MoveRefused::NotProposed),
        }
    }
    assert_eq!(given, 1);
    let review = team.review(id).await;
    assert_eq!((review.events(), approvers(&review).len()), (2, 1));
    assert_eq!(count(&pool, "review_events", &format!("use_case_id = '{id}'")).await, 2);
    assert!(team.store.verify_audit(team.scope()).await.unwrap().is_ok());
}

/// Whoever approves what somebody edits at the same moment agreed either to what it was or to nothing.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_approval_and_an_edit_at_once_never_approve_what_nobody_saw(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    team.set_rule(1, false).await;
    for round in 0..6 {
        let id = team.proposed(&named(&format!("Case {round}"), "10M")).await;
        let other = named(&format!("Case {round}"), "20M");
        let seen = team.seen(id).await;
        let approved = team.moves(&team.cleo, id, |review, by, now| review.approve(by, &seen, "", now));
        let edited = team.edit(&team.ben, id, &other);
        let (approved, ()) = tokio::join!(approved, edited);
        let review = team.review(id).await;
        match approved {
            Ok(_) => assert_eq!(review.state(), ReviewState::Superseded),
            Err(error) => {
                // Looked before the edit, answered after it.
                assert_eq!(refused(Err::<(), _>(error)), MoveRefused::Changed);
                assert_eq!(review.state(), ReviewState::Proposed);
            }
        }
        assert_eq!(review.content().unwrap().revision, 2);
        assert!(approvers(&review).is_empty());
        columns_agree(&team, id).await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cosmetic_edit_leaves_approvals_and_a_material_one_does_not(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.approved(&invoices()).await;
    team.edit(&team.eve, id, &renamed()).await;
    let review = team.review(id).await;
    assert_eq!((review.state(), review.events()), (ReviewState::Approved, 3));
    team.edit(&team.eve, id, &larger()).await;
    let review = team.review(id).await;
    assert_eq!((review.state(), review.missing()), (ReviewState::Superseded, 2));
    let row = queued(&team, &team.cleo, id).await.unwrap();
    assert_eq!((row.state, row.waits_for_me), (ReviewState::Superseded, false));
    let stale: Vec<_> = review.stale_approvals().map(|(by, _)| by).collect();
    assert_eq!(stale, accounts(&[&team.cleo, &team.dan]));
    assert_eq!(review.last_approved().unwrap().content.revision, 1);
}

/// What waits is edited: those who agreed are asked to look again.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_agreed_to_what_is_edited_hears_of_it(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.proposed(&invoices()).await;
    team.approve(&team.cleo, id).await.unwrap();
    team.everybody_reads().await;
    team.edit(&team.ben, id, &larger()).await;
    assert_eq!(team.unread(&team.cleo).await, ["review_wanted"]);
    assert!(team.unread(&team.dan).await.is_empty());
    assert_eq!(waits_for(&team, id, &[&team.cleo, &team.dan]).await, [true, true]);
}

/// Whoever gave it another name did not write it, and whoever wrote it stays its author.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_renamer_is_no_author_and_takes_nobody_elses_place(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    // Cleo wrote it, Dan renamed it before anybody proposed it.
    let id = team.written(&team.cleo, &invoices()).await;
    team.edit(&team.dan, id, &renamed()).await;
    let notes = renamed().to_draft().with(Field::Notes, "Counted in May.");
    team.edit(&team.dan, id, &UseCase::parse(&notes).unwrap()).await;
    assert_eq!(
        team.store.review(team.scope(), id).await.unwrap().content.authors,
        [team.cleo.account].into()
    );
    team.propose(&team.ben, id).await.unwrap();
    assert_eq!(refused(team.approve(&team.cleo, id).await), MoveRefused::Author);
    assert_eq!(refused(team.approve(&team.ben, id).await), MoveRefused::Author);
    assert_eq!(waits_for(&team, id, &[&team.cleo, &team.dan, &team.eve]).await, [false, true, true]);
    columns_agree(&team, id).await;
    team.approve(&team.dan, id).await.unwrap();
    assert_eq!(team.approve(&team.eve, id).await.unwrap().state(), ReviewState::Approved);
}

/// Everybody whose edit went into what is reviewed is an author of it.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn all_who_wrote_it_since_the_last_approval_are_its_authors(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.written(&team.cleo, &invoices()).await;
    team.edit(&team.dan, id, &larger()).await;
    team.propose(&team.ben, id).await.unwrap();
    for author in [&team.cleo, &team.dan, &team.ben] {
        assert_eq!(refused(team.approve(author, id).await), MoveRefused::Author);
    }
    // A small edit by a colleague, while it waits, is no way around that.
    team.edit(&team.ben, id, &named("Invoices", "21M")).await;
    assert_eq!(refused(team.approve(&team.dan, id).await), MoveRefused::Author);
    team.approve(&team.eve, id).await.unwrap();
    assert_eq!(team.approve(&team.ada, id).await.unwrap().state(), ReviewState::Approved);
    // What was approved was looked at: only what comes after it is new.
    team.edit(&team.eve, id, &named("Invoices", "22M")).await;
    let record = team.store.review(team.scope(), id).await.unwrap();
    assert_eq!(record.content.authors, [team.eve.account].into());
    assert_eq!(record.review.content().unwrap().authors, [team.eve.account].into());
    team.propose(&team.ben, id).await.unwrap();
    assert_eq!(refused(team.approve(&team.eve, id).await), MoveRefused::Author);
    team.approve(&team.cleo, id).await.unwrap();
    assert_eq!(team.approve(&team.dan, id).await.unwrap().state(), ReviewState::Approved);
    columns_agree(&team, id).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_later_rule_holds_for_later_proposals(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    assert_eq!(team.store.review_rule(team.scope()).await.unwrap(), ReviewRule::default());
    let id = team.proposed(&invoices()).await;
    let named = ReviewRule::new(1, true, Some(vec![team.dan.account]), 3, 0.2).unwrap();
    team.store.set_review_rule(team.scope(), &named).await.unwrap();
    team.store.set_review_rule(team.scope(), &named).await.unwrap();
    assert_eq!(team.store.review_rule(team.scope()).await.unwrap(), named);
    assert_eq!(count(&pool, "review_rules", "true").await, 1);
    assert_eq!(count(&pool, "audit_events", "action = 'review_rule.set'").await, 1);
    // What waits already keeps its rule.
    let record = team.store.review(team.scope(), id).await.unwrap();
    assert_eq!((record.review.rule(), &record.rule), (&ReviewRule::default(), &named));
    team.approve(&team.cleo, id).await.unwrap();
    assert_eq!(team.review(id).await.state(), ReviewState::Proposed);

    let later = team.proposed(&named_case("Later")).await;
    assert_eq!(refused(team.approve(&team.cleo, later).await), MoveRefused::NotNamed);
    assert_eq!(waits_for(&team, later, &[&team.cleo, &team.dan]).await, [false, true]);
    let row = queued(&team, &team.dan, later).await.unwrap();
    assert_eq!(row.due_at.unwrap() - row.proposed_at.unwrap(), Duration::days(3));
    assert_eq!(team.approve(&team.dan, later).await.unwrap().state(), ReviewState::Approved);
    // Proposed anew, the first one comes under the new rule, by which Cleo’s word does not count.
    team.moves(&team.ben, id, |review, by, now| review.withdraw(by, Role::Editor, now)).await.unwrap();
    let review = team.propose(&team.ben, id).await.unwrap();
    assert_eq!((review.missing(), approvers(&review)), (1, Vec::new()));
}

fn named_case(name: &str) -> UseCase {
    named(name, "10M")
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn authors_approve_where_the_rule_lets_them(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    team.set_rule(1, true).await;
    let id = team.written(&team.cleo, &invoices()).await;
    team.propose(&team.cleo, id).await.unwrap();
    assert_eq!(waits_for(&team, id, &[&team.cleo]).await, [true]);
    assert_eq!(team.approve(&team.cleo, id).await.unwrap().state(), ReviewState::Approved);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn changes_are_requested_and_what_was_approved_is_restored(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.approved(&invoices()).await;
    let approved = team.store.use_case(team.scope(), id).await.unwrap().unwrap();
    let early = team.store.restore_approved(team.ben.scope, id).await;
    assert_eq!(refused(early), MoveRefused::NothingApproved);
    team.edit(&team.ben, id, &larger()).await;
    team.propose(&team.ben, id).await.unwrap();
    team.everybody_reads().await;
    let review = team.request_changes(&team.eve, id).await.unwrap();
    assert_eq!(review.state(), ReviewState::ChangesRequested);
    assert_eq!(review.changes_wanted(), Some(&(team.eve.account, "Why?".to_owned())));
    assert_eq!(team.unread(&team.ben).await, ["review_answered"]);
    let row = queued(&team, &team.cleo, id).await.unwrap();
    assert_eq!((row.state, row.waits_for_me), (ReviewState::ChangesRequested, false));

    assert_eq!(team.store.restore_approved(team.ben.scope, id).await.unwrap(), 3);
    let review = team.review(id).await;
    assert_eq!(review.state(), ReviewState::Approved);
    assert_eq!(approvers(&review), accounts(&[&team.cleo, &team.dan]));
    let restored = team.store.use_case(team.scope(), id).await.unwrap().unwrap();
    assert_eq!(restored.decision, approved.decision);
    assert_eq!(restored.revision.use_case, approved.revision.use_case);
    assert_eq!((restored.revision.number, restored.revision.created_by.as_deref()), (3, Some("Ben")));
    let revisions = team.store.revisions(team.scope(), id).await.unwrap();
    assert_eq!(revisions.len(), 3);
    assert_eq!(revisions[1].use_case, larger());
    columns_agree(&team, id).await;
    assert_eq!(refused(team.store.restore_approved(team.ben.scope, id).await), MoveRefused::NothingApproved);
}

/// Somebody who restores what they once approved is still one of those who agreed to it.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_restores_it_did_not_write_it(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.approved(&invoices()).await;
    team.edit(&team.ben, id, &larger()).await;
    team.store.restore_approved(team.cleo.scope, id).await.unwrap();
    let review = team.review(id).await;
    assert_eq!(approvers(&review), accounts(&[&team.cleo, &team.dan]));
    assert_eq!(review.content().unwrap().authors, [team.ben.account].into());
    // From there on a rename makes nobody an author either.
    team.edit(&team.dan, id, &renamed()).await;
    assert_eq!(team.review(id).await.state(), ReviewState::Approved);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_concern_blocks_until_it_is_settled(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.proposed(&invoices()).await;
    team.raise_concern(&team.eve, id).await.unwrap();
    team.approve(&team.cleo, id).await.unwrap();
    assert_eq!(team.approve(&team.dan, id).await.unwrap().state(), ReviewState::Proposed);
    // Nobody is missing, and so it waits for nobody but whoever raised it.
    assert_eq!(waits_for(&team, id, &[&team.cleo, &team.ada]).await, [false, false]);
    assert_eq!(
        refused(team.settle_concern(&team.cleo, id, Role::Reviewer).await),
        MoveRefused::NotYourConcern
    );
    let review = team.settle_concern(&team.eve, id, Role::Reviewer).await.unwrap();
    assert_eq!(review.state(), ReviewState::Approved);
    assert_eq!(review.concerns()[0].resolved.as_ref().unwrap().by, team.eve.account);
    // Raised about what is approved, it opens it again; an admin can settle it, too.
    let review = team.moves(&team.eve, id, |review, by, now| review.raise_concern(by, "Cost", "", now)).await;
    assert_eq!(review.unwrap().state(), ReviewState::Proposed);
    let settled = team
        .moves(&team.ada, id, |review, by, now| review.resolve_concern(by, Role::Admin, 2, "Budgeted.", now));
    assert_eq!(settled.await.unwrap().state(), ReviewState::Approved);
    columns_agree(&team, id).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_override_is_approved_by_others_and_ends_on_its_day(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.proposed(&invoices()).await;
    team.approve(&team.cleo, id).await.unwrap();
    let review = team.put_in_place(&team.dan, id, OptionKind::FrontierApi).await.unwrap();
    assert_eq!((review.state(), review.missing()), (ReviewState::Proposed, 2));
    // Whoever put it there does not agree to it as well, and the queue knows.
    assert_eq!(refused(team.approve(&team.dan, id).await), MoveRefused::Author);
    assert_eq!(waits_for(&team, id, &[&team.cleo, &team.dan, &team.eve]).await, [true, false, true]);
    columns_agree(&team, id).await;
    team.everybody_reads().await;
    team.approve(&team.cleo, id).await.unwrap();
    assert_eq!(team.unread(&team.dan).await, ["review_answered"]);
    let review = team.approve(&team.eve, id).await.unwrap();
    assert_eq!(review.state(), ReviewState::Approved);
    assert_eq!(review.last_approved().unwrap().option, Some(OptionKind::FrontierApi));
    team.everybody_reads().await;

    assert_eq!(team.in_days(9).await, 0);
    assert_eq!(team.review(id).await.state(), ReviewState::Approved);
    assert_eq!(team.in_days(11).await, 1);
    assert_eq!(team.in_days(11).await, 0);
    let review = team.review(id).await;
    assert_eq!((review.state(), review.missing()), (ReviewState::Proposed, 2));
    assert!(review.overridden().is_none() && review.reopened().is_some());
    for person in [&team.ben, &team.cleo, &team.dan, &team.eve] {
        assert_eq!(team.unread(person).await, ["reopened"]);
    }
    let newest = team.store.timeline(team.scope(), id, 1).await.unwrap().remove(0);
    assert_eq!((newest.action.as_str(), newest.account_id), ("review.override_expired", None));
    columns_agree(&team, id).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn servers_that_end_overrides_at_once_end_each_once(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    for name in ["One", "Two", "Three"] {
        let id = team.proposed(&named_case(name)).await;
        team.put_in_place(&team.dan, id, OptionKind::FrontierApi).await.unwrap();
    }
    let later = OffsetDateTime::now_utc() + Duration::days(11);
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let store = support::store_on(&pool);
            tokio::spawn(async move { store.expire_overrides(later).await.unwrap() })
        })
        .collect();
    let mut ended = 0;
    for server in servers {
        ended += server.await.unwrap();
    }
    assert_eq!(ended, 3);
    assert_eq!(count(&pool, "audit_events", "action = 'review.override_expired'").await, 3);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_proposal_is_withdrawn_by_its_proposer_or_an_admin(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.proposed(&invoices()).await;
    let withdraw = async |by: &Person, role| {
        team.moves(by, id, |review, account, now| review.withdraw(account, role, now)).await
    };
    assert_eq!(refused(withdraw(&team.cleo, Role::Reviewer).await), MoveRefused::NotYours);
    assert_eq!(withdraw(&team.ben, Role::Editor).await.unwrap().state(), ReviewState::Withdrawn);
    assert_eq!(queued(&team, &team.cleo, id).await, None);
    assert_eq!(refused(team.approve(&team.cleo, id).await), MoveRefused::NotProposed);
    team.propose(&team.ben, id).await.unwrap();
    assert_eq!(withdraw(&team.ada, Role::Admin).await.unwrap().state(), ReviewState::Withdrawn);
    assert_eq!(refused(withdraw(&team.ada, Role::Admin).await), MoveRefused::NothingToWithdraw);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_queue_shows_what_is_open_and_in_use_the_earliest_due_first(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let rule = |days| ReviewRule::new(2, false, None, days, 0.1).unwrap();
    let mut ids = Vec::new();
    for (name, days) in [("Last", 30), ("First", 3), ("Archived", 1), ("Middle", 14)] {
        team.store.set_review_rule(team.scope(), &rule(days)).await.unwrap();
        ids.push(team.proposed(&named_case(name)).await);
    }
    team.store.archive_use_case(team.scope(), ids[2]).await.unwrap();
    assert!(matches!(team.approve(&team.cleo, ids[2]).await, Err(StoreError::Archived)));
    assert!(matches!(team.store.restore_approved(team.ben.scope, ids[2]).await, Err(StoreError::Archived)));
    let names = async |scope| {
        let rows = team.store.review_queue(scope).await.unwrap();
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(names(team.cleo.scope).await, ["First", "Middle", "Last"]);
    let frank = founder(&team.store, &team.ada, "Frank").await;
    assert!(names(frank.scope).await.is_empty());
    team.store.archive_portfolio(team.scope(), team.portfolio).await.unwrap();
    assert!(names(team.cleo.scope).await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_members_who_may_review_are_asked_to(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let viewer = invited(&team.store, &team.ada, "Vera", Role::Viewer).await;
    let leaver = invited(&team.store, &team.ada, "Lou", Role::Reviewer).await;
    team.store.remove_member(team.scope(), leaver.account).await.unwrap();
    let id = team.proposed(&invoices()).await;
    let told = team.store.audit_head(team.scope()).await.unwrap();
    let mut asked = team.store.told(team.scope(), told).await.unwrap();
    asked.sort_unstable();
    assert_eq!(asked, accounts(&[&team.ada, &team.cleo, &team.dan, &team.eve]));
    assert!(team.unread(&viewer).await.is_empty());
    // Their name stays known: they may have said something before they left.
    let names = team.store.review(team.scope(), id).await.unwrap().names;
    assert_eq!(names[&leaver.account], "Lou");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn reviews_of_another_workspace_do_not_exist(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.approved(&invoices()).await;
    let frank = founder(&team.store, &team.ada, "Frank").await;
    let refusals = [
        team.store.review(frank.scope, id).await.map(drop),
        team.propose(&frank, id).await.map(drop),
        team.store.restore_approved(frank.scope, id).await.map(drop),
        // Restoring needs somebody who does it.
        team.store.restore_approved(Scope::system(team.scope().workspace), id).await.map(drop),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Err(StoreError::NotFound)), "{refusal:?}");
    }
    assert_eq!(team.review(id).await.events(), 3);
}

/// The columns that queues read can be lost: the events say the same again with the next move.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_state_follows_from_the_events_alone(pool: PgPool) {
    let team = ReviewTeam::new(&pool).await;
    let id = team.proposed(&invoices()).await;
    run(
        &pool,
        "UPDATE reviews SET state = 'draft', approvals_missing = 9, excluded = '{}', approved_by = '{}'",
    )
    .await;
    assert_eq!(team.review(id).await.state(), ReviewState::Proposed);
    team.approve(&team.cleo, id).await.unwrap();
    columns_agree(&team, id).await;
    let events = team.store.review(team.scope(), id).await.unwrap().events;
    assert!(matches!(events[0].did, ReviewMove::Proposed { .. }));
    assert_eq!((events[1].by, events.len()), (Some(team.cleo.account), 2));
}
