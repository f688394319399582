//! The lock as text.

use std::collections::BTreeMap;
use std::fmt;

use super::digest::Digest;
use super::entry::{Entry, Lock};
use crate::diagnostic::{Diagnostic, Report};
use crate::files::{Files, ReadError};
use crate::model::Compatibility;

/// The name of the file, in the contracts directory.
pub const LOCK_FILE: &str = "contracts.lock";

/// The first line that is not a comment.
const FORMAT: &str = "format 1";

const HEADER: &str =
    "# What has been published. `dispatcher contracts lock` writes this file; commit it.";

/// What to do about a file that is not a lock.
const WRITE_AGAIN: &str =
    "restore the file from version control, then run `dispatcher contracts lock`";

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\n{FORMAT}")?;
        for (event, version, entry) in self.iter() {
            match entry {
                Entry::Published { level, digest } => {
                    writeln!(f, "{event} {version} {} {digest}", level.as_str())?;
                }
                Entry::Retired => writeln!(f, "{event} {version} retired")?,
                Entry::Removed => writeln!(f, "{event} {version} removed")?,
            }
        }
        Ok(())
    }
}

impl Lock {
    /// Reads the lock of a contracts directory; none if it has none.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, or is not a lock.
    pub(crate) fn read(files: &mut Files) -> Result<Option<Self>, Report> {
        let file = files.shown(LOCK_FILE);
        let bytes = match files.read(LOCK_FILE) {
            Ok(bytes) => bytes,
            Err(ReadError::Missing) => return Ok(None),
            Err(ReadError::Refused(reason)) => {
                return Err(Diagnostic::new(file, format!("the file {reason}")).into());
            }
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(Diagnostic::new(file, "the file is not UTF-8")
                .help(WRITE_AGAIN)
                .into());
        };
        Self::parse(&text, &file).map(Some)
    }

    /// Reads the text of a lock. `file` names it in messages.
    ///
    /// # Errors
    ///
    /// The report lists every line that is not one of a lock.
    pub fn parse(text: &str, file: &str) -> Result<Self, Report> {
        let mut faults = Vec::new();
        let mut fault = |number: usize, message: String, help: &str| {
            faults.push(
                Diagnostic::new(file, message)
                    .at(Some((number, 1)))
                    .help(help),
            );
        };
        let mut entries = BTreeMap::new();
        let mut has_format = false;
        for (index, line) in text.lines().enumerate() {
            let (number, line) = (index + 1, line.trim_end());
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if ["<<<<<<<", "=======", ">>>>>>>"]
                .iter()
                .any(|mark| line.starts_with(mark))
            {
                let help = "keep the lines of both sides, then run `dispatcher contracts lock`";
                fault(number, "a merge conflict marker".to_owned(), help);
            } else if !has_format {
                has_format = true;
                if line != FORMAT {
                    let help =
                        "use the version of `dispatcher` that wrote the file, or a later one";
                    fault(
                        number,
                        format!("{FORMAT:?} is needed here, found {line:?}"),
                        help,
                    );
                    break;
                }
            } else {
                match entry(line) {
                    Ok((event, version, entry)) => {
                        if entries.insert((event.to_owned(), version), entry).is_some() {
                            let message = format!("duplicate line for {event} v{version}");
                            fault(number, message, "keep the line that was committed first");
                        }
                    }
                    Err(reason) => fault(number, reason, WRITE_AGAIN),
                }
            }
        }
        if !has_format {
            fault(1, format!("the line {FORMAT:?} is missing"), WRITE_AGAIN);
        }
        match Report::new(faults) {
            Some(report) => Err(report),
            None => Ok(Self { entries }),
        }
    }
}

/// One line: event type, version, and what is held of it.
fn entry(line: &str) -> Result<(&str, u32, Entry), String> {
    let words: Vec<_> = line.split(' ').collect();
    let (event, version, rest) = match words.as_slice() {
        [event, version, rest @ ..] => (*event, *version, rest),
        _ => return Err("an event type and a version are needed".to_owned()),
    };
    let version = version
        .parse()
        .map_err(|_| format!("{version:?} is not a version"))?;
    let entry = match rest {
        ["retired"] => Entry::Retired,
        ["removed"] => Entry::Removed,
        [level, digest] => Entry::Published {
            level: Compatibility::ALL
                .into_iter()
                .find(|known| known.as_str() == *level)
                .ok_or_else(|| format!("{level:?} is not a level"))?,
            digest: Digest::parse(digest)
                .ok_or_else(|| format!("{digest:?} is not a digest of 64 hexadecimal digits"))?,
        },
        _ => return Err("a level and a digest, \"retired\" or \"removed\" are needed".to_owned()),
    };
    Ok((event, version, entry))
}
