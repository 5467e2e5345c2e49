//! A database that is away is told apart from a mistake, and its return is noticed.
#![allow(clippy::unwrap_used)]

mod support;

use sqlx::PgPool;
use std::net::TcpListener;
use store::{Scope, Store, StoreError};
use support::store_on;

/// The address of a port on which nobody listens.
fn address_of_nobody() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("postgres://somebody@127.0.0.1:{port}/nothing")
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let store = Store::connect(&address_of_nobody()).unwrap();
    let error = store.ping().await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert_eq!(error.to_string(), "the database cannot be reached at the moment");
    assert!(store.migrate().await.unwrap_err().is_unavailable());
    assert!(store.first_workspace().await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn a_missing_socket_is_unavailable() {
    let store = Store::connect("postgres://somebody@%2Fnowhere%2Fat%2Fall/nothing").unwrap();
    assert!(store.ping().await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_not_tried() {
    for address in ["", "not an address", "mysql://root@localhost/x"] {
        let refused = Store::connect(address);
        assert!(matches!(refused, Err(StoreError::Address(_))), "{address}: {refused:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn broken_connections_are_replaced_without_anyone_noticing(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let scope = Scope::system(store.first_workspace().await.unwrap());
    for _ in 0..3 {
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .execute(&pool)
        .await
        .unwrap();
        assert_eq!(store.portfolios(scope).await.unwrap().len(), 1);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_backend_that_is_shut_down_is_unavailable(pool: PgPool) {
    let error =
        sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())").execute(&pool).await.unwrap_err();
    assert!(StoreError::from(error).is_unavailable());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_statement_that_takes_too_long_is_unavailable(pool: PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("SET statement_timeout = '1ms'").execute(&mut *connection).await.unwrap();
    let error = sqlx::query("SELECT pg_sleep(60)").execute(&mut *connection).await.unwrap_err();
    assert!(StoreError::from(error).is_unavailable());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_mistake_is_not_taken_for_an_absence(pool: PgPool) {
    let error = sqlx::query("SELECT nonsense").execute(&pool).await.unwrap_err();
    let error = StoreError::from(error);
    assert!(!error.is_unavailable());
    assert_eq!(error.to_string(), "the database refused the request");
}

#[sqlx::test(migrations = false)]
async fn a_schema_of_a_later_release_is_left_alone(pool: PgPool) {
    let store = store_on(&pool);
    store.migrate().await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', true, '', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    store.migrate().await.unwrap();
}
