//! Directories that are hard: they are generated, compiled, and random instances judged right.

use dispatcher_build_support::Contracts;
use dispatcher_tests::conformance::random::Instances;
use dispatcher_tests::conformance::synthetic::{self, Hardness};
use dispatcher_tests::conformance::{Directory, Options, Sample, Truth, run};
use dispatcher_tests::fixtures::TestResult;

const SEED: u64 = 0x5eed;

#[test]
fn definitions_that_refer_to_each_other_in_circles_across_files() -> TestResult {
    let hardness = Hardness {
        event_types: 24,
        definitions: 40,
        in_a_file: 4,
        named: 6,
        lines: 0,
    };
    judge("circles", &hardness, &crate::options(Truth::Validators))
}

/// The figures of docs/conformance.md.
#[test]
#[ignore = "it takes minutes; docs/conformance.md says how to run it"]
fn two_hundred_event_types_share_four_hundred_definitions() -> TestResult {
    let hardness = Hardness {
        event_types: 224,
        definitions: 400,
        in_a_file: 2,
        named: 10,
        lines: 0,
    };
    judge("shared", &hardness, &Options::new())
}

/// The figures of docs/conformance.md.
#[test]
#[ignore = "it takes minutes; docs/conformance.md says how to run it"]
fn five_hundred_event_types() -> TestResult {
    let hardness = Hardness {
        event_types: 500,
        definitions: 300,
        in_a_file: 1,
        named: 4,
        lines: 0,
    };
    judge("many", &hardness, &Options::new())
}

/// The figures of docs/conformance.md.
#[test]
#[ignore = "it takes minutes; docs/conformance.md says how to run it"]
fn schemas_of_three_thousand_lines() -> TestResult {
    let hardness = Hardness {
        event_types: 10,
        definitions: 20,
        in_a_file: 5,
        named: 8,
        lines: 3000,
    };
    judge("long", &hardness, &Options::new())
}

fn judge(name: &str, hardness: &Hardness, options: &Options) -> TestResult {
    let folder = tempfile::tempdir()?;
    let contracts = folder.path().join(name);
    synthetic::write(&contracts, hardness, SEED)?;
    let samples = samples(&contracts)?;
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

/// Two instances of each event type, one of them broken.
fn samples(contracts: &std::path::Path) -> TestResult<Vec<Sample>> {
    let directory = Directory::open(contracts)?;
    let model = Contracts::new(contracts).check()?;
    let mut instances = Instances::new(&model, SEED);
    let mut samples = Vec::new();
    for event in directory.event_types() {
        for (&version, schema) in &event.versions {
            let Some(path) = schema else { continue };
            for payload in [instances.valid(path), instances.broken(path)] {
                samples.push(Sample {
                    place: format!("instance {}", samples.len()),
                    event_type: event.name.clone(),
                    schema_version: version,
                    payload,
                    valid: None,
                });
            }
        }
    }
    Ok(samples)
}
