//! Findings as text, JSON, JUnit, GitHub annotations and SARIF.
//!
//! Each format is a function of the findings alone, so the same findings give the same report. Text is for people and
//! fits 80 columns where it can; the others are for machines and hold everything.

mod github;
mod json;
mod junit;
mod sarif;
mod text;

use clap::ValueEnum;
use dispatcher_build_support::changes::Finding;

/// The form of a report.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// Everything, as one JSON object
    Json,
    /// JUnit XML, a test case for each finding
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// The report of these findings.
///
/// # Errors
///
/// Fails if a report cannot be written as JSON.
pub(crate) fn report(
    findings: &[Finding],
    format: Format,
    colour: bool,
) -> Result<String, serde_json::Error> {
    match format {
        Format::Text => Ok(text::report(findings, colour)),
        Format::Json => json::report(findings),
        Format::Junit => Ok(junit::report(findings)),
        Format::Github => Ok(github::report(findings)),
        Format::Sarif => sarif::report(findings),
    }
}
