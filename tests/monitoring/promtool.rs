//! What Prometheus itself says of the rules. Its program `promtool` comes with Debian's package `prometheus`; where
//! it is not installed, these tests say that they are skipped.

use std::fs;
use std::path::Path;
use std::process::Command;

use dispatcher_monitoring_tests::{Scheme, alerts, rules};

use crate::{TestResult, folder};

/// Whether it is installed. In CI, `.ci/run` lists it as not checked otherwise.
fn is_installed() -> bool {
    let found = Command::new("promtool").arg("--version").output().is_ok();
    if !found {
        eprintln!(
            "skipped: `apt-get install prometheus` provides promtool, which evaluates the alerts"
        );
    }
    found
}

/// Whether `promtool` succeeds in a folder, and what it says.
fn promtool(folder: &Path, arguments: &[&str]) -> TestResult<(bool, String)> {
    let mut command = Command::new("promtool");
    let output = command.args(arguments).current_dir(folder).output()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok((output.status.success(), said))
}

const CHECK: [&str; 4] = ["check", "rules", "--lint-fatal", "prometheus-rules.yaml"];
const TEST: [&str; 3] = ["test", "rules", "prometheus-rules.test.yaml"];

#[test]
fn prometheus_accepts_the_rules() -> TestResult {
    if !is_installed() {
        return Ok(());
    }
    for scheme in Scheme::ALL {
        let (succeeds, said) = promtool(&folder().join(scheme.folder()), &CHECK)?;
        let rules = format!("{} rules found", alerts().len());
        assert!(succeeds && said.contains(&rules), "{said}");
    }
    Ok(())
}

#[test]
fn each_alert_fires_when_it_should_and_only_then() -> TestResult {
    if !is_installed() {
        return Ok(());
    }
    for scheme in Scheme::ALL {
        let (succeeds, said) = promtool(&folder().join(scheme.folder()), &TEST)?;
        assert!(succeeds, "{said}");
    }
    Ok(())
}

/// The tests of the rules notice a rule that was changed like this, and name its alert.
fn is_noticed(changed: &str, alert: &str) -> TestResult {
    let folder = tempfile::tempdir()?;
    let tests = crate::folder().join(Scheme::Metrics.folder()).join(TEST[2]);
    fs::copy(tests, folder.path().join(TEST[2]))?;
    fs::write(folder.path().join(CHECK[3]), changed)?;
    let (succeeds, said) = promtool(folder.path(), &TEST)?;
    assert!(
        !succeeds && said.contains(alert),
        "{alert}: {said}\n{changed}"
    );
    Ok(())
}

/// Or the tests of the rules would show nothing.
#[test]
fn a_rule_with_another_threshold_is_noticed() -> TestResult {
    let rules = rules(Scheme::Metrics);
    for (threshold, other, alert) in [
        (") > 60\n", ") > 400\n", "DispatcherBehind"),
        (") > 60\n", ") > 50\n", "DispatcherBehind"),
        ("< 120)", "< 12000)", "DispatcherBehind"),
        ("< 120)", "< 12000)", "DispatcherNoHolder"),
        (") > 900\n", ") > 50\n", "DispatcherRetrying"),
        (") > 3600\n", ") > 200\n", "DispatcherRetentionHeld"),
        (" > 30\n", " > 10\n", "DispatcherBlocked"),
        ("for: 1h", "for: 2h", "DispatcherPaused"),
    ] {
        assert!(rules.contains(threshold), "{threshold}");
        if is_installed() {
            is_noticed(&rules.replace(threshold, other), alert)?;
        }
    }
    Ok(())
}

/// Each alert has a case in which its query has had a result, and not for long enough.
#[test]
fn an_alert_that_does_not_wait_is_noticed() -> TestResult {
    if !is_installed() {
        return Ok(());
    }
    let rules = rules(Scheme::Metrics);
    for alert in alerts() {
        let at = rules
            .find(&format!("alert: {}\n", alert.name))
            .ok_or(alert.name)?;
        let (before, rule) = rules.split_at(at);
        let waits = format!("for: {}\n", alert.lasts);
        let rule = rule.replacen(&waits, "for: 0s\n", 1);
        is_noticed(&format!("{before}{rule}"), alert.name)?;
    }
    Ok(())
}
