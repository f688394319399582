//! The tests that docs/security.md cites exist, and each row of its tables of claims cites some.

use std::path::PathBuf;

use acme_contracts::Revenue;
use dispatcher_runtime::{Dispatcher, Erasure};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id};
use dispatcher_test_launcher::Server;

const GUIDE: &str = "docs/security.md";

/// A test that the guide cites.
#[derive(Debug, PartialEq)]
struct Cited<'a> {
    file: &'a str,
    test: &'a str,
}

/// The pairs of code spans in a text of which the first is a file: `` `engine/stop.rs` `a_test` ``.
fn cited(text: &str) -> Vec<Result<Cited<'_>, &str>> {
    let spans: Vec<_> = text.split('`').skip(1).step_by(2).collect();
    let is_file = |span: &str| span.ends_with(".rs");
    let files = spans.iter().enumerate().filter(|(_, span)| is_file(span));
    files
        .map(|(at, file)| match spans.get(at + 1) {
            Some(test) if test.contains('_') && !is_file(test) => Ok(Cited { file, test }),
            _ => Err(*file),
        })
        .collect()
}

fn path(file: &str) -> PathBuf {
    let folder = match file.split('/').next() {
        Some("build-support") => "",
        Some("src") => "dispatcher-runtime",
        _ => "tests",
    };
    super::root().join(folder).join(file)
}

/// Whether a source has a test of this name that is run.
fn has_test(source: &str, name: &str) -> bool {
    let Some(at) = source.find(&format!("fn {name}()")) else {
        return false;
    };
    let before = &source[..at];
    let attributes = before
        .rfind("\n\n")
        .map_or(before, |start| &before[start..]);
    let is_test = ["#[test]", "#[tokio::test]", "#[tokio::test("];
    is_test.iter().any(|it| attributes.contains(it)) && !attributes.contains("#[ignore")
}

/// What is wrong with the guide.
fn faults(guide: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for found in cited(guide) {
        match found {
            Ok(Cited { file, test }) => {
                let source = std::fs::read_to_string(path(file)).unwrap_or_default();
                if !has_test(&source, test) {
                    faults.push(format!("{file} has no test {test}"));
                }
            }
            Err(file) => faults.push(format!("{file} is cited without a test")),
        }
    }
    let mut is_of_claims = false;
    for line in guide.lines() {
        is_of_claims = line.starts_with('|') && (is_of_claims || line.ends_with("| shown by |"));
        let is_row = is_of_claims && !line.ends_with("| shown by |") && !line.starts_with("|--");
        let last = line.trim_end_matches([' ', '|']).rsplit(" | ").next();
        if is_row && cited(last.unwrap_or_default()).is_empty() {
            faults.push(format!("no test is cited: {line}"));
        }
    }
    faults
}

#[test]
fn the_tests_that_the_guide_cites_exist() -> TestResult {
    let guide = std::fs::read_to_string(super::root().join(GUIDE))?;
    assert!(cited(&guide).len() >= 30, "{} tests", cited(&guide).len());
    let faults = faults(&guide);
    assert_eq!(faults, [""; 0], "\n{}", faults.join("\n"));
    Ok(())
}

#[test]
fn a_claim_whose_test_is_gone_or_not_cited_is_noticed() {
    let table =
        |last: &str| format!("| party | what | shown by |\n|---|---|---|\n| a | b | {last} |\n");
    let this = "`guides/security.rs` `a_claim_whose_test_is_gone_or_not_cited_is_noticed`";
    assert_eq!(faults(&table(this)), [""; 0]);
    let gone = faults(&table("`guides/security.rs` `it_is_gone`"));
    assert_eq!(gone, ["guides/security.rs has no test it_is_gone"]);
    let no_test = faults(&table("`guides/security.rs` `has_test`"));
    assert_eq!(no_test, ["guides/security.rs has no test has_test"]);
    assert_eq!(faults(&table("it is so")).len(), 1);
    assert_eq!(
        faults("`guides/security.rs` alone"),
        ["guides/security.rs is cited without a test"]
    );
}

/// The crates that the policy names are those that are published.
#[test]
fn the_policy_names_each_published_crate() -> TestResult {
    let policy = std::fs::read_to_string(super::root().join("SECURITY.md"))?;
    let workspace = std::fs::read_to_string(super::root().join("CONTRIBUTING.md"))?;
    let line = workspace
        .lines()
        .find(|line| line.trim().starts_with("cargo publish -p"));
    let published = line.ok_or("CONTRIBUTING.md publishes nothing")?;
    for name in published.split(" -p ").skip(1) {
        assert!(
            policy.contains(&format!("`{name}`")),
            "SECURITY.md lacks {name}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_erasure_of_the_guide_erases() -> TestResult {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(4).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let revenue = Dispatcher::<Revenue>::builder(pool.clone());
    let revenue = revenue.tenant(TENANT).build()?;
    revenue.publish(lock(1, 1)).await?;
    let event_id = revenue.publish(lock(2, 2)).await?.event_id.to_string();
    let person_id = person_id(1);
    // The pool of a role with the rights of dispatcher_eraser.
    let erasure = Erasure::new(pool.clone());
    let erased = erasure
        .erase_subject(&person_id, "mia", "request 4711")
        .await?;
    erasure
        .erase_event(&event_id, "mia", "wrong attachment")
        .await?;
    assert_eq!(erased.events, 1);
    let left = "SELECT count(*) FROM dispatcher_event WHERE payload::text <> 'null'";
    let left: i64 = sqlx::query_scalar(left).fetch_one(&pool).await?;
    assert_eq!(left, 0);
    pool.close().await;
    database.close().await?;
    Ok(())
}
