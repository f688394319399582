//! Dead letters that failed alike.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::filter::Selection;
use super::hours::{self, HourCount};
use super::{DeadLetterError, DeadLetterFilter, DeadLetterSummary, DeadLetters};
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::operate::actor::Actor;
use crate::operate::count::Count;
use crate::postgres::transaction;

/// Up to where the letters of a group are counted.
const MOST_COUNTED: i64 = 100;

/// Open dead letters of one subscription and event type that failed alike: with the same reason, and with an error whose
/// first line is the same but for numbers, ids, quoted texts and addresses.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeadLetterGroup {
    /// What [`DeadLetterFilter::group`] takes: 8 hexadecimal digits or more.
    pub group: String,
    /// The consuming domain.
    pub consumer: String,
    /// The subscription.
    pub subscription: String,
    /// The event type.
    pub event_type: String,
    /// Why the subscription gave up.
    pub reason: DeadLetterReason,
    /// The error of the newest of them, 1,000 characters at most.
    pub error: String,
    /// How many are open.
    pub count: Count,
    /// When the oldest was written.
    #[serde(with = "time::serde::rfc3339")]
    pub first_seen: OffsetDateTime,
    /// When the newest was written.
    #[serde(with = "time::serde::rfc3339")]
    pub last_seen: OffsetDateTime,
    /// How many of them were written in each of the last 24 hours, the oldest first; those in which none was are left out.
    pub hours: Vec<HourCount>,
}

impl DeadLetterGroup {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let letters: i64 = row.try_get("letters")?;
        Ok(Self {
            group: row.try_get("fingerprint")?,
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            event_type: row.try_get("event_type")?,
            reason: row.try_get("reason")?,
            error: row.try_get("error")?,
            count: Count {
                count: letters.min(MOST_COUNTED).unsigned_abs(),
                at_least: letters > MOST_COUNTED,
            },
            first_seen: row.try_get("first_seen")?,
            last_seen: row.try_get("last_seen")?,
            hours: Vec::new(),
        })
    }
}

impl DeadLetters {
    /// The groups of the open dead letters that the filter selects, the largest first, as many as its limit allows.
    /// Counts end at 100, and groups with more come before others, the newest first; those of an hour end at 100 as well.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn groups(
        &self,
        filter: &DeadLetterFilter,
    ) -> Result<Vec<DeadLetterGroup>, DeadLetterError> {
        filter.check()?;
        let selection = filter.selection.within(self.tenants.as_deref()).open();
        let groups = i64::from(filter.limit);
        let longest_error = i32::try_from(DeadLetterSummary::LONGEST_ERROR).unwrap_or(i32::MAX);
        let query = if selection.splits_groups() {
            selection
                .bind(self.statements.group_selected.query_once())
                .bind(MOST_COUNTED + 1)
        } else {
            let query = self.statements.read_groups.query_once();
            selection.bind_groups(query.bind(MOST_COUNTED + 1))
        };
        let rows = query
            .bind(groups)
            .bind(longest_error)
            .fetch_all(&self.pool)
            .await?;
        let groups = rows.iter().map(DeadLetterGroup::from_row);
        let mut groups: Vec<DeadLetterGroup> = groups.collect::<Result<_, _>>()?;
        let fingerprints = groups.iter().map(|group| group.group.clone()).collect();
        let mut hours = hours::of_groups(self, &selection, fingerprints).await?;
        for group in &mut groups {
            group.hours = hours.remove(&group.group).unwrap_or_default();
        }
        Ok(groups)
    }

    /// How many dead letters the filter selects. Counts end at 10,000.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn count(&self, filter: &DeadLetterFilter) -> Result<Count, DeadLetterError> {
        filter.check()?;
        let selection = filter.selection.within(self.tenants.as_deref());
        self.counted(&selection).await
    }

    /// How many open dead letters the filter selects: those that [`resolve_all`](Self::resolve_all) would resolve. One that
    /// is redriving is none of them. Counts end at 10,000.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn count_open(&self, filter: &DeadLetterFilter) -> Result<Count, DeadLetterError> {
        filter.check()?;
        let selection = filter.selection.within(self.tenants.as_deref()).open();
        self.counted(&selection).await
    }

    async fn counted(&self, selection: &Selection) -> Result<Count, DeadLetterError> {
        let most = i64::try_from(Count::LIMIT + 1).unwrap_or(i64::MAX);
        let count = selection.bind(self.statements.count_selected.query_once());
        let row = count.bind(most).fetch_one(&self.pool).await?;
        let letters: i64 = row.try_get("letters")?;
        Ok(Count::of(letters.unsigned_abs()))
    }

    /// Resolves the open dead letters that the filter selects, and returns how many. With `expected`, nothing is resolved
    /// if the number has changed.
    ///
    /// # Errors
    /// [`DeadLetterError::Changed`]; as [`resolve`](Self::resolve).
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of them may be resolved, or none.
    pub async fn resolve_all(
        &self,
        filter: &DeadLetterFilter,
        expected: Option<u64>,
        actor: Actor<'_>,
    ) -> Result<u64, DeadLetterError> {
        actor.check()?;
        let selection = filter.selection.within(self.tenants.as_deref()).open();
        let mut tx = transaction::begin(&self.pool).await?;
        let lock = selection.bind(self.statements.lock_letters.query_once());
        lock.execute(&mut *tx).await?;
        let letters = self.choose(&mut tx, &selection, true).await?;
        let found = u64::try_from(letters.len()).unwrap_or(u64::MAX);
        let changed = expected.filter(|expected| *expected != found);
        if changed.is_none() {
            let resolve = self.statements.resolve_selected.query();
            let resolve = resolve.bind(letters).bind(actor.name).bind(actor.why);
            resolve.bind(actor.claimed).execute(&mut *tx).await?;
        }
        let outcome = match changed {
            Some(_) => "nothing was changed".to_owned(),
            None => format!("resolved {found} dead letters"),
        };
        let what = format!("resolve {}", filter.selection.in_words());
        self.note(&mut tx, actor, what, &outcome).await?;
        tx.commit().await?;
        match changed {
            Some(expected) => Err(DeadLetterError::Changed { expected, found }),
            None => Ok(found),
        }
    }
}
