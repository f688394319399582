//! The code of the guides is run, the reference implementations among it; and what the guides show
//! and name is there.

use std::path::Path;

use dispatcher_test_fixtures::TestResult;

#[path = "../examples/coaching-projection.rs"]
mod coaching_projection;
#[path = "../examples/revenue-producer.rs"]
mod revenue_producer;

mod cut_over;
mod event_or_action;
mod observability;
mod testing;

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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
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
            "tests"
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

/// Each line of Rust in a guide, in its order, stands in the file of the same name beside this one.
#[test]
fn the_guides_show_the_code_that_is_run() -> TestResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut shown = 0;
    for guide in std::fs::read_dir(root.join("docs"))? {
        let guide = guide?.path();
        let text = std::fs::read_to_string(&guide)?;
        let blocks = text.split("```rust").skip(1);
        for block in blocks.filter_map(|block| block.split_once('\n')?.1.split("```").next()) {
            let name = guide.file_stem().unwrap_or_default().to_string_lossy();
            let file = format!("tests/guides/{}.rs", name.replace('-', "_"));
            let run = std::fs::read_to_string(root.join(&file))
                .map_err(|error| format!("{}: {file}: {error}", guide.display()))?;
            let mut run = run.lines().map(str::trim);
            for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
                assert!(
                    line.starts_with("use ") && run.clone().any(|other| other == line)
                        || run.any(|other| other == line),
                    "{} shows a line that {file} does not run, or not there:\n{line}",
                    guide.display()
                );
            }
            shown += 1;
        }
    }
    assert!(shown >= 5, "{shown} blocks");
    Ok(())
}
