//! The overview as all readers see it: it is the same for every session that may see it, so one read serves all for 2 s.
//!
//! An act over a page ends it, so that the page after an act shows what the act did. What is done elsewhere is seen 2 s later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ::time::OffsetDateTime;
use tokio::sync::Mutex;

use super::time::Clocks;
use crate::operate::http::problem::Problem;
use crate::operate::operator::Operator;
use crate::operate::overview::Overview;

/// For how long it serves.
const KEPT: Duration = Duration::from_secs(2);

/// The overview at a moment.
pub(super) struct Seen {
    /// When it was read, by the clock of this process.
    pub(super) seen_at: OffsetDateTime,
    pub(super) overview: Overview,
}

/// What was read last, and how often something was done since the process began.
#[derive(Default)]
pub(super) struct Snapshot {
    kept: Mutex<Option<(Instant, u64, Arc<Seen>)>>,
    acts: AtomicU64,
}

impl Snapshot {
    /// Something was done: what was read before counts no more.
    pub(super) fn forget(&self) {
        self.acts.fetch_add(1, Ordering::AcqRel);
    }

    /// The overview, at most 2 s old. Readers that come while it is read wait for it.
    ///
    /// # Errors
    /// The database failed. Nothing is kept of that.
    pub(super) async fn overview(&self, reading: &Operator) -> Result<Arc<Seen>, Problem> {
        let mut kept = self.kept.lock().await;
        let acts = self.acts.load(Ordering::Acquire);
        if let Some((read_at, acts_then, seen)) = &*kept
            && read_at.elapsed() < KEPT
            && *acts_then == acts
        {
            return Ok(Arc::clone(seen));
        }
        let read_at = Instant::now();
        let seen = Arc::new(read(reading).await?);
        *kept = Some((read_at, acts, Arc::clone(&seen)));
        Ok(seen)
    }
}

impl Seen {
    /// What ages are told by.
    pub(super) fn clocks(&self) -> Clocks {
        Clocks::at(self.overview.taken_at, self.seen_at)
    }
}

async fn read(reading: &Operator) -> Result<Seen, Problem> {
    let seen_at = OffsetDateTime::now_utc();
    let overview = reading.overview().await?;
    Ok(Seen { seen_at, overview })
}
