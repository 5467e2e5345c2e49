//! Use cases in JSON: those that can be read, and what is said about the others.

use domain::preset::PRESETS;
use serde_json::json;

use super::*;

fn book() -> PriceBook {
    domain::evidence::price_book().unwrap()
}

fn members(object: Value) -> Members {
    let Value::Object(map) = object else { panic!("not an object") };
    Members(map.into_iter().collect())
}

fn refused(object: Value) -> Vec<FieldProblem> {
    let problem = read(members(object), &book()).unwrap_err();
    assert_eq!(problem.status, 422);
    problem.errors
}

fn pointers(problems: &[FieldProblem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.pointer.as_str()).collect()
}

#[test]
fn every_preset_reads_back_from_its_own_json() {
    for preset in PRESETS {
        let use_case = UseCase::parse(&preset.draft()).unwrap();
        let json = serde_json::to_value(&use_case).unwrap();
        assert_eq!(read(members(json), &book()).unwrap(), use_case, "{}", preset.id);
    }
}

#[test]
fn numbers_are_read_to_the_last_digit() {
    for number in [0.1, 1.0 / 3.0, 99.999_999_999_999_99, 1e-7, 5e-324, 0.30000000000000004] {
        let use_case =
            read(members(json!({ "share_handled": number, "slm_quality": null })), &book()).unwrap();
        assert_eq!(serde_json::to_value(&use_case).unwrap()["share_handled"], json!(number));
    }
}

#[test]
fn ranges_words_and_unknowns_are_read() {
    let object = json!({
        "name": " Triage ",
        "requests_per_month": { "low": 1e3, "likely": 2000, "high": 3000.0 },
        "latency_target_ms": "none",
        "retraining_interval": null,
        "reasoning": "simple",
        "frontier_model": "gpt-4o",
    });
    let json = serde_json::to_value(read(members(object), &book()).unwrap()).unwrap();
    assert_eq!(json["name"], "Triage");
    assert_eq!(json["requests_per_month"], json!({ "low": 1000.0, "likely": 2000.0, "high": 3000.0 }));
    assert_eq!(json["latency_target_ms"], "none");
    assert_eq!(json["retraining_interval"], Value::Null);
    assert_eq!(json["input_tokens"], Value::Null);
    assert_eq!(json["reasoning"], "simple");
}

#[test]
fn everything_wrong_is_named_at_once_in_the_order_of_the_fields() {
    let problems = refused(json!({
        "latancy_target_ms": 100,
        "gpu_offer": "nobody-offers-this",
        "privacy": "maybe",
        "input_tokens": 100,
        "cached_tokens": 200,
        "requests_per_month": true,
        "frontier_model": "gpt-99",
        "label_count": { "low": 2, "likely": "three", "high": 4 },
    }));
    assert_eq!(
        pointers(&problems),
        [
            "/requests_per_month",
            "/cached_tokens",
            "/label_count/likely",
            "/privacy",
            "/frontier_model",
            "/gpu_offer",
            "/latancy_target_ms"
        ]
    );
    assert_eq!(problems[0].detail, "true is not a number");
    assert_eq!(problems[1].allowed.as_deref(), Some("at most the input tokens per request"));
    assert_eq!(problems[2].field, "label_count");
    assert_eq!(
        problems[3].allowed.as_deref(),
        Some("one of \"cloud_acceptable\", \"on_premise_required\", or null")
    );
    assert_eq!(problems[4].allowed.as_deref(), Some("a key of api_models in /api/v1/price-book, or null"));
    assert_eq!(problems[6].allowed.as_deref(), Some("latency_target_ms"));
}

#[test]
fn a_range_needs_its_three_numbers_in_order_and_no_more() {
    for (range, pointer, words) in [
        (json!({ "low": 1, "high": 3 }), "/output_tokens", "no number “likely”"),
        (json!({ "low": 1, "likely": 2, "high": null }), "/output_tokens/high", "null is not a number"),
        (json!({ "low": 3, "likely": 2, "high": 1 }), "/output_tokens", "must rise"),
        (json!({ "low": 1, "likely": 2, "high": 3, "median": 2 }), "/output_tokens", "“median”"),
        (
            json!({ "low": 1, "likely": 2, "high": 1e308 }),
            "/output_tokens",
            "1e+308 is outside 0 to 1,000,000",
        ),
        (json!({}), "/output_tokens", "no number “low”"),
    ] {
        let problems = refused(json!({ "output_tokens": range }));
        assert_eq!(pointers(&problems), [pointer]);
        assert!(problems[0].detail.contains(words), "{problems:?}");
    }
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    let twice = vec![("batch".to_owned(), json!("yes")), ("batch".to_owned(), json!("no"))];
    let problem = read(Members(twice), &book()).unwrap_err();
    assert_eq!(problem.errors[0].detail, "is there more than once");
}

#[test]
fn a_throughput_of_another_gpu_is_refused_once_everything_else_reads() {
    let mut object = serde_json::to_value(
        UseCase::parse(&domain::preset::by_id("code-completion").unwrap().draft()).unwrap(),
    )
    .unwrap();
    object["gpu_offer"] = json!("l4-24gb-aws-us-east-1-g6-xlarge");
    let problems = refused(object);
    assert_eq!(pointers(&problems), ["/gpu_offer"]);
    assert!(problems[0].allowed.as_deref().unwrap().contains("H100"), "{problems:?}");
}

#[test]
fn an_answer_is_short_however_long_the_request_was() {
    let long = "x".repeat(1_000_000);
    for object in [
        json!({ &long: 1 }),
        json!({ "name": long }),
        json!({ "notes": long }),
        json!({ "input_tokens": long }),
        json!({ "privacy": long }),
        json!({ "gpu_offer": long }),
        json!({ "input_tokens": { "low": 1, "likely": 2, "high": long } }),
        json!({ "input_tokens": { "low": 1, "likely": 2, "high": 3, &long: 4 } }),
    ] {
        let problems = refused(object);
        assert_eq!(problems.len(), 1);
        assert!(serde_json::to_string(&problems).unwrap().len() < 600, "{problems:?}");
    }
    let many: Map<String, Value> = (0..50_000).map(|index| (format!("{index}~/"), Value::Null)).collect();
    let problem = read(members(Value::Object(many)), &book()).unwrap_err();
    assert_eq!(problem.errors.len(), MOST_UNKNOWN_NAMES);
    assert!(problem.errors[0].pointer.ends_with("~0~1"), "{problem:?}");
    assert_eq!(
        problem.detail.as_deref(),
        Some("50,000 fields cannot be used, 20 of which are listed. Nothing was changed.")
    );
}
