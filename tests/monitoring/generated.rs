//! docs/monitoring has what the generator writes, and nothing else. `UPDATE_EXPECT=1` rewrites it.

use std::collections::BTreeSet;
use std::fs;

use dispatcher_monitoring_tests::{Scheme, alerts, documents, rows};
use serde_json::Value;

use crate::{TestResult, folder};

#[test]
fn the_files_are_current() -> TestResult {
    for document in documents() {
        let path = folder().join(&document.path);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(path.parent().unwrap())?;
            fs::write(&path, &document.text)?;
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == document.text,
            "docs/monitoring/{} is not what the generator writes: run UPDATE_EXPECT=1 cargo test -p dispatcher-monitoring-tests",
            document.path
        );
    }
    Ok(())
}

#[test]
fn no_other_file_is_there() -> TestResult {
    let written: BTreeSet<_> = documents().into_iter().map(|it| it.path).collect();
    let mut found = BTreeSet::new();
    for scheme in fs::read_dir(folder())? {
        let scheme = scheme?;
        for file in fs::read_dir(scheme.path())? {
            let name = file?.file_name().into_string().unwrap();
            found.insert(format!("{}/{name}", scheme.file_name().to_string_lossy()));
        }
    }
    assert_eq!(found, written);
    Ok(())
}

/// What Grafana needs of each panel, and what makes a dashboard readable.
#[test]
fn the_dashboard_can_be_imported_anywhere() -> TestResult {
    for scheme in Scheme::ALL {
        let dashboard: Value =
            serde_json::from_str(&dispatcher_monitoring_tests::dashboard(scheme))?;
        let panels = dashboard["panels"].as_array().unwrap();
        let ids: BTreeSet<_> = panels.iter().map(|it| it["id"].as_u64()).collect();
        assert_eq!(ids.len(), panels.len(), "each panel has an id of its own");
        let mut taken = BTreeSet::new();
        for panel in panels {
            let place = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            for x in place("x")..place("x") + place("w") {
                assert!(x < 24, "{panel}");
                for y in place("y")..place("y") + place("h") {
                    assert!(taken.insert((x, y)), "it lies on another panel: {panel}");
                }
            }
            if panel["type"] == "row" {
                continue;
            }
            assert_eq!(panel["datasource"]["uid"], "${datasource}");
            for target in panel["targets"].as_array().unwrap() {
                assert_eq!(target["datasource"]["uid"], "${datasource}");
            }
        }
        let variables = dashboard["templating"]["list"].as_array().unwrap();
        let names: Vec<_> = variables.iter().map(|it| it["name"].as_str()).collect();
        assert_eq!(
            names,
            [Some("datasource"), Some("consumer"), Some("subscription")]
        );
    }
    Ok(())
}

/// An alert without a case in which it fires, or without one in which it does not, would not be tested.
#[test]
fn each_alert_has_cases_of_both_kinds_and_a_text_that_says_what_to_type() {
    for alert in alerts() {
        let fires = alert
            .cases
            .iter()
            .filter(|it| it.expected.is_some())
            .count();
        assert!(fires > 0 && fires < alert.cases.len(), "{}", alert.name);
        assert!(alert.description.contains("dispatcher "), "{}", alert.name);
        assert!(
            !alert.why.is_empty() && !alert.summary.ends_with('.'),
            "{}",
            alert.name
        );
    }
}

#[test]
fn every_panel_says_what_it_shows() {
    for panel in rows().iter().flat_map(|row| &row.panels) {
        assert!(panel.description.ends_with('.'), "{}", panel.title);
        assert!(!panel.queries.is_empty(), "{}", panel.title);
    }
}
