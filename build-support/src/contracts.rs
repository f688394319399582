//! The entry point: reads, checks, renders and writes one contracts directory.

use std::env;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::artifact::{Artifact, header, rerun_lines};
use crate::check;
use crate::coverage::Coverage;
use crate::diagnostic::{Diagnostic, Report};
use crate::files::Files;
use crate::model::Model;
use crate::panics::quietly;
use crate::registry::REGISTRY_FILE;
use crate::render::{self, GENERATOR_FAULT, Rust};

/// The file that is generated in `OUT_DIR`.
const GENERATED_FILE: &str = "dispatcher_contracts.rs";

/// The folder beside it, with a file for each module.
const MODULES: &str = "dispatcher_contracts";

/// A contracts directory, to be checked and turned into Rust.
#[derive(Clone, Debug)]
pub struct Contracts {
    directory: PathBuf,
    deny_unsupported: bool,
}

/// What [`Contracts::generate`] wrote.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The generated file; it includes others, one for each module, from the folder beside it.
    pub path: PathBuf,
    /// Whether it or one of those was written; false where all of them already said the same.
    pub changed: bool,
}

/// What [`Contracts::render`] gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rendered {
    /// The Rust text, formatted, without a header line.
    pub rust: String,
    /// Every file that was read, sorted.
    pub inputs: Vec<PathBuf>,
    /// The directories where an added or removed file would make a difference.
    pub directories: Vec<PathBuf>,
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The contracts have faults.
    #[error(transparent)]
    Contracts(#[from] Report),
    /// Cargo sets `OUT_DIR` for build scripts only.
    #[error("OUT_DIR is not set: call this from build.rs")]
    NoOutDir,
    /// The generated file could not be written.
    #[error("{path} cannot be written", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Contracts {
    /// The contracts in `directory`: relative to the package that is being built
    /// (`CARGO_MANIFEST_DIR`), or to the current directory where no package is being built.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            deny_unsupported: false,
        }
    }

    /// Takes for a fault what nothing would enforce: a keyword that JSON Schema does not have, or
    /// that the schema's draft only annotates with. Without this it is an annotation.
    #[must_use]
    pub fn deny_unsupported(mut self) -> Self {
        self.deny_unsupported = true;
        self
    }

    /// Which keyword of which schema is held by the type, by the gate, or by nothing.
    ///
    /// # Errors
    ///
    /// The report of every fault.
    pub fn coverage(&self) -> Result<Coverage, Report> {
        let model = check::check(&mut self.files())?;
        let lowered = render::lower(&model);
        Ok(Coverage::of(&model, &lowered.held))
    }

    /// Reads and checks; generates nothing.
    ///
    /// # Errors
    ///
    /// The report of every fault.
    pub fn check(&self) -> Result<Model, Report> {
        check::check(&mut self.files())
    }

    /// The Rust text, in memory, and what it was made from.
    ///
    /// # Errors
    ///
    /// The report of every fault.
    pub fn render(&self) -> Result<Rendered, Report> {
        let mut files = self.files();
        self.rust(&mut files).map(|rust| Rendered {
            rust: rust.text(),
            inputs: files.inputs(),
            directories: files.directories(),
        })
    }

    /// For build scripts: writes `dispatcher_contracts.rs` into `OUT_DIR` when it changed, and tells
    /// cargo when to run the script again.
    ///
    /// # Errors
    ///
    /// When the contracts have faults, when this is no build script, or when the file cannot be
    /// written.
    pub fn generate(&self) -> Result<Generated, Error> {
        let out = env::var_os("OUT_DIR")
            .map(PathBuf::from)
            .ok_or(Error::NoOutDir)?;
        let mut files = self.files();
        let outcome = self.rust(&mut files);
        let inputs = match &outcome {
            Ok(_) => [files.inputs(), files.directories()].concat(),
            // Cargo shows these lines above the report, so they are few: it looks into directories,
            // and it runs a script that failed again in any case.
            Err(_) => [files.directories(), vec![files.root().join(REGISTRY_FILE)]].concat(),
        };
        print!("{}", rerun_lines(inputs.iter().map(PathBuf::as_path)));
        let header = header(&files.shown(REGISTRY_FILE));
        let (text, modules) = outcome?.split(MODULES);
        let modules = modules.into_iter().map(|module| Artifact {
            path: out.join(MODULES).join(module.name),
            text: header.clone() + &module.text,
        });
        let path = out.join(GENERATED_FILE);
        // Last, so that it never includes what is not there.
        let main = Artifact {
            path: path.clone(),
            text: header.clone() + &text,
        };
        let mut changed = false;
        for artifact in modules.chain([main]) {
            changed |= artifact.write().map_err(|source| Error::Write {
                path: artifact.path,
                source,
            })?;
        }
        Ok(Generated { path, changed })
    }

    /// [`generate`](Self::generate) for a `build.rs` of one line: on failure it prints the report
    /// and exits, so that cargo shows the report and no backtrace.
    pub fn generate_or_exit(&self) {
        if let Err(error) = self.generate() {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            match &error {
                Error::Contracts(report) => eprintln!("{report}"),
                other => eprintln!("error: {other}{}", source.unwrap_or_default()),
            }
            std::process::exit(1);
        }
    }

    fn rust(&self, files: &mut Files) -> Result<Rust, Report> {
        let model = check::check(files)?;
        let bug = |message: String| {
            let diagnostic = Diagnostic::new(files.shown(REGISTRY_FILE), message);
            Report::from(diagnostic.help(GENERATOR_FAULT))
        };
        quietly(|| self.rust_of(&model))
            .map_err(|panic| bug(format!("code generation panicked: {panic}")))?
            .map_err(|faults| {
                let unexplained = || bug("code generation failed without saying why".to_owned());
                Report::new(faults).unwrap_or_else(unexplained)
            })
    }

    fn rust_of(&self, model: &Model) -> Result<Rust, Vec<Diagnostic>> {
        let lowered = render::lower(model);
        if self.deny_unsupported {
            let faults = Coverage::of(model, &lowered.held).faults(&model.documents);
            if !faults.is_empty() {
                return Err(faults);
            }
        }
        render::rust(model, lowered)
    }

    fn files(&self) -> Files {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = package.as_ref().map_or_else(
            || self.directory.clone(),
            |package| package.join(&self.directory),
        );
        let is_package = self
            .directory
            .components()
            .all(|part| part == Component::CurDir);
        // A path that begins with the package's name is easier to find than one without.
        let shown = match package.as_deref().and_then(Path::file_name) {
            Some(name) if is_package => PathBuf::from(name),
            _ => self.directory.clone(),
        };
        let files = Files::new(root, shown.to_string_lossy().replace('\\', "/"));
        if is_package {
            files.of_the_package()
        } else {
            files
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_a_build_script_it_says_where_it_belongs() {
        let error = Contracts::new("contracts")
            .generate()
            .expect_err("tests have no OUT_DIR");
        assert_eq!(
            error.to_string(),
            "OUT_DIR is not set: call this from build.rs"
        );
    }

    #[test]
    fn what_was_read_is_an_input() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let registry = directory.path().join(REGISTRY_FILE);
        std::fs::write(&registry, r#"{ "registry_version": 1, "event_types": [] }"#)
            .expect("writable");
        let rendered = Contracts::new(directory.path())
            .render()
            .expect("an empty registry is right");
        assert_eq!(rendered.inputs, [registry]);
        assert_eq!(rendered.directories, [directory.path()]);
    }
}
