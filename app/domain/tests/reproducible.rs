//! The same inputs give the same bytes: twice in a row, after a journey through JSON, and on any machine.
#![allow(clippy::unwrap_used)]

mod support;

use domain::decision::Decision;
use domain::policy::Policy;
use domain::preset::PRESETS;
use domain::prices::PriceBook;
use domain::use_case::UseCase;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use support::{BOOK, decide, use_case};

fn bytes(decision: &Decision) -> Vec<u8> {
    serde_json::to_vec(decision).unwrap()
}

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

#[test]
fn a_decision_made_twice_is_the_same_byte_for_byte() {
    for preset in PRESETS {
        let use_case = use_case(preset.id);
        assert_eq!(bytes(&decide(&use_case)), bytes(&decide(&use_case)), "{}", preset.id);
    }
}

#[test]
fn inputs_that_went_through_json_or_a_form_decide_the_same() {
    let (policy, book): (Policy, PriceBook) = (through_json(&Policy::article()), through_json(&BOOK));
    for preset in PRESETS {
        let use_case = use_case(preset.id);
        let first = bytes(&decide(&use_case));
        let stored: UseCase = through_json(&use_case);
        assert_eq!(first, bytes(&domain::decide(&stored, &policy, &book)), "{} from JSON", preset.id);
        let typed = UseCase::parse(&use_case.to_draft()).unwrap();
        assert_eq!(first, bytes(&decide(&typed)), "{} from a form", preset.id);
    }
}

#[test]
fn a_decision_that_was_stored_is_the_same_byte_for_byte() {
    for preset in PRESETS {
        let decision = decide(&use_case(preset.id));
        assert_eq!(bytes(&decision), bytes(&through_json(&decision)), "{}", preset.id);
    }
}

/// Pins the bytes of every preset's decision. A machine, a compiler or a profile that computes anything
/// else fails here; so does every change of the engine, the policy or the price book.
#[test]
fn the_bytes_of_every_decision_are_the_same_on_any_machine() {
    let mut digests = format!("price book {}\n", BOOK.digest());
    for preset in PRESETS {
        let digest = Sha256::digest(bytes(&decide(&use_case(preset.id))));
        let hex = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        writeln!(digests, "{hex}  {}", preset.id).unwrap();
    }
    support::snapshot("digests", &digests);
}
