//! A number of tasks that each repeat the same job, for a fixed time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::Error;
use super::allocations::Allocations;

/// What one side did in a round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throughput {
    pub(super) events: usize,
    pub(super) per_second: f64,
    /// For each event, over everything that the process did.
    pub(super) allocations: f64,
}

impl Throughput {
    /// For that many events, since `began`.
    pub(super) fn of(events: usize, began: Instant, allocations: &Allocations) -> Self {
        Self {
            events,
            per_second: events as f64 / began.elapsed().as_secs_f64(),
            allocations: allocations.so_far() / events as f64,
        }
    }
}

/// Runs `job` in that many tasks. `job` receives its number and handles `events` events. A job that
/// has begun is finished, and its time counts.
pub(super) async fn throughput<J, F>(
    tasks: usize,
    time: Duration,
    events: usize,
    job: J,
) -> Result<Throughput, Error>
where
    J: Fn(usize) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), Error>> + Send,
{
    let job = Arc::new(job);
    let mut running = JoinSet::new();
    let allocations = Allocations::count();
    let began = Instant::now();
    for task in 0..tasks {
        let job = Arc::clone(&job);
        running.spawn(async move {
            let mut done = 0;
            while began.elapsed() < time {
                job(task + done * tasks).await?;
                done += 1;
            }
            Ok::<_, Error>(done)
        });
    }
    let mut done = 0;
    while let Some(task) = running.join_next().await {
        done += task??;
    }
    Ok(Throughput::of(done * events, began, &allocations))
}
