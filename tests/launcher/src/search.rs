//! Where the server programs come from.
//!
//! The first place that has a usable `postgres` and `initdb` wins; every place that has none is
//! recorded with its reason, because a search that finds nothing has to say what it looked at.
//! Symbolic links are resolved first: a link to `postgres` on PATH has no `initdb` beside it.

use std::{
    env,
    ffi::OsString,
    fmt, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{LaunchError, account::RunAs, bundled, cache, cache::For};

/// The oldest major version that Dispatcher supports.
const OLDEST: u32 = 14;

/// Larger than any server alone; a folder that holds more than a server is not copied.
const LARGEST_COPY: u64 = 512 << 20;

/// A `postgres` and an `initdb` that can be run.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) postgres: PathBuf,
    pub(super) initdb: PathBuf,
    /// Where `initdb` finds its input, if it does not find it by itself.
    pub(super) share: Option<PathBuf>,
    pub(super) environment: Vec<(&'static str, OsString)>,
    pub(super) version: String,
    pub(super) origin: String,
}

impl Programs {
    /// The command for one of the two programs, as the server's account.
    pub(super) fn command(&self, program: &Path, run_as: &RunAs) -> Command {
        let mut command = Command::new(program);
        command
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        run_as.apply(&mut command);
        command
    }

    /// Gets the version of the `postgres` of `self`, and refuses one that is too old.
    pub(super) fn with_version(mut self, run_as: &RunAs) -> Result<Self, Refusal> {
        let mut ask = self.command(&self.postgres, run_as);
        let output = ask
            .arg("--version")
            .current_dir("/")
            .output()
            .map_err(|error| match error.kind() {
                io::ErrorKind::PermissionDenied => Refusal::Unreadable,
                _ => Refusal::Other(format!("it does not run: {error}")),
            })?;
        self.version = version(&output)?;
        Ok(self)
    }
}

/// Why a place is not usable.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// The server's account is not allowed to run the programs.
    Unreadable,
    Other(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("the server's account may not run it"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

/// What the environment asks for.
#[derive(Debug)]
pub(super) struct Search {
    forced: Option<Case>,
    postgres_bin: Option<PathBuf>,
    path: OsString,
}

/// A value of `DISPATCHER_POSTGRES`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Case {
    System,
    Bundled,
}

impl Search {
    pub(super) fn from_environment() -> Result<Self, LaunchError> {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        let forced = match set("DISPATCHER_POSTGRES") {
            None => None,
            Some(value) if value == "system" => Some(Case::System),
            Some(value) if value == "bundled" => Some(Case::Bundled),
            Some(value) => {
                let value = value.to_string_lossy().into_owned();
                return Err(LaunchError::Forced { value });
            }
        };
        Ok(Self {
            forced,
            postgres_bin: set("POSTGRES_BIN").map(PathBuf::from),
            path: set("PATH").unwrap_or_default(),
        })
    }

    /// Whether programs are requested, even if `DATABASE_URL` is set.
    pub(super) fn is_forced(&self) -> bool {
        self.forced.is_some()
    }

    pub(super) fn find(&self, run_as: &RunAs) -> Result<Programs, LaunchError> {
        let mut looked_at = Vec::new();
        if self.forced != Some(Case::Bundled) {
            if let Some(path) = &self.postgres_bin {
                return examine(path, run_as).map_err(|refusal| LaunchError::PostgresBin {
                    path: path.clone(),
                    reason: refusal.to_string(),
                });
            }
            looked_at.push("  POSTGRES_BIN: not set".to_owned());
            for (place, folders) in places(&self.path) {
                let before = looked_at.len();
                for folder in folders {
                    if !folder.join("postgres").exists() {
                        continue;
                    }
                    match examine(&folder, run_as) {
                        Ok(programs) => return Ok(programs),
                        Err(why) => looked_at.push(format!("  {}: {why}", folder.display())),
                    }
                }
                if looked_at.len() == before {
                    looked_at.push(format!("  {place}: no postgres there"));
                }
            }
        }
        if self.forced != Some(Case::System) {
            match bundled::programs(run_as) {
                Ok(programs) => return Ok(programs),
                Err(why) => looked_at.push(format!("  crates.io: {why}")),
            }
        }
        let looked_at = looked_at.join("\n");
        Err(LaunchError::NotFound { looked_at })
    }
}

/// The places in order, each with its folders.
fn places(path: &OsString) -> Vec<(&'static str, Vec<PathBuf>)> {
    vec![
        (
            "PATH",
            env::split_paths(path)
                .filter(|it| it.is_absolute())
                .collect(),
        ),
        (
            "/usr/lib/postgresql/*/bin",
            versions("/usr/lib/postgresql", ""),
        ),
        ("/usr/pgsql-*/bin", versions("/usr", "pgsql-")),
        (
            "/opt/homebrew/opt/postgresql@*/bin",
            versions("/opt/homebrew/opt", "postgresql@"),
        ),
        (
            "/usr/local/opt/postgresql@*/bin",
            versions("/usr/local/opt", "postgresql@"),
        ),
    ]
}

/// `<root>/<prefix><version>/bin`, the newest first.
fn versions(root: &str, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let numbers = name.strip_prefix(prefix)?.split('.').map(str::parse);
            Some((
                numbers.collect::<Result<_, _>>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, bin)| bin).collect()
}

/// Whether the server programs of `place`, a `bin` folder or a `postgres`, can be used.
fn examine(place: &Path, run_as: &RunAs) -> Result<Programs, Refusal> {
    let other = |error: io::Error| Refusal::Other(error.to_string());
    let metadata = fs::metadata(place).map_err(other)?;
    let postgres = if metadata.is_dir() {
        place.join("postgres")
    } else {
        place.to_owned()
    };
    let postgres = fs::canonicalize(&postgres)
        .map_err(|error| Refusal::Other(format!("{}: {error}", postgres.display())))?;
    let initdb = postgres.with_file_name("initdb");
    if !initdb.is_file() {
        let reason = format!("there is no initdb beside {}", postgres.display());
        return Err(Refusal::Other(reason));
    }
    let bin = postgres.parent().unwrap_or(Path::new("/"));
    let programs = Programs {
        origin: bin.display().to_string(),
        share: None,
        environment: Vec::new(),
        version: String::new(),
        initdb,
        postgres: postgres.clone(),
    };
    match programs.with_version(run_as) {
        Err(Refusal::Unreadable) if run_as.other().is_some() => {
            copy_out(&postgres, run_as)?.with_version(run_as)
        }
        outcome => outcome,
    }
}

/// Copies an installation that root can read and the server's account cannot. Wherever the copy is,
/// the programs find their files by the path relative to `bin`; the library path has to be set.
fn copy_out(postgres: &Path, run_as: &RunAs) -> Result<Programs, Refusal> {
    let other = |error: io::Error| Refusal::Other(format!("{}: {error}", Refusal::Unreadable));
    let (Some(bin), Some(prefix)) = (postgres.parent(), postgres.ancestors().nth(2)) else {
        return Err(Refusal::Unreadable);
    };
    let parts = ["bin", "lib", "share"].map(|part| prefix.join(part));
    let mut bytes = 0;
    for part in &parts {
        bytes += cache::size(part).map_err(other)?;
    }
    if bin != parts[0] || bytes > LARGEST_COPY {
        return Err(Refusal::Unreadable);
    }
    let name = format!("copy-{}", cache::stamp(postgres).map_err(other)?);
    let copy = cache::folder(&name, run_as, |folder| {
        parts.iter().try_for_each(|part| {
            let target = folder.join(part.file_name().unwrap_or_default());
            cache::copy(part, &target, For::Everybody)
        })
    })
    .map_err(other)?;
    Ok(Programs {
        postgres: copy.join("bin/postgres"),
        initdb: copy.join("bin/initdb"),
        share: None,
        environment: vec![("LD_LIBRARY_PATH", copy.join("lib").into())],
        version: String::new(),
        origin: format!("{} (copied to {})", bin.display(), copy.display()),
    })
}

/// Parses the output of `postgres --version`.
fn version(output: &Output) -> Result<String, Refusal> {
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let Some(version) = version.filter(|_| output.status.success()) else {
        let errors = String::from_utf8_lossy(&output.stderr);
        let reason = format!("`postgres --version` says {:?}", (text + errors).trim());
        return Err(Refusal::Other(reason));
    };
    let end = version.find(|it: char| !it.is_ascii_digit());
    match version[..end.unwrap_or(version.len())].parse::<u32>() {
        Ok(major) if major >= OLDEST => Ok(version.to_owned()),
        _ => Err(Refusal::Other(format!(
            "version {version} is older than {OLDEST}"
        ))),
    }
}

#[cfg(test)]
mod tests;
