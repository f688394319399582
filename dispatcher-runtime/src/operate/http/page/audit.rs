//! What operators did.

use std::sync::Arc;

use axum::response::Response;
use maud::html;

use super::fields::further;
use super::layout::page;
use super::text::shown;
use super::time::at;
use super::visit::{Shared, Visit};
use crate::operate::http::handle::audit;
use crate::operate::http::problem::Problem;

pub(super) async fn list(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let listed = audit::page(&shared.context, &visit.asked).await?;
    let content = html! {
        h1 { "Audit" }
        @if listed.entries.is_empty() { p { "Nothing was done." } }
        @else {
            div.table role="region" aria-label="What operators did, the newest first" tabindex="0" {
                table {
                    caption { "What operators did, the newest first" }
                    thead { tr {
                        @for title in ["When", "Who", "What", "Why", "Outcome", "By"] { th scope="col" { (title) } }
                    } }
                    tbody { @for entry in &listed.entries { tr {
                        td { (at(entry.acted_at)) }
                        th scope="row" {
                            (shown(&entry.who))
                            @if let Some(claimed) = &entry.claimed_by { " (as " (shown(claimed)) ")" }
                        }
                        td { (shown(&entry.what)) }
                        td { (shown(&entry.why)) }
                        td { (shown(&entry.outcome)) }
                        td { (shown(&entry.way)) }
                    } } }
                }
            }
        }
        (further("audit", &visit.query, listed.next.as_deref(), "Older"))
    };
    Ok(page(&shared.look, &visit, ("Audit", "audit"), &content))
}
