//! What has to be done, and what the routes are.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::operate::http::context::{Asked, Context};
use crate::operate::http::problem::Problem;
use crate::operate::http::reply::json;

pub(in crate::operate::http) async fn overview(
    context: Arc<Context>,
    _asked: Asked,
) -> Result<Response, Problem> {
    json(&context.reading.overview().await?)
}

pub(in crate::operate::http) async fn document(
    context: Arc<Context>,
    _asked: Asked,
) -> Result<Response, Problem> {
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], context.document.clone()).into_response())
}
