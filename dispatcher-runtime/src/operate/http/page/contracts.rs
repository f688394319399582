//! The contracts that the service knows.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};

use super::json::pretty;
use super::layout::page;
use super::text::{block, shown, shown_or};
use super::visit::{Shared, Visit, link};
use crate::operate::contracts::{KnownContract, KnownVersion};
use crate::operate::http::handle::contracts;
use crate::operate::http::problem::Problem;

pub(super) async fn list(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let known = contracts::known(&shared.context).await?;
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
                        @for title in ["Event type", "Status", "Versions", "Published by", "Handled by"] {
                            th scope="col" { (title) }
                        }
                    } }
                    tbody { @for contract in &known { (row(contract)) } }
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

fn row(contract: &KnownContract) -> Markup {
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
    } }
}

pub(super) async fn one(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let contract = contracts::contract(&shared.context, &visit.asked).await?;
    let events = link("events", &[("type", &contract.event_type)]);
    let letters = link("letters", &[("event_type", &contract.event_type)]);
    let content = html! {
        h1 { (shown(&contract.event_type)) }
        p { (shown(&contract.description)) }
        p { a href=(events) { "Its events" } ", " a href=(letters) { "its dead letters" } }
        dl {
            dt { "Status" } dd { (shown(&contract.status)) }
            dt { "Published by" } dd { (shown(&contract.producer)) }
            dt { "Handled by" } dd { (shown(&contract.consumers.join(", "))) }
            dt { "Subject" } dd { (shown_or(contract.subject.as_deref(), "none")) }
        }
        @for version in contract.versions.iter().rev() { (of_version(version)) }
    };
    let title = format!("Contract {}", contract.event_type);
    Ok(page(&shared.look, &visit, (&title, "contracts"), &content))
}

fn of_version(version: &KnownVersion) -> Markup {
    let source = match (version.is_bundled, version.is_stored) {
        (true, true) => "in the program and in the database",
        (true, false) => "in the program alone",
        (false, true) => "in the database alone",
        (false, false) => "unknown",
    };
    html! {
        section {
            h2 { "Version " (version.schema_version) }
            p { (shown(&version.status)) ", " (source) }
            @match &version.schema {
                Some(schema) => { (block(&pretty(&schema.to_string()))) }
                None => { p { "There is no schema that can be used." } }
            }
        }
    }
}
