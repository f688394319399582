//! The licence of each crate is among those that deny.toml allows.

use std::path::Path;
use std::process::Command;

use crate::TestResult;
use serde_json::Value;

/// Whether a licence expression, such as `(MIT OR Apache-2.0) AND Unicode-3.0`, can be kept with these.
fn is_allowed(expression: &str, allowed: &[&str]) -> TestResult<bool> {
    // Crates from before SPDX separate alternatives with a slash.
    let spaced = expression.replace('/', " OR ");
    let spaced = spaced.replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<_> = spaced.split_whitespace().collect();
    let mut rest = tokens.as_slice();
    let outcome = either(&mut rest, allowed);
    if rest.is_empty()
        && let Some(outcome) = outcome
    {
        return Ok(outcome);
    }
    Err(format!("not a licence expression: {expression}").into())
}

fn either(rest: &mut &[&str], allowed: &[&str]) -> Option<bool> {
    let mut outcome = both(rest, allowed)?;
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        outcome |= both(rest, allowed)?;
    }
    Some(outcome)
}

fn both(rest: &mut &[&str], allowed: &[&str]) -> Option<bool> {
    let mut outcome = one(rest, allowed)?;
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        outcome &= one(rest, allowed)?;
    }
    Some(outcome)
}

fn one(rest: &mut &[&str], allowed: &[&str]) -> Option<bool> {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let outcome = either(rest, allowed)?;
            *rest = rest.strip_prefix(&[")"])?;
            Some(outcome)
        }
        [name, "WITH", exception, after @ ..] => {
            *rest = after;
            let name = format!("{name} WITH {exception}");
            Some(allowed.contains(&name.as_str()))
        }
        [name, after @ ..] if !["(", ")", "AND", "OR", "WITH"].contains(name) => {
            *rest = after;
            Some(allowed.contains(name))
        }
        _ => None,
    }
}

/// The licence of a crate that has its text and does not name it. cargo-deny recognises texts too.
fn of_the_file(package: &Value) -> TestResult<&'static str> {
    let name = &package["name"];
    let file = package["license_file"].as_str();
    let manifest = package["manifest_path"].as_str().map(Path::new);
    let folder = manifest.and_then(Path::parent);
    let (Some(file), Some(folder)) = (file, folder) else {
        return Err(format!("{name} names no licence").into());
    };
    let text = std::fs::read_to_string(folder.join(file))?;
    let words: Vec<_> = text.split_whitespace().take(6).collect();
    match words.join(" ").as_str() {
        "Apache License Version 2.0, January 2004" => Ok("Apache-2.0"),
        other => Err(format!("{name} names no licence, and its file begins with: {other}").into()),
    }
}

/// Of the crates that are compiled for this machine, with every feature. Cargo may have to download some.
#[test]
fn every_licence_is_one_that_deny_toml_allows() -> TestResult {
    let deny = crate::read("deny.toml")?;
    let allowed = deny["licenses"]["allow"].as_array().ok_or("no list")?;
    let allowed: Vec<_> = allowed.iter().filter_map(toml::Value::as_str).collect();

    let version = Command::new(env!("CARGO")).arg("-vV").output()?.stdout;
    let version = String::from_utf8(version)?;
    let host = version.lines().find_map(|it| it.strip_prefix("host: "));
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--all-features",
            "--format-version",
            "1",
        ])
        .args(["--filter-platform", host.ok_or("cargo names no host")?])
        .current_dir(crate::root())
        .output()?;
    let reason = String::from_utf8_lossy(&metadata.stderr);
    assert!(metadata.status.success(), "{reason}");
    let metadata: Value = serde_json::from_slice(&metadata.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("no packages")?;
    assert!(packages.len() > 100, "{} packages", packages.len());
    let mut used = Vec::new();
    for package in packages {
        let name = &package["name"];
        let licence = match package["license"].as_str() {
            Some(licence) => licence,
            None => of_the_file(package)?,
        };
        assert!(
            is_allowed(licence, &allowed)?,
            "{name}: {licence} is not in licenses.allow of deny.toml"
        );
        used.push(licence);
    }
    for licence in allowed {
        let is_used = used.iter().any(|it| it.contains(licence));
        assert!(
            is_used,
            "no crate has the licence {licence}: remove it from licenses.allow of deny.toml"
        );
    }
    Ok(())
}

#[test]
fn a_licence_is_allowed_if_its_expression_can_be_kept() -> TestResult {
    let is = |expression: &str| {
        is_allowed(
            expression,
            &["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"],
        )
    };
    for kept in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/GPL-3.0",
        "MIT AND ISC",
        "(GPL-3.0 OR MIT) AND ISC",
        "GPL-3.0 AND Zlib OR MIT",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is(kept)?, "{kept}");
    }
    for other in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT OR ISC) AND GPL-3.0",
        "Apache-2.0",
        "MITX",
    ] {
        assert!(!is(other)?, "{other}");
    }
    for broken in ["", "MIT OR", "(MIT", "MIT ISC", "OR MIT"] {
        assert!(is(broken).is_err(), "{broken}");
    }
    Ok(())
}
