//! Payload and envelope values as parameters and results of statements: numbers are never rounded,
//! and a value that breaks its type's rule is an error of the statement.

use acme_contracts::credit_locked::{CreditLocked, LockedCredits, PersonId};
use acme_contracts::credit_released::Reason;
use dispatcher_runtime::{
    Date, DateTime, DeadLetterId, DeadLetterReason, EventId, HandlerError, Integer, Number,
    TenantId,
};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, person_id};
use sqlx::postgres::PgHasArrayType;
use sqlx::{Decode, Encode, PgPool, Postgres, Type};

use crate::support::World;

#[tokio::test]
async fn payload_values_are_bound_as_they_are() -> TestResult {
    let world = World::new().await?;
    let payload = lock(1, 6);
    let (credits, person, integer, number): (i64, String, i64, f64) =
        sqlx::query_as("SELECT $1, $2, $3, $4")
            .bind(payload.locked_credits)
            .bind(&payload.person_id)
            .bind(Some(Integer::from(7)))
            .bind(Number::from(0.5))
            .fetch_one(&world.pool)
            .await?;
    assert_eq!(
        (credits, person, integer, number),
        (6, person_id(1), 7, 0.5)
    );
    world.close().await
}

#[tokio::test]
async fn what_the_column_cannot_hold_is_an_error_of_the_statement() -> TestResult {
    let world = World::new().await?;
    let refused = |result: Result<_, sqlx::Error>| result.unwrap_err().to_string();
    let bind = |integer: Integer| sqlx::query("SELECT $1").bind(integer).execute(&world.pool);
    let error = refused(bind(u64::MAX.into()).await);
    assert!(error.contains("must fit into i64"), "{error}");
    let bind = |number: Number| sqlx::query("SELECT $1").bind(number).execute(&world.pool);
    let error = refused(bind(9_007_199_254_740_993_i64.into()).await);
    assert!(error.contains("must fit into f64"), "{error}");
    world.close().await
}

/// A value, an array of it and NULL, to the server and back.
async fn round_trip<T>(pool: &PgPool, value: T) -> TestResult
where
    T: Clone + std::fmt::Debug + PartialEq + Send + Sync + Unpin + 'static,
    T: Type<Postgres>
        + PgHasArrayType
        + for<'q> Encode<'q, Postgres>
        + for<'r> Decode<'r, Postgres>,
{
    // Not cached: sqlx would reuse this type's statement for the values of the next type.
    let (back, all, none): (T, Vec<T>, Option<T>) = sqlx::query_as("SELECT $1, $2, $3")
        .persistent(false)
        .bind(&value)
        .bind(vec![value.clone(), value.clone()])
        .bind(None::<T>)
        .fetch_one(pool)
        .await?;
    assert_eq!((back, none), (value.clone(), None));
    assert_eq!(all, [value.clone(), value]);
    Ok(())
}

/// As the generator writes enums that are not all strings.
mod generated {
    #![allow(missing_docs)]

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(super) enum Odd {
        N1,
        N3,
    }
    dispatcher_runtime::private::integer_enum!(Odd, "odd", "be one of 1, 3", { N1 = 1, N3 = 3 });

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(super) enum Level {
        Low,
        N1,
    }
    dispatcher_runtime::private::value_enum!(Level, "level", "be \"low\" or 1", {
        Low = "\"low\"",
        N1 = "1",
    });
}

#[tokio::test]
async fn every_scalar_comes_back_from_the_server() -> TestResult {
    let world = World::new().await?;
    let pool = &world.pool;
    round_trip(pool, EventId::generate()).await?;
    round_trip(pool, DeadLetterId::generate()).await?;
    round_trip(pool, TENANT.parse::<TenantId>()?).await?;
    round_trip(pool, "2024-02-29".parse::<Date>()?).await?;
    round_trip(pool, "2025-03-31T16:30:00.123456Z".parse::<DateTime>()?).await?;
    round_trip(pool, DeadLetterReason::Permanent).await?;
    round_trip(pool, Integer::from(-7)).await?;
    round_trip(pool, Number::from(0.5)).await?;
    round_trip(pool, lock(1, 6).person_id).await?;
    round_trip(pool, lock(1, 6).locked_credits).await?;
    round_trip(pool, Reason::BookingCancelled).await?;
    round_trip(pool, generated::Odd::N3).await?;
    round_trip(pool, generated::Level::Low).await?;
    round_trip(pool, generated::Level::N1).await?;
    world.close().await
}

#[tokio::test]
async fn a_date_time_keeps_its_instant_in_microseconds() -> TestResult {
    let world = World::new().await?;
    let at: DateTime = "2025-03-31T16:30:00.123456789+05:30".parse()?;
    let (back, text): (DateTime, String) = sqlx::query_as("SELECT $1, $2")
        .bind(&at)
        .bind(at.as_str())
        .fetch_one(&world.pool)
        .await?;
    assert_eq!(back.as_str(), "2025-03-31T11:00:00.123456Z");
    assert_eq!(text, at.as_str());
    world.close().await
}

#[tokio::test]
async fn what_breaks_the_rule_of_a_type_is_not_read_as_one() -> TestResult {
    async fn refused<T>(pool: &PgPool, select: &'static str) -> TestResult<String>
    where
        T: Send + Unpin + Type<Postgres> + for<'r> Decode<'r, Postgres>,
    {
        let read = sqlx::query_scalar::<_, T>(select).fetch_one(pool).await;
        Ok(read.err().ok_or(select)?.to_string())
    }
    let world = World::new().await?;
    let pool = &world.pool;
    for (error, expected) in [
        (
            refused::<EventId>(pool, "SELECT 'evt_1'").await?,
            "`evt_1` is not an event id",
        ),
        (
            refused::<PersonId>(pool, "SELECT 'mia'").await?,
            "PersonId must match",
        ),
        (
            refused::<LockedCredits>(pool, "SELECT 0::bigint").await?,
            "locked_credits must be between 1 and 9007199254740991",
        ),
        (
            refused::<Reason>(pool, "SELECT 'bored'").await?,
            " must be ",
        ),
        (
            refused::<Date>(pool, "SELECT date '10000-01-01'").await?,
            "outside the years",
        ),
        (
            refused::<Date>(pool, "SELECT date '-infinity'").await?,
            "outside the years",
        ),
        (
            refused::<DateTime>(pool, "SELECT timestamptz 'infinity'").await?,
            "outside the years",
        ),
        (
            refused::<EventId>(pool, "SELECT 1").await?,
            "mismatched types",
        ),
    ] {
        assert!(error.contains(expected), "{error}");
    }
    world.close().await
}

/// The event id is the key that makes an effect outside the delivery's transaction idempotent.
#[tokio::test]
async fn an_effect_that_is_keyed_by_the_event_id_is_applied_once() -> TestResult {
    let world = World::new().await?;
    sqlx::raw_sql("CREATE TABLE seen (event_id text PRIMARY KEY, tenant_id text, credits bigint)")
        .execute(&world.pool)
        .await?;
    let event = dispatcher_runtime::EventEnvelope::<CreditLocked>::new(TENANT.parse()?, lock(1, 6));
    for inserted in [1, 0] {
        let insert = "INSERT INTO seen VALUES ($1, $2, $3) ON CONFLICT (event_id) DO NOTHING";
        let done = sqlx::query(insert)
            .bind(&event.event_id)
            .bind(&event.tenant_id)
            .bind(event.payload.locked_credits)
            .execute(&world.pool)
            .await?;
        assert_eq!(done.rows_affected(), inserted);
    }
    let found: Vec<(EventId, LockedCredits)> =
        sqlx::query_as("SELECT event_id, credits FROM seen WHERE event_id = ANY ($1)")
            .bind(vec![event.event_id.clone(), EventId::generate()])
            .fetch_all(&world.pool)
            .await?;
    assert_eq!(found, [(event.event_id, event.payload.locked_credits)]);
    world.close().await
}

/// As a handler writes it.
fn narrowed(credits: Integer) -> Result<i32, HandlerError> {
    if credits > 100 {
        return Err(HandlerError::permanent("more than a lesson can cost"));
    }
    Ok(i32::try_from(credits)?)
}

#[test]
fn conversions_work_in_a_handler() {
    assert!(matches!(narrowed(100.into()), Ok(100)));
    assert!(narrowed(101.into()).is_err());
    assert!(narrowed(i64::MIN.into()).is_err());
}
