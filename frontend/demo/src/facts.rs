//! What the browser says about itself.

use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Room for files, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Storage {
    /// What this site may still keep, as the browser estimates it.
    pub(crate) free: u64,
}

/// Room for files; `None` where a browser does not say.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bytes, as a float of the browser's"
)]
pub(crate) async fn storage() -> Option<Storage> {
    let navigator = leptos::prelude::window().navigator();
    // Without TLS there is none, and the typed accessor would give an object that is none.
    let manager = property(&navigator, "storage")?.unchecked_into::<web_sys::StorageManager>();
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let number = |name: &str| property(&estimate, name)?.as_f64();
    Some(Storage { free: (number("quota")? - number("usage")?).max(0.0) as u64 })
}

/// The browser and the device, for a benchmark's result. Browsers keep back or round what could tell one person from
/// another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Device {
    /// The browser, as it names itself to every site.
    user_agent: String,
    /// Logical processors, or fewer.
    processors: Option<f64>,
    /// Memory in gibibytes, rounded and capped; unknown in most browsers.
    memory_gib: Option<f64>,
    /// When, in ISO 8601.
    at: String,
}

impl Device {
    /// This one, now.
    pub(crate) fn here() -> Self {
        let navigator = leptos::prelude::window().navigator();
        let number = |name: &str| property(&navigator, name)?.as_f64();
        Self {
            user_agent: navigator.user_agent().unwrap_or_default(),
            processors: number("hardwareConcurrency"),
            memory_gib: number("deviceMemory"),
            at: js_sys::Date::new_0().to_iso_string().into(),
        }
    }
}

/// A property of an object; `None` where it has none.
pub(crate) fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(of, &name.into()).ok().filter(|found| !found.is_undefined() && !found.is_null())
}
