//! One model file: what it is, and how it is sent.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use headers::{ETag, HeaderMapExt, IfMatch, IfNoneMatch, IfRange};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use tower_http::services::ServeFile;

use super::no_such_model;
use crate::{error::with_causes, problem::Problem};

/// What every GGUF file begins with.
const MAGIC: &[u8] = b"GGUF";

/// The address names the content, so an answer is good for ever.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Models that this release knows: hash, name, licence.
const KNOWN: [(&str, &str, &str); 1] = [(
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    "SmolLM2-135M-Instruct Q4_1",
    "Apache-2.0",
)];

/// Why a file cannot be offered.
#[derive(Debug, thiserror::Error)]
pub(super) enum ModelError {
    /// It is not there, or not ours to read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// It is something else.
    #[error("{path} is no GGUF file")]
    NoModel {
        /// The file.
        path: PathBuf,
    },
}

/// A model file that was read once from beginning to end.
#[derive(Debug)]
pub(super) struct ModelFile {
    path: PathBuf,
    pub(super) name: String,
    pub(super) bytes: u64,
    /// In lower-case hexadecimal.
    pub(super) sha256: String,
    pub(super) licence: Option<&'static str>,
    tag: ETag,
}

impl ModelFile {
    /// Reads the file and computes its hash. Blocks for as long as that takes.
    ///
    /// # Errors
    /// [`ModelError`].
    pub(super) fn read(path: &Path) -> Result<Self, ModelError> {
        let unreadable = |source| ModelError::Unreadable { path: path.to_owned(), source };
        let no_model = || ModelError::NoModel { path: path.to_owned() };
        let mut file = File::open(path).map_err(unreadable)?;
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err(no_model());
        }
        let mut hash = Sha256::new();
        let mut magic = Vec::new();
        let mut bytes: u64 = 0;
        let mut piece = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut piece).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            let missing = MAGIC.len().saturating_sub(magic.len()).min(read);
            magic.extend_from_slice(&piece[..missing]);
            hash.update(&piece[..read]);
            bytes = bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        }
        let sha256: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{sha256}\"").parse().map_err(|_| no_model())?;
        if magic != MAGIC {
            return Err(no_model());
        }
        let known = KNOWN.iter().find(|(hash, ..)| *hash == sha256);
        let own_name = || path.file_stem().map(|name| name.to_string_lossy().into_owned());
        Ok(Self {
            path: path.to_owned(),
            name: known.map(|(_, name, _)| (*name).to_owned()).or_else(own_name).unwrap_or_default(),
            bytes,
            sha256,
            licence: known.map(|(.., licence)| *licence),
            tag,
        })
    }

    /// Where it is on this site.
    pub(super) fn address(&self) -> String {
        format!("/models/{}.gguf", self.sha256)
    }

    /// Answers a request for it, or for a range of it.
    ///
    /// # Errors
    /// 404 when the file has gone since it was read.
    pub(super) async fn serve(&self, request: Request) -> Result<Response, Problem> {
        let (mut parts, _) = request.into_parts();
        let mut response = match self.without_content(&mut parts.headers) {
            Some(status) => status.into_response(),
            None => {
                let request = Request::from_parts(parts, Body::empty());
                let sent = ServeFile::new(&self.path).try_call(request).await;
                sent.map_err(|error| self.gone(&error))?.map(Body::new)
            }
        };
        if response.status() == StatusCode::NOT_FOUND {
            return Err(self.gone(&io::Error::from(io::ErrorKind::NotFound)));
        }
        let headers = response.headers_mut();
        headers.typed_insert(self.tag.clone());
        headers.insert(header::CACHE_CONTROL, FOREVER);
        Ok(response)
    }

    /// The status that answers conditions on the file's tag (RFC 9110, 13.2.2). What remains in the headers is about
    /// ranges and times, which `ServeFile` knows how to answer.
    fn without_content(&self, headers: &mut HeaderMap) -> Option<StatusCode> {
        if headers.typed_get::<IfMatch>().is_some_and(|wanted| !wanted.precondition_passes(&self.tag)) {
            return Some(StatusCode::PRECONDITION_FAILED);
        }
        if let Some(known) = headers.typed_get::<IfNoneMatch>() {
            if !known.precondition_passes(&self.tag) {
                return Some(StatusCode::NOT_MODIFIED);
            }
            headers.remove(header::IF_MODIFIED_SINCE);
        }
        // A range of what somebody has the rest of; of anything else they need the whole.
        let is_stale = headers.contains_key(header::IF_RANGE)
            && headers.typed_get::<IfRange>().is_none_or(|part| part.is_modified(Some(&self.tag), None));
        let ranges = headers.get(header::RANGE).and_then(|ranges| ranges.to_str().ok()).unwrap_or_default();
        // Several ranges at once would come in an envelope that nobody asks a model file for.
        if is_stale || ranges.contains(',') {
            headers.remove(header::RANGE);
        }
        None
    }

    fn gone(&self, error: &io::Error) -> Problem {
        tracing::error!("{} has gone: {}", self.path.display(), with_causes(error));
        no_such_model()
    }
}
