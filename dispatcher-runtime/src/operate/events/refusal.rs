//! Why an event is refused: each fault with its place.

use std::fmt;

use serde::Serialize;

use crate::contract::gate::InvalidPayload;

/// Something in an event that the gate refuses. It shows no value of the payload.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventFault {
    /// Where in the event, as a JSON pointer such as `/payload/locked_credits`; empty for the whole. It ends with `…` after
    /// 256 bytes.
    pub pointer: String,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What is allowed there, such as `at least 1`, where a schema says it.
    pub expected: Option<String>,
}

impl EventFault {
    pub(super) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
            expected: None,
        }
    }
}

impl fmt::Display for EventFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.pointer {
            "" => f.write_str(&self.message),
            pointer => write!(f, "{pointer}: {}", self.message),
        }
    }
}

/// Every fault of an event, in the order of its fields as far as they could be told.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RefusedEvent {
    /// The faults; at most 20 of the payload and 20 of the envelope.
    pub faults: Vec<EventFault>,
    /// How many there are at least beside these.
    pub further: u64,
}

impl RefusedEvent {
    /// For a reason that has no other.
    pub(super) fn because(message: impl Into<String>) -> Self {
        Self::from(vec![EventFault::new("", message)])
    }

    /// What a schema refuses at a place of the event.
    pub(super) fn add(&mut self, place: &str, report: &InvalidPayload) {
        self.further += report.further();
        let violations = report.violations().iter();
        self.faults.extend(violations.map(|violation| EventFault {
            pointer: format!("{place}{}", violation.instance_path),
            message: violation.message.clone(),
            expected: Some(violation.expected.clone()),
        }));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }
}

impl From<Vec<EventFault>> for RefusedEvent {
    fn from(faults: Vec<EventFault>) -> Self {
        Self { faults, further: 0 }
    }
}

impl fmt::Display for RefusedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let between = if index == 0 { "" } else { "; " };
            write!(f, "{between}{fault}")?;
        }
        match self.further {
            0 => Ok(()),
            further => write!(f, "; and at least {further} more"),
        }
    }
}
