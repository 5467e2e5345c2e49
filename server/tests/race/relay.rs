//! What works, with a real endpoint.

use std::time::{Duration, Instant};

use domain::access::Role;
use serde_json::json;
use sqlx::PgPool;
use store::RaceUse;

use crate::{
    faulty::{Faulty, Manner, PIECE, stream_that_ends},
    people::invited,
    site::{Race, Site, endpoint, prompt},
    upstream::{KEY, Upstream},
};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_comes_as_the_endpoint_gives_it_and_is_accounted_for(pool: PgPool) {
    let upstream = Upstream::start();
    let site = Site::new(&pool, Some(endpoint(&upstream.base()))).await;
    let asked = prompt("Name three colours.", 24);
    // Every browser offers to take an answer compressed.
    let request = site.request(&site.ada, &asked).header("accept-encoding", "gzip, deflate, br");
    let race = Race::listen(request.send().await.unwrap()).await;
    assert_eq!(race.status, 200, "{}", race.text);
    assert_eq!(race.headers["content-type"], "text/event-stream");
    assert_eq!(race.headers["cache-control"], "no-store");
    assert!(!race.headers.contains_key("content-encoding"), "{:?}", race.headers);
    assert_eq!(race.course(), ["begun", "delta", "done"]);

    // The same words and the same count as without us.
    let mut directly = asked.clone();
    directly["model"] = "smollm2".into();
    let directly = upstream.ask(reqwest::Method::POST, "/v1/chat/completions", Some(&directly)).await;
    assert_eq!(race.answer(), directly["choices"][0]["message"]["content"].as_str().unwrap());
    let done = race.last();
    for name in ["prompt_tokens", "completion_tokens"] {
        assert_eq!(done["usage"][name], directly["usage"][name], "{name}");
    }
    assert_eq!(done["finish_reason"], directly["choices"][0]["finish_reason"]);
    assert_eq!(done["model"], "smollm2-135m-instruct");

    // What it cost, by the price book: 0.15 and 0.60 dollars for a million.
    let tokens = |name: &str| done["usage"][name].as_f64().unwrap();
    let price = &site.terms(&site.ada).await["price"];
    let dollars = |name: &str| price[name].as_f64().unwrap();
    let fresh = tokens("prompt_tokens") - tokens("cached_tokens");
    let cached = tokens("cached_tokens") * dollars("cached_input");
    let expected =
        (fresh * dollars("input") + cached + tokens("completion_tokens") * dollars("output")) / 1e6;
    assert!((done["cost_usd"].as_f64().unwrap() - expected).abs() < 1e-12, "{done} {expected}");

    // Counted with what it took, not with what was set aside.
    let used = site.store.race_use(site.ada.scope).await.unwrap();
    let total = tokens("prompt_tokens") + tokens("completion_tokens");
    assert_eq!((used.account.requests, used.account.tokens as f64), (1, total));
    let RaceUse { account, workspace, .. } = used;
    assert_eq!(account, workspace);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_times_tell_the_way_to_us_from_the_way_to_the_endpoint(pool: PgPool) {
    let upstream = Upstream::start();
    let site = Site::new(&pool, Some(endpoint(&upstream.base()))).await;
    let started = Instant::now();
    let race = site.race(&site.ada, &prompt("Say hello.", 48)).await;
    let whole_ms = started.elapsed().as_secs_f64() * 1e3;

    let timing = &race.last()["timing"];
    let ms = |name: &str| timing[name].as_f64().unwrap();
    let in_order = ["connect_ms", "headers_ms", "first_token_ms", "last_token_ms", "total_ms"].map(ms);
    assert!(in_order.is_sorted() && in_order[0] > 0.0, "{timing}");
    assert_eq!(race.events[0].1["timing"]["headers_ms"], timing["headers_ms"]);
    assert!(ms("server_ms") + ms("total_ms") <= whole_ms, "{timing} {whole_ms}");

    // Text is passed on when it comes, and not in the end: the first was here long before the last.
    let deltas: Vec<_> = race.events.iter().filter(|(name, ..)| name == "delta").collect();
    let spread = deltas.last().unwrap().2 - deltas[0].2;
    let there = Duration::from_secs_f64((ms("last_token_ms") - ms("first_token_ms")) / 1e3);
    assert!(spread > there / 2, "{spread:?} here, {there:?} there");
    assert_eq!(u64::try_from(deltas.len()).unwrap(), race.last()["pieces"].as_u64().unwrap());
}

/// The real endpoint closes every connection, so this is about one that does not.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_connection_is_used_again_and_then_takes_no_time_to_make(pool: PgPool) {
    let kept = Faulty::start(Manner::Converses(stream_that_ends(&[PIECE, "[DONE]"]))).await;
    let site = Site::new(&pool, Some(endpoint(&kept.base()))).await;
    let cold = site.race(&site.ada, &prompt("Hi", 5)).await;
    assert!(cold.last()["timing"]["connect_ms"].as_f64().unwrap() > 0.0, "{}", cold.text);
    // The rest of an answer is read after its last word was passed on.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let warm = site.race(&site.ada, &prompt("Hi", 5)).await;
    assert!(warm.last()["timing"]["connect_ms"].is_null(), "{}", warm.text);
    assert_eq!((kept.heard().len(), warm.answer().as_str()), (2, "Hel"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_hangs_up_stops_the_endpoint(pool: PgPool) {
    let upstream = Upstream::start();
    let site = Site::new(&pool, Some(endpoint(&upstream.base()))).await;
    let asked = prompt("Write a long story about a lighthouse keeper and the sea.", 1_024);
    let mut response = site.request(&site.ada, &asked).send().await.unwrap();
    let mut heard = String::new();
    while heard.matches("event: delta").count() < 3 {
        heard.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
    assert_eq!(upstream.busy_slots().await, 1);
    drop(response);
    let hung_up = Instant::now();
    while upstream.busy_slots().await > 0 {
        assert!(hung_up.elapsed() < Duration::from_secs(5), "the endpoint goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It counts with all that it could have taken: nobody knows what the endpoint will bill.
    let used = site.store.race_use(site.ada.scope).await.unwrap().account;
    assert!(used.requests == 1 && used.tokens > 1_024, "{used:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn programs_race_too_and_the_two_doors_have_their_own_keys(pool: PgPool) {
    let upstream = Upstream::start();
    let site = Site::new(&pool, Some(endpoint(&upstream.base()))).await;
    let asked = prompt("Say hello.", 4);
    let editor = invited(&site.store, &site.ada, Role::Editor).await;
    let token = editor.api_token(&site.store, true).await;
    let race = Race::listen(site.program(&token, &asked).send().await.unwrap()).await;
    assert_eq!(race.course(), ["begun", "delta", "done"], "{}", race.text);

    let viewer = invited(&site.store, &site.ada, Role::Viewer).await;
    let race = site.race(&viewer, &asked).await;
    assert_eq!((race.status, race.kind().as_str()), (403, "role-too-low"));
    assert!(race.problem()["instance"].as_str().unwrap().starts_with("urn:uuid:"));
    let cookie = format!("{}={}", app::access::SESSION_COOKIE, site.ada.cookie);
    let by_cookie = site.program("parsimony_x", &asked).header("cookie", cookie);
    assert_eq!(by_cookie.send().await.unwrap().status(), 401);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let mut foreign = site.request(&site.ada, &asked).build().unwrap();
        foreign.headers_mut().insert(name, value.parse().unwrap());
        let refused = Race::listen(reqwest::Client::new().execute(foreign).await.unwrap()).await;
        assert_eq!((refused.status, refused.kind().as_str()), (403, "cross-site"), "{name}");
    }
    assert_eq!(upstream.busy_slots().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_prompt_that_cannot_be_used_is_refused_before_it_costs_anything(pool: PgPool) {
    let site = Site::new(&pool, Some(endpoint("http://127.0.0.1:1/v1"))).await;
    for (body, pointers) in [
        (json!({ "messages": [], "max_tokens": 5 }), vec!["/messages"]),
        (prompt(&"x".repeat(8_001), 5), vec!["/messages/0/content"]),
        (prompt("Hi", 1_025), vec!["/max_tokens"]),
        (json!({ "prompt": "Hi" }), vec!["/messages", "/max_tokens", "/prompt"]),
    ] {
        let race = site.race(&site.ada, &body).await;
        assert_eq!((race.status, race.kind().as_str()), (422, "invalid-input"));
        let problem = race.problem();
        let errors = problem["errors"].as_array().unwrap();
        let found: Vec<&str> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(found, pointers);
    }
    assert_eq!(site.store.race_use(site.ada.scope).await.unwrap().account.requests, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_terms_tell_what_fits_and_what_is_left(pool: PgPool) {
    let site = Site::new(&pool, Some(endpoint("http://127.0.0.1:1/v1"))).await;
    let terms = site.terms(&site.ada).await;
    assert_eq!(terms["model"], "smollm2");
    assert_eq!(terms["price"]["key"], "gpt-4o-mini");
    assert_eq!((&terms["most_messages"], &terms["most_tokens"]), (&json!(32), &json!(1_024)));
    let person = json!({ "requests": 1_000, "requests_used": 0, "tokens": 1_000_000, "tokens_used": 0 });
    assert_eq!(terms["budget"]["person"], person);
    assert!(!terms.to_string().contains(KEY) && !terms.to_string().contains("127.0.0.1"), "{terms}");

    let bare = Site::over(site.store.clone(), site.ada.clone(), None).await;
    let terms = bare.terms(&bare.ada).await;
    assert!(terms["model"].is_null() && terms["budget"].is_null(), "{terms}");
    let race = bare.race(&bare.ada, &prompt("Hi", 1)).await;
    assert_eq!((race.status, race.kind().as_str()), (404, "no-endpoint"));
}
