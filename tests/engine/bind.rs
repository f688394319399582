//! Values of payloads as parameters of statements: bound as they are, and never rounded.

use dispatcher_runtime::{HandlerError, Integer, Number};
use dispatcher_test_fixtures::{TestResult, lock, person_id};

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
    assert!(
        error.contains("must fit into i64, found 18446744073709551615"),
        "{error}"
    );
    let bind = |number: Number| sqlx::query("SELECT $1").bind(number).execute(&world.pool);
    let error = refused(bind(9_007_199_254_740_993_i64.into()).await);
    assert!(
        error.contains("must fit into f64, found 9007199254740993"),
        "{error}"
    );
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
