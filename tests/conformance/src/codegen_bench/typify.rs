//! The same schemas with typify: a crate whose build script runs typify over the documents that
//! `--beside typify` prepares.
//!
//! It is in a workspace of its own with the Cargo.lock of `tests/beside-typify`, and shares the
//! target folder of the others. Schemas that typify cannot generate are left out and counted; if
//! one of the others does not compile, the measurement fails with rustc's output.

use std::fs;
use std::path::{Path, PathBuf};

use super::measure::{self, Cost};
use crate::beside::Program;
use crate::beside::generated::Generated;
use crate::beside::program::workspace;
use crate::{Directory, Error, cargo_program, put, set_up};

const BUILD: &str = "//! Generates the types.\n\nuse std::path::Path;\n\nfn main() {\n    \
                     println!(\"cargo::rerun-if-changed=jobs\");\n    \
                     let out = std::env::var_os(\"OUT_DIR\").unwrap();\n    \
                     beside_typify::generate_folder(Path::new(\"jobs\"), Path::new(&out)).unwrap();\n}\n";
const TYPES: &str =
    "//! The types.\n\n#![allow(warnings)]\n\ninclude!(concat!(env!(\"OUT_DIR\"), \"/all.rs\"));\n";

/// The crate.
pub(super) struct Typify {
    program: Program,
    folder: PathBuf,
    target: PathBuf,
    name: String,
    /// Schemas that it has a module for.
    pub(super) generated: usize,
    /// Lines and bytes of generated Rust.
    pub(super) size: (usize, usize),
}

impl Typify {
    /// Writes the crate for these contracts below `all`.
    pub(super) fn new(all: &Path, contracts: &Path, program: &Program) -> Result<Self, Error> {
        let types = Directory::open(contracts)?.event_types().len();
        let name = format!("bench-typify-{types}");
        let folder = all.join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(Error::file(&folder))?;
        }
        let generator = workspace().to_string_lossy().replace('\\', "/");
        let dependencies = &program.dependencies;
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
             [dependencies]\n{dependencies}\n[build-dependencies]\n\
             dispatcher-beside-typify = {{ path = {generator:?} }}\n"
        );
        put(&folder.join("Cargo.toml"), &manifest)?;
        put(&folder.join("Cargo.lock"), &program.locked_versions()?)?;
        put(&folder.join("build.rs"), BUILD)?;
        put(&folder.join("src/lib.rs"), TYPES)?;
        let mut typify = Self {
            program: program.clone(),
            folder,
            target: all.join("target"),
            name,
            generated: 0,
            size: (0, 0),
        };
        typify.update(contracts)?;
        Ok(typify)
    }

    /// Prepares the documents of the contracts in their current state.
    pub(super) fn update(&mut self, contracts: &Path) -> Result<(), Error> {
        let directory = Directory::open(contracts)?;
        let generated = Generated::of(&directory, &self.program, true)?;
        self.generated = directory.schemas().len() - generated.failed.len();
        let sizes = generated.modules.values();
        self.size = sizes.fold((0, 0), |(lines, bytes), text| {
            (lines + text.lines().count(), bytes + text.len())
        });
        for (module, job) in &generated.jobs {
            put(
                &self.folder.join(format!("jobs/{module}.json")),
                &job.to_string(),
            )?;
        }
        Ok(())
    }

    /// Clears what was compiled of the crate, its build script included.
    pub(super) fn forget(&self) -> Result<(), Error> {
        self.cargo("clean").map(drop)
    }

    /// `cargo check` of the crate and what it depends on.
    pub(super) fn check(&self) -> Result<Cost, Error> {
        self.cargo("check")
    }

    fn cargo(&self, command: &str) -> Result<Cost, Error> {
        let mut cargo = measure::metered(&cargo_program());
        cargo.args([command, "--quiet", "-p", &self.name]);
        set_up(&mut cargo, &self.folder, &self.target);
        cargo.env_remove("CARGO_INCREMENTAL");
        measure::run(&mut cargo)
    }
}
