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

use crate::{account::RunAs, cache, cache::For, error::LocalPostgresError};

/// The oldest major version that Dispatcher supports.
const OLDEST: u32 = 14;

/// Larger than any server alone; a folder that holds more than a server is not copied.
const LARGEST_COPY: u64 = 512 << 20;

/// A `postgres` and an `initdb` that can be run.
#[derive(Debug)]
pub struct Programs {
    pub(crate) postgres: PathBuf,
    pub(crate) initdb: PathBuf,
    /// Where `initdb` finds its input, if it does not find it by itself.
    pub(crate) share: Option<PathBuf>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) version: String,
    pub(crate) origin: String,
}

impl Programs {
    /// Those that crates of the name `liboliphaunt-native-*` hold, merged into one folder. They refer to their libraries by
    /// the paths of the machine that built them, so the library paths are set.
    pub fn merged(folder: &Path, origin: &str) -> Self {
        Self {
            postgres: folder.join("bin/postgres"),
            initdb: folder.join("bin/initdb"),
            share: Some(folder.join("share/postgresql")),
            environment: vec![
                ("LD_LIBRARY_PATH", folder.join("lib").into()),
                ("DYLD_LIBRARY_PATH", folder.join("lib").into()),
                ("OLIPHAUNT_INTERNAL_SKIP_ICU_DISCOVERY", "1".into()),
            ],
            version: String::new(),
            origin: origin.to_owned(),
        }
    }

    /// Refuses another major version than that, if there is one.
    pub(crate) fn of_major(self, major: Option<u32>) -> Result<Self, Refusal> {
        match major {
            Some(wanted) if major_of(&self.version) != Some(wanted) => {
                Err(Refusal::Other(format!("it is of version {}", self.version)))
            }
            _ => Ok(self),
        }
    }

    /// The command for one of the two programs, as the server's account.
    pub(crate) fn command(&self, program: &Path, run_as: &RunAs) -> Command {
        let mut command = Command::new(program);
        command
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        run_as.apply(&mut command);
        command
    }

    /// Gets the version of the `postgres` of `self`, and refuses one that is too old.
    ///
    /// # Errors
    /// It does not run, or is too old.
    pub fn with_version(mut self, run_as: &RunAs) -> Result<Self, Refusal> {
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
pub enum Refusal {
    /// The server's account is not allowed to run the programs.
    Unreadable,
    /// What is wrong, in words.
    Other(String),
}

/// Where to look after the usual places of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Fallback {
    /// Its name, for what was looked at.
    pub place: &'static str,
    /// The programs there, of that major version if there is one.
    pub find: fn(&RunAs, Option<u32>) -> Result<Programs, Refusal>,
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
pub struct Search {
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
    /// What the environment of this process asks for.
    ///
    /// # Errors
    /// `DISPATCHER_POSTGRES` has an unknown value.
    pub fn from_environment() -> Result<Self, LocalPostgresError> {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        let forced = match set("DISPATCHER_POSTGRES") {
            None => None,
            Some(value) if value == "system" => Some(Case::System),
            Some(value) if value == "bundled" => Some(Case::Bundled),
            Some(value) => {
                let value = value.to_string_lossy().into_owned();
                return Err(LocalPostgresError::Forced { value });
            }
        };
        Ok(Self {
            forced,
            postgres_bin: set("POSTGRES_BIN").map(PathBuf::from),
            path: set("PATH").unwrap_or_default(),
        })
    }

    /// Whether programs are requested, even if `DATABASE_URL` is set.
    pub fn is_forced(&self) -> bool {
        self.forced.is_some()
    }

    /// The first programs that can be used, of that major version if there is one.
    pub(crate) fn find(
        &self,
        run_as: &RunAs,
        major: Option<u32>,
        fallback: Fallback,
    ) -> Result<Programs, LocalPostgresError> {
        let mut looked_at = Vec::new();
        if self.forced != Some(Case::Bundled) {
            if let Some(path) = &self.postgres_bin {
                let found = examine(path, run_as).and_then(|it| it.of_major(major));
                return found.map_err(|refusal| LocalPostgresError::PostgresBin {
                    path: path.clone(),
                    reason: match major {
                        Some(major) => format!("{refusal}, and the data is of {major}"),
                        None => refusal.to_string(),
                    },
                });
            }
            looked_at.push("  POSTGRES_BIN: not set".to_owned());
            for (place, folders) in places(&self.path) {
                let before = looked_at.len();
                for folder in folders {
                    if !folder.join("postgres").exists() {
                        continue;
                    }
                    match examine(&folder, run_as).and_then(|it| it.of_major(major)) {
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
            match (fallback.find)(run_as, major) {
                Ok(programs) => return Ok(programs),
                Err(why) => looked_at.push(format!("  {}: {why}", fallback.place)),
            }
        }
        let looked_at = looked_at.join("\n");
        Err(LocalPostgresError::NotFound { looked_at })
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
pub(crate) fn examine(place: &Path, run_as: &RunAs) -> Result<Programs, Refusal> {
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
    match major_of(version) {
        Some(major) if major >= OLDEST => Ok(version.to_owned()),
        _ => Err(Refusal::Other(format!(
            "version {version} is older than {OLDEST}"
        ))),
    }
}

/// `15` of `15.18`.
fn major_of(version: &str) -> Option<u32> {
    let end = version.find(|it: char| !it.is_ascii_digit());
    version[..end.unwrap_or(version.len())].parse().ok()
}

#[cfg(test)]
mod tests;
