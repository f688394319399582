//! The events that are published: `credit.locked`, 236 bytes, of people who come round.

use acme_contracts::Revenue;
use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::Dispatcher;
use sqlx::PgPool;

use super::Error;
use crate::fixtures::{TENANT, lock};

/// How many subjects there are.
const PEOPLE: u32 = 1000;

/// Payloads that were made before the clock starts.
pub(super) fn payloads(events: usize) -> Vec<CreditLocked> {
    (0..PEOPLE)
        .map(|person| lock(person, 6))
        .cycle()
        .take(events)
        .collect()
}

/// Ours.
pub(super) fn dispatcher(pool: &PgPool) -> Result<Dispatcher<Revenue>, Error> {
    Ok(Dispatcher::builder(pool.clone()).tenant(TENANT).build()?)
}
