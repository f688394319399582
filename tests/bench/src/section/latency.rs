//! How long an event takes from publish to handler, while other events are under way too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use acme_contracts::Revenue;
use dispatcher_runtime::{Dispatcher, RunningConsumer};
use tokio::task::JoinSet;

use crate::arrivals::{Arrivals, arrivals, consumer, numbered, raw_handler};
use crate::event::dispatcher;
use crate::handlers::Work;
use crate::raw;
use crate::raw_consumer::{RawConsumer, create_tables};
use crate::throughput::throughput;
use crate::{Bench, Error, Figure, Section, Unit, percentile};

const HOW: &str = "\
Four tasks publish as fast as they can for one second while a consumer handles the events (batches of 50, in \
the delivery's transaction, without writes). The number of events divided by the time until the last one is \
handled is the maximum rate of the round. Then the same tasks publish at half that rate for three seconds \
(0.5 s with `--quick`), on a fixed schedule that does not wait for earlier publishes. An event's clock runs \
from when its publish was due (where the timer was late: from when it began) until its handler is called. \
Raw publishes at the same rate, with an insert and `pg_notify` in one transaction, to the loop of `wake`.";

const TASKS: u32 = 4;

/// How long to wait for the events that are published and not handled by the end of the schedule.
const LIMIT: Duration = Duration::from_secs(2);

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("latency", "Latency at half of the maximum rate", HOW);
    let database = bench.database(16).await?;
    create_tables(&database.pool).await?;
    let (sender, mut ours) = arrivals();
    let running = consumer(&database.pool, &sender).start().await?;
    let dispatcher = Arc::new(dispatcher(&database.pool)?);
    let (raw_sender, mut raws) = arrivals();
    let raw_consumer = RawConsumer::new(
        &database.pool,
        "raw".to_owned(),
        (Work::Nothing, 50),
        (0, 1),
        raw_handler(&raw_sender),
    );
    let following = tokio::spawn(raw_consumer.await?.follow());

    let mut rate = Figure::new("maximum rate", Unit::EventsPerSecond);
    let mut half = Figure::new("p50", Unit::Milliseconds);
    let mut most = Figure::new("p99", Unit::Milliseconds);
    let mut lost = 0;
    for round in bench.rounds() {
        let time = Duration::from_millis(bench.pick(1000, 200));
        let maximum = maximum(&dispatcher, &running, time).await?;
        rate.push_alone(round, maximum);
        ours.forget();
        let pace = Pace::new(maximum / 2.0, bench.pick(3.0, 0.5));
        bench.progress(&format!("  {:.0} events/s", maximum / 2.0));
        let of_ours = async {
            let dispatcher = Arc::clone(&dispatcher);
            let due = pace.publish(move |number| {
                let dispatcher = Arc::clone(&dispatcher);
                async move { Ok(dispatcher.publish(numbered(number)).await.map(drop)?) }
            });
            Ok(collect(&due.await?, &mut ours).await)
        };
        let of_raw = async {
            let pool = database.pool.clone();
            let due = pace.publish(move |number| {
                let pool = pool.clone();
                async move { raw::insert_and_notify(&pool, &raw::row(&numbered(number))?).await }
            });
            Ok(collect(&due.await?, &mut raws).await)
        };
        let (mut ours, mut raw) = round.both(of_ours, of_raw).await?;
        if ours.len() < pace.events as usize {
            let (came, events) = (ours.len(), pace.events);
            return Err(Error::Figure(format!(
                "{came} of {events} events were handled within {LIMIT:?} of the last publish"
            )));
        }
        lost += pace.events as usize - raw.len();
        let of = |samples: &mut [f64], percent| percentile(samples, percent).unwrap_or_default();
        half.push(round, of(&mut ours, 50.0), of(&mut raw, 50.0));
        most.push(round, of(&mut ours, 99.0), of(&mut raw, 99.0));
    }
    following.abort();
    running.stop().await;
    database.close().await?;
    if lost > 0 {
        half = half.note(format!(
            "the raw loop skipped {lost} events, which were committed after later ones; they are not counted"
        ));
    }
    section.figures.extend([half, most, rate]);
    Ok(section)
}

/// Events a second.
async fn maximum(
    dispatcher: &Arc<Dispatcher<Revenue>>,
    running: &RunningConsumer,
    time: Duration,
) -> Result<f64, Error> {
    let dispatcher = Arc::clone(dispatcher);
    let began = Instant::now();
    let published = throughput(TASKS as usize, time, 1, move |number| {
        let dispatcher = Arc::clone(&dispatcher);
        let number = u32::try_from(number).unwrap_or_default();
        async move { Ok(dispatcher.publish(numbered(number)).await.map(drop)?) }
    });
    let published = published.await?.events;
    running.wait_caught_up().await?;
    Ok(published as f64 / began.elapsed().as_secs_f64())
}

/// A schedule.
#[derive(Clone, Copy, Debug)]
struct Pace {
    events: u32,
    /// Seconds between two events.
    interval: f64,
}

impl Pace {
    fn new(rate: f64, seconds: f64) -> Self {
        Self {
            events: (rate * seconds).max(1.0) as u32,
            interval: 1.0 / rate,
        }
    }

    /// Publishes each event when it is due, and returns the time from which each one is counted.
    async fn publish<J, F>(self, publish: J) -> Result<Vec<Instant>, Error>
    where
        J: Fn(u32) -> F + Clone + Send + 'static,
        F: Future<Output = Result<(), Error>> + Send,
    {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let publish = publish.clone();
            tasks.spawn(async move {
                let mut counted = Vec::new();
                for number in (task..self.events).step_by(TASKS as usize) {
                    let due = start + Duration::from_secs_f64(f64::from(number) * self.interval);
                    let from = if Instant::now() < due {
                        tokio::time::sleep_until(due.into()).await;
                        Instant::now()
                    } else {
                        due
                    };
                    counted.push((number, from));
                    publish(number).await?;
                }
                Ok::<_, Error>(counted)
            });
        }
        let mut all = vec![start; self.events as usize];
        while let Some(counted) = tasks.join_next().await {
            for (number, from) in counted?? {
                all[number as usize] = from;
            }
        }
        Ok(all)
    }
}

/// The milliseconds of each of these events that arrives.
async fn collect(from: &[Instant], arrivals: &mut Arrivals) -> Vec<f64> {
    let mut took = Vec::with_capacity(from.len());
    while took.len() < from.len()
        && let Some((number, at)) = arrivals.next_within(LIMIT).await
    {
        let latency = at.saturating_duration_since(from[number as usize]);
        took.push(latency.as_secs_f64() * 1000.0);
    }
    took
}
