//! `dispatcher contracts lock`: writes down what has been published.
//!
//! The lock has digests. Where a published version has another digest, the command refuses to write it, unless
//! `--against` gives it the text that was locked and the comparison proves that both texts accept the same.

use std::fs;

use clap::Args;
use dispatcher_build_support::changes::{Finding, Revision, against_lock, edited_in_place};
use dispatcher_build_support::lock::{Broken, Digest, Entry, LOCK_FILE, Lock};

use super::against::{self, Other};
use super::directory::Directory;
use super::error::Error;
use crate::output::{End, Output, colour};
use crate::report::{Format, report};

/// The arguments of `lock`.
#[derive(Args, Debug)]
pub struct Locking {
    #[command(flatten)]
    directory: Directory,
    /// A git ref or a directory that has the text that was locked.
    ///
    /// With it, a published version may be written differently, if it is
    /// proved that both texts accept the same payloads.
    #[arg(long, value_name = "WHAT", verbatim_doc_comment)]
    against: Option<String>,
    /// Lock an event type as it is now, whatever was locked before.
    ///
    /// For an event type that no program has used yet. May be given several
    /// times.
    #[arg(long, value_name = "EVENT", verbatim_doc_comment)]
    accept: Vec<String>,
}

pub(super) fn run(arguments: &Locking) -> Result<Output, Error> {
    let contracts = arguments.directory.contracts()?;
    let new = Revision::read(&contracts)?;
    let before = contracts.lock()?;
    let mut lock = before.clone().unwrap_or_default();
    for event in &arguments.accept {
        if new.event(event).is_none() && lock.iter().all(|(name, ..)| name != event) {
            return Err(super::event::unknown(&new.model, event));
        }
        lock = lock.without(event);
    }
    if let Some(reference) = &arguments.against {
        lock = proved(lock, reference, &arguments.directory, &new)?;
    }
    let findings = against_lock(&lock, &new);
    if !findings.is_empty() {
        return refused(&findings);
    }
    let path = arguments.directory.path().join(LOCK_FILE);
    let updated = lock.updated(&new.model);
    if before.as_ref() == Some(&updated) {
        return Ok(Output::success(format!("{} is up to date", path.display())));
    }
    fs::write(&path, updated.to_string())
        .map_err(|error| Error::Call(format!("cannot write {}: {error}", path.display())))?;
    let gone = updated.iter().filter(|(.., entry)| entry.is_gone()).count();
    let live = updated.iter().count() - gone;
    Ok(Output::success(format!(
        "wrote {}: {live} published versions, {gone} that are gone",
        path.display()
    )))
}

/// The lock without the lines of versions that are proved to accept what they did when they were locked.
fn proved(
    mut lock: Lock,
    reference: &str,
    directory: &Directory,
    new: &Revision,
) -> Result<Lock, Error> {
    let Other::Revision(old, _folder) = against::read(reference, directory)? else {
        return Err(Error::Call(
            "the lock proves nothing about itself: name a git ref or a directory".to_owned(),
        ));
    };
    for violation in lock.violations(&new.model) {
        let (Broken::VersionEdited, Some(version)) = (violation.broken, violation.version) else {
            continue;
        };
        let event = &violation.event;
        let schema = old.event(event).and_then(|event| {
            let version = event
                .versions
                .iter()
                .find(|other| other.number == version)?;
            Some(Digest::of(&old.model.documents, version.schema.as_deref()))
        });
        let is_locked = matches!(
            (lock.entry(event, version), schema),
            (Some(Entry::Published { digest, .. }), Some(schema)) if digest == schema
        );
        if !is_locked {
            return Err(Error::Call(format!(
                "{reference} does not have the text of {event} v{version} that was locked\n  help: name the revision \
                 in which {LOCK_FILE} was written"
            )));
        }
        if edited_in_place(&old, new, event, version).is_empty() {
            lock = lock.without_version(event, version);
        }
    }
    Ok(lock)
}

fn refused(findings: &[Finding]) -> Result<Output, Error> {
    let output = Output::success(report(findings, Format::Text, colour())?);
    let note = format!("note: {LOCK_FILE} was not written");
    Ok(Output {
        end: End::Findings,
        ..output.with_note(note)
    })
}
