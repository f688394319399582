//! What a dead letter is.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::contract::id::{IdError, RedriveId};

/// What a dead letter is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadLetterState {
    /// An operator has to look at it.
    Open,
    /// Its event is to be handled again: then it is resolved, or open again.
    Redriving,
    /// It is dealt with.
    Resolved,
}

impl DeadLetterState {
    /// Of a row with the columns `resolved_at` and `redrive_id`.
    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let resolved_at: Option<OffsetDateTime> = row.try_get("resolved_at")?;
        let redrive_id: Option<&str> = row.try_get("redrive_id")?;
        Ok(match (resolved_at, redrive_id) {
            (Some(_), _) => Self::Resolved,
            (None, Some(_)) => Self::Redriving,
            (None, None) => Self::Open,
        })
    }
}

/// The redrive of a row, if it has one.
pub(super) fn redrive_id(row: &PgRow) -> Result<Option<RedriveId>, sqlx::Error> {
    let id: Option<String> = row.try_get("redrive_id")?;
    id.map(|id| id.parse())
        .transpose()
        .map_err(|error: IdError| sqlx::Error::Decode(error.into()))
}
