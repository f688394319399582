//! What each command prints: as text, of 80 columns, and as JSON.

use acme_contracts::REGISTRY;
use dispatcher_test_fixtures::{TENANT, TestResult, lock_json};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::scene::Scene;
use crate::scrub::{golden, scrubbed};
use crate::world::{Ran, World};

/// No line is longer than a terminal, but for one that is a single word or a command to copy.
#[track_caller]
fn assert_narrow(ran: &Ran) {
    for line in ran.stdout.lines().chain(ran.stderr.lines()) {
        let is_command = line.contains("dispatcher ") || line.contains('`');
        let is_word = !line.trim().contains(' ');
        assert!(
            line.chars().count() <= 80 || is_command || is_word,
            "{line}"
        );
    }
}

/// Runs a command as text, compares it, and returns its JSON.
async fn both(world: &World, name: &str, arguments: &[&str]) -> TestResult<serde_json::Value> {
    let ran = world.run(arguments).await?.good();
    assert_narrow(&ran);
    golden(&format!("{name}.txt"), &scrubbed(&ran.stdout, world));
    world.json(arguments).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_at() -> TestResult {
    let scene = Scene::new().await?;
    let world = &scene.world;
    let (letter, event) = (scene.letter().await?, scene.poison().await?);

    let list = both(world, "subscriptions-list", &["subscriptions", "list"]).await?;
    let listed = list["subscriptions"].as_array().ok_or("no list")?;
    assert_eq!(listed.len(), 4);
    let of_consumer = world
        .json(&["consumers", "list", "--consumer", "coaching"])
        .await?;
    assert_eq!(
        of_consumer["subscriptions"].as_array().map(Vec::len),
        Some(4)
    );
    let stuck = ["subscriptions", "show", "coaching/credit_history"];
    let shown = both(world, "subscriptions-show", &stuck).await?;
    assert_eq!(shown["failing_with"][0]["error"], "slot service: 503");
    let archive = ["subscriptions", "show", "coaching/slot_archive"];
    both(world, "subscriptions-show-paused", &archive).await?;

    let listed = both(world, "dlq-list", &["dlq", "list"]).await?;
    assert_eq!(listed["dead_letters"][0]["dead_letter_id"], letter.as_str());
    let shown = both(world, "dlq-show", &["dlq", "show", &letter]).await?;
    assert_eq!(shown["failures"][0]["error"], "more than a lesson can cost");
    let groups = both(world, "dlq-groups", &["dlq", "groups"]).await?;
    assert_eq!(groups["groups"][0]["count"]["count"], 1);

    let shown = both(world, "events-show", &["events", "show", &event]).await?;
    let deliveries = shown["deliveries"].as_array().ok_or("no deliveries")?;
    assert_eq!(deliveries.len(), 3);
    let of_type = ["events", "find", "--type", "credit.released"];
    let page = both(world, "events-find", &of_type).await?;
    assert_eq!(page["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["searched"]["is_complete"], true);

    let pushed = both(world, "contracts-pushed", &["contracts", "pushed"]).await?;
    let known = pushed["contracts"].as_array().map(Vec::len);
    assert_eq!(known, Some(REGISTRY.events().len()));
    let schema = world
        .json(&["contracts", "pushed", "credit.locked"])
        .await?;
    assert!(schema["versions"][0]["schema"].is_object(), "{schema}");
    let unknown = world.run(&["contracts", "pushed", "credit.lost"]).await?;
    assert_eq!(unknown.code, Some(1));

    both(world, "audit-list", &["audit", "list"]).await?;
    let overview = both(world, "overview", &["overview"]).await?;
    assert!(
        overview["problems"]
            .as_array()
            .is_some_and(|it| it.len() >= 4)
    );
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lag_that_is_too_large_is_an_answer() -> TestResult {
    let scene = Scene::new().await?;
    let list = |most| ["subscriptions", "list", "--max-lag", most];
    let late = scene.world.run(&list("0s")).await?;
    assert_eq!(late.code, Some(1), "{}", late.stdout);
    assert!(
        late.stderr.contains("coaching/release_stats: its oldest"),
        "{}",
        late.stderr
    );
    assert_eq!(scene.world.run(&list("365d")).await?.code, Some(0));
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_show_first_what_they_would_do() -> TestResult {
    let scene = Scene::new().await?;
    let world = &scene.world;
    let preview = [
        "redrives",
        "start",
        "--subscription",
        "coaching/hold_slot",
        "--dry-run",
    ];
    let preview = both(world, "redrives-start-dry-run", &preview).await?;
    assert_eq!(preview["preview"]["total"], 1);
    for act in [
        &["redrives", "start", "--all"][..],
        &["dlq", "resolve", "--all"],
        &[
            "subscriptions",
            "rewind",
            "coaching/hold_slot",
            "--to",
            "beginning",
        ],
        &["subscriptions", "remove", "coaching/release_stats"],
    ] {
        // There is no terminal to ask.
        let unasked = world.run(act).await?;
        assert_eq!(unasked.code, Some(2), "{}", unasked.stderr);
        let text = scrubbed(&unasked.stderr, world);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("database \"acme\" at localhost:5432 as the role \"mia\""),
            "{text}"
        );
        assert!(text.contains("add `--yes`"), "{text}");
        assert_narrow(&unasked);
        world.run(&[act, &["--dry-run"]].concat()).await?.good();
    }
    let open = world.json(&["dlq", "list"]).await?;
    assert_eq!(open["dead_letters"].as_array().map(Vec::len), Some(1));
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redrive_is_started_watched_and_in_the_audit() -> TestResult {
    let scene = Scene::new().await?;
    let world = &scene.world;
    let start = [
        "redrives",
        "start",
        "--all",
        "--yes",
        "--why",
        "the price was mended",
    ];
    let ran = world.run(&start).await?;
    // The handler refuses the event again.
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    golden(
        "redrives-start.txt",
        &scrubbed(&(ran.stderr + &ran.stdout), world),
    );
    let listed = both(world, "redrives-list", &["redrives", "list"]).await?;
    assert_eq!(listed["redrives"][0]["failed"], 1);
    let id = listed["redrives"][0]["redrive_id"]
        .as_str()
        .ok_or("no id")?;
    let shown = both(world, "redrives-show", &["redrives", "show", id]).await?;
    assert_eq!(shown["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.run(&["redrives", "watch", id]).await?.code, Some(1));
    let ended = world.run(&["redrives", "stop", id]).await?;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("has ended already"),
        "{}",
        ended.stderr
    );
    let audit = world.json(&["audit", "list"]).await?;
    let entries = audit["entries"].as_array().ok_or("no entries")?;
    let start = entries
        .iter()
        .find(|it| it["why"] == "the price was mended");
    let start = start.ok_or_else(|| format!("{audit:#}"))?;
    assert_eq!(
        (&start["who"], &start["way"]),
        (&json!("mia"), &json!("cli"))
    );
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_resolved_once() -> TestResult {
    let scene = Scene::new().await?;
    let world = &scene.world;
    let letter = scene.letter().await?;
    let resolve = [
        "dlq",
        "resolve",
        &letter,
        "--as",
        "noor",
        "--why",
        "refunded by hand",
    ];
    let resolved = world.run(&resolve).await?.good();
    assert_eq!(resolved.stdout, format!("{letter} is resolved by noor\n"));
    let again = world.run(&resolve).await?;
    assert_eq!(again.code, Some(1));
    let says = again.stderr.split_whitespace().collect::<Vec<_>>();
    assert!(
        says.join(" ").contains("was already resolved by noor at 2"),
        "{says:?}"
    );
    let none = world.run(&["redrives", "start", "--all", "--yes"]).await?;
    assert_eq!(none.code, Some(1), "{}", none.stderr);
    let all = world.json(&["dlq", "list", "--state", "all"]).await?;
    assert_eq!(all["dead_letters"][0]["resolved_by"], "noor");
    scene.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_steered() -> TestResult {
    let scene = Scene::new().await?;
    let world = &scene.world;
    let resumed = world
        .run(&["subscriptions", "resume", "coaching/slot_archive"])
        .await?
        .good();
    assert!(
        resumed.stdout.contains("it was paused by mia at "),
        "{}",
        resumed.stdout
    );
    let again = world
        .run(&["subscriptions", "resume", "coaching/slot_archive"])
        .await?
        .good();
    assert_eq!(again.stdout, "coaching/slot_archive was not paused\n");
    let paused = [
        "subscriptions",
        "pause",
        "coaching/hold_slot",
        "--why",
        "a test",
    ];
    assert_eq!(world.json(&paused).await?["reason"], "a test");

    let rewind = [
        "subscriptions",
        "rewind",
        "coaching/hold_slot",
        "--to",
        "beginning",
        "--yes",
    ];
    let rewound = world.json(&rewind).await?;
    assert_eq!(
        (&rewound["to"], &rewound["forgotten"]),
        (&json!(0), &json!(3))
    );

    let held = world
        .run(&["subscriptions", "remove", "coaching/hold_slot", "--yes"])
        .await?;
    assert_eq!(held.code, Some(1), "{}", held.stderr);
    let rename = [
        "subscriptions",
        "rename",
        "coaching/release_stats",
        "statistics",
    ];
    world.run(&rename).await?.good();
    let wrong = world
        .run(&["subscriptions", "show", "coaching/statistic"])
        .await?;
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.stderr.contains("did you mean coaching/statistics?"),
        "{}",
        wrong.stderr
    );
    let removed = world
        .run(&["subscriptions", "remove", "coaching/statistics", "--yes"])
        .await?;
    assert_eq!(removed.good().stdout, "coaching/statistics is removed\n");
    scene.stop().await;
    Ok(())
}

#[tokio::test]
async fn roles_are_printed_and_the_doctor_finds_nothing_that_fails() -> TestResult {
    let world = World::new().await?;
    let roles = world.run(&["roles"]).await?.good().stdout;
    assert!(
        roles.contains("dispatcher_operator") && roles.contains("COMMIT;"),
        "{roles}"
    );
    let document = world.json(&["roles"]).await?;
    assert_eq!(document["script"], roles.as_str());
    let doctor = world.run(&["doctor"]).await?.good();
    assert_narrow(&doctor);
    let findings = world.json(&["doctor"]).await?;
    assert!(
        findings["findings"]
            .as_array()
            .is_some_and(|it| it.len() > 3)
    );
    sqlx::raw_sql("DROP TRIGGER dispatcher_event_notify ON dispatcher_event")
        .execute(&world.pool)
        .await?;
    let sick = world.run(&["doctor"]).await?;
    assert_ne!(sick.stdout, doctor.stdout);
    Ok(())
}

#[tokio::test]
async fn what_is_masked_is_revealed_with_a_row_in_the_audit() -> TestResult {
    let world = World::new().await?;
    let contracts = world.folder.path().join("contracts");
    crate::examples::copy_contracts(&contracts)?;
    // The amount is sensitive here.
    let path = contracts.join("credit-ledger/schema/payloads/credit-locked-v1.json");
    let mut schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
    schema["properties"]["locked_credits"]["x-sensitive"] = json!(true);
    std::fs::write(&path, schema.to_string())?;
    world.run(&["contracts", "push", "contracts"]).await?.good();
    let event = json!({
        "event_type": "credit.locked",
        "schema_version": 1,
        "tenant_id": TENANT,
        "payload": lock_json(7, 4711),
    });
    let publish = ["events", "publish", "-", "--yes", "--json"];
    let published = world.run_with(&publish, &event.to_string()).await?.good();
    let id = published.json()?["event_id"]
        .as_str()
        .ok_or("no id")?
        .to_owned();

    let show = ["events", "show", &id, "--envelope"];
    let masked = world.run(&show).await?.good().stdout;
    assert!(
        masked.contains("[masked]") && !masked.contains("4711"),
        "{masked}"
    );
    let reveal = [&show[..], &["--reveal", "--why", "a complaint"]].concat();
    let revealed = world.run(&reveal).await?.good().stdout;
    assert!(revealed.contains("4711"), "{revealed}");
    let audit = world.json(&["audit", "list"]).await?;
    let seen = audit["entries"].as_array().into_iter().flatten();
    let seen: Vec<_> = seen
        .filter(|it| it["what"] == format!("reveal {id}"))
        .collect();
    assert_eq!(seen.len(), 1, "{audit}");
    assert_eq!(
        (&seen[0]["who"], &seen[0]["why"]),
        (&json!("mia"), &json!("a complaint"))
    );
    Ok(())
}

#[tokio::test]
async fn roles_are_applied() -> TestResult {
    let world = World::new().await?;
    world
        .run(&["migrate", "--schema", "dispatcher"])
        .await?
        .good();
    let prefix = format!("cli_{}", std::process::id());
    let roles = ["roles", "--schema", "dispatcher", "--prefix", &prefix];
    let apply = [&roles[..], &["--apply", "--yes"]].concat();
    let applied = world.run(&apply).await?;
    let names = "SELECT rolname::text FROM pg_roles WHERE rolname ~ ('^' || $1 || '_') ORDER BY 1";
    let names = sqlx::query_scalar(names).bind(&prefix);
    let names: Vec<String> = names.fetch_all(&world.pool).await?;
    // They belong to the server, and outlast the database.
    for name in &names {
        let drop = format!("DROP OWNED BY {name} CASCADE; DROP ROLE {name}");
        sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&world.pool)
            .await?;
    }
    applied.good();
    assert!(names.contains(&format!("{prefix}_operator")), "{names:?}");
    Ok(())
}
