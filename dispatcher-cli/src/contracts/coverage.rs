//! `dispatcher contracts coverage`: what enforces each keyword.

use clap::Args;

use super::directory::Directory;
use super::error::Error;
use crate::output::{End, Output};

/// The arguments of `coverage`.
#[derive(Args, Debug)]
pub struct Coverage {
    #[command(flatten)]
    directory: Directory,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Fail if there is a keyword that nothing enforces
    #[arg(long)]
    deny_unsupported: bool,
}

pub(super) fn run(arguments: &Coverage) -> Result<Output, Error> {
    let coverage = arguments.directory.contracts()?.coverage()?;
    let mut output = Output::success(if arguments.json {
        serde_json::to_string_pretty(&coverage)?
    } else {
        coverage.to_string()
    });
    if arguments.deny_unsupported
        && let Err(report) = coverage.deny_unsupported()
    {
        output.stderr = format!("{report}\n");
        output.end = End::Findings;
    }
    Ok(output)
}
