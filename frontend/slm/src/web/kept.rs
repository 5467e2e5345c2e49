//! What this browser keeps of a model: its pieces, in the cache storage of this site.
//!
//! Pieces, because a download that breaks off goes on with the next one, and because a browser asked to keep 100 MB
//! in one go may hold them in memory meanwhile. The private file system would do as well, but shows up nowhere in a
//! browser's own tools.

use super::js;
use js_sys::{ArrayBuffer, Uint8Array};
use slm_messages::ModelFile;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Response};

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

fn address(model: &ModelFile, piece: u64) -> String {
    format!("/models/{}.gguf/pieces/{piece}", model.sha256)
}

fn mark(model: &ModelFile) -> String {
    format!("/models/{}.gguf/checked", model.sha256)
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
        let response = self.found(&address(model, piece)).await?;
        let buffer: ArrayBuffer = js::settled(response.array_buffer().ok()?).await.ok()?;
        let bytes = Uint8Array::new(&buffer);
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
        let response = Response::new_with_opt_js_u8_array(Some(bytes))?;
        JsFuture::from(self.0.put_with_str(&address(model, piece), &response)).await.map(drop)
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

    /// Removes every piece, and the note.
    pub(super) async fn remove(&self, model: &ModelFile) {
        for address in (0..pieces(model)).map(|piece| address(model, piece)).chain([mark(model)]) {
            // What is not there need not be removed.
            let _ = JsFuture::from(self.0.delete_with_str(&address)).await;
        }
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
