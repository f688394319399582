//! README.md says how many crates each set of features brings into a service.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::{TestResult, workspace};

/// A row of the table: what it calls the features, which features these are, and how many crates.
struct Row {
    name: String,
    is_default: bool,
    features: Vec<String>,
    crates: usize,
}

fn rows(readme: &str) -> TestResult<Vec<Row>> {
    let (_, table) = readme
        .split_once("| features of `dispatcher-runtime` | crates |")
        .ok_or("README.md has no table of features")?;
    let lines = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let [_, name, crates, _] = cells[..] else {
                return Err(format!("not two cells: {line}").into());
            };
            let is_default = name.starts_with("the default");
            // Behind a colon stands what the features are for.
            let named = name.split(':').next().unwrap_or_default();
            let features = named.split('`').skip(1).step_by(2);
            Ok(Row {
                name: name.to_owned(),
                is_default,
                features: features.map(str::to_owned).collect(),
                crates: crates.parse()?,
            })
        })
        .collect()
}

/// The crates of a service that depends on the contracts, itself and what build scripts need included.
fn crates(folder: &Path, row: &Row) -> TestResult<usize> {
    let root = workspace().display();
    let Row {
        is_default,
        features,
        ..
    } = row;
    let manifest = format!(
        "[package]\nname = \"service\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         acme-contracts = {{ path = '{root}/contracts' }}\n\
         dispatcher-runtime = {{ path = '{root}/dispatcher-runtime', default-features = {is_default}, \
         features = {features:?} }}\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    // The versions that this workspace was tested with.
    std::fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--prefix", "none", "--format", "{p}"])
        .args([
            "--edges",
            "normal,build",
            "--target",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(folder)
        .output()?;
    let errors = String::from_utf8_lossy(&tree.stderr);
    assert!(tree.status.success(), "{errors}");
    let tree = String::from_utf8(tree.stdout)?;
    let crates: BTreeSet<_> = tree
        .lines()
        .map(|line| line.split(" (").next().unwrap_or_default())
        .filter(|line| !line.is_empty())
        .collect();
    Ok(crates.len())
}

#[test]
fn the_readme_says_how_many_crates_a_service_compiles() -> TestResult {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("service");
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    let rows = rows(&std::fs::read_to_string(workspace().join("README.md"))?)?;
    assert!(rows.len() >= 5, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let found = crates(&folder, &row)?;
        if found != row.crates {
            wrong.push(format!(
                "{}: {found}, and README.md says {}",
                row.name, row.crates
            ));
        }
    }
    assert_eq!(wrong, [""; 0], "{wrong:#?}");
    Ok(())
}
