//! What is wrong with a directory that cannot be loaded: the file, the place and the remedy.

use dispatcher_runtime::LoadedRegistry;
use dispatcher_test_fixtures::TestResult;

use super::{Copy, LIST, LOCKED};

/// Why it cannot be loaded, with paths below the directory.
fn fault(copy: &Copy) -> String {
    let error = LoadedRegistry::from_dir(copy.0.path()).unwrap_err();
    let root = format!("{}/", copy.0.path().display());
    error.to_string().replace(&root, "")
}

#[test]
fn what_cannot_be_loaded_names_the_file_the_place_and_the_remedy() -> TestResult {
    let ids = "common/ids.json";
    // (file, its text, the replacement, the error)
    let faults = [
        (LIST, "{", "{{", format!("{LIST} is not valid JSON: key must be a string at line 1 column 2")),
        (LIST, "\"registry_version\": 1", "\"registry_version\": 2",
         format!("{LIST} at `/registry_version`: registry_version 2 is not supported; write 1")),
        (LIST, "\"payload_schema\"", "\"payload_shema\"",
         format!("{LIST} at `/event_types/0/versions/0/payload_shema`: \"credit.locked\" version 1: unknown key \"payload_shema\"; did you mean \"payload_schema\"?")),
        (LIST, "\"event_type\": \"credit.released\"", "\"event_type\": \"credit.locked\"",
         format!("{LIST} at `/event_types/1/event_type`: duplicate event type \"credit.locked\"; it is first listed at /event_types/0/event_type; keep one of them")),
        (LIST, "\"status\": \"active\"", "\"status\": \"deprecated\"",
         format!("{LIST} at `/event_types/0/status`: \"credit.locked\": deprecated without a \"deprecation\"; add \"deprecation\": {{\"reason\": \"…\"}}")),
        (LIST, "\"status\": \"active\"", "\"status\": \"live\"",
         format!("{LIST} at `/event_types/0/status`: \"credit.locked\": unknown status \"live\"; write active, deprecated or retired")),
        (LIST, "\"producer\": \"revenue\"", "\"producer\": \"Revenue\"",
         format!("{LIST} at `/event_types/0/producer`: \"credit.locked\": \"Revenue\" is not the name of a domain; write \"revenue\": a domain is one segment [a-z][a-z0-9_]*")),
        (LIST, LOCKED, "../../../etc/passwd",
         format!("{LIST} at `/event_types/0/versions/0/payload_schema`: \"credit.locked\" version 1: payload_schema \"../../../etc/passwd\" is not a path: a path cannot contain ..")),
        (LIST, LOCKED, "credit-ledger/lost.json",
         "credit-ledger/lost.json cannot be read: No such file or directory (os error 2); copy the whole contracts directory, with every schema that the registry names or that is referred to".to_owned()),
        (LOCKED, "../../../common/ids.json", "../../../common/lost.json",
         "common/lost.json cannot be read: No such file or directory (os error 2); copy the whole contracts directory, with every schema that the registry names or that is referred to".to_owned()),
        (LOCKED, "\"minimum\": 1", "\"minimum\": 12345678901234567890123",
         format!("{LOCKED} at `/properties/locked_credits/minimum`: 12345678901234567890123 would be changed: JSON numbers are held as 64-bit integers or doubles; write one that is held, or a string")),
        (ids, "\"$defs\": {", "\"$defs\": [",
         format!("{ids} is not valid JSON: expected `,` or `]` at line 5 column 14")),
    ];
    for (file, from, to, expected) in faults {
        let copy = Copy::new()?;
        copy.replace(file, from, to)?;
        assert_eq!(fault(&copy), expected);
    }
    let copy = Copy::new()?;
    copy.replace(LIST, "\"registry_version\": 1", "\"registry_version\": 2")?;
    copy.replace(LIST, "\"payload_schema\"", "\"payload_shema\"")?;
    assert_eq!(
        fault(&copy).lines().count(),
        2,
        "every fault of the registry"
    );
    let from_the_schema = [
        (
            "../../../common/ids.json#/$defs/LessonId",
            "https://acme.example/lesson.json",
            "nothing is fetched: put the document into the contracts directory, with this address as its $id",
        ),
        (
            "../../../common/ids.json#/$defs/LessonId",
            "contract:////etc/passwd",
            "nothing is fetched",
        ),
        ("\"minimum\": 1", "\"minimum\": \"1\"", "is not of type"),
        (
            "https://json-schema.org/draft/2020-12/schema",
            "https://acme.example/dialect",
            "https://acme.example/dialect",
        ),
    ];
    for (from, to, expected) in from_the_schema {
        let copy = Copy::new()?;
        copy.replace(LOCKED, from, to)?;
        let fault = fault(&copy);
        let start = format!("{LOCKED}, the schema of credit.locked v1, cannot be used: ");
        assert!(
            fault.starts_with(&start) && fault.contains(expected),
            "{fault}"
        );
    }
    let nowhere = tempfile::tempdir()?;
    let error = LoadedRegistry::from_dir(nowhere.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("cannot be read: No such file or directory (os error 2); name the directory that holds event-types-registry.json"),
        "{error}"
    );
    Ok(())
}
