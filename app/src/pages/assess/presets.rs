//! The preset picker: plain links, so it works without JavaScript.

use crate::functions::assess::PresetEntry;
use crate::link::Start;
use leptos::prelude::*;

/// Presets shown at first; the others wait behind “More examples”.
const SHOWN_FIRST: [&str; 4] =
    ["article-classification", "article-classification-one-gpu", "article-research-assistant", "blank"];

/// Links to every preset, the current one marked.
#[component]
pub(super) fn PresetPicker(
    /// All presets.
    presets: Vec<PresetEntry>,
    /// Id of the one the inputs started from.
    current: RwSignal<String>,
    /// Id of the portfolio that the address proposes for saving; may be empty.
    portfolio: String,
) -> impl IntoView {
    let (first, more): (Vec<_>, Vec<_>) =
        presets.into_iter().partition(|preset| SHOWN_FIRST.contains(&preset.id.as_str()));
    let more_ids: Vec<String> = more.iter().map(|preset| preset.id.clone()).collect();
    let open = current.with_untracked(|current| more_ids.contains(current));
    let links = |presets: Vec<PresetEntry>| {
        presets.into_iter().map(|preset| link(preset, current, &portfolio)).collect_view().into_any()
    };
    view! {
        <fieldset class="presets">
            <legend class="presets-title">"Start from"</legend>
            {links(first)}
            <details class="presets-more" open=open>
                <summary>"More examples"</summary>
                {links(more)}
            </details>
        </fieldset>
    }
    .into_any()
}

fn link(preset: PresetEntry, current: RwSignal<String>, portfolio: &str) -> AnyView {
    let address = Start::preset(&preset.id, portfolio).bare_address();
    let name = if preset.id == "blank" { "Start blank".to_owned() } else { preset.name };
    let id = preset.id;
    let here = move || current.with(|current| *current == id).then_some("true");
    view! {
        <a class="preset" href=address aria-current=here>
            <strong class="preset-name">{name}</strong>
            " "
            <span class="preset-about">{preset.about}</span>
        </a>
    }
    .into_any()
}
