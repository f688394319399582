//! Conformance: whether the types of a contracts directory accept what its schemas accept, and
//! nothing else, and return it equal.
//!
//! ```text
//! directory ─generate─▶ Rust ─package─▶ a program ──verdict of each sample──▶ judge ─▶ Report
//!     └────────────────validators: boon, and the gate's own, on the original files──▶┘
//! ```
//!
//! The program that is built decodes each sample through the gate and encodes it again. Its
//! verdicts are compared with two validators that read the original files by code other than the
//! runtime's. An event type that cannot be generated is set aside with its reasons, and the others
//! go on.
//!
//! Nothing is written into the contracts directory: everything happens in a copy below the target
//! folder.

pub mod beside;
mod build;
mod directory;
mod generate;
mod judge;
mod number;
mod package;
mod reach;
mod report;
mod sample;
mod validators;

pub mod codegen_bench;
pub mod evolution;
pub mod random;
pub mod synthetic;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use directory::{Directory, EventType};
pub use generate::Refusal;
pub use judge::{Fault, Judged, Truth};
pub use number::equal;
pub use package::target_directory;
pub use report::{Count, Report};
pub use sample::{Sample, parse as parse_samples, read as read_samples};
pub use validators::Validators;

use generate::Generation;
use package::{Package, Side};
pub(crate) use package::{cargo_program, locked_versions, put, set_up};

/// What a test returns.
pub type TestResult<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The contracts directory cannot be used at all.
    #[error("{0}")]
    Contracts(String),
    /// Lines of the samples file that are not samples, each with its place.
    #[error("{}", .0.join("\n"))]
    Samples(Vec<String>),
    /// A file could not be read or written.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Cargo failed for a reason other than the generated code.
    #[error("{0}")]
    Cargo(String),
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }

    /// Whether the user's input is at fault, and not what was generated from it.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Contracts(_) | Self::Samples(_))
    }
}

/// What to do, and how thoroughly.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder below which everything is written and built.
    pub target: PathBuf,
    /// Whether `cargo check` is timed by itself before the program is built.
    pub timed_check: bool,
    /// What decides whether a sample is valid.
    pub truth: Truth,
}

impl Options {
    /// Below this process's own target folder, with a timed check, decided by validators.
    #[must_use]
    pub fn new() -> Self {
        Self {
            target: target_directory(),
            timed_check: true,
            truth: Truth::Validators,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// How often code that does not compile is left out and the rest is tried again.
const COMPILE_ROUNDS: usize = 4;

/// Generates, compiles, and judges the samples.
///
/// # Errors
/// If the directory or a sample cannot be used, or if cargo cannot run. Faults in the contracts and
/// in the generated code are not errors: they are in the report.
pub fn run(contracts: &Path, samples: &[Sample], options: &Options) -> Result<Report, Error> {
    Ok(Judgement::of(contracts, samples, options)?.report)
}

/// A report, and what produced it.
pub(crate) struct Judgement {
    pub(crate) directory: Directory,
    pub(crate) package: Package,
    pub(crate) generation: Generation,
    pub(crate) report: Report,
}

impl Judgement {
    /// See [`run`].
    pub(crate) fn of(
        contracts: &Path,
        samples: &[Sample],
        options: &Options,
    ) -> Result<Self, Error> {
        let directory = Directory::open(contracts)?;
        directory.check_samples(samples)?;
        let package = Package::new(&directory, &options.target, &Side::dispatcher()?)?;
        let mut generation = Generation::new(&directory, package.contracts())?;
        let mut report = Report::new(&directory);

        package.build_dependencies(options.timed_check)?;
        let mut built = false;
        for _ in 0..COMPILE_ROUNDS {
            generation.run(&directory)?;
            package.write(&generation.rust)?;
            if options.timed_check {
                let start = Instant::now();
                // The build reports what is wrong; a check that failed is not a figure.
                let checked = package.check()?.is_ok();
                report.check_seconds = checked.then(|| start.elapsed().as_secs_f64());
            }
            let Err(errors) = package.build()? else {
                built = true;
                break;
            };
            let at_fault = errors.event_types(&generation, &directory);
            report.compile_errors.extend(errors.first());
            if at_fault.is_empty() || at_fault.len() == generation.kept.len() {
                break;
            }
            report
                .not_compiled
                .extend(generation.leave_out(&at_fault, &directory));
        }
        report.generation(&generation, &directory, built);
        if built {
            let kept = &generation.kept;
            report.judge(judge::all(
                &directory,
                kept,
                &package,
                samples,
                options.truth,
            )?);
        }
        Ok(Self {
            directory,
            package,
            generation,
            report,
        })
    }
}
