//! Where a pass reads the log: in its own transaction, or in one of another database.
//!
//! Two databases have no common snapshot, and need none: the log is read first, and then, in a later
//! snapshot, what the consumer knows about those events. What only this worker writes cannot have
//! changed in between, and what an operator writes (`redrive`) counts as if it had come before.

use sqlx::{PgConnection, Postgres, Transaction};

use crate::consume::delivery::DeliveryTx;
use crate::consume::partition::Settings;

/// The transaction in which the log is read.
pub(super) enum LogSource {
    /// The pass's own.
    Own,
    Other(Transaction<'static, Postgres>),
}

impl LogSource {
    pub(super) async fn begin(settings: &Settings) -> Result<Self, sqlx::Error> {
        if settings.is_remote {
            settings.log.begin().await.map(Self::Other)
        } else {
            Ok(Self::Own)
        }
    }

    pub(super) fn connection<'a>(&'a mut self, own: &'a mut DeliveryTx) -> &'a mut PgConnection {
        match self {
            Self::Own => &mut *own,
            Self::Other(other) => &mut *other,
        }
    }

    /// Gives the connection back, before handlers run.
    pub(super) async fn end(self) {
        if let Self::Other(other) = self {
            // The transaction has only read.
            let _ = other.rollback().await;
        }
    }
}
