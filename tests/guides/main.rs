//! The code of the guides is run, including the reference implementations; and what the guides show
//! and name exists.

use std::path::{Path, PathBuf};

use dispatcher_test_fixtures::TestResult;

#[path = "../examples/coaching-projection.rs"]
mod coaching_projection;
#[path = "../examples/revenue-producer.rs"]
mod revenue_producer;

mod benchmarks;
mod broken;
mod cut_over;
mod debezium;
mod event_or_action;
mod from_typescript;
mod links;
mod observability;
mod package_readme;
mod security;
mod statements;
mod testing;

/// The root of the repository that contains this package.
fn root() -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = folders.find(|it| it.join("BENCHMARKS.md").is_file());
    root.expect("this package is in the repository").to_owned()
}

#[tokio::test]
async fn the_reference_producer_publishes_what_it_writes() -> TestResult {
    revenue_producer::run().await
}

#[tokio::test]
async fn the_reference_projection_can_be_built_again() -> TestResult {
    coaching_projection::run().await
}

/// README.md claims the versions of Postgres that CI runs, and a consumer refuses those before the oldest.
#[test]
fn the_versions_of_postgres_that_are_claimed_are_those_that_ci_runs() -> TestResult {
    let read = |file: &str| std::fs::read_to_string(root().join(file));
    let ci = read(".ci/run")?;
    let (_, versions) = ci.split_once("for version in ").ok_or("CI runs none")?;
    let (versions, _) = versions.split_once("; do").ok_or("CI runs none")?;
    let [oldest, newest] = versions.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("not the oldest and the newest: {versions}").into());
    };
    let claim =
        format!("Postgres {oldest} or later: the engine's tests run on {oldest} and on {newest}");
    assert!(
        read("README.md")?.contains(&claim),
        "README.md lacks: {claim}"
    );
    let fetches = read("tests/launcher/fetch-postgres")?;
    for version in [oldest, newest] {
        assert!(fetches.contains(&format!("\n  {version}) version={version}.")));
    }
    let refuses = format!("version < {oldest}0_000");
    assert!(read("dispatcher-runtime/src/consume/readiness.rs")?.contains(&refuses));
    Ok(())
}

/// Where the code of a guide is run: in the file of the same name beside this one, or in the
/// examples.
fn sources(guide: &str) -> Vec<String> {
    match guide {
        "reference-implementations" => vec![
            "tests/examples/revenue-producer.rs".to_owned(),
            "tests/examples/coaching-projection.rs".to_owned(),
        ],
        // Where the test that builds both services compares it with what the command writes.
        "evolution" => vec!["tests/builds/evolving/upcast.rs".to_owned()],
        "observability" => vec![
            "tests/guides/observability.rs".to_owned(),
            "tests/monitoring/scrape.rs".to_owned(),
        ],
        "exports" => vec!["tests/json_schema/hand_written.rs".to_owned()],
        "http" => vec!["tests/http/guide.rs".to_owned()],
        _ => vec![format!("tests/guides/{}.rs", guide.replace('-', "_"))],
    }
}

/// The first line of a block that is missing from the code, or not in this order.
fn not_run<'a>(block: &'a str, code: &str) -> Option<&'a str> {
    let mut code = code.lines().map(str::trim);
    let mut lines = block.lines().map(str::trim).filter(|it| !it.is_empty());
    lines.find(|line| {
        let imported = line.starts_with("use ") && code.clone().any(|other| other == *line);
        !imported && !code.any(|other| other == *line)
    })
}

/// Each line of Rust in a guide occurs, in order, in a file that is compiled and run.
#[test]
fn the_guides_show_the_code_that_is_run() -> TestResult {
    let root = root();
    let mut shown = 0;
    let readme = root.join("dispatcher-runtime/README.md");
    let mut guides = vec![(readme, "package-readme".to_owned())];
    for guide in std::fs::read_dir(root.join("docs"))? {
        let guide = guide?.path();
        let name = guide.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.into_owned();
        if guide.extension().is_some_and(|it| it == "md") {
            guides.push((guide, name));
        }
    }
    for (guide, name) in guides {
        let text = std::fs::read_to_string(&guide)?;
        let blocks = text.split("```rust").skip(1);
        for block in blocks.filter_map(|block| block.split_once('\n')?.1.split("```").next()) {
            let mut faults = Vec::new();
            for file in sources(&name) {
                let code = std::fs::read_to_string(root.join(&file))
                    .map_err(|error| format!("{}: {file}: {error}", guide.display()))?;
                match not_run(block, &code) {
                    Some(line) => faults.push(format!("{file}: {line}")),
                    None => break,
                }
            }
            assert!(
                faults.len() < sources(&name).len(),
                "{} shows a line that no file runs, or not there:\n{}",
                guide.display(),
                faults.join("\n")
            );
            shown += 1;
        }
    }
    assert!(shown >= 5, "{shown} blocks");
    Ok(())
}
