//! The account that the server runs as.
//!
//! Postgres refuses to run as root, so root runs it as `nobody`, the one unprivileged account that
//! every system has. `/etc/passwd` must list the account: `initdb` looks its own user id up. That
//! account must be able to reach everything that it reads or writes, which [`RunAs`] checks.

use std::{
    fs, io,
    os::unix::{fs::MetadataExt, fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
};

use crate::error::LocalPostgresError;

/// The account of this process, and the one for the server if it is a different one.
#[derive(Debug)]
pub struct RunAs {
    own_uid: u32,
    other: Option<Account>,
}

#[derive(Debug, PartialEq)]
struct Account {
    uid: u32,
    gid: u32,
}

const NOBODY: &str = "nobody";

impl RunAs {
    /// The account of this process; `nobody` for root.
    ///
    /// # Errors
    /// The operating system does not say who this is, or has no account `nobody`.
    pub fn find() -> Result<Self, LocalPostgresError> {
        let own_uid =
            own_uid().map_err(LocalPostgresError::os("ask `id -u` for this user's id"))?;
        let other = match own_uid {
            0 => {
                let passwd = fs::read_to_string("/etc/passwd")
                    .map_err(LocalPostgresError::os("read /etc/passwd"))?;
                Some(account(NOBODY, &passwd).ok_or(LocalPostgresError::NoAccount)?)
            }
            _ => None,
        };
        Ok(Self { own_uid, other })
    }

    /// The account of this process, for servers that may run as root.
    ///
    /// # Errors
    /// The operating system does not say who this is.
    pub fn this_user() -> Result<Self, LocalPostgresError> {
        let own_uid =
            own_uid().map_err(LocalPostgresError::os("ask `id -u` for this user's id"))?;
        let other = None;
        Ok(Self { own_uid, other })
    }

    /// The user id of this process.
    pub fn own_uid(&self) -> u32 {
        self.own_uid
    }

    /// The server's account, if it is not the one of this process.
    pub fn other(&self) -> Option<&'static str> {
        self.other.as_ref().map(|_| NOBODY)
    }

    /// Makes `command` run under the server's account, without root's supplementary groups.
    pub fn apply(&self, command: &mut Command) {
        if let Some(account) = &self.other {
            command.uid(account.uid).gid(account.gid);
        }
    }

    /// Hands a file or folder to the server's account.
    ///
    /// # Errors
    /// The operating system refuses it.
    pub fn give(&self, path: &Path) -> io::Result<()> {
        match &self.other {
            Some(account) => std::os::unix::fs::chown(path, Some(account.uid), Some(account.gid)),
            None => Ok(()),
        }
    }

    /// Whether the server's account may enter `folder` and every folder above it.
    pub fn may_enter(&self, folder: &Path) -> bool {
        self.other.is_none()
            || fs::canonicalize(folder).is_ok_and(|folder| {
                folder.ancestors().all(|above| {
                    fs::metadata(above).is_ok_and(|it| it.permissions().mode() & 0o001 != 0)
                })
            })
    }

    /// Whether only this user can have put anything into `folder`.
    pub fn alone_writes(&self, folder: &Path) -> bool {
        fs::symlink_metadata(folder).is_ok_and(|it| {
            it.is_dir() && it.uid() == self.own_uid && it.permissions().mode() & 0o022 == 0
        })
    }
}

/// `std` has no safe call for it, and `/proc` does not exist everywhere.
fn own_uid() -> io::Result<u32> {
    let output = Command::new("id").arg("-u").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .parse()
        .map_err(|_| io::Error::other(format!("it printed {text:?}")))
}

fn account(name: &str, passwd: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next()? == name;
        // macOS writes its ids with a sign: -2 stands for 4294967294.
        let mut id = || fields.next()?.parse::<i64>().ok().map(|id| id as u32);
        let (_password, uid, gid) = (id(), id(), id());
        found.then_some(Account {
            uid: uid?,
            gid: gid?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_found_by_its_whole_name() {
        let debian = "root:x:0:0:root:/root:/bin/bash\n\
                      nobody2:x:9:9::/:/bin/false\n\
                      nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n";
        let (uid, gid) = (65534, 65533);
        assert_eq!(account(NOBODY, debian), Some(Account { uid, gid }));

        let macos =
            "##\n# User Database\nnobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n";
        let (uid, gid) = (4_294_967_294, 4_294_967_294);
        assert_eq!(account(NOBODY, macos), Some(Account { uid, gid }));

        assert_eq!(account(NOBODY, "root:x:0:0:::\nnobody:x\n"), None);
    }
}
