//! Which dead letters a request selects.

use axum::http::StatusCode;

use crate::operate::dead_letter::{DeadLetterFilter, DeadLetterState};
use crate::operate::http::context::Asked;
use crate::operate::http::kind::Values;
use crate::operate::http::parameters::{
    ALL, CONSUMER, EVENT_TYPE, FILTER, FROM, GROUP, INCLUDE_RESOLVED, LIMIT, NEXT, REASON, STATE,
    SUBJECT, SUBSCRIPTION, TENANT, TO,
};
use crate::operate::http::problem::{Faults, Place, Problem};

/// What a query or the filter of a body says.
pub(super) fn filter(values: &Values) -> DeadLetterFilter {
    let mut filter = DeadLetterFilter::default();
    if let Some(consumer) = values.text(&CONSUMER) {
        filter = filter.consumer(consumer);
    }
    if let Some(subscription) = values.text(&SUBSCRIPTION) {
        filter = filter.subscription(subscription);
    }
    if let Some(event_type) = values.text(&EVENT_TYPE) {
        filter = filter.event_type(event_type);
    }
    if let Some(reason) = values.text(&REASON).and_then(|text| text.parse().ok()) {
        filter = filter.reason(reason);
    }
    if let Some(group) = values.text(&GROUP) {
        filter = filter.group(group);
    }
    if let Some(subject) = values.text(&SUBJECT) {
        filter = filter.subject(subject);
    }
    if let Some(tenant) = values.tenant(&TENANT) {
        filter = filter.tenants([tenant.clone()]);
    }
    if values.is_set(&INCLUDE_RESOLVED) {
        filter = filter.include_resolved(true);
    }
    if let Some(state) = values.text(&STATE).and_then(state) {
        filter = filter.state(state);
    }
    if let Some(from) = values.time(&FROM) {
        filter = filter.from(*from);
    }
    if let Some(to) = values.time(&TO) {
        filter = filter.to(*to);
    }
    if let Some(limit) = limit(values) {
        filter = filter.limit(limit);
    }
    match values.text(&NEXT) {
        Some(next) => filter.next(next),
        None => filter,
    }
}

/// How many to list, if the query says so.
pub(super) fn limit(values: &Values) -> Option<u16> {
    values
        .number(&LIMIT)
        .and_then(|limit| u16::try_from(*limit).ok())
}

fn state(text: &str) -> Option<DeadLetterState> {
    match text {
        "open" => Some(DeadLetterState::Open),
        "redriving" => Some(DeadLetterState::Redriving),
        "resolved" => Some(DeadLetterState::Resolved),
        _ => None,
    }
}

/// What an act on many selects: by a filter that is not empty, or all.
///
/// # Errors
/// A 400: it is neither, or both.
pub(super) fn of_many(asked: &Asked) -> Result<DeadLetterFilter, Problem> {
    let given = asked.body.fields(&FILTER);
    let given = given.filter(|fields| !fields.0.is_empty());
    let detail = match (given, asked.body.is_set(&ALL)) {
        (Some(fields), false) => return Ok(filter(fields)),
        (None, true) => return Ok(DeadLetterFilter::default()),
        (Some(_), true) => {
            "`all` is `true` beside a `filter`, which selects less: send one of the two"
        }
        (None, false) => {
            "`filter` is empty: name which dead letters, or send `\"all\": true` to select every open one"
        }
    };
    let mut faults = Faults::default();
    faults.add(Place::Body, Some(FILTER.name), detail.to_owned());
    faults.none()?;
    Err(Problem::new(StatusCode::BAD_REQUEST, detail))
}
