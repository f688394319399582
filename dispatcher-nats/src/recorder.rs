//! T3: the row of a relay follows the stream, a little behind, and holds nothing up. What was not written down when a
//! session ends is found in the stream by the next one.

use std::time::Duration;

use dispatcher_runtime::DatabaseError;
use dispatcher_runtime::transfer::{TransferLease, TransferPlace, TransferRow};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::error::TransferError;

/// Between the beginnings of two records.
const EVERY: Duration = Duration::from_millis(200);

pub(crate) struct Recorder {
    row: TransferRow,
    lease: TransferLease,
    /// What was last written, or is being written.
    recorded: TransferPlace,
    due: Instant,
    /// At most one.
    recording: JoinSet<Result<bool, DatabaseError>>,
}

impl Recorder {
    /// Writes the first place, and returns once that is done.
    pub(crate) async fn start(
        row: &TransferRow,
        lease: TransferLease,
        place: &TransferPlace,
    ) -> Result<Self, TransferError> {
        if !row.record_relayed(&lease, place).await? {
            return Err(TransferError::LeaseLost);
        }
        Ok(Self {
            row: row.clone(),
            lease,
            recorded: place.clone(),
            due: Instant::now() + EVERY,
            recording: JoinSet::new(),
        })
    }

    /// Waits until a place is to be written and then until it is; forever, if it is the one that was written last. It
    /// may be dropped, and called again.
    pub(crate) async fn record(&mut self, place: &TransferPlace) -> Result<(), TransferError> {
        if self.recording.is_empty() {
            if *place == self.recorded {
                return std::future::pending().await;
            }
            tokio::time::sleep_until(self.due).await;
            self.due = Instant::now() + EVERY;
            self.recorded = place.clone();
            let (row, lease, place) = (self.row.clone(), self.lease, place.clone());
            self.recording
                .spawn(async move { row.record_relayed(&lease, &place).await });
        }
        match self.recording.join_next().await {
            Some(Ok(Ok(true))) | None => Ok(()),
            Some(Ok(Ok(false))) => Err(TransferError::LeaseLost),
            Some(Ok(Err(error))) => Err(error.into()),
            // It is never ended while it is waited for.
            Some(Err(panicked)) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
}
