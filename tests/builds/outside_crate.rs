//! A workspace outside this one, with contracts of its own, as a new user would set it up.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dispatcher_test_launcher::Server;

use crate::{TestResult, workspace};

struct Outside {
    folder: PathBuf,
}

impl Outside {
    fn new() -> TestResult<Self> {
        let root = workspace();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        copy(&root.join("tests/builds/outside"), &folder)?;
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml.in"))?;
        let manifest = manifest.replace("{root}", root.to_str().ok_or("the path is not UTF-8")?);
        std::fs::write(folder.join("Cargo.toml"), manifest)?;
        // The versions that this workspace was tested with, and already has.
        std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { folder })
    }

    fn cargo(&self, arguments: &[&str]) -> TestResult<Output> {
        Ok(Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(&self.folder)
            // Beside the folder, so the next run of this test finds the dependencies built.
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside-target"),
            )
            .env_remove("RUSTFLAGS")
            .env("CARGO_TERM_COLOR", "never")
            .output()?)
    }

    fn builds(&self) -> TestResult<String> {
        let output = self.cargo(&["build"])?;
        let text = String::from_utf8(output.stderr)?;
        if output.status.success() {
            Ok(text)
        } else {
            Err(text.into())
        }
    }

    fn refused(&self) -> TestResult<String> {
        match self.builds() {
            Ok(_) => Err("it built and should not have".into()),
            Err(text) => Ok(text.to_string()),
        }
    }

    /// Replaces one text in a file; the returned value can undo that.
    fn edit(&self, file: &str, from: &str, to: &str) -> TestResult<Edited> {
        let path = self.folder.join(file);
        let before = std::fs::read_to_string(&path)?;
        assert!(before.contains(from), "{file} holds no {from:?}");
        std::fs::write(&path, before.replacen(from, to, 1))?;
        Ok(Edited { path, before })
    }
}

struct Edited {
    path: PathBuf,
    before: String,
}

impl Edited {
    fn undo(self) -> TestResult {
        Ok(std::fs::write(self.path, self.before)?)
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

const REGISTRY: &str = "with-build-script/contracts/event-types-registry.json";
const SCHEMA: &str =
    "with-build-script/contracts/parcels/schema/payloads/parcel-handed-over-v1.json";
const MAIN: &str = "with-build-script/src/main.rs";

/// One test, because every step builds in the same target folder.
#[tokio::test]
async fn a_crate_outside_the_workspace_builds_runs_and_follows_its_contracts() -> TestResult {
    let outside = Outside::new()?;

    // It builds, by build script and by macro, under `deny(warnings)`, and runs.
    outside.builds()?;
    let database = Server::shared().await?.create_database().await?;
    let url = database.url();
    let run = outside.cargo(&["run", "--quiet", "-p", "with-build-script", "--", url])?;
    assert_eq!(
        String::from_utf8_lossy(&run.stdout),
        "handled AB123456 of 1200 g\n",
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    database.close().await?;

    // Nothing changed, so nothing is built.
    let again = outside.builds()?;
    assert!(!again.contains("Compiling"), "{again}");

    // A changed schema alone regenerates, both ways: the struct literals lack the new field.
    let change = outside.edit(
        SCHEMA,
        "\"properties\": {",
        "\"properties\": { \"signed_by\": { \"type\": \"string\" },",
    )?;
    let output = outside.cargo(&["build", "--keep-going"])?;
    let text = String::from_utf8(output.stderr)?;
    assert!(!output.status.success());
    for file in ["with-build-script/src/main.rs", "with-macro/src/lib.rs"] {
        assert!(
            text.contains(file),
            "{file} was not built against the new schema:\n{text}"
        );
    }
    assert!(text.contains("missing field `signed_by`"), "{text}");
    change.undo()?;
    outside.builds()?;

    // A misspelt event type.
    let change = outside.edit(
        MAIN,
        "#[subscribe(parcel_handed_over)]",
        "#[subscribe(parcel_handed_ovr)]",
    )?;
    let text = outside.refused()?;
    assert!(text.contains("parcel_handed_ovr"), "{text}");
    assert!(
        text.contains("similar name") && text.contains("#[subscribe(parcel_handed_over)]"),
        "no did-you-mean:\n{text}"
    );
    change.undo()?;

    // Several faults in the registry: all are reported at once, each with its place.
    let first = outside.edit(REGISTRY, "\"consumers\"", "\"consumer\"")?;
    let second = outside.edit(REGISTRY, "\"schema_version\": 1", "\"schema_version\": 0")?;
    let text = outside.refused()?;
    assert!(text.contains("did you mean \"consumers\"?"), "{text}");
    assert!(text.contains("schema_version"), "{text}");
    assert!(text.contains("event-types-registry.json:9:"), "{text}");
    assert!(text.contains("nothing was generated"), "{text}");
    second.undo()?;
    first.undo()?;

    // A schema that is not JSON.
    let change = outside.edit(SCHEMA, "\"type\": \"object\",", "\"type\": \"object\"")?;
    let text = outside.refused()?;
    assert!(text.contains("parcel-handed-over-v1.json:6:"), "{text}");
    change.undo()?;
    outside.builds()?;
    Ok(())
}
