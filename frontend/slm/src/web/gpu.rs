//! What the browser says about its GPU.

use super::js;
use js_sys::{Function, Promise};
use slm_messages::{Adapter, WebGpu};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Asks for an adapter, as the runtime itself will, and reads its name. Through reflection: the typed bindings of
/// WebGPU are not stable yet.
pub(super) async fn look() -> WebGpu {
    let Some(gpu) = js::property(&js::scope().navigator(), "gpu") else { return WebGpu::Absent };
    match adapter(&gpu).await {
        Some(adapter) => WebGpu::Present(named(&adapter)),
        None => WebGpu::NoAdapter,
    }
}

async fn adapter(gpu: &JsValue) -> Option<JsValue> {
    let request: Function = js::property(gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call0(gpu).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok().filter(|adapter| !adapter.is_null() && !adapter.is_undefined())
}

fn named(adapter: &JsValue) -> Adapter {
    let info = js::property(adapter, "info").unwrap_or_else(|| JsValue::from(js_sys::Object::new()));
    // It moved from the adapter to its info.
    let is_fallback = [&info, adapter]
        .into_iter()
        .find_map(|holder| js::property(holder, "isFallbackAdapter")?.as_bool())
        .unwrap_or(false);
    Adapter {
        vendor: js::text(&info, "vendor"),
        architecture: js::text(&info, "architecture"),
        description: js::text(&info, "description"),
        is_fallback,
    }
}
