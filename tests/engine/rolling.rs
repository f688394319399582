//! Replicas of different versions at the same time: their event types differ, handlers are renamed.

use std::time::Duration;

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::credit_released::{self, CreditReleased};
use acme_contracts::{Coaching, credit_debited};
use dispatcher_runtime::{
    Consumer, ConsumerBuilder, DeadLetterFilter, DeadLetters, Delivery, DeliveryTx, EventEnvelope,
    EventUnion, HandlerError, StartError, StartFrom, State, SubscriptionError, SubscriptionOptions,
    Subscriptions, subscribe,
};
use dispatcher_test_fixtures::{TestResult, lock, release};
use sqlx::Executor;

use crate::held::until;
use crate::support::{Act, Script, World, hold_slot, whole_letters};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(EventUnion)]
enum Credits {
    Locked(CreditLocked),
    Released(CreditReleased),
}

#[derive(EventUnion)]
enum LockedOrDebited {
    Locked(CreditLocked),
    Debited(credit_debited::CreditDebited),
}

async fn board(
    credits: i64,
    tx: &mut DeliveryTx,
    script: &Script,
    delivery: &Delivery,
) -> Result<(), HandlerError> {
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, '', $3)",
    )
    .bind(delivery.subscription)
    .bind(delivery.position.to_string())
    .bind(credits)
    .execute(&mut **tx)
    .await?;
    script.act(credits, delivery.attempt).await
}

#[subscribe(credit_locked, name = "credit_board")]
async fn version_1(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    board(event.payload.locked_credits.get(), tx, &script, &delivery).await
}

#[subscribe(credit_locked, credit_released, name = "credit_board")]
async fn version_2(
    event: EventEnvelope<Credits>,
    tx: &mut DeliveryTx,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    let credits = match &event.payload {
        Credits::Locked(locked) => locked.locked_credits.get(),
        Credits::Released(released) => released.released_credits.get(),
    };
    board(credits, tx, &script, &delivery).await
}

#[subscribe(credit_locked, credit_debited, name = "credit_board")]
async fn of_another_service(
    event: EventEnvelope<LockedOrDebited>,
    _tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    match event.payload {
        LockedOrDebited::Locked(_) | LockedOrDebited::Debited(_) => Ok(()),
    }
}

#[subscribe(credit_locked, name = "reserve_slot")]
async fn renamed_hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(script): State<Script>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    board(event.payload.locked_credits.get(), tx, &script, &delivery).await
}

/// Leases that outlast the test, so that only what is decided at a start counts.
fn slow(world: &World) -> ConsumerBuilder<Coaching, Script> {
    world
        .coaching(&Script::new([]))
        .lease(Duration::from_secs(600))
}

/// The new version's events were passed over in silence, all of them.
#[tokio::test]
async fn a_version_that_adds_an_event_type_misses_nothing_published_after_its_start() -> TestResult
{
    let world = World::new().await?;
    let revenue = world.revenue();
    let old = slow(&world).subscribe(version_1).start().await?;
    revenue.publish(lock(1, 1)).await?;
    old.wait_caught_up().await?;
    // It finds out at its next look at the leases, which is far away.
    let new = slow(&world).subscribe(version_2).start().await?;
    revenue
        .publish_all((2..=51).map(|credits| release(credits, credits)))
        .await?;
    revenue.publish(lock(52, 52)).await?;
    tokio::time::timeout(PATIENCE, new.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, (1..=52).collect::<Vec<_>>());
    old.stop().await;
    new.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_shorter_list_waits_while_a_longer_one_lives_and_takes_over_when_it_stops() -> TestResult
{
    let world = World::new().await?;
    let revenue = world.revenue();
    let new = world.coaching(&Script::new([])).subscribe(version_2);
    let new = new.start().await?;
    let old = world.coaching(&Script::new([])).subscribe(version_1);
    let old = old.start().await?;
    revenue.publish(lock(1, 1)).await?;
    revenue.publish(release(2, 2)).await?;
    tokio::time::timeout(PATIENCE, old.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, [1, 2]);
    let listed = "SELECT count(*) FROM dispatcher_subscription
                   WHERE event_types = ARRAY['credit.locked', 'credit.released']";
    assert_eq!(world.count(listed).await?, 1);

    // A roll-back: what the former version does not take is passed over from here on.
    new.stop().await;
    revenue.publish(release(3, 3)).await?;
    revenue.publish(lock(4, 4)).await?;
    tokio::time::timeout(PATIENCE, old.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, [1, 2, 4]);
    let listed =
        "SELECT count(*) FROM dispatcher_subscription WHERE event_types = ARRAY['credit.locked']";
    assert_eq!(world.count(listed).await?, 1);
    old.stop().await;
    world.close().await
}

/// What waited for another attempt under a version that has been rolled back can be redriven when it returns.
#[tokio::test]
async fn an_event_that_waited_when_its_version_was_rolled_back_is_a_dead_letter() -> TestResult {
    let world = World::new().await?;
    let revenue = world.revenue();
    let script = Script::new([(1, Act::FailTimes(1))]);
    let new = world.coaching(&script).subscribe(version_2);
    let new = new.retry([Duration::from_secs(600)]).start().await?;
    revenue.publish(release(1, 1)).await?;
    until(&world, "SELECT count(*) FROM dispatcher_retry", 1).await?;
    new.stop().await;
    let due = "UPDATE dispatcher_retry SET due_at = clock_timestamp()";
    world.pool.execute(due).await?;

    let old = world.coaching(&Script::new([])).subscribe(version_1);
    let old = old.start().await?;
    revenue.publish(lock(1, 2)).await?;
    tokio::time::timeout(PATIENCE, old.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, [2], "its subject goes on");
    old.stop().await;
    let dead_letters = DeadLetters::new(world.pool.clone());
    let listed = whole_letters(&dead_letters, &DeadLetterFilter::default()).await?;
    let errors: Vec<_> = listed.iter().map(|it| it.failures.last()).collect();
    let [Some(last)] = errors[..] else {
        return Err(format!("{listed:?}").into());
    };
    assert_eq!(
        last.error,
        "this handler handles credit.locked, not credit.released"
    );

    let new = world.coaching(&Script::new([])).subscribe(version_2);
    let new = new.start().await?;
    dead_letters
        .redrive(&listed[0].dead_letter_id, "mia", None)
        .await?;
    tokio::time::timeout(PATIENCE, new.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, [2, 1]);
    new.stop().await;
    world.close().await
}

/// One that was killed may be starting again.
#[tokio::test]
async fn a_longer_list_that_has_not_signed_off_is_waited_for() -> TestResult {
    let world = World::new().await?;
    let new = world.coaching(&Script::new([])).subscribe(version_2);
    new.start().await?.stop().await;
    // As a kill leaves it.
    world
        .pool
        .execute(
            "INSERT INTO dispatcher_replica (consumer, subscription, replica, expires_at, event_types)
             VALUES ('coaching', 'credit_board', 'killed', clock_timestamp() - interval '30 s',
                     ARRAY['credit.locked', 'credit.released'])",
        )
        .await?;
    let old = world.coaching(&Script::new([])).subscribe(version_1);
    let old = old.lease(Duration::from_millis(300)).start().await?;
    world.revenue().publish(release(1, 1)).await?;
    old.ready().await?;
    let new = world.coaching(&Script::new([])).subscribe(version_2);
    let new = new.start().await?;
    tokio::time::timeout(PATIENCE, new.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, [1]);
    new.stop().await;
    old.stop().await;
    world.close().await
}

#[tokio::test]
async fn lists_of_which_neither_holds_the_other_are_refused() -> TestResult {
    let world = World::new().await?;
    let first = world.coaching(&Script::new([])).subscribe(version_2);
    let first = first.start().await?;
    let second = Consumer::<Coaching>::builder(world.pool.clone()).subscribe(of_another_service);
    let error = second.start().await.err().ok_or("it was not refused")?;
    assert_eq!(
        error.to_string(),
        "a replica of `coaching`.`credit_board` that runs takes credit.locked, credit.released, and this one takes \
         credit.debited, credit.locked: neither takes all that the other does. If these are two handlers, give one of \
         them another name with `#[subscribe(…, name = \"…\")]`. If they are two versions of one, first deploy one \
         that takes all of them, or stop the former version before this one starts"
    );
    // It leaves nothing behind that others would wait for.
    assert_eq!(
        world
            .count("SELECT count(*) FROM dispatcher_replica")
            .await?,
        1
    );
    first.stop().await;
    let second = Consumer::<Coaching>::builder(world.pool.clone()).subscribe(of_another_service);
    second.start().await?.stop().await;
    world.close().await
}

/// Thousands of mails were sent again.
#[tokio::test]
async fn a_renamed_handler_is_refused_until_it_is_told_what_it_is() -> TestResult {
    let world = World::new().await?;
    let (mut former, _lines) = crate::crash::consumer(world.database.url(), "run")?;
    world.revenue().publish(lock(1, 1)).await?;
    until(&world, "SELECT count(*) FROM effect", 1).await?;

    let renamed = || world.coaching(&Script::new([]));
    // Also while the former version runs.
    let error = renamed().subscribe(renamed_hold_slot).start().await;
    let error = error.err().ok_or("it was not refused")?;
    assert_eq!(
        error.to_string(),
        "`coaching`.`reserve_slot` is new and takes the same event types as `coaching`.`hold_slot`, which has read up \
         to position 1 and which this program does not run. If the handler was renamed, keep its name with \
         `#[subscribe(…, name = \"hold_slot\")]`, or call `Subscriptions::rename(\"coaching\", \"hold_slot\", \
         \"reserve_slot\")`; if both are to run, say `SubscriptionOptions::new().not_renamed_from(\"hold_slot\")`; \
         if the other one is to go, call `Subscriptions::remove(\"coaching\", \"hold_slot\")`"
    );
    let subscriptions = Subscriptions::new(world.pool.clone());
    for running in [
        subscriptions
            .rename("coaching", "hold_slot", "reserve_slot")
            .await,
        subscriptions.remove("coaching", "hold_slot").await,
    ] {
        assert!(matches!(
            running,
            Err(SubscriptionError::Running { replicas: 1, .. })
        ));
    }
    crate::crash::terminate(&mut former).await?;

    subscriptions
        .rename("coaching", "hold_slot", "reserve_slot")
        .await?;
    let consumer = renamed().subscribe(renamed_hold_slot).start().await?;
    world.revenue().publish(lock(2, 2)).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    assert_eq!(world.effects().await?, [1, 2], "nothing was handled again");
    consumer.stop().await;
    let again = subscriptions
        .rename("coaching", "hold_slot", "reserve_slot")
        .await;
    assert!(matches!(again, Err(SubscriptionError::Exists { .. })));

    // A second handler of the same event type.
    let second = || SubscriptionOptions::new().start_from(StartFrom::End);
    let told = second().not_renamed_from("reserve_slot");
    assert!(matches!(
        renamed().subscribe_with(hold_slot, second()).start().await,
        Err(StartError::Renamed { .. })
    ));
    renamed()
        .subscribe_with(hold_slot, told)
        .start()
        .await?
        .stop()
        .await;
    world.close().await
}

/// A program may have several consumers of its domain.
#[tokio::test]
async fn another_consumer_of_the_same_process_is_no_renamed_one() -> TestResult {
    let world = World::new().await?;
    let first = world.coaching(&Script::new([])).subscribe(hold_slot);
    let first = first.start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    first.wait_caught_up().await?;
    let second = world.coaching(&Script::new([]));
    let second = second.subscribe(renamed_hold_slot).start().await?;
    second.stop().await;
    first.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_renamed_domain_is_refused_and_can_be_renamed() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([(1, crate::support::Act::Permanent)]));
    let consumer = consumer.subscribe(hold_slot).start().await?;
    world
        .revenue()
        .publish_all([lock(1, 1), lock(2, 2)])
        .await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    let subscriptions = Subscriptions::new(world.pool.clone());
    // As a domain that the registry called by another name has left it.
    assert_eq!(
        subscriptions
            .rename_consumer("coaching", "training")
            .await?,
        1
    );

    let start = || {
        world
            .coaching(&Script::new([]))
            .subscribe(hold_slot)
            .start()
    };
    let error = start().await.err().ok_or("it was not refused")?.to_string();
    assert!(
        error.contains("If the domain was renamed, call `Subscriptions::rename_consumer(\"training\", \"coaching\")`")
            && error.contains("`.not_renamed_from(\"training.hold_slot\")`".trim_matches('`')),
        "{error}"
    );
    assert!(matches!(
        subscriptions.rename_consumer("nobody", "coaching").await,
        Err(SubscriptionError::NoneOf { .. })
    ));
    subscriptions
        .rename_consumer("training", "coaching")
        .await?;
    let consumer = start().await?;
    world.revenue().publish(lock(3, 3)).await?;
    tokio::time::timeout(PATIENCE, consumer.wait_caught_up()).await??;
    consumer.stop().await;
    assert_eq!(world.effects().await?, [2, 3]);
    let letters = "SELECT count(*) FROM dispatcher_dead_letter WHERE consumer = 'coaching'";
    assert_eq!(world.count(letters).await?, 1);
    world.close().await
}

/// The clock of the server was set back, and the replica that had the lease is gone.
#[tokio::test]
async fn a_lease_that_ends_later_than_it_can_is_shortened() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    consumer.start().await?.stop().await;
    world
        .pool
        .execute(
            "UPDATE dispatcher_cursor
                SET holder = 'gone', lease_seconds = 1, expires_at = clock_timestamp() + interval '3 days';
             INSERT INTO dispatcher_replica (consumer, subscription, replica, expires_at, lease_seconds, event_types)
             VALUES ('coaching', 'hold_slot', 'gone', clock_timestamp() + interval '3 days', 1, ARRAY['credit.locked'])",
        )
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    let effects = "SELECT count(*) FROM effect";
    tokio::time::timeout(PATIENCE, until(&world, effects, 1)).await??;
    consumer.stop().await;
    world.close().await
}
