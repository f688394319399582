//! What operators did.

use std::sync::Arc;

use axum::response::Response;

use super::selection;
use crate::operate::audit::AuditPage;
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::parameters::NEXT;
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
) -> Result<AuditPage, Problem> {
    let limit = selection::limit(&asked.query).unwrap_or(50);
    let audit = context.reading.audit();
    Ok(audit.list(limit, asked.query.text(&NEXT)).await?)
}
