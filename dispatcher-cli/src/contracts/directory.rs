//! The contracts directory that a command works on.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use dispatcher_build_support::Contracts;

/// The contracts directory, as it is named on the command line.
#[derive(Args, Clone, Debug)]
pub(crate) struct Directory {
    /// The contracts directory
    #[arg(default_value = "contracts", value_name = "DIRECTORY")]
    path: PathBuf,
}

impl Directory {
    /// The contracts in it.
    ///
    /// # Errors
    ///
    /// Fails if the current directory cannot be determined.
    pub(crate) fn contracts(&self) -> Result<Contracts, io::Error> {
        // `cargo run` sets CARGO_MANIFEST_DIR, to which `Contracts` would take the path as relative.
        let absolute = std::path::absolute(&self.path)?;
        let shown = self.path.to_string_lossy().replace('\\', "/");
        Ok(Contracts::new(absolute).shown_as(shown))
    }

    /// The path as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
