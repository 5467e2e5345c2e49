//! A part of a page that the server renders.

use crate::components::failure::FailureNotice;
use crate::functions::fragment::fragment;
use crate::live::LivePage;
use crate::wire::{opened, shown};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Puts a part in place and fetches it anew when something happens, unless somebody is typing in it: then it says
/// that there is something new, and leaves what was typed alone.
#[component]
pub fn Fragment(
    /// Address of what the part is about, without the first slash.
    #[prop(into)]
    part: Signal<String>,
) -> impl IntoView {
    let search = use_location().search;
    let page = expect_context::<LivePage>();
    let place = NodeRef::<leptos::html::Div>::new();
    let (turn, set_turn) = signal(0_u32);
    let (is_stale, set_stale) = signal(false);
    Effect::new(move |before: Option<u32>| {
        let happened = page.happened.get();
        if before.is_some_and(|before| before != happened) {
            if is_being_typed_in(place) {
                set_stale.set(true);
            } else {
                set_turn.update(|turn| *turn = turn.wrapping_add(1));
            }
        }
        happened
    });
    let html =
        opened(move || (part.get(), search.get(), turn.get()), |(part, search, _)| fragment(part, search));
    view! {
        <div role="status">
            {move || {
                is_stale
                    .get()
                    .then(|| {
                        view! {
                            <p class="notice notice-warn">
                                "Somebody changed something here while you were typing. "
                                <button
                                    class="button button-small"
                                    type="button"
                                    on:click=move |_| {
                                        set_stale.set(false);
                                        set_turn.update(|turn| *turn = turn.wrapping_add(1));
                                    }
                                >
                                    "Show it, without what I typed"
                                </button>
                            </p>
                        }
                    })
            }}
        </div>
        <div node_ref=place>
            <Transition fallback=|| view! { <p class="loading">"Opening…"</p> }>
                {shown(html, move |html| match html {
                        Ok(html) => view! { <div class="fragment" inner_html=html></div> }.into_any(),
                        Err(error) => view! { <FailureNotice error=Signal::stored(Some(error)) /> }.into_any(),
                    })}
            </Transition>
        </div>
    }
    .into_any()
}

/// Whether a field in here holds something that was typed and not sent.
#[cfg(feature = "hydrate")]
fn is_being_typed_in(place: NodeRef<leptos::html::Div>) -> bool {
    use wasm_bindgen::JsCast;
    let Some(place) = place.get_untracked() else { return false };
    let Ok(fields) = place.query_selector_all("textarea, input[type=text], input[type=checkbox]") else {
        return false;
    };
    (0..fields.length()).any(|index| {
        let Some(field) = fields.item(index) else { return false };
        let text = |name: &str| js_sys::Reflect::get(&field, &name.into()).ok();
        match field.dyn_ref::<web_sys::HtmlInputElement>() {
            Some(input) if input.type_() == "checkbox" => input.checked(),
            _ => text("value") != text("defaultValue"),
        }
    })
}

#[cfg(not(feature = "hydrate"))]
fn is_being_typed_in(_place: NodeRef<leptos::html::Div>) -> bool {
    false
}
