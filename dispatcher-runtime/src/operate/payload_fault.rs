//! What the gate refuses in a payload, at its places: for those who look at the payload.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::contracts::KnownContracts;
use crate::contract::gate::InvalidPayload;

/// Something in a payload that its contract refuses. It shows no value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PayloadFault {
    /// Where in the payload, as a JSON pointer; empty for the whole. It ends with `…` after 256 bytes.
    pub pointer: String,
    /// The keyword of the schema that refuses it, such as `minimum`.
    pub keyword: String,
    /// What is wrong, and what is allowed.
    pub message: String,
}

impl PayloadFault {
    fn of(report: &InvalidPayload) -> Vec<Self> {
        let violations = report.violations().iter();
        violations
            .map(|violation| Self {
                pointer: violation.instance_path.clone(),
                keyword: violation.keyword.clone(),
                message: violation.message.clone(),
            })
            .collect()
    }
}

impl KnownContracts {
    /// What the gate refuses in a payload of that event type and version, in the order of the places, the first 20
    /// ([`InvalidPayload::MOST_VIOLATIONS`]). None where it accepts it, and where the contracts have no such version or its
    /// schema cannot be used.
    ///
    /// ```
    /// use dispatcher_runtime::KnownContracts;
    ///
    /// let contracts = KnownContracts::bundled(&acme_contracts::REGISTRY);
    /// let mut payload = contracts.example("credit.locked", 1).expect("an example");
    /// payload["locked_credits"] = 0.into();
    /// let faults = contracts.payload_faults("credit.locked", 1, &payload);
    /// assert_eq!(faults[0].pointer, "/locked_credits");
    /// ```
    pub fn payload_faults(
        &self,
        event_type: &str,
        schema_version: u32,
        payload: &Value,
    ) -> Vec<PayloadFault> {
        let number = i32::try_from(schema_version).unwrap_or(i32::MAX);
        let known = self.schema(event_type, number);
        match known.map(|(_, schema)| schema.validate(payload)) {
            Some(Err(report)) => PayloadFault::of(&report),
            _ => Vec::new(),
        }
    }

    /// The same of an envelope as it was stored.
    pub(super) fn envelope_faults(
        &self,
        event_type: &str,
        schema_version: i32,
        envelope: &RawValue,
    ) -> Vec<PayloadFault> {
        let version = u32::try_from(schema_version).unwrap_or(u32::MAX);
        let envelope: Option<Value> = serde_json::from_str(envelope.get()).ok();
        let payload = envelope.as_ref().and_then(|fields| fields.get("payload"));
        payload
            .map(|payload| self.payload_faults(event_type, version, payload))
            .unwrap_or_default()
    }
}
