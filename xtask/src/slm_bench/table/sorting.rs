//! How many messages were sorted into classes, for people.

use std::fmt::Write;

use serde_json::Value;

use super::{Better, Samples, Sides, figure, table, words};
use crate::error::{Result, XtaskError};

/// Who is compared: ours, then its peer, first with one worker or thread, then with several.
const SIDES: [&str; 4] = ["ours-1", "wllama-1", "ours-2", "wllama-2"];

/// Ways to sort, and what they are called.
const WAYS: [(&str, &str); 2] = [("single", "one at a time"), ("packed", "many at once")];

/// What our side takes to get ready: where it says so, and what it is called.
const PREPARATION: [(&str, &str); 3] = [
    ("/first/ms", "adapter from loopback beside the weights, ms"),
    ("/off_ms", "  taking it off, ms"),
    ("/again_ms", "  putting it on again, ms"),
];

/// A table, or why there is none.
pub(super) fn of(browser: &Value) -> String {
    let sorting = &browser["sorting"];
    if !sorting.is_object() {
        return "\nSorting messages was left out: the site has no adapter (frontend/slm/adapters).\n"
            .to_owned();
    }
    let sides = Sides::new(&sorting["sides"], &SIDES);
    let mut rows: Vec<_> = WAYS
        .iter()
        .map(|(way, name)| {
            sides.row(&format!("{name}, messages/s"), Better::More, |round| per_second(&round[way]))
        })
        .collect();
    rows.push(sides.row("tokens of a message", Better::Neither, |round| {
        Some(round["packed"]["tokens"].as_f64()? / round["packed"]["messages"].as_f64()?)
    }));
    for (place, name) in PREPARATION {
        rows.push(sides.row(name, Better::Neither, |round| round["prepare"].pointer(place)?.as_f64()));
    }
    let names_ms = |round: &Value| round["prepare"]["names_ms"].as_f64();
    rows.push(sides.row("reading the names of the classes, ms", Better::Neither, names_ms));
    let version = words(&browser["wllama"]);
    let heads = [
        "ours, 1 worker".to_owned(),
        format!("wllama {version}, 1 thread"),
        "ours, 2 workers".to_owned(),
        "wllama, 2 threads".to_owned(),
    ];
    let mut text = table("Sorting messages in the browser", &heads, &rows);
    // Writing to a string cannot fail.
    if let Some(ratio) = of_several(&sides) {
        writeln!(text, "  With two, many at once: {} times as good", figure(ratio)).ok();
    }
    writeln!(
        text,
        "  Ours scores the {} classes of the adapter {}. wllama embeds the same tokens by the untouched model and takes \
         the class with the nearest name; its createSystemOne says: “{}”",
        sorting["classes"],
        words(&sorting["adapter"]),
        words(&sides.first(1)["system_one"]),
    )
    .ok();
    for (side, why) in sorting["failed"].as_object().into_iter().flatten() {
        writeln!(text, "  {side} could not sort them: {}", words(why)).ok();
    }
    if let Some(found) = packed(&sorting["sides"]["ours-gpu"]) {
        writeln!(text, "  Ours on Chromium’s WebGPU here, many at once: {} messages/s", found.shown()).ok();
    }
    text
}

/// That both sides read the same.
///
/// # Errors
/// When the peer read another number of tokens.
pub(super) fn same_work(browser: &Value) -> Result<()> {
    let sides = &browser["sorting"]["sides"];
    let tokens = |side: &str, way: &str| sides[side][0][way]["tokens"].as_u64();
    for (way, name) in WAYS {
        // A peer that could not do it has no tokens; the table says so.
        let both = tokens("ours-1", way).zip(tokens("wllama-1", way));
        if both.is_some_and(|(ours, theirs)| ours != theirs) {
            return Err(XtaskError::Finding(format!(
                "The messages that were sorted {name} have another number of tokens for wllama: compare tokens in the \
                 results."
            )));
        }
    }
    Ok(())
}

/// Messages sorted in a second.
fn per_second(done: &Value) -> Option<f64> {
    Some(done["messages"].as_f64()? * 1000.0 / done["ms"].as_f64()?)
}

fn packed(rounds: &Value) -> Option<Samples> {
    Samples::of(rounds, |round| per_second(&round["packed"]))
}

/// How many times as many messages two of our workers sort as two threads of the peer.
fn of_several(sides: &Sides<'_>) -> Option<f64> {
    let median = |side: usize| Some(packed(sides.0.get(side)?)?.median());
    Some(median(2)? / median(3)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn round(messages: u64, ms: f64) -> Value {
        let done = json!({ "messages": messages, "tokens": 13 * messages, "ms": ms });
        json!({ "single": done, "packed": done, "system_one": "This is not for me" })
    }

    fn browser() -> Value {
        let mut ours = round(40, 1000.0);
        ours["prepare"] = json!({ "first": { "ms": 90.0 }, "off_ms": 7.0, "again_ms": 8.0 });
        let sides = json!({ "ours-1": [ours], "wllama-1": [round(40, 10_000.0)], "ours-2": [round(80, 1000.0)],
                            "wllama-2": [round(40, 5000.0)], "ours-gpu": [round(10, 10_000.0)] });
        json!({ "wllama": "3.8.1", "sorting": { "adapter": "banking77", "classes": 77, "sides": sides } })
    }

    #[test]
    fn messages_in_a_second_stand_side_by_side() {
        let text = of(&browser());
        let line =
            |start: &str| text.lines().find(|line| line.trim_start().starts_with(start)).unwrap().to_owned();
        let many = line("many at once, messages/s ");
        assert!(many.contains("40.0 (40.0–40.0)") && many.contains("4.00 (4.00–4.00)"), "{text}");
        assert!(many.contains("80.0 (80.0–80.0)") && many.ends_with("   10.0"), "{text}");
        assert!(line("tokens of a message").contains("13.0 (13.0–13.0)"), "{text}");
        assert!(line("adapter from loopback").contains("90.0 (90.0–90.0)"), "{text}");
        assert!(line("With two").contains("10.0 times"), "{text}");
        assert!(line("Ours scores the 77 classes").contains("banking77"), "{text}");
        assert!(text.contains("“This is not for me”"), "{text}");
        assert!(line("Ours on Chromium").contains("1.00 (1.00–1.00) messages/s"), "{text}");
    }

    #[test]
    fn without_an_adapter_the_table_says_so() {
        let browser = json!({ "wllama": "3.8.1", "sorting": null });
        assert!(of(&browser).contains("was left out"));
        assert!(same_work(&browser).is_ok());
    }

    #[test]
    fn other_messages_are_no_comparison() {
        let mut browser = browser();
        assert!(same_work(&browser).is_ok());
        browser["sorting"]["sides"]["wllama-1"][0]["packed"]["tokens"] = json!(1);
        assert!(same_work(&browser).unwrap_err().to_string().contains("many at once"));
    }
}
