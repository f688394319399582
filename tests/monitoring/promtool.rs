//! What Prometheus itself says of the rules. Its program `promtool` comes with Debian's package `prometheus`; where
//! it is not installed, these tests say that they are skipped.

use std::process::Command;

use dispatcher_monitoring_tests::{Scheme, alerts};

use crate::{TestResult, folder};

/// Runs `promtool` with these arguments beside the files of a scheme. `None` where it is not installed.
fn promtool(scheme: Scheme, arguments: &[&str]) -> TestResult<Option<String>> {
    let mut command = Command::new("promtool");
    command
        .args(arguments)
        .current_dir(folder().join(scheme.folder()));
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!(
                "skipped: `apt-get install prometheus` provides promtool, which checks the alerts"
            );
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if output.status.success() {
        Ok(Some(said))
    } else {
        Err(format!("promtool {}: {said}", arguments.join(" ")).into())
    }
}

#[test]
fn prometheus_accepts_the_rules() -> TestResult {
    for scheme in Scheme::ALL {
        let arguments = ["check", "rules", "--lint-fatal", "prometheus-rules.yaml"];
        if let Some(said) = promtool(scheme, &arguments)? {
            let rules = format!("{} rules found", alerts().len());
            assert!(said.contains(&rules), "{said}");
        }
    }
    Ok(())
}

#[test]
fn each_alert_fires_when_it_should_and_only_then() -> TestResult {
    for scheme in Scheme::ALL {
        promtool(scheme, &["test", "rules", "prometheus-rules.test.yaml"])?;
    }
    Ok(())
}

/// A test that expects what does not happen has to fail, or the one above shows nothing.
#[test]
fn an_alert_that_does_not_fire_as_expected_is_noticed() -> TestResult {
    let folder = tempfile::tempdir()?;
    for file in ["prometheus-rules.yaml", "prometheus-rules.test.yaml"] {
        let path = crate::folder().join(Scheme::Metrics.folder()).join(file);
        let text = std::fs::read_to_string(path)?;
        std::fs::write(folder.path().join(file), text.replace("> 60\n", "> 400\n"))?;
    }
    let mut command = Command::new("promtool");
    command.args(["test", "rules", "prometheus-rules.test.yaml"]);
    match command.current_dir(folder.path()).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned()
                + &String::from_utf8_lossy(&output.stdout);
            assert!(
                !output.status.success() && said.contains("DispatcherBehind"),
                "{said}"
            );
        }
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
    Ok(())
}
