//! When the letters of groups were written, by hour.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::Row;
use time::OffsetDateTime;

use super::filter::Selection;
use super::{DeadLetterGroup, DeadLetters};
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

/// Tells each group its hours.
pub(super) async fn fill(
    letters: &DeadLetters,
    selection: &Selection,
    groups: &mut [DeadLetterGroup],
) -> Result<(), sqlx::Error> {
    if groups.is_empty() {
        return Ok(());
    }
    let fingerprints: Vec<&str> = groups.iter().map(|group| group.group.as_str()).collect();
    let most = MOST_COUNTED + 1;
    let query = if selection.splits_groups() {
        let query = letters.statements.list_selected_hours.query_once();
        selection.bind(query).bind(most).bind(fingerprints)
    } else {
        let query = letters.statements.list_group_hours.query_once();
        query.bind(fingerprints).bind(most)
    };
    let mut hours: BTreeMap<String, Vec<HourCount>> = BTreeMap::new();
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
        hours
            .entry(row.try_get("fingerprint")?)
            .or_default()
            .push(hour);
    }
    for group in groups {
        group.hours = hours.remove(&group.group).unwrap_or_default();
    }
    Ok(())
}
