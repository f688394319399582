//! A small run of the program `chaos`, and its arguments.

use std::process::{Command, Output};

use dispatcher_test_fixtures::TestResult;
use serde_json::Value;

fn chaos(arguments: &[&str]) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_chaos"))
        .args(arguments)
        .output()
}

#[test]
fn under_every_kind_of_fault_the_ledger_balances() -> TestResult {
    let output = chaos(&["--seed", "6", "--events", "300", "--json"])?;
    let report = String::from_utf8(output.stdout)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}\n{errors}");
    let report: Value = serde_json::from_str(&report)?;
    assert_eq!(report["balances"], true);
    assert_eq!(report["events"]["committed"], 300);
    assert_eq!(report["imbalances"], serde_json::json!([]));
    let kinds = report["faults"].as_object().ok_or("no faults")?;
    assert!(kinds.len() >= 8, "{report:#}");
    for kind in [
        "other version rolled out",
        "handler renamed",
        "stop on a dead network",
        "process ended by a handler",
        "dead letters redriven",
        "subscription paused and resumed",
    ] {
        assert!(kinds[kind].as_u64() > Some(0), "{kind}: {report:#}");
    }
    assert!(
        report["redrives"]["started"].as_u64() > Some(0),
        "{report:#}"
    );
    Ok(())
}

#[test]
fn arguments_that_mean_nothing_are_refused_with_the_usage() -> TestResult {
    let lines: [&[&str]; 4] = [
        &[],
        &["--seed", "x"],
        &["--seed", "1", "--event", "5"],
        &["replica"],
    ];
    for line in lines {
        let output = chaos(line)?;
        assert_eq!(output.status.code(), Some(2), "{line:?}");
        let said = String::from_utf8(output.stderr)?;
        assert!(
            said.starts_with("error: ") && said.contains("usage: chaos"),
            "{said}"
        );
    }
    Ok(())
}
