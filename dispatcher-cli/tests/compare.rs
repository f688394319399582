//! `dispatcher contracts diff` and `breaking`: what they compare with, and how they report.

mod support;

use support::{Directory, command, golden, text, without_examples};

const V1: &str = "contracts/credit-ledger/schema/payloads/credit-locked-v1.json";
const V2: &str = "contracts/credit-ledger/schema/payloads/credit-locked-v2.json";
const REGISTRY: &str = "contracts/event-types-registry.json";

/// The reference contracts, committed as `main`.
fn repository() -> Directory {
    let directory = Directory::reference();
    directory.git(&["init", "--quiet"]);
    directory.git(&["checkout", "--quiet", "-B", "main"]);
    directory.git(&["add", "--all"]);
    directory.git(&["commit", "--quiet", "--message", "one"]);
    directory
}

/// The same, and a version 2 of `credit.locked` that has a new required field and a new smaller maximum.
fn with_version_2() -> Directory {
    let directory = repository();
    assert!(
        directory
            .run(&["new-version", "credit.locked"])
            .status
            .success()
    );
    directory.replace(
        V2,
        "    \"locked_at\"\n  ]",
        "    \"locked_at\",\n    \"reason\"\n  ]",
    );
    directory.replace(
        V2,
        "  \"properties\": {\n",
        "  \"properties\": {\n    \"reason\": { \"type\": \"string\", \"description\": \"Why.\" },\n",
    );
    directory.replace(V2, "\"maximum\": 9007199254740991", "\"maximum\": 100");
    directory
}

/// Everything that a command prints, and its exit code.
fn shown(directory: &Directory, arguments: &[&str]) -> String {
    let output = directory.run(arguments);
    format!(
        "$ dispatcher contracts {}\n{}{}exit code {}\n",
        arguments.join(" "),
        without_examples(&text(&output.stdout)),
        text(&output.stderr),
        output.status.code().unwrap_or(-1)
    )
}

#[track_caller]
fn fits_80_columns(report: &str) {
    // A path or an example is not broken.
    let longer = report
        .lines()
        .filter(|line| line.chars().count() > 80 && line.trim().contains(' '));
    assert_eq!(longer.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn breaking_says_what_and_whom() {
    let directory = with_version_2();
    let report = shown(&directory, &["breaking", "--against", "main"]);
    fits_80_columns(&report);
    golden("breaking.txt", &report);
}

#[test]
fn diff_lists_every_change_with_notes_about_the_types() {
    let directory = with_version_2();
    // Written by hand: the changes are allowed, and are notes.
    directory.replace(
        REGISTRY,
        "\"status\": \"upcoming\",",
        "\"status\": \"upcoming\",\n          \"x-upcast\": \"by-hand\",",
    );
    directory.replace(
        REGISTRY,
        "[\"coaching\", \"growth\", \"revenue\"]",
        "[\"coaching\", \"revenue\"]",
    );
    let report = shown(&directory, &["diff", "--against", "main"]);
    fits_80_columns(&report);
    golden("diff.txt", &report);
    assert!(report.ends_with("exit code 0\n"), "{report}");
}

#[test]
fn an_upcast_that_is_written_is_what_the_level_asks_for() {
    let directory = with_version_2();
    let errors = |arguments: &[&str]| {
        let output = directory.run(
            &[
                &["breaking", "--against", "main", "--format", "json"],
                arguments,
            ]
            .concat(),
        );
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        report["errors"].as_u64()
    };
    assert_eq!(errors(&[]), Some(2));
    // The package around the contracts.
    directory.write("Cargo.toml", "");
    let start = text(&directory.run(&["upcast", "credit.locked"]).stdout);
    directory.write("src/lib.rs", &start);
    assert_eq!(errors(&[]), Some(2), "something is left to do");
    directory.remove("src/lib.rs");
    let code = start.replace("todo!", "unreachable!");
    directory.write("src/upcasts/mod.rs", &format!("mod by_hand {{\n{code}}}\n"));
    assert_eq!(errors(&[]), Some(0));
    directory.write(
        "elsewhere/upcasts.rs",
        &code.replace("impl dispatcher_runtime::Upcast", "impl TryUpcast"),
    );
    directory.remove("src/upcasts/mod.rs");
    assert_eq!(errors(&[]), Some(2));
    assert_eq!(errors(&["--upcasts", "elsewhere"]), Some(0));
    // Another version, or another event type.
    directory.write("elsewhere/upcasts.rs", &code.replace("v2", "v3"));
    assert_eq!(errors(&["--upcasts", "elsewhere"]), Some(2));
    directory.write(
        "elsewhere/upcasts.rs",
        &code.replace("credit_locked", "credit_debited"),
    );
    assert_eq!(errors(&["--upcasts", "elsewhere"]), Some(2));
}

#[test]
fn without_git_a_directory_can_be_compared_with() {
    let directory = repository();
    let output = directory.run_without_programs(&["diff", "--against", "main"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: git is not installed\n  help: install git, or compare with a directory: `--against DIRECTORY`\n"
    );
}

#[test]
fn without_a_change_there_are_no_findings() {
    let directory = repository();
    for arguments in [
        &["diff", "--against", "main"][..],
        &["breaking", "--against", "HEAD"],
    ] {
        let output = directory.run(arguments);
        assert_eq!(text(&output.stdout), "no findings\n");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn each_format_has_the_same_findings() {
    let directory = with_version_2();
    for (format, file) in [
        ("json", "breaking.json"),
        ("junit", "breaking.xml"),
        ("github", "breaking.github"),
        ("sarif", "breaking.sarif"),
    ] {
        let output = directory.run(&["breaking", "--against", "main", "--format", format]);
        assert_eq!(text(&output.stderr), "", "{format}");
        assert_eq!(output.status.code(), Some(1), "{format}");
        let report = text(&output.stdout);
        if format == "sarif" {
            // The rules are the table that `explain` shows.
            let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
            assert_eq!(report["version"], "2.1.0");
            let rules = report["runs"][0]["tool"]["driver"]["rules"]
                .as_array()
                .expect("rules");
            assert!(rules.len() > 60);
            for result in report["runs"][0]["results"].as_array().expect("results") {
                let index = result["ruleIndex"]
                    .as_u64()
                    .and_then(|index| usize::try_from(index).ok());
                assert_eq!(rules[index.expect("an index")]["id"], result["ruleId"]);
            }
            let results = format!("{:#}\n", report["runs"][0]["results"]);
            golden(file, &without_examples(&results));
        } else {
            golden(file, &without_examples(&report));
        }
    }
}

#[test]
fn the_example_is_one_that_the_older_version_accepts_and_the_newer_refuses() {
    let directory = with_version_2();
    let report = text(
        &directory
            .run(&["breaking", "--against", "main", "--format", "json"])
            .stdout,
    );
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let examples = report["findings"].as_array().expect("findings").iter();
    let examples: Vec<_> = examples
        .filter_map(|finding| finding["example"].as_object())
        .collect();
    let [example] = examples[..] else {
        panic!("{examples:?}");
    };
    assert!(
        !example.contains_key("reason") && example.contains_key("lesson_id"),
        "{example:?}"
    );
}

#[test]
fn what_would_end_an_xml_element_or_a_command_of_github_is_escaped() {
    let directory = repository();
    let odd = "\"description\": \"a%b\\r\\n::c\", \"pattern\": \"^[<&>\\\"]$\"";
    directory.replace(V1, "\"minimum\": 1,", "\"minimum\": 2,");
    directory.replace(
        V1,
        "\"type\": \"string\",\n      \"format\": \"date-time\",",
        &format!("\"type\": \"string\", {odd},"),
    );
    directory.replace(
        V1,
        "\"description\": \"When the ledger set the credits aside.\"",
        "\"x-note\": 1",
    );
    let of = |format: &str| {
        text(
            &directory
                .run(&["diff", "--against", "main", "--format", format])
                .stdout,
        )
    };
    let github = of("github");
    assert!(
        github.lines().all(|line| line.starts_with("::")),
        "{github}"
    );
    let junit = of("junit");
    assert!(!junit.contains("[<&>"), "{junit}");
    assert!(junit.contains("[&lt;&amp;&gt;"), "{junit}");
}

#[test]
fn a_git_ref_is_read_from_anywhere_and_nothing_is_checked_out() {
    let directory = with_version_2();
    let before = directory.git(&["status", "--porcelain"]);
    let breaking = |folder: &str, contracts: &str| {
        let output = directory.run_below(
            folder,
            &[
                "breaking",
                contracts,
                "--against",
                "main",
                "--format",
                "json",
            ],
        );
        assert_eq!(text(&output.stderr), "");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        report["errors"].as_u64()
    };
    assert_eq!(breaking("", "contracts"), Some(2));
    assert_eq!(breaking("contracts", "."), Some(2));
    assert_eq!(breaking("contracts/credit-ledger/schema", "../.."), Some(2));
    assert_eq!(directory.git(&["status", "--porcelain"]), before);

    // In a worktree, whose `.git` is a file.
    directory.git(&["worktree", "add", "--quiet", "--detach", "tree", "main"]);
    let output = directory.run_below("tree", &["breaking", "--against", "main"]);
    assert_eq!(text(&output.stdout), "no findings\n");
}

#[test]
fn a_directory_and_the_lock_can_be_compared_with_too() {
    let directory = with_version_2();
    let reference = Directory::reference();
    let other = reference.path().join("contracts");
    let other = other.to_str().expect("a path that is text");
    let output = directory.run(&["breaking", "--against", other]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout)
            .contains("error[property-required]: credit.locked v1 → v2 does not take old data")
    );

    // A lock cannot tell whether a new version fits.
    golden("against-the-lock.txt", &shown(&directory, &["breaking"]));
    directory.replace(V1, "\"maximum\": 9007199254740991", "\"maximum\": 100");
    golden(
        "edited-against-the-lock.txt",
        &shown(&directory, &["breaking", "--against", "lock"]),
    );
    golden(
        "edited-against-main.txt",
        &shown(&directory, &["breaking", "--against", "main"]),
    );
}

#[test]
fn what_cannot_be_compared_with_says_why_and_what_to_do() {
    let directory = repository();
    directory.git(&["tag", "old"]);
    directory.git(&["mv", "contracts", "moved"]);
    directory.git(&["commit", "--quiet", "--message", "two"]);
    let mut report = String::new();
    report += &shown(&directory, &["diff", "moved", "--against", "maine"]);
    report += &shown(&directory, &["diff", "moved", "--against", "--version"]);
    report += &shown(&directory, &["diff", "moved", "--against", "old"]);
    report += &shown(&directory, &["diff", "contracts", "--against", "old"]);
    directory.remove("moved/contracts.lock");
    report += &shown(&directory, &["diff", "moved"]);
    directory.write("broken/event-types-registry.json", "{}");
    report += &shown(&directory, &["diff", "moved", "--against", "broken"]);
    let folder = directory.path().to_str().expect("a path that is text");
    golden("cannot-compare.txt", &report.replace(folder, "…"));

    let outside = Directory::reference();
    let output = outside.run(&["diff", "--against", "main"]);
    assert_eq!(output.status.code(), Some(2));
    let says = text(&output.stderr);
    assert!(
        says.starts_with(
            "error: \"main\" is not a directory, and contracts is not in a git repository\n"
        ),
        "{says}"
    );
}

#[test]
fn a_waiver_accepts_a_finding_and_is_itself_a_finding_once_it_ends() {
    let directory = with_version_2();
    let waiver = |rule: &str, pointer: &str, until: &str| {
        format!(
            "{{ \"rule\": \"{rule}\", \"event_type\": \"credit.locked\", \"versions\": [1, 2], \"pointer\": \"{pointer}\",\n\
             \"reason\": \"No consumer is deployed yet.\", \"until\": \"{until}\" }}"
        )
    };
    let waivers = |until: &str| {
        let (bound, required) = (
            waiver(
                "bound-narrowed",
                "/properties/locked_credits/maximum",
                until,
            ),
            waiver("property-required", "/required/5", "9999-12-31"),
        );
        directory.write(
            "contracts/contracts-waivers.json",
            &format!("{{ \"waivers\": [\n{bound},\n{required}\n] }}\n"),
        );
    };
    waivers("9999-12-31");
    let output = directory.run(&["breaking", "--against", "main"]);
    assert_eq!(text(&output.stdout), "no findings\n");
    assert_eq!(output.status.code(), Some(0));
    waivers("2020-02-29");
    golden(
        "waiver-expired.txt",
        &shown(&directory, &["breaking", "--against", "main"]),
    );
    directory.write(
        "contracts/contracts-waivers.json",
        "{ \"waivers\": [{ \"rule\": \"*\" }] }\n",
    );
    golden(
        "waivers-with-faults.txt",
        &shown(&directory, &["breaking", "--against", "main"]),
    );
}

#[test]
fn each_rule_is_explained() {
    let listed = text(&command(&["explain"]).stdout);
    fits_80_columns(&listed);
    golden("explain.txt", &listed);
    for rule in ["property-required", "type-narrowed", "version-edited"] {
        let explained = text(&command(&["explain", rule]).stdout);
        fits_80_columns(&explained);
        golden(&format!("explain-{rule}.txt"), &explained);
    }
    let wrong = command(&["explain", "property-requird"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(
        text(&wrong.stderr),
        "error: there is no rule \"property-requird\"; did you mean property-required?\n"
    );
}

#[test]
fn text_that_is_not_for_a_terminal_has_no_colour() {
    let directory = with_version_2();
    let report = text(&directory.run(&["breaking", "--against", "main"]).stdout);
    assert!(!report.contains('\u{1b}'));
}
