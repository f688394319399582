//! Compiles the package, and collects rustc's errors if it does not compile.

use std::collections::BTreeSet;

use super::generate::Generation;
use super::package::Package;
use super::{Directory, Error};

/// The maximum number of errors shown.
const SHOWN: usize = 20;

/// The errors of a build, one to a line.
#[derive(Debug)]
pub(crate) struct CompileErrors {
    lines: Vec<String>,
}

impl Package {
    /// Compiles everything but the contracts, so that what is timed later is their code alone.
    pub(super) fn build_dependencies(&self, timed_check: bool) -> Result<(), Error> {
        // The minimum that the program around it needs.
        self.write(
            "pub enum Event {}\n\
             impl Event {\n\
             \x20   pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> { match *self {} }\n\
             \x20   pub fn decode(event_type: &str, _: u32, _: serde_json::Value) -> Result<Self, dispatcher_runtime::DecodeError> {\n\
             \x20       Err(dispatcher_runtime::DecodeError::unknown_event_type(event_type))\n\
             \x20   }\n\
             }\n",
        )?;
        // `check` reuses nothing from `build`, so the dependencies are compiled a second time for
        // it.
        let commands: &[&str] = if timed_check {
            &["check", "build"]
        } else {
            &["build"]
        };
        for command in commands {
            if let Err(errors) = self.compile(command)? {
                let text = errors.lines.join("\n");
                return Err(Error::Cargo(format!(
                    "the runtime does not compile:\n{text}"
                )));
            }
        }
        Ok(())
    }

    /// `cargo check`.
    pub(crate) fn check(&self) -> Result<Result<(), CompileErrors>, Error> {
        self.compile("check")
    }

    /// `cargo build`.
    pub(crate) fn build(&self) -> Result<Result<(), CompileErrors>, Error> {
        self.compile("build")
    }

    fn compile(&self, command: &str) -> Result<Result<(), CompileErrors>, Error> {
        let mut cargo = self.cargo();
        cargo.args([command, "--quiet", "--message-format", "short"]);
        let output = cargo
            .output()
            .map_err(|error| Error::Cargo(format!("cargo cannot be started: {error}")))?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let is_error = |line: &&str| line.contains(": error");
        let lines: Vec<_> = text.lines().filter(is_error).map(str::to_owned).collect();
        if lines.is_empty() {
            // The failure is cargo's own, or the compiler was killed.
            return Err(Error::Cargo(format!("cargo {command} failed:\n{text}")));
        }
        Ok(Err(CompileErrors { lines }))
    }
}

impl CompileErrors {
    /// The first errors.
    pub(crate) fn first(&self) -> Vec<String> {
        let mut first: Vec<_> = self.lines.iter().take(SHOWN).cloned().collect();
        if self.lines.len() > SHOWN {
            first.push(format!("and {} more", self.lines.len() - SHOWN));
        }
        first
    }

    /// The files below `src/contracts` that contain the errors, without `.rs`.
    pub(crate) fn files(&self) -> BTreeSet<&str> {
        let place = |line| str::split(line, ".rs:").next();
        let lines = self.lines.iter().map(String::as_str).filter_map(place);
        lines
            .filter_map(|place| Some(place.rsplit_once("contracts/")?.1))
            .collect()
    }

    /// The entries whose modules contain the errors.
    pub(crate) fn event_types(
        &self,
        generation: &Generation,
        directory: &Directory,
    ) -> BTreeSet<usize> {
        let text: Vec<_> = generation.rust.lines().collect();
        let module = |line: &String| {
            let (_, place) = line.split_once("contracts.rs:")?;
            let number: usize = place.split(':').next()?.parse().ok()?;
            // The last top-level module that begins before it.
            text.get(..number)?
                .iter()
                .rev()
                .find_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(" {"))
        };
        let modules: BTreeSet<_> = self.lines.iter().filter_map(module).collect();
        let in_module = |&index: &usize| {
            let name = directory.event_types[index].name.replace('.', "_");
            modules
                .iter()
                .any(|module| module.trim_start_matches("r#") == name)
        };
        generation.kept.iter().copied().filter(in_module).collect()
    }
}
