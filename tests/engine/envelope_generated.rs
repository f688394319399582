//! Whole envelopes at random, through `dispatcher_publish` and the reference schema: both accept one, or neither.
//!
//! `ENVELOPE_SEEDS=100000` runs for longer than CI does; `ENVELOPE_FIRST=1234` begins at the seed that a
//! failure names.

use acme_contracts::REGISTRY;
use dispatcher_test_fixtures::TestResult;
use dispatcher_test_fixtures::chance::{For, numbers};
use serde_json::{Value, json};

use crate::envelope_in_sql::{FIELDS, timestamp, valid, value};
use crate::support::World;

const PUBLISH: &str = "SELECT FROM dispatcher_publish(
    event_type => $1->>'event_type', payload => $2::text::json, tenant_id => $1->>'tenant_id',
    producer => $1->>'producer', subject => $1->>'subject', actor => $1->>'actor',
    correlation_id => $1->>'correlation_id', causation_id => $1->>'causation_id',
    event_id => $1->>'event_id', schema_version => ($1->>'schema_version')::integer,
    occurred_at => $3::text::timestamptz)";

const PAYLOADS: [&str; 12] = [
    "{}",
    "{\"a\":1}",
    "{\"a\":1,\"a\":2}",
    " {\"__proto__\":[]} ",
    "{\"a\":1e400}",
    "[]",
    "null",
    "1",
    "\"{}\"",
    "{",
    "{\"a\":NaN}",
    "",
];

/// What random changes are made of. Postgres has no text with a zero byte.
const CHARACTERS: &[char] = &[
    'a',
    'A',
    '0',
    'f',
    '_',
    '-',
    '.',
    ':',
    'Z',
    ' ',
    '\n',
    '\r',
    '\t',
    '\u{1}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    'é',
    'ß',
    '日',
    '\u{202e}',
    '\u{feff}',
    '\u{10ffff}',
    '\'',
    '"',
    '\\',
    '%',
    '$',
    '{',
];

/// Whether both accept it.
async fn publish(world: &World, envelope: &Value, payload: &str, seed: u64) -> TestResult<bool> {
    let by_sql = sqlx::query(PUBLISH)
        .bind(envelope)
        .bind(payload)
        .bind(timestamp(envelope))
        .execute(&world.pool)
        .await;
    let by_schema = serde_json::from_str(payload).is_ok_and(|payload: Value| {
        let mut envelope = envelope.clone();
        envelope["payload"] = payload;
        REGISTRY.envelope_schema().validate(&envelope).is_ok()
    });
    // What JSON allows in a text, serde_json may refuse: 1e400 is a number for Postgres alone.
    let is_held_by_postgres_alone = payload.contains("1e400");
    if !is_held_by_postgres_alone {
        assert_eq!(
            by_sql.is_ok(),
            by_schema,
            "seed {seed}: {envelope:#} {payload}: {by_sql:?}"
        );
    }
    if let Err(error) = &by_sql {
        assert!(error.to_string().len() < 4 * 1024, "{error}");
    }
    Ok(by_sql.is_ok())
}

#[tokio::test]
async fn sql_publishes_what_the_schema_accepts_of_generated_envelopes() -> TestResult {
    let setting = |name: &str, default: u64| -> TestResult<u64> {
        let value = std::env::var(name).ok();
        Ok(value.map_or(Ok(default), |value| value.parse())?)
    };
    let world = World::new().await?;
    let first = setting("ENVELOPE_FIRST", 0)?;
    let (mut accepted, mut refused) = (0, 0);
    for seed in first..first + setting("ENVELOPE_SEEDS", 400)? {
        let mut chance = numbers(seed, For::Key, &[]);
        let mut envelope = valid();
        for _ in 0..chance.usize(..4) {
            let (field, values) = FIELDS[chance.usize(..FIELDS.len())];
            let mut text: Vec<char> = values[chance.usize(..values.len())].chars().collect();
            if !["schema_version", "occurred_at"].contains(&field) {
                for _ in 0..chance.usize(..3) {
                    let at = chance.usize(..=text.len());
                    let new = CHARACTERS[chance.usize(..CHARACTERS.len())];
                    match chance.u8(..4) {
                        0 if at < text.len() => text[at] = new,
                        1 if at < text.len() => drop(text.remove(at)),
                        2 => text.extend(std::iter::repeat_n(new, chance.usize(..300))),
                        _ => text.insert(at, new),
                    }
                }
            }
            envelope[field] = value(field, &String::from_iter(text));
        }
        let payload = if chance.u8(..4) == 0 {
            PAYLOADS[chance.usize(..PAYLOADS.len())]
        } else {
            "{}"
        };
        if publish(&world, &envelope, payload, seed).await? {
            accepted += 1;
        } else {
            refused += 1;
        }
    }
    assert!(accepted > 0 && refused > 0, "{accepted} {refused}");
    world.close().await
}

/// The edges of the type: infinity, and times that only Postgres has.
#[tokio::test]
async fn sql_publishes_no_time_that_the_schema_does_not_have() -> TestResult {
    let world = World::new().await?;
    for time in [
        "infinity",
        "-infinity",
        "294276-12-31 23:59:59Z",
        "4714-11-24 00:00Z BC",
        "0002-01-01 00:00Z BC",
    ] {
        let mut envelope = valid();
        envelope["occurred_at"] = json!(time);
        assert!(!publish(&world, &envelope, "{}", 0).await?, "{time}");
    }
    world.close().await
}
