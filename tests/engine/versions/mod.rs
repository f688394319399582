//! Two programs of which the second one knows a newer version of an event type.

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

/// An event of the depot, as a program in another language publishes it.
async fn publish(
    pool: &PgPool,
    event_type: &str,
    version: i32,
    subject: Option<&str>,
    payload: Value,
) -> TestResult {
    let publish = "SELECT FROM dispatcher_publish($1, $2::json, $3, 'depot', subject => $4, schema_version => $5)";
    let publish = sqlx::query(publish).bind(event_type).bind(payload);
    let publish = publish.bind(TENANT).bind(subject).bind(version);
    publish.execute(pool).await?;
    Ok(())
}
