//! Why something is not a CloudEvent, or not one that holds an event of these contracts.

use crate::contract::decode_error::DecodeError;

/// A CloudEvent could not be made or read. [`attribute`](Self::attribute) names the place.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloudEventError {
    /// An attribute is missing: let the sender set it.
    #[error("the CloudEvent has no attribute \"{attribute}\": {reason}")]
    #[non_exhaustive]
    Missing {
        /// The attribute's name.
        attribute: &'static str,
        /// What it is needed for.
        reason: &'static str,
    },
    /// The name or the value of an attribute is not allowed: correct it where the CloudEvent or the envelope is made.
    #[error("attribute \"{attribute}\" of the CloudEvent: {message}")]
    #[non_exhaustive]
    Attribute {
        /// The attribute's name, shortened if it is long.
        attribute: String,
        /// What is wrong with it, and what was expected.
        message: String,
    },
    /// The message is not JSON, or `data` is not a payload: correct it where the CloudEvent is made.
    #[error("the data of the CloudEvent: {message}")]
    #[non_exhaustive]
    Data {
        /// What is wrong, without values of the payload.
        message: String,
    },
    /// The gate refused the payload.
    #[error("the data of the CloudEvent: {0}")]
    Payload(#[from] DecodeError),
    /// A message in structured mode is not a JSON object.
    #[error("the message is not a CloudEvent in structured mode: {message}")]
    #[non_exhaustive]
    NotStructured {
        /// What the parser says.
        message: String,
    },
}

impl CloudEventError {
    /// The attribute that the error is about, or `data`; none if the message could not be read at all.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        match self {
            Self::Missing { attribute, .. } => Some(attribute),
            Self::Attribute { attribute, .. } => Some(attribute),
            Self::Data { .. } | Self::Payload(_) => Some("data"),
            Self::NotStructured { .. } => None,
        }
    }
}
