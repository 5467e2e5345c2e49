//! Lets a task wait for something that the page hears of elsewhere.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// A task that may be waiting. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Wake(StoredValue<Option<SendWrapper<js_sys::Function>>>);

impl Wake {
    /// Nobody waits.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// Waits for the next call of [`Wake::wake`].
    pub(crate) async fn wait(self) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            self.0.set_value(Some(SendWrapper::new(resolve)));
        });
        // It is never rejected.
        let _ = JsFuture::from(promise).await;
    }

    /// Lets whoever waits go on.
    pub(crate) fn wake(self) {
        // The page may be gone, and everybody who waits with it.
        if let Some(resolve) = self.0.try_update_value(Option::take).flatten() {
            // Resolving a promise cannot fail.
            let _ = resolve.call0(&JsValue::NULL);
        }
    }
}
