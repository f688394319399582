//! The balance: each event of the ledger, in each subscription that is bound to its type, has had
//! its effect once, or is given up; or, while the day goes on, is yet to be handled.
//!
//! One statement sees one moment: what a consumer does with an event is one transaction, and the
//! operator records what is given up before resolving the dead letter.

use sqlx::{PgPool, Row};

use super::super::super::Error;

/// The counts for some events.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Balance {
    /// Pairs of an event and a subscription that is bound to its type.
    pub(super) deliveries: i64,
    /// Had their effect.
    pub(super) handled: i64,
    /// Dead letters, resolved for good or not yet.
    pub(super) dead: i64,
    /// Waiting to be tried again, or beyond the cursor.
    pub(super) to_come: i64,
    /// None of these.
    pub(super) missed: i64,
    /// An effect twice, or an effect and a dead letter.
    pub(super) doubled: i64,
}

/// At the end of the day no event is yet to be handled, and none was handled that was never
/// published.
pub(super) async fn check_all(pool: &PgPool) -> Result<(), Error> {
    const LONG_AGO: f64 = 1e8;
    let balance = Balance::of(pool, LONG_AGO).await?;
    let invented = "SELECT count(*) FROM effect WHERE NOT EXISTS (
                           SELECT FROM ledger WHERE ledger.event_id = effect.event_id)";
    let invented: i64 = sqlx::query_scalar(invented).fetch_one(pool).await?;
    match (balance.to_come, invented) {
        (0, 0) => Ok(()),
        _ => Err(Error::Figure(format!(
            "the day is over and every consumer has caught up, but {} deliveries are still to come, and {invented} \
             effects are of events that were never committed",
            balance.to_come
        ))),
    }
}

impl Balance {
    /// For the events that were published in the last `seconds` seconds.
    pub(super) async fn of(pool: &PgPool, seconds: f64) -> Result<Self, Error> {
        let row = sqlx::query(
            "WITH delivery AS MATERIALIZED (
                 SELECT bound.subscription, ledger.event_id, event.position
                   FROM ledger
                   JOIN bound USING (event_type)
                   -- Retention has removed it, or it is there.
                   LEFT JOIN dispatcher_event AS event USING (event_id)
                  WHERE ledger.at > now() - $1 * interval '1 s'),
             effects AS MATERIALIZED (
                 SELECT subscription, event_id, count(*) AS times
                   -- A pass may have begun before the publish did.
                   FROM effect WHERE at > now() - ($1 + 60) * interval '1 s'
                  GROUP BY subscription, event_id),
             dead AS MATERIALIZED (
                 SELECT subscription, event_id FROM given_up
                  UNION
                 SELECT subscription, event_id FROM dispatcher_dead_letter WHERE resolved_at IS NULL),
             cursor AS MATERIALIZED (
                 SELECT subscription, partition, partitions, position FROM dispatcher_cursor),
             known AS (
                 SELECT coalesce(effects.times, 0) AS times,
                        dead.event_id IS NOT NULL AS dead,
                        retry.position IS NOT NULL OR coalesce(delivery.position > (
                            SELECT min(position) FROM cursor
                             WHERE cursor.subscription = delivery.subscription), false) AS to_come
                   FROM delivery
                   LEFT JOIN effects USING (subscription, event_id)
                   LEFT JOIN dead USING (subscription, event_id)
                   LEFT JOIN dispatcher_retry AS retry
                          ON retry.subscription = delivery.subscription AND retry.event_id = delivery.event_id)
             SELECT count(*) AS deliveries,
                    count(*) FILTER (WHERE times > 0) AS handled,
                    count(*) FILTER (WHERE dead) AS dead,
                    count(*) FILTER (WHERE times = 0 AND NOT dead AND to_come) AS to_come,
                    count(*) FILTER (WHERE times = 0 AND NOT dead AND NOT to_come) AS missed,
                    count(*) FILTER (WHERE times > 1 OR (times = 1 AND dead)) AS doubled
               FROM known",
        )
        .bind(seconds)
        .fetch_one(pool)
        .await?;
        let balance = Self {
            deliveries: row.try_get("deliveries")?,
            handled: row.try_get("handled")?,
            dead: row.try_get("dead")?,
            to_come: row.try_get("to_come")?,
            missed: row.try_get("missed")?,
            doubled: row.try_get("doubled")?,
        };
        match balance {
            Self {
                missed: 0,
                doubled: 0,
                ..
            } => Ok(balance),
            _ => Err(Error::Figure(format!(
                "the books do not balance, and they always must: {balance:?}"
            ))),
        }
    }
}
