//! The names of the demo's files, which change with their content.

use super::WORKER_FOLDER;
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
    /// All that the page loads out of the bundle.
    page: Vec<String>,
    /// All that the worker loads, in any browser.
    runtime: Vec<String>,
    /// What the page loads besides.
    assets: Vec<String>,
    /// What the model can be given to sort messages. Lists of builds that knew of none have none.
    #[serde(default)]
    pub(super) adapters: Vec<Adapter>,
}

/// An adapter. Its file is kept by the worker, beside the model that it belongs to.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Adapter {
    /// Address of its file.
    pub(super) file: String,
    /// SHA-256 of its file, in hexadecimal.
    pub(super) sha256: String,
    /// Address of what was measured with it.
    pub(super) evaluation: String,
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

    /// All files that the page needs to work, apart by blanks: what a visit without a network finds kept.
    pub(super) fn files(&self) -> String {
        let files = [&self.page, &self.runtime, &self.assets].into_iter().flatten();
        // The page asks for the first one's figures; the adapter itself is not for the page to keep.
        let evaluation = self.adapters.first().map(|adapter| &adapter.evaluation);
        let files: Vec<&str> = files.chain(evaluation).map(String::as_str).collect();
        files.join(" ")
    }

    fn from_list(text: &str, folder: &str) -> Result<Self, String> {
        let names: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let of_page = |name: String| format!("/{folder}/{name}");
        let of_worker = |name: String| format!("{WORKER_FOLDER}/{name}");
        Ok(Self {
            script: of_page(names.script),
            module: of_page(names.module),
            worker: of_worker(names.worker),
            page: names.page.into_iter().map(of_page).collect(),
            runtime: names.runtime.into_iter().map(of_worker).collect(),
            assets: names.assets.into_iter().map(|path| format!("/{path}")).collect(),
            adapters: names
                .adapters
                .into_iter()
                .map(|adapter| Adapter {
                    file: of_page(adapter.file),
                    sha256: adapter.sha256,
                    evaluation: of_page(adapter.evaluation),
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_become_addresses() {
        let list = r#"{
            "script": "demo.1.js", "module": "demo.2.wasm", "worker": "slm.3.js",
            "page": ["demo.1.js", "demo.2.wasm", "parsimony.4.css"],
            "runtime": ["slm.3.js", "slm-simd.5.wasm"],
            "assets": ["fonts/inter.woff2"],
            "adapters": [{
                "name": "banking77", "file": "banking77.6.safetensors", "sha256": "0123abcd",
                "evaluation": "banking77.7.json"
            }]
        }"#;
        let modules = Modules::from_list(list, "pkg").unwrap();
        assert_eq!(modules.script, "/pkg/demo.1.js");
        assert_eq!(modules.worker, "/demo/pkg/slm.3.js");
        let files = "/pkg/demo.1.js /pkg/demo.2.wasm /pkg/parsimony.4.css \
                     /demo/pkg/slm.3.js /demo/pkg/slm-simd.5.wasm /fonts/inter.woff2 /pkg/banking77.7.json";
        assert_eq!(modules.files(), files);
        let adapter = Adapter {
            file: "/pkg/banking77.6.safetensors".to_owned(),
            sha256: "0123abcd".to_owned(),
            evaluation: "/pkg/banking77.7.json".to_owned(),
        };
        assert_eq!(modules.adapters, [adapter]);
        assert!(Modules::from_list("{}", "pkg").is_err());
    }

    #[test]
    fn a_list_without_adapters_is_one() {
        let list = r#"{
            "script": "demo.1.js", "module": "demo.2.wasm", "worker": "slm.3.js",
            "page": [], "runtime": [], "assets": []
        }"#;
        assert!(Modules::from_list(list, "pkg").unwrap().adapters.is_empty());
    }
}
