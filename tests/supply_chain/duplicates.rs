//! A crate in two versions is compiled twice, and a fix of one does not reach the other. `bans.skip` of
//! deny.toml lists the old versions, each with its reason. A new one fails here and in cargo-deny.

use std::collections::BTreeMap;

use crate::TestResult;
use toml::{Table, Value};

use crate::cargo_lock::{self, Package};

/// An entry such as `{ crate = "syn:2", reason = "sqlx-macros 0.9" }`.
struct Skipped {
    name: String,
    version: String,
    reason: String,
}

fn skipped(deny: &Table) -> TestResult<Vec<Skipped>> {
    let list = deny.get("bans").and_then(|bans| bans.get("skip"));
    let list = list.and_then(Value::as_array).ok_or("no bans.skip")?;
    let entries = list.iter().map(|entry| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let (name, version) = text("crate")?.split_once(':')?;
        Some(Skipped {
            name: name.to_owned(),
            version: version.to_owned(),
            reason: text("reason")?.to_owned(),
        })
    });
    let entries: Option<Vec<_>> = entries.collect();
    entries
        .ok_or_else(|| "an entry of bans.skip lacks `crate = \"name:version\"` or `reason`".into())
}

impl Skipped {
    /// `2` is 2.x.y and `0.10` is 0.10.x, as cargo-deny reads them.
    fn is_of(&self, package: &Package) -> bool {
        let rest = package.version.strip_prefix(&self.version);
        self.name == package.name && rest.is_some_and(|it| it.is_empty() || it.starts_with('.'))
    }
}

/// What is wrong with the list.
fn faults(packages: &[Package], skipped: &[Skipped]) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in packages {
        versions.entry(&package.name).or_default().push(package);
    }
    let mut faults = Vec::new();
    for (name, of_name) in &versions {
        let is_listed = |package: &&&Package| skipped.iter().any(|it| it.is_of(package));
        let open: Vec<_> = of_name.iter().filter(|it| !is_listed(it)).collect();
        if open.len() > 1 {
            let versions: Vec<_> = open.iter().map(|it| it.version.as_str()).collect();
            let who = |package: &&&Package| {
                let exact = format!("{} {}", package.name, package.version);
                let users = packages.iter().filter(|it| it.needs_exactly(&exact));
                let users: Vec<_> = users.map(|it| it.name.as_str()).collect();
                format!("{} by {}", package.version, users.join(", "))
            };
            let users: Vec<_> = open.iter().map(who).collect();
            faults.push(format!(
                "{name} is there in the versions {}: unite them, or list all but one in bans.skip of \
                 deny.toml with the reason; they are needed: {}",
                versions.join(", "),
                users.join("; ")
            ));
        }
    }
    for entry in skipped {
        let (name, version) = (&entry.name, &entry.version);
        let of_name = versions.get(name.as_str()).map_or(0, Vec::len);
        if of_name < 2 || !packages.iter().any(|it| entry.is_of(it)) {
            faults.push(format!(
                "bans.skip of deny.toml lists {name}:{version}, which is not a duplicate (any more): \
                 remove it"
            ));
        }
        if entry.reason.trim().len() < 10 {
            faults.push(format!(
                "bans.skip of deny.toml has no reason for {name}:{version}"
            ));
        }
    }
    faults
}

#[test]
fn every_duplicate_among_the_dependencies_is_listed_with_its_reason() -> TestResult {
    let packages = cargo_lock::packages(&super::read("Cargo.lock")?)?;
    let deny = super::read("deny.toml")?;
    let faults = faults(&packages, &skipped(&deny)?);
    assert_eq!(faults, [""; 0], "\n{}\n", faults.join("\n"));
    // cargo-deny reads the same list.
    let level = deny.get("bans").and_then(|it| it.get("multiple-versions"));
    assert_eq!(level.and_then(Value::as_str), Some("deny"));
    Ok(())
}

#[test]
fn a_new_duplicate_and_an_old_entry_are_found() -> TestResult {
    let lock: Table = "[[package]]\nname = \"a\"\nversion = \"0.10.4\"\n\
                       [[package]]\nname = \"a\"\nversion = \"0.1.4\"\n\
                       [[package]]\nname = \"b\"\nversion = \"1.0.0\"\ndependencies = [\"a 0.1.4\"]"
        .parse()?;
    let packages = cargo_lock::packages(&lock)?;
    let of = |list: &str| -> TestResult<Vec<String>> {
        let deny: Table = format!("[bans]\nskip = [{list}]").parse()?;
        Ok(faults(&packages, &skipped(&deny)?))
    };
    let listed = "{ crate = \"a:0.1\", reason = \"b still needs it\" }";
    assert_eq!(of(listed)?, [""; 0]);
    let unlisted = of("")?;
    assert_eq!(unlisted.len(), 1);
    assert!(unlisted[0].contains("a is there in the versions 0.10.4, 0.1.4"));
    assert!(unlisted[0].contains("0.1.4 by b"), "{}", unlisted[0]);
    let stale = of(&format!(
        "{listed}, {{ crate = \"b:1\", reason = \"it was two\" }}"
    ))?;
    assert!(stale[0].contains("lists b:1, which is not a duplicate"));
    let unexplained = of("{ crate = \"a:0.1\", reason = \"\" }")?;
    assert!(unexplained[0].contains("no reason for a:0.1"));
    assert!(of("{ crate = \"a:0.1\" }").is_err());
    Ok(())
}
