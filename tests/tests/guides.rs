//! The reference implementations are run, and what the guides name is there.

use std::path::Path;

use dispatcher_tests::fixtures::TestResult;

#[path = "../examples/coaching-projection.rs"]
mod coaching_projection;
#[path = "../examples/revenue-producer.rs"]
mod revenue_producer;

#[tokio::test]
async fn the_reference_producer_publishes_what_it_writes() -> TestResult {
    revenue_producer::run().await
}

#[tokio::test]
async fn the_reference_projection_can_be_built_again() -> TestResult {
    coaching_projection::run().await
}

#[test]
fn every_row_of_the_guide_from_typescript_names_a_test_that_is_there() -> TestResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let guide = std::fs::read_to_string(root.join("docs/from-typescript.md"))?;
    let rows: Vec<_> = guide
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| there"))
        .collect();
    assert!(rows.len() >= 20, "{} rows", rows.len());
    for row in rows {
        let shown_by = row
            .trim_end_matches([' ', '|'])
            .rsplit(" | ")
            .next()
            .unwrap_or_default();
        let named: Vec<_> = shown_by.split('`').skip(1).step_by(2).collect();
        let [file, test] = named[..] else {
            return Err(format!("no file and test in the last column of: {row}").into());
        };
        let folder = if file.starts_with("src/") {
            "dispatcher-runtime"
        } else {
            "tests/tests"
        };
        let source = std::fs::read_to_string(root.join(folder).join(file))
            .map_err(|error| format!("{file}: {error}"))?;
        assert!(
            source.contains(&format!("fn {test}(")),
            "{file} has no test {test}"
        );
    }
    Ok(())
}
