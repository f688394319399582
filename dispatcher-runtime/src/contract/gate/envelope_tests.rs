//! The rules of the envelope in Rust accept what the reference schema accepts, and nothing else.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, UtcOffset};

use super::envelope::Fields;
use super::reference::REFERENCE_ENVELOPE;

/// Numbers from a seed (splitmix64), so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let z = usize::try_from((z ^ (z >> 31)) >> 32).unwrap();
        z % limit
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of the texts, mostly with a character that is replaced, removed or added.
    fn text(&mut self, near: &[&str]) -> String {
        let characters: Vec<char> = "aAfgz079_-.:Z \n\t\0éß日".chars().collect();
        let mut text: Vec<char> = self.pick(near).chars().collect();
        for _ in 0..self.below(3) {
            let at = self.below(text.len() + 1);
            let new = *self.pick(&characters);
            match self.below(3) {
                0 if at < text.len() => text[at] = new,
                1 if at < text.len() => drop(text.remove(at)),
                _ => text.insert(at, new),
            }
        }
        text.into_iter().collect()
    }

    fn text_or_none(&mut self, near: &[&str]) -> Option<String> {
        (self.below(4) > 0).then(|| self.text(near))
    }
}

const EVENT_IDS: &[&str] = &[
    "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
    "evt_0192f3a1-7b64-7c3d-be21-5f0a9b8c7d6e",
    "evt_0192f3a1-7b64-4c3d-8e21-5f0a9b8c7d6e",
    "evt_0192f3a1-7b64-7c3d-ce21-5f0a9b8c7d6e",
    "evt_0192F3A1-7b64-7c3d-8e21-5f0a9b8c7d6e",
    "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
    "evt_",
    "",
];
const EVENT_TYPES: &[&str] = &[
    "credit.locked",
    "a",
    "a.b.c_1",
    "a..b",
    ".a",
    "a.",
    "1a",
    "a.1",
    "A",
    "",
];
const TENANTS: &[&str] = &["tnt_swim_north", "tnt_A-1", "tnt_", "tnt", "north", ""];
const PRODUCERS: &[&str] = &["revenue", "a1_", "_a", "1a", "Revenue", "a.b", ""];
const TEXTS: &[&str] = &["per_1", "user:mia", "\0", " ", ""];
const TRACES: &[&str] = &[
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-0000000000000000-00",
    "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
    "00-abc",
    "",
];
const VERSIONS: &[i64] = &[
    i64::MIN,
    -1,
    0,
    1,
    2,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
    i64::MAX,
];

/// What is still in range, and what is not.
fn times() -> Vec<OffsetDateTime> {
    let at = |year: i32| {
        let date = time::Date::from_ordinal_date(year, 1).unwrap();
        date.midnight().assume_utc()
    };
    let offset = |hours| UtcOffset::from_hms(hours, 0, 0).unwrap();
    let last = OffsetDateTime::from_unix_timestamp(253_402_300_799).unwrap();
    vec![
        at(-9999),
        at(-1),
        at(0) - Duration::NANOSECOND,
        at(0),
        at(0).replace_offset(offset(1)),
        at(1),
        at(1970),
        at(2026) + Duration::nanoseconds(1),
        last,
        last + Duration::nanoseconds(999_999_999),
        last.replace_offset(offset(-1)),
        last.replace_offset(offset(1)),
        last.to_offset(UtcOffset::from_hms(-23, -59, -59).unwrap()),
    ]
}

fn compare(fields: &Fields<'_>) -> bool {
    let by_rules = fields.are_plain();
    let by_schema = REFERENCE_ENVELOPE.validate(&fields.json());
    assert_eq!(by_rules, by_schema.is_ok(), "{fields:#?}: {by_schema:?}");
    by_rules
}

#[test]
fn each_edge_of_each_field_is_judged_as_the_schema_judges_it() {
    let object = json!({});
    let valid = Fields {
        event_id: EVENT_IDS[0],
        event_type: EVENT_TYPES[0],
        schema_version: 1,
        occurred_at: OffsetDateTime::UNIX_EPOCH,
        tenant_id: TENANTS[0],
        producer: PRODUCERS[0],
        subject: None,
        actor: "system:revenue",
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        payload: &object,
    };
    assert!(compare(&valid));
    let count = |judged: Vec<bool>| judged.into_iter().filter(|valid| *valid).count();
    let texts = |texts: &'static [&'static str], put: fn(&mut Fields<'_>, &'static str)| {
        let judge = |text: &&'static str| {
            let mut fields = valid;
            put(&mut fields, text);
            compare(&fields)
        };
        count(texts.iter().map(judge).collect())
    };
    assert_eq!(texts(EVENT_IDS, |it, text| it.event_id = text), 2);
    assert_eq!(texts(EVENT_TYPES, |it, text| it.event_type = text), 3);
    assert_eq!(texts(TENANTS, |it, text| it.tenant_id = text), 2);
    assert_eq!(texts(PRODUCERS, |it, text| it.producer = text), 2);
    assert_eq!(texts(TEXTS, |it, text| it.subject = Some(text)), 4);
    assert_eq!(texts(TEXTS, |it, text| it.actor = text), 4);
    assert_eq!(texts(TEXTS, |it, text| it.correlation_id = Some(text)), 4);
    assert_eq!(texts(TEXTS, |it, text| it.causation_id = Some(text)), 4);
    assert_eq!(texts(TRACES, |it, text| it.traceparent = Some(text)), 2);
    let versions = VERSIONS.iter().map(|version| {
        compare(&Fields {
            schema_version: *version,
            ..valid
        })
    });
    assert_eq!(count(versions.collect()), 3);
    let times = times().into_iter().map(|occurred_at| {
        compare(&Fields {
            occurred_at,
            ..valid
        })
    });
    assert_eq!(count(times.collect()), 8);
    let payloads = [json!({}), json!([]), json!(null), json!(1), json!("{}")];
    let payloads = payloads
        .iter()
        .map(|payload| compare(&Fields { payload, ..valid }));
    assert_eq!(count(payloads.collect()), 1);
}

#[test]
fn generated_envelopes_are_judged_as_the_schema_judges_them() {
    let mut dice = Dice(1);
    let (times, payloads) = (times(), [json!({ "a": 1 }), Value::Null]);
    let mut valid = 0;
    for _ in 0..4000 {
        // Mostly valid but for one field, or nearly nothing would be.
        let odd = dice.below(14);
        let mut text = |field: usize, near: &[&str]| {
            if field == odd {
                dice.text(near)
            } else {
                near[0].to_owned()
            }
        };
        let (event_id, event_type) = (text(0, EVENT_IDS), text(1, EVENT_TYPES));
        let (tenant_id, producer) = (text(2, TENANTS), text(3, PRODUCERS));
        let actor = text(4, TEXTS);
        let (subject, correlation_id, causation_id) = match odd {
            5 => (dice.text_or_none(TEXTS), None, None),
            6 => (None, dice.text_or_none(TEXTS), None),
            7 => (None, None, dice.text_or_none(TEXTS)),
            _ => (None, None, None),
        };
        let traceparent = (odd == 8).then(|| dice.text(TRACES));
        let fields = Fields {
            event_id: &event_id,
            event_type: &event_type,
            schema_version: if odd == 9 { *dice.pick(VERSIONS) } else { 1 },
            occurred_at: if odd == 10 {
                *dice.pick(&times)
            } else {
                OffsetDateTime::UNIX_EPOCH
            },
            tenant_id: &tenant_id,
            producer: &producer,
            subject: subject.as_deref(),
            actor: &actor,
            correlation_id: correlation_id.as_deref(),
            causation_id: causation_id.as_deref(),
            traceparent: traceparent.as_deref(),
            payload: &payloads[usize::from(odd == 11)],
        };
        valid += usize::from(compare(&fields));
    }
    assert!((1000..3500).contains(&valid), "{valid} of 4000 are valid");
}
