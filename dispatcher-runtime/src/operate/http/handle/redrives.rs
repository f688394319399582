//! Redrives: preview, start, look at, stop.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::selection;
use crate::contract::id::RedriveId;
use crate::operate::actor::Actor;
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::parameters::{EXPECTED, FORCED, NEXT, PER_SECOND, REDRIVE, WHY};
use crate::operate::http::problem::Problem;
use crate::operate::http::reply::{json, json_with};
use crate::operate::redrive::{Redrive, RedriveItem, RedriveOptions, RedrivePage, RedrivePreview};

pub(in crate::operate::http) async fn list(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&page(&context, &asked).await?)
}

pub(in crate::operate::http) async fn page(
    context: &Context,
    asked: &Asked,
) -> Result<RedrivePage, Problem> {
    let limit = selection::limit(&asked.query).unwrap_or(50);
    let redrives = asked.caller.redrives(context.reading.redrives());
    Ok(redrives.list(limit, asked.query.text(&NEXT)).await?)
}

#[derive(Serialize)]
pub(in crate::operate::http) struct WithItems {
    #[serde(flatten)]
    pub(in crate::operate::http) redrive: Redrive,
    pub(in crate::operate::http) items: Vec<RedriveItem>,
}

pub(in crate::operate::http) async fn one(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&with_items(&context, &asked).await?)
}

pub(in crate::operate::http) async fn with_items(
    context: &Context,
    asked: &Asked,
) -> Result<WithItems, Problem> {
    let id = id(asked)?;
    let redrives = asked.caller.redrives(context.reading.redrives());
    let redrive = redrives.get(id).await?;
    let items = redrives.items(id).await?;
    Ok(WithItems { redrive, items })
}

pub(in crate::operate::http) async fn preview(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&previewed(&context, &asked).await?)
}

pub(in crate::operate::http) async fn previewed(
    context: &Context,
    asked: &Asked,
) -> Result<RedrivePreview, Problem> {
    let filter = selection::of_many(asked)?;
    let contracts = context.contracts().await?;
    let redrives = asked.caller.redrives(context.reading.redrives());
    let mut preview = redrives.preview(&filter, Some(&contracts)).await?;
    let samples = preview.samples.into_iter();
    preview.samples = samples.map(|one| one.masked_by(&contracts)).collect();
    Ok(preview)
}

pub(in crate::operate::http) async fn start(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json_with(StatusCode::CREATED, &started(&context, &asked).await?)
}

pub(in crate::operate::http) async fn started(
    context: &Context,
    asked: &Asked,
) -> Result<Redrive, Problem> {
    let filter = selection::of_many(asked)?;
    let contracts = context.contracts().await?;
    let mut options = RedriveOptions::default().forced(asked.body.is_set(&FORCED));
    if let Some(expected) = asked.body.number(&EXPECTED) {
        options = options.expected(*expected);
    }
    if let Some(per_second) = asked.body.rate(&PER_SECOND) {
        options = options.per_second(*per_second);
    }
    let redrives = asked.caller.redrives(context.operator.redrives());
    let started = redrives.start(&filter, &options, Some(&contracts), actor(asked));
    let started = started.await?;
    tracing::info!(
        redrive_id = %started.redrive_id,
        total = started.total,
        session = ?asked.caller.name(),
        "a redrive was started over HTTP"
    );
    Ok(started)
}

pub(in crate::operate::http) async fn stop(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&stopped(&context, &asked).await?)
}

pub(in crate::operate::http) async fn stopped(
    context: &Context,
    asked: &Asked,
) -> Result<Redrive, Problem> {
    let id = id(asked)?;
    let redrives = asked.caller.redrives(context.operator.redrives());
    let stopped = redrives.stop(id, actor(asked)).await?;
    tracing::info!(
        redrive_id = %id,
        session = ?asked.caller.name(),
        "a redrive was stopped over HTTP"
    );
    Ok(stopped)
}

fn actor(asked: &Asked) -> Actor<'_> {
    Actor::new(asked.caller.name())
        .because(asked.body.text(&WHY))
        .by_way_of("http")
}

fn id(asked: &Asked) -> Result<&RedriveId, Problem> {
    let id = asked.path.redrive(&REDRIVE);
    id.ok_or_else(|| Problem::unread(&REDRIVE))
}
