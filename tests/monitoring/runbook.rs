//! docs/runbook.md has an entry for each alert, which answers the same questions.

use std::fs;

use dispatcher_monitoring_tests::{alerts, documents};

use crate::{TestResult, folder};

/// What each entry says, in this order.
const ANSWERS: [&str; 6] = [
    "**What it means.**",
    "**Why it happens.**",
    "**What to look at.**",
    "**What to do.**",
    "**What not to do.**",
    "**It is over when**",
];

fn runbook() -> TestResult<String> {
    Ok(fs::read_to_string(folder().join("../runbook.md"))?)
}

#[test]
fn the_runbook_has_an_entry_for_each_alert_in_the_order_of_the_rules() -> TestResult {
    let runbook = runbook()?;
    let entries: Vec<_> = runbook.split("\n## ").skip(1).collect();
    let headings: Vec<_> = entries
        .iter()
        .map(|it| it.lines().next().unwrap_or_default())
        .collect();
    let alerts: Vec<_> = alerts().iter().map(|it| it.name).collect();
    assert_eq!(headings, alerts);
    for entry in entries {
        let mut rest = entry;
        for answer in ANSWERS {
            let after = rest.split_once(&format!("\n{answer}"));
            rest = after
                .ok_or_else(|| format!("no {answer} in its place in:\n{entry}"))?
                .1;
        }
        assert!(
            entry.contains("\n```sh\ndispatcher "),
            "no command in:\n{entry}"
        );
    }
    Ok(())
}

#[test]
fn the_table_of_the_runbook_links_to_each_entry() -> TestResult {
    let runbook = runbook()?;
    let rows = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("| [")?.split_once(']'));
    let rows: Vec<_> = rows.collect();
    for (alert, (name, rest)) in alerts().iter().zip(&rows) {
        assert_eq!(*name, alert.name);
        let anchor = alert.name.to_lowercase();
        assert!(rest.starts_with(&format!("(#{anchor})")), "{rest}");
        assert!(
            alert
                .runbook_url()
                .ends_with(&format!("/docs/runbook.md#{anchor}"))
        );
    }
    assert_eq!(rows.len(), alerts().len());
    Ok(())
}

/// Grafana and Alertmanager lead there: the headings are those that the links name.
#[test]
fn each_link_of_the_rules_to_the_runbook_is_one_of_its_headings() -> TestResult {
    let runbook = runbook()?;
    let anchors: Vec<_> = runbook
        .lines()
        .filter_map(|line| Some(line.strip_prefix("## ")?.to_lowercase()))
        .collect();
    let mut links = 0;
    for document in documents() {
        for link in document.text.split("docs/runbook.md#").skip(1) {
            let anchor = link.split('"').next().unwrap_or_default();
            assert!(
                anchors.iter().any(|it| it == anchor),
                "{}: {anchor}",
                document.path
            );
            links += 1;
        }
    }
    assert!(links >= 2 * alerts().len(), "{links}");
    Ok(())
}
