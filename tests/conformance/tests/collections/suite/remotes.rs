//! The suite's remotes: documents that its schemas refer to by address.
//!
//! Nothing is fetched, so each document is in the contracts directory with its address as its
//! `$id`. A document that has an `$id` of its own gets a second document with the address, which
//! refers to it.

use std::fs;
use std::path::Path;

use dispatcher_conformance::TestResult;
use serde_json::{Value, json};

use super::groups::Draft;

/// The server that the suite's addresses name.
const SERVER: &str = "http://localhost:1234/";

/// Writes the remotes of both drafts into a contracts directory.
pub(super) fn write(suite: &Path, contracts: &Path) -> TestResult {
    for draft in [Draft::SEVEN, Draft::NEWEST] {
        let root = suite.join("remotes").join(draft.folder);
        copy(&root, draft.folder, &draft, contracts)?;
    }
    Ok(())
}

fn copy(from: &Path, path: &str, draft: &Draft, contracts: &Path) -> TestResult {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!(
            "{path}/{}",
            name.to_str().ok_or("a name that is not UTF-8")?
        );
        if entry.path().is_dir() {
            copy(&entry.path(), &path, draft, contracts)?;
            continue;
        }
        let address = format!("{SERVER}{path}");
        let mut document: Value = serde_json::from_slice(&fs::read(entry.path())?)?;
        let members = document
            .as_object_mut()
            .ok_or("a remote that is not an object")?;
        members
            .entry("$schema")
            .or_insert_with(|| draft.dialect.into());
        let id = members
            .entry("$id")
            .or_insert_with(|| address.clone().into())
            .clone();
        put(&contracts.join("remotes").join(&path), &document)?;
        if id != address.as_str() {
            let second =
                json!({ "$schema": draft.dialect, "$id": address, "allOf": [{ "$ref": id }] });
            put(&contracts.join("remotes/addresses").join(&path), &second)?;
        }
    }
    Ok(())
}

fn put(path: &Path, document: &Value) -> TestResult {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, serde_json::to_string_pretty(document)?)?)
}
