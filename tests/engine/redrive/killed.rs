//! kill -9 of the consumer, and lost connections of operators, at each step of a redrive: each event is handled once, the
//! subjects keep their order, and no letter stays redriving.
//!
//! A step is held where it is by a lock of the test, so that the kill falls into it.

use std::time::Duration;

use dispatcher_runtime::{Actor, DeadLetterFilter, DeadLetterState, RedriveState, Redrives};
use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};

use super::{assert_consistent, numbers, quick, start, states, stored_letters, unresolved};
use crate::crash::consumer;
use crate::support::{Script, World, hold_slot};

/// How many members the redrive has; CI takes few, because each is an event of its own.
fn members() -> u32 {
    let given = std::env::var("DISPATCHER_REDRIVE_MEMBERS").ok();
    given
        .and_then(|members| members.parse().ok())
        .unwrap_or(300)
}

/// A transaction that holds a table so that the step that writes it waits.
async fn hold(world: &World, table: &str) -> TestResult<Transaction<'static, Postgres>> {
    let mut tx = world.pool.begin().await?;
    let lock = AssertSqlSafe(format!("LOCK TABLE {table} IN SHARE MODE"));
    sqlx::query(lock).execute(&mut *tx).await?;
    Ok(tx)
}

/// The session that waits for a lock with a statement like that; waits until there is one.
async fn waiting_session(world: &World, statement: &str) -> TestResult<i32> {
    let waiting = "SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1";
    for _ in 0..3000 {
        let session = sqlx::query_scalar(waiting).bind(format!("%{statement}%"));
        if let Some(session) = session.fetch_optional(&world.pool).await? {
            return Ok(session);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(format!("no session waits with {statement}").into())
}

async fn terminate(world: &World, session: i32) -> TestResult {
    let end = sqlx::query("SELECT pg_terminate_backend($1)").bind(session);
    end.execute(&world.pool).await?;
    Ok(())
}

/// The effects, each once, and those of a subject in the order of their events.
async fn assert_each_once_and_in_order(world: &World, count: u32) -> TestResult {
    let effects = world.effects().await?;
    let mut sorted = effects.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        (1..=i64::from(count)).collect::<Vec<_>>(),
        "each once"
    );
    let rows = sqlx::query(
        "SELECT subject, array_agg(credits ORDER BY seq) AS credits FROM effect GROUP BY subject",
    );
    for row in rows.fetch_all(&world.pool).await? {
        let credits: Vec<i64> = row.try_get("credits")?;
        assert!(credits.is_sorted(), "{credits:?}");
    }
    Ok(())
}

#[tokio::test]
async fn killed_at_each_step_each_event_is_handled_once_and_in_order() -> TestResult {
    let world = World::new().await?;
    let count = members();
    stored_letters(&world, count, 20).await?;
    let url = world.database.url();
    let filter = DeadLetterFilter::default();

    // D1: the operator's session ends while it marks the letters.
    let held = hold(&world, "dispatcher_redrive_item").await?;
    let redrives = Redrives::new(world.pool.clone());
    let starting = tokio::spawn({
        let (redrives, filter) = (redrives.clone(), filter.clone());
        async move {
            redrives
                .start(&filter, &quick(), None, Actor::new("mia"))
                .await
        }
    });
    let session = waiting_session(&world, "D1. The redrive").await?;
    terminate(&world, session).await?;
    assert!(starting.await?.is_err());
    held.rollback().await?;
    assert_eq!(
        world
            .count("SELECT count(*) FROM dispatcher_redrive")
            .await?,
        0
    );
    assert_consistent(&world).await?;
    let redrive = start(&world, &filter).await?;
    assert_eq!(redrive.total, u64::from(count));

    // D2: while members are handed over.
    let held = hold(&world, "dispatcher_redrive_item").await?;
    let (mut child, _lines) = consumer(url, "run")?;
    waiting_session(&world, "D2. Hands").await?;
    child.kill().await?;
    held.rollback().await?;
    assert_consistent(&world).await?;

    // D3: between the handler and the commit. The second process writes its attempt down first.
    for _ in 0..2 {
        let (mut child, mut lines) = consumer(url, "hang")?;
        lines
            .next_line()
            .await?
            .ok_or("it ended before it handled anything")?;
        child.kill().await?;
        assert_consistent(&world).await?;
    }
    assert_eq!(
        world.effects().await?,
        Vec::<i64>::new(),
        "nothing was committed"
    );

    // D4: after the handler, while its letter is resolved.
    let held = hold(&world, "dispatcher_dead_letter").await?;
    let (mut child, _lines) = consumer(url, "run")?;
    waiting_session(&world, "D4. What became").await?;
    child.kill().await?;
    held.rollback().await?;
    assert_consistent(&world).await?;

    // And while it works, at whatever point that is.
    for events in [3, 11, 40] {
        let (mut child, mut lines) = consumer(url, "run")?;
        for _ in 0..events {
            lines.next_line().await?;
        }
        child.kill().await?;
        assert_consistent(&world).await?;
    }

    let last = world.coaching(&Script::new([])).subscribe(hold_slot);
    let last = last.start().await?;
    last.wait_caught_up().await?;
    last.stop().await;
    assert_each_once_and_in_order(&world, count).await?;
    assert_eq!(
        numbers(&world, &redrive).await?,
        [0, 0, u64::from(count), 0, 0]
    );
    assert!(unresolved(&world).await?.is_empty());
    assert_consistent(&world).await?;
    world.close().await
}

/// D5: the operator's session ends while it stops the redrive; the second time it stops it.
#[tokio::test]
async fn killed_while_it_is_stopped_it_runs_on_and_what_was_handed_over_is_handled_once()
-> TestResult {
    let world = World::new().await?;
    stored_letters(&world, 50, 10).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let (mut child, mut lines) = consumer(world.database.url(), "run")?;
    lines.next_line().await?;
    child.kill().await?;
    let held = hold(&world, "dispatcher_dead_letter").await?;
    let redrives = Redrives::new(world.pool.clone());
    let stopping = tokio::spawn({
        let (redrives, id) = (redrives.clone(), redrive.redrive_id.clone());
        async move { redrives.stop(&id, Actor::new("jo")).await }
    });
    let session = waiting_session(&world, "D5 by an operator").await?;
    terminate(&world, session).await?;
    assert!(stopping.await?.is_err());
    held.rollback().await?;
    assert_consistent(&world).await?;
    let before = numbers(&world, &redrive).await?;
    assert!(before[0] > 0, "it runs on: {before:?}");

    redrives.stop(&redrive.redrive_id, Actor::new("jo")).await?;
    let last = world.coaching(&Script::new([])).subscribe(hold_slot);
    let last = last.start().await?;
    last.wait_caught_up().await?;
    last.stop().await;
    let [queued, waiting, handled, failed, left_out] = numbers(&world, &redrive).await?;
    assert_eq!((queued, waiting, failed), (0, 0, 0));
    assert_eq!(handled + left_out, 50);
    let effects = world.effects().await?;
    assert_eq!(effects.len() as u64, handled, "each once");
    assert_eq!(unresolved(&world).await?.len() as u64, left_out);
    assert_consistent(&world).await?;
    world.close().await
}

/// D5 by the consumer, which is killed while it stops the redrive; the next one stops it, once, and hands nothing over before.
#[tokio::test]
async fn killed_while_a_redrive_stops_itself_the_next_consumer_stops_it_once() -> TestResult {
    let world = World::new().await?;
    stored_letters(&world, 60, 60).await?;
    let redrive = start(&world, &DeadLetterFilter::default()).await?;
    let held = hold(&world, "dispatcher_audit").await?;
    let (mut child, _lines) = consumer(world.database.url(), "refuse")?;
    let session = waiting_session(&world, "D5 by the consumer").await?;
    child.kill().await?;
    // Its session would not notice before it has done its work.
    terminate(&world, session).await?;
    held.rollback().await?;
    assert_consistent(&world).await?;
    let before = numbers(&world, &redrive).await?;
    assert!(before[0] > 0 && before[3] >= 20, "it runs on: {before:?}");
    let audit = "SELECT count(*) FROM dispatcher_audit WHERE who = 'dispatcher' AND what LIKE 'stop redrive rdr_%'";
    assert_eq!(world.count(audit).await?, 0);

    let script = Script::new([]);
    let next = world.coaching(&script).subscribe(hold_slot).start().await?;
    next.wait_caught_up().await?;
    next.stop().await;
    let [queued, waiting, handled, failed, left_out] = numbers(&world, &redrive).await?;
    assert_eq!((queued, waiting), (0, 0));
    assert_eq!((left_out, failed), (before[0], before[3]));
    assert_eq!(handled, before[1], "only what had been handed over");
    assert_eq!(world.effects().await?.len() as u64, handled);
    assert!(
        states(&world)
            .await?
            .iter()
            .all(|it| *it == DeadLetterState::Open)
    );
    let stopped = Redrives::new(world.pool.clone())
        .get(&redrive.redrive_id)
        .await?;
    assert_eq!(stopped.state, RedriveState::Stopped);
    assert!(stopped.ended_at.is_some());
    assert_eq!(world.count(audit).await?, 1);
    assert_consistent(&world).await?;
    world.close().await
}
