//! What the generator proves of two versions reaches a program that has only the older one.

use dispatcher_runtime::{ContractsCatalog, ReadAsProof, SubscriptionOptions};
use dispatcher_test_fixtures::TestResult;
use serde_json::json;

use super::programs::{Handled, caught_up, old};
use super::{after, publish};
use crate::support::World;

/// As those of `after`, without the word that version 2 means something else.
mod contracts {
    dispatcher_runtime::contracts!("versions/proved");
}

#[tokio::test]
async fn what_is_proved_where_the_contracts_are_built_reaches_an_older_consumer() -> TestResult {
    let world = World::new().await?;
    let mut handled = Handled::new();
    let options = SubscriptionOptions::new();
    let consumer = old(&world.pool, &handled, options).start().await?;
    let newer = json!({ "parcel_id": "a", "express": true, "courier": "Mo" });
    publish(&world.pool, "parcel.sent", 2, Some("a"), newer).await?;
    ContractsCatalog::new(world.pool.clone())
        .push(&contracts::REGISTRY)
        .await?;
    assert_eq!(handled.next().await?, "a v2");
    caught_up(&consumer).await?;
    consumer.stop().await;
    world.close().await
}

/// Version 2 of `after` has `"x-upcast": "by-hand"`: the same document may mean something else in it.
#[test]
fn a_version_that_means_something_else_is_not_read_as_an_older_one() {
    let read_as = |registry: &'static dispatcher_runtime::Registry| {
        let version = registry.event("parcel.sent")?.version(2)?;
        Some(version.read_as)
    };
    let proved = read_as(&contracts::REGISTRY).unwrap();
    assert_eq!(proved.len(), 1);
    assert_eq!(
        (proved[0].schema_version, proved[0].proof),
        (1, ReadAsProof::Lenient)
    );
    assert!(read_as(&after::REGISTRY).unwrap().is_empty());
}
