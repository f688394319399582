//! An event as an operator gives it: an object whose fields are read one by one, so that all faults are told at once.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::refusal::EventFault;

/// The fields that an event may have, those that it has to have first.
const FIELDS: [&str; 12] = [
    "event_type",
    "schema_version",
    "tenant_id",
    "payload",
    "producer",
    "subject",
    "actor",
    "correlation_id",
    "causation_id",
    "traceparent",
    "event_id",
    "occurred_at",
];

/// How many of [`FIELDS`] an event has to have.
const REQUIRED: usize = 4;

/// How many faults of its form are told.
const MOST: usize = 20;

/// An event whose fields have their types.
pub(super) struct Given {
    pub(super) event_type: String,
    pub(super) schema_version: u32,
    pub(super) tenant_id: String,
    pub(super) payload: Value,
    pub(super) producer: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<String>,
    pub(super) traceparent: Option<String>,
    pub(super) event_id: Option<String>,
    pub(super) occurred_at: Option<OffsetDateTime>,
}

impl Given {
    /// # Errors
    /// Each field that is unknown, missing or of another type; the first 20.
    pub(super) fn read(event: &Value) -> Result<Self, Vec<EventFault>> {
        let Some(fields) = event.as_object() else {
            let message = format!("an event has to be an object, and is {}", kind(event));
            return Err(vec![EventFault::new("", message)]);
        };
        let mut reader = Reader {
            fields,
            faults: Vec::new(),
        };
        reader.look_for_missing();
        let given = Self {
            event_type: reader.text("event_type").unwrap_or_default(),
            schema_version: reader.version().unwrap_or_default(),
            tenant_id: reader.text("tenant_id").unwrap_or_default(),
            payload: fields.get("payload").cloned().unwrap_or_default(),
            producer: reader.text("producer"),
            subject: reader.text("subject"),
            actor: reader.text("actor"),
            correlation_id: reader.text("correlation_id"),
            causation_id: reader.text("causation_id"),
            traceparent: reader.text("traceparent"),
            event_id: reader.text("event_id"),
            occurred_at: reader.moment("occurred_at"),
        };
        reader.look_for_unknown();
        reader.faults.truncate(MOST);
        match reader.faults {
            faults if faults.is_empty() => Ok(given),
            faults => Err(faults),
        }
    }
}

struct Reader<'e> {
    fields: &'e Map<String, Value>,
    faults: Vec<EventFault>,
}

impl<'e> Reader<'e> {
    fn look_for_missing(&mut self) {
        for name in FIELDS.into_iter().take(REQUIRED) {
            if !self.fields.contains_key(name) {
                let fault = EventFault::new("", format!("missing field `{name}`"));
                self.faults.push(fault);
            }
        }
    }

    fn look_for_unknown(&mut self) {
        let given = self.fields.keys();
        for name in given.filter(|name| !FIELDS.contains(&name.as_str())) {
            let name: String = name.chars().take(80).collect();
            let message = format!(
                "unknown field `{name}`; the known ones are `{}`",
                FIELDS.join("`, `")
            );
            self.faults.push(EventFault::new("", message));
        }
    }

    /// The value of a field, if it has one. A field that may be absent may be null.
    fn value(&self, name: &str) -> Option<&'e Value> {
        let is_required = FIELDS.iter().take(REQUIRED).any(|it| *it == name);
        let value = self.fields.get(name)?;
        (is_required || !value.is_null()).then_some(value)
    }

    fn refuse(&mut self, name: &str, value: &Value, allowed: &str) {
        let message = match kind(value) {
            kind if allowed.starts_with(kind) => format!("it has to be {allowed}"),
            kind => format!("it has to be {allowed}, and is {kind}"),
        };
        self.faults.push(EventFault {
            expected: Some(allowed.to_owned()),
            ..EventFault::new(format!("/{name}"), message)
        });
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.refuse(name, value, "a string");
        }
        text
    }

    fn version(&mut self) -> Option<u32> {
        let name = "schema_version";
        let value = self.value(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            self.refuse(
                name,
                value,
                "a number without a fraction from 1 to 4294967295",
            );
        }
        number
    }

    fn moment(&mut self, name: &str) -> Option<OffsetDateTime> {
        let value = self.value(name)?;
        let moment = value.as_str();
        let moment = moment.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
        if moment.is_none() {
            self.refuse(
                name,
                value,
                "a string with a time such as 2026-11-29T08:00:00Z",
            );
        }
        moment
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(event: &Value) -> Vec<String> {
        let faults = Given::read(event).err().unwrap_or_default();
        faults.iter().map(EventFault::to_string).collect()
    }

    #[test]
    fn all_faults_of_the_form_are_told_at_once() {
        let event = json!({ "event_type": 1, "schema_version": 1.5, "payload": null, "actor": null, "occurred_at": "yesterday",
                            "teant_id": "tnt_a" });
        let told = told(&event);
        assert_eq!(
            told[..4],
            [
                "missing field `tenant_id`",
                "/event_type: it has to be a string, and is a number",
                "/schema_version: it has to be a number without a fraction from 1 to 4294967295",
                "/occurred_at: it has to be a string with a time such as 2026-11-29T08:00:00Z",
            ]
        );
        assert!(told[4].starts_with("unknown field `teant_id`; the known ones are `event_type`, "));
        assert_eq!(told.len(), 5);
    }

    #[test]
    fn what_is_no_object_is_no_event() {
        assert_eq!(
            told(&json!([])),
            ["an event has to be an object, and is an array"]
        );
        let many: Map<String, Value> = (0..1000).map(|n| (format!("f{n}"), json!(1))).collect();
        assert_eq!(told(&Value::Object(many)).len(), 20);
    }
}
