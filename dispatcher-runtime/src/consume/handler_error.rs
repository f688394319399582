//! Handling.

use std::fmt;
use std::time::Duration;

use crate::postgres::error::{describe, is_transient};

/// Why a handler did not handle an event, and what is to happen with the event.
///
/// Any error becomes one that is retried, so `?` works in a handler.
#[derive(Debug)]
pub struct HandlerError {
    pub(crate) kind: HandlerErrorKind,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HandlerErrorKind {
    Retry,
    RetryAfter(Duration),
    Permanent,
    /// The gate or the types refused it: no attempt will ever succeed.
    Invalid,
}

impl HandlerErrorKind {
    /// For the span of the attempt.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RetryAfter(_) => "retry_after",
            Self::Permanent => "permanent",
            Self::Invalid => "invalid",
        }
    }
}

impl HandlerError {
    /// Try again after the usual delay; the last retry failing makes a dead letter.
    pub fn retry(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind: HandlerErrorKind::Retry,
            source: error.into(),
        }
    }

    /// Try again, not before `delay` from now. It counts as an attempt like any other.
    pub fn retry_after(
        delay: Duration,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind: HandlerErrorKind::RetryAfter(delay),
            source: error.into(),
        }
    }

    /// Do not try again: the event becomes a dead letter now.
    pub fn permanent(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind: HandlerErrorKind::Permanent,
            source: error.into(),
        }
    }

    /// Whether the event becomes a dead letter without another attempt: the handler said so, or the
    /// gate refused the payload.
    pub fn is_permanent(&self) -> bool {
        matches!(
            self.kind,
            HandlerErrorKind::Permanent | HandlerErrorKind::Invalid
        )
    }

    pub(crate) fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind: HandlerErrorKind::Invalid,
            source: error.into(),
        }
    }

    /// The error and its sources, on one line.
    pub(crate) fn chain(&self) -> String {
        let mut text = describe(self.source.as_ref());
        let mut source = self.source.source();
        // sqlx's message holds its source's already.
        if self.source.is::<sqlx::Error>() {
            source = None;
        }
        while let Some(error) = source {
            let next = describe(error);
            // Some errors print their source themselves.
            if !text.contains(&next) {
                text.push_str(": ");
                text.push_str(&next);
            }
            source = error.source();
        }
        text
    }

    /// Whether the database failed in a way that says nothing about the event.
    pub(crate) fn is_transient(&self) -> bool {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(self.source.as_ref());
        while let Some(error) = source {
            if error
                .downcast_ref::<sqlx::Error>()
                .is_some_and(is_transient)
            {
                return true;
            }
            source = error.source();
        }
        false
    }
}

/// The error and its sources, on one line, as a dead letter has it.
impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chain())
    }
}

// No `impl Error for HandlerError`: it would forbid this, which is what makes `?` work.
impl<E: std::error::Error + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

/// What the handler met: for `?` where a handler is called by something else than a consumer.
impl From<HandlerError> for Box<dyn std::error::Error + Send + Sync> {
    fn from(error: HandlerError) -> Self {
        error.source
    }
}

/// The same.
impl From<HandlerError> for Box<dyn std::error::Error> {
    fn from(error: HandlerError) -> Self {
        error.source
    }
}
