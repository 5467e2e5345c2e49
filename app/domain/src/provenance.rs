//! What ties a decision to exactly what it was made from.

use crate::decision::Provenance;
use crate::policy::Policy;
use crate::prices::PriceBook;
use crate::use_case::UseCase;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::sync::OnceLock;

/// Version of the engine. It changes whenever the same inputs could give another decision.
pub const ENGINE_VERSION: &str = "1";

/// SHA-256 of a price book, computed when first asked for and then kept, because a book is thousands of
/// times larger than a use case. It takes no part in comparing or storing a book.
#[derive(Debug, Clone, Default)]
pub struct LazyDigest(OnceLock<String>);

impl PartialEq for LazyDigest {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

#[derive(Serialize)]
struct Material<'a> {
    engine: &'static str,
    policy: &'a Policy,
    price_book: &'a str,
    use_case: UseCase,
}

/// Provenance of a decision on these inputs. Name and notes are cosmetic: changing them changes nothing.
pub(crate) fn of(use_case: &UseCase, policy: &Policy, book: &PriceBook) -> Provenance {
    let material = Material {
        engine: ENGINE_VERSION,
        policy,
        price_book: book.digest(),
        use_case: UseCase { name: Default::default(), notes: Default::default(), ..use_case.clone() },
    };
    Provenance {
        engine: ENGINE_VERSION.to_owned(),
        policy: policy.version.clone(),
        price_book: book.version.clone(),
        content_hash: sha256_of_json(&material),
    }
}

impl PriceBook {
    /// SHA-256 over everything in the book, in hexadecimal. A book must not be changed after the first call.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.digest.0.get_or_init(|| sha256_of_json(self))
    }
}

/// SHA-256 of a value's JSON, in hexadecimal. Values of this crate serialise without fail: they hold no
/// maps with keys other than strings and no numbers that are not finite.
fn sha256_of_json<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_vec(value).unwrap_or_default();
    Sha256::digest(json).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
