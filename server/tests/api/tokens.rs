//! Who may use what takes a token, and what everybody else hears.

use app::{access::SESSION_COOKIE, limits::TOKEN_MISSES};
use axum::{body::Body, extract::ConnectInfo};
use domain::access::Role;
use http::{Request, StatusCode, header};
use sqlx::PgPool;
use std::net::SocketAddr;

use crate::{
    office::{Office, sketch},
    people::{first_admin, founder, invited},
    support::{Answer, Site},
};

const LIST: &str = "/api/v1/portfolios";

/// A token that is well formed and was never made.
fn invented() -> String {
    format!("parsimony_{}", "A".repeat(43))
}

fn kind(answer: &Answer, status: u16) -> String {
    let problem = answer.problem(status);
    problem["type"].as_str().unwrap().trim_start_matches("urn:parsimony:problem:").to_owned()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_token_there_is_nothing_but_how_to_send_one(pool: PgPool) {
    let site = Site::new(pool).await;
    let ada = first_admin(&site.store).await;
    let request =
        |name: &str, value: &str| Request::get(LIST).header(name, value).body(Body::empty()).unwrap();
    for (name, value) in [
        ("x-nothing", "at all"),
        ("authorization", ""),
        ("authorization", "Bearer"),
        ("authorization", "Basic YWRhOnNlY3JldA=="),
        ("authorization", &ada.api_token(&site.store, true).await),
        // The session of a browser is none of this API's business: another site could make it ask.
        ("cookie", &format!("{SESSION_COOKIE}={}", ada.cookie)),
    ] {
        let answer = site.send(request(name, value)).await;
        assert_eq!(kind(&answer, 401), "token-missing", "{name}: {value}");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn tokens_that_were_never_made_or_ended_do_not_work(pool: PgPool) {
    let site = Site::new(pool).await;
    let ada = first_admin(&site.store).await;
    let leaver = invited(&site.store, &ada, Role::Editor).await;
    let left = leaver.api_token(&site.store, true).await;
    site.store.remove_member(ada.scope, leaver.account).await.unwrap();
    let past = time::OffsetDateTime::now_utc() + time::Duration::milliseconds(20);
    let expired = site.store.create_api_token(ada.scope, "Short", true, past).await.unwrap().secret;
    let made = site.store.create_api_token(ada.scope, "Gone", true, crate::people::tomorrow()).await.unwrap();
    assert_eq!(site.read(&made.secret, LIST).await.status, StatusCode::OK);
    site.store.revoke_api_token(ada.scope, made.id, None).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    let cut = &made.secret[..made.secret.len() - 1];
    for token in [&invented(), "short", &ada.cookie, cut, &left, &expired, &made.secret] {
        let answer = site.read(token, LIST).await;
        assert_eq!(kind(&answer, 401), "token-not-valid", "{token}");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
        assert!(!answer.json().to_string().contains(token), "{token} is repeated");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_does_no_more_than_its_account_may_today(pool: PgPool) {
    let site = Site::new(pool).await;
    let ada = first_admin(&site.store).await;
    let office = Office::new(&site, &ada).await;
    let editor = invited(&site.store, &office.admin, Role::Editor).await;
    let token = editor.api_token(&site.store, true).await;
    assert_eq!(office.create(&token, &sketch()).await.status, StatusCode::CREATED);

    site.store.set_role(office.admin.scope, editor.account, Role::Viewer).await.unwrap();
    let before = office.log_length().await;
    let answer = office.create(&token, &sketch()).await;
    assert_eq!(kind(&answer, 403), "role-too-low");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("role editor") && detail.contains("role viewer"), "{detail}");
    assert_eq!(site.read(&token, LIST).await.status, StatusCode::OK);

    let reads = office.admin.api_token(&site.store, false).await;
    assert_eq!(office.log_length().await, before + 1, "making the token, and nothing else");
    for answer in [office.create(&reads, &sketch()).await, office.replace(&reads, "\"1\"", &sketch()).await] {
        assert_eq!(kind(&answer, 403), "token-only-reads");
    }
    assert_eq!(site.read(&reads, "/api/v1/audit").await.status, StatusCode::OK);
    assert_eq!(office.log_length().await, before + 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_done_with_a_token_is_recorded_with_it(pool: PgPool) {
    let site = Site::new(pool).await;
    let ada = first_admin(&site.store).await;
    let office = Office::new(&site, &ada).await;
    let log = site.store.audit_after(office.admin.scope, 0).await.unwrap();
    let token = log.iter().find(|entry| entry.action == "api_token.created").unwrap().subject_id;
    let created = log.last().unwrap();
    assert_eq!(created.action, "use_case.created");
    assert_eq!(created.account_id, Some(office.admin.account));
    assert_eq!(created.api_token_id.map(store::ApiTokenId::uuid), token);
    assert_eq!(created.session_id, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_opens_its_own_workspace_only(pool: PgPool) {
    let site = Site::new(pool).await;
    let ada = first_admin(&site.store).await;
    let office = Office::new(&site, &ada).await;
    let stranger = founder(&site.store, &ada).await.api_token(&site.store, true).await;
    let before = office.log_length().await;
    for answer in [
        site.read(&stranger, &office.list_path()).await,
        site.read(&stranger, &format!("{}?archived=true", office.list_path())).await,
        site.read(&stranger, &office.use_case_path()).await,
        office.create(&stranger, &sketch()).await,
        office.replace(&stranger, "\"1\"", &sketch()).await,
        // Not even by being wrong in other ways.
        office.replace(&stranger, "*", &serde_json::json!({ "colour": "red" })).await,
    ] {
        assert_eq!(kind(&answer, 404), "not-found");
    }
    assert_eq!(site.read(&stranger, LIST).await.json()["portfolios"], serde_json::json!([]));
    assert!(!String::from_utf8_lossy(&site.read(&stranger, "/api/v1/audit").await.body).contains("Claims"));
    assert_eq!(office.log_length().await, before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn guessing_tokens_ends_for_the_address_it_comes_from_and_no_other(pool: PgPool) {
    let site = Site::new(pool).await;
    let token = first_admin(&site.store).await.api_token(&site.store, false).await;
    let ask = async |token: &str, address: [u8; 4]| {
        let request = Request::get(LIST).header("authorization", format!("Bearer {token}"));
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((address, 4711))));
        site.send(request).await
    };
    let (guesser, colleague) = ([192, 0, 2, 66], [192, 0, 2, 7]);
    for _ in 0..TOKEN_MISSES.attempts {
        assert_eq!(ask(&token, guesser).await.status, StatusCode::OK, "those that work are not counted");
        assert_eq!(kind(&ask(&invented(), guesser).await, 401), "token-not-valid");
    }
    for token in [&invented(), &token] {
        let answer = ask(token, guesser).await;
        assert_eq!(kind(&answer, 429), "too-many-misses");
        let seconds: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
        assert!((1..=TOKEN_MISSES.window.as_secs() + 1).contains(&seconds), "{seconds}");
        assert!(!answer.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    assert_eq!(ask(&token, colleague).await.status, StatusCode::OK);
}
