//! Each case of `tests/golden` is a contracts directory and the Rust that it becomes.
//!
//! `UPDATE_EXPECT=1 cargo test -p dispatcher-build-support --test golden` writes what it becomes
//! now. That it compiles, and that its samples survive a round trip, is tested in the package
//! `dispatcher-conformance` (`tests/golden_compiles.rs`).

use std::fs;
use std::path::{Path, PathBuf};

use dispatcher_build_support::Contracts;

fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut cases: Vec<_> = fs::read_dir(directory)
        .expect("the golden cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    cases
}

/// The file with newtypes, which not every case has.
const NEWTYPES: &str = "newtypes.rs";

fn render(case: &Path, file: &str) -> String {
    let contracts = Contracts::new(case.join("contracts"));
    let contracts = match file {
        NEWTYPES => contracts.newtypes(),
        _ => contracts,
    };
    match contracts.render() {
        Ok(rendered) => rendered.rust,
        Err(report) => panic!("{}:\n{report}", case.display()),
    }
}

#[test]
fn the_contracts_become_what_is_expected() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut changed = Vec::new();
    let files = cases()
        .into_iter()
        .flat_map(|case| ["expected.rs", NEWTYPES].map(|file| (case.clone(), file)));
    for (case, file) in files {
        let expected = case.join(file);
        if file == NEWTYPES && !expected.exists() {
            continue;
        }
        let rendered = render(&case, file);
        if update {
            fs::write(&expected, rendered).expect("the expected text");
        } else if let Some(line) = first_difference(
            &rendered,
            &fs::read_to_string(&expected).unwrap_or_default(),
        ) {
            changed.push(format!("{}:{line}", expected.display()));
        }
    }
    assert!(
        changed.is_empty(),
        "no longer what is expected:\n{}\nUPDATE_EXPECT=1 writes what it is now",
        changed.join("\n")
    );
}

/// The number of the first line that differs, and both of its texts.
fn first_difference(rendered: &str, expected: &str) -> Option<String> {
    if rendered == expected {
        return None;
    }
    let (mut rendered, mut expected) = (rendered.lines(), expected.lines());
    for number in 1_usize.. {
        match (rendered.next(), expected.next()) {
            (None, None) => return Some(format!("{number}: the line ends")),
            (rendered, expected) if rendered == expected => {}
            (rendered, expected) => {
                return Some(format!(
                    "{number}\n  expected {expected:?}\n  rendered {rendered:?}"
                ));
            }
        }
    }
    None
}

#[test]
fn the_same_contracts_become_the_same_text() {
    for case in cases() {
        let rendered = || render(&case, "expected.rs");
        assert_eq!(rendered(), rendered(), "{}", case.display());
    }
}
