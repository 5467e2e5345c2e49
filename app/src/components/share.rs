//! Sharing a decision as a frozen scenario behind a link.

use crate::components::failure::{FailureNotice, refused};
use crate::functions::share::{ShareAssessment, SharedLink};
use leptos::form::ActionForm;
use leptos::prelude::*;

/// How long a link may live: days, and the words for it.
const LIFETIMES: [(u16, &str); 4] =
    [(0, "Until revoked"), (30, "30 days"), (90, "90 days"), (365, "One year")];

/// The form that makes a link, and the link once it is made.
#[component]
pub fn SharePanel(
    /// Makes the link; the page keeps it to learn of new links.
    share: ServerAction<ShareAssessment>,
    /// The inputs as the address of the assess page writes them; empty when a use case is shared.
    #[prop(into, default = Signal::stored(String::new()))]
    query: Signal<String>,
    /// Id of the use case whose decision is shared; empty on the assess page.
    #[prop(optional, into)]
    use_case: String,
) -> impl IntoView {
    let refused = refused(share);
    let made = move || share.value().with(|answer| answer.as_ref()?.as_ref().ok().cloned());
    let lifetimes = LIFETIMES.map(|(days, label)| view! { <option value=days>{label}</option> });
    view! {
        <section class="share-panel not-viewers" aria-labelledby="share-title">
            <h2 class="share-title" id="share-title">
                "Share this decision"
            </h2>
            <p>
                "Freezes inputs, prices, policy and result behind a link that nobody can guess. It shows next year what it shows today."
            </p>
            <ActionForm action=share attr:class="form">
                <input type="hidden" name="query" value=query />
                <input type="hidden" name="use_case" value=use_case />
                <div class="field">
                    <label class="field-label" for="share-lifetime">
                        "The link works"
                    </label>
                    <div class="field-control">
                        <select id="share-lifetime" name="expires_in_days">
                            {lifetimes}
                        </select>
                    </div>
                </div>
                <FailureNotice error=refused />
                <div class="actions">
                    <button
                        class="button"
                        type="submit"
                        aria-busy=move || share.pending().get().then_some("true")
                        disabled=move || share.pending().get()
                    >
                        "Create link"
                    </button>
                </div>
            </ActionForm>
            <div role="status">{move || made().map(copy_field)}</div>
        </section>
    }
    .into_any()
}

fn copy_field(link: SharedLink) -> AnyView {
    let copied = RwSignal::new(false);
    let url = StoredValue::new(link.url.clone());
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        url.with_value(|url| copy_to_clipboard(url, copied));
        #[cfg(not(feature = "hydrate"))]
        let _ = url;
    };
    view! {
        <div class="copy-field">
            <input readonly value=link.url.clone() aria-label="Link" id="shared-link" />
            <button class="button" type="button" on:click=copy>
                {move || if copied.get() { "Copied" } else { "Copy" }}
            </button>
            <a class="button button-quiet" href=link.url rel="external">
                "Open"
            </a>
        </div>
    }
    .into_any()
}

/// Copies where the browser allows it; elsewhere (no HTTPS, permission refused) selects the link, so that
/// one keystroke copies it.
#[cfg(feature = "hydrate")]
fn copy_to_clipboard(url: &str, copied: RwSignal<bool>) {
    use leptos::task::spawn_local;
    use wasm_bindgen::JsCast;

    let Some(window) = web_sys::window() else { return };
    let select = || {
        let field = window.document()?.get_element_by_id("shared-link")?;
        field.dyn_into::<web_sys::HtmlInputElement>().ok()?.select();
        Some(())
    };
    if !window.is_secure_context() {
        select();
        return;
    }
    let done = window.navigator().clipboard().write_text(url);
    spawn_local(async move {
        if wasm_bindgen_futures::JsFuture::from(done).await.is_ok() {
            copied.set(true);
        }
    });
}
