//! Subscriptions of some tenants.

use dispatcher_runtime::{
    DeadLetterFilter, DeadLetterReason, DeadLetters, StartError, SubscriptionOptions,
    Subscriptions, TenantId,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock};

use crate::support::{Act, Script, World, hold_slot};

const SOUTH: &str = "tnt_swim_south";

fn of(tenants: &[&str]) -> TestResult<SubscriptionOptions> {
    let tenants = tenants.iter().map(|tenant| tenant.parse());
    let tenants: Vec<TenantId> = tenants.collect::<Result<_, _>>()?;
    Ok(SubscriptionOptions::new().tenants(tenants).retry([]))
}

/// Publishes a lock of each of these credits: an odd one for one tenant, an even one for another.
async fn publish(world: &World, credits: impl IntoIterator<Item = u32>) -> TestResult {
    let (north, south) = (world.revenue(), world.revenue().for_tenant(SOUTH.parse()?));
    for credits in credits {
        let producer = if credits % 2 == 1 { &north } else { &south };
        producer.publish(lock(credits, credits)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn events_of_other_tenants_are_passed_over() -> TestResult {
    let world = World::new().await?;
    publish(&world, 1..=4).await?;
    let script = Script::new([(2, Act::Permanent), (4, Act::Permanent)]);
    let consumer = world.coaching(&script);
    let consumer = consumer.subscribe_with(hold_slot, of(&[TENANT])?);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    // Also those at the end of the log, so that the cursor is not held back.
    publish(&world, [5, 6, 8]).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1, 3, 5]);
    let letters = DeadLetters::new(world.pool.clone());
    let letters = letters.list(&DeadLetterFilter::default()).await?;
    assert!(letters.dead_letters.is_empty());
    let progress = Subscriptions::new(world.pool.clone()).list(None).await?;
    assert_eq!(progress[0].position.get(), 7);
    world.close().await
}

/// It is redriven, or has waited, since the subscription took its tenant.
#[tokio::test]
async fn an_event_of_a_tenant_that_is_no_longer_taken_becomes_a_dead_letter() -> TestResult {
    let world = World::new().await?;
    publish(&world, 1..=2).await?;
    let script = Script::new([(1, Act::Permanent), (2, Act::Permanent)]);
    let consumer = world.coaching(&script);
    let consumer = consumer.subscribe_with(hold_slot, of(&[TENANT, SOUTH])?);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let letters = DeadLetters::new(world.pool.clone());
    let filter = DeadLetterFilter::default();
    assert_eq!(letters.redrive_all(&filter, "mia", None).await?.len(), 2);

    let script = Script::new([]);
    let consumer = world.coaching(&script);
    let consumer = consumer.subscribe_with(hold_slot, of(&[TENANT])?);
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [1]);
    let left = letters.list(&filter).await?.dead_letters;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].tenant_id, SOUTH);
    assert_eq!(left[0].reason, DeadLetterReason::Invalid);
    assert_eq!(
        left[0].error,
        "the event is of the tenant `tnt_swim_south`, and the subscription takes those of `tnt_swim_north`"
    );
    world.close().await
}

/// While the one works, the other would wait, or pass over what the one takes.
#[tokio::test]
async fn replicas_of_some_tenants_and_of_all_do_not_run_together() -> TestResult {
    let world = World::new().await?;
    let script = Script::new([]);
    let some = world
        .coaching(&script)
        .subscribe_with(hold_slot, of(&[TENANT])?);
    let some = some.start().await?;
    let error = world
        .coaching(&script)
        .subscribe(hold_slot)
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(error, StartError::EventTypesDiffer { .. }),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        "a replica of `coaching`.`hold_slot` that runs takes credit.locked of tnt_swim_north, and this one takes \
         credit.locked: neither takes all that the other does. If these are two handlers, give one of them another \
         name with `#[subscribe(…, name = \"…\")]`. If they are two versions of one, first deploy one that takes all \
         of them, or stop the former version before this one starts"
    );
    let other = world
        .coaching(&script)
        .subscribe_with(hold_slot, of(&[SOUTH])?);
    let error = other.start().await.unwrap_err();
    assert!(
        matches!(error, StartError::EventTypesDiffer { .. }),
        "{error}"
    );

    // One that takes more takes over, and the other one waits.
    let more = world
        .coaching(&script)
        .subscribe_with(hold_slot, of(&[SOUTH, TENANT])?);
    let more = more.start().await?;
    publish(&world, 1..=4).await?;
    more.wait_caught_up().await?;
    more.stop().await;
    some.stop().await;
    assert_eq!(world.effects().await?, [1, 2, 3, 4]);
    world.close().await
}

#[tokio::test]
async fn a_subscription_of_no_tenant_is_refused() -> TestResult {
    let world = World::new().await?;
    let none = world
        .coaching(&Script::new([]))
        .subscribe_with(hold_slot, of(&[])?);
    let error = none.start().await.unwrap_err();
    assert!(
        matches!(
            error,
            StartError::InvalidOption {
                option: "tenants",
                ..
            }
        ),
        "{error}"
    );
    world.close().await
}
