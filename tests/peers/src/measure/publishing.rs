//! How fast events are enqueued while no worker runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use super::Figures;
use crate::event::CreditLocked;
use crate::peer::Peer;

/// The number of events in one bulk call.
const BULK: i64 = 100;
/// How often each task does its work before the measurement: connections open, statements are
/// prepared.
const WARM_UP: u32 = 20;

/// One event at a time: 1 and 16 tasks, and one task within a transaction of its own.
pub(super) async fn one_by_one<P: Peer>(
    peer: &P,
    quick: bool,
    figures: &mut Figures,
) -> Result<()> {
    let alone = |peer: P, number| async move { peer.publish(CreditLocked::numbered(number)).await };
    let within =
        |peer: P, number| async move { peer.publish_within(CreditLocked::numbered(number)).await };
    let time = round(quick);
    figures.push(
        "publish, 1 task",
        "events/s",
        rate(peer, 1, 1, time, alone).await?,
    );
    figures.push(
        "publish, 16 tasks",
        "events/s",
        rate(peer, 16, 1, time, alone).await?,
    );
    figures.push(
        "publish within a transaction, 1 task",
        "events/s",
        rate(peer, 1, 1, time, within).await?,
    );
    Ok(())
}

/// 100 events with one call.
pub(super) async fn in_bulk<P: Peer>(peer: &P, quick: bool, figures: &mut Figures) -> Result<()> {
    let call = |peer: P, number| async move {
        let first = number * BULK + 1;
        peer.publish_all(CreditLocked::all(first..=first + BULK - 1))
            .await
    };
    figures.push(
        "publish 100 at once, 1 task",
        "events/s",
        rate(peer, 1, BULK, round(quick), call).await?,
    );
    Ok(())
}

fn round(quick: bool) -> Duration {
    Duration::from_millis(if quick { 150 } else { 1000 })
}

/// Events per second of that many tasks that repeat `work`, which enqueues `events` of them, for
/// `time`.
async fn rate<P, F, W>(peer: &P, tasks: u32, events: i64, time: Duration, work: F) -> Result<f64>
where
    P: Peer,
    F: Fn(P, i64) -> W + Copy + Send + 'static,
    W: Future<Output = Result<()>> + Send,
{
    let next = Arc::new(AtomicI64::new(1));
    let mut warm_up = JoinSet::new();
    for _ in 0..tasks {
        let (peer, next) = (peer.clone(), Arc::clone(&next));
        warm_up.spawn(async move {
            for _ in 0..WARM_UP {
                work(peer.clone(), next.fetch_add(1, Ordering::Relaxed)).await?;
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(ended) = warm_up.join_next().await {
        ended.context("a task panicked")??;
    }
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..tasks {
        let (peer, next) = (peer.clone(), Arc::clone(&next));
        running.spawn(async move {
            let mut calls: u32 = 0;
            while begin.elapsed() < time {
                work(peer.clone(), next.fetch_add(1, Ordering::Relaxed)).await?;
                calls += 1;
            }
            Ok::<_, anyhow::Error>(calls)
        });
    }
    let mut calls = 0.0;
    while let Some(ended) = running.join_next().await {
        calls += f64::from(ended.context("a task panicked")??);
    }
    #[allow(clippy::cast_precision_loss, reason = "at most 100")]
    Ok(calls * events as f64 / begin.elapsed().as_secs_f64())
}
