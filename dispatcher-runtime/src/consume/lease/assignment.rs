//! Which replica works on which partition: every replica reads the same rows and works out the same answer.
//!
//! Partition `i` of a subscription belongs to the replica at place `i + offset` of the sorted list of
//! replicas. While two of them see different lists, a partition may be left alone for a moment; the lease
//! keeps it from being worked on twice.

use sqlx::Row;
use sqlx::postgres::PgConnection;

use crate::consume::partition::Settings;
use crate::operate::subscriptions::Pause;

/// A subscription and a partition of it.
pub(super) type Key = (&'static str, i32);

/// A partition as it stands in the database.
pub(super) struct Assignment {
    pub(super) key: Key,
    pub(super) fence: i64,
    pub(super) is_free: bool,
    /// A replica held it and did not release it.
    pub(super) is_expired: bool,
    pub(super) is_ours: bool,
    /// Its holder lacks event types that this replica takes, or versions that it knows.
    pub(super) is_shorter: bool,
    /// What the subscription takes, as the replica says that worked on it last.
    pub(super) event_types: Vec<String>,
    /// What other replicas take or know and this one does not, if it may not work because of that.
    pub(super) missing: Vec<String>,
    /// A lease or a registration ends later than it can.
    pub(super) is_ahead: bool,
    /// An operator keeps the subscription from being worked on.
    pub(super) pause: Option<Pause>,
}

impl Assignment {
    /// Whether L1 may be tried.
    pub(super) fn may_take(&self) -> bool {
        self.is_free || self.is_shorter
    }

    /// The partitions of these subscriptions, as `replica` sees them.
    pub(super) async fn read_all(
        connection: &mut PgConnection,
        settings: &Settings,
        names: &[&'static str],
    ) -> Result<Vec<Self>, sqlx::Error> {
        let replica = &settings.replica;
        let rows = settings
            .statements
            .read_assignment
            .query()
            .bind(settings.consumer)
            .bind(names)
            .bind(replica)
            .fetch_all(connection)
            .await?;
        let mut assignments = Vec::with_capacity(rows.len());
        for row in &rows {
            let name: String = row.try_get("subscription")?;
            let Some(&name) = names.iter().find(|known| **known == name) else {
                continue;
            };
            let partition: i32 = row.try_get("partition")?;
            let replicas: Vec<String> = row.try_get("replicas")?;
            let is_free = row.try_get("free")?;
            let owner = owner(name, partition, &replicas);
            let missing = if replicas.contains(replica) {
                Vec::new()
            } else {
                row.try_get("missing")?
            };
            assignments.push(Self {
                key: (name, partition),
                fence: row.try_get("fence")?,
                is_free,
                is_expired: is_free && row.try_get("held")?,
                is_ours: owner.is_some_and(|owner| owner == replica),
                is_shorter: row.try_get("is_shorter")?,
                event_types: row.try_get("event_types")?,
                missing,
                is_ahead: row.try_get("is_ahead")?,
                pause: Pause::of_row(row)?,
            });
        }
        Ok(assignments)
    }
}

/// A server's clock that was set back would otherwise keep leases of the past from ending.
pub(super) async fn correct_expiries(
    connection: &mut PgConnection,
    settings: &Settings,
    names: &[&'static str],
) -> Result<(), sqlx::Error> {
    tracing::warn!(
        consumer = settings.consumer,
        "leases end later than they can: the server's clock was set back; they are shortened"
    );
    let correct = settings.statements.correct_expiries.query();
    let correct = correct.bind(settings.consumer).bind(names);
    correct.execute(connection).await.map(drop)
}

/// Which replica a partition belongs to. Every version of every replica has to come to the same
/// answer, so the hash is spelt out here and not one of the standard library.
fn owner<'a>(subscription: &str, partition: i32, replicas: &'a [String]) -> Option<&'a String> {
    let offset = subscription.bytes().fold(0_u64, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let replicas_count = u64::try_from(replicas.len())
        .ok()
        .filter(|count| *count > 0)?;
    let place = (offset % replicas_count + u64::try_from(partition).ok()?) % replicas_count;
    replicas.get(usize::try_from(place).ok()?)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn partitions_are_shared_evenly_and_each_has_one_owner() {
        let replicas = ["a", "b", "c"].map(str::to_owned);
        let mut shares: HashMap<&String, usize> = HashMap::new();
        for partition in 0..8 {
            *shares
                .entry(owner("hold_slot", partition, &replicas).unwrap())
                .or_default() += 1;
        }
        let mut shares: Vec<_> = shares.into_values().collect();
        shares.sort_unstable();
        assert_eq!(shares, [2, 3, 3]);
        assert_eq!(owner("hold_slot", 0, &[]), None);
    }

    #[test]
    fn subscriptions_of_one_partition_do_not_all_go_to_the_same_replica() {
        let replicas = ["a", "b"].map(str::to_owned);
        let names = ["hold_slot", "credit_history", "lesson_board", "coach_diary"];
        let first = names
            .iter()
            .filter(|name| owner(name, 0, &replicas) == Some(&replicas[0]));
        assert!((1..names.len()).contains(&first.count()));
    }
}
