//! A workspace outside this one, with contracts of its own, as a new user would set it up.

use dispatcher_test_launcher::Server;

use crate::TestResult;
use crate::outside::Outside;

const REGISTRY: &str = "with-build-script/contracts/event-types-registry.json";
const SCHEMA: &str =
    "with-build-script/contracts/parcels/schema/payloads/parcel-handed-over-v1.json";
const MAIN: &str = "with-build-script/src/main.rs";

/// One test, because every step builds in the same target folder.
#[tokio::test]
async fn a_crate_outside_the_workspace_builds_runs_and_follows_its_contracts() -> TestResult {
    let outside = Outside::new("outside", "outside").await?;

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
