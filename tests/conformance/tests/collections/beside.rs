//! The comparison with typify, with a program in place of typify's that fails in each of the ways
//! in which typify fails. Nothing here builds typify.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dispatcher_conformance::beside::{self, Program};
use dispatcher_conformance::{Sample, TestResult, Truth};
use serde_json::{Value, json};

/// The description of each schema says what should happen to it.
const FAKE: &str = r##"#!/bin/sh
job=$(cat)
case "$job" in
  *'"description":"panics"'*) echo "thread 'main' panicked at typify" >&2; exit 101 ;;
  *'"description":"is refused"'*) echo "no such type" >&2; exit 1 ;;
  *'"description":"does not end"'*) exec sleep 600 ;;
  *'"description":"does not compile"'*) echo 'pub type PayloadOfSchema = Missing;' ;;
  *) echo '#[derive(serde::Serialize, serde::Deserialize)] pub struct PayloadOfSchema { pub amount: u32 }' ;;
esac
"##;

fn contracts(folder: &Path) -> TestResult {
    let fates = [
        "compiles",
        "panics",
        "is refused",
        "does not end",
        "does not compile",
    ];
    let mut entries = Vec::new();
    for (index, fate) in fates.into_iter().enumerate() {
        let path = format!("payload-{index}.json");
        let schema = json!({ "type": "object", "description": fate, "required": ["amount"],
            "properties": { "amount": { "type": "integer", "maximum": 10 } } });
        fs::write(folder.join(&path), schema.to_string())?;
        entries.push(
            json!({ "event_type": format!("order.paid_{index}"), "description": "Paid.",
            "contract": "shop", "producer": "shop", "consumers": [], "status": "active",
            "versions": [{ "schema_version": 1, "status": "active", "payload_schema": path }] }),
        );
    }
    let registry = json!({ "registry_version": 1, "event_types": entries });
    Ok(fs::write(
        folder.join("event-types-registry.json"),
        registry.to_string(),
    )?)
}

fn sample(payload: Value) -> Sample {
    Sample {
        place: "here".to_owned(),
        event_type: "order.paid_0".to_owned(),
        schema_version: 1,
        payload,
        valid: None,
    }
}

fn fake(folder: &Path) -> TestResult<Program> {
    let path = folder.join("fake-typify");
    fs::write(&path, FAKE)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(Program {
        path,
        limit: Duration::from_secs(5),
        dependencies: "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n"
            .to_owned(),
        lock: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock"),
    })
}

#[test]
fn each_failure_of_typify_is_counted_and_spoils_no_other_schema() -> TestResult {
    let folder = tempfile::tempdir()?;
    let directory = folder.path().join("fates");
    fs::create_dir(&directory)?;
    contracts(&directory)?;
    let program = fake(folder.path())?;
    let samples = [
        json!({ "amount": 7 }),
        json!({ "amount": 11 }),
        json!({ "amount": -1 }),
        json!({ "amount": 7, "more": true }),
        json!({}),
    ]
    .map(sample);
    let options = crate::options(Truth::Validators);
    let comparison = beside::run(&directory, &samples, &options, &program, 0)?;
    let typify = &comparison.typify;
    let reasons: Vec<_> = typify
        .refused
        .iter()
        .flat_map(|refusal| &refusal.reasons)
        .collect();
    assert_eq!(
        reasons,
        [
            "payload-1.json: panicked: thread 'main' panicked at typify",
            "payload-2.json: refused: no such type",
            "payload-3.json: not done after 5 s",
        ]
    );
    assert_eq!((typify.generated, typify.compiled), (2, 1), "{comparison}");
    assert_eq!(typify.not_compiled, ["order.paid_4"]);
    assert_eq!((typify.judged.len(), comparison.common), (5, 1));
    let faults = [
        typify.false_accepts().count(),
        typify.false_refusals().count(),
        typify.unequal().count(),
    ];
    assert_eq!(faults, [1, 1, 1], "{comparison}");
    assert!(comparison.dispatcher.is_clean(), "{comparison}");
    assert_eq!(comparison.dispatcher.compiled, 5);
    let row = format!("| typify {} | 2 of 5 | 1 | 5, 3 | 1 | 1 | 1 |", "0.8.0");
    assert!(comparison.to_string().contains(&row), "{comparison}");
    assert_eq!(comparison.to_json()["beside"]["typify"]["false_accepts"], 1);
    Ok(())
}

#[test]
fn without_its_program_the_comparison_says_what_to_build() -> TestResult {
    let target = tempfile::tempdir()?;
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let contracts = contracts.to_str().ok_or("no path")?;
    let calls: [(&str, &[&str]); 2] = [
        (
            env!("CARGO_BIN_EXE_conformance"),
            &["--contracts", contracts, "--beside", "typify"],
        ),
        (env!("CARGO_BIN_EXE_codegen-bench"), &["--beside", "typify"]),
    ];
    for (program, arguments) in calls {
        let output = Command::new(program)
            .args(arguments)
            .env("CARGO_TARGET_DIR", target.path())
            .output()?;
        let text = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            text.contains("cargo build --release --locked --manifest-path"),
            "{text}"
        );
        assert!(
            text.contains("beside-typify/Cargo.toml --target-dir"),
            "{text}"
        );
    }
    Ok(())
}
