//! typify beside our generator: the same schemas, the same samples, the same validators.
//!
//! ```text
//! directory ─bundle─▶ documents ─program (typify)─▶ a module each ─package─▶ a program ──▶ judge ─▶ Report
//!                                                        └─cost: cargo check, ours and typify's in turns─▶ rows
//! ```
//!
//! typify runs in a program of its own (`tests/beside-typify`), once for each schema. A schema is
//! left out, with the reason, if typify panics, refuses it or takes too long, or if its Rust does
//! not compile; the others go on. Our own generator's result for the directory is judged as it is
//! without the comparison.

pub(crate) mod bundle;
mod cost;
pub(crate) mod generated;
mod help;
mod names;
pub(crate) mod program;
mod references;
mod table;

use std::collections::BTreeSet;
use std::path::Path;

pub use cost::Cost;
pub use program::Program;

use crate::package::{Package, Side};
use crate::{Directory, Error, Judgement, Options, Report, Sample, Truth, judge};
use bundle::{SHARED, modules};
use generated::Generated;

/// rustc reports names that do not resolve before it looks at types, so faults come in several rounds.
const COMPILE_ROUNDS: usize = 12;

/// Both reports, and what the code of both costs to compile.
#[derive(Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// Of our generator.
    pub dispatcher: Report,
    /// Of typify.
    pub typify: Report,
    /// Event types that both sides compile; the costs cover their code.
    pub common: usize,
    /// What compiling our code costs; `None` if there is nothing to measure.
    pub dispatcher_cost: Option<Cost>,
    /// What compiling typify's code costs.
    pub typify_cost: Option<Cost>,
}

/// Judges both sides, and measures `runs` times what compiling their code costs.
///
/// # Errors
/// As [`crate::run`], and when the program that runs typify cannot be started.
pub fn run(
    contracts: &Path,
    samples: &[Sample],
    options: &Options,
    program: &Program,
    runs: usize,
) -> Result<Comparison, Error> {
    let mut ours = Judgement::of(contracts, samples, options)?;
    let mut theirs = Theirs::of(&ours.directory, program, &options.target)?;
    theirs.judge(&ours.directory, samples, options.truth)?;
    let compiled: BTreeSet<_> = theirs.compiled.iter().copied().collect();
    let of_ours = ours.generation.kept.iter().copied();
    let common: Vec<usize> = if ours.report.compiled == 0 {
        Vec::new()
    } else {
        of_ours.filter(|index| compiled.contains(index)).collect()
    };
    let costs = match runs {
        0 => None,
        _ => cost::measure(&mut ours, &theirs, program, &common, runs)?,
    };
    let (dispatcher_cost, typify_cost) = costs.unzip();
    Ok(Comparison {
        dispatcher: ours.report,
        typify: theirs.report,
        common: common.len(),
        dispatcher_cost,
        typify_cost,
    })
}

/// typify's side.
pub(crate) struct Theirs {
    pub(crate) package: Package,
    /// Whether shared definitions have a module of their own.
    pub(crate) sharing: bool,
    pub(crate) compiled: Vec<usize>,
    report: Report,
}

impl Theirs {
    /// Generates and compiles, leaving out what fails.
    fn of(directory: &Directory, program: &Program, target: &Path) -> Result<Self, Error> {
        let side = Side {
            prefix: "beside-typify",
            dependencies: program.dependencies.clone(),
            program: include_str!("../../package/typify.rs.in"),
            lock: program.locked_versions()?,
        };
        let mut theirs = Self {
            package: Package::new(directory, target, &side)?,
            sharing: true,
            compiled: Vec::new(),
            report: Report::new(directory),
        };
        let mut generated = Generated::of(directory, program, theirs.sharing)?;
        let mut kept = generated.kept(directory);
        for _ in 0..COMPILE_ROUNDS {
            theirs.write(&generated.files(directory, &kept))?;
            let Err(errors) = theirs.package.build()? else {
                theirs.compiled.clone_from(&kept);
                break;
            };
            let files = errors.files();
            if files.contains(SHARED) {
                // A fault in what all of them share would be reported for all of them.
                theirs.sharing = false;
                generated = Generated::of(directory, program, theirs.sharing)?;
                kept = generated.kept(directory);
                theirs.report.not_compiled.clear();
                continue;
            }
            theirs.report.compile_errors.extend(errors.first());
            let at_fault = users(directory, &files);
            let before = kept.len();
            kept.retain(|index| !at_fault.contains(index));
            let name = |&index: &usize| directory.event_types[index].name.clone();
            theirs.report.not_compiled.extend(at_fault.iter().map(name));
            if kept.len() == before || kept.is_empty() {
                theirs.report.not_compiled.extend(kept.iter().map(name));
                break;
            }
        }
        let all = generated.files(directory, &theirs.compiled);
        let report = &mut theirs.report;
        report.generated = generated.kept(directory).len();
        report.refused = generated.refusals(directory);
        report.generation_seconds = generated.seconds;
        report.compiled = theirs.compiled.len();
        report.lines = all.iter().map(|(_, text)| text.lines().count()).sum();
        Ok(theirs)
    }

    fn judge(
        &mut self,
        directory: &Directory,
        samples: &[Sample],
        truth: Truth,
    ) -> Result<(), Error> {
        if !self.compiled.is_empty() {
            let judged = judge::all(directory, &self.compiled, &self.package, samples, truth)?;
            self.report.judge(judged);
        }
        Ok(())
    }

    /// Writes files below `src`.
    pub(crate) fn write(&self, files: &[(String, String)]) -> Result<(), Error> {
        files
            .iter()
            .try_for_each(|(path, text)| self.package.put(&format!("src/{path}"), text))
    }
}

/// The event types with a schema in one of these modules.
fn users(directory: &Directory, files: &BTreeSet<&str>) -> BTreeSet<usize> {
    let modules = modules(directory);
    let at_fault = |path: &String| {
        let module = modules.get(path.as_str());
        module.is_some_and(|module| files.contains(module.as_str()))
    };
    let event_types = directory.event_types.iter().enumerate();
    event_types
        .filter(|(_, event)| event.versions.values().flatten().any(at_fault))
        .map(|(index, _)| index)
        .collect()
}
