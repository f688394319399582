//! The crates that bring the programs of Postgres. They hold compiled programs that nobody reads, so
//! their versions are exact, their hashes are in Cargo.lock, and no published crate depends on them.

use crate::TestResult;
use toml::{Table, Value};

use crate::cargo_lock;

const PREFIX: &str = "liboliphaunt-native-";
const LAUNCHER: &str = "dispatcher-test-launcher";

/// The requirement of each crate of Postgres in a manifest, wherever it stands.
fn requirements(manifest: &Table) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for (key, value) in manifest {
        match value {
            _ if key.starts_with(PREFIX) => found.push((key.as_str(), value)),
            Value::Table(table) => found.extend(requirements(table)),
            _ => {}
        }
    }
    found
}

/// `=0.3.2`, and nothing else that could name another version.
fn is_exact(requirement: &Value) -> bool {
    let version = requirement.as_str().and_then(|it| it.strip_prefix('='));
    version.is_some_and(|it| it.split('.').count() == 3 && !it.contains([',', ' ', '*']))
}

#[test]
fn the_programs_of_postgres_have_exact_versions_and_hashes() -> TestResult {
    let manifest = super::read("tests/launcher/Cargo.toml")?;
    let requirements = requirements(&manifest);
    assert!(requirements.len() >= 3, "{requirements:?}");
    let packages = cargo_lock::packages(&super::read("Cargo.lock")?)?;
    for (name, requirement) in &requirements {
        assert!(is_exact(requirement), "{name} = {requirement}");
        let locked = packages.iter().filter(|it| it.name == *name);
        let locked: Vec<_> = locked.collect();
        assert!(
            matches!(locked[..], [one] if one.has_checksum()),
            "{locked:?}"
        );
    }
    let locked = packages.iter().filter(|it| it.name.starts_with(PREFIX));
    assert_eq!(locked.count(), requirements.len());
    Ok(())
}

#[test]
fn a_version_that_is_not_exact_is_noticed() {
    let is = |requirement: &str| is_exact(&Value::from(requirement));
    assert!(is("=0.3.2"));
    for other in ["0.3.2", "=0.3", "^0.3.2", ">=0.3.2, <1", "*", "=0.3.*"] {
        assert!(!is(other), "{other}");
    }
}

/// Neither its users nor those who run its tests from its archive get them.
#[test]
fn no_published_crate_depends_on_the_programs_of_postgres() -> TestResult {
    let packages = cargo_lock::packages(&super::read("Cargo.lock")?)?;
    let users = packages.iter().filter(|package| {
        let crates = packages.iter().filter(|it| it.name.starts_with(PREFIX));
        crates.into_iter().any(|it| package.depends_on(&it.name))
    });
    let users: Vec<_> = users.map(|it| it.name.as_str()).collect();
    assert_eq!(users, [LAUNCHER]);

    let workspace = super::read("Cargo.toml")?;
    let members = workspace["workspace"]["members"].as_array();
    let mut published = 0;
    for member in members.into_iter().flatten().filter_map(Value::as_str) {
        let manifest = super::read(&format!("{member}/Cargo.toml"))?;
        let package = manifest["package"].as_table().ok_or("no package")?;
        if package.get("publish").and_then(Value::as_bool) == Some(false) {
            continue;
        }
        published += 1;
        let name = package["name"].as_str().ok_or("no name")?;
        let reached = cargo_lock::reached_from(&packages, name);
        assert!(reached.len() > 3, "{name} reaches {reached:?}");
        assert!(!reached.contains(LAUNCHER), "{name} reaches the launcher");
    }
    assert_eq!(published, 7);
    Ok(())
}
