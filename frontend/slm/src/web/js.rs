//! Small helpers around the browser's own objects.

use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;

/// The worker itself.
pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// What a promise comes to.
pub(super) async fn settled<T: JsCast>(promise: Promise) -> Result<T, JsValue> {
    JsFuture::from(promise).await?.dyn_into()
}

/// A property, if it is there.
pub(super) fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|found| !found.is_undefined() && !found.is_null())
}

/// A property that is text; empty if it is not there.
pub(super) fn text(of: &JsValue, name: &str) -> String {
    property(of, name).and_then(|found| found.as_string()).unwrap_or_default()
}

/// What the browser says about an error, as a sentence.
pub(super) fn sentence(error: &JsValue) -> String {
    let message = text(error, "message");
    let said = if message.is_empty() { text(error, "name") } else { message };
    match said.trim_end_matches('.') {
        "" => "The browser does not say why.".to_owned(),
        said => format!("{said}."),
    }
}

/// Waits.
pub(super) async fn wait(milliseconds: i32) {
    let timer = Promise::new(&mut |resolve, _| {
        // A worker always has timers.
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    // A timer's promise is never rejected.
    let _ = JsFuture::from(timer).await;
}

/// Leaves a line on the console, for those who develop.
pub(super) fn warn(line: &str) {
    web_sys::console::warn_1(&line.into());
}

/// Bytes of the module's memory; it never shrinks.
pub(super) fn module_memory() -> u64 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    u64::from(buffer.byte_length())
}
