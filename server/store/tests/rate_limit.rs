//! Rate limits: how often something may be tried, by whom, and for how long.
#![allow(clippy::unwrap_used)]

mod support;

use sqlx::PgPool;
use std::time::Duration;
use store::RateLimit;
use support::{run, store_on, tables_that_hold};

const SIGN_IN: RateLimit = RateLimit { kind: "sign-in", attempts: 3, window: Duration::from_secs(15 * 60) };

const AGE: &str = "UPDATE rate_limits SET started_at = started_at - interval '15 minutes 1 second'";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_attempt_after_the_last_is_one_too_many(pool: PgPool) {
    let store = store_on(&pool);
    for _ in 0..SIGN_IN.attempts {
        assert_eq!(store.attempt(SIGN_IN, "ada@example.org").await.unwrap(), Ok(()));
    }
    for _ in 0..2 {
        let limited = store.attempt(SIGN_IN, "ada@example.org").await.unwrap().unwrap_err();
        let wait = limited.retry_after;
        assert!(wait <= SIGN_IN.window && wait > SIGN_IN.window - Duration::from_secs(60), "{wait:?}");
    }
    // The same person under other letters, and not another person or another kind of attempt.
    assert!(store.attempt(SIGN_IN, "ADA@example.org").await.unwrap().is_err());
    assert_eq!(store.attempt(SIGN_IN, "bea@example.org").await.unwrap(), Ok(()));
    let other_kind = RateLimit { kind: "token", ..SIGN_IN };
    assert_eq!(store.attempt(other_kind, "ada@example.org").await.unwrap(), Ok(()));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_window_that_is_over_starts_anew(pool: PgPool) {
    let store = store_on(&pool);
    for _ in 0..10 {
        store.attempt(SIGN_IN, "ada").await.unwrap().ok();
    }
    // Trying on does not lengthen the wait: the window still began with the first attempt.
    run(&pool, "UPDATE rate_limits SET started_at = started_at - interval '14 minutes'").await;
    let limited = store.attempt(SIGN_IN, "ada").await.unwrap().unwrap_err();
    assert!(limited.retry_after <= Duration::from_secs(60), "{:?}", limited.retry_after);
    run(&pool, "UPDATE rate_limits SET started_at = started_at - interval '61 seconds'").await;
    assert_eq!(store.is_limited(SIGN_IN, "ada").await.unwrap(), None);
    for _ in 0..SIGN_IN.attempts {
        assert_eq!(store.attempt(SIGN_IN, "ada").await.unwrap(), Ok(()));
    }
    let limited = store.attempt(SIGN_IN, "ada").await.unwrap().unwrap_err();
    assert!(limited.retry_after > Duration::from_secs(14 * 60), "{:?}", limited.retry_after);
}

/// Whoever asks first and counts failures only must stop at the same attempt as whoever counts first.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn asking_counts_nothing_and_agrees_with_the_next_attempt(pool: PgPool) {
    let store = store_on(&pool);
    for _ in 0..SIGN_IN.attempts {
        for _ in 0..10 {
            assert_eq!(store.is_limited(SIGN_IN, "ada").await.unwrap(), None);
        }
        assert_eq!(store.attempt(SIGN_IN, "ada").await.unwrap(), Ok(()));
    }
    let limited = store.is_limited(SIGN_IN, "Ada").await.unwrap().unwrap();
    assert!(limited.retry_after <= SIGN_IN.window, "{:?}", limited.retry_after);
    assert_eq!(store.is_limited(SIGN_IN, "bea").await.unwrap(), None);
    assert!(store.attempt(SIGN_IN, "ada").await.unwrap().is_err());
    assert!(store.is_limited(SIGN_IN, "ada").await.unwrap().is_some());
    run(&pool, AGE).await;
    assert_eq!(store.is_limited(SIGN_IN, "ada").await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_got_it_right_starts_anew(pool: PgPool) {
    let store = store_on(&pool);
    for _ in 0..5 {
        store.attempt(SIGN_IN, "ada").await.unwrap().ok();
        store.attempt(SIGN_IN, "bea").await.unwrap().ok();
    }
    store.forget_attempts(SIGN_IN, "ADA").await.unwrap();
    assert_eq!(store.attempt(SIGN_IN, "ada").await.unwrap(), Ok(()));
    assert!(store.attempt(SIGN_IN, "bea").await.unwrap().is_err());
    store.forget_attempts(SIGN_IN, "nobody").await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_crowd_gets_no_more_attempts_than_one(pool: PgPool) {
    let store = store_on(&pool);
    let crowd: Vec<_> = (0..40)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.attempt(SIGN_IN, "ada").await.unwrap() })
        })
        .collect();
    let mut allowed = 0;
    for one in crowd {
        allowed += i32::from(one.await.unwrap().is_ok());
    }
    assert_eq!(allowed, SIGN_IN.attempts);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn counters_name_nobody_and_are_swept_when_old(pool: PgPool) {
    let store = store_on(&pool);
    store.attempt(SIGN_IN, "ada@example.org").await.unwrap().unwrap();
    assert_eq!(tables_that_hold(&pool, "example.org").await, Vec::<String>::new());
    let counters = async || {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM rate_limits").fetch_one(&pool).await.unwrap();
        count
    };
    store.sweep().await.unwrap();
    assert_eq!(counters().await, 1);
    run(&pool, "UPDATE rate_limits SET started_at = now() - interval '25 hours'").await;
    store.sweep().await.unwrap();
    assert_eq!(counters().await, 0);
}
