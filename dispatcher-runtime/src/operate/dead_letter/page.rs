//! A page of dead letters, and the token of the next one.
//!
//! The token names the last letter of a page, so that letters which come or go meanwhile neither repeat nor hide
//! others. It also has a checksum over that letter and over what the list selects: a token that was altered, or that
//! belongs to another list, would silently begin somewhere else. The checksum is no proof of who made the token, and need
//! not be: what a list may show is decided by its own filters.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::DeadLetterError;
use super::filter::Selection;
use super::summary::DeadLetterSummary;
use crate::contract::id::{DeadLetterId, IdError};

/// How many bytes of text the letters of a page have, but for the last one.
pub(super) const PAGE_BYTES: i64 = 1 << 20;

/// What the checksums of tokens are made in.
const TOKENS: Uuid = Uuid::from_u128(0x5b0e_6a35_9c0f_4b57_8f0a_61d7_2d6c_3e91);

/// Some of the dead letters that a filter selects, newest first: no more than its limit, and no more than about
/// 1 MiB of text. A filter by subscription, event type, reason or state looks through 20,000 letters at most, so a page
/// may have few or none although there is a next one.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeadLetterPage {
    /// The dead letters.
    pub dead_letters: Vec<DeadLetterSummary>,
    /// The token of the next page, for [`DeadLetterFilter::next`](crate::DeadLetterFilter::next); `None` if this is the
    /// last one.
    pub next: Option<String>,
}

/// Where a page ends.
pub(super) struct PageEnd {
    pub(super) created_at: OffsetDateTime,
    pub(super) dead_letter_id: DeadLetterId,
}

impl PageEnd {
    /// Of a row with these columns.
    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let id: &str = row.try_get("dead_letter_id")?;
        Ok(Self {
            created_at: row.try_get("created_at")?,
            dead_letter_id: id
                .parse()
                .map_err(|error: IdError| sqlx::Error::Decode(error.into()))?,
        })
    }

    pub(super) fn of(letter: &DeadLetterSummary) -> Self {
        Self {
            created_at: letter.created_at,
            dead_letter_id: letter.dead_letter_id.clone(),
        }
    }

    /// `<microseconds>-<uuid of the letter>-<checksum>`, each in hexadecimal digits.
    pub(super) fn token(&self, selection: &Selection) -> String {
        // As Postgres keeps it.
        let micros = self.created_at.unix_timestamp_nanos() / 1000;
        let uuid = self.dead_letter_id.as_str().replace("dlq_", "");
        let place = format!("{micros:x}-{}", uuid.replace('-', ""));
        let sum = Uuid::new_v5(&TOKENS, format!("{place} {selection:?}").as_bytes());
        format!("{place}-{}", sum.simple())
    }

    /// Reads a token of a list.
    ///
    /// # Errors
    /// It was altered, or is the token of another list.
    pub(super) fn from_token(token: &str, selection: &Selection) -> Result<Self, DeadLetterError> {
        Self::parse(token)
            .filter(|end| end.token(selection) == token)
            .ok_or(DeadLetterError::InvalidToken)
    }

    fn parse(token: &str) -> Option<Self> {
        let (micros, rest) = token.split_once('-')?;
        let (uuid, _) = rest.split_once('-')?;
        let nanos = i128::from_str_radix(micros, 16).ok()?.checked_mul(1000)?;
        let uuid = Uuid::try_parse(uuid).ok()?;
        Some(Self {
            created_at: OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?,
            dead_letter_id: format!("dlq_{}", uuid.hyphenated()).parse().ok()?,
        })
    }
}
