//! Contracts directories that would read other files, or never end.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use dispatcher_runtime::LoadedRegistry;
use serde_json::json;

use crate::allocations::Turn;
use crate::contracts::write;

/// What loading says of a folder after `change`.
fn refused(change: impl FnOnce(&Path)) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    write(
        folder.path(),
        &json!({ "type": "object", "properties": {
        "a": { "$ref": "other.json" }, "b": { "$ref": "https://acme.example/far" } } }),
    );
    fs::write(folder.path().join("other.json"), "{}").expect("it is written");
    let far = json!({ "$id": "https://acme.example/far" }).to_string();
    fs::create_dir(folder.path().join("far")).expect("a folder");
    fs::write(folder.path().join("far/far.json"), far).expect("it is written");
    LoadedRegistry::from_dir(folder.path()).expect("it loads before the change");
    change(folder.path());
    let error = LoadedRegistry::from_dir(folder.path()).expect_err("it is refused");
    error.to_string()
}

fn replace(folder: &Path, file: &str, with: impl FnOnce(&Path)) {
    let path = folder.join(file);
    fs::remove_file(&path).expect("it was there");
    with(&path);
}

#[test]
fn a_link_out_of_the_folder_is_refused_with_its_path() {
    let _turn = Turn::wait();
    let outside = tempfile::NamedTempFile::new().expect("a file");
    fs::write(outside.path(), "{}").expect("it is written");
    for file in ["other.json", "thing.json", "event-types-registry.json"] {
        let error = refused(|folder| {
            replace(folder, file, |path| {
                symlink(outside.path(), path).expect("a link");
            });
        });
        assert!(error.contains(file), "{error}");
        assert!(
            error.contains("outside of the contracts directory"),
            "{error}"
        );
    }
}

/// An `$id` is looked for in every file, and not in those that a folder only links to.
#[test]
fn an_id_is_not_looked_for_outside() {
    let _turn = Turn::wait();
    let error = refused(|folder| {
        let outside = tempfile::tempdir().expect("a folder").keep();
        fs::rename(folder.join("far/far.json"), outside.join("far.json")).expect("it is moved");
        fs::remove_dir(folder.join("far")).expect("it is empty");
        symlink(&outside, folder.join("far")).expect("a link");
    });
    assert!(error.contains("https://acme.example/far"), "{error}");
}

#[test]
fn a_link_within_the_folder_is_followed() {
    let _turn = Turn::wait();
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &json!({ "type": "object" }));
    let (file, data) = (folder.path().join("thing.json"), folder.path().join("data"));
    fs::create_dir(&data).expect("a folder");
    fs::rename(&file, data.join("thing.json")).expect("it is moved");
    symlink("data/thing.json", &file).expect("a link");
    LoadedRegistry::from_dir(folder.path()).expect("it loads");
}

/// Reading a named pipe waits for a writer, for ever; a device never ends.
#[test]
fn what_is_no_regular_file_is_refused() {
    let _turn = Turn::wait();
    let pipe = |path: &Path| {
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.expect("it runs").success());
    };
    for file in ["other.json", "thing.json", "event-types-registry.json"] {
        let error = refused(|folder| replace(folder, file, pipe));
        assert!(error.contains(file), "{error}");
        assert!(error.contains("not a regular file"), "{error}");
    }
    // It is looked into for the `$id`, and passed over.
    let error = refused(|folder| replace(folder, "far/far.json", pipe));
    assert!(error.contains("https://acme.example/far"), "{error}");
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let _turn = Turn::wait();
    let error = refused(|folder| {
        let file = fs::File::create(folder.join("other.json")).expect("a file");
        file.set_len(1 << 40).expect("it has holes");
    });
    assert!(error.contains("other.json"), "{error}");
    assert!(error.contains("larger than 16 MiB"), "{error}");
}
