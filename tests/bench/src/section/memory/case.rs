//! What a consumer works on while its memory is measured.

use sqlx::PgPool;

use super::super::super::Error;

/// Bytes of a large payload.
pub(super) const PAYLOAD: u64 = 1 << 20;

/// One consumer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Case {
    /// The consumer has nothing to do; not measured by itself.
    Idle,
    /// Many events wait, of the usual size.
    Small,
    /// One subscription, payloads of 1 MiB.
    Large,
    /// Four of them.
    Subscriptions,
    /// One subscription with four partitions.
    Partitions,
    /// One subscription in which every event fails once.
    Retried,
}

/// Those that are measured.
pub(super) const CASES: &[Case] = &[
    Case::Small,
    Case::Large,
    Case::Subscriptions,
    Case::Partitions,
    Case::Retried,
];

impl Case {
    /// The name that the program is given.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Small => "small",
            Self::Large => "large",
            Self::Subscriptions => "subscriptions",
            Self::Partitions => "partitions",
            Self::Retried => "retried",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        let all = CASES.iter().chain(&[Self::Idle]);
        all.copied().find(|case| case.name() == name)
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Idle => "nothing to do",
            Self::Small => "1 subscription",
            Self::Large => "payloads of 1 MiB, 1 subscription",
            Self::Subscriptions => "payloads of 1 MiB, 4 subscriptions",
            Self::Partitions => "payloads of 1 MiB, 1 subscription of 4 partitions",
            Self::Retried => "payloads of 1 MiB, 1 subscription, every event fails once",
        }
    }

    /// How many batches are in memory at the same time: one for each partition.
    pub(super) fn batches(self) -> u64 {
        match self {
            Self::Subscriptions | Self::Partitions => 4,
            Self::Idle | Self::Small | Self::Large | Self::Retried => 1,
        }
    }

    /// Bytes of the largest payload.
    pub(super) fn payload(self) -> u64 {
        match self {
            Self::Idle | Self::Small => 225,
            Self::Large | Self::Subscriptions | Self::Partitions | Self::Retried => PAYLOAD,
        }
    }
}

/// Fills an empty database with events of 1 MiB each. Their text is random, so the server cannot
/// compress it.
pub(super) async fn fill_large(pool: &PgPool, events: u64) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id,
                                       producer, actor, payload)
         SELECT dispatcher_generate_event_id(), 'lead.captured', 1, now(), 'tnt_swim_north', 'growth',
                'system:growth', json_build_object('note', (
                    SELECT string_agg(md5(event || ' ' || line), '') FROM generate_series(1, $2) AS line))
           FROM generate_series(1, $1) AS event",
    )
    .bind(i64::try_from(events).unwrap_or(i64::MAX))
    // A hash has 32 characters.
    .bind(i64::try_from(PAYLOAD / 32).unwrap_or(i64::MAX))
    .execute(pool)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_found_by_its_name() {
        for case in CASES.iter().chain(&[Case::Idle]) {
            assert_eq!(Case::of_name(case.name()), Some(*case));
        }
        assert_eq!(Case::of_name("huge"), None);
    }
}
