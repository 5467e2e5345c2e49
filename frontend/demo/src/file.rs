//! Files that the page makes.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Has the browser save some text.
///
/// # Errors
/// The browser's.
pub(crate) fn download(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    save(name, kind, &text.into())
}

/// Has the browser save some bytes.
///
/// # Errors
/// The browser's.
pub(crate) fn download_bytes(name: &str, kind: &str, bytes: &[u8]) -> Result<(), JsValue> {
    save(name, kind, &js_sys::Uint8Array::from(bytes).into())
}

fn save(name: &str, kind: &str, part: &JsValue) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let parts = js_sys::Array::of1(part);
    let blob = Blob::new_with_buffer_source_sequence_and_options(&parts, &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // The browser has begun to read it.
    Url::revoke_object_url(&address)
}
