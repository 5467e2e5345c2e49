//! Domain values stored whole, as JSON text that keeps every byte.

use crate::StoreError;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// The JSON text of a value.
///
/// # Errors
/// [`StoreError::Unreadable`] for a value that JSON cannot hold, which no domain type allows.
pub(crate) fn write<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Unreadable { what, source: source.into() })
}

/// The value of a JSON text.
///
/// # Errors
/// [`StoreError::Unreadable`] when an incompatible release wrote it.
pub(crate) fn read<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Unreadable { what, source: source.into() })
}

/// SHA-256 of a text or token.
pub(crate) fn sha256(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
