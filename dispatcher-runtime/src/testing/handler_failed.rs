//! What `deliver` returns of a handler that failed.

use std::fmt;
use std::ops::Deref;

use crate::consume::HandlerError;

/// A handler failed in a test: the [`HandlerError`], to which it derefs, as an error that `?` passes on in
/// any test.
#[derive(Debug)]
pub struct HandlerFailed(HandlerError);

impl HandlerFailed {
    /// The handler's error.
    pub fn into_inner(self) -> HandlerError {
        self.0
    }
}

impl From<HandlerError> for HandlerFailed {
    fn from(error: HandlerError) -> Self {
        Self(error)
    }
}

impl Deref for HandlerFailed {
    type Target = HandlerError;

    fn deref(&self) -> &HandlerError {
        &self.0
    }
}

impl fmt::Display for HandlerFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// Its text holds the sources of the handler's error already.
impl std::error::Error for HandlerFailed {}
