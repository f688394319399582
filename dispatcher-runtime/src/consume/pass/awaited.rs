//! Events that wait for a version which the program does not know, and the end of their wait.
//!
//! What is asked here costs nothing while no event waits. Under a new lease it is asked once: the replica before may have
//! known less. While events wait it is asked again, a poll interval later at the earliest, and never for each event.
//! Should it fail, the pass fails, and the next one asks again.

use std::collections::HashSet;
use std::time::Instant;

use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::plan::Plan;
use crate::consume::partition::Partition;
use crate::consume::versions::AwaitedVersion;
use crate::postgres::transaction;

/// How many events are released by one statement.
const BATCH: i64 = 1000;

/// How many versions are looked at. Any writer can make up numbers.
const MOST_VERSIONS: i64 = 100;

/// What a partition's passes know about events that wait for their version.
#[derive(Default)]
pub(super) struct Awaited {
    looked_at: Option<Instant>,
    /// Versions that the last look found, or that were met since.
    versions: HashSet<AwaitedVersion>,
    /// One of them was met since.
    is_news: bool,
}

impl Awaited {
    /// Finds out which events of a batch have to wait.
    pub(super) fn mark<S>(&mut self, partition: &Partition<S>, plan: &mut Plan) {
        let known = &partition.settings().versions;
        for candidate in &mut plan.candidates {
            if candidate.is_over() {
                continue;
            }
            candidate.awaits = known.awaited(&candidate.event);
            if let Some(awaited) = &candidate.awaits
                && self.versions.len() < MOST_VERSIONS as usize
            {
                self.is_news |= self.versions.insert(awaited.clone());
            }
        }
    }

    /// Releases the events whose version can be read, if it is time to ask.
    pub(super) async fn look<S>(&mut self, partition: &Partition<S>) -> Result<(), sqlx::Error> {
        if !self.is_due(partition) {
            return Ok(());
        }
        let mut connection = transaction::acquire(&partition.bound.pool).await?;
        let mut left = HashSet::new();
        for awaited in list(partition, &mut connection).await? {
            let known = &partition.settings().versions;
            if known.is_known(&awaited.event_type, awaited.schema_version) {
                release(partition, &mut connection, &awaited).await?;
            } else {
                left.insert(awaited);
            }
        }
        self.versions = left;
        self.is_news = false;
        self.looked_at = Some(Instant::now());
        Ok(())
    }

    fn is_due<S>(&self, partition: &Partition<S>) -> bool {
        let Some(looked_at) = self.looked_at else {
            return true;
        };
        let interval = partition.settings().poll_interval;
        self.is_news || !self.versions.is_empty() && looked_at.elapsed() >= interval
    }
}

async fn list<S>(
    partition: &Partition<S>,
    connection: &mut PgConnection,
) -> Result<Vec<AwaitedVersion>, sqlx::Error> {
    let list = partition.query(&partition.statements().list_awaited);
    let rows = list.bind(MOST_VERSIONS).fetch_all(connection).await?;
    let versions = rows.iter().map(|row| {
        Ok(AwaitedVersion {
            event_type: row.try_get("event_type")?,
            schema_version: row.try_get("schema_version")?,
        })
    });
    versions.collect()
}

async fn release<S>(
    partition: &Partition<S>,
    connection: &mut PgConnection,
    awaited: &AwaitedVersion,
) -> Result<(), sqlx::Error> {
    let mut released = 0;
    loop {
        let release = partition.query_of_lease(&partition.statements().release_awaited);
        let release = release
            .bind(&awaited.event_type)
            .bind(awaited.schema_version)
            .bind(BATCH)
            .bind(partition.settings().clock.now())
            .bind(partition.lease.partitions);
        let rows = release.execute(&mut *connection).await?.rows_affected();
        released += rows;
        if rows < BATCH.unsigned_abs() {
            break;
        }
    }
    if released > 0 {
        tracing::info!(
            consumer = partition.settings().consumer,
            subscription = partition.subscription().name,
            event_type = awaited.event_type,
            schema_version = awaited.schema_version,
            events = released,
            "events waited for a version that this program can read; they are handled now"
        );
    }
    Ok(())
}
