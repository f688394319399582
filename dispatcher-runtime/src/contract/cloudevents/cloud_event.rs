//! An event in the form of CloudEvents 1.0.

use serde_json::Value;

use super::error::CloudEventError;
use super::parts::Parts;
use super::{binary, mapping, structured};
use crate::contract::envelope::EventEnvelope;
use crate::contract::payload::Payload;

/// An event in the form of [CloudEvents 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md), for
/// other systems: brokers, webhooks, functions.
///
/// It is written and read in both content modes: *structured*, one JSON document of the type
/// `application/cloudevents+json`, and *binary*, the payload as body with the attributes as HTTP headers.
///
/// ```
/// use acme_contracts::credit_locked::CreditLocked;
/// use dispatcher_runtime::{CloudEvent, EventEnvelope, Payload};
///
/// # fn example(text: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let payload = CreditLocked::from_json_str(text)?;
/// let event = EventEnvelope::new("tnt_swim_north".parse()?, payload);
///
/// let sent = CloudEvent::from_event(&event)?.to_structured();
/// let received = CloudEvent::from_structured(&sent)?;
/// assert_eq!(received.attribute("type"), Some("credit.locked"));
/// assert_eq!(received.to_event::<CreditLocked>()?, event);
/// # Ok(()) }
/// # example(r#"{"credit_reservation_id": "crr_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e",
/// #   "lesson_id": "les_0192f0c2-1d5e-7a49-b6f3-0c9e8d7b6a54", "person_id": "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817",
/// #   "locked_credits": 6, "locked_at": "2026-11-23T09:15:02.418Z"}"#).unwrap();
/// ```
///
/// # How an envelope is mapped
///
/// | envelope | CloudEvents | |
/// |---|---|---|
/// | – | `specversion` | `1.0` |
/// | `event_id` | `id` | |
/// | `event_type` | `type` | |
/// | `producer` | `source` | a relative URI reference; [`with_attribute`](Self::with_attribute) sets another one |
/// | `subject` | `subject` | |
/// | `occurred_at` | `time` | in UTC; required when reading |
/// | `schema_version` | `schemaversion` | an integer: the version that the data follows |
/// | `tenant_id` | `tenantid` | |
/// | `actor` | `actor` | |
/// | `correlation_id`, `causation_id` | `correlationid`, `causationid` | |
/// | `traceparent` | `traceparent` | the distributed tracing extension |
/// | – | `datacontenttype` | `application/json` |
/// | – | `dataschema` | `contract:///` and the path of the schema in the contracts; not read |
/// | `payload` | `data` | |
///
/// What is null in an envelope is absent here: CloudEvents has no null. Other attributes are kept, and
/// ignored where an envelope is made.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudEvent(Parts);

impl CloudEvent {
    /// The CloudEvent of an event.
    ///
    /// `schemaversion` is the version of the type `P`, and not the version that the event was published as: the
    /// payload may have been upcast since then, and the data follows the schema of `P`.
    ///
    /// # Errors
    /// A field of the envelope cannot be an attribute: it holds a control character, or is empty.
    pub fn from_event<P: Payload>(event: &EventEnvelope<P>) -> Result<Self, CloudEventError> {
        mapping::write(event).map(Self)
    }

    /// The CloudEvent of an event whose payload is JSON, which follows the version that the envelope names.
    ///
    /// # Errors
    /// A field of the envelope cannot be an attribute: it holds a control character, or is empty. The payload is not
    /// an object.
    pub fn from_untyped(event: &EventEnvelope<Value>) -> Result<Self, CloudEventError> {
        mapping::write_untyped(event).map(Self)
    }

    /// The event, with a payload that has passed the gate.
    ///
    /// # Errors
    /// An attribute that the envelope needs is missing or has another form; `type`, `schemaversion` or `source` is
    /// not that of `P`; or the gate refuses the data.
    pub fn to_event<P: Payload>(&self) -> Result<EventEnvelope<P>, CloudEventError> {
        mapping::read(&self.0)
    }

    /// The event, with its data as it came: no schema has been asked about it. `Event::decode` of the generated code
    /// reads the payload of any event type.
    ///
    /// # Errors
    /// An attribute that the envelope needs is missing or has another form, or the data is not an object.
    pub fn to_untyped(&self) -> Result<EventEnvelope<Value>, CloudEventError> {
        mapping::read_untyped(&self.0)
    }

    /// Reads a message in structured mode: its body, of the type `application/cloudevents+json`.
    ///
    /// # Errors
    /// The text is not a JSON object; an attribute is missing or not allowed; or the data has a number that would be
    /// rounded.
    pub fn from_structured(text: &str) -> Result<Self, CloudEventError> {
        structured::read(text).map(Self)
    }

    /// The body of a message in structured mode, to be sent as `application/cloudevents+json`.
    #[must_use]
    pub fn to_structured(&self) -> String {
        structured::write(&self.0)
    }

    /// Reads a message in binary mode: the headers of an HTTP message, in any order and case, and its body.
    /// Headers that do not begin with `ce-` are skipped, except `content-type`.
    ///
    /// ```
    /// use dispatcher_runtime::CloudEvent;
    ///
    /// let headers = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/till"), ("ce-type", "till.opened")];
    /// let event = CloudEvent::from_binary(headers, b"{}")?;
    /// assert_eq!(event.attribute("source"), Some("/till"));
    /// # Ok::<(), dispatcher_runtime::CloudEventError>(())
    /// ```
    ///
    /// # Errors
    /// An attribute is missing, is there twice, or is not allowed; the body is not JSON, or has a number that
    /// would be rounded.
    pub fn from_binary<N: AsRef<str>, V: AsRef<str>>(
        headers: impl IntoIterator<Item = (N, V)>,
        body: &[u8],
    ) -> Result<Self, CloudEventError> {
        binary::read(headers, body).map(Self)
    }

    /// The headers and the body of a message in binary mode, as the HTTP protocol binding writes them: `content-type`,
    /// and `ce-` before each other attribute. Values are percent-encoded, so they are plain ASCII.
    #[must_use]
    pub fn to_binary(&self) -> (Vec<(String, String)>, Vec<u8>) {
        binary::write(&self.0)
    }

    /// The value of an attribute, as a text.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// All attributes, sorted by name.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.attributes()
    }

    /// The data: the payload of the event.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.0.data
    }

    /// Sets an attribute, or replaces it: a `source` by which other systems know the producer, or one that they give
    /// and that the contracts name differently.
    ///
    /// ```
    /// # use dispatcher_runtime::{CloudEvent, CloudEventError};
    /// # fn example(event: CloudEvent) -> Result<(), CloudEventError> {
    /// let sent = event.with_attribute("source", "https://swim.example/revenue")?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// CloudEvents does not allow the name or the value.
    pub fn with_attribute(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Self, CloudEventError> {
        self.0.set(name.into(), value.into())?;
        Ok(self)
    }
}
