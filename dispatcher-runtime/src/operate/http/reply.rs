//! Answers, and what an error of the operator's parts is as one.

use std::error::Error;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json as object;

use super::problem::{Faults, Place, Problem};
use crate::operate::audit::AuditError;
use crate::operate::dead_letter::DeadLetterError;
use crate::operate::events::{EventsError, RefusedEvent};
use crate::operate::redrive::RedriveError;
use crate::operate::subscriptions::SubscriptionError;
use crate::postgres::error::{DatabaseError, sql_state};

/// # Errors
/// The value cannot be written as JSON.
pub(super) fn json(body: &impl Serialize) -> Result<Response, Problem> {
    json_with(StatusCode::OK, body)
}

/// # Errors
/// As [`json`].
pub(super) fn json_with(status: StatusCode, body: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
    let json = HeaderValue::from_static("application/json");
    Ok((status, [(header::CONTENT_TYPE, json)], body).into_response())
}

fn conflict(error: &dyn Error) -> Problem {
    Problem::new(StatusCode::CONFLICT, error.to_string())
}

fn not_found(error: &dyn Error) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, error.to_string())
}

fn in_query(name: &'static str, error: &(dyn Error + 'static)) -> Problem {
    let mut faults = Faults::default();
    faults.add(Place::Query, Some(name), error.to_string());
    let problem = faults.none().err();
    problem.unwrap_or_else(|| Problem::internal(error))
}

/// The database failed, or did not answer in time.
pub(super) fn from_database(error: &DatabaseError) -> Problem {
    let cause = error.get();
    // query_canceled
    if sql_state(cause).as_deref() == Some("57014") {
        return Problem::slow(error);
    }
    if error.is_transient() || matches!(cause, sqlx::Error::PoolClosed) {
        return Problem::unavailable(error);
    }
    Problem::internal(error)
}

impl From<DeadLetterError> for Problem {
    fn from(error: DeadLetterError) -> Self {
        match &error {
            DeadLetterError::NotFound(_) => not_found(&error),
            DeadLetterError::AlreadyResolved {
                resolved_by,
                resolved_at,
                ..
            } => {
                let problem = conflict(&error).with("resolved_by", resolved_by.as_str());
                match resolved_at.format(&time::format_description::well_known::Rfc3339) {
                    Ok(resolved_at) => problem.with("resolved_at", resolved_at),
                    Err(_) => problem,
                }
            }
            DeadLetterError::Changed { expected, found } => conflict(&error)
                .with("expected", *expected)
                .with("found", *found),
            DeadLetterError::Erased { .. }
            | DeadLetterError::Redriving { .. }
            | DeadLetterError::NoSubscription { .. } => conflict(&error),
            DeadLetterError::InvalidToken => in_query("next", &error),
            DeadLetterError::Database(cause) => from_database(cause),
            // The body's texts were checked before: it is the session that has no name to be recorded.
            DeadLetterError::Actor(_)
            | DeadLetterError::Config(_)
            | DeadLetterError::Unreadable { .. } => Self::internal(&error),
        }
    }
}

impl From<RedriveError> for Problem {
    fn from(error: RedriveError) -> Self {
        match error {
            RedriveError::DeadLetter(error) => error.into(),
            RedriveError::NotFound(_) => not_found(&error),
            RedriveError::Changed { expected, found } => conflict(&error)
                .with("expected", expected)
                .with("found", found),
            RedriveError::Nothing | RedriveError::Ended(_) => conflict(&error),
        }
    }
}

impl From<SubscriptionError> for Problem {
    fn from(error: SubscriptionError) -> Self {
        match &error {
            SubscriptionError::NotFound { .. } => not_found(&error),
            SubscriptionError::Database(cause) => from_database(cause),
            SubscriptionError::Config(_) | SubscriptionError::Actor(_) => Self::internal(&error),
            // What else there is says how the subscription is, or where its log is.
            _ => conflict(&error),
        }
    }
}

impl From<EventsError> for Problem {
    fn from(error: EventsError) -> Self {
        match &error {
            EventsError::NotFound(_) | EventsError::Removed { .. } => not_found(&error),
            EventsError::InvalidToken => in_query("next", &error),
            EventsError::Refused(refusal) => refused(refusal),
            EventsError::Database(cause) => from_database(cause),
            EventsError::Actor(_) | EventsError::Config(_) => Self::internal(&error),
        }
    }
}

/// A 422 with each fault at its place in the event.
fn refused(refusal: &RefusedEvent) -> Problem {
    let errors = refusal.faults.iter().map(|fault| {
        let field = fault.pointer.split('/').nth(1);
        let mut error = object!({ "in": Place::Body, "name": field, "pointer": fault.pointer, "detail": fault.message });
        if let Some(expected) = &fault.expected {
            error["expected"] = expected.as_str().into();
        }
        error
    });
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.to_string());
    let problem = problem.with("errors", errors.collect::<Vec<_>>());
    match refusal.further {
        0 => problem,
        further => problem.with("further", further),
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match &error {
            // The limit was checked before.
            AuditError::Config(_) => in_query("next", &error),
            AuditError::Actor(_) => Self::internal(&error),
            AuditError::Database(cause) => from_database(cause),
        }
    }
}
