//! What a relay reads of the log before it sends it: one batch at a time, in a task of its own, so that Postgres reads
//! while the batch before is written to the connection and others wait for their confirmation.
//!
//! It only reads, so nothing is lost if its task is ended at any place, which dropping this does.

use dispatcher_runtime::DatabaseError;
use dispatcher_runtime::transfer::{OutboundBatch, OutboundLimits, OutboundLog};
use tokio::task::JoinSet;

use crate::error::TransferError;

pub(crate) struct Reader {
    log: OutboundLog,
    limits: OutboundLimits,
    /// At most one.
    reading: JoinSet<Result<OutboundBatch, DatabaseError>>,
}

impl Reader {
    pub(crate) fn new(log: &OutboundLog, limits: OutboundLimits) -> Self {
        Self {
            log: log.clone(),
            limits,
            reading: JoinSet::new(),
        }
    }

    /// Begins to read the events after a position. Nothing may be being read.
    pub(crate) fn begin(&mut self, after: i64) {
        let (log, limits) = (self.log.clone(), self.limits);
        self.reading
            .spawn(async move { log.read(after, limits).await });
    }

    /// Waits for the batch; forever, if none is being read. It may be dropped, and called again.
    pub(crate) async fn done(&mut self) -> Result<OutboundBatch, TransferError> {
        match self.reading.join_next().await {
            Some(Ok(batch)) => Ok(batch?),
            // It is never ended while it is waited for.
            Some(Err(panicked)) => std::panic::resume_unwind(panicked.into_panic()),
            None => std::future::pending().await,
        }
    }
}
