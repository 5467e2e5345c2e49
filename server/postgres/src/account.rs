//! Whom Postgres runs as: ourselves, or (started by root) a user of its own.

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::error::{ClusterError, file_error};

/// The users involved: the one running this process and the one running Postgres.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Name of the user Postgres runs as.
    pub(crate) name: String,
    /// Name of the user this process runs as; the only other one let in.
    pub(crate) our_name: String,
    uid: u32,
    gid: u32,
    /// True when the two differ, which only root can arrange.
    switched: bool,
}

impl Account {
    /// Ourselves, or `root_delegate` (such as `postgres`) when we are root.
    pub(crate) fn resolve(root_delegate: &str) -> Result<Self, ClusterError> {
        let our_uid = rustix::process::geteuid().as_raw();
        let our_name = passwd_entry(|entry| entry.uid == our_uid, &our_uid.to_string())
            .map(|entry| entry.name)
            .ok_or(ClusterError::NamelessUser { uid: our_uid })?;
        if our_uid != 0 {
            let gid = rustix::process::getegid().as_raw();
            return Ok(Self { name: our_name.clone(), our_name, uid: our_uid, gid, switched: false });
        }
        let entry = passwd_entry(|entry| entry.name == root_delegate, root_delegate)
            .filter(|entry| entry.uid != 0)
            .ok_or_else(|| ClusterError::NoAccount { user: root_delegate.to_owned() })?;
        Ok(Self { name: entry.name, our_name, uid: entry.uid, gid: entry.gid, switched: true })
    }

    /// User id of this process.
    pub(crate) fn our_uid() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    /// Whether `uid` is the user Postgres runs as.
    pub(crate) fn is(&self, uid: u32) -> bool {
        uid == self.uid
    }

    /// Whether Postgres runs as somebody other than this process.
    pub(crate) fn switched(&self) -> bool {
        self.switched
    }

    /// A command that will run as this account, away from our terminal input and from `PG*`
    /// variables, which would silently change ports, folders and options.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(name);
            }
        }
        // The log is read back for error sentences, so it stays in one language.
        command.env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        if self.switched {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or folder to this account.
    pub(crate) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        if self.switched {
            chown(path, Some(self.uid), Some(self.gid)).map_err(file_error("Changing the owner of", path))?;
        }
        Ok(())
    }

    /// Checks that this account can get to `folder`; names the first closed folder otherwise.
    pub(crate) fn check_reach(&self, folder: &Path) -> Result<(), ClusterError> {
        if !self.switched {
            return Ok(());
        }
        let mut chain: Vec<PathBuf> = folder.ancestors().map(Path::to_path_buf).collect();
        chain.reverse();
        for step in chain {
            let program = Path::new("test");
            let reachable = self
                .command(program)
                .arg("-x")
                .arg(&step)
                .status()
                .map_err(|source| ClusterError::Run { program: program.into(), source })?;
            if !reachable.success() {
                return Err(ClusterError::Unreachable { folder: step, user: self.name.clone() });
            }
        }
        Ok(())
    }
}

struct PasswdEntry {
    name: String,
    uid: u32,
    gid: u32,
}

/// Looks a user up in `/etc/passwd`, then with `getent`, which also knows directory services.
fn passwd_entry(wanted: impl Fn(&PasswdEntry) -> bool, key: &str) -> Option<PasswdEntry> {
    let search = |text: &str| text.lines().filter_map(parse_entry).find(&wanted);
    fs::read_to_string("/etc/passwd").ok().and_then(|text| search(&text)).or_else(|| {
        let output = Command::new("getent").args(["passwd", key]).stdin(Stdio::null()).output().ok()?;
        search(&String::from_utf8_lossy(&output.stdout))
    })
}

fn parse_entry(line: &str) -> Option<PasswdEntry> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(PasswdEntry { name, uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passwd_line_gives_name_user_and_group() {
        let entry =
            parse_entry("postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash")
                .unwrap();
        assert_eq!((entry.name.as_str(), entry.uid, entry.gid), ("postgres", 101, 104));
        assert!(parse_entry("+::::::").is_none());
    }

    #[test]
    fn an_unknown_delegate_is_an_error_for_root_only() {
        let account = Account::resolve("no-such-user-here");
        if Account::our_uid() == 0 {
            assert!(matches!(account, Err(ClusterError::NoAccount { .. })));
        } else {
            assert!(!account.unwrap().switched());
        }
    }
}
