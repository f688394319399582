//! A table family in a Postgres schema of its own: what publishes, what handles and what an operator uses
//! all work there, while a family on the search path has tables of the same names.

use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{
    Consumer, DeadLetterFilter, DeadLetters, Dispatcher, EventLog, Operator, StartFrom,
    Subscriptions,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};

use crate::support::{Act, Script, World, hold_slot};

/// It has to be quoted in SQL.
const NORTH: &str = "Swim-North";

/// The rows of the family on the search path, which nothing here may touch.
const ROWS_OF_THE_OTHER: &str = "SELECT (SELECT count(*) FROM dispatcher_event)
    + (SELECT count(*) FROM dispatcher_cursor) + (SELECT count(*) FROM dispatcher_dedup)
    + (SELECT count(*) FROM dispatcher_dead_letter) + (SELECT count(*) FROM dispatcher_retry)
    + (SELECT count(*) FROM dispatcher_replica)";

#[tokio::test]
async fn the_dispatcher_the_consumer_and_the_operator_work_in_the_schema_that_they_are_given()
-> TestResult {
    let world = World::new().await?;
    dispatcher_runtime::migrate_schema(&world.pool, NORTH).await?;
    let revenue = Dispatcher::<Revenue>::builder(world.pool.clone())
        .tenant(TENANT)
        .schema(NORTH)
        .build()?;
    let script = Script::new([(2, Act::Permanent)]);
    let consumer = Consumer::<Coaching>::builder(world.pool.clone())
        .state(script.clone())
        .schema(NORTH)
        .subscribe(hold_slot)
        .start()
        .await?;
    revenue.publish(lock(1, 1)).await?;
    revenue.publish(lock(2, 2)).await?;
    consumer.wait_caught_up().await?;
    assert_eq!(world.effects().await?, [1]);

    let operator = Operator::in_schema(world.pool.clone(), NORTH)?;
    let found = operator
        .dead_letters()
        .list(&DeadLetterFilter::default())
        .await?
        .dead_letters;
    assert_eq!(found.len(), 1);
    assert_eq!(operator.log().horizon().await?.last_position.get(), 2);
    let alone = DeadLetters::in_schema(world.pool.clone(), NORTH)?;
    alone
        .redrive(&found[0].dead_letter_id, "maria", None)
        .await?;
    consumer.wait_caught_up().await?;
    assert_eq!(script.attempts_at(2), [1, 1], "it was redriven there");
    consumer.stop().await;

    let subscriptions = Subscriptions::in_schema(world.pool.clone(), NORTH)?;
    let listed = subscriptions.list(Some("coaching")).await?;
    assert_eq!(listed.len(), 1);
    subscriptions
        .rewind("coaching", "hold_slot", StartFrom::Beginning)
        .await?;
    let log = EventLog::in_schema(world.pool.clone(), NORTH)?;
    assert_eq!(log.horizon().await?.last_position.get(), 2);

    assert_eq!(world.count(ROWS_OF_THE_OTHER).await?, 0);
    assert_eq!(
        Operator::new(world.pool.clone())
            .subscriptions()
            .list(None)
            .await?
            .len(),
        0
    );
    world.close().await
}

#[test]
fn a_name_that_no_schema_can_have_is_refused_by_each() -> TestResult {
    let runtime = tokio::runtime::Runtime::new()?;
    let _entered = runtime.enter();
    let pool = sqlx::PgPool::connect_lazy("postgres://127.0.0.1:1/nowhere")?;
    let refused = [
        Operator::in_schema(pool.clone(), "").err(),
        DeadLetters::in_schema(pool.clone(), "").err(),
        Subscriptions::in_schema(pool.clone(), "").err(),
        EventLog::in_schema(pool.clone(), "").err(),
        Dispatcher::<Revenue>::builder(pool.clone())
            .tenant(TENANT)
            .schema("")
            .build()
            .err(),
    ];
    for error in refused {
        let error = error.ok_or("it was taken")?.to_string();
        assert!(error.starts_with("the setting `schema` is ``; "), "{error}");
    }
    Ok(())
}
