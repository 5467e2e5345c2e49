//! Every field against everything that people and programs put into it. What is refused is refused with the
//! field's name and the allowed range; nothing panics, and nothing that was accepted breaks the engine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use domain::decision::Decision;
use domain::field::{Catalogue, Draft, FieldError, Kind, plain_number};
use domain::preset::{self, PRESETS};
use domain::use_case::{Field, UseCase};
use std::fmt::Write as _;
use support::{BOOK, decide};

/// A megabyte of a digit: long, and a number as well.
static MEGABYTE: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "9".repeat(1 << 20));

/// Reads one field the way the server does: the text, then the price book.
fn read(field: Field, text: &str) -> Result<UseCase, Vec<FieldError>> {
    let use_case = UseCase::parse(&Draft::default().with(field, text))?;
    BOOK.check(&use_case)?;
    Ok(use_case)
}

fn start(text: &str) -> String {
    text.chars().take(30).collect()
}

fn refused(field: Field, text: &str) -> FieldError {
    let errors = read(field, text).expect_err(&format!("{} accepts {}", field.name(), start(text)));
    assert_eq!(errors.len(), 1, "{}: {errors:?}", field.name());
    let error = errors.into_iter().next().unwrap();
    assert_eq!(error.field, field, "the error names the field");
    assert!(
        !error.problem.is_empty() && error.problem.chars().count() < 300,
        "{}: {}",
        field.name(),
        error.problem
    );
    assert!(error.allowed.chars().count() > 10, "{}: {}", field.name(), error.allowed);
    error
}

fn accepted(field: Field, text: &str) -> UseCase {
    read(field, text).unwrap_or_else(|errors| panic!("{} refuses {}: {errors:?}", field.name(), start(text)))
}

fn fields(matching: impl Fn(&Kind) -> bool) -> impl Iterator<Item = (Field, Kind)> {
    Field::ALL.iter().map(|field| (*field, field.kind())).filter(move |(_, kind)| matching(kind))
}

#[test]
fn a_number_is_accepted_inside_its_range_only() {
    let mut seen = 0;
    for (field, kind) in fields(|kind| matches!(kind, Kind::Number { .. })) {
        let Kind::Number { min, max, unit, whole, none_word } = kind else { continue };
        let middle = ((min + max) / 2.0).floor().max(min);
        for inside in [min, middle, max] {
            let use_case = accepted(field, &inside.to_string());
            assert_eq!(use_case.to_draft().text(field), inside.to_string(), "{}", field.name());
        }
        accepted(field, &format!("{min}..{middle}..{max}"));
        let outside = [
            // Below and above, by a little and by much.
            (min - 0.001).to_string(),
            (min - 1.0).to_string(),
            (max + 1.0).to_string(),
            (max * 1.5).to_string(),
            "1e308".to_owned(),
            "-1e308".to_owned(),
            "1e308M".to_owned(),
            format!("-{max}"),
            // Ranges that fall, stick out, or are not three numbers.
            format!("{max}..{middle}..{min}"),
            format!("{min}..{max}..{middle}"),
            format!("{min}..{middle}..1e308"),
            format!("{min}..{max}"),
            format!("{min}.."),
            "..".to_owned(),
        ];
        for text in &outside {
            let error = refused(field, text);
            for part in [plain_number(min), plain_number(max), unit.to_owned()] {
                assert!(error.allowed.contains(&part), "{}: {} lacks {part}", field.name(), error.allowed);
            }
        }
        let nonsense = [
            "NaN",
            "nan",
            "-NaN",
            "inf",
            "-inf",
            "+inf",
            "Infinity",
            "-infinity",
            "1e999",
            "-1e999",
            "1e",
            "e5",
            "--1",
            "1.2.3",
            "1,5",
            "1;5",
            "0x10",
            "٣",
            "²",
            "½",
            "true",
            "ten",
            "on",
            "null",
            "[]",
            "{}",
            "\"1\"",
            "1\n2",
            "%",
            "$",
            "k",
            "-",
            "+",
            "\0",
            "1\u{202e}",
            "<b>1</b>",
            "';--",
            MEGABYTE.as_str(),
        ];
        for text in nonsense {
            refused(field, text);
        }
        assert_eq!(read(field, "none").is_ok(), none_word, "{}: none", field.name());
        assert_eq!(read(field, "-1").is_ok(), min <= -1.0, "{}: a negative number", field.name());
        assert_eq!(
            read(field, &(middle + 0.5).to_string()).is_ok(),
            !whole && middle + 0.5 <= max,
            "{}",
            field.name()
        );
        seen += 1;
    }
    assert!(seen > 35, "{seen} fields hold numbers");
}

#[test]
fn an_empty_field_is_unknown_and_stays_unknown() {
    for field in Field::ALL {
        for empty in ["", " ", "\t \n", "\u{a0}"] {
            assert!(accepted(*field, empty).is_unknown(*field), "{} {empty:?}", field.name());
        }
    }
    let unknown = UseCase::parse(&Draft::default()).unwrap();
    assert!(Field::ALL.iter().all(|field| unknown.is_unknown(*field)));
    assert_eq!(unknown, UseCase::default());
}

#[test]
fn a_choice_takes_its_own_answers_only() {
    for (field, kind) in fields(|kind| matches!(kind, Kind::Choice(_))) {
        let Kind::Choice(answers) = kind else { continue };
        for (code, label) in &answers {
            assert_eq!(accepted(field, code).to_draft().text(field), *code);
            assert!(refused(field, label).allowed.contains(code), "the label is no answer, the code is");
        }
        for text in
            ["NaN", "inf", "1e308", "-1", "0", "maybe", "YES", "yes, no", "1..2..3", "\0", MEGABYTE.as_str()]
        {
            let error = refused(field, text);
            assert!(answers.iter().all(|(code, _)| error.allowed.contains(code)), "{}", error.allowed);
        }
    }
}

#[test]
fn a_catalogue_field_takes_entries_of_the_price_book_only() {
    for (field, kind) in fields(|kind| matches!(kind, Kind::Catalogue(_))) {
        let Kind::Catalogue(catalogue) = kind else { continue };
        let keys: Vec<&str> = match catalogue {
            Catalogue::ApiModels => BOOK.api_models.iter().map(|entry| entry.key.as_str()).collect(),
            Catalogue::GpuOffers => BOOK.gpu_offers.iter().map(|entry| entry.key.as_str()).collect(),
            Catalogue::ServingProfiles => {
                BOOK.serving_profiles.iter().map(|entry| entry.key.as_str()).collect()
            }
        };
        for key in keys {
            assert_eq!(accepted(field, key).to_draft().text(field), key);
        }
        for text in
            ["NaN", "inf", "1e308", "-1", "gpt-4o ; drop", "GPT-4O", "1..2..3", "a\0b", MEGABYTE.as_str()]
        {
            assert!(refused(field, text).allowed.contains("of the price book"), "{}", field.name());
        }
    }
}

#[test]
fn a_text_is_taken_up_to_its_length_whatever_it_says() {
    for (field, kind) in fields(|kind| matches!(kind, Kind::Text(_))) {
        let Kind::Text(limit) = kind else { continue };
        for text in
            ["NaN", "inf", "1e308", "-1", "<script>alert(1)</script>", "'; DROP TABLE", "ünï 漢字 🦀", "none"]
        {
            assert_eq!(accepted(field, text).to_draft().text(field), text);
        }
        // Characters are counted, not bytes.
        let (longest, longer) = ("漢".repeat(limit), "漢".repeat(limit + 1));
        assert_eq!(accepted(field, &longest).to_draft().text(field), longest);
        for text in [longer.as_str(), MEGABYTE.as_str()] {
            assert!(refused(field, text).allowed.contains(&limit.to_string()), "{}", field.name());
        }
        refused(field, "a\0b");
        refused(field, "a\u{1b}[31mb");
    }
}

#[test]
fn every_field_refused_at_once_is_named_once_in_the_order_of_the_form() {
    let all = Field::ALL.iter().fold(Draft::default(), |draft, field| draft.with(*field, "\0"));
    let errors = UseCase::parse(&all).unwrap_err();
    assert!(errors.iter().map(|error| error.field).eq(Field::ALL.iter().copied()));
}

#[test]
fn json_is_held_to_the_same_limits() {
    for field in Field::ALL {
        let with =
            |value: &str| serde_json::from_str::<UseCase>(&format!("{{\"{}\": {value}}}", field.name()));
        assert!(with("null").is_ok() || matches!(field.kind(), Kind::Text(_)), "{}", field.name());
        for value in [
            "true",
            "[1]",
            "{\"low\": 1}",
            "{\"low\": 3, \"likely\": 2, \"high\": 1}",
            "1e308",
            "-1e308",
            "1e999",
        ] {
            assert!(with(value).is_err(), "{} takes {value}", field.name());
        }
        assert!(with(&format!("\"{}\"", MEGABYTE.as_str())).is_err(), "{} takes a megabyte", field.name());
    }
    assert!(serde_json::from_str::<UseCase>("{\"requests\": 5}").is_err(), "a name that is no field");
}

/// Whether a decision reads back from JSON byte for byte; a number that is not finite would not.
fn is_stored_whole(decision: &Decision) -> bool {
    let json = serde_json::to_string(decision).unwrap();
    serde_json::from_str::<Decision>(&json).is_ok_and(|again| serde_json::to_string(&again).unwrap() == json)
}

#[test]
fn what_a_field_accepts_at_its_edges_can_be_decided_and_stored() {
    for preset in [preset::DEFAULT_PRESET, "customer-support"] {
        let draft = preset::by_id(preset).unwrap().draft();
        for (field, kind) in fields(|kind| matches!(kind, Kind::Number { .. })) {
            let Kind::Number { min, max, .. } = kind else { continue };
            for text in [
                min.to_string(),
                max.to_string(),
                format!("{min}..{min}..{max}"),
                String::new(),
                "none".to_owned(),
            ] {
                // Two fields may contradict each other, e.g. more cached tokens than input tokens.
                let Ok(use_case) = UseCase::parse(&draft.clone().with(field, text.as_str())) else {
                    continue;
                };
                assert!(is_stored_whole(&decide(&use_case)), "{} = {text}", field.name());
            }
        }
    }
}

#[test]
fn everything_at_its_largest_and_everything_at_its_smallest_can_be_decided() {
    for largest in [true, false] {
        for preset in PRESETS {
            let draft = fields(|kind| matches!(kind, Kind::Number { .. })).fold(
                preset.draft(),
                |draft, (field, kind)| {
                    let Kind::Number { min, max, .. } = kind else { return draft };
                    draft.with(field, if largest { max } else { min }.to_string())
                },
            );
            let decision = decide(&UseCase::parse(&draft).unwrap());
            assert!(is_stored_whole(&decision), "{}, at its largest: {largest}", preset.id);
        }
    }
}

#[test]
fn the_most_gpus_that_any_inputs_ask_for_can_be_decided() {
    let slow = [Field::PrefillTps, Field::DecodeTps, Field::TargetUtilisation, Field::DiscountRate];
    for preset in PRESETS {
        let draft = fields(|kind| matches!(kind, Kind::Number { .. })).fold(
            preset.draft(),
            |draft, (field, kind)| {
                let Kind::Number { min, max, .. } = kind else { return draft };
                draft.with(field, if slow.contains(&field) { min } else { max }.to_string())
            },
        );
        for growth in ["-90", "0", "57", "1000"] {
            let draft = draft.clone().with(Field::YearlyGrowth, growth).with(Field::MinReplicas, "3");
            assert!(
                is_stored_whole(&decide(&UseCase::parse(&draft).unwrap())),
                "{}, growth {growth}",
                preset.id
            );
        }
    }
}

/// What every field accepts, as the form and the API say it.
#[test]
fn what_each_field_accepts_in_words() {
    let text = Field::ALL.iter().fold(String::new(), |mut text, field| {
        writeln!(text, "{:<22} {}", field.name(), field.kind().allowed()).unwrap();
        text
    });
    support::snapshot("fields", &text);
}
