//! Gets the file of an adapter: what this browser keeps of it, or what the site has.

use super::download::hexadecimal;
use super::inbox::Inbox;
use super::js;
use super::kept::Kept;
use js_sys::{ArrayBuffer, Uint8Array};
use sha2::{Digest, Sha256};
use slm_messages::{AdapterAddress, ModelFile};
use wasm_bindgen::JsValue;
use web_sys::{Request, RequestInit, Response};

/// Largest file of an adapter, in bytes: twelve times what one of rank 8 beside 30 blocks takes.
const LARGEST: u32 = 64 << 20;

/// A file that is here.
pub(super) struct File {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether they came over the network.
    pub(super) is_new: bool,
}

/// The file of an adapter. It is small enough to be fetched in one go.
///
/// # Errors
/// A sentence that says what can be done.
pub(super) async fn file(address: &AdapterAddress, model: &ModelFile, inbox: &Inbox) -> Result<File, String> {
    let kept = match Kept::open().await {
        Some(kept) => kept.adapter(model, address).await.map(|bytes| bytes.to_vec()),
        None => None,
    };
    let kept = kept.filter(|bytes| is_right(address, bytes)).map(|bytes| File { bytes, is_new: false });
    match kept {
        // What has the right hash cannot be out of date.
        Some(kept) if address.sha256.is_some() => Ok(kept),
        kept => match fetched(address, inbox).await {
            Ok(bytes) if is_right(address, &bytes) => Ok(File { bytes, is_new: true }),
            Ok(_) => {
                Err("What arrived is not the adapter: its SHA-256 is wrong. Try again later.".to_owned())
            }
            Err(_) if inbox.is_paused() => Err("Loading the adapter was stopped.".to_owned()),
            Err(error) => kept.ok_or_else(|| {
                format!("The adapter could not be fetched. {} Try again later.", js::sentence(&error))
            }),
        },
    }
}

/// Keeps a file that has been read and found good.
pub(super) async fn keep(address: &AdapterAddress, model: &ModelFile, bytes: &[u8]) {
    if let Some(kept) = Kept::open().await
        && let Err(error) = kept.keep_adapter(model, address, &Uint8Array::from(bytes)).await
    {
        // Nothing is lost for now; it has to be fetched again next time.
        js::warn(&format!("The adapter could not be kept. {}", js::sentence(&error)));
    }
}

fn is_right(address: &AdapterAddress, bytes: &[u8]) -> bool {
    let Some(wanted) = &address.sha256 else { return true };
    wanted.eq_ignore_ascii_case(&hexadecimal(Sha256::new_with_prefix(bytes)))
}

async fn fetched(address: &AdapterAddress, inbox: &Inbox) -> Result<Vec<u8>, JsValue> {
    let init = RequestInit::new();
    init.set_signal(Some(&inbox.fetching()?.signal()));
    let request = Request::new_with_str_and_init(&address.url, &init)?;
    let answer: Response = js::settled(js::scope().fetch_with_request(&request)).await?;
    if !answer.ok() {
        return refuse(&format!("The site answered with {}", answer.status()));
    }
    let buffer: ArrayBuffer = js::settled(answer.array_buffer()?).await?;
    if buffer.byte_length() > LARGEST {
        return refuse(&format!("The file has more than {} MB", LARGEST >> 20));
    }
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn refuse<T>(why: &str) -> Result<T, JsValue> {
    Err(js_sys::Error::new(why).into())
}
