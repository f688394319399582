//! Two programs of which the second one knows a newer version of an event type.

mod lost;
mod programs;
mod proved;
mod read_as;
mod sql_publish;
mod unknown;
mod upcast;

use dispatcher_test_fixtures::{TENANT, TestResult};
use serde_json::Value;
use sqlx::PgPool;

/// The contracts of the program that runs before.
mod before {
    dispatcher_runtime::contracts!("versions/before");
}

/// The contracts of the program that follows it. They have version 2 of `parcel.sent`, and of `parcel.lost` no other
/// version is live.
mod after {
    use dispatcher_runtime::Upcast;

    dispatcher_runtime::contracts!("versions/after");

    /// Version 2 asks each express parcel for its courier, which this forgets.
    impl Upcast<parcel_sent::v1::ParcelSent> for parcel_sent::v2::ParcelSent {
        fn upcast(old: parcel_sent::v1::ParcelSent) -> Self {
            Self {
                parcel_id: old.parcel_id,
                express: old.express,
                courier: None,
            }
        }
    }
}

/// An event of the depot, as a program publishes it that has newer contracts than the database.
async fn publish(
    pool: &PgPool,
    event_type: &str,
    version: i32,
    subject: Option<&str>,
    payload: Value,
) -> TestResult {
    let publish = "INSERT INTO dispatcher_event
               (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload)
        VALUES (dispatcher_generate_event_id(), $1, $5, now(), $3, 'depot', $4, 'system:depot', $2::json)";
    let publish = sqlx::query(publish).bind(event_type).bind(payload);
    let publish = publish.bind(TENANT).bind(subject).bind(version);
    publish.execute(pool).await?;
    Ok(())
}
