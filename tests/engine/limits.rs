//! Events that are too large: refused before they are inserted, and recorded if they are in the log already.

use std::time::Duration;

use acme_contracts::Revenue;
use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::{
    DeadLetter, DeadLetterFilter, DeadLetterReason, DeadLetters, Dispatcher, SubscriptionOptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, lock_json};
use serde_json::Value;
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::support::{Act, Script, World, hold_slot};

/// Drops the limits of the log, as in a log that is older than they are.
async fn without_limits(world: &World) -> TestResult {
    let drop = "ALTER TABLE dispatcher_event DROP CONSTRAINT dispatcher_event_row_check";
    world.pool.execute(drop).await?;
    Ok(())
}

/// Publishes a first event and a third one, and inserts the second, whose columns are those of the first except for one.
async fn with_a_large_one(world: &World, column: &str, value: &str) -> TestResult {
    world.revenue().publish(lock(1, 1)).await?;
    let columns = "event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload";
    let values = columns.replace("event_id", "'evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e'");
    let insert = format!(
        "INSERT INTO dispatcher_event ({columns}) SELECT {} FROM dispatcher_event",
        values.replace(column, value)
    );
    world.pool.execute(AssertSqlSafe(insert)).await?;
    world.revenue().publish(lock(2, 2)).await?;
    Ok(())
}

/// The first event is a dead letter by its handler, the large one by its size, and the last one is handled.
async fn is_recorded(column: &str, value: &str) -> TestResult<DeadLetter> {
    let world = World::new().await?;
    without_limits(&world).await?;
    let script = Script::new([(1, Act::Permanent)]);
    with_a_large_one(&world, column, value).await?;
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    tokio::time::timeout(Duration::from_secs(60), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    let letters = DeadLetters::new(world.pool.clone());
    let listed = letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(listed.len(), 2);
    let large = listed.iter().find(|one| one.position.get() == 2);
    let large = large.ok_or("the large event has a letter")?;
    let letter = letters.get(&large.dead_letter_id).await?;
    world.close().await?;
    Ok(letter)
}

/// It used to be taken for a failure of the database, and the subscription stood still.
#[tokio::test]
async fn an_actor_that_no_dead_letter_can_hold_does_not_stop_the_cursor() -> TestResult {
    // Escaped, each of these characters is six. With 180 MB of them no message could hold the envelope.
    let letter = is_recorded("actor", "repeat(chr(1), 2000000)").await?;
    assert_eq!(letter.reason, DeadLetterReason::Invalid);
    assert_eq!(
        letter.error,
        "the event is too large to be handled or to be kept with its dead letter: actor has 2000000 bytes"
    );
    let envelope: Value = serde_json::from_str(letter.envelope.get())?;
    assert_eq!(envelope["omitted"], "actor has 2000000 bytes");
    assert_eq!(envelope["payload"], Value::Null);
    assert_eq!(envelope["producer"], "revenue");
    let unreadable = letter.event::<CreditLocked>().unwrap_err().to_string();
    assert!(
        unreadable.ends_with("too large to be kept with its dead letter: actor has 2000000 bytes"),
        "{unreadable}"
    );
    Ok(())
}

#[tokio::test]
async fn texts_that_a_dead_letter_can_hold_are_kept_with_it() -> TestResult {
    let letter = is_recorded("actor", "repeat(chr(1), 1000000)").await?;
    assert_eq!(
        letter.reason,
        DeadLetterReason::Permanent,
        "its handler gave up"
    );
    let envelope: Value = serde_json::from_str(letter.envelope.get())?;
    assert_eq!(envelope["actor"].as_str().map(str::len), Some(1_000_000));
    assert_eq!(envelope["payload"], lock_json(1, 1));
    Ok(())
}

#[tokio::test]
async fn a_subject_that_is_too_long_is_left_out_of_its_dead_letter() -> TestResult {
    let letter = is_recorded("subject", "repeat(chr(1), 2000000)").await?;
    assert_eq!(letter.subject, None);
    assert!(
        letter.error.ends_with("subject has 2000000 bytes"),
        "{}",
        letter.error
    );
    Ok(())
}

/// It fits into the index of the log, and not with the subscription into that of the dedup rows.
#[tokio::test]
async fn an_event_id_that_no_dedup_row_can_hold_does_not_stop_the_cursor() -> TestResult {
    let id = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 84) AS n)";
    let letter = is_recorded("'evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e'", id).await?;
    assert_eq!(letter.event_id.len(), 84 * 32);
    assert_eq!(letter.reason, DeadLetterReason::Invalid);
    Ok(())
}

/// 512 MiB take a while, so the statements are asked with a lower limit.
#[tokio::test]
async fn a_payload_that_is_too_large_is_not_read() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    for statement in [
        include_str!("../../dispatcher-runtime/src/postgres/sql/read_events.sql")
            .replace("$10", "9")
            .replace("$1", "'{credit.locked}'")
            .replace("$2", "0")
            .replace("$3", "9")
            .replace("$4", "9")
            .replace("$5", "1")
            .replace("$6", "0")
            .replace("$7", "999")
            .replace("$8", "NULL")
            .replace("$9", "999")
            .replace("{at_most}", "9"),
        include_str!("../../dispatcher-runtime/src/postgres/sql/read_events_at.sql")
            .replace("$1", "'{1}'")
            .replace("$2", "999")
            .replace("$3", "999")
            .replace("$4", "9"),
    ] {
        let statement = statement.replace("{family}", "");
        let row = sqlx::query(AssertSqlSafe(statement))
            .fetch_one(&world.pool)
            .await?;
        assert_eq!(row.try_get::<String, _>("payload_text")?, "null");
        let lengths: Vec<Option<i32>> = row.try_get("lengths")?;
        let payload = world
            .count("SELECT octet_length(payload::text)::bigint FROM dispatcher_event")
            .await?;
        assert_eq!(lengths[9].map(i64::from), Some(payload));
        assert_eq!(row.try_get::<String, _>("actor")?, "system:revenue");
    }
    world.close().await
}

/// Rows with small payloads and large texts used to be read all at once.
#[tokio::test]
async fn a_batch_is_limited_by_whole_rows() -> TestResult {
    let world = World::new().await?;
    without_limits(&world).await?;
    world
        .revenue()
        .publish_all((1..=9).map(|credits| lock(credits, credits)))
        .await?;
    world
        .pool
        .execute("UPDATE dispatcher_event SET correlation_id = repeat('x', 100000)")
        .await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).batch_bytes(150_000);
    let consumer =
        consumer.subscribe_with(hold_slot, SubscriptionOptions::new().share_savepoint(true));
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let transactions = world
        .count("SELECT count(DISTINCT xmin::text) FROM effect")
        .await?;
    assert_eq!(transactions, 5, "two events fit into a batch");
    world.close().await
}

const TEXTS: [&str; 9] = [
    "event_id",
    "event_type",
    "tenant_id",
    "producer",
    "subject",
    "actor",
    "correlation_id",
    "causation_id",
    "traceparent",
];

#[tokio::test]
async fn each_text_and_the_payload_of_a_row_has_a_limit_that_names_it() -> TestResult {
    let world = World::new().await?;
    world.revenue().publish(lock(1, 1)).await?;
    let payload = "('{\"a\": \"' || repeat('x', 16777216 - 9) || '\"}')::json".to_owned();
    let too_long = "('{\"a\": \"' || repeat('x', 16777216 - 8) || '\"}')::json".to_owned();
    let texts = TEXTS.map(|column| {
        (
            column,
            "repeat('é', 512)".to_owned(),
            "repeat('é', 512) || 'x'".to_owned(),
        )
    });
    for (column, longest, too_long) in texts.into_iter().chain([("payload", payload, too_long)]) {
        let update =
            |value| AssertSqlSafe(format!("UPDATE dispatcher_event SET {column} = {value}"));
        world.pool.execute(update(longest)).await?;
        let error = world.pool.execute(update(too_long)).await.unwrap_err();
        let refusal = error.as_database_error().unwrap();
        assert_eq!(refusal.constraint(), Some("dispatcher_event_row_check"));
        let (bytes, most) = match column {
            "payload" => (16_777_217, 16_777_216),
            _ => (1025, 1024),
        };
        assert_eq!(
            refusal.message(),
            format!("dispatcher: {column} has {bytes} bytes; the log stores at most {most}")
        );
    }
    world.close().await
}

#[tokio::test]
async fn a_publish_from_rust_names_the_field_its_length_and_the_limit() -> TestResult {
    let world = World::new().await?;
    let revenue = world.revenue();
    let long = || "x".repeat(1025);
    let publish = |at: &str| {
        let publish = revenue.publish(lock(1, 1));
        match at {
            "/subject" => publish.subject(long()),
            "/actor" => publish.actor(long()),
            "/correlation_id" => publish.correlation_id(long()),
            _ => publish.causation_id(long()),
        }
    };
    for place in ["/subject", "/actor", "/correlation_id", "/causation_id"] {
        let error = publish(place).await.unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "credit.locked was not published: the envelope is invalid: {place}: a value of 1025 bytes is too long: the log stores at most 1024 [bytes]"
            )
        );
    }
    revenue.publish(lock(1, 1)).actor("x".repeat(1024)).await?;
    world.close().await
}

#[tokio::test]
async fn the_limit_of_payloads_can_be_changed_in_the_program_and_in_the_database() -> TestResult {
    let world = World::new().await?;
    let with_limit = |bytes| {
        let builder = Dispatcher::<Revenue>::builder(world.pool.clone()).tenant(TENANT);
        builder.max_payload_bytes(bytes).build()
    };
    let length = lock_json(1, 1).to_string().len();
    let error = with_limit(u32::try_from(length)? - 1)?
        .publish(lock(1, 1))
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with(&format!(
            "/payload: a value of {length} bytes is too long: the log stores at most {} [bytes]",
            length - 1
        )),
        "{error}"
    );
    with_limit(u32::try_from(length)?)?
        .publish(lock(1, 1))
        .await?;
    assert!(with_limit(0).is_err());
    let lower = "CREATE OR REPLACE FUNCTION dispatcher_max_payload_bytes() RETURNS integer
                 LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN RETURN 10; END'";
    world.pool.execute(lower).await?;
    let error = with_limit(1000)?
        .publish(lock(1, 1))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("the log stores at most 10"), "{error}");
    let call = "SELECT dispatcher_publish('credit.locked', '{\"a\": \"123\"}', 'tnt_a', 'revenue')";
    let error = world.pool.execute(call).await.unwrap_err().to_string();
    assert!(error.contains("payload is 12 bytes long"), "{error}");
    world.close().await
}

#[tokio::test]
async fn a_publish_from_sql_names_the_columns_their_lengths_and_the_limit() -> TestResult {
    let world = World::new().await?;
    let call = "SELECT dispatcher_publish('credit.locked', '{}', 'tnt_a', 'revenue', subject => repeat('x', 1025),
                actor => repeat(chr(1), 2000000), correlation_id => repeat('x', 1026), causation_id => repeat('x', 1024))";
    let error = world.pool.execute(call).await.unwrap_err();
    let said = "the event was not published: subject is 1025 bytes long; actor is 2000000 bytes long; correlation_id is 1026 bytes long";
    assert!(error.to_string().contains(said), "{error}");
    let error = error.as_database_error().ok_or("it is the database's")?;
    let hint = error.downcast_ref::<PgDatabaseError>().hint();
    assert!(
        hint.is_some_and(|hint| hint.starts_with("subject has to be at most 1024 bytes long.")),
        "{hint:?}"
    );
    world.close().await
}
