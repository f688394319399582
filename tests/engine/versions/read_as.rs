//! A newer version that may be read as one that the consumer knows, as the contracts in the database say.

use dispatcher_runtime::{
    CatalogDifference, ContractsCatalog, DeadLetterFilter, DeadLetterReason, DeadLetters,
    SubscriptionOptions,
};
use dispatcher_test_fixtures::TestResult;
use serde_json::json;
use sqlx::Executor;

use super::programs::{Handled, caught_up, old};
use super::{after, before, publish};
use crate::held::until;
use crate::support::{World, whole_letters};

const WAITING: &str = "SELECT count(*) FROM dispatcher_retry WHERE awaited_version = 2";

async fn send(world: &World, id: &str, payload: serde_json::Value) -> TestResult {
    publish(&world.pool, "parcel.sent", 2, Some(id), payload).await
}

async fn may_be_read(world: &World, as_version: i32) -> TestResult {
    let insert = "INSERT INTO dispatcher_contract_read_as VALUES ('parcel.sent', 2, $1, 'lenient')";
    sqlx::query(insert)
        .bind(as_version)
        .execute(&world.pool)
        .await?;
    Ok(())
}

#[tokio::test]
async fn it_is_handed_over_as_the_older_version_without_what_that_one_does_not_declare()
-> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    let newer = json!({ "parcel_id": "a", "express": true, "courier": "Mo" });
    send(&world, "a", newer.clone()).await?;
    caught_up(&consumer).await?;
    until(&world, WAITING, 1).await?;
    // Its producer comes last, and pushes what its contracts prove.
    ContractsCatalog::new(world.pool.clone())
        .push(&after::REGISTRY)
        .await?;
    may_be_read(&world, 1).await?;
    assert_eq!(handled.next().await?, "a v2");
    send(&world, "a", newer.clone()).await?;
    assert_eq!(handled.next().await?, "a v2");
    caught_up(&consumer).await?;
    consumer.stop().await;

    // Under the next lease, and in another process, it is asked again.
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    send(&world, "a", newer).await?;
    assert_eq!(handled.next().await?, "a v2");
    // Whatever was proved, the gate decides.
    send(&world, "b", json!({ "parcel_id": "b", "express": "very" })).await?;
    caught_up(&consumer).await?;
    until(&world, "SELECT count(*) FROM dispatcher_dead_letter", 1).await?;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let mut letters = whole_letters(&dead_letters, &DeadLetterFilter::default()).await?;
    let letter = letters.remove(0);
    assert_eq!(letter.reason, DeadLetterReason::Invalid);
    assert_eq!(
        letter.error,
        "the payload of version 2 was read as one of an older version, and the payload is not a valid parcel.sent v1: \
         /express: a string of 4 characters is not of type \"boolean\" [type] (schema parcels/parcel-sent-v1.json)"
    );
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_version_that_the_program_does_not_have_either_does_not_help() -> TestResult {
    let world = World::new().await?;
    let handled = Handled::new();
    let catalog = ContractsCatalog::new(world.pool.clone());
    catalog.push(&after::REGISTRY).await?;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_contract_version VALUES ('parcel.sent', 3, 'active', NULL);
                  INSERT INTO dispatcher_contract_read_as VALUES ('parcel.sent', 3, 2, 'strict')",
        )
        .await?;
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    publish(
        &world.pool,
        "parcel.sent",
        3,
        None,
        json!({ "parcel_id": "a" }),
    )
    .await?;
    caught_up(&consumer).await?;
    until(
        &world,
        "SELECT count(*) FROM dispatcher_retry WHERE awaited_version = 3",
        1,
    )
    .await?;
    consumer.stop().await;
    world.close().await
}

/// Without the tables, or the right to read them, everything else goes on.
#[tokio::test]
async fn a_consumer_does_without_the_contracts() -> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    world
        .pool
        .execute("DROP TABLE dispatcher_contract, dispatcher_contract_consumer, dispatcher_contract_version,
                             dispatcher_contract_document, dispatcher_contract_read_as CASCADE")
        .await?;
    let consumer = old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?;
    send(&world, "a", json!({ "parcel_id": "a" })).await?;
    publish(
        &world.pool,
        "parcel.sent",
        1,
        None,
        json!({ "parcel_id": "b" }),
    )
    .await?;
    assert_eq!(handled.next().await?, "b v1");
    caught_up(&consumer).await?;
    until(&world, WAITING, 1).await?;
    consumer.stop().await;
    world.close().await
}

/// Everything that was pushed, without times.
async fn pushed(world: &World) -> TestResult<Vec<String>> {
    let rows = "SELECT concat_ws(' ', event_type, producer, status, newest_version, subject) FROM dispatcher_contract
         UNION ALL SELECT concat_ws(' ', event_type, consumer) FROM dispatcher_contract_consumer
         UNION ALL SELECT concat_ws(' ', event_type, schema_version, status, schema_path) FROM dispatcher_contract_version
         UNION ALL SELECT concat_ws(' ', event_type, schema_version, path, length(document)) FROM dispatcher_contract_document
         ORDER BY 1";
    Ok(sqlx::query_scalar(rows).fetch_all(&world.pool).await?)
}

fn shown(differences: Vec<CatalogDifference>) -> Vec<String> {
    differences.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn programs_of_two_versions_push_in_any_order_with_the_same_result() -> TestResult {
    let mut results = Vec::new();
    for order in [[0, 1, 0], [1, 0, 1], [1, 1, 0]] {
        let world = World::new().await?;
        let catalog = ContractsCatalog::new(world.pool.clone());
        for which in order {
            let registry = [&before::REGISTRY, &after::REGISTRY][which];
            catalog.push(registry).await?;
        }
        results.push(pushed(&world).await?);
        assert_eq!(catalog.differences(&after::REGISTRY).await?, []);
        assert_eq!(
            shown(catalog.differences(&before::REGISTRY).await?),
            [
                "parcel.lost: the version 1 is active in the program and retired in the database",
                "parcel.lost: the program lacks the version 2, which is active in the database",
                "parcel.sent: the program lacks the version 2, which is active in the database",
            ]
        );
        world.close().await?;
    }
    let retired = "parcel.lost 1 retired parcels/parcel-lost-v1.json".to_owned();
    assert!(results[0].contains(&retired), "{results:#?}");
    assert!(
        results[0].contains(&"parcel.lost depot active 2 /parcel_id".to_owned()),
        "{results:?}"
    );
    assert!(
        results.iter().all(|result| *result == results[0]),
        "{results:#?}"
    );
    Ok(())
}

#[tokio::test]
async fn many_that_push_at_once_do_not_stop_each_other() -> TestResult {
    let world = World::new().await?;
    let catalog = ContractsCatalog::new(world.pool.clone());
    let mut pushes = tokio::task::JoinSet::new();
    for which in 0..12 {
        let catalog = catalog.clone();
        pushes.spawn(async move {
            catalog
                .push([&before::REGISTRY, &after::REGISTRY][which % 2])
                .await
        });
    }
    while let Some(pushed) = pushes.join_next().await {
        pushed??;
    }
    assert_eq!(catalog.differences(&after::REGISTRY).await?, []);
    world.close().await
}

#[tokio::test]
async fn a_consumer_pushes_at_its_start_and_takes_nothing_back() -> TestResult {
    let world = World::new().await?;
    let handled = Handled::new();
    let catalog = ContractsCatalog::new(world.pool.clone());
    assert_eq!(
        catalog.differences(&before::REGISTRY).await?,
        [],
        "nothing was pushed"
    );
    old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?
        .stop()
        .await;
    assert_eq!(shown(catalog.differences(&after::REGISTRY).await?).len(), 3);
    super::programs::new(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?
        .stop()
        .await;
    old(&world.pool, &handled, SubscriptionOptions::new())
        .start()
        .await?
        .stop()
        .await;
    assert_eq!(catalog.differences(&after::REGISTRY).await?, []);
    world.close().await
}
