//! Sessions: which secrets sign in, where they lead, and how they end.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::PgPool;
use store::{Invitee, SESSION_LIFETIME_DAYS, StoreError};
use support::people::{first_admin, founder, invited};
use support::{run, store_on, tables_that_hold};
use time::{Duration, OffsetDateTime};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_says_who_is_signed_in_and_where_they_work(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Reviewer).await;
    let found = store.signed_in(&bea.token).await.unwrap().unwrap();
    assert_eq!((found.session, found.account), (bea.session, bea.account));
    assert_eq!((found.email.as_str(), found.name.as_str()), ("bea@example.org", "Bea"));
    let workspace = found.workspace.clone().unwrap();
    assert_eq!((workspace.workspace, workspace.role), (bea.scope.workspace, Role::Reviewer));
    assert_eq!(workspace.name, "First workspace");
    assert_eq!(found.scope(), Some(bea.scope));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_role_is_the_one_of_today(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Viewer).await;
    store.set_role(ada.scope, bea.account, Role::Editor).await.unwrap();
    let found = store.signed_in(&bea.token).await.unwrap().unwrap();
    assert_eq!(found.workspace.unwrap().role, Role::Editor);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn other_texts_sign_nobody_in(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let swapped: String = ada.token.chars().rev().collect();
    let id = ada.session.to_string();
    for text in [
        "",
        "x",
        "' OR true --",
        &"A".repeat(43),
        &"A".repeat(1_000_000),
        &ada.token[1..],
        &format!("{}=", ada.token),
        &format!("{} ", ada.token),
        &ada.token.to_lowercase(),
        &swapped,
        &id,
        "\0",
    ] {
        assert_eq!(store.signed_in(text).await.unwrap(), None, "{text:.60}");
    }
    assert!(store.signed_in(&ada.token).await.unwrap().is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_the_hash_of_a_session_is_stored(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    assert_eq!(tables_that_hold(&pool, &ada.token).await, Vec::<String>::new());
    // The search does find what is there.
    assert!(tables_that_hold(&pool, &ada.session.to_string()).await.contains(&"sessions".to_owned()));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_that_was_ended_stays_ended(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Admin).await;
    let foreign = store.revoke_session(bea.account, ada.session).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    assert!(store.signed_in(&ada.token).await.unwrap().is_some());
    for _ in 0..2 {
        store.revoke_session(ada.account, ada.session).await.unwrap();
        assert_eq!(store.signed_in(&ada.token).await.unwrap(), None);
    }
    assert!(store.sessions(ada.account).await.unwrap().is_empty());
    assert!(store.signed_in(&bea.token).await.unwrap().is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_ends_when_its_time_is_over(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let ends: OffsetDateTime =
        sqlx::query_scalar("SELECT expires_at FROM sessions").fetch_one(&pool).await.unwrap();
    let left = ends - OffsetDateTime::now_utc();
    let lifetime = Duration::days(i64::from(SESSION_LIFETIME_DAYS));
    assert!((lifetime - left).abs() < Duration::minutes(5), "{left}");
    run(&pool, "UPDATE sessions SET expires_at = now() - interval '1 second'").await;
    assert_eq!(store.signed_in(&ada.token).await.unwrap(), None);
    assert!(store.sessions(ada.account).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_sign_in_has_a_secret_of_its_own(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let again = store.create_session(ada.account, &"ü\n".repeat(400), &"1".repeat(100)).await.unwrap();
    assert_ne!(again.token, ada.token);
    assert_eq!(store.signed_in(&again.token).await.unwrap().unwrap().session, again.id);
    let rows = store.sessions(ada.account).await.unwrap();
    let row = rows.iter().find(|row| row.id == again.id).unwrap();
    assert_eq!((row.device.clone(), row.address.chars().count()), ("ü".repeat(150), 64));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn sessions_are_listed_by_their_last_use(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let phone = store.create_session(ada.account, "Phone", "198.51.100.7").await.unwrap();
    run(&pool, "UPDATE sessions SET last_used_at = now() - interval '1 hour'").await;
    let order = async || {
        let rows = store.sessions(ada.account).await.unwrap();
        rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(order().await, [phone.id, ada.session]);
    store.signed_in(&ada.token).await.unwrap();
    assert_eq!(order().await, [ada.session, phone.id]);
    let row = store.sessions(ada.account).await.unwrap().remove(0);
    assert!(OffsetDateTime::now_utc() - row.last_used_at < Duration::minutes(5), "{}", row.last_used_at);
    assert_eq!((row.device.as_str(), row.address.as_str()), ("Firefox on Linux", "192.0.2.1"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn use_is_noted_at_most_once_a_minute(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let used = async || store.sessions(ada.account).await.unwrap()[0].last_used_at;
    let before = used().await;
    store.signed_in(&ada.token).await.unwrap();
    assert_eq!(used().await, before);
    run(&pool, "UPDATE sessions SET last_used_at = now() - interval '61 seconds'").await;
    store.signed_in(&ada.token).await.unwrap();
    assert!(used().await >= before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn all_other_sessions_can_be_ended_at_once(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Viewer).await;
    let others = [
        store.create_session(ada.account, "Phone", "").await.unwrap(),
        store.create_session(ada.account, "Tablet", "").await.unwrap(),
    ];
    assert_eq!(store.revoke_other_sessions(ada.account, ada.session).await.unwrap(), 2);
    for other in &others {
        assert_eq!(store.signed_in(&other.token).await.unwrap(), None);
    }
    assert!(store.signed_in(&ada.token).await.unwrap().is_some());
    assert!(store.signed_in(&bea.token).await.unwrap().is_some());
    assert_eq!(store.revoke_other_sessions(ada.account, ada.session).await.unwrap(), 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_switches_only_to_workspaces_of_its_account(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = founder(&store, &ada, "Bea").await;
    let place = async |token: &str| store.signed_in(token).await.unwrap().unwrap().workspace.unwrap();

    let foreign = store.switch_workspace(ada.account, ada.session, bea.scope.workspace).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    // Bea left the first workspace, and her session is not Ada's to move.
    let left = store.switch_workspace(bea.account, bea.session, ada.scope.workspace).await;
    assert!(matches!(left, Err(StoreError::NotFound)), "{left:?}");
    let moved = store.switch_workspace(bea.account, ada.session, bea.scope.workspace).await;
    assert!(matches!(moved, Err(StoreError::NotFound)), "{moved:?}");
    assert_eq!(place(&ada.token).await.workspace, ada.scope.workspace);
    assert_eq!(place(&bea.token).await.workspace, bea.scope.workspace);

    let link = support::people::invitation(&store, &bea, Role::Viewer).await;
    store.accept_invitation(&link, Invitee::Known(ada.account)).await.unwrap();
    assert_eq!(place(&ada.token).await.workspace, ada.scope.workspace);
    store.switch_workspace(ada.account, ada.session, bea.scope.workspace).await.unwrap();
    let switched = place(&ada.token).await;
    assert_eq!((switched.workspace, switched.role), (bea.scope.workspace, Role::Viewer));
    let second = store.create_session(ada.account, "Phone", "").await.unwrap();
    assert_eq!(place(&second.token).await.workspace, ada.scope.workspace);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_is_removed_has_left_the_workspace_at_once(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let bea = invited(&store, &ada, "Bea", Role::Editor).await;
    store.switch_workspace(bea.account, bea.session, ada.scope.workspace).await.unwrap();
    store.remove_member(ada.scope, bea.account).await.unwrap();
    let found = store.signed_in(&bea.token).await.unwrap().unwrap();
    assert_eq!((found.workspace.clone(), found.scope()), (None, None));

    // With another workspace to go to, the session goes there.
    let own = store.found_workspace(bea.account, bea.session, "Bea’s own").await.unwrap();
    let found = store.signed_in(&bea.token).await.unwrap().unwrap();
    assert_eq!(found.workspace.unwrap().workspace, own);
}
