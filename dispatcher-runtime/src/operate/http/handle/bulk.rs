//! Resolving many dead letters at once.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;

use super::selection;
use crate::operate::actor::Actor;
use crate::operate::count::Count;
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::parameters::{EXPECTED, WHY};
use crate::operate::http::problem::Problem;
use crate::operate::http::reply::json;

#[derive(Serialize)]
pub(in crate::operate::http) struct Resolved {
    pub(in crate::operate::http) resolved: u64,
}

#[derive(Serialize)]
pub(in crate::operate::http) struct Selected {
    pub(in crate::operate::http) selected: Count,
}

pub(in crate::operate::http) async fn preview(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&selected(&context, &asked).await?)
}

pub(in crate::operate::http) async fn selected(
    context: &Context,
    asked: &Asked,
) -> Result<Selected, Problem> {
    let filter = selection::of_many(asked)?;
    let dead_letters = asked.caller.dead_letters(context.reading.dead_letters());
    let selected = dead_letters.count_open(&filter).await?;
    Ok(Selected { selected })
}

pub(in crate::operate::http) async fn resolve(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&resolved(&context, &asked).await?)
}

pub(in crate::operate::http) async fn resolved(
    context: &Context,
    asked: &Asked,
) -> Result<Resolved, Problem> {
    let filter = selection::of_many(asked)?;
    let actor = Actor::new(asked.caller.name())
        .because(asked.body.text(&WHY))
        .by_way_of("http");
    let expected = asked.body.number(&EXPECTED).copied();
    let dead_letters = asked.caller.dead_letters(context.operator.dead_letters());
    let resolved = dead_letters.resolve_all(&filter, expected, actor).await?;
    tracing::info!(
        resolved,
        session = ?asked.caller.name(),
        "dead letters were resolved over HTTP"
    );
    Ok(Resolved { resolved })
}
