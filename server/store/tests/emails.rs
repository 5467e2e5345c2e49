//! E-mails that wait to be sent: written with what they speak of, sent once, tried again, forgotten.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use std::collections::BTreeSet;
use store::{Actor, DueEmail, Scope, Store, StoreError};
use support::people::{Person, first_admin, tomorrow};
use support::{run, store_on, tables_that_hold};
use time::{Duration, OffsetDateTime};

const SITE: &str = "https://parsimony.example.com";

/// A store of a server that sends e-mails, and an admin.
async fn site(pool: &PgPool) -> (Store, Person) {
    let store = store_on(pool).writing_emails(SITE);
    let ada = first_admin(&store).await;
    (store, ada)
}

/// Invites Bea by e-mail, and says with which link.
async fn invite_bea(store: &Store, ada: &Person) -> String {
    let until = tomorrow();
    let made = store.invite(ada.scope, Role::Editor, Some("bea@example.com"), until).await.unwrap();
    format!("{SITE}/invitations/{}", made.token)
}

/// The only e-mail whose time has come, claimed.
async fn only(store: &Store) -> DueEmail {
    let mut due = store.due_emails(10).await.unwrap();
    assert_eq!(due.len(), 1);
    due.remove(0)
}

async fn count(pool: &PgPool, condition: &str) -> i64 {
    let query = format!("SELECT count(*) FROM emails WHERE {condition}");
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(pool).await.unwrap()
}

/// Lets the time of the next attempt come.
async fn wait(pool: &PgPool) {
    run(pool, "UPDATE emails SET next_attempt_at = now()").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_invitation_for_an_address_is_mailed_to_it(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    assert!(store.writes_emails());
    let link = invite_bea(&store, &ada).await;
    let email = only(&store).await;
    assert_eq!(email.recipient, "bea@example.com");
    assert_eq!(email.subject, "Ada invites you to “First workspace” on Parsimony");
    assert!(email.body.lines().any(|line| line == link), "{}", email.body);
    assert!(email.body.contains("Your role: Editor."), "{}", email.body);
    assert_eq!(count(&pool, &format!("workspace_id = '{}'", ada.scope.workspace)).await, 1);
    // The link that arrives lets in.
    let token = link.rsplit('/').next().unwrap();
    assert_eq!(store.invitation(token).await.unwrap().unwrap().email.as_deref(), Some("bea@example.com"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_is_written_for_nobody_in_vain_or_without_a_mail_server(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    store.invite(ada.scope, Role::Editor, None, tomorrow()).await.unwrap();
    let nonsense = store.invite(ada.scope, Role::Editor, Some("not an address"), tomorrow()).await;
    assert!(matches!(nonsense.err(), Some(StoreError::Text { field: "email", .. })));
    let nobody = Scope { actor: Actor::System, ..ada.scope };
    let refused = store.invite(nobody, Role::Editor, Some("bea@example.com"), tomorrow()).await;
    assert!(matches!(refused.err(), Some(StoreError::NotFound)));
    let silent = store_on(&pool);
    assert!(!silent.writes_emails());
    silent.invite(ada.scope, Role::Editor, Some("bea@example.com"), tomorrow()).await.unwrap();
    assert_eq!(count(&pool, "true").await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn writing_an_e_mail_wakes_whoever_sends_them(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    // Whatever was rung for before.
    let quiet = std::time::Duration::from_millis(100);
    while tokio::time::timeout(quiet, store.email_written()).await.is_ok() {}
    let sender = store.clone();
    let woken = tokio::spawn(async move {
        sender.email_written().await;
        sender.due_emails(10).await.unwrap().len()
    });
    invite_bea(&store, &ada).await;
    assert_eq!(woken.await.unwrap(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn servers_that_send_at_once_never_get_the_same_e_mail(pool: PgPool) {
    let (store, _) = site(&pool).await;
    let written = run(
        &pool,
        "INSERT INTO emails (id, recipient, subject, body)
         SELECT gen_random_uuid(), 'bea@example.com', 'News ' || n, 'None' FROM generate_series(1, 100) n",
    )
    .await;
    assert_eq!(written, 100);
    let servers: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                // One that comes while others hold the rest gets nothing, and looks again.
                let mut idle = 0;
                while idle < 5 {
                    let due = store.due_emails(3).await.unwrap();
                    assert!(due.len() <= 3);
                    idle = if due.is_empty() { idle + 1 } else { 0 };
                    claimed.extend(due.into_iter().map(|email| email.id));
                }
                claimed
            })
        })
        .collect();
    let mut all = Vec::new();
    for server in servers {
        all.extend(server.await.unwrap());
    }
    assert_eq!(all.len(), 100);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 100);
    assert_eq!(count(&pool, "attempts = 1").await, 100);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_killed_server_had_claimed_is_sent_by_another(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    invite_bea(&store, &ada).await;
    let lost = only(&store).await;
    assert!(store.due_emails(10).await.unwrap().is_empty());
    run(&pool, "UPDATE emails SET next_attempt_at = next_attempt_at - interval '1 minute'").await;
    assert!(store.due_emails(10).await.unwrap().is_empty());
    run(&pool, "UPDATE emails SET next_attempt_at = next_attempt_at - interval '1 minute 1 second'").await;
    let found = only(&store_on(&pool)).await;
    // The same id makes the same message id, so that a mailbox may drop the second.
    assert_eq!((found.id, found.body), (lost.id, lost.body));
    assert_eq!(count(&pool, "attempts = 2").await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_sent_e_mail_is_forgotten_and_never_sent_again(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    let link = invite_bea(&store, &ada).await;
    assert_eq!(tables_that_hold(&pool, &link).await, ["emails"]);
    let email = only(&store).await;
    store.email_sent(email.id).await.unwrap();
    assert_eq!(tables_that_hold(&pool, &link).await, Vec::<String>::new());
    assert_eq!(count(&pool, "body = '' AND sent_at IS NOT NULL AND failed_at IS NULL").await, 1);
    wait(&pool).await;
    assert!(store.due_emails(10).await.unwrap().is_empty());
    // Nor can it fail any more.
    let late = store.email_failed(email.id, "too late", false).await;
    assert!(matches!(late, Err(StoreError::NotFound)), "{late:?}");
    let unknown = store.email_sent(ada.account.uuid()).await;
    assert!(matches!(unknown, Err(StoreError::NotFound)), "{unknown:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn to_whom_an_e_mail_went_is_forgotten_after_a_month(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    invite_bea(&store, &ada).await;
    let email = only(&store).await;
    let now = OffsetDateTime::now_utc();
    assert_eq!(store.sweep_emails(now + Duration::days(400)).await.unwrap(), 0, "it is still to be sent");
    store.email_sent(email.id).await.unwrap();
    assert_eq!(store.sweep_emails(now + Duration::days(29)).await.unwrap(), 0);
    assert_eq!(store.sweep_emails(now + Duration::days(31)).await.unwrap(), 1);
    assert_eq!(count(&pool, "true").await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_e_mail_is_tried_at_growing_intervals_and_then_given_up(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    let link = invite_bea(&store, &ada).await;
    for pause in [
        Duration::minutes(1),
        Duration::minutes(5),
        Duration::minutes(30),
        Duration::hours(2),
        Duration::hours(12),
    ] {
        let email = only(&store).await;
        assert!(email.body.contains(&link));
        let before = OffsetDateTime::now_utc();
        let next = store.email_failed(email.id, "421 try later", false).await.unwrap().unwrap();
        let waits = next - before;
        assert!((waits - pause).abs() < Duration::seconds(20), "{waits} instead of {pause}");
        assert!(store.due_emails(10).await.unwrap().is_empty());
        assert_eq!(count(&pool, "problem = '421 try later' AND failed_at IS NULL").await, 1);
        wait(&pool).await;
    }
    let email = only(&store).await;
    assert_eq!(store.email_failed(email.id, "421 never", false).await.unwrap(), None);
    assert_eq!(count(&pool, "problem = '421 never' AND failed_at IS NOT NULL AND attempts = 6").await, 1);
    assert_eq!(tables_that_hold(&pool, &link).await, Vec::<String>::new());
    wait(&pool).await;
    assert!(store.due_emails(10).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_e_mail_that_is_refused_for_good_is_not_tried_again(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    let link = invite_bea(&store, &ada).await;
    let email = only(&store).await;
    assert_eq!(store.email_failed(email.id, "550 no such user", true).await.unwrap(), None);
    assert_eq!(tables_that_hold(&pool, &link).await, Vec::<String>::new());
    wait(&pool).await;
    assert!(store.due_emails(10).await.unwrap().is_empty());
    assert_eq!(
        count(&pool, "problem = '550 no such user' AND failed_at IS NOT NULL AND attempts = 1").await,
        1
    );
}

/// A server whose mail was off for a week does not catch up on a week of news.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn old_news_are_given_up(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    let link = invite_bea(&store, &ada).await;
    run(&pool, "UPDATE emails SET created_at = now() - interval '2 days 23 hours'").await;
    only(&store).await;
    run(&pool, "UPDATE emails SET created_at = now() - interval '3 days 1 hour'").await;
    // Claimed as it is, it may be on its way.
    assert!(store.due_emails(10).await.unwrap().is_empty());
    assert_eq!(count(&pool, "failed_at IS NULL").await, 1);
    wait(&pool).await;
    assert!(store.due_emails(10).await.unwrap().is_empty());
    assert_eq!(count(&pool, "failed_at IS NOT NULL AND problem = 'not sent in time'").await, 1);
    assert_eq!(tables_that_hold(&pool, &link).await, Vec::<String>::new());
}

/// Somebody who found a way to send statements of their own could otherwise read links that let people in.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn requests_can_write_e_mails_and_read_or_change_none(pool: PgPool) {
    let (store, ada) = site(&pool).await;
    invite_bea(&store, &ada).await;
    let mut request = PgConnection::connect_with(&pool.connect_options()).await.unwrap();
    sqlx::query("SET ROLE parsimony_app").execute(&mut request).await.unwrap();
    sqlx::query("SELECT set_config('parsimony.workspace', $1, false)")
        .bind(ada.scope.workspace.to_string())
        .execute(&mut request)
        .await
        .unwrap();
    for statement in [
        "SELECT body FROM emails",
        "SELECT count(*) FROM emails",
        "UPDATE emails SET recipient = 'mallory@example.net'",
        "DELETE FROM emails",
        "INSERT INTO emails (id, recipient, subject, body)
         VALUES (gen_random_uuid(), 'bea@example.com', 'News', 'None') RETURNING body",
    ] {
        let refusal = sqlx::query(statement).execute(&mut request).await.unwrap_err().to_string();
        assert!(refusal.contains("permission denied"), "{statement}: {refusal}");
    }
    sqlx::query(
        "INSERT INTO emails (id, workspace_id, recipient, subject, body)
         VALUES (gen_random_uuid(), current_workspace(), 'bea@example.com', 'News', 'None')",
    )
    .execute(&mut request)
    .await
    .unwrap();
    assert_eq!(count(&pool, "true").await, 2);
}
