//! The article's eight quadrant examples: whole decisions, and a page of text for each.
//!
//! The `.json` snapshots hold everything the engine answers, curves and crossovers included, in the very
//! digits that are stored and sent. The `summary` snapshots hold what a reader of the page sees. A change to
//! either is a change of the engine's answers: review it, and move `ENGINE_VERSION` along.
#![allow(clippy::unwrap_used)]

mod support;

use domain::decision::Decision;
use support::layout::{lay_out, without_layout};
use support::{EXAMPLES, decide, summary, use_case};

/// Snapshots without a preamble of their own, so that each file is what its name says.
fn snapshot(name: String, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_whole_decision_of_every_example() {
    for id in EXAMPLES {
        let json = serde_json::to_string(&decide(&use_case(id))).unwrap();
        let text = lay_out(&json);
        assert_eq!(without_layout(&text), json, "{id}: the layout changed more than blanks");
        assert!(serde_json::from_str::<Decision>(&text).is_ok(), "{id}: the snapshot reads as a decision");
        snapshot(format!("decision.{id}"), &text);
    }
}

#[test]
fn the_conclusion_of_every_example_in_words() {
    for id in EXAMPLES {
        let use_case = use_case(id);
        snapshot(format!("summary.{id}"), &summary::summary(use_case.title(), &decide(&use_case)));
    }
}
