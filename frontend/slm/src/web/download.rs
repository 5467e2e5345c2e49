//! Gets the bytes of a model: pieces that this browser keeps from there, the others from the site.

use super::inbox::Inbox;
use super::js;
use super::kept::{self, Kept};
use super::meter::Meter;
use super::post::post;
use crate::engine::now_ms;
use js_sys::Uint8Array;
use sha2::{Digest, Sha256};
use slm_messages::{ModelFile, Report, Step};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader, Request, RequestInit, Response};

/// A piece is asked for again when the network failed, after so many milliseconds each time.
const RETRIES: [i32; 3] = [500, 2_000, 5_000];

/// A file that is here.
pub(super) struct File {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// How long getting them took.
    pub(super) bytes_ms: f64,
    /// How many of them came over the network.
    pub(super) from_network: u64,
    /// Whether its hash was computed now. It is computed once, when the last piece has arrived; later visits trust
    /// the browser to give back what it was given.
    pub(super) checked_now: bool,
}

/// All bytes of a model; `None` if somebody paused, which is reported. Whatever arrives is kept at once, so that
/// asking again goes on where it stopped.
///
/// # Errors
/// A sentence that says what can be done.
pub(super) async fn file(model: &ModelFile, inbox: &Inbox) -> Result<Option<File>, String> {
    let start = now_ms();
    let signal = inbox.fetching().map_err(|error| js::sentence(&error))?.signal();
    let kept = Kept::open().await;
    let mut is_checked = match &kept {
        Some(kept) => kept.is_checked(model).await,
        None => false,
    };
    let mut meter = Meter::new(model.bytes);
    let mut bytes = room(model.bytes)?;
    let mut hash = Sha256::new();
    let mut from_network = 0;
    for piece in 0..kept::pieces(model) {
        let found = match &kept {
            Some(kept) => kept.piece(model, piece).await,
            None => None,
        };
        let is_kept = found.is_some();
        let found = match found {
            Some(found) if !inbox.is_paused() => Some(found),
            Some(_) => None,
            None => fetched(model, piece, &signal, &mut meter, inbox).await?,
        };
        let Some(found) = found else {
            post(&Report::Paused(meter.progress()));
            return Ok(None);
        };
        if is_kept {
            meter.add(u64::from(found.length()));
        } else {
            from_network += u64::from(found.length());
            keep(kept.as_ref(), model, piece, &found).await;
            if is_checked {
                // The browser has lost a piece of a file that was whole.
                is_checked = false;
                hash.update(&bytes);
            }
        }
        let before = bytes.len();
        bytes.resize(before + found.length() as usize, 0);
        found.copy_to(&mut bytes[before..]);
        if !is_checked {
            hash.update(&bytes[before..]);
        }
    }
    meter.report();
    if !is_checked {
        post(&Report::Preparing { step: Step::Reading });
        check(model, hash, kept.as_ref()).await?;
    }
    Ok(Some(File { bytes, bytes_ms: now_ms() - start, from_network, checked_now: !is_checked }))
}

fn room(bytes: u64) -> Result<Vec<u8>, String> {
    let refused =
        || format!("This browser refuses the {} MB of memory that the model needs.", bytes / 1_000_000);
    let mut room = Vec::new();
    let wanted = usize::try_from(bytes).map_err(|_| refused())?;
    room.try_reserve_exact(wanted).map_err(|_| refused())?;
    Ok(room)
}

async fn keep(kept: Option<&Kept>, model: &ModelFile, piece: u64, bytes: &Uint8Array) {
    if let Some(kept) = kept
        && let Err(error) = kept.keep(model, piece, bytes).await
    {
        // Nothing is lost for now; it has to be fetched again next time.
        js::warn(&format!("A piece of the model could not be kept. {}", js::sentence(&error)));
    }
}

/// Compares the hash. Bytes that are not the model's are not kept.
async fn check(model: &ModelFile, hash: Sha256, kept: Option<&Kept>) -> Result<(), String> {
    let is_right = hexadecimal(hash) == model.sha256;
    match kept {
        Some(kept) if is_right => kept.note_checked(model).await,
        Some(kept) => kept.remove(model).await,
        None => {}
    }
    if is_right {
        return Ok(());
    }
    Err("What arrived is not the model: its SHA-256 is wrong. It was removed; download it again.".to_owned())
}

/// What a hash comes to, as it is written.
pub(super) fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A piece from the site; `None` if somebody paused.
async fn fetched(
    model: &ModelFile,
    piece: u64,
    signal: &AbortSignal,
    meter: &mut Meter,
    inbox: &Inbox,
) -> Result<Option<Uint8Array>, String> {
    let mut waits = RETRIES.into_iter();
    let before = meter.received();
    loop {
        let error = match attempt(model, piece, signal, meter).await {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(error) => error,
        };
        meter.set_back(before);
        if inbox.is_paused() {
            return Ok(None);
        }
        let Some(wait) = waits.next() else {
            return Err(format!(
                "The download broke off. {} What has arrived is kept: go on when the network is back.",
                js::sentence(&error)
            ));
        };
        js::wait(wait).await;
    }
}

async fn attempt(
    model: &ModelFile,
    piece: u64,
    signal: &AbortSignal,
    meter: &mut Meter,
) -> Result<Uint8Array, JsValue> {
    let first = piece * kept::PIECE;
    let length = kept::piece_bytes(model, piece);
    let init = RequestInit::new();
    init.set_signal(Some(signal));
    let request = Request::new_with_str_and_init(&model.url, &init)?;
    request.headers().set("range", &format!("bytes={first}-{}", first + length - 1))?;
    let answer: Response = js::settled(js::scope().fetch_with_request(&request)).await?;
    if answer.status() != 206 {
        return refuse(&format!("The site answered with {} instead of a part of the file", answer.status()));
    }
    let Some(body) = answer.body() else { return refuse("The answer has no body") };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let bytes = Uint8Array::new_with_length(length);
    let mut at = 0;
    loop {
        let read = JsFuture::from(reader.read()).await?;
        let Some(chunk) = js::property(&read, "value") else { break };
        let chunk: Uint8Array = chunk.dyn_into()?;
        if chunk.length() > length - at {
            return refuse("More arrived than was asked for");
        }
        bytes.set(&chunk, at);
        at += chunk.length();
        meter.add(u64::from(chunk.length()));
    }
    if at < length {
        return refuse("The answer ended early");
    }
    Ok(bytes)
}

fn refuse<T>(why: &str) -> Result<T, JsValue> {
    Err(js_sys::Error::new(why).into())
}
