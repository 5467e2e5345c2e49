//! The time. The standard library has none in a browser.

/// Milliseconds since some moment that stays the same while the program runs. Browsers round it, to a tenth of a
/// millisecond or coarser.
#[cfg(target_arch = "wasm32")]
pub fn now_ms() -> f64 {
    use wasm_bindgen::JsCast;
    // A worker and a page both have it, as a property of a different global object.
    let performance = js_sys::Reflect::get(&js_sys::global(), &"performance".into());
    performance
        .ok()
        .and_then(|found| found.dyn_into::<web_sys::Performance>().ok())
        .map_or(0.0, |found| found.now())
}

/// Milliseconds since some moment that stays the same while the program runs.
#[cfg(not(target_arch = "wasm32"))]
pub fn now_ms() -> f64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64() * 1000.0
}
