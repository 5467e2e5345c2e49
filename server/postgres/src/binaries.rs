//! Finding the Postgres programs.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::error::ClusterError;

/// The oldest major version the schema is written for.
pub const OLDEST_MAJOR: u32 = 15;

/// Where distributions put versioned Postgres programs: parent folder, and the part of the path
/// below each of its entries.
const USUAL_PLACES: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/usr/local", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
];

/// The programs of one Postgres installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresBinaries {
    /// The folder that holds `postgres` and `initdb`.
    pub folder: PathBuf,
    /// Major version, such as 15.
    pub major: u32,
}

impl PostgresBinaries {
    /// The programs for a cluster: those in `named` when the operator named a folder, else the
    /// newest installation, or the one of exactly `wanted` when a cluster already exists.
    ///
    /// # Errors
    /// [`ClusterError::BadBinaries`] for a named folder without usable programs,
    /// [`ClusterError::NoBinaries`] when nothing is installed. A version other than `wanted` is
    /// returned, not refused: the caller knows the folder to name.
    pub fn find(named: Option<&Path>, wanted: Option<u32>) -> Result<Self, ClusterError> {
        if let Some(folder) = named {
            return Self::in_folder(folder)
                .map_err(|reason| ClusterError::BadBinaries { folder: folder.to_path_buf(), reason });
        }
        let mut installed = installed();
        wanted
            .and_then(|major| installed.remove(&major))
            .or_else(|| installed.pop_last().map(|(_, binaries)| binaries))
            .ok_or_else(|| ClusterError::NoBinaries {
                oldest: OLDEST_MAJOR,
                looked_in: "/usr/lib/postgresql/*/bin, /usr/pgsql-*/bin and PATH".to_owned(),
            })
    }

    /// Path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Checks one folder; the error is a clause for a sentence.
    fn in_folder(folder: &Path) -> Result<Self, String> {
        for program in ["initdb", "postgres"] {
            if !folder.join(program).is_file() {
                return Err(format!("there is no {program} in it"));
            }
        }
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("its postgres does not run ({error})"))?;
        let answer = String::from_utf8_lossy(&output.stdout);
        let major =
            parse_major(&answer).ok_or_else(|| "its postgres does not tell its version".to_owned())?;
        if major < OLDEST_MAJOR {
            return Err(format!("it is Postgres {major}, and at least {OLDEST_MAJOR} is needed"));
        }
        // `postgres` finds its shared files relative to its real place, not to a link in /usr/bin.
        let folder = fs::canonicalize(folder.join("postgres"))
            .ok()
            .and_then(|real| real.parent().map(Path::to_path_buf))
            .filter(|real| real.join("initdb").is_file())
            .unwrap_or_else(|| folder.to_path_buf());
        Ok(Self { folder, major })
    }
}

/// All usable installations, by major version.
fn installed() -> BTreeMap<u32, PostgresBinaries> {
    let mut candidates: Vec<PathBuf> = Vec::new();
    for (parent, below) in USUAL_PLACES {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path().join(below)).collect();
        folders.sort();
        candidates.extend(folders);
    }
    if let Some(path) = env::var_os("PATH") {
        candidates.extend(env::split_paths(&path));
    }
    let mut found = BTreeMap::new();
    for folder in candidates {
        if let Ok(binaries) = PostgresBinaries::in_folder(&folder) {
            found.entry(binaries.major).or_insert(binaries);
        }
    }
    found
}

/// The major versions on this machine, for an error sentence.
pub(crate) fn installed_majors() -> String {
    let majors: Vec<String> = installed().keys().map(u32::to_string).collect();
    if majors.is_empty() { "no version".to_owned() } else { majors.join(", ") }
}

/// Reads 15 out of `postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)`; also `17beta2`.
fn parse_major(answer: &str) -> Option<u32> {
    let version = answer.split_once("(PostgreSQL)")?.1.trim_start();
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_the_usual_answers() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(parse_major("something else 15"), None);
    }

    #[test]
    fn a_named_folder_without_programs_is_refused_by_name() {
        let error = PostgresBinaries::find(Some(Path::new("/etc")), None).unwrap_err();
        let sentence = error.to_string();
        assert!(sentence.contains("/etc") && sentence.contains("initdb"), "{sentence}");
    }
}
