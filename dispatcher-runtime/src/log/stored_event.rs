//! An event as a row of the log, before its payload has been read.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::contract::decode_error::DecodeError;
use crate::contract::envelope::EventEnvelope;
use crate::contract::exact;
use crate::contract::gate::InvalidPayload;
use crate::contract::gate::envelope::Fields;
use crate::contract::gate::envelope::MAX_TEXT_BYTES;
use crate::contract::id::IdError;
use crate::contract::registry::Registry;
use crate::contract::traceparent;

/// A row of `dispatcher_event`. Any program may have inserted it, so nothing in it is trusted.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub(crate) position: i64,
    pub(crate) event_id: String,
    pub(crate) event_type: String,
    pub(crate) schema_version: i32,
    pub(crate) occurred_at: OffsetDateTime,
    pub(crate) tenant_id: String,
    pub(crate) producer: String,
    pub(crate) subject: Option<String>,
    pub(crate) actor: String,
    pub(crate) correlation_id: Option<String>,
    pub(crate) causation_id: Option<String>,
    pub(crate) traceparent: Option<String>,
    pub(crate) payload: String,
    pub(crate) inserted_at: OffsetDateTime,
    /// When the payload was erased.
    pub(crate) erased_at: Option<OffsetDateTime>,
    /// Of a row that is too large to be read whole: the bytes of each column of [`MEASURED`]. The long ones are
    /// empty here, and the payload is null.
    pub(crate) lengths: Option<Vec<Option<i32>>>,
    /// The version as which it is read, where the program does not have its own. It is not in the log.
    pub(crate) read_as: Option<u32>,
}

/// The columns whose lengths are read, in their order.
const MEASURED: [&str; 10] = [
    "event_id",
    "event_type",
    "tenant_id",
    "producer",
    "subject",
    "actor",
    "correlation_id",
    "causation_id",
    "traceparent",
    "payload",
];

/// The columns that a statement has to begin with, in this order, and their reader. They are read by
/// place, because fourteen look-ups by name for each event are noticeable.
macro_rules! projection {
    ($($field:ident: $column:literal),+ $(,)?) => {
        #[cfg(test)]
        const COLUMNS: &[&str] = &[$($column),+];

        impl StoredEvent {
            /// Reads a row of `read_events.sql`, `read_events_at.sql` or `list_published.sql`.
            pub(crate) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
                let mut places = 0_usize..;
                let mut next = || places.next().unwrap_or_default();
                Ok(Self { $($field: row.try_get(next())?,)+ read_as: None })
            }
        }
    };
}

projection! {
    position: "position",
    event_id: "event_id",
    event_type: "event_type",
    schema_version: "schema_version",
    occurred_at: "occurred_at",
    tenant_id: "tenant_id",
    producer: "producer",
    subject: "subject",
    actor: "actor",
    correlation_id: "correlation_id",
    causation_id: "causation_id",
    traceparent: "traceparent",
    payload: "payload_text",
    inserted_at: "inserted_at",
    erased_at: "erased_at",
    lengths: "lengths",
}

/// Why a row is not an event that a handler can take. No attempt will ever succeed.
///
/// It does not implement [`std::error::Error`] on purpose: every error that does becomes one that is
/// retried, where a handler uses `?`.
#[derive(Debug)]
pub enum EnvelopeError {
    #[doc(hidden)]
    Id(IdError),
    /// The envelope's gate refused it.
    #[doc(hidden)]
    Envelope(InvalidPayload),
    /// Another domain than the one that may has published it.
    #[doc(hidden)]
    Producer {
        event_type: String,
        found: String,
        registered: &'static str,
    },
    #[doc(hidden)]
    EventType {
        found: String,
        handled: &'static [&'static str],
    },
    /// The payload is not JSON, or holds a number that would be rounded.
    #[doc(hidden)]
    Text(String),
    /// The gate or the type refused the payload.
    #[doc(hidden)]
    Payload(DecodeError),
    /// The same of a payload that was read as one of an older version.
    #[doc(hidden)]
    ReadAs {
        schema_version: u32,
        error: DecodeError,
    },
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(error) => write!(f, "the envelope is invalid: {error}"),
            Self::Envelope(report) => write!(f, "the envelope is invalid: {report}"),
            Self::Producer {
                event_type,
                found,
                registered,
            } => write!(
                f,
                "the envelope is invalid: `{found}` published {event_type}, and the registry names \
                 `{registered}` as its producer"
            ),
            Self::EventType { found, handled } => {
                write!(
                    f,
                    "this handler handles {}, not {found}",
                    handled.join(", ")
                )
            }
            Self::Text(problem) => write!(f, "the payload cannot be read: {problem}"),
            Self::Payload(error) => error.fmt(f),
            Self::ReadAs {
                schema_version,
                error,
            } => write!(
                f,
                "the payload of version {schema_version} was read as one of an older version, and {error}"
            ),
        }
    }
}

impl From<IdError> for EnvelopeError {
    fn from(error: IdError) -> Self {
        Self::Id(error)
    }
}

impl StoredEvent {
    /// Stands in for an event that waited and that the log no longer has.
    pub(crate) fn gone(position: i64, event_id: String, subject: Option<String>) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            position,
            event_id,
            event_type: unknown(),
            schema_version: 0,
            occurred_at: OffsetDateTime::UNIX_EPOCH,
            tenant_id: unknown(),
            producer: unknown(),
            subject,
            actor: unknown(),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            payload: "null".to_owned(),
            inserted_at: OffsetDateTime::UNIX_EPOCH,
            erased_at: None,
            lengths: None,
            read_as: None,
        }
    }

    /// How many bytes its texts and its payload have here.
    pub(crate) fn bytes(&self) -> usize {
        let optional = [
            &self.subject,
            &self.correlation_id,
            &self.causation_id,
            &self.traceparent,
        ];
        let optional = optional.into_iter().flatten().map(String::len);
        self.event_id.len()
            + self.event_type.len()
            + self.tenant_id.len()
            + self.producer.len()
            + self.actor.len()
            + self.payload.len()
            + optional.sum::<usize>()
    }

    /// Which columns make the row too large to be read whole, if it is: `actor has 2000000 bytes`.
    pub(crate) fn oversize(&self) -> Option<String> {
        let lengths = MEASURED.iter().zip(self.lengths.as_ref()?);
        let long = lengths.filter_map(|(column, length)| {
            let length = length.and_then(|length| usize::try_from(length).ok())?;
            (length > MAX_TEXT_BYTES).then(|| format!("{column} has {length} bytes"))
        });
        Some(long.collect::<Vec<_>>().join(", "))
    }

    /// Whether there is no payload for a handler.
    pub(crate) fn is_withheld(&self) -> bool {
        self.erased_at.is_some() || self.lengths.is_some()
    }

    /// Refuses an event that a handler of these event types does not handle. That happens where the
    /// handler handled other event types when the event began to wait, and now it comes back.
    pub(crate) fn expect_type(
        &self,
        handled: &'static [&'static str],
    ) -> Result<(), EnvelopeError> {
        if handled.contains(&self.event_type.as_str()) {
            return Ok(());
        }
        Err(EnvelopeError::EventType {
            found: self.event_type.clone(),
            handled,
        })
    }

    /// The typed envelope: `contracts` has the gate of the envelope and says who may publish the event,
    /// and `decode` is the gate of the event type.
    pub(crate) fn envelope<P>(
        &self,
        contracts: &'static Registry,
        decode: impl FnOnce(u32, Value) -> Result<P, DecodeError>,
    ) -> Result<EventEnvelope<P>, EnvelopeError> {
        let traceparent = self.traceparent.as_deref().and_then(traceparent::read);
        let payload = self.checked_payload(contracts, traceparent.as_deref())?;
        // The gate has seen that it is positive.
        let schema_version = u32::try_from(self.schema_version).unwrap_or_default();
        let payload = match self.read_as {
            None => decode(schema_version, payload).map_err(EnvelopeError::Payload)?,
            Some(older) => {
                let payload = self.pruned(contracts, older, payload);
                let read = decode(older, payload);
                read.map_err(|error| EnvelopeError::ReadAs {
                    schema_version,
                    error,
                })?
            }
        };
        Ok(EventEnvelope {
            event_id: self.event_id.parse()?,
            event_type: self.event_type.clone(),
            schema_version,
            occurred_at: self.occurred_at,
            tenant_id: self.tenant_id.parse()?,
            producer: self.producer.clone(),
            subject: self.subject.clone(),
            actor: self.actor.clone(),
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id.clone(),
            traceparent: traceparent.map(Cow::into_owned),
            payload,
        })
    }

    /// The payload without what the older version does not declare.
    fn pruned(&self, contracts: &'static Registry, older: u32, mut payload: Value) -> Value {
        let event = contracts.event(&self.event_type);
        let version = event.and_then(|event| event.version(older));
        if let Some(schema) = version.and_then(|version| version.schema) {
            schema.prune(&mut payload);
        }
        payload
    }

    /// Refuses an event that no version of the payload could help: its payload is not JSON, the gate of the envelope
    /// refuses it, or another domain published it.
    pub(crate) fn check_envelope(&self, contracts: &'static Registry) -> Result<(), EnvelopeError> {
        let traceparent = self.traceparent.as_deref().and_then(traceparent::read);
        self.checked_payload(contracts, traceparent.as_deref())
            .map(drop)
    }

    /// The payload of an event whose envelope the gate lets through.
    fn checked_payload(
        &self,
        contracts: &'static Registry,
        traceparent: Option<&str>,
    ) -> Result<Value, EnvelopeError> {
        exact::check(&self.payload).map_err(|report| EnvelopeError::Text(report.to_string()))?;
        let payload: Value = serde_json::from_str(&self.payload)
            .map_err(|error| EnvelopeError::Text(error.to_string()))?;
        let fields = Fields {
            event_id: &self.event_id,
            event_type: &self.event_type,
            schema_version: self.schema_version.into(),
            occurred_at: self.occurred_at,
            tenant_id: &self.tenant_id,
            producer: &self.producer,
            subject: self.subject.as_deref(),
            actor: &self.actor,
            correlation_id: self.correlation_id.as_deref(),
            causation_id: self.causation_id.as_deref(),
            traceparent,
            payload: &payload,
        };
        let checked = contracts.envelope_gate().check_stored(&fields);
        checked.map_err(EnvelopeError::Envelope)?;
        self.expect_producer(contracts)?;
        Ok(payload)
    }

    /// Refuses an event of a domain that may not publish it. An event type that the contracts do not have
    /// is refused by its gate.
    fn expect_producer(&self, contracts: &Registry) -> Result<(), EnvelopeError> {
        match contracts.event(&self.event_type) {
            Some(event) if event.producer != self.producer => Err(EnvelopeError::Producer {
                event_type: self.event_type.clone(),
                found: self.producer.clone(),
                registered: event.producer,
            }),
            _ => Ok(()),
        }
    }

    /// The event as the envelope contract writes it, with the payload's own spelling. Of one that is too large, what
    /// could be read, and in `omitted` what could not.
    pub(crate) fn envelope_json(&self) -> Result<String, serde_json::Error> {
        let occurred_at = self
            .occurred_at
            .format(&time::format_description::well_known::Rfc3339)
            .map_err(serde::ser::Error::custom)?;
        let mut fields = serde_json::json!({
            "event_id": self.event_id,
            "event_type": self.event_type,
            "schema_version": self.schema_version,
            "occurred_at": occurred_at,
            "tenant_id": self.tenant_id,
            "producer": self.producer,
            "subject": self.subject,
            "actor": self.actor,
            "correlation_id": self.correlation_id,
            "causation_id": self.causation_id,
            "traceparent": self.traceparent,
        })
        .to_string();
        // The payload is spliced in as text, so that one that serde cannot read is kept as well.
        fields.pop();
        if let Some(at) = self.erased_at {
            let at = at.format(&time::format_description::well_known::Rfc3339);
            let at = serde_json::to_string(&at.map_err(serde::ser::Error::custom)?)?;
            return Ok(format!("{fields},\"payload\":null,\"erased_at\":{at}}}"));
        }
        if let Some(omitted) = self.oversize() {
            let omitted = serde_json::to_string(&omitted)?;
            return Ok(format!("{fields},\"payload\":null,\"omitted\":{omitted}}}"));
        }
        Ok(format!("{fields},\"payload\":{}}}", self.payload))
    }
}

#[cfg(test)]
mod tests {
    use super::COLUMNS;

    /// The columns that a statement selects, without the alias of their table.
    fn selected(sql: &str) -> Vec<String> {
        let code: Vec<&str> = sql
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
            .collect();
        let code = code.join(" ");
        let (_, list) = code.split_once("SELECT ").unwrap();
        let (list, _) = list.split_once(" FROM ").unwrap();
        let columns = list.split(',').map(|column| column.trim());
        columns
            .map(|column| match column.rsplit_once(" AS ") {
                Some((_, name)) => name.to_owned(),
                None => column.strip_prefix("event.").unwrap_or(column).to_owned(),
            })
            .collect()
    }

    #[test]
    fn the_statements_select_the_columns_in_the_order_in_which_they_are_read() {
        for (file, sql) in [
            (
                "read_events.sql",
                include_str!("../postgres/sql/read_events.sql"),
            ),
            (
                "read_events_at.sql",
                include_str!("../postgres/sql/read_events_at.sql"),
            ),
            (
                "list_published.sql",
                include_str!("../postgres/sql/list_published.sql"),
            ),
        ] {
            let selected = selected(sql);
            assert_eq!(selected[..COLUMNS.len()], *COLUMNS, "{file}");
        }
    }
}
