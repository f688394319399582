//! How fast a backlog is worked: from the first call of the handler until the database says that
//! everything is done, and each effect exists once.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout_at};

use super::Figures;
use crate::event::CreditLocked;
use crate::peer::{Handler, Peer};

/// How long one backlog may take before the peer counts as stuck.
const LIMIT: Duration = Duration::from_secs(180);
/// How often the database is asked whether all is done, once the handler has been called for each
/// event.
const LOOK: Duration = Duration::from_millis(2);
/// The number of events in each call that fills the backlog.
const FILL: usize = 500;

/// Works a backlog with a handler that does nothing, and another with one that writes.
pub(super) async fn drain<P: Peer>(
    peer: &P,
    pool: &PgPool,
    quick: bool,
    figures: &mut Figures,
) -> Result<()> {
    let events = if quick { 1000 } else { 5000 };
    // Connections open, statements are prepared.
    one_backlog(peer, pool, 1000, false).await?;
    let nothing = one_backlog(peer, pool, events, false).await?;
    figures.push("drain, the handler does nothing", "events/s", nothing);
    let writes = one_backlog(peer, pool, events, true).await?;
    figures.push("drain, the handler writes", "events/s", writes);
    Ok(())
}

async fn one_backlog<P: Peer>(peer: &P, pool: &PgPool, events: u32, writes: bool) -> Result<f64> {
    let all = CreditLocked::all(1..=i64::from(events));
    for part in all.chunks(FILL) {
        peer.publish_all(part.to_vec()).await?;
    }
    sqlx::query("TRUNCATE effect").execute(pool).await?;
    // Otherwise the plans of the round would depend on whether autovacuum happened to run.
    sqlx::query("ANALYZE").execute(pool).await?;

    let (calls, mut called) = mpsc::unbounded_channel();
    let limit = tokio::time::Instant::now() + LIMIT;
    let worker = peer.start(Handler { writes, calls }).await?;
    let mut first: Option<Instant> = None;
    for number in 0..events {
        let call = timeout_at(limit, called.recv())
            .await
            .with_context(|| format!("stuck: {number} of {events} events handled in {LIMIT:?}"))?
            .context("the worker ended before the backlog did")?;
        first = Some(first.map_or(call, |first| first.min(call)));
    }
    while !peer.settled(&worker).await? {
        ensure!(
            tokio::time::Instant::now() < limit,
            "all {events} events were handled, but after {LIMIT:?} not all are recorded as done"
        );
        sleep(LOOK).await;
    }
    let took = first.context("the backlog was empty")?.elapsed();
    peer.stop(worker).await?;

    if writes {
        let sql = "SELECT count(*), count(DISTINCT event_id) FROM effect";
        let (rows, distinct): (i64, i64) = sqlx::query_as(sql).fetch_one(pool).await?;
        ensure!(
            rows == i64::from(events) && distinct == rows,
            "{events} events left {rows} effects, {distinct} of them different"
        );
    }
    Ok(f64::from(events) / took.as_secs_f64())
}
