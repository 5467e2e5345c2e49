//! What open pages live on: the log read from where one left it, announcements, and who else is looking.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::time::Duration;
use store::{Heard, Listener, Scope, Store, StoreError, UseCaseId};
use support::people::{Person, first_admin, founder, invited};
use support::{Team, named, run, store_on};
use uuid::Uuid;

/// Ada and Bea of one team, and a use case.
async fn couple(pool: &PgPool) -> (Team, Person, Person, UseCaseId) {
    let team = Team::new(pool).await;
    let ada = first_admin(&team.store).await;
    let bea = invited(&team.store, &ada, "Bea", Role::Editor).await;
    let id = team.create(&named("Invoices", "10M")).await;
    (team, ada, bea, id)
}

/// The next thing said about this use case's pages or this workspace's log.
async fn next(listener: &mut Listener) -> Heard {
    tokio::time::timeout(Duration::from_secs(60), listener.next()).await.unwrap().unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_comes_back_reads_what_it_missed_and_nothing_else(pool: PgPool) {
    let (team, ada, _, id) = couple(&pool).await;
    let seen = team.store.audit_head(ada.scope).await.unwrap();
    assert!(team.store.audit_after(ada.scope, seen).await.unwrap().is_empty());
    let changed = named("Invoices", "20M");
    team.store.revise_use_case(ada.scope, id, 1, &changed, &team.decide(&changed), "").await.unwrap();
    team.store.write_comment(ada.scope, id, None, None, "Measured.").await.unwrap();
    let missed = team.store.audit_after(ada.scope, seen).await.unwrap();
    let said: Vec<_> = missed.iter().map(|event| (event.seq - seen, &*event.action)).collect();
    assert_eq!(said, [(1, "use_case.revised"), (2, "comment.written")]);
    assert!(missed.iter().all(|event| event.use_case_id == Some(id)));
    assert!(team.store.audit_after(ada.scope, seen + 2).await.unwrap().is_empty());
    // Somebody who claims to have seen what has not happened yet misses nothing that does.
    assert!(team.store.audit_after(ada.scope, seen + 100).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_events_of_another_workspace_are_not_read(pool: PgPool) {
    let (team, ada, ..) = couple(&pool).await;
    let eve = founder(&team.store, &ada, "Eve").await;
    let head = team.store.audit_head(eve.scope).await.unwrap();
    let theirs = team.store.audit_after(eve.scope, 0).await.unwrap();
    assert_eq!(theirs.len(), usize::try_from(head).unwrap());
    team.store.create_portfolio(ada.scope, "Sales", "").await.unwrap();
    assert_eq!(team.store.audit_head(eve.scope).await.unwrap(), head);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_event_names_whom_it_was_told_to(pool: PgPool) {
    let (team, ada, bea, id) = couple(&pool).await;
    team.store.write_comment(ada.scope, id, None, None, "@bea, is this right?").await.unwrap();
    let seq = team.store.audit_head(ada.scope).await.unwrap();
    assert_eq!(team.store.told(ada.scope, seq).await.unwrap(), [bea.account]);
    assert!(team.store.told(ada.scope, seq - 1).await.unwrap().is_empty());
    let eve = founder(&team.store, &ada, "Eve").await;
    assert!(team.store.told(eve.scope, seq).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_listener_hears_of_changes_and_of_who_comes_and_goes(pool: PgPool) {
    let (team, ada, _, id) = couple(&pool).await;
    let mut listener = store_on(&pool).listen().await.unwrap();
    let workspace = ada.scope.workspace;
    team.store.write_comment(ada.scope, id, None, None, "Measured.").await.unwrap();
    let seq = team.store.audit_head(ada.scope).await.unwrap();
    assert_eq!(next(&mut listener).await, Heard::Event { workspace, seq });
    let page = Uuid::now_v7();
    let presence = Heard::Presence { workspace, use_case: id };
    team.store.arrive(ada.scope, id, page).await.unwrap();
    assert_eq!(next(&mut listener).await, presence);
    // That a page is still open is no news, so the next thing heard is that it was closed.
    team.store.stay(ada.scope, id, page).await.unwrap();
    team.store.leave(ada.scope, page).await.unwrap();
    assert_eq!(next(&mut listener).await, presence);
    team.store.write_comment(ada.scope, id, None, None, "And again.").await.unwrap();
    assert_eq!(next(&mut listener).await, Heard::Event { workspace, seq: seq + 1 });
}

/// A listener stays for as long as its server runs, so it must not take a connection from the requests.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn listening_takes_no_connection_from_the_requests(pool: PgPool) {
    let options = (*pool.connect_options()).clone();
    let single = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(2));
    let store = Store::from_pool(single.connect_lazy_with(options));
    let mut listener = store.listen().await.unwrap();
    store.seed().await.unwrap();
    let scope = Scope::system(store.first_workspace().await.unwrap());
    store.create_portfolio(scope, "Claims", "").await.unwrap();
    // Closing the store waits for its connections; this one is not among them, and goes on.
    store.close().await;
    assert!(matches!(next(&mut listener).await, Heard::Event { seq: 1, .. }));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_listener_whose_connection_breaks_says_that_it_may_have_missed_something(pool: PgPool) {
    let (team, ada, ..) = couple(&pool).await;
    let mut listener = store_on(&pool).listen().await.unwrap();
    let broken = run(
        &pool,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    .await;
    assert_eq!(broken, 1);
    loop {
        match listener.next().await {
            Ok(heard) => {
                assert_eq!(heard, Heard::Anything);
                break;
            }
            // What ended the connection is said first.
            Err(error) => assert!(error.is_unavailable(), "{error:?}"),
        }
    }
    team.store.create_portfolio(ada.scope, "Sales", "").await.unwrap();
    let seq = team.store.audit_head(ada.scope).await.unwrap();
    assert_eq!(next(&mut listener).await, Heard::Event { workspace: ada.scope.workspace, seq });
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_sees_the_others_once_and_not_itself(pool: PgPool) {
    let (team, ada, bea, id) = couple(&pool).await;
    let others = |person: &Person| team.store.others_present(person.scope, id);
    assert!(others(&ada).await.unwrap().is_empty());
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    for page in [first, second] {
        team.store.arrive(bea.scope, id, page).await.unwrap();
    }
    team.store.arrive(ada.scope, id, Uuid::now_v7()).await.unwrap();
    assert_eq!(others(&ada).await.unwrap(), ["Bea"]);
    assert_eq!(others(&bea).await.unwrap(), ["Ada"]);
    team.store.leave(bea.scope, first).await.unwrap();
    assert_eq!(others(&ada).await.unwrap(), ["Bea"]);
    team.store.leave(bea.scope, second).await.unwrap();
    assert!(others(&ada).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_is_present_at_what_another_workspace_has(pool: PgPool) {
    let (team, ada, _, id) = couple(&pool).await;
    let eve = founder(&team.store, &ada, "Eve").await;
    let page = Uuid::now_v7();
    for refused in [team.store.arrive(eve.scope, id, page).await, team.store.stay(eve.scope, id, page).await]
    {
        assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    }
    team.store.arrive(ada.scope, id, page).await.unwrap();
    assert!(team.store.others_present(eve.scope, id).await.unwrap().is_empty());
    // Nor can they close a page by its name.
    team.store.leave(eve.scope, page).await.unwrap();
    assert_eq!(support::count(&pool, "presence", "true").await, 1);
    let nobody = Scope::system(ada.scope.workspace);
    assert!(matches!(team.store.arrive(nobody, id, Uuid::now_v7()).await, Err(StoreError::NotFound)));
}

/// A page that was not heard of for a minute is taken for closed: its server may have been killed.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_that_says_nothing_is_taken_for_closed(pool: PgPool) {
    let (team, ada, bea, id) = couple(&pool).await;
    let page = Uuid::now_v7();
    team.store.arrive(bea.scope, id, page).await.unwrap();
    team.store.sweep_presence().await.unwrap();
    assert_eq!(team.store.others_present(ada.scope, id).await.unwrap(), ["Bea"]);
    run(&pool, "UPDATE presence SET seen_at = now() - interval '61 seconds'").await;
    assert!(team.store.others_present(ada.scope, id).await.unwrap().is_empty());
    team.store.stay(bea.scope, id, page).await.unwrap();
    assert_eq!(team.store.others_present(ada.scope, id).await.unwrap(), ["Bea"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_that_was_swept_away_is_there_again_when_it_speaks(pool: PgPool) {
    let (team, ada, bea, id) = couple(&pool).await;
    let page = Uuid::now_v7();
    team.store.arrive(bea.scope, id, page).await.unwrap();
    run(&pool, "UPDATE presence SET seen_at = now() - interval '1 hour'").await;
    team.store.sweep_presence().await.unwrap();
    assert_eq!(support::count(&pool, "presence", "true").await, 0);
    let mut listener = store_on(&pool).listen().await.unwrap();
    team.store.stay(bea.scope, id, page).await.unwrap();
    assert_eq!(team.store.others_present(ada.scope, id).await.unwrap(), ["Bea"]);
    // The pages of the others are told, too.
    let arrived = Heard::Presence { workspace: ada.scope.workspace, use_case: id };
    assert_eq!(next(&mut listener).await, arrived);
    team.store.stay(bea.scope, id, page).await.unwrap();
    assert_eq!(support::count(&pool, "presence", "true").await, 1);
}
