//! Hard directories: they are generated and compiled, and random instances are judged correctly.
//!
//! These are small enough for a test; `made-up-contracts` makes larger ones.

use dispatcher_conformance::TestResult;
use dispatcher_conformance::synthetic::{self, Hardness};
use dispatcher_conformance::{Options, Truth, run};

const SEED: u64 = 0x5eed;

#[test]
fn definitions_that_refer_to_each_other_in_circles_across_files() -> TestResult {
    let hardness = Hardness {
        event_types: 24,
        definitions: 40,
        in_a_file: 4,
        circles: true,
        named: 6,
        lines: 0,
    };
    judge("circles", &hardness, &crate::options(Truth::Validators))
}

#[test]
fn many_event_types_and_a_file_for_each_definition() -> TestResult {
    let hardness = Hardness {
        event_types: 60,
        definitions: 12,
        in_a_file: 1,
        circles: true,
        named: 2,
        lines: 0,
    };
    judge("many", &hardness, &crate::options(Truth::Validators))
}

#[test]
fn a_schema_of_three_thousand_lines() -> TestResult {
    let hardness = Hardness {
        event_types: 1,
        definitions: 4,
        in_a_file: 2,
        circles: true,
        named: 2,
        lines: 3000,
    };
    judge("long", &hardness, &crate::options(Truth::Validators))
}

fn judge(name: &str, hardness: &Hardness, options: &Options) -> TestResult {
    let folder = tempfile::tempdir()?;
    let contracts = folder.path().join(name);
    synthetic::write(&contracts, hardness, SEED)?;
    let samples = synthetic::samples(&contracts, SEED)?;
    let report = run(&contracts, &samples, options)?;
    println!("{name}: {hardness:?}\n{report}");
    assert!(report.refused.is_empty(), "{report}");
    assert_eq!(report.compiled, hardness.event_types, "{report}");
    let valid = report.judged.iter().filter(|judged| judged.valid).count();
    assert!(
        valid > 0 && valid < samples.len(),
        "{valid} of {} are valid",
        samples.len()
    );
    assert!(report.is_clean(), "{report}");
    Ok(())
}
