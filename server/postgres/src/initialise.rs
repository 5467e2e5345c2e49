//! Making a data folder, once. It grows under another name and is renamed when complete, so a
//! crash in the middle leaves nothing that looks like a database.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use crate::{
    account::Account,
    binaries::{PostgresBinaries, installed_majors},
    cluster::Durability,
    error::{ClusterError, file_error},
    places::{Places, make_folder},
};

/// Name of the bootstrap role our connections use.
pub(crate) const ROLE: &str = "parsimony";

/// Prefix of unfinished data folders.
const UNFINISHED: &str = "data.new-";

/// Makes sure there is a data folder, and finds the programs of its version.
pub(crate) fn data_folder(
    places: &Places,
    account: &Account,
    named_binaries: Option<&Path>,
    durability: Durability,
) -> Result<PostgresBinaries, ClusterError> {
    clear_unfinished(&places.folder)?;
    let data = places.data();
    if data.exists() && !is_empty(&data)? {
        match binaries_for(&data, named_binaries) {
            Err(error @ (ClusterError::OtherVersion { .. } | ClusterError::NotADataFolder { .. }))
                if durability == Durability::Throwaway =>
            {
                tracing::warn!("{error} It is only a test database, so it is made anew.");
                fs::remove_dir_all(&data).map_err(file_error("Removing the old test database", &data))?;
            }
            result => return result,
        }
    }
    let binaries = PostgresBinaries::find(named_binaries, None)?;
    let unfinished = places.folder.join(format!("{UNFINISHED}{}", process::id()));
    make_folder(&unfinished, 0o700)?;
    account.own(&unfinished)?;
    tracing::info!("Initialising a Postgres {} database in {}", binaries.major, data.display());
    initdb(&binaries, account, &unfinished, durability)?;
    write_access_rules(&unfinished, account)?;
    // rename replaces an empty folder, and nothing else.
    fs::rename(&unfinished, &data).map_err(file_error("Putting the new database in place at", &data))?;
    let folder = fs::File::open(&places.folder).map_err(file_error("Opening", &places.folder))?;
    folder.sync_all().map_err(file_error("Saving", &places.folder))?;
    Ok(binaries)
}

/// Lets exactly two users in, by the kernel's word and only over the socket: whoever runs this
/// process and whoever Postgres runs as. Written again when the server changes its user.
pub(crate) fn write_access_rules(data: &Path, account: &Account) -> Result<(), ClusterError> {
    let rules = "# Written by Parsimony: only the socket, only the users in pg_ident.conf.\n\
                 local all all peer map=parsimony\n";
    let mut users =
        "# Written by Parsimony: operating system users who may be the role parsimony.\n".to_owned();
    let mut names = vec![account.our_name.as_str(), account.name.as_str()];
    names.dedup();
    for name in names {
        users.push_str(&format!("parsimony \"{name}\" {ROLE}\n"));
    }
    for (file, text) in [("pg_hba.conf", rules), ("pg_ident.conf", users.as_str())] {
        let path = data.join(file);
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            continue;
        }
        let mut open = fs::File::create(&path).map_err(file_error("Writing", &path))?;
        open.write_all(text.as_bytes())
            .and_then(|()| open.sync_all())
            .map_err(file_error("Writing", &path))?;
        account.own(&path)?;
    }
    Ok(())
}

/// The programs that fit an existing data folder.
fn binaries_for(data: &Path, named_binaries: Option<&Path>) -> Result<PostgresBinaries, ClusterError> {
    let major = fs::read_to_string(data.join("PG_VERSION"))
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| ClusterError::NotADataFolder { folder: data.to_path_buf() })?;
    let binaries = PostgresBinaries::find(named_binaries, Some(major))?;
    if binaries.major == major {
        return Ok(binaries);
    }
    let found = if named_binaries.is_some() { binaries.major.to_string() } else { installed_majors() };
    Err(ClusterError::OtherVersion { folder: data.to_path_buf(), cluster: major, found })
}

fn initdb(
    binaries: &PostgresBinaries,
    account: &Account,
    data: &Path,
    durability: Durability,
) -> Result<(), ClusterError> {
    // The same sort order on every machine. C.UTF-8 also knows upper and lower case beyond ASCII,
    // but not every libc has it; plain C always exists.
    let mut said = String::new();
    for locale in ["C.UTF-8", "C"] {
        let program = binaries.program("initdb");
        let mut command = account.command(&program);
        command.arg("--pgdata").arg(data).args(["--username", ROLE, "--encoding", "UTF8"]);
        command.args(["--locale", locale, "--lc-messages", "C", "--data-checksums", "--no-instructions"]);
        command.args(["--auth-local", "peer", "--auth-host", "reject"]);
        if durability == Durability::Throwaway {
            command.arg("--no-sync");
        }
        let output =
            command.output().map_err(|source| ClusterError::Run { program: program.clone(), source })?;
        if output.status.success() {
            return Ok(());
        }
        said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if !said.contains("locale") {
            break;
        }
    }
    Err(ClusterError::Initialise { folder: data.to_path_buf(), output: said })
}

fn clear_unfinished(folder: &Path) -> Result<(), ClusterError> {
    let entries = fs::read_dir(folder).map_err(file_error("Reading the folder", folder))?;
    let unfinished: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED))
        .map(|entry| entry.path())
        .collect();
    for path in unfinished {
        tracing::warn!("Removing the unfinished database {}", path.display());
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file_error("Removing the unfinished database", path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_empty(folder: &Path) -> Result<bool, ClusterError> {
    Ok(fs::read_dir(folder).map_err(file_error("Reading the folder", folder))?.next().is_none())
}
