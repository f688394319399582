//! What Prometheus itself says of the rules. Its program `promtool` comes with Debian's package `prometheus`; where
//! it is not installed, these tests say that they are skipped.

use std::fs;
use std::path::Path;
use std::process::Command;

use dispatcher_monitoring_tests::{Scheme, alerts};

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

/// A threshold that is not the one that was tested: each test that depends on it fails, or the one above shows nothing.
#[test]
fn an_alert_with_another_threshold_is_noticed() -> TestResult {
    if !is_installed() {
        return Ok(());
    }
    for (threshold, other, alert) in [
        ("> 60\n", "> 400\n", "DispatcherBehind"),
        ("> 60\n", "> 50\n", "DispatcherBehind"),
        ("< 120)", "< 12000)", "DispatcherNoHolder"),
        ("for: 1h", "for: 2h", "DispatcherPaused"),
        ("for: 1h", "for: 5m", "DispatcherPaused"),
        ("for: 15m", "for: 5m", "DispatcherHeld"),
    ] {
        let changed = tempfile::tempdir()?;
        for file in ["prometheus-rules.yaml", "prometheus-rules.test.yaml"] {
            let path = folder().join(Scheme::Metrics.folder()).join(file);
            let text = fs::read_to_string(path)?;
            let text = match file {
                "prometheus-rules.yaml" => {
                    assert!(text.contains(threshold), "{threshold}");
                    text.replace(threshold, other)
                }
                _ => text,
            };
            fs::write(changed.path().join(file), text)?;
        }
        let (succeeds, said) = promtool(changed.path(), &TEST)?;
        assert!(
            !succeeds && said.contains(alert),
            "{other} instead of {threshold}: {said}"
        );
    }
    Ok(())
}
