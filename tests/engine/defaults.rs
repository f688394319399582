//! The defaults that the documents promise: settings, the limit of lists, the channel, the environment, and the
//! warning about event types without a handler.

use std::process::Stdio;
use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, DeliveryTx, Dispatcher, EventEnvelope,
    SubscriptionOptions, subscribe,
};
use dispatcher_test_fixtures::log::Log;
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::postgres::PgListener;
use sqlx::{Executor, PgPool};
use tokio::process::Command;

use crate::support::{Script, World, hold_slot};

/// Notes the transaction in which it is called.
#[subscribe(credit_locked)]
async fn note_transaction(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO noted SELECT pg_current_xact_id()::text, $1")
        .bind(event.payload.locked_credits.get())
        .execute(&mut **tx)
        .await
        .map(drop)
}

#[tokio::test]
async fn without_settings_a_consumer_reads_50_events_polls_every_5_s_and_leases_for_10_s()
-> TestResult {
    let world = World::new().await?;
    world
        .pool
        .execute(
            "CREATE TABLE noted (xact text NOT NULL, credits bigint NOT NULL);
             ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify",
        )
        .await?;
    world
        .revenue()
        .publish_all((1..=120).map(|person| lock(person, person)))
        .await?;
    let log = Log::default();
    let logging = tracing::subscriber::set_default(log.clone());
    let consumer = Consumer::<Coaching>::builder(world.pool.clone())
        .subscribe_with(
            note_transaction,
            SubscriptionOptions::new().share_transaction(true),
        )
        .start()
        .await?;
    consumer.wait_caught_up().await?;
    drop(logging);
    let leased: f64 = sqlx::query_scalar("SELECT lease_seconds FROM dispatcher_cursor")
        .fetch_one(&world.pool)
        .await?;
    consumer.stop().await;

    let batches = "SELECT count(*) FROM noted GROUP BY xact ORDER BY min(credits)";
    let batches: Vec<i64> = sqlx::query_scalar(batches).fetch_all(&world.pool).await?;
    assert_eq!(batches, [50, 50, 20]);
    let log = log.text();
    assert!(log.contains("poll_interval_ms=5000 "), "{log}");
    assert!((leased - 10.0).abs() < f64::EPSILON, "{leased} s");
    world.close().await
}

#[tokio::test]
async fn a_list_without_a_limit_has_50_dead_letters() -> TestResult {
    let world = World::new().await?;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id,
                                           producer, actor, payload)
             SELECT 'evt_0192f3a1-7b64-7c3d-8e21-' || lpad(number::text, 12, '0'), 'credit.locked', 1,
                    now(), 'tnt_a', 'revenue', 'system:revenue', '{}'
               FROM generate_series(1, 51) AS number",
        )
        .await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let without_limit = dead_letters
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(without_limit.len(), 50);
    let all = DeadLetterFilter::default().limit(100);
    assert_eq!(dead_letters.list(&all).await?.dead_letters.len(), 51);
    world.close().await
}

#[tokio::test]
async fn event_types_without_a_handler_are_named_at_start() -> TestResult {
    let world = World::new().await?;
    let log = Log::default();
    let logging = tracing::subscriber::set_default(log.clone());
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    drop(logging);
    consumer.stop().await;
    let bound = acme_contracts::REGISTRY.consumed_by("coaching");
    let missing: Vec<_> = bound
        .map(|event| event.event_type)
        .filter(|event_type| *event_type != "credit.locked")
        .collect();
    assert!(missing.contains(&"credit.released"), "{missing:?}");
    let warning = format!(
        "consumer=\"coaching\" event_types=\"{}\"",
        missing.join(", ")
    );
    let log = log.text();
    assert!(
        log.contains("the registry binds this consumer to event types that have no handler")
            && log.contains(&warning),
        "{log}"
    );
    world.close().await
}

/// Programs of the SDK that this one succeeds listen on the same channel.
#[tokio::test]
async fn a_writer_notifies_the_channel_of_the_documents_with_the_event_type() -> TestResult {
    let world = World::new().await?;
    let mut listener = PgListener::connect_with(&world.pool).await?;
    listener.listen("dispatcher_event_inserted").await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    // Writers notify while a consumer sleeps on the event type, which they see by its lock.
    let asleep = "SELECT count(DISTINCT objid) FROM pg_locks \
                   WHERE locktype = 'advisory' AND classid = 1146311763 AND mode = 'ShareLock' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                     AND objid = hashtext('credit.locked')::oid";
    crate::held::until(&world, asleep, 1).await?;
    world.revenue().publish(lock(1, 1)).await?;
    let notified = tokio::time::timeout(Duration::from_secs(60), listener.recv()).await??;
    assert_eq!(notified.payload(), "credit.locked");
    consumer.stop().await;
    drop(listener);
    world.close().await
}

/// The variables of a part of this program.
const PART: &str = "DEFAULTS_PART";
const URL: &str = "DEFAULTS_URL";

/// Publishes in a process of its own with these variables; returns what it says.
async fn published(world: &World, part: &str, variables: &[(&str, &str)]) -> TestResult<String> {
    let child = Command::new(std::env::current_exe()?)
        .args(["--exact", "defaults::a_part_of_another_test", "--nocapture"])
        .env(PART, part)
        .env(URL, world.database.url())
        .env_remove("DISPATCHER_PRODUCER")
        .env_remove("DISPATCHER_TENANT_ID")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await?;
    let output = String::from_utf8(child.stdout)?;
    let said = output.split("part says ").nth(1);
    let said = said.ok_or_else(|| format!("the part said nothing: {output}"))?;
    Ok(said.lines().next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn the_environment_is_read_where_the_program_asks_for_it() -> TestResult {
    let world = World::new().await?;
    let tenant = ("DISPATCHER_TENANT_ID", "tnt_of_ci");
    let producer = ("DISPATCHER_PRODUCER", "revenue");
    for (part, variables, expected) in [
        ("read", &[tenant, producer][..], "published"),
        ("read", &[tenant], "published"),
        ("given and read", &[tenant], "published"),
        (
            "not read",
            &[tenant],
            "the setting `tenant_id` is missing: ",
        ),
        ("read", &[], "the setting `tenant_id` is missing: "),
        (
            "read",
            &[("DISPATCHER_TENANT_ID", "north")],
            "the setting `DISPATCHER_TENANT_ID` is `north`; ",
        ),
        (
            "read",
            &[tenant, ("DISPATCHER_PRODUCER", "coaching")],
            "the setting `DISPATCHER_PRODUCER` is `coaching`, but this program publishes as `revenue`: ",
        ),
    ] {
        let said = published(&world, part, variables).await?;
        assert!(said.starts_with(expected), "{part} {variables:?}: {said}");
    }
    let rows = "SELECT tenant_id, producer FROM dispatcher_event ORDER BY position";
    let rows: Vec<(String, String)> = sqlx::query_as(rows).fetch_all(&world.pool).await?;
    let by_revenue = |tenant: &str| (tenant.to_owned(), "revenue".to_owned());
    assert_eq!(rows, ["tnt_of_ci", "tnt_of_ci", TENANT].map(by_revenue));
    world.close().await
}

/// Does nothing by itself: another test starts it, in a process of its own.
#[tokio::test]
async fn a_part_of_another_test() -> TestResult {
    let (Ok(part), Ok(url)) = (std::env::var(PART), std::env::var(URL)) else {
        return Ok(());
    };
    let pool = PgPool::connect(&url).await?;
    let builder = Dispatcher::<Revenue>::builder(pool);
    let built = match &*part {
        "read" => builder.read_env().build(),
        "given and read" => builder.tenant(TENANT).read_env().build(),
        _ => builder.build(),
    };
    match built {
        Ok(dispatcher) => {
            dispatcher.publish(lock(1, 1)).await?;
            println!("part says published");
        }
        Err(error) => println!("part says {error}"),
    }
    Ok(())
}
