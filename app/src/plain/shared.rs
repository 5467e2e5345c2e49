//! `/shared`: every link this workspace has shared, to find and withdraw.

use crate::components::failure::{FailureNotice, FailurePage, refused};
use crate::components::links::links;
use crate::functions::links::{LinkView, RevokeLink, shared_links};
use crate::wire::{opened, shown};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn SharedPage() -> impl IntoView {
    let revoke = ServerAction::<RevokeLink>::new();
    let shared = opened(|| (), |()| shared_links());
    view! {
        <Title text="Shared links" />
        <Transition fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Opening…"</p>
                </main>
            }
        }>
            {shown(shared, move |shared| match shared {
                    Ok(shared) => page(&shared, revoke),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                })}
        </Transition>
    }
    .into_any()
}

fn page(shared: &[LinkView], revoke: ServerAction<RevokeLink>) -> AnyView {
    let refused = refused(revoke);
    let list = if shared.is_empty() {
        view! {
            <div class="empty">
                <h2 class="empty-title">"Nothing is shared"</h2>
                <p>
                    "A link freezes a decision with its inputs and prices, for anybody who has it. Create one below any decision."
                </p>
                <div class="actions">
                    <a class="button" href="/">
                        "Assess a use case"
                    </a>
                </div>
            </div>
        }
        .into_any()
    } else {
        links(shared, true)
    };
    view! {
        <main id="main" class="page page-narrow" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">"Shared links"</h1>
                    <p class="page-lead">
                        "Each opens a frozen decision for whoever has it. A revoked link stops working at once and for good."
                    </p>
                </div>
            </header>
            <FailureNotice error=refused />
            {list}
        </main>
    }
    .into_any()
}
