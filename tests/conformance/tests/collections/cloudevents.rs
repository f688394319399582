//! The payload schemas of google-cloudevents: all of them become types, and every sample is judged
//! as the validators judge it.

use dispatcher_conformance::TestResult;
use dispatcher_conformance::{Truth, read_samples, run};

#[test]
fn all_event_types_are_generated_and_every_sample_is_judged_right() -> TestResult {
    let Some(folder) = crate::corpus("google-cloudevents") else {
        return Ok(());
    };
    let samples = read_samples(&folder.join("samples.jsonl"))?;
    assert!(!samples.is_empty());
    let report = run(&folder, &samples, &crate::options(Truth::Validators))?;
    println!("{report}");
    assert!(report.refused.is_empty(), "{report}");
    assert_eq!(report.compiled, report.event_types, "{report}");
    assert_eq!(report.judged.len(), samples.len());
    assert!(report.is_clean(), "{report}");
    Ok(())
}
