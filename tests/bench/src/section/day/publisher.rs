//! The publishers: several tasks, each with an endless seeded list of transactions, at a steady
//! pace until the day is over. A task that is late goes on without a pause until it has caught up.

use acme_contracts::Revenue;
use acme_contracts::credit_debited::CreditDebited;
use acme_contracts::credit_locked::CreditLocked;
use acme_contracts::credit_released::CreditReleased;
use dispatcher_runtime::{Dispatcher, Payload, Published};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use sqlx::{PgPool, Postgres, Transaction};
use tokio::time::{Duration, Instant};

use super::super::super::Error;
use super::SEED;
use super::clock::{Clock, HOURS};
use dispatcher_test_fixtures::TENANT;
use dispatcher_test_fixtures::chance::{For, numbers};

const PUBLISHERS: u64 = 4;

const EVENT_TYPES: [&str; 3] = ["credit.locked", "credit.released", "credit.debited"];

/// The interval between a publisher's transactions, which have 3 events on average.
const PACE: Duration = Duration::from_millis(30);

/// The number of people that events are about: enough that few events wait behind one that failed.
const PEOPLE: u32 = 20_000;

/// Publishes until the day is over.
pub(super) async fn all(pool: &PgPool, clock: Clock, began: Instant) -> Result<(), Error> {
    let revenue = Dispatcher::<Revenue>::builder(pool.clone())
        .tenant(TENANT)
        .build()?;
    let until = began + clock.hour * HOURS;
    let publishers = (0..PUBLISHERS).map(|publisher| {
        let (revenue, pool) = (revenue.clone(), pool.clone());
        tokio::spawn(async move { publish(&revenue, &pool, publisher, began, until).await })
    });
    for ended in try_join_all(publishers).await? {
        ended?;
    }
    Ok(())
}

async fn publish(
    revenue: &Dispatcher<Revenue>,
    pool: &PgPool,
    publisher: u64,
    began: Instant,
    until: Instant,
) -> Result<(), Error> {
    let mut due = began;
    for transaction in 0.. {
        due += PACE;
        if due >= until {
            break;
        }
        tokio::time::sleep_until(due).await;
        let mut numbers = numbers(SEED, For::Writer, &[publisher, transaction]);
        let kind = numbers.usize(0..EVENT_TYPES.len());
        let reservations = (0..numbers.u64(1..=5)).map(|event| Reservation {
            number: (publisher << 56) | (transaction << 8) | event,
            person: numbers.u32(1..=PEOPLE),
        });
        let reservations: Vec<_> = reservations.collect();
        let mut tx = pool.begin().await?;
        let published = insert(revenue, &mut tx, kind, &reservations).await?;
        if numbers.u32(0..50) == 0 {
            tx.rollback().await?;
            continue;
        }
        let event_ids = published.iter().map(|one| one.event_id.to_string());
        sqlx::query("INSERT INTO ledger (event_id, event_type) SELECT unnest($1::text[]), $2")
            .bind(event_ids.collect::<Vec<_>>())
            .bind(EVENT_TYPES[kind])
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A single event is published as a gateway would publish it, several are published at once.
async fn insert(
    revenue: &Dispatcher<Revenue>,
    tx: &mut Transaction<'static, Postgres>,
    kind: usize,
    reservations: &[Reservation],
) -> Result<Vec<Published>, Error> {
    if let [reservation] = reservations {
        let payload = reservation.payload(kind);
        let publish = revenue.publish_untyped(EVENT_TYPES[kind], 1, payload);
        return Ok(vec![publish.within(tx).await?]);
    }
    let payloads = reservations.iter().map(|it| it.payload(kind));
    Ok(match kind {
        0 => {
            let events = payloads
                .map(CreditLocked::from_json)
                .collect::<Result<Vec<_>, _>>()?;
            revenue.publish_all(events).within(tx).await?
        }
        1 => {
            let events = payloads
                .map(CreditReleased::from_json)
                .collect::<Result<Vec<_>, _>>()?;
            revenue.publish_all(events).within(tx).await?
        }
        _ => {
            let events = payloads
                .map(CreditDebited::from_json)
                .collect::<Result<Vec<_>, _>>()?;
            revenue.publish_all(events).within(tx).await?
        }
    })
}

/// The reservation that an event is about. The number is its key, which determines its rule.
struct Reservation {
    number: u64,
    person: u32,
}

impl Reservation {
    fn payload(&self, kind: usize) -> Value {
        let uuid = |number: u64| {
            format!(
                "0192f3a1-7b64-7c3d-{:04x}-{:012x}",
                0x8000 | (number >> 48),
                number & 0xffff_ffff_ffff
            )
        };
        let number = uuid(self.number);
        let (reservation, lesson) = (format!("crr_{number}"), format!("les_{number}"));
        let (person, at) = (
            format!("per_{}", uuid(self.person.into())),
            "2026-11-23T09:15:02.418Z",
        );
        match kind {
            0 => json!({
                "credit_reservation_id": reservation, "lesson_id": lesson, "person_id": person,
                "locked_credits": 6, "locked_at": at,
            }),
            1 => json!({
                "credit_reservation_id": reservation, "lesson_id": lesson, "person_id": person,
                "released_credits": 6, "reason": "lock_expired", "released_at": at,
            }),
            _ => json!({
                "credit_reservation_id": reservation, "lesson_id": lesson, "person_id": person,
                "debited_credits": 6, "balance_after": 2, "reason": "attended", "debited_at": at,
            }),
        }
    }
}
