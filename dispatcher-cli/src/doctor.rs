//! `dispatcher doctor`: what of a database would keep the dispatcher from working well.

use clap::Args;
use dispatcher_runtime::{Finding, FindingLevel};
use serde::Serialize;

use crate::database::{Connection, Place};
use crate::output::{End, Output};
use crate::screen::{block, plain};

/// The arguments of `doctor`.
#[derive(Args, Debug)]
#[command(after_help = "\
It ends with 1 if something does not work, and with 0 where there are warnings alone.

Examples:
  dispatcher doctor
  dispatcher doctor --contracts contracts --json")]
pub(crate) struct Doctor {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Examined<'a> {
    findings: &'a [Finding],
}

pub(crate) fn run(arguments: &Doctor) -> Output {
    arguments.connection.run(async |session| {
        let mut findings = session.operator.examine().await;
        // What does not work comes first. The order within a level is that of the runtime.
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        let examined = Examined {
            findings: &findings,
        };
        let output = session.answer(&examined, || text(&findings, &session.place))?;
        let fails = findings.iter().any(|it| it.level == FindingLevel::Error);
        Ok(if fails {
            output.ending(End::Findings)
        } else {
            output
        })
    })
}

fn text(findings: &[Finding], place: &Place) -> String {
    let mut text = block(0, &format!("the {place}, as the role \"{}\"", place.role));
    for finding in findings {
        let level = match finding.level {
            FindingLevel::Good => "good",
            FindingLevel::Warning => "WARNING",
            FindingLevel::Error => "ERROR",
            _ => "unknown",
        };
        let topic = plain(finding.topic);
        text += &block(2, &format!("{level:<7}  {topic}: {}", plain(&finding.text)));
        if let Some(remedy) = &finding.remedy {
            text += &block(11, &format!("help: {}", plain(remedy)));
        }
    }
    text
}
