//! The prompt as it is being put together, and how long its answer may get.

use crate::prompts::EXAMPLES;
use leptos::prelude::*;

/// Lengths to choose from, in tokens. Small tasks need no more, and a small model that goes on and on says nothing.
const LENGTHS: [u32; 4] = [32, 64, 128, 256];

/// A prompt in the making. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    pub(crate) text: RwSignal<String>,
    /// Most tokens of the answer.
    pub(crate) length: RwSignal<u32>,
}

impl Draft {
    /// The first example.
    pub(crate) fn new() -> Self {
        Self { text: RwSignal::new(EXAMPLES[0].text.to_owned()), length: RwSignal::new(64) }
    }

    /// The prompt; `None` while it is blank.
    pub(crate) fn prompt(self) -> Option<String> {
        Some(self.text.get_untracked()).filter(|text| !text.trim().is_empty())
    }

    /// Whether there is nothing to answer.
    pub(crate) fn is_blank(self) -> bool {
        self.text.with(|text| text.trim().is_empty())
    }

    /// The fields that edit it. They have names of their own in the page, so they may stand in one place at a time.
    pub(crate) fn fields(self) -> AnyView {
        let Self { text, length } = self;
        let examples = EXAMPLES.iter().enumerate().map(|(place, example)| {
            view! {
                <option value=place.to_string() selected=example.text == text.get_untracked()>
                    {example.name}
                </option>
            }
        });
        let lengths = LENGTHS.map(|tokens| {
            view! {
                <option value=tokens.to_string() selected=tokens == length.get_untracked()>
                    {format!("{tokens} tokens")}
                </option>
            }
        });
        view! {
            <div class="field">
                <label class="field-label" for="demo-example">
                    "Example"
                </label>
                <div class="field-control">
                    <select
                        id="demo-example"
                        on:change=move |event| {
                            let chosen = event_target_value(&event).parse::<usize>().ok();
                            if let Some(example) = chosen.and_then(|place| EXAMPLES.get(place)) {
                                text.set(example.text.to_owned());
                            }
                        }
                    >
                        {examples.collect_view()}
                    </select>
                </div>
            </div>
            <div class="field">
                <label class="field-label" for="demo-length">
                    "Longest answer"
                </label>
                <div class="field-control">
                    <select
                        id="demo-length"
                        on:change=move |event| {
                            if let Ok(tokens) = event_target_value(&event).parse() {
                                length.set(tokens);
                            }
                        }
                    >
                        {lengths}
                    </select>
                </div>
            </div>
            <div class="field field-wide">
                <label class="field-label" for="demo-prompt">
                    "Prompt"
                </label>
                <div class="field-control">
                    <textarea
                        id="demo-prompt"
                        rows="4"
                        maxlength="4000"
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    ></textarea>
                </div>
            </div>
        }
        .into_any()
    }
}
