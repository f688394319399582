//! Why a handler did not handle an event.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::contract::bounded_text::{LONGEST_ERROR, error_text};
use crate::operate::dead_letter::DeadLetterError;
use crate::operate::subscriptions::SubscriptionError;
use crate::postgres::error::{DatabaseError, describe, is_transient, is_transient_code};
#[cfg(feature = "publish")]
use crate::publish::PublishError;

type BoxError = Box<dyn Error + Send + Sync>;

/// Why a handler did not handle an event, and what is to happen with the event.
///
/// Whatever can become a boxed error becomes one that is retried, so `?` works in a handler: on errors, on
/// those of anyhow and eyre, on boxed errors, and on text.
///
/// ```
/// use std::time::Duration;
/// use dispatcher_runtime::HandlerError;
///
/// fn charge(credits: &str) -> Result<(), HandlerError> {
///     let credits: u32 = credits.parse()?; // retried
///     if credits == 0 {
///         return Err("the price list is empty".into()); // retried
///     }
///     if credits > 100 {
///         return Err(HandlerError::permanent("more than a lesson can cost")); // a dead letter at once
///     }
///     Err(HandlerError::retry_after(Duration::from_secs(60), "slot service: 503"))
/// }
///
/// assert!(charge("101").unwrap_err().is_permanent());
/// assert_eq!(charge("6").unwrap_err().retry_delay(), Some(Duration::from_secs(60)));
/// ```
#[derive(Debug)]
pub struct HandlerError {
    pub(crate) kind: HandlerErrorKind,
    pub(crate) source: BoxError,
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
    /// Handle the event again after the delay of the [retry policy](crate::RetryPolicy). After the last
    /// attempt it becomes a dead letter.
    pub fn retry(error: impl Into<BoxError>) -> Self {
        Self {
            kind: HandlerErrorKind::Retry,
            source: error.into(),
        }
    }

    /// Handle the event again, not before `delay` from now. The attempt counts like any other.
    pub fn retry_after(delay: Duration, error: impl Into<BoxError>) -> Self {
        Self {
            kind: HandlerErrorKind::RetryAfter(delay),
            source: error.into(),
        }
    }

    /// Do not handle the event again: it becomes a dead letter now.
    pub fn permanent(error: impl Into<BoxError>) -> Self {
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

    /// The delay that [`retry_after`](Self::retry_after) asked for. `None` where the retry policy decides,
    /// and where there is no other attempt.
    pub fn retry_delay(&self) -> Option<Duration> {
        match self.kind {
            HandlerErrorKind::RetryAfter(delay) => Some(delay),
            _ => None,
        }
    }

    /// What the handler failed with.
    pub fn source(&self) -> &(dyn Error + Send + Sync + 'static) {
        self.source.as_ref()
    }

    /// What the handler failed with, for code that calls a handler itself and passes its error on.
    pub fn into_source(self) -> BoxError {
        self.source
    }

    pub(crate) fn invalid(error: impl Into<BoxError>) -> Self {
        Self {
            kind: HandlerErrorKind::Invalid,
            source: error.into(),
        }
    }

    /// The error and its sources, on one line, cut after 16 KiB.
    pub(crate) fn chain(&self) -> String {
        let mut text = describe(self.source.as_ref());
        let mut source = self.source.source();
        // sqlx's message holds its source's already.
        if self.source.is::<sqlx::Error>() {
            source = None;
        }
        while let Some(error) = source.filter(|_| text.len() < LONGEST_ERROR) {
            let next = describe(error);
            // Some errors print their source themselves.
            if !text.contains(&next) {
                text.push_str(": ");
                text.push_str(&next);
            }
            source = error.source();
        }
        error_text(text)
    }

    /// Whether the database failed in a way that says nothing about the event.
    pub(crate) fn is_transient(&self) -> bool {
        let mut source: Option<&(dyn Error + 'static)> = Some(self.source.as_ref());
        while let Some(error) = source {
            let is_ours = our_database_error(error).is_some_and(DatabaseError::is_transient);
            if is_ours || is_transient_error(error) {
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

// No `impl Error for HandlerError`, and no conversion of it to a boxed error that is `Send + Sync`: either
// would forbid this, which is what makes `?` work in a handler.
impl<E: Into<BoxError>> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

/// What the handler failed with: for `?` where something else than a consumer calls a handler.
impl From<HandlerError> for Box<dyn Error> {
    fn from(error: HandlerError) -> Self {
        error.source
    }
}

/// The error of the database inside an error of this crate. Such an error shows it as its own text, so it
/// is not among the sources.
fn our_database_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a DatabaseError> {
    #[cfg(feature = "publish")]
    if let Some(PublishError::Database(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(DeadLetterError::Database(error)) = error.downcast_ref() {
        return Some(error);
    }
    match error.downcast_ref() {
        Some(SubscriptionError::Database(error)) => Some(error),
        _ => None,
    }
}

/// Whether the database failed in a way that waiting mends. Wrappers such as anyhow's show the errors
/// inside that of sqlx and not that one itself.
fn is_transient_error(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<sqlx::Error>() {
        return is_transient(error);
    }
    if let Some(error) = error.downcast_ref::<DatabaseError>() {
        return error.is_transient();
    }
    // What `source` of sqlx's error returns.
    let server = error.downcast_ref::<Box<dyn sqlx::error::DatabaseError>>();
    let code = server.and_then(|error| error.code());
    code.is_some_and(|code| is_transient_code(&code))
}
