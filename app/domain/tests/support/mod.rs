//! Decisions of the presets, and how they are written down for a reader.
#![allow(clippy::unwrap_used, dead_code)]

pub mod layout;
pub mod summary;

use domain::decision::Decision;
use domain::policy::Policy;
use domain::preset;
use domain::prices::PriceBook;
use domain::use_case::UseCase;
use std::sync::LazyLock;

/// The price book that ships with this version.
pub static BOOK: LazyLock<PriceBook> = LazyLock::new(|| domain::evidence::price_book().unwrap());

/// The article's eight quadrant examples, Q1 to Q8.
pub const EXAMPLES: [&str; 8] = [
    "customer-classification",
    "medical-coding",
    "legal-clause-extraction",
    "code-completion",
    "strategic-advisory",
    "research-synthesis",
    "multi-domain-reasoning",
    "customer-support",
];

/// The inputs of a preset.
pub fn use_case(preset: &str) -> UseCase {
    UseCase::parse(&preset::by_id(preset).unwrap().draft()).unwrap()
}

/// Decides inputs with the policy and price book that ship with this version.
pub fn decide(use_case: &UseCase) -> Decision {
    domain::decide(use_case, &Policy::article(), &BOOK)
}

/// Compares a text with its snapshot in a file of exactly this name.
pub fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
