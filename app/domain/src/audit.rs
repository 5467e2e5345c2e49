//! The hash chain of the audit log: each entry carries a hash over itself and the one before, so that no
//! entry can be changed, removed, inserted or moved without all later hashes being wrong.
//!
//! **What is hashed.** SHA-256 over the bytes `parsimony-audit-1`, the 32 bytes of the previous hash (zeros
//! for the first entry), and every field of [`AuditEntry`] in its order. A number is 8 bytes, big-endian. A
//! text is the byte 1, its length in bytes as a number, and its UTF-8; an absent one is the byte 0. Lengths
//! come first, so no two different entries give the same bytes. Anybody can recompute it from an export.

use sha2::{Digest, Sha256};

/// Hash of one entry, or the 32 zero bytes before the first.
pub type ChainHash = [u8; 32];

/// What stands before the first entry of a chain.
pub const BEGINNING: ChainHash = [0; 32];

/// Names this way of hashing, so that a later one can never be mistaken for it.
const DOMAIN: &[u8] = b"parsimony-audit-1";

/// One entry of the log, as it is stored and exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditEntry<'a> {
    /// Id of the workspace.
    pub workspace: &'a str,
    /// 1 for the first entry of the workspace, then one more each time.
    pub seq: i64,
    /// Microseconds since 1970-01-01 00:00 UTC.
    pub at_micros: i64,
    /// Id of the account that did it; none for the product itself.
    pub account: Option<&'a str>,
    /// Id of the session it came through.
    pub session: Option<&'a str>,
    /// Id of the API token it came through.
    pub api_token: Option<&'a str>,
    /// What was done, as `subject.verb`.
    pub action: &'a str,
    /// Id of what it was done to.
    pub subject: Option<&'a str>,
    /// Id of the use case it concerns.
    pub use_case: Option<&'a str>,
    /// JSON of what was there before, byte for byte as stored.
    pub before: Option<&'a str>,
    /// JSON of what is there now, byte for byte as stored.
    pub after: Option<&'a str>,
}

/// Hash of an entry that follows one with the hash `previous`.
#[must_use]
pub fn chain_hash(previous: &ChainHash, entry: &AuditEntry<'_>) -> ChainHash {
    let mut digest = Sha256::new();
    digest.update(DOMAIN);
    digest.update(previous);
    text(&mut digest, Some(entry.workspace));
    digest.update(entry.seq.to_be_bytes());
    digest.update(entry.at_micros.to_be_bytes());
    for field in [entry.account, entry.session, entry.api_token, Some(entry.action), entry.subject] {
        text(&mut digest, field);
    }
    for field in [entry.use_case, entry.before, entry.after] {
        text(&mut digest, field);
    }
    digest.finalize().into()
}

fn text(digest: &mut Sha256, text: Option<&str>) {
    match text {
        None => digest.update([0]),
        Some(text) => {
            digest.update([1]);
            digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(text.as_bytes());
        }
    }
}

/// A chain that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Number of entries.
    pub entries: i64,
    /// Hash of the last one. Whoever wrote it down earlier can tell that nothing was cut off since.
    pub head: ChainHash,
}

impl Verified {
    /// [`Self::head`] as people write it down: hexadecimal.
    #[must_use]
    pub fn head_text(&self) -> String {
        self.head.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Where a chain breaks, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing, repeated or out of order.
    #[error("entry {expected} should come next, but {found} does")]
    Sequence {
        /// The number that should come.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// An entry does not name the hash of the one before it.
    #[error("entry {seq} does not follow the one before it")]
    Link {
        /// Its number.
        seq: i64,
    },
    /// An entry is not what was hashed when it was written.
    #[error("entry {seq} is not what it was when it was written")]
    Content {
        /// Its number.
        seq: i64,
    },
}

/// Recomputes a chain while it is read from the start, in constant memory.
#[derive(Debug, Clone, Copy)]
pub struct Verifier {
    so_far: Verified,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { so_far: Verified { entries: 0, head: BEGINNING } }
    }
}

impl Verifier {
    /// Takes the next entry with the two hashes stored beside it.
    ///
    /// # Errors
    /// [`Broken`] at the first entry that does not fit.
    pub fn next(
        &mut self,
        entry: &AuditEntry<'_>,
        previous: &ChainHash,
        hash: &ChainHash,
    ) -> Result<(), Broken> {
        let expected = self.so_far.entries.saturating_add(1);
        if entry.seq != expected {
            return Err(Broken::Sequence { expected, found: entry.seq });
        }
        if *previous != self.so_far.head {
            return Err(Broken::Link { seq: entry.seq });
        }
        if chain_hash(previous, entry) != *hash {
            return Err(Broken::Content { seq: entry.seq });
        }
        self.so_far = Verified { entries: entry.seq, head: *hash };
        Ok(())
    }

    /// What was verified so far; of the whole chain when no entry is left.
    #[must_use]
    pub fn verified(self) -> Verified {
        self.so_far
    }
}
