//! What goes wrong at the endpoint: each fault is told in our own words, and what the endpoint said stays inside.

use std::time::{Duration, Instant};

use sqlx::PgPool;

use crate::{
    faulty::{Faulty, INSIDE, Manner, PIECE, status, stream_of},
    logs,
    site::{Race, Site, endpoint, prompt},
    upstream::KEY,
};

/// Races against an endpoint of this manner, which has a second to begin and two to end.
async fn race(pool: &PgPool, manner: Manner) -> (Race, Site, Faulty) {
    let faulty = Faulty::start(manner).await;
    let mut config = endpoint(&faulty.base());
    config.limits.first_token = Duration::from_secs(1);
    config.limits.total = Duration::from_secs(2);
    config.limits.bytes = 100_000;
    let site = Site::new(pool, Some(config)).await;
    let race = site.race(&site.ada, &prompt("Hi", 50)).await;
    assert_silent(&race);
    let heard = faulty.heard();
    assert!(
        heard.is_empty() || heard[0].contains(KEY),
        "the key is what the endpoint is asked with: {heard:?}"
    );
    (race, site, faulty)
}

/// Neither the visitor nor the log hears the key, or what the endpoint said.
fn assert_silent(race: &Race) {
    let log = logs::read();
    for secret in [KEY, INSIDE] {
        assert!(!race.text.contains(secret), "{}", race.text);
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{line:?}");
    }
    assert!(log.contains("The LLM endpoint"), "the operator hears something");
}

/// A fault before the answer begins: a problem, and nothing is counted.
async fn refused(pool: &PgPool, manner: Manner, status: u16, kind: &str) {
    let (race, site, _) = race(pool, manner).await;
    assert_eq!((race.status, race.kind().as_str()), (status, kind), "{}", race.text);
    let used = site.store.race_use(site.ada.scope).await.unwrap().account;
    assert_eq!((used.requests, used.tokens), (0, 0));
}

/// A fault in the middle: the stream ends with it, and the prompt is counted.
async fn failed(pool: &PgPool, manner: Manner, course: &[&str], kind: &str) {
    let (race, site, _) = race(pool, manner).await;
    assert_eq!(race.course(), course, "{}", race.text);
    assert_eq!(race.kind(), kind);
    let used = site.store.race_use(site.ada.scope).await.unwrap().account;
    assert!(used.requests == 1 && used.tokens >= 50, "{used:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_is_away(pool: PgPool) {
    let site = Site::new(&pool, Some(endpoint("http://127.0.0.1:1/v1"))).await;
    let race = site.race(&site.ada, &prompt("Hi", 50)).await;
    assert_eq!((race.status, race.kind().as_str()), (502, "endpoint-unreachable"));
    assert_silent(&race);
    assert!(!race.text.contains("127.0.0.1"), "{}", race.text);
    assert_eq!(site.store.race_use(site.ada.scope).await.unwrap().account.requests, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_does_not_take_the_key(pool: PgPool) {
    refused(&pool, status("401 Unauthorized", ""), 502, "endpoint-refuses-key").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_is_busy(pool: PgPool) {
    refused(&pool, status("429 Too Many Requests", "retry-after: 1\r\n"), 502, "endpoint-busy").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_does_not_know_the_model(pool: PgPool) {
    refused(&pool, status("404 Not Found", ""), 502, "endpoint-refuses-request").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_fails(pool: PgPool) {
    refused(&pool, status("503 Service Unavailable", ""), 502, "endpoint-failed").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_answers_in_one_piece(pool: PgPool) {
    refused(&pool, status("200 OK", ""), 502, "endpoint-unreadable").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_redirects_does_not_send_the_key_elsewhere(pool: PgPool) {
    let elsewhere = Faulty::start(Manner::Says(stream_of(&[PIECE, "[DONE]"]))).await;
    let location = format!("location: {}/chat/completions\r\n", elsewhere.base());
    let found = Faulty::start(status("302 Found", &location)).await;
    let site = Site::new(&pool, Some(endpoint(&found.base()))).await;
    // The second kind asks to be sent the same again, key and all.
    let again = Faulty::start(status("307 Temporary Redirect", &location)).await;
    let other = Site::over(site.store.clone(), site.ada.clone(), Some(endpoint(&again.base()))).await;
    for site in [&site, &other] {
        let race = site.race(&site.ada, &prompt("Hi", 50)).await;
        assert_eq!((race.status, race.kind().as_str()), (502, "endpoint-redirects"));
        assert_silent(&race);
        assert!(elsewhere.heard().is_empty());
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_says_nothing(pool: PgPool) {
    let started = Instant::now();
    refused(&pool, Manner::FallsSilent(String::new()), 504, "endpoint-too-slow").await;
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_begins_and_then_says_nothing(pool: PgPool) {
    let silent = Manner::FallsSilent(stream_of(&[r#"{"choices":[{"delta":{"role":"assistant"}}]}"#]));
    failed(&pool, silent, &["begun", "failed"], "endpoint-too-slow").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_falls_silent_midway(pool: PgPool) {
    let silent = Manner::FallsSilent(stream_of(&[PIECE]));
    failed(&pool, silent, &["begun", "delta", "failed"], "endpoint-too-slow").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_breaks_off(pool: PgPool) {
    failed(&pool, Manner::Says(stream_of(&[PIECE])), &["begun", "delta", "failed"], "endpoint-broke-off")
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_whose_connection_breaks(pool: PgPool) {
    let chunk = format!("{:x}\r\ndata: {PIECE}\n\n\r\n", PIECE.len() + 8);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let broken = Manner::Says(format!("{head}{chunk}ffff\r\ndata: {{\"choi"));
    failed(&pool, broken, &["begun", "delta", "failed"], "endpoint-broke-off").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_reports_a_failure_midway(pool: PgPool) {
    let error = format!(r#"{{"error":{{"message":"{INSIDE} {KEY}"}}}}"#);
    let failing = Manner::Says(stream_of(&[PIECE, &error]));
    failed(&pool, failing, &["begun", "delta", "failed"], "endpoint-failed").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_sends_nonsense(pool: PgPool) {
    let nonsense = Manner::Says(stream_of(&[PIECE, &format!("{INSIDE} {KEY}")]));
    failed(&pool, nonsense, &["begun", "delta", "failed"], "endpoint-unreadable").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_never_ends_a_line(pool: PgPool) {
    let endless = Manner::Babbles(stream_of(&[]), "data and no end ");
    failed(&pool, endless, &["begun", "failed"], "endpoint-too-long").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_never_stops(pool: PgPool) {
    let more = r#"data: {"choices":[{"delta":{"content":"and on "}}]}

"#;
    failed(&pool, Manner::Babbles(stream_of(&[]), more), &["begun", "delta", "failed"], "endpoint-too-long")
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_endpoint_that_does_not_count_is_taken_at_its_most(pool: PgPool) {
    let stop = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
    // It does not even say that it is done.
    let (race, site, _) = race_without_log(&pool, Manner::Says(stream_of(&[PIECE, stop]))).await;
    assert_eq!(race.course(), ["begun", "delta", "done"]);
    assert!(race.last()["usage"].is_null() && race.last()["cost_usd"].is_null(), "{}", race.text);
    assert_eq!(race.last()["finish_reason"], "stop");
    let used = site.store.race_use(site.ada.scope).await.unwrap().account;
    assert!(used.tokens >= 50, "{used:?}");
}

/// The same for an endpoint of which there is nothing to say.
async fn race_without_log(pool: &PgPool, manner: Manner) -> (Race, Site, Faulty) {
    let faulty = Faulty::start(manner).await;
    let site = Site::new(pool, Some(endpoint(&faulty.base()))).await;
    let race = site.race(&site.ada, &prompt("Hi", 50)).await;
    (race, site, faulty)
}
