//! The proof that a payload has passed the gate.
//!
//! Only a [`GatedPayload`] becomes a row, [`GatedPayload::admit`] is the only way to make one, and the
//! value in it cannot be changed: so what is stored is what the gate has seen. It is not public because
//! no public function takes one; [`PayloadSchema::validate`] answers the question for everybody else.

use serde_json::Value;

use crate::contract::gate::{InvalidPayload, PayloadSchema};

/// A payload that its schema has let through.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GatedPayload(Value);

impl GatedPayload {
    /// Lets a valid payload through. A refusal says what is wrong.
    pub(super) fn admit(schema: &PayloadSchema, payload: Value) -> Result<Self, InvalidPayload> {
        match schema.validate(&payload) {
            Ok(()) => Ok(Self(payload)),
            Err(report) => Err(report),
        }
    }

    pub(super) fn value(&self) -> &Value {
        &self.0
    }
}
