//! The search, against folders that hold shell scripts with the names of the server programs.

use std::{os::unix::fs::PermissionsExt, process::ExitStatus};

use super::*;
use crate::random::random;

/// No other place than those of this machine.
const NOWHERE: Fallback = Fallback {
    place: "nowhere",
    find: |_, _| Err(Refusal::Unreadable),
};

/// A folder for one test, which every user may enter. It is removed with this value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = Path::new("/tmp").join(format!("dispatcher-search-{:x}", random()));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn program(&self, place: &str, name: &str, script: &str) -> PathBuf {
        let bin = self.0.join(place);
        fs::create_dir_all(&bin).unwrap();
        let program = bin.join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        bin
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn search(path: &Path) -> Search {
    Search {
        forced: Some(Case::System),
        postgres_bin: None,
        path: path.into(),
    }
}

#[test]
fn a_link_on_path_leads_to_the_folder_with_initdb() {
    let folder = Folder::new();
    let bin = folder.program(
        "17/bin",
        "postgres",
        "echo 'postgres (PostgreSQL) 17.2 (Debian)'",
    );
    folder.program("17/bin", "initdb", "");
    let on_path = folder.0.join("path");
    fs::create_dir(&on_path).unwrap();
    std::os::unix::fs::symlink(bin.join("postgres"), on_path.join("postgres")).unwrap();

    let programs = search(&on_path)
        .find(&RunAs::find().unwrap(), None, NOWHERE)
        .unwrap();
    assert_eq!(programs.initdb, bin.join("initdb"));
    assert_eq!(programs.version, "17.2");
    assert_eq!(programs.origin, bin.display().to_string());
}

#[test]
fn each_place_that_would_not_do_is_named_with_its_reason() {
    let folder = Folder::new();
    let old = folder.program("old", "postgres", "echo postgres '(PostgreSQL) 9.6.24'");
    folder.program("old", "initdb", "");
    let alone = folder.program("alone", "postgres", "");
    let broken = folder.program("broken", "postgres", "echo no such library >&2; exit 127");
    folder.program("broken", "initdb", "");

    let run_as = RunAs::find().unwrap();
    let reason = |bin| examine(bin, &run_as).unwrap_err().to_string();
    assert_eq!(reason(&old), "version 9.6.24 is older than 14");
    assert_eq!(
        reason(&alone),
        format!("there is no initdb beside {}/postgres", alone.display())
    );
    assert_eq!(
        reason(&broken),
        "`postgres --version` says \"no such library\""
    );
}

#[test]
fn a_bad_postgres_bin_is_an_error_even_where_others_are_found() {
    let search = Search {
        postgres_bin: Some("/no/such/folder".into()),
        ..search(Path::new("/usr/bin"))
    };
    let error = search
        .find(&RunAs::find().unwrap(), None, NOWHERE)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "POSTGRES_BIN is \"/no/such/folder\", which cannot be used: No such file or directory \
         (os error 2). set it to the folder that holds `postgres` and `initdb` (such as \
         /usr/lib/postgresql/17/bin), or unset it"
    );
}

#[test]
fn programs_out_of_reach_of_the_server_are_copied() {
    let run_as = RunAs::find().unwrap();
    if run_as.other().is_none() {
        return; // only root can switch to another account
    }
    let folder = Folder::new();
    let bin = folder.program("own/bin", "postgres", "echo postgres '(PostgreSQL) 16.1'");
    folder.program("own/bin", "initdb", "");
    folder.program("own/lib", "libpq.so", "");
    folder.program("own/share", "postgres.bki", "");
    fs::set_permissions(&folder.0, PermissionsExt::from_mode(0o700)).unwrap();

    let programs = examine(&bin, &run_as).unwrap();
    assert_eq!(programs.version, "16.1");
    let copy = programs.postgres.ancestors().nth(2).unwrap();
    assert!(copy.join("share/postgres.bki").is_file());
    assert_ne!(copy, folder.0.join("own"));
    fs::remove_dir_all(copy).unwrap();
}

#[test]
fn newer_versions_come_first() {
    let folder = Folder::new();
    for version in ["9.6", "17", "16", "common"] {
        fs::create_dir(folder.0.join(version)).unwrap();
    }
    let names = versions(folder.0.to_str().unwrap(), "");
    let expected = ["17", "16", "9.6"].map(|version| folder.0.join(version).join("bin"));
    assert_eq!(names, expected);
}

#[test]
fn the_version_of_a_prerelease_is_read() {
    let output = |stdout: &str| Output {
        status: ExitStatus::default(),
        stdout: stdout.into(),
        stderr: Vec::new(),
    };
    assert_eq!(
        version(&output("postgres (PostgreSQL) 19beta1")).unwrap(),
        "19beta1"
    );
    assert_eq!(
        version(&output("postgres (PostgreSQL) 14.0")).unwrap(),
        "14.0"
    );
    assert!(version(&output("postgres (PostgreSQL) 13.9")).is_err());
}
