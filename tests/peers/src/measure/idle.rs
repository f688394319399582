//! How long it takes from the return of the enqueueing call until the handler is called, on a
//! system that has nothing else to do.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::Figures;
use crate::event::CreditLocked;
use crate::peer::{Handler, Peer};

const CASES: [&str; 2] = ["wake-up, p50", "wake-up, p99"];
const CASES_WITHIN: [&str; 2] = [
    "wake-up within the process, p50",
    "wake-up within the process, p99",
];

/// Events whose times are dropped: the worker starts, connections open, statements are prepared.
const WARM_UP: usize = 10;
/// The longest wake-up that still counts as one.
const LIMIT: Duration = Duration::from_secs(70);

/// One event at a time, each after the previous one has been handled and everything is quiet.
/// Events come from another process, or from what the peer treats as one; where that makes a
/// difference, both are measured.
pub(super) async fn wake<P: Peer>(peer: &P, quick: bool, figures: &mut Figures) -> Result<()> {
    let samples = if quick { 60 } else { 200 };
    match peer.elsewhere().await? {
        None => figures.push_percentiles(CASES, &times(peer, peer, samples).await?),
        Some(elsewhere) => {
            figures.push_percentiles(CASES, &times(&elsewhere, peer, samples).await?);
            figures.push_percentiles(CASES_WITHIN, &times(peer, peer, samples).await?);
        }
    }
    Ok(())
}

/// Milliseconds, sorted.
async fn times<P: Peer>(publisher: &P, consumer: &P, samples: usize) -> Result<Vec<f64>> {
    let (calls, mut called) = mpsc::unbounded_channel();
    let handler = Handler {
        writes: false,
        calls,
    };
    let worker = consumer.start(handler).await?;
    let mut times = Vec::new();
    for number in 0..WARM_UP + samples {
        sleep(quiet(number)).await;
        publisher
            .publish(CreditLocked::numbered(i64::try_from(number)?))
            .await?;
        let returned = Instant::now();
        let call = timeout(LIMIT, called.recv())
            .await
            .with_context(|| format!("event {number} was not handled within {LIMIT:?}"))?
            .context("the worker ended")?;
        if number >= WARM_UP {
            // A handler may be called before the call that enqueued returns: that is 0.
            times.push(call.saturating_duration_since(returned).as_secs_f64() * 1000.0);
        }
    }
    consumer.stop(worker).await?;
    times.sort_by(f64::total_cmp);
    Ok(times)
}

impl Figures {
    fn push_percentiles(&mut self, [p50, p99]: [&'static str; 2], sorted: &[f64]) {
        self.push(p50, "ms", percentile(sorted, 50));
        self.push(p99, "ms", percentile(sorted, 99));
    }
}

/// The pause before an event. It varies, so that it does not run in step with a peer's polling.
fn quiet(number: usize) -> Duration {
    const STEPS: usize = 11;
    Duration::from_millis(20 + u64::try_from(number * 7 % STEPS).unwrap_or(0))
}

/// The smallest time that at least `percent` per cent of them do not exceed.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn the_percentile_is_a_time_that_was_measured() {
        let times: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(percentile(&times, 50), 100.0);
        assert_eq!(percentile(&times, 99), 198.0);
        assert_eq!(percentile(&times[..1], 99), 1.0);
    }
}
