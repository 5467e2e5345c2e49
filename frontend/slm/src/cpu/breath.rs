//! Pauses in which the host can do something else: a browser's worker hears of a request to stop only between two of
//! its tasks.

/// Milliseconds of work after which a pause is due.
#[cfg(target_arch = "wasm32")]
const EVERY_MS: f64 = 12.0;

/// When the last pause was.
#[derive(Debug, Default)]
pub(super) struct Breath {
    #[cfg(target_arch = "wasm32")]
    last_ms: f64,
}

impl Breath {
    /// Lets the host do something else if it did not for a while. Natively there is nobody to wait for.
    #[cfg(not(target_arch = "wasm32"))]
    #[allow(clippy::unused_async, clippy::unused_self)] // As the browser has it.
    pub(super) async fn take(&mut self) {}

    /// Lets the host do something else if it did not for a while.
    #[cfg(target_arch = "wasm32")]
    pub(super) async fn take(&mut self) {
        let now = now_ms();
        if now - self.last_ms >= EVERY_MS {
            task().await;
            self.last_ms = now_ms();
        }
    }
}

/// Ends this task and goes on in the next. A message to oneself takes its turn among the others; a timer would be held
/// back by milliseconds.
#[cfg(target_arch = "wasm32")]
async fn task() {
    let Ok(channel) = web_sys::MessageChannel::new() else { return };
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        let _ = channel.port2().post_message(&wasm_bindgen::JsValue::NULL);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(turn).await;
    channel.port1().close();
}

/// Milliseconds since the worker began.
#[cfg(target_arch = "wasm32")]
fn now_ms() -> f64 {
    use wasm_bindgen::JsCast;
    // A worker and a page both have it, as a property of a different global object.
    let performance = js_sys::Reflect::get(&js_sys::global(), &"performance".into());
    performance
        .ok()
        .and_then(|found| found.dyn_into::<web_sys::Performance>().ok())
        .map_or(0.0, |performance| performance.now())
}
