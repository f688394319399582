//! What an operator sees first: each problem with its cause and the command that ends it.

use std::time::Duration;

use dispatcher_runtime::{
    Actor, DeadLetterFilter, LogRetention, Operator, Overview, Problem, ProblemKind,
    SubscriptionOptions,
};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::held::until;
use crate::support::{Act, Script, World, credit_history, hold_slot};

async fn overview(world: &World) -> TestResult<Overview> {
    Ok(Operator::new(world.pool.clone()).overview().await?)
}

fn kinds(overview: &Overview) -> Vec<ProblemKind> {
    overview
        .problems
        .iter()
        .map(|problem| problem.kind)
        .collect()
}

fn only(overview: &Overview) -> TestResult<&Problem> {
    match &overview.problems[..] {
        [problem] => Ok(problem),
        problems => Err(format!("{problems:#?}").into()),
    }
}

#[tokio::test]
async fn all_is_well_where_consumers_run_and_have_read_everything() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    let seen = overview(&world).await?;
    assert!(seen.problems.is_empty(), "{:#?}", seen.problems);
    assert_eq!((seen.last_position.get(), seen.horizon_lag), (1, 0));
    assert_eq!(seen.subscriptions.len(), 1);
    assert_eq!(seen.open_dead_letters.count, 0);
    assert_eq!(seen.retention_held_by, None);
    consumer.stop().await;

    // A consumer that is down says nothing itself.
    world.revenue().publish(lock(2, 2)).await?;
    world
        .pool
        .execute("UPDATE dispatcher_event SET inserted_at = inserted_at - interval '2 hours'")
        .await?;
    let seen = overview(&world).await?;
    let problem = only(&seen)?;
    assert_eq!(problem.kind, ProblemKind::NoHolder);
    assert_eq!(problem.consumer.as_deref(), Some("coaching"));
    assert_eq!(problem.subscription.as_deref(), Some("hold_slot"));
    assert_eq!(problem.text, "no replica runs it; 1 event is unread");
    assert_eq!(
        problem.command,
        "dispatcher subscriptions show coaching/hold_slot"
    );
    assert!(problem.since.is_some_and(|since| since < seen.taken_at));
    world.close().await
}

#[tokio::test]
async fn a_pause_is_the_cause_and_what_follows_from_it_is_no_problem_of_its_own() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    let operator = Operator::new(world.pool.clone());
    let actor = Actor::new("mia").because("the slots are down");
    let pause = operator
        .subscriptions()
        .pause("coaching", "hold_slot", actor);
    let pause = pause.await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    world
        .pool
        .execute("UPDATE dispatcher_event SET inserted_at = inserted_at - interval '5 minutes'")
        .await?;
    let seen = overview(&world).await?;
    let problem = only(&seen)?;
    assert_eq!(problem.kind, ProblemKind::Paused);
    assert_eq!(problem.since, Some(pause.paused_at));
    assert_eq!(
        problem.text,
        "mia paused it: the slots are down; 2 events are unread"
    );
    assert_eq!(
        problem.command,
        "dispatcher subscriptions resume coaching/hold_slot"
    );
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn what_waits_is_held_and_was_given_up_is_told_with_its_command() -> TestResult {
    let world = World::new().await?;
    let hour = Duration::from_secs(3_600);
    let script = Script::new([
        (1, Act::RetryAfter(hour)),
        (2, Act::Permanent),
        (3, Act::Wait),
    ]);
    let options = SubscriptionOptions::new().hold_subject_of_dead_letter(true);
    let consumer = world
        .coaching(&script)
        .subscribe_with(hold_slot, options.partitions(1));
    let consumer = consumer.start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    until(&world, "SELECT count(*) FROM dispatcher_retry", 2).await?;
    // A handler that hangs.
    world.revenue().publish(lock(3, 3)).await?;
    script.entered.acquire_many(3).await?.forget();
    world
        .pool
        .execute(
            "UPDATE dispatcher_event SET inserted_at = inserted_at - interval '10 minutes' WHERE position = 3;
             UPDATE dispatcher_retry SET waiting_since = waiting_since - interval '20 minutes';
             UPDATE dispatcher_dead_letter SET created_at = created_at - interval '3 days'",
        )
        .await?;
    let seen = overview(&world).await?;
    assert_eq!(
        kinds(&seen),
        [
            ProblemKind::Behind,
            ProblemKind::Held,
            ProblemKind::Retrying,
            ProblemKind::DeadLetters
        ]
    );
    let texts: Vec<_> = seen.problems.iter().map(|problem| &*problem.text).collect();
    assert_eq!(
        texts,
        [
            "1 event is unread",
            "1 subject is held by a dead letter, or waits for a version",
            "2 events wait after failures",
            "1 dead letter is open",
        ]
    );
    assert_eq!(
        seen.problems[3].command,
        "dispatcher dlq groups --subscription coaching/hold_slot"
    );
    assert_eq!(seen.open_dead_letters.count, 1);
    script.gate.add_permits(1);
    consumer.stop().await;

    // A dead letter outlasts its subscription.
    let operator = Operator::new(world.pool.clone());
    let filter = DeadLetterFilter::default();
    let letters = operator.dead_letters().list(&filter).await?;
    assert_eq!(letters.dead_letters.len(), 1);
    operator
        .subscriptions()
        .remove("coaching", "hold_slot")
        .await?;
    let seen = overview(&world).await?;
    let problem = only(&seen)?;
    assert_eq!(
        problem.text,
        "1 dead letter of a subscription that was removed is open"
    );
    assert_eq!(problem.command, "dispatcher dlq groups");
    world.close().await
}

#[tokio::test]
async fn a_blocker_is_named_with_what_ends_it() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    let options = world
        .database
        .options()
        .clone()
        .application_name("importer");
    let mut importer = PgConnection::connect_with(&options).await?;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut importer)
        .await?;
    importer.execute("BEGIN").await?;
    world
        .revenue()
        .publish(lock(1, 1))
        .within(&mut importer)
        .await?;
    world.revenue().publish(lock(2, 2)).await?;
    let seen = overview(&world).await?;
    assert!(
        seen.problems.is_empty(),
        "it has just begun: {:?}",
        seen.problems
    );
    assert_eq!(seen.horizon_lag, 2);
    let blockers = seen.blockers.ok_or("it may be seen")?;
    assert_eq!(blockers[0].pid, Some(pid));

    // As long as a committed event has waited for it, so long it has been open at least.
    world
        .pool
        .execute("UPDATE dispatcher_event SET inserted_at = inserted_at - interval '3 minutes' WHERE position = 2")
        .await?;
    let seen = overview(&world).await?;
    let problem = &seen.problems[0];
    assert_eq!(problem.kind, ProblemKind::Blocked);
    assert!(
        problem.text.starts_with(&format!(
            "2 positions cannot be read until the transaction of process {pid} of \"importer\", role "
        )) && problem.text.ends_with(" (idle in transaction) ends, because it has published")
            && !problem.text.contains("open for"),
        "{}",
        problem.text
    );
    assert_eq!(
        problem.command,
        format!("SELECT pg_terminate_backend({pid})")
    );
    world
        .pool
        .execute(AssertSqlSafe(problem.command.clone()))
        .await?;
    consumer.wait_caught_up().await?;
    assert!(overview(&world).await?.problems.is_empty());
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn the_subscription_that_holds_retention_is_named() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let consumer = world.coaching(&script).subscribe(credit_history);
    consumer.subscribe(hold_slot).start().await?.stop().await;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    world
        .pool
        .execute("UPDATE dispatcher_event SET inserted_at = inserted_at - interval '5 days'")
        .await?;
    let seen = overview(&world).await?;
    assert_eq!(seen.retention_held_by, None, "no replica removes events");

    let day = Duration::from_secs(86_400);
    let retention = LogRetention::default().events(day * 2).dedup(day * 9);
    let consumer = world.coaching(&script).subscribe(credit_history);
    let consumer = consumer.log_retention(retention).start().await?;
    consumer.wait_caught_up().await?;
    let seen = overview(&world).await?;
    let held_by = seen.retention_held_by.as_ref().ok_or("it is held")?;
    assert_eq!(
        (&*held_by.subscription, held_by.position.get()),
        ("hold_slot", 0)
    );
    assert_eq!(
        kinds(&seen),
        [ProblemKind::NoHolder, ProblemKind::RetentionHeld]
    );
    assert_eq!(
        seen.problems[1].text,
        "events are kept beyond their window, because it has read only up to position 0"
    );
    consumer.stop().await;
    world.close().await
}
