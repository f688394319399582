//! Not only Rust: the SQL function that publishes, and rows that another program inserted itself.
//!
//! The statements are plain text, as psql would send them; none of our types is involved.

use dispatcher_runtime::{DeadLetterFilter, DeadLetterReason, DeadLetters};
use dispatcher_test_fixtures::{TestResult, lock, lock_json, person_id};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::support::{Script, World, hold_slot};

/// The call that psql would send, for a payload of `credit.locked`.
fn publish_call(payload: &serde_json::Value, more: &str) -> String {
    format!(
        "SELECT * FROM dispatcher_publish('credit.locked', payload => '{payload}', \
         tenant_id => 'tnt_swim_north', producer => 'revenue'{more})"
    )
}

async fn send(connection: &mut PgConnection, text: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(text))
        .execute(connection)
        .await
        .map(drop)
}

async fn psql(world: &World) -> TestResult<PgConnection> {
    Ok(world.pool.acquire().await?.detach())
}

/// What the subscription gave up on, and nothing else.
async fn dead_letters(world: &World) -> TestResult<Vec<(String, String)>> {
    let dead = DeadLetters::new(world.pool.clone())
        .list(&DeadLetterFilter::default().consumer("coaching"))
        .await?
        .dead_letters;
    assert!(
        dead.iter()
            .all(|letter| letter.reason == DeadLetterReason::Invalid)
    );
    Ok(dead
        .into_iter()
        .map(|letter| (letter.event_id, letter.error))
        .collect())
}

#[tokio::test]
async fn psql_publishes_in_the_transaction_of_a_domain_row() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let mut psql = psql(&world).await?;
    psql.execute("CREATE TABLE reservation (id text)").await?;
    let domain_row = "INSERT INTO reservation VALUES ('crr_1')";
    for (credits, end) in [(1, "ROLLBACK"), (2, "COMMIT")] {
        let subject = format!(", subject => '{}'", person_id(7));
        let publish = publish_call(&lock_json(7, credits), &subject);
        send(&mut psql, format!("BEGIN; {domain_row}; {publish}; {end};")).await?;
    }
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    assert_eq!(world.count("SELECT count(*) FROM reservation").await?, 1);
    let row = sqlx::query("SELECT * FROM dispatcher_event")
        .fetch_one(&world.pool)
        .await?;
    assert_eq!(row.get::<String, _>("subject"), person_id(7));
    assert_eq!(row.get::<String, _>("actor"), "system:revenue");
    assert_eq!(row.get::<i32, _>("schema_version"), 1);
    psql.close().await?;
    world.close().await
}

#[tokio::test]
async fn an_invalid_payload_from_psql_is_a_dead_letter_that_says_why() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let mut psql = psql(&world).await?;
    let id = "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";
    let publish = publish_call(&lock_json(1, 0), &format!(", event_id => '{id}'"));
    send(&mut psql, format!("BEGIN; {publish}; COMMIT;")).await?;
    world.revenue().publish(lock(1, 2)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2], "the next event is not stuck");
    let dead = dead_letters(&world).await?;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].0, id);
    assert_eq!(
        dead[0].1,
        "the payload is not a valid credit.locked v1: /locked_credits: a number is less than the \
         minimum of 1 [minimum] (schema credit-ledger/schema/payloads/credit-locked-v1.json)"
    );
    psql.close().await?;
    world.close().await
}

#[tokio::test]
async fn the_same_event_id_again_says_so_and_the_transaction_goes_on() -> TestResult {
    let world = World::new().await?;
    let mut psql = psql(&world).await?;
    let id = "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e";
    let with_id = format!(", event_id => '{id}'");
    psql.execute("BEGIN").await?;
    let mut outcomes = Vec::new();
    for (credits, more) in [(1, with_id.as_str()), (2, &with_id), (3, "")] {
        let call = publish_call(&lock_json(1, credits), more);
        let row = psql.fetch_one(AssertSqlSafe(call)).await?;
        let position: Option<i64> = row.get("position");
        outcomes.push((
            row.get::<String, _>("event_id") == id,
            position.is_some(),
            row.get("duplicate"),
        ));
    }
    psql.execute("COMMIT").await?;
    assert_eq!(
        outcomes,
        [
            (true, true, false),
            (true, false, true),
            (false, true, false)
        ]
    );
    assert_eq!(
        world.count("SELECT count(*) FROM dispatcher_event").await?,
        2
    );
    psql.close().await?;
    world.close().await
}

#[tokio::test]
async fn ids_made_in_sql_are_as_the_envelope_contract_says() -> TestResult {
    let world = World::new().await?;
    let of_version_7 = world
        .count(
            "SELECT count(DISTINCT id) FILTER (WHERE id ~ \
             '^evt_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$') \
             FROM (SELECT dispatcher_generate_event_id() AS id FROM generate_series(1, 1000)) AS made",
        )
        .await?;
    assert_eq!(of_version_7, 1000);
    let age = world
        .count(
            "SELECT abs(('x' || translate(substr(dispatcher_generate_event_id(), 5, 13), '-', '')) \
             ::bit(48)::bigint - (extract(epoch FROM clock_timestamp()) * 1000)::bigint)",
        )
        .await?;
    assert!(age < 60_000, "its time is now: {age} ms");
    world.close().await
}

#[tokio::test]
async fn a_malformed_envelope_is_refused_with_every_fault_and_what_to_write() -> TestResult {
    let world = World::new().await?;
    let error = world
        .pool
        .execute(
            "SELECT * FROM dispatcher_publish('Credit.Locked', '[]', 'north', 'revenue', actor => '', \
             event_id => 'evt_1', schema_version => 0, occurred_at => 'infinity')",
        )
        .await
        .unwrap_err();
    let sqlx::Error::Database(error) = error else {
        panic!("{error}")
    };
    let error = error.downcast_ref::<sqlx::postgres::PgDatabaseError>();
    assert_eq!(error.code(), "22023");
    assert_eq!(
        error.message(),
        "dispatcher: the event was not published: event_type is 'Credit.Locked'; payload is a JSON array; \
         tenant_id is 'north'; actor is ''; event_id is 'evt_1'; schema_version is 0; \
         occurred_at is 'infinity'"
    );
    assert_eq!(
        error.hint(),
        Some(
            "event_type has to be dotted lower case as in event-types-registry.json, such as credit.locked.\n\
             payload has to be a JSON object, as the payload schema of the event type says.\n\
             tenant_id has to be tnt_ and letters, digits, _ or -.\n\
             actor has to be who causes the event, such as user:per_… ; NULL stands for system: and the producer.\n\
             event_id has to be evt_ and a UUID of version 7 in lower case; NULL makes a new one.\n\
             schema_version has to be a version of the event type, 1 or higher.\n\
             occurred_at has to be a time in the years 0 (1 BC) to 9999, or NULL for now."
        )
    );
    world.close().await
}

/// A domain's trigger runs under whatever search path its writer has.
#[tokio::test]
async fn a_trigger_publishes_into_its_own_family_under_any_search_path() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, "Revenue north").await?;
    let mut psql = psql(&world).await?;
    psql.execute(
        r#"CREATE TABLE reservation (id text, person_id text);
           CREATE FUNCTION reservation_locked() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
               PERFORM "Revenue north".dispatcher_publish(
                   'credit.locked', to_json(NEW), 'tnt_swim_north', 'revenue', subject => NEW.person_id);
               RETURN NULL;
           END $$;
           CREATE TRIGGER reservation_locked AFTER INSERT ON reservation
               FOR EACH ROW EXECUTE FUNCTION reservation_locked();
           CREATE TEMP TABLE dispatcher_event (LIKE dispatcher_event);
           SET search_path = ''"#,
    )
    .await?;
    psql.execute("INSERT INTO public.reservation SELECT 'crr_' || n, 'per_' || n FROM generate_series(1, 3) AS n")
        .await?;
    let subjects: Vec<String> = sqlx::query_scalar(
        r#"SELECT subject FROM "Revenue north".dispatcher_event ORDER BY position"#,
    )
    .fetch_all(&world.pool)
    .await?;
    assert_eq!(subjects, ["per_1", "per_2", "per_3"]);
    // The function's body refers to its table, not to the table's name.
    psql.execute(r#"ALTER SCHEMA "Revenue north" RENAME TO south"#)
        .await?;
    psql.execute(
        "SELECT south.dispatcher_publish('lead.captured', '{}', 'tnt_swim_north', 'growth')",
    )
    .await?;
    assert_eq!(
        world
            .count("SELECT count(*) FROM south.dispatcher_event")
            .await?,
        4
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM public.dispatcher_event")
            .await?,
        0
    );
    psql.close().await?;
    world.close().await
}

/// What another SDK may have inserted: (event id, tenant, version, payload, the reported error).
#[tokio::test]
async fn rows_inserted_straight_into_the_log_are_delivered_or_become_dead_letters() -> TestResult {
    let world = World::new().await?;
    let good = lock_json(1, 6).to_string();
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let id = |last: u8| format!("evt_0192f3a1-7b64-7c3d-8e21-00000000000{last}");
    let malformed = [
        (
            "42".to_owned(),
            "tnt_a",
            1,
            good.as_str(),
            "/event_id: a string of 2 characters does not match",
        ),
        (
            String::new(),
            "tnt_a",
            1,
            &good,
            "/event_id: a string of 0 characters does not",
        ),
        (
            id(1),
            "north",
            1,
            &good,
            "/tenant_id: a string of 5 characters does not",
        ),
        (
            id(2),
            "tnt_a",
            0,
            &good,
            "/schema_version: a number is less than",
        ),
        (
            id(3),
            "tnt_a",
            -1,
            &good,
            "/schema_version: a number is less",
        ),
        (id(5), "tnt_a", 1, "null", "[type]"),
        (id(6), "tnt_a", 1, "\"\\u0000\"", "[type]"),
        (
            id(7),
            "tnt_a",
            1,
            "{\"locked_credits\": 1e400}",
            "the payload cannot be read",
        ),
        (id(8), "tnt_a", 1, &deep, "the payload cannot be read"),
        (
            id(9),
            "tnt_a",
            1,
            "{}",
            "\"person_id\" is a required property",
        ),
    ];
    let insert = "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, traceparent, payload)
                  VALUES ($1, 'credit.locked', $2, now(), $3, 'revenue', $4, $5, $6, $7::text::json)";
    for (event_id, tenant, version, payload, _) in &malformed {
        sqlx::query(insert)
            .bind(event_id)
            .bind(version)
            .bind(tenant)
            .bind("per_1")
            .bind("ts-sdk")
            .bind("not a trace")
            .bind(payload)
            .execute(&world.pool)
            .await?;
    }
    // The last row is valid like any other, and of the same subject.
    sqlx::query(insert)
        .bind("evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e")
        .bind(1)
        .bind("tnt_a")
        .bind("per_1")
        .bind("ts-sdk")
        .bind(None::<&str>)
        .bind(&good)
        .execute(&world.pool)
        .await?;

    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [6]);
    let dead = dead_letters(&world).await?;
    assert_eq!(dead.len(), malformed.len());
    for (event_id, _, _, _, report) in &malformed {
        let error = &dead.iter().find(|(id, _)| id == event_id).unwrap().1;
        assert!(error.contains(report), "{event_id}: {error}");
    }
    let behind = "SELECT count(*) FROM dispatcher_cursor WHERE position <> (SELECT max(position) FROM dispatcher_event)";
    assert_eq!(world.count(behind).await?, 0, "the cursor is at the end");
    world.close().await
}
