//! The contracts that the service knows.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use crate::operate::contract_detail::ContractDetail;
use crate::operate::contracts::KnownContract;
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::parameters::TYPE;
use crate::operate::http::problem::{Problem, shorten};
use crate::operate::http::reply::json;

#[derive(Serialize)]
struct Listed {
    contracts: Vec<KnownContract>,
}

pub(in crate::operate::http) async fn known(
    context: &Context,
) -> Result<Vec<KnownContract>, Problem> {
    let mut contracts = context.contracts().await?.list();
    for version in contracts.iter_mut().flat_map(|it| &mut it.versions) {
        version.schema = None;
    }
    Ok(contracts)
}

pub(in crate::operate::http) async fn list(
    context: Arc<Context>,
    _asked: Asked,
) -> Result<Response, Problem> {
    let contracts = known(&context).await?;
    json(&Listed { contracts })
}

pub(in crate::operate::http) async fn one(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&contract(&context, &asked).await?)
}

pub(in crate::operate::http) async fn contract(
    context: &Context,
    asked: &Asked,
) -> Result<ContractDetail, Problem> {
    let event_type = asked.path.text(&TYPE);
    let event_type = event_type.ok_or_else(|| Problem::unread(&TYPE))?;
    match context.contracts().await?.detail(event_type) {
        Some(contract) => Ok(contract),
        None => Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no contract of `{}`", shorten(event_type)),
        )),
    }
}
