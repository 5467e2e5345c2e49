//! `GET /api/v1/price-book`.

use axum::body::Body;
use http::{Request, StatusCode, header};
use sqlx::PgPool;

use crate::support::Site;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_row_has_its_source_and_date(pool: PgPool) {
    let site = Site::new(pool).await;
    let answer = site.get("/api/v1/price-book").await;
    assert_eq!(answer.status, StatusCode::OK);
    let book = answer.json();
    for member in ["version", "as_of"] {
        assert!(!book[member].as_str().unwrap().is_empty());
    }
    for list in ["api_models", "gpu_offers", "serving_profiles", "latencies"] {
        let rows = book[list].as_array().unwrap();
        assert!(!rows.is_empty(), "{list}");
        for row in rows {
            assert!(!row["source"].as_str().unwrap().is_empty() && row["as_of"].is_string(), "{list}: {row}");
        }
    }
    assert!(!book["encoder"]["source"].as_str().unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_has_it_already_hears_only_that(pool: PgPool) {
    let site = Site::new(pool).await;
    let ask = async |tag: &str| {
        let request = Request::get("/api/v1/price-book").header(header::IF_NONE_MATCH, tag);
        site.send(request.body(Body::empty()).unwrap()).await
    };
    let first = site.get("/api/v1/price-book").await;
    let tag = first.header(header::ETAG).to_owned();
    assert_eq!(first.header(header::CACHE_CONTROL), "no-cache");
    for known in [tag.clone(), format!("\"x\", {tag}"), "*".to_owned()] {
        let again = ask(&known).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{known}");
        assert!(again.body.is_empty());
        assert_eq!(again.header(header::ETAG), tag);
        assert_eq!(again.header(header::CACHE_CONTROL), "no-cache");
    }
    assert_eq!(ask("\"another\"").await.status, StatusCode::OK);
    let (_, book) = site.store.current_price_book().await.unwrap();
    assert_eq!(tag, format!("W/\"{}\"", book.digest()));
}
