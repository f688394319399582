//! `dispatcher contracts diff` and `breaking`: what changed, and what of it the levels refuse.

use std::path::PathBuf;

use clap::Args;
use dispatcher_build_support::changes::{
    Finding, Revision, Severity, Waivers, against_lock, between, rust_notes,
};

use super::against::{Against, Other};
use super::directory::Directory;
use super::error::Error;
use super::today::today;
use super::upcasts;
use crate::output::{End, Output, colour};
use crate::report::{Format, report};

/// The arguments of `diff` and `breaking`.
#[derive(Args, Debug)]
pub struct Compare {
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    against: Against,
    /// Where upcasts are written: a folder with Rust sources.
    ///
    /// Where a version does not take old data, the level upcast asks for one.
    /// Defaults to src/ of the package that the contracts are in.
    #[arg(long, value_name = "FOLDER", verbatim_doc_comment)]
    upcasts: Option<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Which findings a command shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Show {
    /// All of them.
    All,
    /// Errors and warnings.
    Breaking,
}

pub(super) fn run(arguments: &Compare, show: Show) -> Result<Output, Error> {
    let contracts = arguments.directory.contracts()?;
    let mut new = Revision::read(&contracts)?;
    let directory = std::path::absolute(arguments.directory.path())?;
    new.upcasts = upcasts::find(&directory, arguments.upcasts.as_deref());
    let waivers = Waivers::read(&contracts)?;
    let (mut findings, note) = match arguments.against.read(&arguments.directory)? {
        Other::Lock(lock) => (against_lock(&lock, &new), Some(ONLY_THE_LOCK)),
        Other::Revision(old, _folder) => {
            let mut findings = between(&old, &new);
            if show == Show::All {
                findings.extend(rust_notes(&old, &new)?);
            }
            (findings, None)
        }
    };
    // Against the lock, only some of the findings that a waiver may be for are found.
    findings = waivers.apply(findings, &today(), note.is_none());
    if show == Show::Breaking {
        findings.retain(|finding| finding.severity != Severity::Note);
    }
    let mut output = Output::success(report(&findings, arguments.format, colour())?);
    if findings
        .iter()
        .any(|finding: &Finding| finding.severity == Severity::Error)
    {
        output.end = End::Findings;
    }
    let is_text = arguments.format == Format::Text;
    Ok(match note.filter(|_| is_text) {
        Some(note) => output.with_note(note),
        None => output,
    })
}

/// What a comparison with the lock cannot tell.
const ONLY_THE_LOCK: &str = "\
note: contracts.lock has digests and no schemas; to see whether a new version
  takes old data, compare with a git ref: `--against main`";
