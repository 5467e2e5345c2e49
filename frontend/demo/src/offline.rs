//! Visits without a network: a service worker keeps this page once the model is kept, and is removed with it.
//!
//! Not before: whoever only looks around has no use for it.

use crate::SECTION;
use crate::facts::property;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CacheStorage, RegistrationOptions, ServiceWorkerContainer, ServiceWorkerRegistration};

/// What the service worker looks after, and nothing else.
const SCOPE: &str = "/demo";

/// The service worker's own store, by the name it has there.
const STORE: &str = "parsimony-demo";

/// What stands in place of a date on a page that comes from the site.
const FRESH: &str = "no";

/// Whether the page would open without a network, once that is known.
pub(crate) fn sentence(opens: Option<bool>) -> &'static str {
    match opens {
        Some(true) => "this page opens too",
        Some(false) => "this page does not open",
        None => "unknown yet",
    }
}

/// Says that the page is not the site's latest, if it is not.
pub(crate) fn notice() -> Option<AnyView> {
    let kept = attribute("data-kept").filter(|kept| kept != FRESH)?;
    // A time as the service worker wrote it, `2026-06-24T12:00:00.000Z`.
    let day = kept.split('T').next().unwrap_or_default().to_owned();
    Some(
        view! {
            <p class="notice" role="status">
                {format!(
                    "The site cannot be reached, so this page is the one that this browser kept on {day}. The model works as ever; a race and your account need the network.",
                )}
            </p>
        }
        .into_any(),
    )
}

/// Whether the page is kept already.
pub(crate) async fn is_kept() -> bool {
    match container() {
        Some(container) => registered(&container).await.is_some_and(|found| found.active().is_some()),
        None => false,
    }
}

/// Keeps the page, and says whether that worked out. Where it is kept already nothing happens.
pub(crate) async fn keep() -> bool {
    let (Some(container), Some(script)) = (container(), attribute("data-offline")) else { return false };
    let options = RegistrationOptions::new();
    options.set_scope(SCOPE);
    if JsFuture::from(container.register_with_options(&script, &options)).await.is_err() {
        return false;
    }
    let Ok(ready) = container.ready() else { return false };
    // It is ready once everything is kept. If that fails this never ends, and the page goes on saying “unknown yet”.
    JsFuture::from(ready).await.is_ok()
}

/// Removes the page and the service worker.
pub(crate) async fn forget() {
    let Some(container) = container() else { return };
    if let Some(found) = registered(&container).await
        && let Ok(leaving) = found.unregister()
    {
        // What is not there need not be removed.
        let _ = JsFuture::from(leaving).await;
    }
    if let Some(stores) = property(&window(), "caches") {
        let _ = JsFuture::from(stores.unchecked_into::<CacheStorage>().delete(STORE)).await;
    }
}

/// The browser's service workers. Without TLS there are none, and the typed accessor would give an object that is
/// none.
fn container() -> Option<ServiceWorkerContainer> {
    Some(property(&window().navigator(), "serviceWorker")?.unchecked_into())
}

async fn registered(container: &ServiceWorkerContainer) -> Option<ServiceWorkerRegistration> {
    let found: JsValue = JsFuture::from(container.get_registration_with_document_url(SCOPE)).await.ok()?;
    found.dyn_into().ok()
}

fn attribute(name: &str) -> Option<String> {
    document().get_element_by_id(SECTION)?.get_attribute(name)
}
