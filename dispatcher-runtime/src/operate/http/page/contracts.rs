//! The contracts that the service knows.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::layout::page;
use super::text::shown;
use super::visit::{Shared, Visit, link};
use crate::operate::contracts::KnownContract;
use crate::operate::http::handle::contracts;
use crate::operate::http::problem::Problem;

pub(super) async fn list(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let known = contracts::known(&shared.context).await?;
    let differing = shared.context.contracts().await?.differing();
    let content = html! {
        h1 { "Contracts" }
        @if known.is_empty() {
            p.notice {
                "No contracts are known: the service was built without them, and none were pushed to the database. "
                "Nothing is masked."
            }
        } @else {
            div.table role="region" aria-label="Event types" tabindex="0" {
                table {
                    caption { "Event types" }
                    thead { tr {
                        @for title in ["Event type", "Status", "Versions", "Published by", "Handled by", "Program and database"] {
                            th scope="col" { (title) }
                        }
                    } }
                    tbody { @for contract in &known { (row(contract, differing.get(&contract.event_type).copied())) } }
                }
            }
        }
    };
    Ok(page(
        &shared.look,
        &visit,
        ("Contracts", "contracts"),
        &content,
    ))
}

fn row(contract: &KnownContract, differences: Option<usize>) -> Markup {
    let versions = contract.versions.iter();
    let versions: Vec<_> = versions.map(|it| it.schema_version.to_string()).collect();
    html! { tr {
        th scope="row" {
            a href=(link("contract", &[("type", &contract.event_type)])) { (shown(&contract.event_type)) }
        }
        td { (shown(&contract.status)) }
        td { (versions.join(", ")) }
        td { (shown(&contract.producer)) }
        td { (shown(&contract.consumers.join(", "))) }
        td { (sources(contract, differences)) }
    } }
}

/// Where the contract is, and whether both say the same.
fn sources(contract: &KnownContract, differences: Option<usize>) -> Markup {
    let is_bundled = contract.versions.iter().any(|it| it.is_bundled);
    let is_stored = contract.versions.iter().any(|it| it.is_stored);
    html! {
        @match (is_bundled, is_stored, differences) {
            (true, true, None) => "the same",
            (true, true, Some(1)) => { strong.warns { "1 difference" } }
            (true, true, Some(number)) => { strong.warns { (number) " differences" } }
            (true, false, _) => "in the program alone",
            (false, true, _) => "in the database alone",
            (false, false, _) => { span.none { "unknown" } }
        }
    }
}
