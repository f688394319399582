//! A role without any grant, which takes the advisory locks of the engine: each role that may connect can.

use std::time::Duration;

use dispatcher_runtime::{Dispatcher, EventLog};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};

use acme_contracts::Revenue;

use crate::support::{Script, World, hold_slot};

/// Ends a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session of a role that may connect and nothing else.
struct Stranger {
    role: String,
    session: PgConnection,
}

impl Stranger {
    async fn new(world: &World) -> TestResult<Self> {
        let role = format!("stranger_in_{}", world.database.name());
        let create = format!("CREATE ROLE {role} LOGIN PASSWORD 'stranger'");
        world.pool.execute(AssertSqlSafe(create)).await?;
        let options = world.database.options().clone();
        let options = options.username(&role).password("stranger");
        let session = PgConnection::connect_with(&options).await?;
        Ok(Self { role, session })
    }

    async fn leave(self, world: &World) -> TestResult {
        self.session.close().await?;
        let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}", role = self.role);
        world.pool.execute(AssertSqlSafe(drop)).await?;
        Ok(())
    }
}

async fn oid(world: &World, table: &str) -> TestResult<i64> {
    let oid = sqlx::query_scalar("SELECT $1::regclass::oid::bigint").bind(table);
    Ok(oid.fetch_one(&world.pool).await?)
}

/// What `dispatcher_event_floor` takes when the log has come that far (W1).
fn floor_key(log: i64, last_position: i64) -> i64 {
    (16384 | (log & 16383)) << 48 | last_position
}

/// Publishers waited for the lock without end.
#[tokio::test]
async fn a_stranger_that_holds_the_next_floor_key_stops_no_publisher() -> TestResult {
    let world = World::new().await?;
    let mut stranger = Stranger::new(&world).await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    let log = oid(&world, "dispatcher_event").await?;
    let take = format!("SELECT pg_advisory_lock({})", floor_key(log, 2));
    stranger.session.execute(AssertSqlSafe(take)).await?;
    tokio::time::timeout(PATIENCE, world.revenue().publish(lock(3, 3))).await??;
    let mut tx = world.pool.begin().await?;
    let publish = world.revenue();
    let publish = publish.publish(lock(4, 4)).within(&mut tx);
    tokio::time::timeout(PATIENCE, publish).await??;
    // The floor is below the position all the same.
    let horizon = EventLog::new(world.pool.clone()).horizon().await?;
    assert_eq!(horizon.last_position.get(), 4);
    assert!(horizon.position.get() < 4, "{horizon:?}");
    tx.commit().await?;
    stranger.leave(&world).await?;
    world.close().await
}

/// With all keys that a publisher may take, it says so instead.
#[tokio::test]
async fn a_publisher_that_gets_no_floor_key_names_who_holds_it() -> TestResult {
    let world = World::new().await?;
    let mut stranger = Stranger::new(&world).await?;
    world.revenue().publish(lock(1, 1)).await?;
    let log = oid(&world, "dispatcher_event").await?;
    let (first, last) = (floor_key(log, 0), floor_key(log, 1));
    let take = format!("SELECT pg_advisory_lock(key) FROM generate_series({first}, {last}) AS key");
    stranger.session.execute(AssertSqlSafe(take)).await?;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut stranger.session)
        .await?;
    let publish = world.revenue();
    let error = tokio::time::timeout(PATIENCE, publish.publish(lock(2, 2))).await?;
    let error = error.unwrap_err().to_string();
    let named = format!(
        "the floor locks of public.dispatcher_event are held by the session {pid} of the role {}",
        stranger.role
    );
    assert!(error.contains(&named), "{error}");
    stranger.leave(&world).await?;
    world.close().await
}

/// The consumer waited for the lock in each of its transactions, without end.
#[tokio::test]
async fn a_stranger_that_holds_the_marker_of_a_lease_stops_no_consumer() -> TestResult {
    let world = World::new().await?;
    let mut stranger = Stranger::new(&world).await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    consumer.wait_caught_up().await?;
    let fence = world.count("SELECT fence FROM dispatcher_cursor").await?;
    let cursor = oid(&world, "dispatcher_cursor").await?;
    let key = (8192 | (cursor & 8191)) << 48 | fence;
    let take = format!("SELECT pg_advisory_lock({key})");
    stranger.session.execute(AssertSqlSafe(take)).await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, [1, 2]);
    tokio::time::timeout(PATIENCE, consumer.stop()).await?;
    stranger.leave(&world).await?;
    world.close().await
}

/// The start waited for the lock without end.
#[tokio::test]
async fn a_stranger_that_holds_the_lock_of_a_subscription_makes_its_start_fail() -> TestResult {
    let world = World::new().await?;
    let mut stranger = Stranger::new(&world).await?;
    let take = "SELECT pg_advisory_lock(1146311764, hashtext('coaching.hold_slot'))";
    stranger.session.execute(take).await?;
    let script = Script::new([]);
    let consumer = || {
        let consumer = world.coaching(&script).lease(Duration::from_millis(500));
        consumer.subscribe(hold_slot)
    };
    let started = tokio::time::timeout(PATIENCE, consumer().start()).await?;
    let error = started.unwrap_err().to_string();
    assert!(error.contains("lock timeout"), "{error}");
    stranger.leave(&world).await?;
    consumer().start().await?.stop().await;
    world.close().await
}

/// The second migration waited for the lock without end.
#[tokio::test]
async fn a_stranger_that_holds_advisory_locks_stops_no_migration() -> TestResult {
    let world = World::new().await?;
    let mut stranger = Stranger::new(&world).await?;
    let take = "SELECT pg_advisory_lock(1146311763, 0)";
    stranger.session.execute(take).await?;
    let migrate = dispatcher_runtime::migrate_schema(&world.pool, "swim-north");
    tokio::time::timeout(PATIENCE, migrate).await??;
    stranger.leave(&world).await?;
    world.close().await
}

/// A statement that is only prepared locks its tables before rights are asked for, so a role that can name the log
/// can hold readers back. It is named.
#[tokio::test]
async fn a_stranger_that_can_name_the_log_and_holds_readers_back_is_named() -> TestResult {
    let world = World::new().await?;
    let mut stranger = Stranger::new(&world).await?;
    let log = oid(&world, "dispatcher_event").await?;
    let hold = format!(
        "BEGIN; PREPARE hold AS INSERT INTO dispatcher_event (event_id) VALUES (''); SELECT pg_advisory_xact_lock_shared({})",
        floor_key(log, 0)
    );
    stranger.session.execute(AssertSqlSafe(hold)).await?;
    world.revenue().publish(lock(1, 1)).await?;
    let horizon = EventLog::new(world.pool.clone()).horizon().await?;
    assert_eq!(horizon.position.get(), 0);
    let blocker = horizon.blocker.ok_or("nobody is named")?;
    assert_eq!(blocker.role.as_ref(), Some(&stranger.role));
    assert_eq!(blocker.may_publish, Some(false));
    let named = format!(
        "role \"{}\", which has no right of its own to publish",
        stranger.role
    );
    assert!(blocker.to_string().contains(&named), "{blocker}");
    stranger.leave(&world).await?;
    world.close().await
}

/// Which roles may insert says nothing of a lock: the right may be another role's, or may have been taken back. So
/// readers count it whoever has it, or events would be lost.
#[tokio::test]
async fn a_writer_without_a_right_of_its_own_to_publish_holds_readers_back() -> TestResult {
    let world = World::new().await?;
    let mut writer = Stranger::new(&world).await?;
    let role = writer.role.clone();
    let publish = "dispatcher_publish('credit.locked', '{}', 'tnt_a', 'revenue', 'per_1')";
    let prepare = format!(
        "CREATE ROLE {role}_producer; ALTER ROLE {role} NOINHERIT; GRANT {role}_producer TO {role};
         GRANT INSERT, SELECT ON dispatcher_event TO {role}_producer;
         GRANT SELECT ON dispatcher_event_position_seq TO {role}_producer;
         CREATE FUNCTION order_lesson() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$SELECT {publish}$$"
    );
    world.pool.execute(AssertSqlSafe(prepare)).await?;
    let as_another = format!("BEGIN; SET LOCAL ROLE {role}_producer; SELECT {publish}; RESET ROLE");
    let through_a_function = "BEGIN; SELECT order_lesson()";
    let log = EventLog::new(world.pool.clone());
    for statements in [as_another.as_str(), through_a_function] {
        let statements = AssertSqlSafe(statements.to_owned());
        writer.session.execute(statements).await?;
        let horizon = log.horizon().await?;
        assert!(horizon.position < horizon.last_position, "{horizon:?}");
        let blocker = horizon.blocker.ok_or("nobody is named")?;
        assert_eq!(blocker.role.as_ref(), Some(&role));
        writer.session.execute("COMMIT").await?;
    }
    // The role is dropped before the transaction commits.
    let begin = AssertSqlSafe(as_another);
    writer.session.execute(begin).await?;
    let revoke = format!("DROP OWNED BY {role}_producer; DROP ROLE {role}_producer");
    world.pool.execute(AssertSqlSafe(revoke)).await?;
    let horizon = log.horizon().await?;
    assert!(horizon.position < horizon.last_position, "{horizon:?}");
    writer.session.execute("COMMIT").await?;
    writer.leave(&world).await?;
    world.close().await
}

#[tokio::test]
async fn a_stranger_that_cannot_name_the_log_holds_no_reader_back() -> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, "swim-north").await?;
    let mut stranger = Stranger::new(&world).await?;
    let log = oid(&world, "\"swim-north\".dispatcher_event").await?;
    let prepare =
        "PREPARE hold AS INSERT INTO \"swim-north\".dispatcher_event (event_id) VALUES ('')";
    let refused = stranger.session.execute(prepare).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied for schema"));
    // What locks by oid, as far as Postgres has it, locks the sequence and not the table.
    let hold = format!(
        "BEGIN; SELECT pg_advisory_xact_lock_shared({}); SELECT pg_table_size({log})",
        floor_key(log, 0)
    );
    stranger.session.execute(AssertSqlSafe(hold)).await?;
    let revenue = Dispatcher::<Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .schema("swim-north")
        .build()?;
    revenue.publish(lock(1, 1)).await?;
    let log = EventLog::in_schema(world.pool.clone(), "swim-north")?;
    assert_eq!(log.horizon().await?.position.get(), 1);
    stranger.leave(&world).await?;
    world.close().await
}
