//! One folder for each fault: contracts, and the report that they produce.
//!
//! `UPDATE_EXPECT=1 cargo test -p dispatcher-build-support --test diagnostics` rewrites the reports.

use std::fs;
use std::path::Path;

use dispatcher_build_support::Contracts;

#[test]
fn every_fault_has_its_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut faults: Vec<_> = fs::read_dir(&root)
        .expect("the fixtures are there")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("plain names")
        })
        .collect();
    faults.sort();
    assert!(faults.len() >= 30, "the fixtures are there");
    let mut wrong = Vec::new();
    for fault in faults {
        let folder = root.join(&fault);
        // As given, so that no report contains a path of this machine.
        let contracts = Contracts::new(format!("tests/diagnostics/{fault}/contracts"));
        let report = match contracts.check() {
            Ok(_) => "no fault\n".to_owned(),
            Err(report) => {
                format!("{report}\n").replace(&format!("tests/diagnostics/{fault}/"), "")
            }
        };
        let expected = folder.join("expected.txt");
        if update {
            fs::write(&expected, &report).expect("the fixture can be written");
        } else if fs::read_to_string(&expected).unwrap_or_default() != report {
            wrong.push(format!("--- {fault}\n{report}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "these reports changed:\n{}",
        wrong.join("\n")
    );
}
