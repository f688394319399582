//! The configuration of Debezium in docs/scale.md names columns that the log has, and options that its event router has.

use std::collections::BTreeSet;

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::Server;
use serde_json::{Map, Value};

/// The options of the outbox event router, by Debezium's documentation of it.
const OPTIONS: [&str; 14] = [
    "table.op.invalid.behavior",
    "table.field.event.id",
    "table.field.event.key",
    "table.field.event.timestamp",
    "table.field.event.payload",
    "table.expand.json.payload",
    "table.fields.additional.placement",
    "table.field.event.schema.version",
    "route.by.field",
    "route.topic.regex",
    "route.topic.replacement",
    "route.tombstone.on.empty.payload",
    "tracing.span.context.field",
    "tracing.with.context.field.only",
];

/// Of the router, without what each option begins with.
fn options(config: &Map<String, Value>) -> Vec<(&str, &str)> {
    let options = config.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("transforms.outbox.")?;
        Some((name, value.as_str()?))
    });
    options.filter(|(name, _)| *name != "type").collect()
}

#[tokio::test]
async fn the_event_router_of_debezium_names_columns_of_the_log() -> TestResult {
    let guide = std::fs::read_to_string(super::root().join("docs/scale.md"))?;
    let block = guide.split("```json\n").nth(1).ok_or("no configuration")?;
    let block = block.split("```").next().ok_or("no end")?;
    let config: Map<String, Value> = serde_json::from_str(block)?;
    assert_eq!(config["table.include.list"], "public.dispatcher_event");
    let mut named = BTreeSet::new();
    for (name, value) in options(&config) {
        assert!(
            OPTIONS.contains(&name),
            "{name} is not an option of the router"
        );
        match name {
            "table.fields.additional.placement" => {
                for field in value.split(',') {
                    let parts: Vec<_> = field.split(':').collect();
                    assert!(matches!(parts[..], [_, "header", _]), "{field}");
                    named.insert(parts[0].to_owned());
                }
            }
            name if name.starts_with("table.field.event.") || name == "route.by.field" => {
                named.insert(value.to_owned());
            }
            _ => {}
        }
    }
    assert!(named.len() > 10, "{named:?}");
    let database = Server::shared().await?.create_database().await?;
    let pool = database.pool(1).await?;
    dispatcher_runtime::migrate(&pool).await?;
    let columns = "SELECT attname::text FROM pg_attribute
                    WHERE attrelid = 'dispatcher_event'::regclass AND attnum > 0 AND NOT attisdropped";
    let columns: Vec<String> = sqlx::query_scalar(columns).fetch_all(&pool).await?;
    let unknown: Vec<_> = named.iter().filter(|it| !columns.contains(it)).collect();
    assert!(unknown.is_empty(), "dispatcher_event has no {unknown:?}");
    pool.close().await;
    database.close().await?;
    Ok(())
}
