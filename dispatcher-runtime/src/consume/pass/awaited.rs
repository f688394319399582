//! Events that wait for a version which the program does not know, and the end of their wait.
//!
//! What is asked here costs nothing while no event waits. Under a new lease it is asked once: the replica before may have
//! known less. It is asked whether the program knows a version by now, and whether the contracts in the database say that it
//! may be read as an older one. While events wait it is asked again, a poll interval later at the earliest, and never for each event.
//! Should it fail, the pass fails, and the next one asks again.

use std::collections::HashSet;
use std::time::Instant;

use sqlx::Row;

use super::plan::Plan;
use crate::consume::partition::Partition;
use crate::consume::versions::AwaitedVersion;
use crate::postgres::transaction;

/// How many events are released by one statement.
const BATCH: i64 = 1000;

/// How many versions are looked at. Any writer can make up numbers.
const MOST_VERSIONS: usize = 100;

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
            let Some(awaited) = known.awaited(&candidate.event) else {
                continue;
            };
            candidate.event.read_as = known.read_as(&awaited);
            if candidate.event.read_as.is_some() {
                continue;
            }
            if self.versions.len() < MOST_VERSIONS {
                self.is_news |= self.versions.insert(awaited.clone());
            }
            candidate.awaits = Some(awaited);
        }
    }

    /// Releases the events whose version can be read, if it is time to ask.
    pub(super) async fn look<S>(&mut self, partition: &Partition<S>) -> Result<(), sqlx::Error> {
        if !self.is_due(partition) {
            return Ok(());
        }
        let listed = list(partition).await?;
        learn(partition, &listed).await?;
        let known = &partition.settings().versions;
        let (readable, left): (Vec<_>, _) = listed.into_iter().partition(|awaited| {
            known.is_known(&awaited.event_type, awaited.schema_version)
                || known.read_as(awaited).is_some()
        });
        for awaited in readable {
            release(partition, &awaited).await?;
        }
        self.versions = left.into_iter().collect();
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

async fn list<S>(partition: &Partition<S>) -> Result<Vec<AwaitedVersion>, sqlx::Error> {
    let mut connection = transaction::acquire(&partition.bound.pool).await?;
    let list = partition.query(&partition.statements().list_awaited);
    let rows = list
        .bind(MOST_VERSIONS as i64)
        .fetch_all(&mut *connection)
        .await?;
    let versions = rows.iter().map(|row| {
        Ok(AwaitedVersion {
            event_type: row.try_get("event_type")?,
            schema_version: row.try_get("schema_version")?,
        })
    });
    versions.collect()
}

/// Asks the contracts in the database about the versions that the program does not know.
async fn learn<S>(partition: &Partition<S>, listed: &[AwaitedVersion]) -> Result<(), sqlx::Error> {
    let known = &partition.settings().versions;
    let unknown: Vec<_> = listed
        .iter()
        .filter(|awaited| {
            !known.is_known(&awaited.event_type, awaited.schema_version)
                && known.read_as(awaited).is_none()
        })
        .map(|awaited| (awaited.event_type.as_str(), awaited.schema_version))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let catalog = &partition.settings().log.catalog;
    for (event_type, schema_version, as_version) in catalog.read_as(&unknown).await? {
        let newer = AwaitedVersion {
            event_type,
            schema_version,
        };
        known.learn(newer, as_version);
    }
    Ok(())
}

async fn release<S>(partition: &Partition<S>, awaited: &AwaitedVersion) -> Result<(), sqlx::Error> {
    let mut connection = transaction::acquire(&partition.bound.pool).await?;
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
