//! Places in the log: where it ends, and where a time is.

use sqlx::{PgConnection, Row};
use time::OffsetDateTime;

use super::StartFrom;
use super::event_log::EventLog;

/// How far apart the clocks of two events may be whose order is not that of their positions.
const OUT_OF_ORDER: time::Duration = time::Duration::seconds(10);

impl EventLog {
    /// The cursor of whoever is to begin there.
    pub(crate) async fn find(
        &self,
        connection: &mut PgConnection,
        start: StartFrom,
    ) -> Result<i64, sqlx::Error> {
        match start {
            StartFrom::Beginning => Ok(0),
            // What is still open may be before or after; it is after, so that nothing is skipped.
            StartFrom::End => Ok(self.horizon_in(connection).await?.1),
            StartFrom::At(at) => {
                let at = at.saturating_sub(OUT_OF_ORDER);
                self.before(connection, at).await
            }
        }
    }

    /// The last position before the events of a time. The log is not indexed by time, so it is halved
    /// until the place is found.
    async fn before(
        &self,
        connection: &mut PgConnection,
        at: OffsetDateTime,
    ) -> Result<i64, sqlx::Error> {
        let (mut low, mut high) = (0, self.horizon_in(&mut *connection).await?.1);
        while low < high {
            let middle = low + (high - low) / 2;
            let next = self.statements.read_next_event.query().bind(middle);
            let next = next.fetch_optional(&mut *connection).await?;
            let earlier = match next {
                Some(row) => {
                    let position: i64 = row.try_get("position")?;
                    let inserted_at: OffsetDateTime = row.try_get("inserted_at")?;
                    (position <= high && inserted_at < at).then_some(position)
                }
                None => None,
            };
            match earlier {
                Some(position) => low = position,
                None => high = middle,
            }
        }
        Ok(low)
    }

    /// Positions and ids of the next events.
    pub(crate) async fn event_ids(
        &self,
        connection: &mut PgConnection,
        after: i64,
        until: i64,
        limit: i64,
    ) -> Result<Vec<(i64, String)>, sqlx::Error> {
        let query = self.statements.read_event_ids.query();
        let query = query.bind(after).bind(until).bind(limit);
        let rows = query.fetch_all(connection).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("position")?, row.try_get("event_id")?)))
            .collect()
    }
}
