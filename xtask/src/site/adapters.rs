//! What the small-model runtime is given beside its weights: adapters that were trained and measured, each in a folder
//! of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{Writer, read, write_hashed};
use crate::{
    error::{Result, XtaskError},
    fingerprint,
};

/// Their folders, in the repository.
pub(super) const FOLDER: &str = "frontend/slm/adapters";

/// The file that the runtime reads. Half-precision floats gain next to nothing by compression, so it has no compressed
/// siblings, and the server sends it as it is.
const WEIGHTS: &str = "adapter.safetensors";

/// What was measured with it.
const EVALUATION: &str = "evaluation.json";

/// Publishes each under hashed names. Returns what a page has to know of them, in the order of their names.
pub(super) fn publish(writer: &mut Writer, from: &Path, pkg: &Path) -> Result<Vec<Value>> {
    let mut published = Vec::new();
    for (name, folder) in finished(from)? {
        let weights = read(&folder.join(WEIGHTS))?;
        let evaluation = read(&folder.join(EVALUATION))?;
        let file = write_hashed(writer, pkg, &name, "safetensors", &weights)?;
        let evaluation = write_hashed(writer, pkg, &name, "json", &evaluation)?;
        published.push(json!({
            "name": name,
            "file": file.name,
            "sha256": fingerprint::sha256(&weights),
            "evaluation": evaluation.name,
        }));
    }
    Ok(published)
}

/// Names and folders of those that have both files; one that is still being trained has not. None where there is no
/// folder of them.
fn finished(from: &Path) -> Result<Vec<(String, PathBuf)>> {
    if !from.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(from).map_err(XtaskError::file("list", from))? {
        let folder = entry.map_err(XtaskError::file("list", from))?.path();
        if !(folder.join(WEIGHTS).is_file() && folder.join(EVALUATION).is_file()) {
            continue;
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !is_plain(&name) {
            return Err(XtaskError::Finding(format!(
                "{} becomes part of an address: call it by letters, digits and hyphens.",
                folder.display()
            )));
        }
        found.push((name, folder));
    }
    found.sort();
    Ok(found)
}

/// Whether a name means itself in an address.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    /// A folder of adapters, given by the paths of their files, and an empty one for the site.
    fn folders(test: &str, files: &[&str]) -> [PathBuf; 3] {
        let root = std::env::temp_dir().join(format!("parsimony-adapters-{test}-{}", std::process::id()));
        fs::remove_dir_all(&root).ok();
        let from = root.join("adapters");
        for file in files {
            let path = from.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        let pkg = root.join("pkg");
        [root, from, pkg]
    }

    fn writer() -> Writer {
        Writer { compress: true, kept: BTreeSet::new(), written: 0 }
    }

    #[test]
    fn a_finished_adapter_is_published_and_an_unfinished_one_is_not() {
        let files = [
            "banking77/adapter.safetensors",
            "banking77/evaluation.json",
            "banking77/CARD.md",
            "begun/adapter.safetensors",
            "measured/evaluation.json",
        ];
        let [root, from, pkg] = folders("finished", &files);
        let mut writer = writer();
        let published = publish(&mut writer, &from, &pkg).unwrap();
        let weights = format!("banking77.{}.safetensors", fingerprint::content_hash(files[0].as_bytes()));
        let evaluation = format!("banking77.{}.json", fingerprint::content_hash(files[1].as_bytes()));
        let sha256 = fingerprint::sha256(files[0].as_bytes());
        assert_eq!(sha256.len(), 64);
        let expected =
            json!({ "name": "banking77", "file": weights, "sha256": sha256, "evaluation": evaluation });
        assert_eq!(published, [expected]);
        let mut wanted = [weights, format!("{evaluation}.br"), format!("{evaluation}.gz"), evaluation]
            .map(|name| pkg.join(name));
        wanted.sort();
        assert_eq!(fingerprint::files_below(&pkg).unwrap(), wanted);
        // What was published stays when what is old is removed.
        assert_eq!(writer.kept, wanted.into_iter().collect::<BTreeSet<_>>());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn adapters_have_the_order_of_their_names() {
        let files = ["b", "a"].map(|name| [WEIGHTS, EVALUATION].map(|file| format!("{name}/{file}")));
        let files: Vec<&str> = files.iter().flatten().map(String::as_str).collect();
        let [root, from, pkg] = folders("order", &files);
        let published = publish(&mut writer(), &from, &pkg).unwrap();
        let names: Vec<_> = published.iter().map(|adapter| adapter["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["a", "b"]);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_site_does_without_adapters() {
        let [_, from, pkg] = folders("none", &[]);
        assert!(publish(&mut writer(), &from, &pkg).unwrap().is_empty());
        assert!(!pkg.exists());
    }

    #[test]
    fn a_name_that_an_address_would_have_to_escape_is_refused() {
        let [root, from, pkg] =
            folders("name", &["my adapter/adapter.safetensors", "my adapter/evaluation.json"]);
        let error = publish(&mut writer(), &from, &pkg).unwrap_err().to_string();
        assert!(error.contains("my adapter becomes part of an address"), "{error}");
        fs::remove_dir_all(root).unwrap();
    }
}
