//! What this browser keeps of a model: its pieces and its adapters, in the cache storage of this site.
//!
//! Pieces, because a download that breaks off goes on with the next one, and because a browser asked to keep 100 MB
//! in one go may hold them in memory meanwhile. The private file system would do as well, but shows up nowhere in a
//! browser's own tools.

use super::js;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use slm_messages::{AdapterAddress, ModelFile};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Request, Response};

/// Name of the cache.
const NAME: &str = "parsimony-models";

/// Bytes in a piece; the last one has what is left. What is lost when a download is broken off is at most this.
pub(super) const PIECE: u64 = 4 << 20;

/// The pieces of models.
pub(super) struct Kept(Cache);

/// How many pieces a file has.
pub(super) fn pieces(model: &ModelFile) -> u64 {
    model.bytes.div_ceil(PIECE)
}

/// How many bytes a piece has.
pub(super) fn piece_bytes(model: &ModelFile, piece: u64) -> u64 {
    model.bytes.saturating_sub(piece * PIECE).min(PIECE)
}

/// What everything that is kept of a model begins with.
fn folder(model: &ModelFile) -> String {
    format!("/models/{}.gguf/", model.sha256)
}

fn address(model: &ModelFile, piece: u64) -> String {
    format!("{}pieces/{piece}", folder(model))
}

fn mark(model: &ModelFile) -> String {
    format!("{}checked", folder(model))
}

/// Adapters are kept with their model, which they are of no use without.
fn adapters(model: &ModelFile) -> String {
    format!("{}adapters/", folder(model))
}

fn beside(model: &ModelFile, adapter: &AdapterAddress) -> String {
    format!("{}{}", adapters(model), String::from(js_sys::encode_uri_component(&adapter.url)))
}

impl Kept {
    /// Opens the storage; `None` where a browser has none (an address without TLS, some private windows).
    pub(super) async fn open() -> Option<Self> {
        // Asked for by name: where it is missing, the typed accessor gives an object that is none.
        js::property(&js::scope(), "caches")?;
        let caches = js::scope().caches().ok()?;
        js::settled(caches.open(NAME)).await.ok().map(Self)
    }

    /// A piece, if it is here and whole.
    pub(super) async fn piece(&self, model: &ModelFile, piece: u64) -> Option<Uint8Array> {
        let bytes = self.bytes_at(&address(model, piece)).await?;
        (u64::from(bytes.length()) == piece_bytes(model, piece)).then_some(bytes)
    }

    /// Keeps a piece.
    ///
    /// # Errors
    /// The browser's, when there is no room.
    pub(super) async fn keep(
        &self,
        model: &ModelFile,
        piece: u64,
        bytes: &Uint8Array,
    ) -> Result<(), JsValue> {
        self.put(&address(model, piece), bytes).await
    }

    /// The file of an adapter, if it is here.
    pub(super) async fn adapter(&self, model: &ModelFile, adapter: &AdapterAddress) -> Option<Uint8Array> {
        self.bytes_at(&beside(model, adapter)).await
    }

    /// Keeps the file of an adapter in place of others beside this model: a release that brings a better one names it
    /// differently, and nobody would ask for the old one again.
    ///
    /// # Errors
    /// The browser's, when there is no room.
    pub(super) async fn keep_adapter(
        &self,
        model: &ModelFile,
        adapter: &AdapterAddress,
        bytes: &Uint8Array,
    ) -> Result<(), JsValue> {
        self.remove_below(&adapters(model)).await;
        self.put(&beside(model, adapter), bytes).await
    }

    /// Bytes of the model that are here.
    pub(super) async fn bytes(&self, model: &ModelFile) -> u64 {
        let mut bytes = 0;
        for piece in 0..pieces(model) {
            if self.found(&address(model, piece)).await.is_some() {
                bytes += piece_bytes(model, piece);
            }
        }
        bytes
    }

    /// Whether the file's hash was found right when its last piece had arrived.
    pub(super) async fn is_checked(&self, model: &ModelFile) -> bool {
        self.found(&mark(model)).await.is_some()
    }

    /// Notes that the hash is right.
    pub(super) async fn note_checked(&self, model: &ModelFile) {
        put_text(&self.0, &mark(model), "").await;
    }

    /// Removes every piece, the note, and every adapter.
    pub(super) async fn remove(&self, model: &ModelFile) {
        self.remove_below(&folder(model)).await;
    }

    async fn remove_below(&self, folder: &str) {
        let Ok(all) = js::settled::<Array>(self.0.keys()).await else { return };
        for kept in all.iter() {
            let kept: Request = kept.unchecked_into();
            if kept.url().contains(folder) {
                // What is not there any more need not be removed.
                let _ = JsFuture::from(self.0.delete_with_request(&kept)).await;
            }
        }
    }

    async fn put(&self, address: &str, bytes: &Uint8Array) -> Result<(), JsValue> {
        let response = Response::new_with_opt_js_u8_array(Some(bytes))?;
        JsFuture::from(self.0.put_with_str(address, &response)).await.map(drop)
    }

    async fn bytes_at(&self, address: &str) -> Option<Uint8Array> {
        let response = self.found(address).await?;
        let buffer: ArrayBuffer = js::settled(response.array_buffer().ok()?).await.ok()?;
        Some(Uint8Array::new(&buffer))
    }

    async fn found(&self, address: &str) -> Option<Response> {
        js::settled(self.0.match_with_str(address)).await.ok()
    }
}

/// Keeps a text for [`remembered`], where a browser keeps anything.
pub(super) async fn remember(address: &str, text: &str) {
    if let Some(kept) = Kept::open().await {
        put_text(&kept.0, address, text).await;
    }
}

/// The text that was kept last.
pub(super) async fn remembered(address: &str) -> Option<String> {
    let response = Kept::open().await?.found(address).await?;
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

async fn put_text(cache: &Cache, address: &str, text: &str) {
    if let Ok(response) = Response::new_with_opt_str(Some(text)) {
        // Without room it is asked for or checked again next time.
        let _ = JsFuture::from(cache.put_with_str(address, &response)).await;
    }
}
