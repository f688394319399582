//! The official JSON-Schema-Test-Suite, drafts 7 and 2020-12.
//!
//! Every group becomes two event types: its schema as a payload, and as a property of an object. A
//! schema that no object satisfies cannot be a payload; it is judged only as a property. The same
//! holds for the instances that are not objects. For each case the suite itself says what is valid.
//!
//! One kind of case is left out: those that expect an ill-formed string to be valid because by
//! default `format` is not asserted. Here formats are asserted.

mod groups;
mod remotes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dispatcher_conformance::TestResult;
use dispatcher_conformance::{Fault, Report, Truth, run};

use groups::{Draft, Group};

/// What build-support reports for a schema that no object satisfies.
const NO_PAYLOAD: &str = "could not be an object";

#[test]
fn draft_7() -> TestResult {
    draft(&Draft::SEVEN)
}

#[test]
fn draft_2020_12() -> TestResult {
    draft(&Draft::NEWEST)
}

fn draft(draft: &Draft) -> TestResult {
    let Some(suite) = crate::corpus("json-schema-test-suite") else {
        return Ok(());
    };
    let groups = groups::read(&suite, draft)?;
    let folder = tempfile::tempdir()?;
    // The folder has a fixed name, because the package that is built is named after it.
    let contracts = folder.path().join(draft.folder);
    remotes::write(&suite, &contracts)?;
    let samples = groups::write(&groups, draft, &contracts)?;
    let report = run(&contracts, &samples, &crate::options(Truth::Given))?;
    judge(draft, &groups, &report, &suite)
}

fn judge(draft: &Draft, groups: &[Group], report: &Report, suite: &Path) -> TestResult {
    let refused: BTreeMap<&str, String> = report
        .refused
        .iter()
        .map(|refusal| (refusal.event_type.as_str(), refusal.reasons.join("; ")))
        .collect();
    let mut not_generated = BTreeSet::new();
    let mut properties_only = 0;
    println!("{}: {}", draft.folder, suite.display());
    for group in groups {
        let payload = refused.get(group.payload.as_str());
        let property = refused.get(group.property.as_str());
        if let (Some(reason), None) = (payload, property)
            && reason.contains(NO_PAYLOAD)
        {
            properties_only += 1;
        } else if let Some(reason) = property.or(payload) {
            not_generated.insert(&group.payload);
            println!(
                "refused at build: {} ({}): {reason}",
                group.payload, group.description
            );
        }
        for case in &group.left_out {
            println!(
                "left out: {} ({}): {case}",
                group.payload, group.description
            );
        }
    }
    for error in &report.compile_errors {
        println!("rustc: {error}");
    }
    for judged in &report.judged {
        if let Some(fault) = &judged.fault {
            let kind = match fault {
                Fault::FalseAccept => "false accept".to_owned(),
                Fault::FalseRefusal(reason) => format!("false refusal ({reason})"),
                Fault::Unequal(value) => format!("round trip unequal (it came back as {value})"),
            };
            println!("{kind}: {}: {}", judged.sample.place, judged.sample.payload);
        }
    }
    let generated = groups.len() - not_generated.len();
    let right = report
        .judged
        .iter()
        .filter(|judged| judged.fault.is_none())
        .count();
    let left_out: usize = groups.iter().map(|group| group.left_out.len()).sum();
    for (name, count) in [
        ("groups", groups.len()),
        ("generated", generated),
        ("as a property only", properties_only),
        ("refused at build", not_generated.len()),
        ("event types compiled", report.compiled),
        ("cases", report.judged.len()),
        ("cases right", right),
        ("cases left out", left_out),
        ("false accepts", report.false_accepts().count()),
        ("false refusals", report.false_refusals().count()),
        ("round trips unequal", report.unequal().count()),
        ("lines generated", report.lines),
    ] {
        println!("{name:<28}{count:>10}");
    }
    assert!(
        report.not_compiled.is_empty(),
        "not compiled: {:?}",
        report.not_compiled
    );
    assert!(report.compile_errors.is_empty());
    assert!(
        generated * 100 >= groups.len() * 95,
        "{generated} of {} groups",
        groups.len()
    );
    assert!(
        report.judged.len() > groups.len(),
        "hardly any case was judged"
    );
    assert_eq!(
        right,
        report.judged.len(),
        "cases were judged wrongly, see above"
    );
    Ok(())
}
