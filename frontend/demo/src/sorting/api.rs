//! What the LLM endpoint is asked, and what of its answer counts.

use crate::classify::Labels;
use serde_json::{Value, json};

/// Most tokens of its answer: the longest names of classes take about fifteen.
pub(super) const LONGEST_ANSWER: u32 = 32;

/// Characters of English text to a token, where nobody has counted.
const CHARACTERS_PER_TOKEN: f64 = 4.0;

/// Tokens of a name of a class, about.
const ANSWER_TOKENS: f64 = 6.0;

fn instruction(labels: &[String]) -> String {
    format!(
        "Sort the user's message into exactly one of these classes. Answer with the name of the class and nothing else.\n{}",
        labels.join("\n")
    )
}

/// The prompt for a message.
pub(super) fn prompt(labels: &[String], text: &str) -> Value {
    json!({
        "messages": [
            { "role": "system", "content": instruction(labels) },
            { "role": "user", "content": text },
        ],
        "max_tokens": LONGEST_ANSWER,
        // The most likely token each time, as the small model.
        "temperature": 0,
    })
}

/// The class that an answer names. Strictly: whoever has to be interpreted has not answered.
pub(super) fn class(labels: &Labels, answer: &str) -> Option<u32> {
    labels.find(answer.trim())
}

/// Tokens of a prompt and its answer, estimated from characters: for prices before anything was asked.
pub(super) fn estimated_tokens(labels: &[String], characters: f64) -> (f64, f64) {
    let length = f64::from(u32::try_from(instruction(labels).chars().count()).unwrap_or(u32::MAX));
    (((length + characters) / CHARACTERS_PER_TOKEN).ceil(), ANSWER_TOKENS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_class_or_none() {
        let names = ["card_arrival", "Refund_not_showing_up"].map(str::to_owned);
        let labels = Labels::new(&names);
        for (answer, expected) in [
            ("card_arrival", Some(0)),
            (" card arrival\n", Some(0)),
            ("refund_not_showing_up", Some(1)),
            ("The class is card_arrival.", None),
            ("card_arrival or Refund_not_showing_up", None),
            ("", None),
        ] {
            assert_eq!(class(&labels, answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn the_prompt_has_every_class_and_the_message_apart() {
        let names = ["a", "b"].map(str::to_owned);
        let prompt = prompt(&names, "Hello");
        assert!(prompt["messages"][0]["content"].as_str().is_some_and(|text| text.ends_with("\na\nb")));
        assert_eq!(prompt["messages"][1], json!({ "role": "user", "content": "Hello" }));
        let (input, output) = estimated_tokens(&names, 52.0);
        assert!((40.0..60.0).contains(&input) && output > 0.0, "{input}");
    }
}
