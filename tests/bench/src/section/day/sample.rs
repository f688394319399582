//! The sample of one hour: traffic, delays, and the sizes of the tables at its end.

use std::fmt;

use dispatcher_runtime::Subscriptions;
use sqlx::{PgPool, Row};

use super::super::super::Error;
use super::balance::Balance;
use super::clock::Clock;
use super::consumers::Delays;

/// One of our tables at one moment.
#[derive(Clone, Debug)]
pub(super) struct Size {
    pub(super) table: String,
    /// With its TOAST table and its maps, without its indexes. Bytes.
    pub(super) heap: i64,
    pub(super) indexes: i64,
    /// Dead rows that are not vacuumed yet, according to the server's statistics.
    pub(super) dead: i64,
}

/// One hour.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) hour: u32,
    /// Events that were published in it.
    pub(super) published: i64,
    /// What has become of them by its end.
    pub(super) balance: Balance,
    /// From an event's insert to its first attempt, in the slowest subscription, in ms: p50 and p99.
    pub(super) delay: (f64, f64),
    /// How many positions the slowest subscription was behind at its end.
    pub(super) behind: u64,
    pub(super) sizes: Vec<Size>,
}

impl Sample {
    pub(super) async fn take(
        pool: &PgPool,
        clock: Clock,
        hour: u32,
        delays: &Delays,
    ) -> Result<Self, Error> {
        let delay = delays.of_slowest();
        let listed = Subscriptions::new(pool.clone()).list(None).await?;
        let seconds = clock.hour.as_secs_f64();
        let published = "SELECT count(*) FROM ledger WHERE at > now() - $1 * interval '1 s'";
        Ok(Self {
            hour,
            published: sqlx::query_scalar(published)
                .bind(seconds)
                .fetch_one(pool)
                .await?,
            balance: Balance::of(pool, seconds).await?,
            delay,
            behind: listed.iter().map(|it| it.behind).max().unwrap_or_default(),
            sizes: sizes(pool).await?,
        })
    }

    /// Of all tables together.
    pub(super) fn bytes(&self) -> i64 {
        self.sizes.iter().map(|size| size.heap + size.indexes).sum()
    }
}

/// Of the tables that traffic writes to.
async fn sizes(pool: &PgPool) -> Result<Vec<Size>, Error> {
    let rows = sqlx::query(
        "SELECT relname::text AS name, pg_table_size(relid) AS heap, pg_indexes_size(relid) AS indexes,
                n_dead_tup AS dead
           FROM pg_stat_user_tables
          WHERE relname IN ('dispatcher_cursor', 'dispatcher_dead_letter', 'dispatcher_dedup',
                            'dispatcher_event', 'dispatcher_replica', 'dispatcher_retry')
          ORDER BY relname",
    )
    .fetch_all(pool)
    .await?;
    let size = |row: &sqlx::postgres::PgRow| {
        Ok(Size {
            table: row.try_get("name")?,
            heap: row.try_get("heap")?,
            indexes: row.try_get("indexes")?,
            dead: row.try_get("dead")?,
        })
    };
    Ok(rows.iter().map(size).collect::<Result<_, sqlx::Error>>()?)
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "hour {}: {} events published, {} deliveries handled, {} dead letters, {} to come; p99 {:.0} ms; {:.1} MiB",
            self.hour,
            self.published,
            self.balance.handled,
            self.balance.dead,
            self.balance.to_come,
            self.delay.1,
            mebibytes(self.bytes()),
        )
    }
}

/// For people.
pub(super) fn mebibytes(bytes: i64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
