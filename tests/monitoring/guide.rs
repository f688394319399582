//! What docs/observability.md says of the files of docs/monitoring.

use std::fs;
use std::process::Command;

use dispatcher_monitoring_tests::{Scheme, alerts, rules};
use promql_parser::parser::parse;

use crate::{TestResult, folder};

/// The contents of the block of this language that contains a word.
fn block(language: &str, word: &str) -> TestResult<String> {
    let guide = fs::read_to_string(folder().join("../observability.md"))?;
    let start = format!("```{language}\n");
    let blocks = guide.split(&start).skip(1);
    let mut blocks = blocks.filter_map(|it| Some(it.split_once("```")?.0));
    let block = blocks.find(|it| it.contains(word));
    Ok(block
        .ok_or_else(|| format!("no {language} with {word}"))?
        .to_owned())
}

/// Every aggregation and every match has the label afterwards, so no two databases are mixed up.
#[test]
fn the_command_of_the_guide_puts_a_label_into_every_rule() -> TestResult {
    let command = block("sh", "sed -i")?;
    for scheme in Scheme::ALL {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("prometheus-rules.yaml");
        fs::write(&file, rules(scheme))?;
        let mut shell = Command::new("sh");
        let status = shell
            .args(["-c", &command])
            .current_dir(folder.path())
            .status()?;
        assert!(status.success());
        let changed = fs::read_to_string(&file)?;
        let mut labelled = 0;
        for expr in changed.split("expr: |-\n").skip(1) {
            let expr = expr.split("        for:").next().unwrap_or_default();
            parse(expr)?;
            assert!(!expr.contains("max ("), "{expr}");
            for list in [" by (", " on ("]
                .iter()
                .flat_map(|it| expr.split(it).skip(1))
            {
                assert!(list.starts_with("environment"), "{expr}");
                labelled += 1;
            }
        }
        assert!(labelled > 20, "{labelled}");
    }
    Ok(())
}

#[test]
fn the_alerts_that_the_guide_mutes_exist() -> TestResult {
    let mutes = block("yaml", "inhibit_rules")?;
    let is_name = |it: char| it.is_ascii_alphanumeric();
    let words = mutes.split(|it| !is_name(it));
    let names: Vec<_> = words.filter(|it| it.starts_with("Dispatcher")).collect();
    assert!(names.len() > 3, "{names:?}");
    for name in names {
        assert!(alerts().iter().any(|it| it.name == name), "{name}");
    }
    Ok(())
}
