//! Envelopes at random: every optional field present and absent, texts with everything that CloudEvents allows.

use dispatcher_runtime::time::{Duration, OffsetDateTime};
use dispatcher_runtime::{EventEnvelope, EventId, Payload};
use dispatcher_test_fixtures::chance::{For, numbers};
use dispatcher_test_fixtures::{TENANT, TestResult, lock, lock_json};
use serde_json::{Value, json};

/// What texts are made of: what headers encode, what JSON escapes, and characters of one to four bytes.
const CHARACTERS: [char; 16] = [
    'a', 'Z', '0', ' ', '%', '"', '\\', ':', ',', ';', '\'', 'é', '\u{a0}', '日', '\u{feff}', '🏊',
];

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The envelope of this seed, with a payload of any shape.
pub(crate) fn envelope(seed: u64) -> TestResult<EventEnvelope<Value>> {
    let mut chance = numbers(seed, For::Key, &[]);
    let mut text = |optional: bool| {
        let length = chance.usize(usize::from(!optional)..12);
        let text = (0..length).map(|_| CHARACTERS[chance.usize(..CHARACTERS.len())]);
        Some(text.collect::<String>()).filter(|text| !text.is_empty())
    };
    let (subject, actor) = (text(true), text(false));
    let (correlation_id, causation_id) = (text(true), text(true));
    let names = [text(false), text(false)].map(Option::unwrap_or_default);
    let mut event = EventEnvelope::new(TENANT.parse()?, lock(1, 1)).map(|_| Value::Null);
    event.event_id = EventId::generate();
    event.schema_version = chance.u32(1..=i32::MAX as u32);
    event.subject = subject;
    event.actor = actor.unwrap_or_default();
    event.correlation_id = correlation_id;
    event.causation_id = causation_id;
    event.traceparent = chance.bool().then(|| TRACE.to_owned());
    // From the year 0 to 9999, with nanoseconds.
    event.occurred_at =
        OffsetDateTime::from_unix_timestamp(chance.i64(-62_167_219_200..=253_402_300_799))?
            + Duration::nanoseconds([0, 1, 418_000_000][chance.usize(..3)]);
    let [first, second] = names;
    event.payload = json!({
        first: chance.i64(..), second: [chance.f64(), null, true, { "a": "\u{1}\"" }], "empty": {},
    });
    Ok(event)
}

/// A typed envelope of this seed.
pub(crate) fn typed<P: Payload>(seed: u64, payload: &Value) -> TestResult<EventEnvelope<P>> {
    let payload = P::from_json(payload.clone())?;
    let mut event = envelope(seed)?.map(|_| payload);
    event.event_type = P::EVENT_TYPE.to_owned();
    event.schema_version = P::SCHEMA_VERSION;
    Ok(event)
}

/// A valid payload of `credit.locked`.
pub(crate) fn payload() -> Value {
    lock_json(7, 6)
}
