//! `GET /api/v1/scenarios/{token}`.

use app::limits::TOKEN_MISSES;
use http::{StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{Answer, Site, preset};

fn assert_private(answer: &Answer) {
    assert!(answer.header(header::CACHE_CONTROL).contains("no-store"), "{answer:?}");
    assert_eq!(answer.header("x-robots-tag"), "noindex");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_opens_what_was_frozen(pool: PgPool) {
    let site = Site::new(pool).await;
    let sharer = site.sharer().await;
    let frozen = site.frozen(preset("medical-coding")).await;
    let until = OffsetDateTime::now_utc() + Duration::days(30);
    for expires_at in [None, Some(until)] {
        let link = site.store.create_scenario(sharer, None, &frozen, expires_at).await.unwrap();
        let answer = site.get(&format!("/api/v1/scenarios/{}", link.token)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "private, no-store");
        assert_private(&answer);
        let scenario = answer.json();
        assert_eq!(scenario["title"], "Medical coding");
        for (member, value) in [
            ("use_case", serde_json::to_value(&frozen.use_case)),
            ("policy", serde_json::to_value(&frozen.policy)),
            ("price_book", serde_json::to_value(&frozen.price_book)),
            ("decision", serde_json::to_value(&frozen.decision)),
        ] {
            assert!(scenario[member] == value.unwrap(), "{member} differs");
        }
        let created = OffsetDateTime::parse(scenario["created_at"].as_str().unwrap(), &Rfc3339).unwrap();
        assert!((OffsetDateTime::now_utc() - created).abs() < Duration::minutes(10));
        match expires_at {
            None => assert_eq!(scenario["expires_at"], Value::Null),
            Some(until) => {
                let expires =
                    OffsetDateTime::parse(scenario["expires_at"].as_str().unwrap(), &Rfc3339).unwrap();
                assert!((until - expires).abs() < Duration::milliseconds(1));
            }
        }
        // What was shared can be decided again.
        assert_eq!(site.decide(&scenario["use_case"]).await.json(), scenario["decision"]);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_that_ended_says_why(pool: PgPool) {
    let site = Site::new(pool).await;
    let sharer = site.sharer().await;
    let frozen = site.frozen(preset("blank")).await;
    let revoked = site.store.create_scenario(sharer, None, &frozen, None).await.unwrap();
    site.store.revoke_scenario(sharer, revoked.id).await.unwrap();
    let past = OffsetDateTime::now_utc() - Duration::seconds(1);
    let expired = site.store.create_scenario(sharer, None, &frozen, Some(past)).await.unwrap();
    for (token, kind) in [(&revoked.token, "scenario-revoked"), (&expired.token, "scenario-expired")] {
        let answer = site.get(&format!("/api/v1/scenarios/{token}")).await;
        assert_eq!(answer.problem(410)["type"], json!(format!("urn:parsimony:problem:{kind}")));
        assert_private(&answer);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn other_tokens_open_nothing(pool: PgPool) {
    let site = Site::new(pool).await;
    for token in
        ["x", &"A".repeat(43), &"A".repeat(44), &"A".repeat(20_000), "%FF", "%00", "..%2F..%2Fetc", "%C3%A4"]
    {
        let answer = site.get(&format!("/api/v1/scenarios/{token}")).await;
        let problem = answer.problem(404);
        assert_eq!(problem["type"], "urn:parsimony:problem:no-such-scenario", "{token}");
        assert!(token.len() < 40 || !problem.to_string().contains(token));
        assert_private(&answer);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_goes_on_trying_is_not_answered_any_more(pool: PgPool) {
    let site = Site::new(pool).await;
    let frozen = site.frozen(preset("blank")).await;
    let link = site.store.create_scenario(site.sharer().await, None, &frozen, None).await.unwrap();
    let right = format!("/api/v1/scenarios/{}", link.token);
    for _ in 0..TOKEN_MISSES.attempts {
        // Those that open something are not counted.
        assert_eq!(site.get(&right).await.status, StatusCode::OK);
        site.get(&format!("/api/v1/scenarios/{}", "A".repeat(43))).await.problem(404);
    }
    for path in [&format!("/api/v1/scenarios/{}", "B".repeat(43)), &right] {
        let answer = site.get(path).await;
        assert_eq!(answer.problem(429)["type"], "urn:parsimony:problem:too-many-misses");
        let seconds: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
        assert!((1..=TOKEN_MISSES.window.as_secs() + 1).contains(&seconds), "{seconds}");
        assert_private(&answer);
    }
    site.store.forget_attempts(TOKEN_MISSES, "").await.unwrap();
    assert_eq!(site.get(&right).await.status, StatusCode::OK);
}
