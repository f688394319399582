//! The transaction that holds the horizon back is named; one that has published nothing never holds
//! it back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use acme_contracts::Revenue;
use dispatcher_runtime::observe::{HeldBack, Observer};
use dispatcher_runtime::{Blocker, Dispatcher, EventLog, PublishError};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};
use dispatcher_test_launcher::Server;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, Executor, PgConnection, Row};
use tokio::sync::Semaphore;

use crate::support::{Script, World, hold_slot};

/// A connection with the application name `importer`.
async fn importer(world: &World) -> TestResult<PgConnection> {
    let options = world.database.options().clone();
    Ok(PgConnection::connect_with(&options.application_name("importer")).await?)
}

async fn pid(connection: &mut PgConnection) -> TestResult<i32> {
    let row = sqlx::query("SELECT pg_backend_pid()");
    Ok(row.fetch_one(connection).await?.try_get(0)?)
}

#[tokio::test]
async fn whoever_has_published_and_not_ended_is_named() -> TestResult {
    let world = World::new().await?;
    let log = EventLog::new(world.pool.clone());
    world.revenue().publish(lock(1, 1)).await?;
    let horizon = log.horizon().await?;
    assert_eq!(
        (horizon.last_position.get(), horizon.position.get()),
        (1, 1)
    );
    assert_eq!(horizon.blocker, None);

    // A later transaction is not the one that holds it back.
    let mut importer = importer(&world).await?;
    let pid = pid(&mut importer).await?;
    importer.execute("BEGIN").await?;
    world
        .revenue()
        .publish(lock(2, 2))
        .within(&mut importer)
        .await?;
    let mut later = world.pool.begin().await?;
    world
        .revenue()
        .publish(lock(3, 3))
        .within(&mut later)
        .await?;

    let horizon = log.horizon().await?;
    assert_eq!(
        (horizon.last_position.get(), horizon.position.get()),
        (3, 1)
    );
    let blocker = horizon.blocker.ok_or("no transaction is named")?;
    assert_eq!(blocker.pid, Some(pid));
    assert_eq!(blocker.application.as_deref(), Some("importer"));
    assert_eq!(blocker.state.as_deref(), Some("idle in transaction"));
    assert_eq!(blocker.prepared, None);
    assert!(blocker.age > Duration::ZERO);
    let said = blocker.to_string();
    let role = blocker.role.as_deref().ok_or("no role is named")?;
    assert_eq!(blocker.may_publish, Some(true));
    let expected =
        format!("the transaction of process {pid} of \"importer\", role {role:?}, open for ");
    assert!(
        said.starts_with(&expected) && said.ends_with(" s (idle in transaction)"),
        "{said}"
    );

    importer.execute("COMMIT").await?;
    let horizon = log.horizon().await?;
    assert_eq!(horizon.position.get(), 2, "now the later one holds it");
    assert_ne!(
        horizon.blocker.and_then(|blocker| blocker.pid),
        Some(pid),
        "a transaction that has ended is not named"
    );
    later.rollback().await?;
    assert_eq!(log.horizon().await?.blocker, None);
    importer.close().await?;
    world.close().await
}

#[tokio::test]
async fn a_prepared_transaction_is_named_by_what_it_was_called() -> TestResult {
    let world = World::new().await?;
    let prepared = "SELECT current_setting('max_prepared_transactions')::bigint";
    if world.count(prepared).await? == 0 {
        eprintln!("skipped: the server of DATABASE_URL has max_prepared_transactions = 0");
        return world.close().await;
    }
    let mut connection = world.pool.acquire().await?;
    connection.execute("BEGIN").await?;
    world
        .revenue()
        .publish(lock(1, 1))
        .within(&mut connection)
        .await?;
    connection
        .execute("PREPARE TRANSACTION 'month_end'")
        .await?;
    let horizon = EventLog::new(world.pool.clone()).horizon().await?;
    connection.execute("ROLLBACK PREPARED 'month_end'").await?;
    let blocker = horizon.blocker.ok_or("no transaction is named")?;
    assert_eq!(blocker.prepared.as_deref(), Some("month_end"));
    assert_eq!(blocker.pid, None);
    let said = blocker.to_string();
    assert!(
        said.starts_with("the prepared transaction \"month_end\", open for "),
        "{said}"
    );
    drop(connection);
    world.close().await
}

#[tokio::test]
async fn writes_that_published_nothing_hold_nothing_back_here_or_in_another_database() -> TestResult
{
    let world = World::new().await?;
    let other = Server::shared().await?.create_database().await?;
    let other_pool = other.pool(2).await?;
    dispatcher_runtime::migrate(&other_pool).await?;

    let mut here = world.pool.begin().await?;
    here.execute("INSERT INTO effect (subscription, event_id, credits) VALUES ('none', 'none', 1)")
        .await?;
    // The other database has a log too, and this transaction has published into it.
    let mut elsewhere = other_pool.begin().await?;
    let dispatcher = Dispatcher::<Revenue>::builder(other_pool.clone())
        .tenant(TENANT)
        .build()?;
    dispatcher
        .publish(lock(9, 9))
        .within(&mut elsewhere)
        .await?;

    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    tokio::time::timeout(Duration::from_secs(60), consumer.wait_caught_up()).await??;
    let horizon = EventLog::new(world.pool.clone()).horizon().await?;
    assert_eq!((horizon.position.get(), horizon.blocker), (1, None));
    consumer.stop().await;

    here.rollback().await?;
    elsewhere.rollback().await?;
    other_pool.close().await;
    other.close().await?;
    world.close().await
}

/// Records what it receives about the horizon.
struct Watch {
    told: Mutex<Vec<(Blocker, Duration, u64)>>,
    news: Semaphore,
}

impl Watch {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            told: Mutex::default(),
            news: Semaphore::new(0),
        })
    }

    async fn next(&self) -> TestResult<(Blocker, Duration, u64)> {
        let news = tokio::time::timeout(Duration::from_secs(60), self.news.acquire());
        news.await??.forget();
        Ok(self.told.lock().unwrap().remove(0))
    }
}

impl Observer for Watch {
    fn held_back(&self, held_back: &HeldBack<'_>) {
        self.told.lock().unwrap().push((
            held_back.blocker.clone(),
            held_back.standing_for,
            held_back.positions,
        ));
        self.news.add_permits(1);
    }
}

#[tokio::test]
async fn a_horizon_that_stands_still_is_told_and_taken_back() -> TestResult {
    let world = World::new().await?;
    let watch = Watch::new();
    let script = Script::new([]);
    let consumer = world
        .coaching(&script)
        .observer(Arc::clone(&watch))
        .subscribe(hold_slot)
        .start()
        .await?;
    let mut importer = importer(&world).await?;
    let pid = pid(&mut importer).await?;
    importer.execute("BEGIN").await?;
    world
        .revenue()
        .publish(lock(1, 1))
        .within(&mut importer)
        .await?;
    world
        .revenue()
        .publish_all([lock(2, 2), lock(3, 3)])
        .await?;

    let (blocker, standing_for, positions) = watch.next().await?;
    assert_eq!(
        (blocker.pid, blocker.application.as_deref(), positions),
        (Some(pid), Some("importer"), 3)
    );
    assert!(standing_for >= Duration::from_secs(5));
    assert_eq!(world.effects().await?, [0; 0], "they wait for position 1");

    importer.execute("COMMIT").await?;
    let (ended, standing_for, positions) = watch.next().await?;
    assert_eq!(
        (ended.pid, standing_for, positions),
        (Some(pid), Duration::ZERO, 0)
    );
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3]);
    importer.close().await?;
    world.close().await
}

#[tokio::test]
async fn a_publishing_transaction_that_idles_past_its_limit_is_ended() -> TestResult {
    let world = World::new().await?;
    let limited = |milliseconds| {
        Dispatcher::<Revenue>::builder(world.pool.clone())
            .tenant(TENANT)
            .idle_in_transaction_timeout(Duration::from_millis(milliseconds))
            .build()
    };
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(hold_slot).start().await?;
    let mut forgotten = world.pool.begin().await?;
    limited(200)?
        .publish(lock(1, 1))
        .within(&mut forgotten)
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    // The second can be read only once the first is gone.
    tokio::time::timeout(Duration::from_secs(60), consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2]);
    let error = world
        .revenue()
        .publish(lock(3, 3))
        .within(&mut forgotten)
        .await
        .unwrap_err();
    assert!(matches!(error, PublishError::Database(_)), "{error}");
    drop(forgotten);

    // A stricter session limit stays, and the limit ends with the transaction.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(world.database.options().clone())
        .await?;
    let setting = "SELECT current_setting('idle_in_transaction_session_timeout')";
    for (session, limit, expected) in [
        ("0", 60_000, "1min"),
        ("7s", 60_000, "7s"),
        ("7s", 200, "200ms"),
    ] {
        let mut tx = pool.begin().await?;
        sqlx::query("SELECT set_config('idle_in_transaction_session_timeout', $1, true)")
            .bind(session)
            .execute(&mut *tx)
            .await?;
        limited(limit)?.publish(lock(4, 4)).within(&mut tx).await?;
        let now: String = sqlx::query(setting).fetch_one(&mut *tx).await?.try_get(0)?;
        assert_eq!(now, expected);
        tx.commit().await?;
        let after: String = sqlx::query(setting).fetch_one(&pool).await?.try_get(0)?;
        assert_eq!(after, "0");
    }
    let error = limited(0).unwrap_err().to_string();
    assert_eq!(
        error,
        "the setting `idle_in_transaction_timeout` is `0ns`; it has to be between 1 ms and 24 days"
    );
    pool.close().await;
    world.close().await
}
