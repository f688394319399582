//! `dispatcher contracts check` and `coverage`.

mod support;

use support::{Directory, command, text};

const WITH_EACH_KIND_OF_KEYWORD: &str = "../build-support/tests/coverage/contracts";

#[test]
fn coverage_reports_and_fails_as_it_says() {
    let plain = command(&["coverage", WITH_EACH_KIND_OF_KEYWORD]);
    assert!(plain.status.success());
    let expected = std::fs::read_to_string("../build-support/tests/coverage/expected.txt")
        .expect("the report");
    assert_eq!(text(&plain.stdout), expected);

    let json = command(&["coverage", WITH_EACH_KIND_OF_KEYWORD, "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["schemas"][0]["path"], "a.json");

    let denied = command(&["coverage", WITH_EACH_KIND_OF_KEYWORD, "--deny-unsupported"]);
    assert_eq!(denied.status.code(), Some(1));
    assert!(text(&denied.stderr).ends_with("3 faults in the contracts; nothing was generated\n"));
}

#[test]
fn check_counts_what_it_has_checked() {
    let checked = command(&["check", WITH_EACH_KIND_OF_KEYWORD]);
    assert_eq!(
        text(&checked.stdout),
        "no faults in 2 event types of 2 domains\n"
    );
    assert_eq!(text(&checked.stderr), "");
    assert_eq!(checked.status.code(), Some(0));
}

#[test]
fn faults_have_the_path_that_was_given() {
    let checked = command(&[
        "check",
        "../build-support/tests/diagnostics/registry-unknown-key/contracts",
    ]);
    assert_eq!(checked.status.code(), Some(1));
    let report = text(&checked.stderr);
    let place = "error: ../build-support/tests/diagnostics/registry-unknown-key/contracts/event-types-registry.json:";
    assert!(report.starts_with(place), "{report}");
}

#[test]
fn a_wrong_call_is_neither_success_nor_a_finding() {
    for (wrong, says) in [
        (&["look", "contracts"][..], "unrecognized subcommand 'look'"),
        (
            &["coverage", "contracts", "--jason"][..],
            "unexpected argument '--jason' found",
        ),
        (&["check", "a", "b"][..], "unexpected argument 'b' found"),
    ] {
        let output = command(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(
            text(&output.stderr).contains(says),
            "{}",
            text(&output.stderr)
        );
    }
    let missing = command(&["check", "/nowhere"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("there is no directory /nowhere"));
}

#[test]
fn what_the_lock_does_not_have_is_a_note_and_with_locked_an_error() {
    let directory = Directory::reference();
    assert_eq!(
        text(&directory.run(&["check"]).stderr),
        "",
        "the reference contracts are locked"
    );
    assert_eq!(directory.run(&["check", "--locked"]).status.code(), Some(0));

    let lock = directory.read("contracts/contracts.lock");
    let without = |name: &str| -> String {
        lock.lines()
            .filter(|line| !line.starts_with(name))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    directory.write("contracts/contracts.lock", &without("credit.locked "));
    let noted = directory.run(&["check"]);
    assert_eq!(noted.status.code(), Some(0));
    assert_eq!(
        text(&noted.stderr),
        "note: contracts.lock: credit.locked v1 has no line yet\n  \
         help: run `dispatcher contracts lock contracts` and commit the file\n"
    );
    let refused = directory.run(&["check", "--locked"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused.stderr)
            .starts_with("error: contracts.lock: credit.locked v1 has no line yet\n")
    );

    directory.remove("contracts/contracts.lock");
    assert_eq!(text(&directory.run(&["check"]).stderr), "");
    assert_eq!(directory.run(&["check", "--locked"]).status.code(), Some(1));
}
