//! The package in which the generated code is compiled, and the resulting program.
//!
//! Each contracts directory has a folder of its own below the target folder, and all of them share
//! one target folder, so the runtime is compiled once.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Directory, Error, Sample};

/// The program around the generated code.
const PROGRAM: &str = include_str!("../package/main.rs.in");
const DISPATCHER: &str = include_str!("../package/dispatcher.rs.in");
const MANIFEST: &str = include_str!("../package/Cargo.toml.in");

/// The target folder of the running process: `CARGO_TARGET_DIR`, or else cargo's folder that
/// contains the program, or else a folder in the system's temporary folder.
#[must_use]
pub fn target_directory() -> PathBuf {
    if let Some(target) = env::var_os("CARGO_TARGET_DIR") {
        let target = PathBuf::from(target);
        return std::path::absolute(&target).unwrap_or(target);
    }
    env::current_exe()
        .ok()
        .and_then(|program| {
            let mut above = program.ancestors();
            above
                .find(|folder| folder.join("CACHEDIR.TAG").is_file())
                .map(Path::to_owned)
        })
        .unwrap_or_else(|| env::temp_dir().join("dispatcher-conformance"))
}

/// The cargo that runs this program, or the one on the PATH.
pub(crate) fn cargo_program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Sets up a command that runs cargo to build `folder` below `target`, without this process's own
/// build settings.
pub(crate) fn set_up(command: &mut Command, folder: &Path, target: &Path) {
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_NET_OFFLINE", "true")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
}

/// The versions that this workspace was tested with, and already has.
pub(crate) fn locked_versions() -> Result<String, Error> {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    fs::read_to_string(&lock).map_err(Error::file(&lock))
}

/// Writes a file if its text differs, so that cargo sees no change where there is none.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::file(parent))?;
    }
    fs::write(path, text).map_err(Error::file(path))
}

/// The generator whose code a package compiles.
pub(crate) struct Side {
    /// The prefix of the package's name.
    pub(crate) prefix: &'static str,
    /// Lines of its manifest.
    pub(crate) dependencies: String,
    /// What the program does with one payload: `src/side.rs`.
    pub(crate) program: &'static str,
    /// Its Cargo.lock.
    pub(crate) lock: String,
}

impl Side {
    /// Generated types of this workspace.
    pub(crate) fn dispatcher() -> Result<Self, Error> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let runtime = workspace.join("dispatcher-runtime");
        let runtime = runtime.to_string_lossy().replace('\\', "/");
        Ok(Self {
            prefix: "conformance",
            dependencies: format!(
                "dispatcher-runtime = {{ path = \"{runtime}\", default-features = false }}\n\
                 serde_json = \"1\"\n"
            ),
            program: DISPATCHER,
            lock: locked_versions()?,
        })
    }
}

/// A folder with a package in it.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// Where all packages are built.
    pub(crate) target: PathBuf,
}

impl Package {
    /// A package for this directory, without generated code yet.
    pub(crate) fn new(directory: &Directory, target: &Path, side: &Side) -> Result<Self, Error> {
        let mut hasher = DefaultHasher::new();
        directory.root.hash(&mut hasher);
        let name = directory
            .root
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(40)
            .collect();
        let name = format!("{}-{name}-{:016x}", side.prefix, hasher.finish());
        let all = target.join("conformance");
        let package = Self {
            folder: all.join(&name),
            target: all.join("target"),
            name,
        };
        let manifest = MANIFEST
            .replace("{name}", &package.name)
            .replace("{dependencies}", &side.dependencies);
        package.put("Cargo.toml", &manifest)?;
        package.put("src/main.rs", PROGRAM)?;
        package.put("src/side.rs", side.program)?;
        package.put("Cargo.lock", &side.lock)?;
        Ok(package)
    }

    /// The folder for the copy of the contracts.
    pub(super) fn contracts(&self) -> PathBuf {
        self.folder.join("contracts")
    }

    /// Writes the generated code into the package.
    pub(super) fn write(&self, rust: &str) -> Result<(), Error> {
        self.put("src/contracts.rs", rust)
    }

    /// Writes one of its files.
    pub(crate) fn put(&self, path: &str, text: &str) -> Result<(), Error> {
        put(&self.folder.join(path), text)
    }

    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(cargo_program());
        set_up(&mut command, &self.folder, &self.target);
        command
    }

    /// The program's verdict on each sample: one JSON object each.
    ///
    /// A sample that ends the program is noted as such, and the program is restarted after it.
    pub(super) fn verdicts(&self, samples: &[&Sample]) -> Result<Vec<Value>, Error> {
        let mut verdicts = Vec::with_capacity(samples.len());
        while verdicts.len() < samples.len() {
            let left = samples.get(verdicts.len()..).unwrap_or_default();
            let before = verdicts.len();
            let end = self.run_program(left, &mut verdicts)?;
            if verdicts.len() < samples.len() {
                verdicts.push(json!({ "died": end }));
            } else if verdicts.len() > samples.len() || before == verdicts.len() {
                return Err(Error::Cargo(
                    "the program gave more verdicts than it was asked for".to_owned(),
                ));
            }
        }
        Ok(verdicts)
    }

    /// Runs the program over samples until it ends; returns how it ended.
    fn run_program(&self, samples: &[&Sample], verdicts: &mut Vec<Value>) -> Result<String, Error> {
        let program = self
            .target
            .join("debug")
            .join(&self.name)
            .with_extension(env::consts::EXE_EXTENSION);
        let mut child = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Error::file(&program))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::Cargo(
                "the program has no input and output".to_owned(),
            ));
        };
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for sample in samples {
                    let line = json!({
                        "event_type": sample.event_type,
                        "schema_version": sample.schema_version,
                        "payload": sample.payload,
                    });
                    // It stops reading if it has died, which the missing verdict shows.
                    if writeln!(input, "{line}").is_err() {
                        return;
                    }
                }
            });
            for line in BufReader::new(output).lines() {
                let line = line.map_err(Error::file(&program))?;
                // A line that was cut short by the program's end is not a verdict.
                let Ok(verdict) = serde_json::from_str(&line) else {
                    break;
                };
                verdicts.push(verdict);
            }
            Ok::<_, Error>(())
        })?;
        let status = child.wait().map_err(Error::file(&program))?;
        Ok(status.to_string())
    }
}
