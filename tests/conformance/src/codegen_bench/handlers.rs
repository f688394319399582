//! A handler for every tenth event type: with `#[subscribe]` over generated types, and as a plain async
//! function over the structs written by hand. Both run the same statement.

use std::fmt::Write;

use super::schema::CONSUMER;
use super::shape::{EventShape, camel};

/// The number of event types for each handler.
const EVERY: usize = 10;

/// `src/lib.rs` of the crate that subscribes; `step` makes one version of it differ from the next.
pub(super) fn subscribing(contracts: &str, events: &[EventShape], step: usize) -> String {
    let domain = camel(CONSUMER);
    let mut text = format!(
        "//! Handlers.\n\nuse {contracts}::{domain};\n\
         use dispatcher_runtime::{{Consumer, ConsumerBuilder, DeliveryTx, EventEnvelope, subscribe}};\n"
    );
    let mut registered = String::new();
    for (index, event) in handled(events) {
        let (module, rust_type) = (event.module(), event.rust_type());
        let _ = write!(
            text,
            "\nuse {contracts}::{module}::{{self, {rust_type}}};\n\n\
             #[subscribe({module})]\n\
             async fn on_{module}(\n    event: EventEnvelope<{rust_type}>,\n    tx: &mut DeliveryTx,\n\
             ) -> Result<(), sqlx::Error> {{\n{}}}\n",
            statement(
                "event.payload.person_id.as_str()",
                "event.payload.credits.get()",
                version(index, step)
            )
        );
        let _ = write!(registered, "\n        .subscribe(on_{module})");
    }
    let _ = write!(
        text,
        "\npub fn consumer(pool: sqlx::PgPool) -> ConsumerBuilder<{domain}, ()> {{\n    \
         Consumer::<{domain}>::builder(pool){registered}\n}}\n"
    );
    text
}

/// `src/lib.rs` of the crate that does the same by hand.
pub(super) fn plain(plain: &str, events: &[EventShape], step: usize) -> String {
    let mut text = "//! Handlers, by hand.\n\nuse sqlx::{PgConnection, Postgres};\n\n\
                    type Error = Box<dyn std::error::Error + Send + Sync>;\n"
        .to_owned();
    for (index, event) in handled(events) {
        let (module, rust_type) = (event.module(), event.rust_type());
        let _ = write!(
            text,
            "\nuse {plain}::{module}::{rust_type};\n\n\
             pub async fn on_{module}(payload: &str, tx: &mut PgConnection) -> Result<(), Error> {{\n    \
             let payload: {rust_type} = serde_json::from_str(payload)?;\n{}}}\n",
            statement(
                "payload.person_id.as_str()",
                "payload.credits",
                version(index, step)
            )
            .replace("&mut **tx", "&mut *tx")
            .replace("sqlx::query(", "sqlx::query::<Postgres>(")
            .replace(".map(drop)", ".map(drop)\n        .map_err(Error::from)")
        );
    }
    text
}

/// The number of handlers for that number of event types.
pub(super) fn count(events: usize) -> usize {
    events.div_ceil(EVERY)
}

fn handled(events: &[EventShape]) -> impl Iterator<Item = (usize, &EventShape)> {
    events.iter().step_by(EVERY).enumerate()
}

/// Only the first handler changes.
fn version(index: usize, step: usize) -> usize {
    if index == 0 { step } else { 0 }
}

fn statement(person: &str, credits: &str, version: usize) -> String {
    format!(
        "    sqlx::query(\"INSERT INTO seen_{version} (person_id, credits) VALUES ($1, $2)\")\n        \
         .bind({person})\n        .bind({credits})\n        .execute(&mut **tx)\n        .await\n        \
         .map(drop)\n"
    )
}
