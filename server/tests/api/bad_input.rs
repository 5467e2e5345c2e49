//! Every field with everything that it should not hold.

use domain::{field::Kind, use_case::Field};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    document::description,
    schemas::Schemas,
    support::{Answer, Site},
};

/// Values that a field must refuse, each with whether the published schema refuses it as well.
fn bad_values(field: Field) -> Vec<(Value, bool)> {
    let long = "x".repeat(200_000);
    let mut values = vec![
        (json!(true), true),
        (json!([]), true),
        (json!([1, 2, 3]), true),
        (json!({}), true),
        (json!({ "likely": 1 }), true),
        (json!({ "low": 1, "likely": "2", "high": 3 }), true),
        (json!(long), true),
    ];
    match field.kind() {
        Kind::Number { min, max, whole, none_word, .. } => {
            let above = if whole { max + 1.0 } else { max * 1.000_001 };
            values.extend([
                (json!(min - 1.0), true),
                (json!(above), true),
                (json!(1e308), true),
                (json!(-1e308), true),
                (json!(u64::MAX), true),
                (json!(i64::MIN), true),
                (json!(""), true),
                (json!(" "), true),
                (json!("NaN"), true),
                (json!("unknown"), true),
                (json!("1000"), true),
                (json!({ "low": min - 1.0, "likely": min, "high": max }), false),
                (json!({ "low": max, "likely": max, "high": min }), false),
            ]);
            if min >= 0.0 {
                values.extend([(json!(-1), true), (json!(-0.5), true)]);
            }
            if whole {
                values.push((json!(min + 0.5), true));
            }
            if !none_word {
                values.push((json!("none"), true));
            }
        }
        Kind::Choice(_) => values.extend(
            [json!(""), json!("NaN"), json!("unknown"), json!("Simple"), json!(0), json!(-1), json!(1e308)]
                .map(|value| (value, true)),
        ),
        Kind::Catalogue(_) => values.extend([
            (json!(""), true),
            (json!("NaN"), false),
            (json!("unknown"), false),
            (json!("gpt-99\u{0}"), false),
            (json!(-1), true),
            (json!(1e308), true),
        ]),
        Kind::Text(_) => values.extend([
            (json!(-1), true),
            (json!(1e308), true),
            (json!("\u{0}"), false),
            (json!("a\u{1b}[31mb"), false),
        ]),
    }
    values
}

/// The one problem of an answer, which must name the field and what it accepts.
fn problem_of(answer: &Answer, field: Field, sent: &str) -> Value {
    let problem = answer.problem(422);
    assert_eq!(problem["type"], "urn:parsimony:problem:invalid-input");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{sent}: {problem}");
    assert_eq!(errors[0]["field"], field.name(), "{sent}");
    assert!(errors[0]["pointer"].as_str().unwrap().starts_with(&format!("/{}", field.name())), "{problem}");
    assert!(!errors[0]["detail"].as_str().unwrap().is_empty(), "{problem}");
    assert!(answer.body.len() < 1_000, "{sent}: {problem}");
    errors[0].clone()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_field_refuses_what_it_cannot_hold_and_says_what_it_can(pool: PgPool) {
    let site = Site::new(pool).await;
    let description = description(&site).await;
    let schemas = Schemas::of(&description);
    for field in Field::ALL {
        for (value, schema_refuses) in bad_values(*field) {
            let body = json!({ field.name(): value });
            let sent: String = body.to_string().chars().take(120).collect();
            let error = problem_of(&site.decide(&body).await, *field, &sent);
            let allowed = error["allowed"].as_str().unwrap();
            match field.kind() {
                Kind::Number { min, max, .. } => {
                    let (min, max) = (domain::field::plain_number(min), domain::field::plain_number(max));
                    assert!(allowed.contains(&format!("number from {min} to {max}")), "{sent}: {allowed}");
                }
                Kind::Choice(answers) => {
                    assert!(answers.iter().all(|(code, _)| allowed.contains(code)), "{sent}: {allowed}");
                }
                Kind::Catalogue(_) => assert!(allowed.contains("/api/v1/price-book"), "{sent}: {allowed}"),
                Kind::Text(limit) => assert!(allowed.contains(&limit.to_string()), "{sent}: {allowed}"),
            }
            assert_eq!(!schemas.is_valid("UseCase", &body), schema_refuses, "the schema on {sent}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_ends_of_every_range_are_inside(pool: PgPool) {
    let site = Site::new(pool).await;
    let description = description(&site).await;
    let schemas = Schemas::of(&description);
    for field in Field::ALL {
        let Kind::Number { min, max, none_word, .. } = field.kind() else { continue };
        // Of the two fields with a rule between them, the other has to be known for it to apply.
        let mut values = vec![json!(min), json!(max), json!({ "low": min, "likely": min, "high": max })];
        if none_word {
            values.push(json!("none"));
        }
        for value in values {
            let body = json!({ field.name(): value });
            assert_eq!(site.decide(&body).await.status, 200, "{body}");
            assert!(schemas.is_valid("UseCase", &body), "{body}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_field_is_wrong_at_once_and_every_one_is_named(pool: PgPool) {
    let site = Site::new(pool).await;
    let body: serde_json::Map<String, Value> =
        Field::ALL.iter().map(|field| (field.name().to_owned(), json!([true]))).collect();
    let problem = site.decide(&Value::Object(body)).await.problem(422);
    let named: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    let all: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
    assert_eq!(named, all);
    assert!(problem["detail"].as_str().unwrap().starts_with(&format!("{} fields", all.len())), "{problem}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_name_that_is_no_field_is_refused_with_the_one_that_was_meant(pool: PgPool) {
    let site = Site::new(pool).await;
    let problem = site.decide(&json!({ "latancy_target_ms": 100, "preset": "x" })).await.problem(422);
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors[0]["pointer"], "/latancy_target_ms");
    assert!(errors[0]["detail"].as_str().unwrap().contains("“latency_target_ms”"), "{problem}");
    assert_eq!(errors[1]["field"], "preset");
    assert_eq!(errors[1].get("allowed"), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn numbers_that_json_does_not_have_are_refused_with_their_place(pool: PgPool) {
    let site = Site::new(pool).await;
    for (number, words) in [
        ("NaN", "line 2 column 11"),
        ("Infinity", "line 2 column 11"),
        ("-Infinity", "line 2 column 1"),
        ("1e999", "number out of range at line 2 column 1"),
        ("0x10", "line 2 column 1"),
        ("1,000", "line 2 column 1"),
        ("01", "line 2 column 1"),
    ] {
        let problem = site.decide_text(format!("{{\n \"batch\": {number}}}")).await.problem(400);
        assert_eq!(problem["type"], "urn:parsimony:problem:not-json");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{number}: {problem}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn bodies_that_are_no_use_case_are_refused(pool: PgPool) {
    let site = Site::new(pool).await;
    for (body, status) in [
        (String::new(), 400),
        ("requests_per_month=10".to_owned(), 400),
        ("{".to_owned(), 400),
        ("{}{}".to_owned(), 400),
        ("[".repeat(1_000_000), 422),
        (format!("{{\"name\":{}", "[".repeat(1_000_000)), 400),
        (format!("{{\"name\":{}", "{\"a\":".repeat(200_000)), 400),
        ("null".to_owned(), 422),
        ("[{}]".to_owned(), 422),
        ("{\"batch\": \"yes\", \"batch\": \"no\"}".to_owned(), 422),
        (format!("{{\"name\": \"{}\"}}", "x".repeat(1_000_000)), 422),
        (format!("{{\"name\": \"{}\"}}", "x".repeat(1_100_000)), 413),
    ] {
        let begins: String = body.chars().take(40).collect();
        let answer = site.decide_text(body).await;
        assert_eq!(answer.status, status, "{begins}");
        answer.problem(status);
    }
}
