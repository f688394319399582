//! The packages of Cargo.lock.

use std::collections::BTreeSet;

use crate::TestResult;
use toml::{Table, Value};

/// A package with its exact version.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// `None` for the packages of this repository.
    source: Option<String>,
    checksum: Option<String>,
    /// By name, or by name and version where several versions exist; among them what only tests need.
    dependencies: Vec<String>,
}

impl Package {
    fn of(entry: &Value) -> TestResult<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let dependencies = entry.get("dependencies").and_then(Value::as_array);
        let names = dependencies.into_iter().flatten().filter_map(Value::as_str);
        Ok(Self {
            name: text("name").ok_or("a package without a name")?,
            version: text("version").ok_or("a package without a version")?,
            source: text("source"),
            checksum: text("checksum"),
            dependencies: names.map(str::to_owned).collect(),
        })
    }

    pub(crate) fn has_checksum(&self) -> bool {
        self.checksum.as_ref().is_some_and(|it| it.len() == 64)
    }

    /// Whether it depends on a package of this name, be it only in its tests.
    pub(crate) fn depends_on(&self, name: &str) -> bool {
        let mut names = self.dependencies.iter().map(|it| first_word(it));
        names.any(|it| it == name)
    }

    /// Whether it depends on this version, which is how Cargo.lock names one of several.
    pub(crate) fn needs_exactly(&self, name_and_version: &str) -> bool {
        self.dependencies.iter().any(|it| it == name_and_version)
    }
}

/// What a lock file lists.
pub(crate) fn packages(lock: &Table) -> TestResult<Vec<Package>> {
    let packages = lock.get("package").and_then(Value::as_array);
    let packages = packages.ok_or("no packages")?;
    packages.iter().map(Package::of).collect()
}

/// The names of all packages that `name` needs, itself included, and those that only its tests need.
pub(crate) fn reached_from<'a>(packages: &'a [Package], name: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::from([name]);
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        let found = packages.iter().filter(|package| package.name == name);
        for dependency in found.flat_map(|package| &package.dependencies) {
            let dependency = first_word(dependency);
            if reached.insert(dependency) {
                open.push(dependency);
            }
        }
    }
    reached
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or(text)
}

/// Cargo compares what it downloads with these hashes, so a registry cannot replace a version.
#[test]
fn every_crate_of_others_comes_from_the_registry_with_a_hash() -> TestResult {
    const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
    let packages = packages(&super::read("Cargo.lock")?)?;
    let others: Vec<_> = packages.iter().filter(|it| it.source.is_some()).collect();
    assert!(others.len() > 100, "{} crates", others.len());
    for package in others {
        let is_pinned = package.has_checksum() && package.source.as_deref() == Some(REGISTRY);
        assert!(is_pinned, "{package:?}");
    }
    Ok(())
}
