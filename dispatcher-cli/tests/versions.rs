//! `dispatcher contracts list`, `show`, `new-version`, `upcast` and `lock`.

mod support;

use support::{Directory, golden, text};

const REGISTRY: &str = "contracts/event-types-registry.json";
const V1: &str = "contracts/credit-ledger/schema/payloads/credit-locked-v1.json";
const V2: &str = "contracts/credit-ledger/schema/payloads/credit-locked-v2.json";

/// What a command prints where it succeeds.
#[track_caller]
fn success(directory: &Directory, arguments: &[&str]) -> String {
    let output = directory.run(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// What a wrong call prints.
#[track_caller]
fn refused(directory: &Directory, arguments: &[&str]) -> String {
    let output = directory.run(arguments);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{arguments:?}: {}",
        text(&output.stdout)
    );
    text(&output.stderr)
}

#[test]
fn list_is_a_table_of_80_columns() {
    let directory = Directory::reference();
    success(&directory, &["new-version", "credit.locked"]);
    let table = success(&directory, &["list"]);
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    golden("list.txt", &table);
}

#[test]
fn show_has_the_fields_and_what_they_mean() {
    let directory = Directory::reference();
    for event in [
        "order.paid",
        "credit.expired",
        "lead.captured",
        "lesson.rescheduled",
    ] {
        let shown = success(&directory, &["show", event]);
        assert!(
            shown.lines().all(|line| line.chars().count() <= 80),
            "{shown}"
        );
        golden(&format!("show-{event}.txt"), &shown);
    }
    let first = success(&directory, &["show", "order.paid", "--number", "1"]);
    assert!(
        first.contains("fields of v1\n")
            && first.contains("  amount_minor: integer, 0 to 9007199254740991\n"),
        "{first}"
    );
    assert_eq!(
        refused(&directory, &["show", "order.payed"]),
        "error: there is no event type \"order.payed\"; did you mean order.paid?\n"
    );
    assert_eq!(
        refused(&directory, &["show", "order.paid", "--number", "3"]),
        "error: order.paid has no live version 3\n  help: live versions: 1, 2\n"
    );
}

#[test]
fn show_has_an_example_where_the_schema_has_one() {
    let directory = Directory::reference();
    directory.replace(
        V1,
        "  \"type\": \"object\",\n",
        "  \"type\": \"object\",\n  \"examples\": [{ \"locked_credits\": 6 }],\n",
    );
    let shown = success(&directory, &["show", "credit.locked"]);
    assert!(
        shown.ends_with("\nexample\n  {\n    \"locked_credits\": 6\n  }\n"),
        "{shown}"
    );
}

#[test]
fn new_version_copies_the_schema_and_edits_the_registry_as_text() {
    let directory = Directory::reference();
    let before = directory.read(REGISTRY);
    golden(
        "new-version.txt",
        &success(&directory, &["new-version", "credit.locked"]),
    );
    assert_eq!(directory.read(V1), directory.read(V2));
    let added = "        },\n        {\n          \"schema_version\": 2,\n          \"status\": \"upcoming\",\n          \
                 \"payload_schema\": \"credit-ledger/schema/payloads/credit-locked-v2.json\"\n";
    let after = directory.read(REGISTRY);
    assert_eq!(after.matches(added).count(), 1, "{after}");
    assert_eq!(after.replace(added, ""), before, "nothing else was changed");
    assert!(directory.run(&["check"]).status.success());

    assert!(directory.path().join(V2).exists());
    success(&directory, &["new-version", "credit.locked"]);
    assert!(directory.path().join(V2.replace("v2", "v3")).exists());
}

#[test]
fn new_version_keeps_a_layout_of_one_line() {
    let directory = Directory::empty();
    let registry = |versions: &str| {
        format!(
            "{{ \"registry_version\": 1, \"x-mine\": [1,  2], \"event_types\": [\r\n  {{\"event_type\": \"a.b\", \"description\": \
             \"…\", \"contract\": \"c\", \"producer\": \"p\", \"consumers\": [], \"status\": \"active\", \"versions\": [{versions}]}}\r\n] }}\r\n"
        )
    };
    let first = "{\"schema_version\":1,\"status\":\"active\",\"payload_schema\":\"s/first.json\"}";
    directory.write(REGISTRY, &registry(first));
    directory.write("contracts/s/first.json", "{ \"type\": \"object\" }\n");
    success(&directory, &["new-version", "a.b"]);
    let second =
        "{\"schema_version\":2,\"status\":\"upcoming\",\"payload_schema\":\"s/first-v2.json\"}";
    assert_eq!(
        directory.read(REGISTRY),
        registry(&format!("{first}, {second}"))
    );
    assert_eq!(
        directory.read("contracts/s/first-v2.json"),
        "{ \"type\": \"object\" }\n"
    );
}

#[test]
fn new_version_never_takes_a_number_that_was_used() {
    let directory = Directory::reference();
    let lock = directory.read("contracts/contracts.lock").replace(
        "credit.locked 1 ",
        "credit.locked 7 removed\ncredit.locked 1 ",
    );
    directory.write("contracts/contracts.lock", &lock);
    success(&directory, &["new-version", "credit.locked"]);
    assert!(directory.read(REGISTRY).contains("credit-locked-v8.json"));
}

#[test]
fn new_version_writes_nothing_where_something_is_in_the_way() {
    let directory = Directory::reference();
    let before = directory.read(REGISTRY);
    directory.write(V2, "{}");
    assert_eq!(
        refused(&directory, &["new-version", "credit.locked"]),
        format!(
            "error: {V2} exists\n    already\n  help: add it to the registry yourself, or remove it first\n"
        )
    );
    assert_eq!(directory.read(REGISTRY), before);
    assert_eq!(
        refused(&directory, &["new-version", "credit.expired"]),
        "error: credit.expired is retired\n  help: a retired name is never used again; add another event type\n"
    );
}

#[test]
fn the_first_schema_of_an_event_type_without_one_accepts_any_object() {
    let directory = Directory::reference();
    success(&directory, &["new-version", "lead.captured"]);
    let schema = directory.read("contracts/growth-leads/schema/payloads/lead-captured-v2.json");
    assert!(
        schema.contains("\"title\": \"LeadCaptured\"")
            && schema.ends_with("\"type\": \"object\"\n}\n"),
        "{schema}"
    );
    assert!(directory.run(&["check"]).status.success());
}

#[test]
fn an_upcast_moves_what_is_equal_and_leaves_the_rest_to_do() {
    let directory = Directory::reference();
    golden("upcast.rs", &success(&directory, &["upcast", "order.paid"]));
    directory.write("src/upcasts.rs", "// By hand.\n");
    assert_eq!(
        success(
            &directory,
            &["upcast", "order.paid", "--append", "src/upcasts.rs"]
        ),
        "appended to src/upcasts.rs: 2 `todo!`s are left to write\n"
    );
    let file = directory.read("src/upcasts.rs");
    assert!(
        file.starts_with("// By hand.\n\n/// How a payload of version 1"),
        "{file}"
    );
    assert_eq!(
        refused(&directory, &["upcast", "credit.locked"]),
        "error: credit.locked has one live version, so there is nothing to upcast\n  \
         help: add one: `dispatcher contracts new-version credit.locked`\n"
    );
    assert_eq!(
        refused(
            &directory,
            &["upcast", "order.paid", "--from", "2", "--to", "1"]
        ),
        "error: an upcast leads from a lower version to a higher one\n  help: live versions: 1, 2\n"
    );
}

#[test]
fn lock_writes_what_is_new_and_refuses_what_was_edited() {
    let directory = Directory::reference();
    assert_eq!(
        success(&directory, &["lock"]),
        "contracts/contracts.lock is up to date\n"
    );
    success(&directory, &["new-version", "credit.locked"]);
    assert_eq!(
        success(&directory, &["lock"]),
        "contracts/contracts.lock is up to date\n",
        "it is only announced"
    );
    directory.replace(REGISTRY, "\"upcoming\"", "\"active\"");
    assert_eq!(
        success(&directory, &["lock"]),
        "wrote contracts/contracts.lock: 17 published versions, 1 that are gone\n"
    );
    let lock = directory.read("contracts/contracts.lock");
    directory.replace(V1, "\"minimum\": 1,", "\"minimum\": 2,");
    let output = directory.run(&["lock"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "note: contracts.lock was not written\n"
    );
    assert_eq!(directory.read("contracts/contracts.lock"), lock);

    success(&directory, &["lock", "--accept", "credit.locked"]);
    assert!(directory.run(&["check", "--locked"]).status.success());
    assert!(
        refused(&directory, &["lock", "--accept", "credit.loked"])
            .contains("did you mean credit.locked?")
    );
}

#[test]
fn another_text_that_is_proved_to_accept_the_same_is_locked() {
    let directory = Directory::reference();
    let published = Directory::reference();
    let old = published.path().join("contracts");
    let old = old.to_str().expect("a path that is text");
    directory.replace(V1, "\"minimum\": 1,", "\"exclusiveMinimum\": 0,");
    assert_eq!(
        directory.run(&["check"]).status.code(),
        Some(1),
        "a digest cannot tell"
    );
    assert_eq!(
        success(&directory, &["lock", "--against", old]),
        "wrote contracts/contracts.lock: 16 published versions, 1 that are gone\n"
    );
    assert!(directory.run(&["check", "--locked"]).status.success());

    // What is not the text that was locked proves nothing.
    directory.replace(V1, "\"exclusiveMinimum\": 0,", "\"minimum\": 1.0,");
    let other = directory.run(&["lock", "--against", "contracts"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(
        text(&other.stderr)
            .contains("contracts does not have the text of credit.locked v1 that was locked")
    );
    // And what accepts something else is not accepted.
    directory.replace(V1, "\"minimum\": 1.0,", "\"minimum\": 2,");
    directory.write(
        "contracts/contracts.lock",
        &published.read("contracts/contracts.lock"),
    );
    assert_eq!(
        directory.run(&["lock", "--against", old]).status.code(),
        Some(1)
    );
}
