//! The entry point: reads, checks, renders and writes one contracts directory.

use std::env;
use std::io;
use std::path::{Component, Path, PathBuf};

use dispatcher_schema::registry::REGISTRY_FILE;
use serde_json::Value;

use crate::artifact::{Artifact, header, rerun_lines};
use crate::check;
use crate::coverage::Coverage;
use crate::diagnostic::{Diagnostic, Report};
use crate::examples::{self, Example};
use crate::files::Files;
use crate::hand_written::{self, SchemaMismatch, Schemas, WRITE};
use crate::lock::Lock;
use crate::model::Model;
use crate::panics::quietly;
use crate::places::RegistryPlaces;
use crate::render::{self, GENERATOR_BUG, Lowered, Rust};

/// The file that is generated in `OUT_DIR`.
const GENERATED_FILE: &str = "dispatcher_contracts.rs";

/// The folder beside it, with a file for each module.
const MODULES: &str = "dispatcher_contracts";

/// A contracts directory, to be checked and turned into Rust.
#[derive(Clone, Debug)]
pub struct Contracts {
    directory: PathBuf,
    /// How messages name the directory; none: as it was given.
    shown: Option<String>,
    deny_unsupported: bool,
    newtypes: bool,
    ignore_lock: bool,
}

/// The result of [`Contracts::generate`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The generated file. It includes others, one for each module, from the folder beside it.
    pub path: PathBuf,
    /// Whether it or one of those was written. False if all of them were up to date.
    pub changed: bool,
}

/// The result of [`Contracts::render`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rendered {
    /// The Rust text, formatted, without a header line.
    pub rust: String,
    /// Every file that was read, sorted.
    pub inputs: Vec<PathBuf>,
    /// The directories in which an added or removed file could change the result.
    pub directories: Vec<PathBuf>,
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The contracts have faults. The report lists all of them.
    #[error(transparent)]
    Contracts(#[from] Report),
    /// `OUT_DIR` is not set, which Cargo does for build scripts only.
    #[error("OUT_DIR is not set: call this from build.rs")]
    NoOutDir,
    /// The generated file could not be written.
    #[error("cannot write {path}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl Contracts {
    /// The contracts in `directory`, relative to the package that is being built
    /// (`CARGO_MANIFEST_DIR`), or to the current directory if no package is being built.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            shown: None,
            deny_unsupported: false,
            newtypes: false,
            ignore_lock: false,
        }
    }

    /// Makes each constrained string, integer and number a struct of the generated code. By default it is
    /// a name for the runtime's `Refined`, for which the contracts crate cannot implement another crate's
    /// trait.
    ///
    /// The conversions are the same, so code that uses such a value compiles with either. It costs compile
    /// time: the implementations are compiled for each type.
    ///
    /// ```
    /// use dispatcher_build_support::Contracts;
    ///
    /// let rendered = Contracts::new("../contracts").newtypes().render()?;
    /// assert!(rendered.rust.contains("pub struct LockedCredits("));
    /// # Ok::<(), dispatcher_build_support::Report>(())
    /// ```
    #[must_use]
    pub fn newtypes(mut self) -> Self {
        self.newtypes = true;
        self
    }

    /// Names the directory in messages, where the path that is read would not help their reader: a
    /// path relative to the reader's directory, or `main:contracts` for what was read from a revision.
    #[must_use]
    pub fn shown_as(mut self, name: impl Into<String>) -> Self {
        self.shown = Some(name.into());
        self
    }

    /// Does not compare the contracts with their `contracts.lock`, for what has to read contracts that break it.
    ///
    /// By default a directory that has the file is compared with it. It is a fault if the schema of a published version
    /// accepts other payloads than the one that was locked, or if a name or a number is used again.
    #[must_use]
    pub fn ignore_lock(mut self) -> Self {
        self.ignore_lock = true;
        self
    }

    /// Treats a keyword that nothing enforces as a fault: one that JSON Schema does not have, or
    /// that the schema's draft only annotates with. By default it is an annotation.
    #[must_use]
    pub fn deny_unsupported(mut self) -> Self {
        self.deny_unsupported = true;
        self
    }

    /// Reports what enforces each keyword of each schema: the type, the gate, or nothing.
    ///
    /// Generates no code. [`Coverage::deny_unsupported`] turns the report into an error.
    ///
    /// # Errors
    ///
    /// The report lists every fault in the contracts.
    pub fn coverage(&self) -> Result<Coverage, Report> {
        let (model, lowered) = self.checked(&mut self.files())?;
        Ok(Coverage::of(&model, &lowered.held))
    }

    /// Reads and checks the contracts; generates nothing.
    ///
    /// # Errors
    ///
    /// The report lists every fault in the contracts.
    pub fn check(&self) -> Result<Model, Report> {
        self.checked(&mut self.files()).map(|(model, _)| model)
    }

    /// The `contracts.lock` of the directory; none if it has none.
    ///
    /// # Errors
    ///
    /// The report says why the file cannot be read, or lists every line that is not one of a lock.
    pub fn lock(&self) -> Result<Option<Lock>, Report> {
        Lock::read(&mut self.files())
    }

    /// For tests: at most `count` different payloads of each live version of an event type, made from its schema and
    /// valid.
    ///
    /// Of a schema whose valid payloads are hardly found by chance there are fewer, or none; there is none of a version
    /// without a schema, or of an event type that the contracts do not have. The same contracts have the same examples.
    ///
    /// ```
    /// use dispatcher_build_support::Contracts;
    ///
    /// let examples = Contracts::new("../contracts").examples("order.paid", 3)?;
    /// let older = examples.iter().filter(|example| example.schema_version == 1);
    /// assert_eq!(older.count(), 3);
    /// # Ok::<(), dispatcher_build_support::Report>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The report lists every fault in the contracts.
    pub fn examples(&self, event_type: &str, count: usize) -> Result<Vec<Example>, Report> {
        Ok(examples::of(&self.check()?, event_type, count))
    }

    /// For tests: holds a struct that was written by hand against a version of an event type, by what it accepts and
    /// not by its text. `schema` is the struct's, of draft 2020-12: `schemars::schema_for!(CreditLocked)`.
    ///
    /// The struct has to read every payload of the contract, and the contract has to accept every payload that the
    /// struct may write: its own properties and no others. schemars' formats of integers count as bounds, so an
    /// `i64` does not read an integer without bounds.
    ///
    /// With `DISPATCHER_WRITE_SCHEMAS=1` in the environment, a version without a schema gets that of the struct as its
    /// first one. An existing file is never changed.
    ///
    /// ```
    /// use dispatcher_build_support::Contracts;
    /// use serde_json::json;
    ///
    /// // In practice: `schemars::schema_for!(CoachCertified)`.
    /// let schema = json!({ "type": "object", "properties": { "coach_id": { "type": "integer" } } });
    /// let contracts = Contracts::new("../contracts");
    /// let error = contracts.compare_schema("coach.certified", 1, schema).expect_err("an id is a text");
    /// assert!(error.to_string().starts_with("the struct is not the payload of coach.certified version 1"));
    /// ```
    ///
    /// # Panics
    ///
    /// If [`compare_schema`](Self::compare_schema) returns an error; the message shows a payload that is read or
    /// written differently.
    #[track_caller]
    pub fn assert_schema(&self, event_type: &str, schema_version: u32, schema: impl Into<Value>) {
        if let Err(error) = self.compare_schema(event_type, schema_version, schema) {
            panic!("{error}");
        }
    }

    /// The comparison of [`assert_schema`](Self::assert_schema), without a panic.
    ///
    /// # Errors
    ///
    /// The struct and the contract differ, or whether they do could not be decided; the contracts have faults, or no
    /// such version; or the version has no schema.
    pub fn compare_schema(
        &self,
        event_type: &str,
        schema_version: u32,
        schema: impl Into<Value>,
    ) -> Result<(), SchemaMismatch> {
        let schema = schema.into();
        self.compare_schemas(event_type, schema_version, schema.clone(), schema)
    }

    /// The same for a struct that reads more than it writes. An `Option` without `skip_serializing_if`, and a field
    /// with `#[serde(default)]`, may be absent when they are read and are always written.
    ///
    /// `reads` is made with `schemars::generate::SchemaSettings::draft2020_12().for_deserialize()`, `writes` with
    /// `.for_serialize()`.
    ///
    /// # Errors
    ///
    /// As [`compare_schema`](Self::compare_schema).
    pub fn compare_schemas(
        &self,
        event_type: &str,
        schema_version: u32,
        reads: impl Into<Value>,
        writes: impl Into<Value>,
    ) -> Result<(), SchemaMismatch> {
        let schemas = Schemas {
            reads: reads.into(),
            writes: writes.into(),
        };
        let write = env::var(WRITE).is_ok_and(|value| value == "1");
        let version = (event_type, schema_version);
        hand_written::check(&mut self.files(), || self.check(), version, schemas, write)
    }

    /// Generates the Rust text in memory, with the list of files that it was made from.
    ///
    /// # Errors
    ///
    /// The report lists every fault in the contracts.
    pub fn render(&self) -> Result<Rendered, Report> {
        let mut files = self.files();
        self.rust(&mut files).map(|rust| Rendered {
            rust: rust.text(),
            inputs: files.inputs(),
            directories: files.directories(),
        })
    }

    /// For build scripts: writes `dispatcher_contracts.rs` into `OUT_DIR` if it changed, and tells
    /// Cargo when to run the script again.
    ///
    /// # Errors
    ///
    /// Fails if the contracts have faults, if this is not a build script, or if a file cannot be
    /// written.
    pub fn generate(&self) -> Result<Generated, Error> {
        let out = env::var_os("OUT_DIR")
            .map(PathBuf::from)
            .ok_or(Error::NoOutDir)?;
        let mut files = self.files();
        let outcome = self.rust(&mut files);
        let inputs = match &outcome {
            Ok(_) => [files.inputs(), files.directories()].concat(),
            // Cargo shows these lines above the report, so there are few of them. It watches whole
            // directories, and it reruns a script that failed in any case.
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
        // Written last, so that it never includes a file that does not exist yet.
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

    /// [`generate`](Self::generate) for a `build.rs` of one line. On failure it prints the report
    /// and exits with 1, so that Cargo shows the report without a backtrace.
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
        let (model, mut lowered) = self.checked(files)?;
        lowered.newtypes = self.newtypes;
        without_panic(files, || {
            if self.deny_unsupported {
                Coverage::of(&model, &lowered.held).deny_unsupported()?;
            }
            render::rust(&model, lowered)
        })
    }

    /// The model and its types. Lowering finds what the checks before it cannot: keys that become one name.
    fn checked(&self, files: &mut Files) -> Result<(Model, Lowered), Report> {
        let model = check::check(files)?;
        if !self.ignore_lock {
            locked(&model, files)?;
        }
        let mut lowered = without_panic(files, || Ok(render::lower(&model)))?;
        match Report::new(std::mem::take(&mut lowered.faults)) {
            Some(report) => Err(report),
            None => Ok((model, lowered)),
        }
    }

    pub(crate) fn files(&self) -> Files {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = package.as_ref().map_or_else(
            || self.directory.clone(),
            |package| package.join(&self.directory),
        );
        let is_package = self
            .directory
            .components()
            .all(|part| part == Component::CurDir);
        // A path that begins with the package's name is easier to find.
        let given = match package.as_deref().and_then(Path::file_name) {
            Some(name) if is_package => PathBuf::from(name),
            _ => self.directory.clone(),
        };
        let given = given.to_string_lossy().replace('\\', "/");
        let files = Files::new(root, self.shown.clone().unwrap_or(given));
        if is_package {
            files.of_the_package()
        } else {
            files
        }
    }
}

/// Compares the contracts with their lock, where they have one.
fn locked(model: &Model, files: &mut Files) -> Result<(), Report> {
    let Some(lock) = Lock::read(files)? else {
        return Ok(());
    };
    let violations = lock.violations(model);
    if violations.is_empty() {
        return Ok(());
    }
    let places = RegistryPlaces::read(files);
    let faults = violations
        .iter()
        .map(|violation| violation.diagnostic(model, &places));
    Report::new(faults.collect()).map_or(Ok(()), Err)
}

/// Turns a panic of the generator into a report of a bug.
fn without_panic<T>(
    files: &Files,
    generate: impl FnOnce() -> Result<T, Report>,
) -> Result<T, Report> {
    quietly(generate).unwrap_or_else(|panic| {
        let message = format!("code generation panicked: {panic}");
        let diagnostic = Diagnostic::new(files.shown(REGISTRY_FILE), message);
        Err(diagnostic.help(GENERATOR_BUG).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_a_build_script_the_error_says_where_to_call_it() {
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
