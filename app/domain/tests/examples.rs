//! The article's eight quadrant examples: whole decisions, and a page of text for each.
//!
//! The `decision` snapshots are the JSON that is stored and sent, digit by digit, with blanks added for
//! reading. Nothing is left out or rounded: a curve takes one line for each month of another volume, and
//! the cumulative costs fill a few lines. The `summary` snapshots hold what a reader of the page sees. A
//! change to either is a change of the engine's answers: review it as such.
#![allow(clippy::unwrap_used)]

mod support;

use domain::decision::Decision;
use support::layout::{lay_out, without_layout};
use support::{EXAMPLES, decide, snapshot, summary, use_case};

#[test]
fn the_whole_decision_of_every_example() {
    for id in EXAMPLES {
        let json = serde_json::to_string(&decide(&use_case(id))).unwrap();
        let text = lay_out(&json);
        assert_eq!(without_layout(&text), json, "{id}: the layout changed more than blanks");
        assert!(serde_json::from_str::<Decision>(&text).is_ok(), "{id}: the snapshot reads as a decision");
        snapshot(&format!("decision.{id}"), &text);
    }
}

#[test]
fn the_conclusion_of_every_example_in_words() {
    for id in EXAMPLES {
        let use_case = use_case(id);
        snapshot(&format!("summary.{id}"), &summary::summary(use_case.title(), &decide(&use_case)));
    }
}
