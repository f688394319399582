//! A reference producer: revenue locks credits, and says so in the transaction that made it true.
//!
//! `cargo run --example revenue-producer`. What to take from it: the command is idempotent by the id
//! that its caller chose, the event id is made from the same id, and an event is published where the
//! domain's write is, so that a refused command publishes nothing.

use acme_contracts::Revenue;
use acme_contracts::credit_locked::{CreditLocked, CreditReservationId, LessonId, PersonId};
use dispatcher_runtime::{DateTime, Dispatcher, EventId};
use dispatcher_test_launcher::Server;
use sqlx::{Executor, PgPool, Row};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How a command ended.
#[derive(Debug, Eq, PartialEq)]
enum Locked {
    /// The credits are locked and the event is published.
    Now,
    /// This reservation was made before; nothing was done.
    Before,
    /// The person has too few credits; nothing was done.
    TooFewCredits,
}

/// Revenue's service: what the rest of revenue calls.
struct Ledger {
    pool: PgPool,
    dispatcher: Dispatcher<Revenue>,
}

impl Ledger {
    /// Sets credits aside. The caller chooses the reservation's id, so asking twice locks once.
    async fn lock(
        &self,
        reservation: &CreditReservationId,
        person: &PersonId,
        lesson: &LessonId,
        credits: i64,
    ) -> Result<Locked> {
        let mut tx = self.pool.begin().await?;
        let made = sqlx::query(
            "INSERT INTO credit_reservation (id, person_id, credits, state) VALUES ($1, $2, $3, 'locked')
                 ON CONFLICT (id) DO NOTHING",
        )
        .bind(reservation.as_str())
        .bind(person.as_str())
        .bind(credits)
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() == 0 {
            return Ok(Locked::Before);
        }
        let taken = sqlx::query(
            "UPDATE wallet SET available = available - $2 WHERE person_id = $1 AND available >= $2",
        )
        .bind(person.as_str())
        .bind(credits)
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(Locked::TooFewCredits); // dropped, so rolled back: no reservation and no event
        }
        self.dispatcher
            .publish(CreditLocked {
                credit_reservation_id: reservation.clone(),
                lesson_id: lesson.clone(),
                person_id: person.clone(),
                locked_credits: credits.try_into()?,
                locked_at: DateTime::now(),
            })
            .event_id(event_id(reservation)?)
            .within(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(Locked::Now)
    }
}

/// One lock, one event: the same command gives the same id, even if another caller repeats it.
fn event_id(reservation: &CreditReservationId) -> Result<EventId> {
    Ok(reservation.as_str().replacen("crr_", "evt_", 1).parse()?)
}

/// Runs the example on a database of its own.
pub(crate) async fn run() -> Result {
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(4).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let person: PersonId = "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817".parse()?;
    pool.execute(
        "CREATE TABLE wallet (person_id text PRIMARY KEY, available bigint NOT NULL);
         CREATE TABLE credit_reservation (id text PRIMARY KEY, person_id text NOT NULL,
                                          credits bigint NOT NULL, state text NOT NULL)",
    )
    .await?;
    sqlx::query("INSERT INTO wallet VALUES ($1, 10)")
        .bind(person.as_str())
        .execute(&pool)
        .await?;

    let ledger = Ledger {
        pool: pool.clone(),
        dispatcher: Dispatcher::builder(pool.clone())
            .tenant("tnt_swim_north")
            .build()?,
    };
    let first: CreditReservationId = "crr_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".parse()?;
    let second: CreditReservationId = "crr_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6f".parse()?;
    let lesson: LessonId = "les_0192f0c2-1d5e-7a49-b6f3-0c9e8d7b6a54".parse()?;
    for (reservation, credits, expected) in [
        (&first, 6, Locked::Now),
        (&first, 6, Locked::Before),
        (&second, 6, Locked::TooFewCredits),
        (&second, 4, Locked::Now),
    ] {
        let outcome = ledger.lock(reservation, &person, &lesson, credits).await?;
        println!("lock {credits} credits as {reservation}: {outcome:?}");
        if outcome != expected {
            return Err(format!("{expected:?} was expected").into());
        }
    }
    let row = sqlx::query("SELECT count(*), count(DISTINCT event_id) FROM dispatcher_event")
        .fetch_one(&pool)
        .await?;
    let (events, ids): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    println!("{events} events were published for the two reservations");
    pool.close().await;
    database.close().await?;
    if (events, ids) == (2, 2) {
        Ok(())
    } else {
        Err("2 events were expected".into())
    }
}

#[allow(dead_code)] // not called where the tests run it
#[tokio::main]
async fn main() -> Result {
    run().await
}
