//! A part of a page that the server renders.

use crate::components::failure::FailureNotice;
use crate::components::unsent::Unsent;
use crate::functions::fragment::fragment;
use crate::live::LivePage;
use crate::wire::{opened, shown};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Puts a part in place and fetches it anew when something happens. If something in it is unsent when that arrives, it
/// says that there is something new, and leaves what is unsent alone.
#[component]
pub fn Fragment(
    /// Address of what the part is about, without the first slash.
    #[prop(into)]
    part: Signal<String>,
    /// What somebody types in it.
    unsent: Unsent,
) -> impl IntoView {
    let search = use_location().search;
    let page = expect_context::<LivePage>();
    let html = opened(
        move || (part.get(), search.get(), page.happened.get()),
        move |(part, search, _)| unsent.before(fragment(part, search)),
    );
    let place = unsent.place;
    view! {
        <div role="status">
            {move || {
                unsent
                    .holds_back
                    .try_get()
                    .unwrap_or_default()
                    .then(|| {
                        view! {
                            <p class="notice notice-warn">
                                "Somebody changed something here while you were typing. "
                                <button
                                    class="button button-small"
                                    type="button"
                                    on:click=move |_| unsent.give_up()
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
                {shown(html, move |html| {
                    unsent.begin_anew();
                    match html {
                        Ok(html) => view! { <div class="fragment" inner_html=html></div> }.into_any(),
                        Err(error) => view! { <FailureNotice error=Signal::stored(Some(error)) /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
    .into_any()
}
