//! Events: search, one with its deliveries, publish.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value as Json;

use super::selection;
use crate::operate::actor::Actor;
use crate::operate::events::{
    DeliveryState, EventDetail, EventFilter, EventPage, EventSummary, EventsError,
};
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::kind::Values;
use crate::operate::http::parameters::{
    CAUSATION, EVENT, FROM, NEXT, REVEAL, SUBJECT, TENANT, TO, TYPE, WHY,
};
use crate::operate::http::problem::Problem;
use crate::operate::http::reply::{json, json_with};

pub(in crate::operate::http) async fn search(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&found(&context, &asked).await?)
}

pub(in crate::operate::http) async fn found(
    context: &Context,
    asked: &Asked,
) -> Result<EventPage, Problem> {
    let events = asked.caller.events(context.reading.events());
    let mut page = events.search(&filter(asked)).await?;
    let contracts = context.contracts().await?;
    let found = page.events.into_iter();
    page.events = found.map(|event| event.masked(&contracts)).collect();
    Ok(page)
}

fn filter(asked: &Asked) -> EventFilter {
    let query = &asked.query;
    let mut filter = EventFilter::default();
    if let Some(event_type) = query.text(&TYPE) {
        filter = filter.event_type(event_type);
    }
    if let Some(subject) = query.text(&SUBJECT) {
        filter = filter.subject(subject);
    }
    if let Some(tenant) = query.tenant(&TENANT) {
        filter = filter.tenant(tenant.clone());
    }
    if let Some(from) = query.time(&FROM) {
        filter = filter.from(*from);
    }
    if let Some(to) = query.time(&TO) {
        filter = filter.to(*to);
    }
    if let Some(limit) = selection::limit(query) {
        filter = filter.limit(limit);
    }
    match query.text(&NEXT) {
        Some(next) => filter.next(next),
        None => filter,
    }
}

pub(in crate::operate::http) async fn one(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    let look_for = asked.query.is_set(&CAUSATION).then_some(LOOK_FOR);
    json(&event(&context, &asked, look_for).await?)
}

/// How long effects are looked for where that is asked for.
pub(in crate::operate::http) const LOOK_FOR: Duration = Duration::from_secs(1);

pub(in crate::operate::http) async fn event(
    context: &Context,
    asked: &Asked,
    look_for: Option<Duration>,
) -> Result<EventDetail, Problem> {
    let id = asked.path.text(&EVENT);
    let id = id.ok_or_else(|| Problem::unread(&EVENT))?;
    let events = asked.caller.events(context.reading.events());
    let mut event = match events.get(id).await {
        // Of an event that is gone nothing tells whose it was.
        Err(EventsError::Removed { event_id, .. }) if asked.caller.is_bound() => {
            return Err(EventsError::NotFound(event_id).into());
        }
        found => found?,
    };
    if let Some(look_for) = look_for {
        event.causation = Some(events.causation(id, look_for).await?);
    }
    if asked.caller.is_bound() {
        hide_others(&mut event);
    }
    if asked.query.is_set(&REVEAL) {
        let what = format!("event {}", event.event.event_id);
        context.reveal(&asked.caller, &what).await?;
        return Ok(event);
    }
    let contracts = context.contracts().await?;
    Ok(event.masked(&contracts))
}

/// A subject may be shared by tenants, so the dead letter that holds it may be another tenant's.
fn hide_others(event: &mut EventDetail) {
    for delivery in &mut event.deliveries {
        if let DeliveryState::Behind { dead_letter_id, .. } = &mut delivery.state {
            *dead_letter_id = None;
        }
    }
}

pub(in crate::operate::http) async fn publish(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    let event = asked.document.as_ref();
    let event = event.ok_or_else(|| Problem::unread(&EVENT))?;
    let published = published(&context, &asked, event, &asked.query).await?;
    json_with(StatusCode::CREATED, &published)
}

/// `values` has the reason.
pub(in crate::operate::http) async fn published(
    context: &Context,
    asked: &Asked,
    event: &Json,
    values: &Values,
) -> Result<EventSummary, Problem> {
    let contracts = context.contracts().await?;
    let actor = Actor::new(asked.caller.name())
        .because(values.text(&WHY))
        .by_way_of("http");
    let events = context.operator.events();
    let published = events.publish(event, &contracts, actor).await?;
    tracing::info!(
        event_id = published.event_id,
        session = ?asked.caller.name(),
        "an event was published over HTTP"
    );
    Ok(published.masked(&contracts))
}
