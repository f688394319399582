//! What became of an event in one subscription.

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use super::summary::EventSummary;
use crate::contract::position::Position;
use crate::operate::tenants::Tenants;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;

/// What became of an event in one subscription.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventDelivery {
    /// The consuming domain.
    pub consumer: String,
    /// The subscription.
    pub subscription: String,
    /// What became of it.
    #[serde(flatten)]
    pub state: DeliveryState,
}

/// What became of an event in one subscription.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// It was handled.
    #[non_exhaustive]
    Handled {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        handled_at: OffsetDateTime,
    },
    /// It waits for its next attempt.
    #[non_exhaustive]
    Waiting {
        /// The attempt that it waits for.
        attempt: u32,
        /// When it is due.
        #[serde(with = "time::serde::rfc3339::option")]
        due_at: Option<OffsetDateTime>,
        /// The last error.
        error: Option<String>,
    },
    /// It waits behind an earlier event of its subject.
    #[non_exhaustive]
    Behind {
        /// The position of the first of them.
        position: Position,
        /// The dead letter that holds the subject, if one does.
        dead_letter_id: Option<String>,
    },
    /// It waits for a program that knows its version.
    AwaitsVersion,
    /// The subscription gave up on it.
    #[non_exhaustive]
    DeadLetter {
        /// The dead letter.
        dead_letter_id: String,
        /// `open`, `redriving` or `resolved`.
        letter: String,
        /// The last error.
        error: String,
    },
    /// The subscription is paused, and has not read it.
    #[non_exhaustive]
    Paused {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        paused_at: OffsetDateTime,
        /// By whom.
        paused_by: String,
    },
    /// The subscription has not read it yet.
    #[non_exhaustive]
    NotRead {
        /// Whether a replica runs the subscription.
        has_holder: bool,
    },
    /// The subscription began after it.
    #[non_exhaustive]
    BeforeStart {
        /// The position after which it began.
        began_at: Position,
    },
    /// The subscription is past it, and has no row about it: it was handled so long ago that retention has removed
    /// the row, or the subscription did not take its type then.
    Passed,
}

/// The event that is asked about.
pub(super) enum Delivered<'a> {
    Event(&'a EventSummary),
    /// Only its id is known: retention has removed it.
    Removed(&'a str),
}

impl Delivered<'_> {
    /// What became of it in each subscription that takes it, by consumer and name.
    pub(super) async fn list(
        &self,
        pool: &PgPool,
        statement: &Statement,
        is_remote: bool,
        tenants: &Tenants,
    ) -> Result<Vec<EventDelivery>, sqlx::Error> {
        let (event_id, event) = match self {
            Self::Event(event) => (event.event_id.as_str(), Some(event)),
            Self::Removed(event_id) => (*event_id, None),
        };
        let mut connection = transaction::acquire(pool).await?;
        let rows = statement
            .query()
            .bind(event_id)
            .bind(event.map(|event| i64::from(event.position)))
            .bind(event.map(|event| event.event_type.as_str()))
            .bind(event.and_then(|event| event.subject.as_deref()))
            .bind(event.map(|event| event.tenant_id.as_str()))
            .bind(is_remote)
            .bind(tenants.ids())
            .fetch_all(&mut *connection)
            .await?;
        let deliveries = rows.iter().map(EventDelivery::from_row);
        let mut deliveries: Vec<_> = deliveries.collect::<Result<_, _>>()?;
        if event.is_none() {
            // A cursor says nothing about an event whose position is not known. A handled event has no tenant either.
            let is_bound = tenants.ids().is_some();
            deliveries.retain(|delivery| match delivery.state {
                DeliveryState::Handled { .. } => !is_bound,
                DeliveryState::DeadLetter { .. } => true,
                _ => false,
            });
        }
        Ok(deliveries)
    }
}

impl EventDelivery {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            state: DeliveryState::from_row(row)?,
        })
    }
}

impl DeliveryState {
    /// What needs an operator comes first: a subscription may have handled an event again of which a dead letter is open.
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let letter = Self::of_letter(row)?;
        let resolved_at = row.try_get::<Option<OffsetDateTime>, _>("resolved_at")?;
        if let Some(letter) = letter.as_ref().filter(|_| resolved_at.is_none()) {
            return Ok(letter.clone());
        }
        if let Some(waiting) = Self::of_waiting(row)? {
            return Ok(waiting);
        }
        // An event that was given up has a dedup row too, from then. It was handled if the row is newer, or if a redrive
        // has resolved the letter.
        let handled_at: Option<OffsetDateTime> = row.try_get("handled_at")?;
        let redrive_id: Option<String> = row.try_get("redrive_id")?;
        let was_given_up = letter.is_some() && handled_at <= resolved_at && redrive_id.is_none();
        match (handled_at, letter) {
            (Some(handled_at), _) if !was_given_up => return Ok(Self::Handled { handled_at }),
            (_, Some(letter)) => return Ok(letter),
            _ => {}
        }
        if row.try_get::<Option<bool>, _>("before_start")? == Some(true) {
            let began_at: i64 = row.try_get("began_at")?;
            return Ok(Self::BeforeStart {
                began_at: began_at.into(),
            });
        }
        if row.try_get::<Option<bool>, _>("passed")? == Some(true) {
            return Ok(Self::Passed);
        }
        if let (Some(paused_at), Some(paused_by)) =
            (row.try_get("paused_at")?, row.try_get("paused_by")?)
        {
            return Ok(Self::Paused {
                paused_at,
                paused_by,
            });
        }
        Ok(Self::NotRead {
            has_holder: row.try_get("has_holder")?,
        })
    }

    fn of_letter(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        let Some(dead_letter_id) = row.try_get("dead_letter_id")? else {
            return Ok(None);
        };
        let resolved_at: Option<OffsetDateTime> = row.try_get("resolved_at")?;
        let redrive_id: Option<String> = row.try_get("redrive_id")?;
        let letter = match (resolved_at, redrive_id) {
            (Some(_), _) => "resolved",
            (None, Some(_)) => "redriving",
            (None, None) => "open",
        };
        Ok(Some(Self::DeadLetter {
            dead_letter_id,
            letter: letter.to_owned(),
            error: row.try_get("error")?,
        }))
    }

    fn of_waiting(row: &PgRow) -> Result<Option<Self>, sqlx::Error> {
        let Some(attempts) = row.try_get::<Option<i32>, _>("attempts")? else {
            return Ok(None);
        };
        if row.try_get::<Option<i32>, _>("awaited_version")?.is_some() {
            return Ok(Some(Self::AwaitsVersion));
        }
        let due_at: Option<OffsetDateTime> = row.try_get("due_at")?;
        let first: Option<i64> = row.try_get("first_position")?;
        if let (None, Some(first)) = (due_at, first) {
            return Ok(Some(Self::Behind {
                position: first.into(),
                dead_letter_id: row.try_get("first_held_by")?,
            }));
        }
        // One that was begun and has not ended is the one that it is at.
        let is_begun: bool = row.try_get("is_begun")?;
        let attempts = u32::try_from(attempts).unwrap_or_default();
        Ok(Some(Self::Waiting {
            attempt: attempts + u32::from(!is_begun),
            due_at,
            error: row.try_get("last_error")?,
        }))
    }
}
