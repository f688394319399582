//! `dispatcher events publish`: what goes through the gate, and what is refused.

use dispatcher_test_fixtures::{TENANT, TestResult, lock_json};
use serde_json::json;

use crate::scene::Scene;
use crate::world::ended;

#[tokio::test(flavor = "multi_thread")]
async fn events_are_published_through_the_gate() -> TestResult {
    let scene = Scene::new().await?;
    let world = &scene.world;
    let event = |credits: serde_json::Value| {
        let mut payload = lock_json(7, 1);
        payload["locked_credits"] = credits;
        json!({ "event_type": "credit.locked", "schema_version": 1, "tenant_id": TENANT, "payload": payload })
    };
    let publish = ["events", "publish", "-", "--yes", "--json"];
    let good = world
        .run_with(&publish, &format!("{}\n\n", event(json!(2))))
        .await?
        .good();
    assert_eq!(good.json()?["event_type"], "credit.locked");

    let refused = world
        .run_with(&publish, &event(json!("two")).to_string())
        .await?;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let fault = "\n  /payload/locked_credits: ";
    assert!(refused.stderr.contains(fault), "{}", refused.stderr);
    let mut broken = event(json!(0));
    broken["tenant_id"] = json!(7);
    broken["teant"] = json!("");
    let refused = world.run_with(&publish, &broken.to_string()).await?;
    let lines: Vec<_> = refused.stderr.lines().collect();
    for (line, begins) in [
        (0, "error: line 1: the gate refuses the event"),
        (1, "  /tenant_id: it has to be a string, and is a number"),
        (2, "  unknown field `teant`; "),
    ] {
        assert!(lines[line].starts_with(begins), "{}", refused.stderr);
    }
    let half = format!("{}\n{}\n", event(json!(3)), event(json!("three")));
    let half = world.run_with(&publish, &half).await?;
    assert_eq!(half.code, Some(4), "{}", half.stderr);
    assert!(half.stderr.contains("line 2: "), "{}", half.stderr);
    assert!(
        half.stderr.contains("1 of 2 events were published"),
        "{}",
        half.stderr
    );
    let broken = world
        .run_with(&publish, &format!("{}\n{{", event(json!(4))))
        .await?;
    assert_eq!(broken.code, Some(2));
    assert!(
        broken.stderr.contains("nothing was published"),
        "{}",
        broken.stderr
    );
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_reports_every_fault_and_an_example_has_none() -> TestResult {
    let scene = Scene::new().await?;
    let world = &scene.world;
    let count = "SELECT count(*) FROM dispatcher_event";
    let before: i64 = sqlx::query_scalar(count).fetch_one(&world.pool).await?;
    let event = |event_type: &str, payload: serde_json::Value| json!({ "event_type": event_type, "schema_version": 1, "tenant_id": TENANT, "payload": payload });
    let lines = [
        event("credit.locked", json!({})),
        event("credit.locked", lock_json(7, 1)),
        event("credit.lost", json!({})),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    let tried = ["events", "publish", "-", "--dry-run"];
    let refused = world.run_with(&tried, &lines).await?;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let text = refused.stdout;
    let faults: Vec<_> = text
        .lines()
        .filter(|it| it.starts_with("line 1: "))
        .collect();
    assert!(faults.len() > 1, "one fault on each line: {text}");
    for says in [
        "/payload: \"locked_credits\"",
        "line 3: /event_type: ",
        "credit.lost",
    ] {
        assert!(text.contains(says), "{text}");
    }
    assert!(!text.contains("line 2: "), "{text}");
    let end = "the gate refuses 2 of 3 events; nothing was published\n";
    assert!(text.ends_with(end), "{text}");
    let tried = [&tried[..], &["--json"]].concat();
    let refused = world.run_with(&tried, &lines).await?.json()?;
    assert_eq!(
        (&refused["events"], &refused["refused"]),
        (&json!(3), &json!(2))
    );
    let last = refused["faults"].as_array().and_then(|all| all.last());
    let last = last.ok_or("no fault")?;
    assert_eq!(
        (&last["line"], &last["pointer"]),
        (&json!(3), &json!("/event_type"))
    );

    let publish = ["events", "publish", "--example"];
    let example = [&publish[..], &["credit.locked", "--dry-run"]].concat();
    let accepted = world.run(&example).await?.good();
    assert_eq!(
        accepted.stdout,
        "the gate accepts 1 event; nothing was published\n"
    );
    // In a container there is often no variable with a name.
    let mut unnamed = world.command(&example);
    for variable in ["DISPATCHER_OPERATOR", "USER", "LOGNAME", "USERNAME"] {
        unnamed.env_remove(variable);
    }
    ended(unnamed).await?.good();
    let after: i64 = sqlx::query_scalar(count).fetch_one(&world.pool).await?;
    assert_eq!(after, before);
    let unknown = [&publish[..], &["credit.lost", "--yes"]].concat();
    let unknown = world.run(&unknown).await?;
    assert_eq!(unknown.code, Some(1), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("credit.lost"), "{}", unknown.stderr);
    scene.stop().await;
    Ok(())
}
