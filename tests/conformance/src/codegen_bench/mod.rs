//! What contracts cost at compile time, compared with the same types written by hand.
//!
//! ```text
//! shapes ─┬─schema──▶ contracts ─build script─▶ crate ──▶ crate with #[subscribe]   ─┐
//!         └─plain───▶ serde structs by hand ──▶ crate ──▶ crate with async functions ─┴─▶ cargo check, timed
//! ```
//!
//! With `--beside typify` a crate whose build script runs typify over the same schemas is a third side.
//!
//! All sides are measured in turns, within the same minutes, so that other load on the machine
//! affects all; the ratios and the processor seconds are the results to read. Everything is written
//! and built below the target folder, offline, with the versions of this workspace.

mod handlers;
pub(crate) mod measure;
mod plain;
mod report;
mod schema;
mod shape;
mod typify;
mod workspace;

use std::path::PathBuf;
use std::time::Instant;

use dispatcher_build_support::Contracts;

use crate::beside::Program;
use crate::{Error, target_directory};
use typify::Typify;
use workspace::{Crate, Workspace};

pub use measure::{Cost, Costs, Spread};
pub use report::Report;

/// The event types are the same each time.
const SEED: u64 = 17;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Numbers of event types; each is measured by itself.
    pub types: Vec<usize>,
    /// How often everything is measured.
    pub runs: usize,
    /// The folder below which everything is written and built.
    pub target: PathBuf,
    /// The program that runs typify, if it is to be compared.
    pub typify: Option<Program>,
}

impl Default for Options {
    /// 1, 15 and 250 event types, three times, below this process's own target folder.
    fn default() -> Self {
        Self {
            types: vec![1, 15, 250],
            runs: 3,
            target: target_directory(),
            typify: None,
        }
    }
}

/// The costs for that number of event types.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Size {
    /// Event types.
    pub types: usize,
    /// Handlers.
    pub handlers: usize,
    /// Seconds to read, check and render, by a generator that was built with optimisation.
    pub generation: Spread,
    /// Lines and bytes of generated Rust.
    pub generated: (usize, usize),
    /// Lines and bytes of the structs by hand.
    pub by_hand: (usize, usize),
    /// What typify generated, if it was asked to.
    pub typify: Option<ByTypify>,
    /// What was measured.
    pub rows: Vec<Row>,
}

/// What typify generated from the same schemas.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ByTypify {
    /// Event types that it generated types for.
    pub types: usize,
    /// Lines and bytes of its Rust.
    pub generated: (usize, usize),
}

/// One measurement of all sides.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// What had changed before the check.
    pub what: &'static str,
    /// With contracts.
    pub contracts: Costs,
    /// By hand.
    pub plain: Costs,
    /// With typify; no runs if it was not asked for, nor in the rows of handlers.
    pub typify: Costs,
}

/// Measures all sizes; `progress` receives what is under way.
///
/// # Errors
/// When a file cannot be written, or cargo cannot compile one of the crates.
pub fn run(options: &Options, progress: &dyn Fn(&str)) -> Result<Report, Error> {
    let sizes = options
        .types
        .iter()
        .map(|&types| measure(types, options, progress));
    Ok(Report {
        runs: options.runs,
        sizes: sizes.collect::<Result<_, _>>()?,
    })
}

fn measure(types: usize, options: &Options, progress: &dyn Fn(&str)) -> Result<Size, Error> {
    let all = options.target.join("codegen-bench");
    let mut workspace = Workspace::new(&all, shape::draw(types, SEED))?;
    let mut seconds = Vec::new();
    let mut generated = (0, 0);
    for _ in 0..options.runs {
        let start = Instant::now();
        let rendered = Contracts::new(workspace.contracts())
            .render()
            .map_err(|report| Error::Contracts(report.to_string()))?;
        seconds.push(start.elapsed().as_secs_f64());
        generated = (rendered.rust.lines().count(), rendered.rust.len());
    }
    let by_hand = workspace.by_hand();
    let mut typify = match &options.typify {
        Some(program) => Some(Typify::new(&all, &workspace.contracts(), program)?),
        None => None,
    };
    let by_typify = typify.as_ref().map(|typify| ByTypify {
        types: typify.generated,
        generated: typify.size,
    });
    progress(&format!("{types} event types: dependencies"));
    workspace.settle()?;
    if let Some(typify) = &typify {
        typify.check()?;
    }
    let mut rows: Vec<_> = ROWS
        .iter()
        .map(|&what| Row {
            what,
            contracts: Costs::default(),
            plain: Costs::default(),
            typify: Costs::default(),
        })
        .collect();
    for run in 1..=options.runs {
        progress(&format!(
            "{types} event types: run {run} of {}",
            options.runs
        ));
        for row in &mut rows {
            row.measure(&mut workspace, typify.as_mut())?;
            progress(&row.last());
        }
    }
    Ok(Size {
        types,
        handlers: handlers::count(types),
        generation: Spread::of(seconds.into_iter()),
        generated,
        by_hand,
        typify: by_typify,
        rows,
    })
}

const NOTHING: &str = "nothing changed";
const COLD: &str = "the crate cold";
const SCHEMA: &str = "one schema changed";
const HANDLERS_TOO: &str = "one schema changed, handlers too";
const HANDLER: &str = "one handler changed";

/// In the order in which they are measured.
const ROWS: [&str; 5] = [COLD, NOTHING, SCHEMA, HANDLERS_TOO, HANDLER];

impl Row {
    fn measure(
        &mut self,
        workspace: &mut Workspace,
        typify: Option<&mut Typify>,
    ) -> Result<(), Error> {
        let (ours, theirs) = match self.what {
            HANDLERS_TOO | HANDLER => (Crate::Handlers, Crate::PlainHandlers),
            _ => (Crate::Contracts, Crate::Plain),
        };
        match self.what {
            COLD => {
                workspace.forget(ours)?;
                workspace.forget(theirs)?;
            }
            SCHEMA | HANDLERS_TOO => workspace.change_a_schema()?,
            HANDLER => workspace.change_a_handler()?,
            _ => {}
        }
        self.contracts.push(workspace.check(ours)?);
        self.plain.push(workspace.check(theirs)?);
        if let Some(typify) = typify {
            self.measure_typify(typify, workspace)?;
        }
        // What was cleared was cleared for the handlers too, and no later row should pay for it.
        // The other rows leave nothing behind that would cost more than the next change of its
        // kind.
        if self.what == COLD {
            workspace.settle()?;
        }
        Ok(())
    }

    /// typify's crate has no handlers; it still has to follow the changes of their rows.
    fn measure_typify(&mut self, typify: &mut Typify, workspace: &Workspace) -> Result<(), Error> {
        match self.what {
            COLD => typify.forget()?,
            SCHEMA => typify.update(&workspace.contracts())?,
            HANDLERS_TOO => {
                typify.update(&workspace.contracts())?;
                return typify.check().map(drop);
            }
            HANDLER => return Ok(()),
            _ => {}
        }
        self.typify.push(typify.check()?);
        Ok(())
    }

    /// The last run, printed as progress.
    fn last(&self) -> String {
        let shown = |costs: &Costs| {
            costs.last().map_or_else(
                || "-".to_owned(),
                |cost| format!("{:.2} s, CPU {:.2} s", cost.wall, cost.cpu),
            )
        };
        format!(
            "  {}: {}; by hand {}; typify {}",
            self.what,
            shown(&self.contracts),
            shown(&self.plain),
            shown(&self.typify)
        )
    }
}
