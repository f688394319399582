//! Small runs of the program `nats-chaos`, and its arguments.

use std::process::{Command, Output};

use dispatcher_test_fixtures::TestResult;
use serde_json::{Value, json};

fn nats_chaos(arguments: &[&str]) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_nats-chaos"))
        .args(arguments)
        .output()
}

/// The report of a run that balances. None: the machine has no nats-server, and the program has said so.
fn report(arguments: &[&str]) -> TestResult<Option<Value>> {
    let output = nats_chaos(arguments)?;
    let report = String::from_utf8(output.stdout)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    eprint!("{errors}");
    assert!(output.status.success(), "{report}\n{errors}");
    if report.is_empty() {
        return Ok(None);
    }
    let report: Value = serde_json::from_str(&report)?;
    assert_eq!(report["balances"], true);
    assert_eq!(report["imbalances"], json!([]));
    assert_eq!(report["messages"], report["events"]["committed"]);
    Ok(Some(report))
}

#[test]
fn under_every_kind_of_fault_the_ledger_balances() -> TestResult {
    let line = "--seed 2 --events 6000 --faults 36 --json";
    let arguments: Vec<_> = line.split(' ').collect();
    let Some(report) = report(&arguments)? else {
        return Ok(());
    };
    assert!(
        report["events"]["committed"].as_u64() >= Some(6000),
        "{report:#}"
    );
    let kinds = report["faults"].as_object().ok_or("no faults")?;
    assert_eq!(kinds.len(), 18, "{report:#}");
    assert!(kinds.values().all(|times| *times == 2), "{report:#}");
    let lost = report["lost_and_sent_again"].as_array();
    let lost: i64 = lost.into_iter().flatten().filter_map(Value::as_i64).sum();
    assert!(lost > 0, "no message was lost: {report:#}");
    assert!(report["dead_letters"].as_u64() > Some(0), "{report:#}");
    Ok(())
}

/// The plan of this seed begins with faults of the cluster.
#[test]
fn under_faults_of_a_cluster_the_ledger_balances() -> TestResult {
    let line = "--seed 3 --events 3000 --faults 6 --replicas 3 --json";
    let arguments: Vec<_> = line.split(' ').collect();
    report(&arguments).map(drop)
}

#[test]
fn arguments_that_mean_nothing_are_refused_with_the_usage() -> TestResult {
    let lines: [&[&str]; 5] = [
        &[],
        &["--seed", "x"],
        &["--seed", "1", "--event", "5"],
        &["--seed", "1", "--replicas", "2"],
        &["relay"],
    ];
    for line in lines {
        let output = nats_chaos(line)?;
        assert_eq!(output.status.code(), Some(2), "{line:?}");
        let said = String::from_utf8(output.stderr)?;
        assert!(
            said.starts_with("error: ") && said.contains("usage: nats-chaos"),
            "{said}"
        );
    }
    Ok(())
}
