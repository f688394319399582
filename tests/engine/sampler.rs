//! Samples of subscriptions: written once a minute, reported to observers, also of what is down.

use std::sync::Arc;
use std::time::Duration;

use dispatcher_runtime::observe::{Observer, SampleRecord, SubscriptionSample};
use dispatcher_runtime::{Actor, Operator, StartError, SubscriptionOptions};
use dispatcher_test_fixtures::{TestResult, lock};
use sqlx::Executor;
use tokio::sync::watch;

use crate::held::until;
use crate::support::{Act, Script, World, credit_history, hold_slot};

const PATIENCE: Duration = Duration::from_secs(60);

/// What the last sample said, by subscription.
struct LastSample(watch::Sender<Vec<SubscriptionSample>>);

impl Observer for LastSample {
    fn sampled(&self, sample: &SampleRecord<'_>) {
        assert_eq!(sample.consumer, "coaching");
        self.0.send_replace(sample.subscriptions.to_vec());
    }
}

impl LastSample {
    fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(Vec::new())))
    }

    /// Waits for a sample that is so.
    async fn until(
        &self,
        is_so: impl Fn(&[SubscriptionSample]) -> bool,
    ) -> TestResult<Vec<SubscriptionSample>> {
        let mut last = self.0.subscribe();
        let found = last.wait_for(|samples| is_so(samples));
        let found = tokio::time::timeout(PATIENCE, found).await;
        let found = found.map_err(|_| format!("{:#?}", self.0.borrow()))?;
        Ok(found?.clone())
    }
}

#[tokio::test]
async fn a_consumer_reports_and_writes_how_all_subscriptions_are() -> TestResult {
    let world = World::new().await?;
    let (failing, script) = (Script::new([(1, Act::Permanent)]), Script::new([]));
    // One that does not run any more.
    let down = world
        .coaching(&failing)
        .subscribe(hold_slot)
        .start()
        .await?;
    world.revenue().publish(lock(1, 1)).await?;
    down.wait_caught_up().await?;
    down.stop().await;
    world
        .revenue()
        .publish_all([lock(2, 2), lock(3, 3)])
        .await?;

    let last = LastSample::new();
    let options = SubscriptionOptions::new().not_renamed_from("hold_slot");
    let consumer = world
        .coaching(&script)
        .subscribe_with(credit_history, options)
        .observer(Arc::clone(&last))
        .sample_interval(Duration::from_millis(20));
    let consumer = consumer.start().await?;
    consumer.wait_caught_up().await?;
    let caught_up = |samples: &[SubscriptionSample]| {
        samples.len() == 2 && samples[0].lag_events == Some(0) && samples[0].holders == 1
    };
    let samples = last.until(caught_up).await?;
    assert_eq!(samples[0].subscription, "credit_history");
    assert_eq!(samples[0].lag_seconds, Some(0.0));
    let hold = &samples[1];
    assert_eq!(
        (hold.lag_events, hold.holders, hold.partitions),
        (Some(2), 0, 1)
    );
    assert!(hold.lag_seconds.is_some_and(|seconds| seconds > 0.0));
    assert_eq!((hold.open_dead_letters, hold.is_paused), (1, false));
    assert!(hold.oldest_dead_letter_seconds > 0.0);
    let written = "SELECT count(DISTINCT subscription) FROM dispatcher_sample";
    until(&world, written, 2).await?;

    let operator = Operator::new(world.pool.clone());
    let subscriptions = operator.subscriptions();
    subscriptions
        .pause("coaching", "hold_slot", Actor::new("mia"))
        .await?;
    last.until(|samples| samples.iter().any(|one| one.is_paused))
        .await?;
    subscriptions.remove("coaching", "hold_slot").await?;
    last.until(|samples| samples.len() == 1).await?;
    let of_removed = operator.samples("coaching", "hold_slot").await?;
    assert!(of_removed.is_empty(), "{of_removed:?}");
    consumer.stop().await;
    world.close().await
}

#[tokio::test]
async fn a_minute_is_written_once_and_a_day_is_kept() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.start().await?;
    world.revenue().publish(lock(1, 1)).await?;
    consumer.wait_caught_up().await?;
    consumer.stop().await;
    world.revenue().publish(lock(2, 2)).await?;
    let operator = Operator::new(world.pool.clone());
    assert_eq!(operator.sample().await?, 1);
    let (first, second) = tokio::join!(operator.sample(), operator.sample());
    // A minute may have ended in between.
    assert!(first? + second? <= 1, "the first of a minute counts");
    let minutes =
        "SELECT count(*) FROM dispatcher_sample GROUP BY sampled_at ORDER BY 1 DESC LIMIT 1";
    assert_eq!(world.count(minutes).await?, 1, "in each minute");
    let samples = operator.samples("coaching", "hold_slot").await?;
    let sample = &samples[0];
    assert_eq!(sample.position.get(), 1);
    assert_eq!(sample.lag.map(|lag| lag.to_string()).as_deref(), Some("1"));
    assert!(sample.lag_seconds.is_some());
    assert_eq!((sample.waiting, sample.open_dead_letters.count), (0, 0));

    world
        .pool
        .execute(
            "DELETE FROM dispatcher_sample;
             INSERT INTO dispatcher_sample (consumer, subscription, sampled_at, position, lag_events, lag_at_least, waiting, open_dead_letters)
             SELECT 'coaching', 'hold_slot', date_trunc('minute', now()) - n * interval '1 hour', 1,
                    CASE WHEN n = 2 THEN NULL ELSE 10000 END, n <> 2, 0, 10001
               FROM generate_series(1, 30) AS n",
        )
        .await?;
    assert_eq!(operator.sample().await?, 1);
    let kept = "SELECT count(*) FROM dispatcher_sample";
    assert_eq!(world.count(kept).await?, 24, "23 hours and now");
    let samples = operator.samples("coaching", "hold_slot").await?;
    assert_eq!(samples.len(), 24);
    assert!(samples.is_sorted_by_key(|sample| sample.sampled_at));
    assert_eq!(samples[21].lag, None, "two hours ago it was not known");
    assert_eq!(
        samples[22].lag.map(|lag| lag.to_string()).as_deref(),
        Some("10,000+")
    );
    assert_eq!(samples[22].open_dead_letters.to_string(), "10,000+");

    operator
        .subscriptions()
        .rename("coaching", "hold_slot", "other")
        .await?;
    assert_eq!(operator.samples("coaching", "other").await?.len(), 24);
    world.close().await
}

/// Rights that were granted by hand may lack the new table; the consumer works nevertheless.
#[tokio::test]
async fn a_sample_that_fails_is_said_once_and_keeps_nothing_from_being_handled() -> TestResult {
    let log = dispatcher_test_fixtures::log::Log::default();
    let _logging = tracing::subscriber::set_default(log.clone());
    let _second = tracing::Dispatch::new(log.clone());
    let world = World::new().await?;
    world
        .pool
        .execute("ALTER TABLE dispatcher_sample RENAME TO hidden")
        .await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let consumer = consumer.sample_interval(Duration::from_millis(5));
    let consumer = consumer.start().await?;
    let said = "how subscriptions are could not be sampled";
    let waits = async {
        while !log.text().contains(said) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await?;
    world
        .revenue()
        .publish_all((1..=20).map(|credits| lock(credits, credits)))
        .await?;
    consumer.wait_caught_up().await?;
    assert!(consumer.is_ready());
    world
        .pool
        .execute("ALTER TABLE hidden RENAME TO dispatcher_sample")
        .await?;
    until(&world, "SELECT count(*) FROM dispatcher_sample", 1).await?;
    consumer.stop().await;
    assert_eq!(log.text().matches(said).count(), 1, "{}", log.text());
    world.close().await
}

#[tokio::test]
async fn an_interval_of_zero_is_refused() -> TestResult {
    let world = World::new().await?;
    let consumer = world.coaching(&Script::new([])).subscribe(hold_slot);
    let refused = consumer.sample_interval(Duration::ZERO).start().await;
    assert!(matches!(refused, Err(StartError::Config(_))));
    world.close().await
}
