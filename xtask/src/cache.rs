//! The folder of large files that are fetched once and kept between builds and checkouts.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::error::{Result, XtaskError};

/// `parsimony` in the user's cache folder: `XDG_CACHE_HOME`, or `.cache` in the home folder.
///
/// # Errors
/// Without a home folder, or when the folder cannot be made.
pub fn folder() -> Result<PathBuf> {
    let folder = place(env::var_os("XDG_CACHE_HOME").map(Into::into), env::var_os("HOME").map(Into::into))
        .ok_or_else(|| {
            XtaskError::Finding("There is no place for large files: HOME is not set.".to_owned())
        })?;
    fs::create_dir_all(&folder).map_err(XtaskError::file("create", &folder))?;
    Ok(folder)
}

/// Relative paths count as unset, as the specification of these folders has it.
fn place(cache: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |path: Option<PathBuf>| path.filter(|path| path.is_absolute());
    absolute(cache)
        .or_else(|| absolute(home).map(|home| home.join(".cache")))
        .map(|cache| cache.join("parsimony"))
}

/// An empty folder in the cache for things that are on their way to their place, which is on the same file system.
/// It goes when this is dropped.
pub struct Workbench(PathBuf);

impl Workbench {
    /// Makes one; what an interrupted run left under the same name is thrown away.
    pub fn create(name: &str) -> Result<Self> {
        let folder = folder()?.join(format!("{name}.{}", std::process::id()));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(XtaskError::file("remove", &folder))?;
        }
        fs::create_dir_all(&folder).map_err(XtaskError::file("create", &folder))?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_user_keeps_caches() {
        let place = |cache: &str, home: &str| {
            let set = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
            place(set(cache), set(home))
        };
        assert_eq!(place("/c", "/home/ada"), Some("/c/parsimony".into()));
        assert_eq!(place("", "/home/ada"), Some("/home/ada/.cache/parsimony".into()));
        assert_eq!(place("relative", "/home/ada"), Some("/home/ada/.cache/parsimony".into()));
        assert_eq!(place("", ""), None);
    }
}
