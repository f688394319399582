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
    // (file, what it says, what it says instead, the error)
    let faults = [
        (LIST, "{", "{{", format!("{LIST} is not JSON: key must be a string at line 1 column 2")),
        (LIST, "\"registry_version\": 1", "\"registry_version\": 2",
         format!("{LIST} at `/registry_version`: has to be 1: the only form that there is")),
        (LIST, "\"payload_schema\"", "\"payload_shema\"",
         format!("{LIST} at `/event_types/0/versions/0/payload_shema`: unknown key; did you mean `payload_schema`?")),
        (LIST, "\"event_type\": \"credit.released\"", "\"event_type\": \"credit.locked\"",
         format!("{LIST} at `/event_types/1/event_type`: `credit.locked` is listed twice; list it once")),
        (LIST, "\"status\": \"active\"", "\"status\": \"deprecated\"",
         format!("{LIST} at `/event_types/0/deprecation`: is missing")),
        (LIST, "\"status\": \"active\"", "\"status\": \"live\"",
         format!("{LIST} at `/event_types/0/status`: `live` has to be `active`, `deprecated` or `retired`")),
        (LIST, "\"producer\": \"revenue\"", "\"producer\": \"Revenue\"",
         format!("{LIST} at `/event_types/0/producer`: \"Revenue\" has to be a domain: one word in lower case, such as `revenue`")),
        (LIST, LOCKED, "../../../etc/passwd",
         format!("{LIST} at `/event_types/0/versions/0/payload_schema`: `../../../etc/passwd` has to be a path below the contracts directory, with `/` between its parts")),
        (LIST, LOCKED, "credit-ledger/lost.json",
         "credit-ledger/lost.json cannot be read: No such file or directory (os error 2); copy the whole contracts directory, with every schema that the registry names or that is referred to".to_owned()),
        (LOCKED, "../../../common/ids.json", "../../../common/lost.json",
         "common/lost.json cannot be read: No such file or directory (os error 2); copy the whole contracts directory, with every schema that the registry names or that is referred to".to_owned()),
        (LOCKED, "\"minimum\": 1", "\"minimum\": 12345678901234567890123",
         format!("{LOCKED} at `/properties/locked_credits/minimum`: 12345678901234567890123 would be changed: JSON numbers are held as 64-bit integers or doubles; write one that is held, or a string")),
        (ids, "\"$defs\": {", "\"$defs\": [",
         format!("{ids} is not JSON: expected `,` or `]` at line 5 column 14")),
    ];
    for (file, from, to, expected) in faults {
        let copy = Copy::new()?;
        copy.replace(file, from, to)?;
        assert_eq!(fault(&copy), expected);
    }
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
