//! Fingerprints of inputs: a step whose inputs have the fingerprint of last time is skipped.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::error::{Result, XtaskError};

/// Collects what a step depends on and reduces it to 64 hexadecimal digits.
///
/// Contents count, times do not: a fresh checkout or a touched file changes nothing.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds a fact, such as a compiler version.
    pub fn text(mut self, fact: &str) -> Self {
        self.part(b"text", fact.as_bytes());
        self
    }

    /// Adds a file, or every file below a folder, by path relative to `root` and content. A path
    /// that does not exist adds nothing.
    pub fn tree(mut self, root: &Path, path: &str) -> Result<Self> {
        for file in files_below(&root.join(path))? {
            let content = fs::read(&file).map_err(XtaskError::file("read", &file))?;
            let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            self.part(b"file", name.as_bytes());
            self.part(b"content", &content);
        }
        Ok(self)
    }

    fn part(&mut self, kind: &[u8], bytes: &[u8]) {
        // Lengths keep "ab" + "c" apart from "a" + "bc".
        self.0.update(kind);
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// The fingerprint as hexadecimal digits.
    pub fn finish(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

/// The first 16 hexadecimal digits of a content's SHA-256, for file names that may be cached for
/// ever. Sixty-four bits are plenty to tell the versions of one file apart.
pub fn content_hash(content: &[u8]) -> String {
    let mut hash = sha256(content);
    hash.truncate(16);
    hash
}

/// A content's SHA-256 as 64 hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every file at or below a path, sorted by path; none if the path does not exist. Editors'
/// backups and hidden files do not count.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(XtaskError::file("list", &path))? {
                let entry = entry.map_err(XtaskError::file("list", &path))?;
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if !name.starts_with('.') && !name.ends_with('~') && name != "node_modules" {
                    open.push(entry.path());
                }
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Remembers one step's fingerprint in a file.
pub struct Memory(PathBuf);

impl Memory {
    /// The memory of the step `name`, kept in `folder`.
    pub fn of(folder: &Path, name: &str) -> Self {
        Self(folder.join(format!("{name}.fingerprint")))
    }

    /// Whether the step last succeeded with exactly these inputs.
    pub fn knows(&self, fingerprint: &str) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|known| known == fingerprint)
    }

    /// Notes that the step succeeded with these inputs.
    pub fn learn(&self, fingerprint: &str) -> Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder).map_err(XtaskError::file("create", folder))?;
        }
        fs::write(&self.0, fingerprint).map_err(XtaskError::file("write", &self.0))
    }

    /// Forgets, before the step starts to change its outputs: an interrupted step runs again.
    pub fn forget(&self) {
        fs::remove_file(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("parsimony-xtask-{name}-{}", std::process::id()));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(folder.join("style/parts")).unwrap();
        fs::write(folder.join("style/main.css"), "a{}").unwrap();
        fs::write(folder.join("style/parts/b.css"), "b{}").unwrap();
        folder
    }

    fn of(folder: &Path) -> String {
        Fingerprint::default().tree(folder, "style").unwrap().finish()
    }

    #[test]
    fn changes_with_content_and_with_names_but_not_with_time() {
        let folder = folder("fingerprint");
        let before = of(&folder);
        fs::write(folder.join("style/main.css"), "a{}").unwrap();
        assert_eq!(of(&folder), before);
        fs::write(folder.join("style/main.css"), "a{color:red}").unwrap();
        let changed = of(&folder);
        assert_ne!(changed, before);
        fs::rename(folder.join("style/parts/b.css"), folder.join("style/parts/c.css")).unwrap();
        assert_ne!(of(&folder), changed);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn ignores_hidden_files_and_absent_folders() {
        let folder = folder("hidden");
        let before = of(&folder);
        fs::write(folder.join("style/.main.css.swp"), "x").unwrap();
        assert_eq!(of(&folder), before);
        assert!(files_below(&folder.join("absent")).unwrap().is_empty());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn facts_do_not_run_together() {
        let one = Fingerprint::default().text("ab").text("c").finish();
        let two = Fingerprint::default().text("a").text("bc").finish();
        assert_ne!(one, two);
    }

    #[test]
    fn memory_knows_only_the_last_success() {
        let folder = folder("memory");
        let memory = Memory::of(&folder, "css");
        assert!(!memory.knows("1"));
        memory.learn("1").unwrap();
        assert!(memory.knows("1") && !memory.knows("2"));
        memory.forget();
        assert!(!memory.knows("1"));
        fs::remove_dir_all(folder).unwrap();
    }
}
