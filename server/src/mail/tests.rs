//! The job against a mail server that answers as its recipients' names say.

use std::sync::{Arc, Mutex};

use sqlx::{AssertSqlSafe, PgPool};
use time::macros::datetime;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

use super::*;

/// Messages that a mail server took, as they were sent.
type Taken = Arc<Mutex<Vec<String>>>;

/// A mail server on a port of its own. It knows nobody called `gone`, has no time for anybody called `later`,
/// and lets those called `slow` wait for ever.
async fn mail_server() -> (Mailer, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Taken::default();
    let kept = taken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, kept.clone()));
        }
    });
    (mailer(port), taken)
}

fn mailer(port: u16) -> Mailer {
    Mailer {
        transport: AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(port).build(),
        from: "Parsimony <parsimony@example.com>".parse().unwrap(),
    }
}

async fn converse(stream: TcpStream, taken: Taken) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.example.com\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match line.get(..4).unwrap_or_default() {
            "RCPT" if line.contains("gone@") => "550-5.1.1 no such user\r\n550 5.1.1 of ours",
            "RCPT" if line.contains("later@") => "451 4.2.0 try later",
            "RCPT" if line.contains("slow@") => std::future::pending().await,
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await?
                    && line != "."
                {
                    message.push_str(&line);
                    message.push('\n');
                }
                taken.lock().unwrap().push(message);
                "250 taken"
            }
            "QUIT" => "221 goodbye",
            _ => "250 mail.example.com",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn email(recipient: &str) -> DueEmail {
    DueEmail {
        id: Uuid::from_u128(7),
        recipient: recipient.to_owned(),
        subject: "Ada invites you to “Claims”".to_owned(),
        body: "Büro\nhttps://parsimony.example.com/invitations/secret\n".to_owned(),
        created_at: datetime!(2026-12-24 18:00:00 UTC),
    }
}

async fn written(pool: &PgPool, recipients: &[&str]) {
    for recipient in recipients {
        sqlx::query("INSERT INTO emails (id, recipient, subject, body) VALUES ($1, $2, 'News', 'secret')")
            .bind(Uuid::now_v7())
            .bind(*recipient)
            .execute(pool)
            .await
            .unwrap();
    }
}

/// Recipients of the e-mails that meet a condition, sorted.
async fn those(pool: &PgPool, condition: &str) -> Vec<String> {
    let query = format!("SELECT recipient FROM emails WHERE {condition} ORDER BY 1");
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(pool).await.unwrap()
}

/// Waits for so many e-mails to meet a condition.
async fn until(pool: &PgPool, condition: &str, count: usize) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    while those(pool, condition).await.len() < count {
        assert!(tokio::time::Instant::now() < deadline, "waited in vain until {count} e-mails: {condition}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn a_message_has_everything_a_mailbox_asks_for() {
    let from = "Parsimony <parsimony@example.com>".parse().unwrap();
    let made = String::from_utf8(message(&from, &email("bea@example.org")).unwrap().formatted()).unwrap();
    let (head, body) = made.split_once("\r\n\r\n").unwrap();
    for line in [
        "Message-ID: <00000000-0000-0000-0000-000000000007@example.com>",
        "Date: Thu, 24 Dec 2026 18:00:00 +0000",
        "From: Parsimony <parsimony@example.com>",
        "To: bea@example.org",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ] {
        assert!(head.lines().any(|found| found == line), "{line} is not in\n{head}");
    }
    assert!(made.is_ascii(), "{made}");
    assert!(body.contains("https://parsimony.example.com/invitations/secret"), "{body}");
    let again = String::from_utf8(message(&from, &email("bea@example.org")).unwrap().formatted()).unwrap();
    assert_eq!(again, made);
}

#[test]
fn an_address_that_nobody_can_have_is_given_up_at_once() {
    let from = "parsimony@example.com".parse().unwrap();
    for impossible in ["bea", "bea@", "bea@example.org\r\nBcc: all@example.org", "be a@example.org"] {
        let failure = message(&from, &email(impossible)).unwrap_err();
        assert!(failure.is_final, "{failure:?}");
        assert!(!failure.problem.contains('\n'), "{failure:?}");
    }
}

#[test]
fn a_problem_is_one_line_of_bearable_length() {
    assert_eq!(one_line("550 no\r\nsuch\0user"), "550 no  such user");
    assert_eq!(one_line(&"é".repeat(600)).chars().count(), PROBLEM_LENGTH);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_e_mail_goes_out_once_and_each_refusal_is_remembered(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let (mailer, taken) = mail_server().await;
    written(&pool, &["bea@example.org", "gone@example.org", "later@example.org", "nobody"]).await;
    assert_eq!(mailer.round(&store).await.unwrap(), 4);
    assert_eq!(taken.lock().unwrap().len(), 1);
    assert!(taken.lock().unwrap()[0].contains("To: bea@example.org"));
    assert_eq!(those(&pool, "sent_at IS NOT NULL").await, ["bea@example.org"]);
    assert_eq!(those(&pool, "failed_at IS NOT NULL").await, ["gone@example.org", "nobody"]);
    assert_eq!(those(&pool, "body = 'secret'").await, ["later@example.org"]);
    assert_eq!(those(&pool, "problem LIKE '%no such user%'").await, ["gone@example.org"]);
    assert_eq!(
        those(&pool, "problem LIKE '%try later%' AND next_attempt_at > now()").await,
        ["later@example.org"]
    );
    assert_eq!(mailer.round(&store).await.unwrap(), 0);
    assert_eq!(taken.lock().unwrap().len(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_mail_server_that_is_away_costs_nothing_but_time(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    written(&pool, &["bea@example.org"]).await;
    // Nobody listens on that port.
    assert_eq!(mailer(1).round(&store).await.unwrap(), 1);
    assert_eq!(those(&pool, "failed_at IS NULL AND problem IS NOT NULL").await, ["bea@example.org"]);
    sqlx::query("UPDATE emails SET next_attempt_at = now()").execute(&pool).await.unwrap();
    let (mailer, taken) = mail_server().await;
    assert_eq!(mailer.round(&store).await.unwrap(), 1);
    assert_eq!(taken.lock().unwrap().len(), 1);
    assert_eq!(
        those(&pool, "sent_at IS NOT NULL AND problem IS NULL AND attempts = 2").await,
        ["bea@example.org"]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_job_sends_all_there_is_and_ends_when_asked(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let (mailer, taken) = mail_server().await;
    let recipients: Vec<String> = (0..10).map(|n| format!("bea{n}@example.org")).collect();
    written(&pool, &recipients.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let job = mailer.start(store.clone(), Readiness::prepared(store));
    until(&pool, "sent_at IS NOT NULL", 10).await;
    job.stop().await;
    assert_eq!(taken.lock().unwrap().len(), 10);
    // Nobody is left to send this one.
    written(&pool, &["late@example.org"]).await;
    assert_eq!(those(&pool, "sent_at IS NOT NULL").await, recipients);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ending_does_not_wait_for_a_mail_server_that_hangs(pool: PgPool) {
    let store = Store::from_pool(pool.clone());
    let (mailer, taken) = mail_server().await;
    written(&pool, &["slow@example.org"]).await;
    let job = mailer.start(store.clone(), Readiness::prepared(store));
    until(&pool, "attempts = 1", 1).await;
    let asked = tokio::time::Instant::now();
    job.stop().await;
    assert!(asked.elapsed() < SEND_LIMIT, "{:?}", asked.elapsed());
    assert!(taken.lock().unwrap().is_empty());
    // It is not lost: it is tried again when its claim lapses.
    assert_eq!(those(&pool, "sent_at IS NULL AND failed_at IS NULL").await, ["slow@example.org"]);
}
