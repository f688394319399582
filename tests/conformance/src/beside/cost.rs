//! What compiling each side's code costs: lines, and processor seconds of `cargo check`.
//!
//! Covers the event types that both sides compile, so both are measured over the same schemas. The
//! dependencies are checked before, and both sides take turns, so that other load on the machine
//! affects both. Generation is not included in these seconds.

use crate::codegen_bench::Costs;
use crate::codegen_bench::measure::{metered, run};
use crate::package::Package;
use crate::{Error, Judgement, cargo_program, set_up};

use super::bundle::grown;
use super::generated::Generated;
use super::{Program, Theirs};

/// What compiling generated code costs.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Cost {
    /// Lines of formatted Rust.
    pub lines: usize,
    /// Nothing of the crate has been compiled.
    pub cold: Costs,
    /// One payload has one more optional property than at the previous check.
    pub changed: Costs,
}

/// One side: its files below the package, before and after the change.
struct Measured<'p> {
    package: &'p Package,
    before: Vec<(String, String)>,
    after: Vec<(String, String)>,
}

/// Our cost and typify's; `None` if no event type compiles on both sides, or none of these has an
/// object to which a property can be added.
pub(super) fn measure(
    ours: &mut Judgement,
    theirs: &Theirs,
    program: &Program,
    common: &[usize],
    runs: usize,
) -> Result<Option<(Cost, Cost)>, Error> {
    let schemas = common.iter().flat_map(|&index| {
        let event = &ours.directory.event_types[index];
        event.versions.values().flatten()
    });
    let changed = schemas
        .filter_map(|path| {
            Some((
                path.clone(),
                grown(ours.directory.files.get(path)?.as_ref()?)?,
            ))
        })
        .next();
    let Some((path, value)) = changed else {
        return Ok(None);
    };
    let mut after = ours.directory.clone();
    after.files.insert(path.clone(), Some(value.clone()));

    let generated = Generated::of(&ours.directory, program, theirs.sharing)?;
    let regenerated = Generated::of(&after, program, theirs.sharing)?;
    let below = |files: Vec<(String, String)>| {
        let below = |(path, text)| (format!("src/{path}"), text);
        files.into_iter().map(below).collect::<Vec<_>>()
    };
    let typify = Measured {
        package: &theirs.package,
        before: below(generated.files(&ours.directory, common)),
        after: below(regenerated.files(&after, common)),
    };
    let generation = &mut ours.generation;
    let before = generation.of(common, None, &ours.directory)?;
    let after = generation.of(common, Some((&path, &value)), &ours.directory)?;
    let file = |rust| vec![("src/contracts.rs".to_owned(), rust)];
    let dispatcher = Measured {
        package: &ours.package,
        before: file(before),
        after: file(after),
    };
    let sides = [dispatcher, typify];
    let mut costs = [(); 2].map(|()| Cost::default());
    for (side, cost) in sides.iter().zip(&mut costs) {
        cost.lines = side
            .before
            .iter()
            .map(|(_, text)| text.lines().count())
            .sum();
        // The dependencies, in the profile that is measured.
        side.write(&side.before)?;
        side.cargo("check")?;
    }
    for _ in 0..runs {
        for (side, cost) in sides.iter().zip(&mut costs) {
            side.write(&side.before)?;
            side.cargo("clean")?;
            cost.cold.push(side.cargo("check")?);
            side.write(&side.after)?;
            cost.changed.push(side.cargo("check")?);
        }
    }
    let [ours, theirs] = costs;
    Ok(Some((ours, theirs)))
}

impl Measured<'_> {
    fn write(&self, files: &[(String, String)]) -> Result<(), Error> {
        files
            .iter()
            .try_for_each(|(path, text)| self.package.put(path, text))
    }

    fn cargo(&self, command: &str) -> Result<crate::codegen_bench::Cost, Error> {
        let mut cargo = metered(&cargo_program());
        cargo.args([command, "--quiet", "-p", &self.package.name]);
        set_up(&mut cargo, &self.package.folder, &self.package.target);
        // As users compile it, whatever the package's profile says.
        cargo.env("CARGO_INCREMENTAL", "1");
        run(&mut cargo)
    }
}
