//! The TypeScript types, as tsc reads them: valid documents are values of them, and wrong ones are not.

use std::fmt::Write;
use std::path::Path;

use dispatcher_build_support::Contracts;
use dispatcher_cli::export::typescript;
use dispatcher_test_fixtures::TestResult;
use serde_json::Value;

use crate::{directory, node};

/// Compiles the types of a directory with a text that uses them; what tsc says.
fn compile(packages: &Path, directory: &Path, uses: &str) -> TestResult<String> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("events.mts"), typescript(directory)?)?;
    std::fs::write(
        folder.path().join("uses.mts"),
        format!("import type * as events from \"./events.mjs\";\n{uses}"),
    )?;
    node::tsc(packages, folder.path())
}

/// The name of the type of a version.
fn type_name(event_type: &str, version: &Value) -> String {
    let words = event_type.split(['.', '_']);
    let words = words.map(|word| word[..1].to_uppercase() + &word[1..]);
    format!("events.{}V{version}", words.collect::<String>())
}

#[test]
fn every_valid_sample_is_a_value_of_its_type() -> TestResult {
    let Some(packages) = node::packages() else {
        return Ok(());
    };
    let mut uses = String::new();
    let samples = include_str!("../../contracts/samples.jsonl").lines();
    for (index, line) in samples.enumerate() {
        let sample: Value = serde_json::from_str(line)?;
        let event = sample["event_type"].as_str().ok_or("a name")?;
        if sample["valid"] == true && event != "credit.expired" {
            let name = type_name(event, &sample["schema_version"]);
            writeln!(
                uses,
                "export const sample{index}: {name} = {};",
                sample["payload"]
            )?;
        }
    }
    assert!(uses.lines().count() > 20);
    assert_eq!(compile(&packages, &directory::reference(), &uses)?, "");
    Ok(())
}

/// Uses that compile, and, after `@ts-expect-error`, uses that do not. An error that is expected and missing is an error.
const USES: &str = r#"
const lock: events.CreditLocked = {
  credit_reservation_id: "crr_1", lesson_id: "les_1", person_id: "per_1", locked_credits: 6, locked_at: "2026-11-23T09:15:02Z",
};
// @ts-expect-error: a required property is absent
const short: events.CreditLockedV1 = { credit_reservation_id: "crr_1", lesson_id: "les_1", person_id: "per_1", locked_at: "" };
// @ts-expect-error: the object is closed
const long: events.CreditLockedV1 = { ...lock, reason: "lesson" };
// @ts-expect-error: a number is not a string
const text: events.CreditLockedV1 = { ...lock, locked_credits: "6" };
// @ts-expect-error: null is not absent
const none: events.CreditLockedV1 = { ...lock, lesson_id: null };
// @ts-expect-error: the value is not in the enum
const reason: events.CreditReleasedV1["reason"] = "lost";

type Cause = events.LessonCancelledV1["cause"];
const closed: Cause = { kind: "venue_closed", venue_id: "ven_1", reopens_on: null };
// @ts-expect-error: the field is that of another branch
const mixed: Cause = { kind: "venue_closed", venue_id: "ven_1", reopens_on: null, booked: 1 };
// @ts-expect-error: no branch has this tag
const unknown: Cause = { kind: "bored" };
const needed = (cause: Cause): number => (cause.kind === "too_few_participants" ? cause.needed : 0);
// @ts-expect-error: without its tag a branch is not known
const guessed = (cause: Cause): number => cause.needed;

type Replacement = Pick<events.LessonCancelledV1, "replacement_lesson_id">;
const absent: Replacement = {};
const empty: Replacement = { replacement_lesson_id: null };
// @ts-expect-error: absent is not undefined
const missing: Replacement = { replacement_lesson_id: undefined };
// @ts-expect-error: this one may be null and not absent
const always: Pick<events.CoachCertifiedV1, "valid_until"> = {};

const marks: NonNullable<events.Attendance["skill_marks"]> = { front_crawl_10m: 4 };
// @ts-expect-error: an entry of the map is a number
const wrong: NonNullable<events.Attendance["skill_marks"]> = { front_crawl_10m: "4" };

export function credits(event: events.Event): number {
  switch (event.event_type) {
    case "credit.locked":
      return event.payload.locked_credits;
    case "order.paid":
      // @ts-expect-error: version 1 has no lines
      event.payload.lines;
      return event.schema_version === 2 ? event.payload.lines.length : event.payload.credits;
    default:
      // @ts-expect-error: other events have other payloads
      return event.payload.locked_credits;
  }
}
// @ts-expect-error: no event type has this name
const kind: events.EventType = "credit.lost";
const paid = (event: events.EventOf<"order.paid">): 1 | 2 => event.schema_version;
// @ts-expect-error: another domain publishes it
const producer: events.CreditLockedEvent["producer"] = "coaching";
const subject: events.CreditLockedEvent["subject"] = null;
"#;

#[test]
fn wrong_values_are_not_values_of_the_types() -> TestResult {
    let Some(packages) = node::packages() else {
        return Ok(());
    };
    assert_eq!(compile(&packages, &directory::reference(), USES)?, "");
    Ok(())
}

/// The guide's code compiles with the types of the reference contracts.
#[test]
fn the_code_of_the_guide_compiles() -> TestResult {
    let Some(packages) = node::packages() else {
        return Ok(());
    };
    let guide = include_str!("../../docs/exports.md");
    let block = guide
        .split("```ts\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let block = block.ok_or("the guide has a block of TypeScript")?;
    let uses = block.replace("./events.js", "./events.mjs") + "export { credits, lines };";
    assert_eq!(compile(&packages, &directory::reference(), &uses)?, "");
    Ok(())
}

#[test]
fn rare_schemas_become_types_that_hold_their_documents() -> TestResult {
    let Some(packages) = node::packages() else {
        return Ok(());
    };
    let rare = directory::rare()?;
    let model = Contracts::new(rare.path()).check()?;
    let mut uses = String::new();
    for event in &model.events {
        let path = format!("{}-v1.json", event.name);
        let document = model.documents.get(&path).ok_or("the document")?;
        for (index, example) in document.value["examples"]
            .as_array()
            .ok_or("examples")?
            .iter()
            .enumerate()
        {
            // In an object literal `__proto__` is not a property, unless it is computed.
            let value = example
                .to_string()
                .replace("\"__proto__\":", "[\"__proto__\" as const]:");
            writeln!(
                uses,
                "export const {}{index}: {} = {value};",
                event.module,
                type_name(&event.name, &1.into())
            )?;
        }
    }
    uses.push_str(
        r#"
// @ts-expect-error: the pair has no third place
const triple: events.OddListsV1["pair"] = ["a", 1, 2];
// @ts-expect-error: the first place has to be there
const nothing: events.OddListsV1["pair"] = [];
// @ts-expect-error: nothing is a value of `not: {}`
const never: events.OddListsV1 = { pair: ["a"], map: {}, none: 1 };
// @ts-expect-error: a branch of the root
const both: events.TwoFormsV1 = { kind: "b", x: 1 };
// @ts-expect-error: up to draft 7 only the reference counts
const id: events.OldDraftV1["id"] = 1;
// @ts-expect-error: the base demands it
const base: events.AllOfV1 = { extra: "x" };
"#,
    );
    // `not` has no type: the property is wider than its schema.
    let uses = uses.replace("// @ts-expect-error: nothing is a value of `not: {}`\n", "");
    assert_eq!(compile(&packages, rare.path(), &uses)?, "");
    Ok(())
}

#[test]
fn a_comment_ends_where_it_should() -> TestResult {
    let rare = directory::rare()?;
    let text = typescript(rare.path())?;
    assert!(text.contains("</script> *\\/ & "));
    // Without comments and strings nothing is left of the hostile text.
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with(['*', '/']))
    {
        let code = line.replace("<b>", "");
        assert!(
            !code.contains("alert(1)") || code.contains("\"</style>"),
            "{line}"
        );
    }
    Ok(())
}

#[test]
fn definitions_of_one_name_have_two_types() -> TestResult {
    let schema = |kind: &str| {
        serde_json::json!({ "type": "object", "properties": { "id": { "$ref": "#/$defs/Id" }, "event": { "$ref": "#/$defs/Event" } },
            "$defs": { "Id": { "type": kind }, "Event": { "type": kind } } })
    };
    let contracts = directory::contracts(&[
        ("a.happened", "shop", &[], &[schema("string")]),
        ("b.happened", "shop", &[], &[schema("boolean")]),
    ])?;
    let text = typescript(contracts.path())?;
    assert!(
        text.contains("export type AHappenedV1Id = string;"),
        "{text}"
    );
    assert!(
        text.contains("export type BHappenedV1Id = boolean;"),
        "{text}"
    );
    assert!(
        text.contains("export type BHappenedV1Event = boolean;"),
        "{text}"
    );
    assert_eq!(text.matches("export type Event ").count(), 1);
    Ok(())
}
