//! E-mails about notifications: one for each that nobody read, whichever server writes it, and tried until it arrives.
#![allow(clippy::unwrap_used)]

mod support;

use sqlx::PgPool;
use std::collections::BTreeSet;
use store::{DueEmail, Store, UseCaseId};
use support::people::Person;
use support::review::ReviewTeam;
use support::{count, named, run, store_on};

const SITE: &str = "https://parsimony.example.com";

/// A team, a use case, and a server that sends e-mails.
async fn site(pool: &PgPool) -> (ReviewTeam, UseCaseId, Store) {
    let team = ReviewTeam::new(pool).await;
    let id = team.written(&team.ben, &named("Invoices", "10M")).await;
    (team, id, store_on(pool).writing_emails(SITE))
}

/// Ben asks somebody something.
async fn mention(team: &ReviewTeam, id: UseCaseId, handle: &str) {
    team.store.write_comment(team.ben.scope, id, None, None, &format!("@{handle}?")).await.unwrap();
}

/// E-mails whose time has come, by who gets them.
async fn due(mail: &Store) -> Vec<DueEmail> {
    let mut due = mail.due_emails(100).await.unwrap();
    due.sort_by(|one, other| one.recipient.cmp(&other.recipient));
    due
}

fn recipients(due: &[DueEmail]) -> Vec<&str> {
    due.iter().map(|email| &*email.recipient).collect()
}

/// How many notifications had an e-mail written about them.
async fn mailed(pool: &PgPool) -> i64 {
    count(pool, "notifications", "mailed_at IS NOT NULL").await
}

/// Lets the time of the next attempt come.
async fn wait(pool: &PgPool) {
    run(pool, "UPDATE emails SET next_attempt_at = now()").await;
}

async fn reads_everything(team: &ReviewTeam, person: &Person) {
    team.store.read_notifications(person.scope, None, None).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_unread_notification_is_mailed_once(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    team.propose(&team.ben, id).await.unwrap();
    mention(&team, id, "cleo").await;
    // To Ada, Cleo, Dan and Eve the proposal, to Cleo the question.
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 5);
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 0);
    assert_eq!(store_on(&pool).writing_emails(SITE).write_notification_emails(100).await.unwrap(), 0);
    let due = due(&mail).await;
    let expected =
        ["ada@example.org", "cleo@example.org", "cleo@example.org", "dan@example.org", "eve@example.org"];
    assert_eq!(recipients(&due), expected);
    let subjects: BTreeSet<&str> = due.iter().map(|email| &*email.subject).collect();
    assert_eq!(subjects, BTreeSet::from(["Ben mentioned you in “Invoices”", "Please review “Invoices”"]));
    let link = format!("{SITE}/use-cases/{id}");
    assert!(due.iter().all(|email| email.body.lines().any(|line| line == link)));
    let own = format!("workspace_id = '{}'", team.scope().workspace);
    assert_eq!(count(&pool, "emails", &own).await, 5);
    // Reading it afterwards brings no second one.
    team.everybody_reads().await;
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_read_in_time_is_not_mailed(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    for handle in ["cleo", "dan"] {
        mention(&team, id, handle).await;
    }
    reads_everything(&team, &team.cleo).await;
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 1);
    assert_eq!(recipients(&due(&mail).await), ["dan@example.org"]);
    assert_eq!(mailed(&pool).await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_mail_server_nothing_is_written_and_old_news_stay_unsent(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    mention(&team, id, "cleo").await;
    assert_eq!(team.store.write_notification_emails(100).await.unwrap(), 0);
    assert_eq!((mailed(&pool).await, count(&pool, "emails", "true").await), (0, 0));
    // E-mail is set up a day later: yesterday’s news are read in the product or not at all.
    run(&pool, "UPDATE notifications SET created_at = now() - interval '25 hours'").await;
    mention(&team, id, "dan").await;
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 1);
    assert_eq!(recipients(&due(&mail).await), ["dan@example.org"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_left_before_it_was_written_gets_none(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    for handle in ["cleo", "dan"] {
        mention(&team, id, handle).await;
    }
    team.store.remove_member(team.scope(), team.cleo.account).await.unwrap();
    mail.write_notification_emails(100).await.unwrap();
    assert_eq!(recipients(&due(&mail).await), ["dan@example.org"]);
    // Nor when they come back: it was dealt with.
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 0);
    assert_eq!(mailed(&pool).await, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_few_at_a_time_the_oldest_first(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    for handle in ["eve", "cleo", "dan"] {
        mention(&team, id, handle).await;
    }
    assert_eq!(mail.write_notification_emails(2).await.unwrap(), 2);
    assert_eq!(recipients(&due(&mail).await), ["cleo@example.org", "eve@example.org"]);
    assert_eq!(mail.write_notification_emails(2).await.unwrap(), 1);
    assert_eq!(recipients(&due(&mail).await), ["dan@example.org"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn servers_that_write_at_once_write_each_once(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    for _ in 0..20 {
        mention(&team, id, "cleo").await;
    }
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let mail = mail.clone();
            tokio::spawn(async move { mail.write_notification_emails(7).await.unwrap() })
        })
        .collect();
    let mut written = 0;
    for server in servers {
        written += server.await.unwrap();
    }
    // One that comes while others hold the rest writes fewer, and looks again later.
    while mailed(&pool).await < 20 {
        written += mail.write_notification_emails(7).await.unwrap();
    }
    assert_eq!((written, count(&pool, "emails", "true").await), (20, 20));
    assert_eq!(mail.write_notification_emails(7).await.unwrap(), 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_that_fails_is_tried_again_and_not_written_again(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    mention(&team, id, "cleo").await;
    mail.write_notification_emails(100).await.unwrap();
    let first = due(&mail).await.remove(0);
    assert!(mail.email_failed(first.id, "421 try later", false).await.unwrap().is_some());
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 0);
    assert!(due(&mail).await.is_empty());
    wait(&pool).await;
    let second = due(&mail).await.remove(0);
    assert_eq!((second.id, second.subject, second.body), (first.id, first.subject, first.body));
    mail.email_sent(second.id).await.unwrap();
    wait(&pool).await;
    assert!(due(&mail).await.is_empty());
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 0);
    assert_eq!(count(&pool, "emails", "sent_at IS NOT NULL AND attempts = 2 AND body = ''").await, 1);
    // The notification in the product is another matter: it waits to be read.
    assert_eq!(team.store.unread_notifications(team.cleo.scope).await.unwrap(), 1);
}

/// A reason of a later release is none that this one has words for; the notification waits for it in the product.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_reason_without_words_keeps_nothing_else_from_being_mailed(pool: PgPool) {
    let (team, id, mail) = site(&pool).await;
    mention(&team, id, "cleo").await;
    run(&pool, "UPDATE notifications SET reason = 'thanked'").await;
    mention(&team, id, "dan").await;
    assert_eq!(mail.write_notification_emails(100).await.unwrap(), 2);
    assert_eq!(recipients(&due(&mail).await), ["dan@example.org"]);
}
