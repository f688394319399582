//! What is stored is hostile: names, subjects and errors hold what a terminal acts on.

use dispatcher_test_fixtures::TestResult;

use crate::world::World;

/// Clears the screen, in two ways; writes a line of its own; turns the text around; hides a letter.
const HOSTILE: &str = "\u{1b}[2J\u{9b}2J\nno problems\u{202e}\u{200b}\u{7}";

async fn with_hostile_letter() -> TestResult<(World, String)> {
    let world = World::new().await?;
    let insert = "INSERT INTO dispatcher_dead_letter
        (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, subject, envelope,
         reason, error, attempts, failures, created_at, tenant_id)
        VALUES ($1, 'coaching', 'hold_slot', 1, 'evt_' || $2, $2, 1, $2, $3, 'permanent', $2, 1, $4::json, now(), $2)";
    let id = "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";
    let envelope = serde_json::json!({ "payload": { HOSTILE: HOSTILE } });
    let failures = serde_json::json!([
        { "attempt": 1, "failed_at": "2026-11-29T08:00:00Z", "error": HOSTILE }
    ]);
    sqlx::query(insert)
        .bind(id)
        .bind(HOSTILE)
        .bind(envelope.to_string())
        .bind(failures.to_string())
        .execute(&world.pool)
        .await?;
    Ok((world, id.to_owned()))
}

#[tokio::test]
async fn a_terminal_acts_on_nothing_that_is_stored() -> TestResult {
    let (world, id) = with_hostile_letter().await?;
    for arguments in [
        &["dlq", "list"][..],
        &["dlq", "show", &id],
        &["dlq", "groups"],
        &["overview"],
        &["redrives", "start", "--all", "--dry-run"],
        // What is typed comes back in a message.
        &["subscriptions", "show", &format!("a/{HOSTILE}")],
        &["events", "show", HOSTILE],
    ] {
        for form in [&[][..], &["--json"]] {
            let ran = world.run(&[arguments, form].concat()).await?;
            let text = ran.stdout.clone() + &ran.stderr;
            assert!(!text.trim().is_empty(), "{arguments:?}");
            let acts = |it: &char| {
                (it.is_control() && *it != '\n') || matches!(it, '\u{202e}' | '\u{200b}' | '\u{9b}')
            };
            let acts: Vec<_> = text.chars().filter(acts).collect();
            assert_eq!(acts, [' '; 0], "{arguments:?} {form:?}: {text:?}");
            // No line of its own: what is stored does not break lines.
            assert!(
                !text
                    .lines()
                    .any(|line| line.trim() == "no problems" && arguments[0] != "overview"),
                "{text}"
            );
        }
    }
    let shown = world.json(&["dlq", "show", &id]).await?;
    assert_eq!(shown["error"], HOSTILE);
    assert_eq!(shown["envelope"]["payload"][HOSTILE], HOSTILE);
    Ok(())
}
