//! A short message about what was just done, with the way back. It is part of the page that the address
//! describes, so it works without JavaScript and leaves when the address moves on.

use leptos::prelude::*;

/// The place of toasts on a page; always there, so that a screen reader announces what appears in it.
#[component]
pub fn ToastRegion(
    /// A [`toast`], or nothing.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="toast-region" role="status" aria-live="polite">
            {children()}
        </div>
    }
    .into_any()
}

/// A message with what can be done about it: a form with a button, or a link. `close` is the address of the
/// same page without the message.
#[must_use]
pub fn toast(text: String, action: AnyView, close: String) -> AnyView {
    view! {
        <div class="toast">
            <p>{text}</p>
            {action}
            <a class="button button-quiet" href=close data-noscroll="">
                "Dismiss"
            </a>
        </div>
    }
    .into_any()
}
