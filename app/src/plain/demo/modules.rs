//! The names of the demo's files, which change with their content.

use crate::state::app_state;
use serde::Deserialize;
use std::path::Path;

/// The build's list, in the folder of hashed files.
const LIST: &str = "modules.json";

/// Addresses on this site.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Modules {
    /// The JavaScript of the page's own module.
    pub(super) script: String,
    /// Its WebAssembly.
    pub(super) module: String,
    /// The script of the worker that runs the model.
    pub(super) worker: String,
}

impl Modules {
    /// Reads the list. `None` where the site was built without a demo; why is in the log. It is read for each page, as
    /// the framework reads the names of its own files: a site may be built anew while the server runs.
    pub(super) fn read() -> Option<Self> {
        let options = app_state().ok()?.leptos_options;
        let list = Path::new(&*options.site_root).join(&*options.site_pkg_dir).join(LIST);
        let found = std::fs::read_to_string(&list).map_err(|error| error.to_string());
        let found = found.and_then(|text| Self::from_list(&text, &options.site_pkg_dir));
        found
            .inspect_err(
                |error| tracing::warn!(%error, list = %list.display(), "the demo’s files are unknown"),
            )
            .ok()
    }

    fn from_list(text: &str, folder: &str) -> Result<Self, String> {
        let names: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let address = |name: String| format!("/{folder}/{name}");
        Ok(Self {
            script: address(names.script),
            module: address(names.module),
            worker: address(names.worker),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_become_addresses() {
        let list = r#"{"script":"demo.1.js","module":"demo.2.wasm","worker":"slm.3.js"}"#;
        let modules = Modules::from_list(list, "pkg").unwrap();
        assert_eq!(modules.worker, "/pkg/slm.3.js");
        assert!(Modules::from_list("{}", "pkg").is_err());
    }
}
