//! When the letters of groups were written, by hour.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::Row;
use time::OffsetDateTime;

use super::DeadLetters;
use super::filter::Selection;
use crate::operate::count::Count;

/// Up to where the letters of an hour are counted.
const MOST_COUNTED: i64 = 100;

/// How many dead letters were written in an hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HourCount {
    /// When the hour began.
    #[serde(with = "time::serde::rfc3339")]
    pub hour: OffsetDateTime,
    /// How many, counted up to 100.
    pub count: Count,
}

/// The hours of each of the groups of a selection, by their fingerprints.
pub(super) async fn of_groups(
    letters: &DeadLetters,
    selection: &Selection,
    fingerprints: Vec<String>,
) -> Result<BTreeMap<String, Vec<HourCount>>, sqlx::Error> {
    let mut hours: BTreeMap<String, Vec<HourCount>> = BTreeMap::new();
    if fingerprints.is_empty() {
        return Ok(hours);
    }
    let most = MOST_COUNTED + 1;
    let query = if selection.splits_groups() {
        let query = letters.statements.list_selected_hours.query_once();
        selection.bind(query).bind(most).bind(fingerprints)
    } else {
        let query = letters.statements.list_group_hours.query_once();
        query.bind(fingerprints).bind(most)
    };
    for row in query.fetch_all(&letters.pool).await? {
        let counted: i64 = row.try_get("letters")?;
        let count = Count {
            count: counted.min(MOST_COUNTED).unsigned_abs(),
            at_least: counted > MOST_COUNTED,
        };
        let hour = HourCount {
            hour: row.try_get("hour")?,
            count,
        };
        let of_group = hours.entry(row.try_get("fingerprint")?);
        of_group.or_default().push(hour);
    }
    Ok(hours)
}
