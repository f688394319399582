//! The folder of a cluster: a temporary one that is removed with it, or one that is kept.
//!
//! A folder that is kept has `data`, the server's `log` and the `port` that it had last. The data is made beside its place
//! and renamed into it, so what was interrupted is made again.

use std::{
    env, fmt, fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{account::RunAs, error::LocalPostgresError, random::random, ready};

/// How long to wait for a server that another process left behind, and that its watchdog is stopping.
const LEFT_BEHIND: Duration = Duration::from_secs(15);

/// The folder of a server.
#[derive(Debug)]
pub struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) is_kept: bool,
}

impl Folder {
    /// Makes a temporary folder for the server's account. `server` is part of its name.
    ///
    /// # Errors
    /// There is no temporary folder that the account can reach, or the operating system refuses it.
    pub fn temporary(run_as: &RunAs, server: &str) -> Result<Self, LocalPostgresError> {
        let mut tried = vec![env::temp_dir()];
        tried.extend(["/tmp", "/var/tmp"].map(PathBuf::from));
        tried.dedup();
        let Some(parent) = tried.iter().find(|folder| run_as.may_enter(folder)) else {
            let account = run_as.other().unwrap_or("this user").to_owned();
            return Err(LocalPostgresError::NoFolder { account, tried });
        };
        let name = format!(
            "dispatcher-{server}-{}-{:016x}",
            std::process::id(),
            random()
        );
        let make = || {
            // Resolved, so it compares equal to the server's own `data_directory`.
            let path = fs::canonicalize(parent)?.join(name);
            fs::DirBuilder::new().mode(0o700).create(&path)?;
            run_as.give(&path)?;
            Ok(path)
        };
        let path = make().map_err(LocalPostgresError::os(format!(
            "make a folder in {parent:?}"
        )))?;
        let is_kept = false;
        Ok(Self { path, is_kept })
    }
}

/// A folder in which a cluster is kept, and how to log in there.
#[derive(Clone)]
pub struct KeptFolder {
    path: PathBuf,
    pub(crate) role: String,
    pub(crate) password: String,
    pub(crate) port: Option<u16>,
}

impl fmt::Debug for KeptFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptFolder")
            .field("path", &self.path)
            .field("role", &self.role)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl KeptFolder {
    /// The folder at that path, whose superuser has this name and this password. A cluster that is there already keeps
    /// the ones that it was made with, so they have to be the same.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, role: &str, password: &str) -> Self {
        Self {
            path: path.into(),
            role: role.to_owned(),
            password: password.to_owned(),
            port: None,
        }
    }

    /// The port on which the server has to listen. Defaults to the one that it had last, if it is free, and otherwise to
    /// one that is.
    #[must_use]
    pub fn port(mut self, port: Option<u16>) -> Self {
        self.port = port;
        self
    }

    /// Makes the folder, if it is not there.
    pub(crate) fn make(&self, run_as: &RunAs) -> Result<Folder, LocalPostgresError> {
        let make = || {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.path)?;
            let path = fs::canonicalize(&self.path)?;
            run_as.give(&path)?;
            Ok(path)
        };
        let path = make().map_err(LocalPostgresError::os(format!(
            "make the folder {}",
            self.path.display()
        )))?;
        let parent = path.parent().unwrap_or(Path::new("/"));
        if !run_as.may_enter(parent) {
            return Err(LocalPostgresError::Unreachable {
                account: run_as.other().unwrap_or("this user").to_owned(),
                folder: path,
            });
        }
        let is_kept = true;
        Ok(Folder { path, is_kept })
    }
}

/// The major version that made the data, if there is data.
pub(crate) fn major(data: &Path) -> Result<Option<u32>, LocalPostgresError> {
    let path = data.join("PG_VERSION");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let doing = format!("read {}", path.display());
            return Err(LocalPostgresError::os(doing)(error));
        }
    };
    let major = text.trim().split('.').next().unwrap_or_default().parse();
    major.map(Some).map_err(|_| {
        let doing = format!("read {}", path.display());
        LocalPostgresError::os(doing)(io::Error::other(format!("it is {text:?}, not a version")))
    })
}

/// Waits until the server is gone that a killed process left behind. What is there longer, the next start says.
pub(crate) async fn await_end(data: &Path) {
    let began = std::time::Instant::now();
    let runs = || {
        let lock = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let process = lock.lines().next()?.trim().to_owned();
        let ask = std::process::Command::new("/bin/sh")
            .args(["-c", "kill -0 \"$1\" 2>/dev/null", "sh", &process])
            .status();
        ask.is_ok_and(|status| status.success()).then_some(())
    };
    while runs().is_some() && began.elapsed() < LEFT_BEHIND {
        tokio::time::sleep(10 * ready::PAUSE).await;
    }
}
