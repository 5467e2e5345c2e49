//! The small models that the demo loads into a browser. A file is named by its content, so whoever has it never asks
//! again, and whoever was interrupted goes on where it stopped.

mod file;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path as PathOf, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use serde::Serialize;
use tokio::sync::watch;

use crate::{error::with_causes, problem::Problem};
use file::ModelFile;

/// How long a request waits for a file that is still being checked. It takes less than a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// The models of this server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Models(watch::Receiver<Found>);

/// What came of looking at the file.
#[derive(Clone)]
enum Found {
    /// It is being read.
    Checking,
    /// There is none, or none that can be used.
    Nothing,
    /// There is one.
    Model(Arc<ModelFile>),
}

/// What is there.
#[derive(Debug, Serialize)]
struct Catalogue {
    /// In no order that means anything.
    models: Vec<Entry>,
}

/// A model as programs see it.
#[derive(Debug, Serialize)]
struct Entry {
    /// What it is called.
    name: String,
    /// Size of the file.
    bytes: u64,
    /// Hash of the file, in hexadecimal.
    sha256: String,
    /// Where it is on this site.
    url: String,
    /// Its licence (SPDX); `null` if this release does not know the file.
    licence: Option<&'static str>,
}

impl Models {
    /// Looks at the file at this path, once, in the background: reading it takes longer than a start should. A file
    /// that cannot be used is reported in the log and not offered. Must be called inside a Tokio runtime if there is a
    /// path.
    pub(crate) fn open(path: Option<PathBuf>) -> Self {
        let Some(path) = path else { return Self(watch::channel(Found::Nothing).1) };
        let (tell, told) = watch::channel(Found::Checking);
        tokio::task::spawn_blocking(move || {
            let found = look_at(&path);
            // Nobody waits any more when the server has ended.
            let _ = tell.send(found);
        });
        Self(told)
    }

    /// The model, once it has been checked.
    ///
    /// # Errors
    /// 503 while that takes too long.
    async fn model(&self) -> Result<Option<Arc<ModelFile>>, Problem> {
        let mut told = self.0.clone();
        let checked = told.wait_for(|found| !matches!(found, Found::Checking));
        match tokio::time::timeout(PATIENCE, checked).await {
            Err(_) => Err(still_checking()),
            // The thread that looked at it panicked, which is in the log.
            Ok(Err(_)) => Ok(None),
            Ok(Ok(found)) => Ok(match &*found {
                Found::Model(model) => Some(model.clone()),
                Found::Checking | Found::Nothing => None,
            }),
        }
    }
}

fn look_at(path: &Path) -> Found {
    match ModelFile::read(path) {
        Ok(model) => {
            let (name, sha256) = (&model.name, &model.sha256);
            tracing::info!("The demo’s model is {name} (SHA-256 {sha256})");
            if model.licence.is_none() {
                tracing::warn!(
                    "This release does not know that model; check that its licence allows serving it"
                );
            }
            Found::Model(Arc::new(model))
        }
        Err(error) => {
            tracing::error!("PARSIMONY_MODEL cannot be used: {}", with_causes(&error));
            Found::Nothing
        }
    }
}

/// `/models` and the files below it. They need no database.
pub(crate) fn routes(models: Models) -> Router {
    Router::new().route("/models", get(list)).route("/models/{file}", get(serve)).with_state(models)
}

async fn list(State(models): State<Models>) -> Result<Response, Problem> {
    let entry = |model: Arc<ModelFile>| Entry {
        name: model.name.clone(),
        bytes: model.bytes,
        sha256: model.sha256.clone(),
        url: model.address(),
        licence: model.licence,
    };
    let models = models.model().await?.into_iter().map(entry).collect();
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(Catalogue { models })).into_response())
}

async fn serve(
    State(models): State<Models>,
    PathOf(name): PathOf<String>,
    request: Request,
) -> Result<Response, Problem> {
    match models.model().await? {
        Some(model) if model.address() == format!("/models/{name}") => model.serve(request).await,
        _ => Err(no_such_model()),
    }
}

fn no_such_model() -> Problem {
    Problem::of_kind(
        StatusCode::NOT_FOUND,
        "no-such-model",
        "There is no such model",
        "This server has no model of that hash. /models lists what it has; whoever runs it puts a GGUF file there with \
         PARSIMONY_MODEL.",
    )
}

fn still_checking() -> Problem {
    Problem::of_kind(
        StatusCode::SERVICE_UNAVAILABLE,
        "model-being-checked",
        "The model is being checked",
        "The server is still reading the model file. Try again in a moment.",
    )
    .retry_after(2)
}

#[cfg(test)]
mod tests;
