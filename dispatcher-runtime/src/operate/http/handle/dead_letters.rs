//! Dead letters: lists, groups, one of them, and what ends one.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;

use super::selection;
use crate::contract::id::DeadLetterId;
use crate::operate::actor::Actor;
use crate::operate::dead_letter::{DeadLetter, DeadLetterGroup, DeadLetterPage};
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::parameters::{DEAD_LETTER, RESOLUTION_NOTE, RESOLVED_BY, REVEAL};
use crate::operate::http::problem::Problem;
use crate::operate::http::reply::json;

pub(in crate::operate::http) async fn list(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&page(&context, &asked).await?)
}

pub(in crate::operate::http) async fn page(
    context: &Context,
    asked: &Asked,
) -> Result<DeadLetterPage, Problem> {
    let filter = selection::filter(&asked.query);
    let dead_letters = asked.caller.dead_letters(context.reading.dead_letters());
    let mut page = dead_letters.list(&filter).await?;
    let contracts = context.contracts().await?;
    let listed = page.dead_letters.into_iter();
    page.dead_letters = listed.map(|one| one.masked_by(&contracts)).collect();
    Ok(page)
}

#[derive(Serialize)]
struct Groups {
    groups: Vec<DeadLetterGroup>,
}

pub(in crate::operate::http) async fn groups(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    let groups = grouped(&context, &asked).await?;
    json(&Groups { groups })
}

pub(in crate::operate::http) async fn grouped(
    context: &Context,
    asked: &Asked,
) -> Result<Vec<DeadLetterGroup>, Problem> {
    let filter = selection::filter(&asked.query);
    let dead_letters = asked.caller.dead_letters(context.reading.dead_letters());
    Ok(dead_letters.groups(&filter).await?)
}

pub(in crate::operate::http) async fn one(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&letter(&context, &asked).await?)
}

pub(in crate::operate::http) async fn letter(
    context: &Context,
    asked: &Asked,
) -> Result<DeadLetter, Problem> {
    let id = id(asked)?;
    let dead_letters = asked.caller.dead_letters(context.reading.dead_letters());
    let contracts = context.contracts().await?;
    let letter = dead_letters.get(id).await?.examined_by(&contracts);
    if asked.query.is_set(&REVEAL) {
        let what = format!("dead letter {id}");
        context.reveal(&asked.caller, &what).await?;
        return Ok(letter);
    }
    Ok(letter.masked_by(&contracts))
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
) -> Result<DeadLetter, Problem> {
    let id = id(asked)?;
    let actor = actor(asked);
    // Before the act: what is done is answered, even where the contracts cannot be read any more.
    let contracts = context.contracts().await?;
    let dead_letters = asked.caller.dead_letters(context.operator.dead_letters());
    let resolved = dead_letters.resolve_as(id, actor).await?;
    tracing::info!(
        dead_letter_id = %id,
        session = ?asked.caller.name(),
        resolved_by = ?asked.body.text(&RESOLVED_BY),
        "a dead letter was resolved over HTTP"
    );
    Ok(resolved.masked_by(&contracts))
}

pub(in crate::operate::http) async fn redrive(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&redriven(&context, &asked).await?)
}

pub(in crate::operate::http) async fn redriven(
    context: &Context,
    asked: &Asked,
) -> Result<DeadLetter, Problem> {
    let id = id(asked)?;
    let actor = actor(asked);
    let contracts = context.contracts().await?;
    let dead_letters = asked.caller.dead_letters(context.operator.dead_letters());
    let redriven = dead_letters.redrive_as(id, actor).await?;
    tracing::info!(
        dead_letter_id = %id,
        session = ?asked.caller.name(),
        resolved_by = ?asked.body.text(&RESOLVED_BY),
        "a dead letter was redriven over HTTP"
    );
    Ok(redriven.masked_by(&contracts))
}

fn id(asked: &Asked) -> Result<&DeadLetterId, Problem> {
    let id = asked.path.dead_letter(&DEAD_LETTER);
    id.ok_or_else(|| Problem::unread(&DEAD_LETTER))
}

/// Both names: the session's is proven, the body's is what the client wrote.
fn actor(asked: &Asked) -> Actor<'_> {
    Actor::new(asked.caller.name())
        .claiming(asked.body.text(&RESOLVED_BY))
        .because(asked.body.text(&RESOLUTION_NOTE))
        .by_way_of("http")
}
