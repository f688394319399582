//! What `dispatcher_publish` refuses once contracts were pushed.

use dispatcher_runtime::ContractsCatalog;
use dispatcher_test_fixtures::TestResult;
use sqlx::Executor;
use sqlx::postgres::PgDatabaseError;

use super::after;
use crate::support::World;

/// The message and the hint, if it was refused.
async fn publish(
    world: &World,
    event_type: &str,
    version: i32,
    producer: &str,
) -> TestResult<Option<(String, String)>> {
    let publish = "SELECT FROM dispatcher_publish($1, '{}', 'tnt_a', $3, schema_version => $2)";
    let publish = sqlx::query(publish).bind(event_type).bind(version);
    let Err(error) = publish.bind(producer).execute(&world.pool).await else {
        return Ok(None);
    };
    let error = error.as_database_error().ok_or("not the server's")?;
    let error = error.downcast_ref::<PgDatabaseError>();
    assert_eq!(error.code(), "22023");
    let hint = error.hint().unwrap_or_default().to_owned();
    let message = error
        .message()
        .strip_prefix("dispatcher: the event was not published: ");
    Ok(Some((message.ok_or("another prefix")?.to_owned(), hint)))
}

fn refused(message: &str, hint: &str) -> Option<(String, String)> {
    Some((message.to_owned(), hint.to_owned()))
}

/// A misspelt one was accepted, and no subscription ever read it.
#[tokio::test]
async fn an_unknown_event_type_version_or_producer_is_refused_with_what_was_meant() -> TestResult {
    let world = World::new().await?;
    assert_eq!(
        publish(&world, "parcel.snet", 7, "thief").await?,
        None,
        "nothing was pushed"
    );
    ContractsCatalog::new(world.pool.clone())
        .push(&after::REGISTRY)
        .await?;
    for version in [1, 2] {
        assert_eq!(
            publish(&world, "parcel.sent", version, "depot").await?,
            None
        );
    }
    assert_eq!(
        publish(&world, "parcel.snet", 1, "depot").await?,
        refused(
            "the contracts have no event type 'parcel.snet'",
            "Did you mean parcel.sent?"
        )
    );
    assert_eq!(
        publish(&world, "credit.locked", 1, "depot").await?,
        refused(
            "the contracts have no event type 'credit.locked'",
            "Push the contracts that have it."
        )
    );
    assert_eq!(
        publish(&world, "parcel.sent", 3, "depot").await?,
        refused(
            "parcel.sent has no version 3",
            "schema_version has to be one of 1, 2."
        )
    );
    assert_eq!(
        publish(&world, "parcel.lost", 1, "depot").await?,
        refused(
            "version 1 of parcel.lost is retired",
            "schema_version has to be one of 2."
        )
    );
    assert_eq!(
        publish(&world, "parcel.sent", 3, "office").await?,
        refused(
            "parcel.sent is not published by 'office'; parcel.sent has no version 3",
            "The producer of parcel.sent has to be depot.\nschema_version has to be one of 1, 2."
        )
    );
    let upcoming = "UPDATE dispatcher_contract_version SET status = 'upcoming' WHERE event_type = 'parcel.sent' AND schema_version = 2";
    world.pool.execute(upcoming).await?;
    assert_eq!(
        publish(&world, "parcel.sent", 2, "depot").await?,
        refused(
            "version 2 of parcel.sent is announced and not active yet",
            "schema_version has to be one of 1."
        )
    );
    let retired =
        "UPDATE dispatcher_contract SET status = 'retired' WHERE event_type = 'parcel.sent'";
    world.pool.execute(retired).await?;
    assert_eq!(
        publish(&world, "parcel.sent", 1, "depot").await?,
        refused(
            "parcel.sent is retired",
            "Neither is parcel.sent published any more nor handled."
        )
    );
    world.close().await
}

/// Of many, and of long names, the comparison ends soon; how soon is not asserted.
#[tokio::test]
async fn what_was_meant_is_found_among_many_event_types() -> TestResult {
    let world = World::new().await?;
    ContractsCatalog::new(world.pool.clone())
        .push(&after::REGISTRY)
        .await?;
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_contract (event_type, producer, contract, description, status, newest_version)
             SELECT repeat('a', 900) || n, 'depot', '', '', 'active', 1 FROM generate_series(1, 5000) AS n
              UNION ALL
             SELECT 'event.type' || n, 'depot', '', '', 'active', 1 FROM generate_series(100, 9999) AS n",
        )
        .await?;
    let long = "a".repeat(902);
    let (message, hint) = publish(&world, &long, 1, "depot")
        .await?
        .ok_or("accepted")?;
    assert!(message.len() < 200, "{message}");
    assert!(hint.starts_with("Did you mean aaa"), "{hint}");
    let (_, hint) = publish(&world, "parcel.sendt", 1, "depot")
        .await?
        .ok_or("accepted")?;
    assert_eq!(hint, "Did you mean parcel.sent?");
    world.close().await
}

/// The words that the function compares, and how many letters differ; 6 for more than 5.
#[tokio::test]
async fn the_distance_of_words_counts_letters() -> TestResult {
    let world = World::new().await?;
    for (one, other, distance) in [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("parcel.sent", "parcel.sent", 0),
        ("parcel.snet", "parcel.sent", 2),
        ("parcel.set", "parcel.sent", 1),
        ("kitten", "sitting", 3),
        ("abcdefgh", "ijklmnop", 6),
        ("ä", "a", 1),
    ] {
        let found = sqlx::query_scalar("SELECT dispatcher_edit_distance($1, $2)");
        let found: i32 = found.bind(one).bind(other).fetch_one(&world.pool).await?;
        assert_eq!(found, distance, "{one} {other}");
    }
    world.close().await
}
