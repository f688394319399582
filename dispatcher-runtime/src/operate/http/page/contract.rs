//! The contract of an event type: who publishes and handles it, the fields and an example of each version, and what the
//! program and the database say differently.

use std::sync::Arc;

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::json::pretty;
use super::layout::page;
use super::publish::{is_published, to_version};
use super::region::scrolling;
use super::text::{block, shown, shown_or};
use super::visit::{Shared, Visit, link};
use crate::contract::gate::PayloadField;
use crate::operate::contract_detail::{ContractDetail, ContractDifference, VersionPayload};
use crate::operate::contracts::{KnownContract, KnownVersion};
use crate::operate::http::access::Permission;
use crate::operate::http::handle::contracts;
use crate::operate::http::parameters::AROUND;
use crate::operate::http::problem::Problem;

pub(super) async fn show(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let detail = contracts::contract(&shared.context, &visit.asked).await?;
    let contract = &detail.contract;
    let may_publish = visit.asked.caller.may(Permission::Publish) && contract.status != "retired";
    let content = html! {
        h1 { (shown(&contract.event_type)) }
        p { (shown(&contract.description)) }
        (facts(contract))
        (differences(&detail))
        @for (version, payload) in contract.versions.iter().zip(&detail.payloads).rev() {
            (of_version(contract, version, payload, may_publish))
        }
    };
    let title = format!("Contract {}", contract.event_type);
    Ok(page(&shared.look, &visit, (&title, "contracts"), &content))
}

fn facts(contract: &KnownContract) -> Markup {
    let events = link("events", &[("type", &contract.event_type)]);
    let letters = link("letters", &[("event_type", &contract.event_type)]);
    html! {
        p { a href=(events) { "Its events" } ", " a href=(letters) { "its dead letters" } }
        dl {
            dt { "Status" } dd { (shown(&contract.status)) }
            dt { "Published by" } dd { (domain(&contract.producer)) }
            dt { "Handled by" }
            dd {
                @if contract.consumers.is_empty() { span.none { "no domain, as the contracts say" } }
                @for (index, consumer) in contract.consumers.iter().enumerate() {
                    @if index > 0 { ", " }
                    (domain(consumer))
                }
            }
            dt { "Subject" } dd { (shown_or(contract.subject.as_deref(), "none")) }
        }
    }
}

/// A domain, with a link to what flows from and to it.
fn domain(name: &str) -> Markup {
    html! { a href=(format!("{}#graph", link("overview", &[(AROUND.name, name)]))) { (shown(name)) } }
}

fn differences(detail: &ContractDetail) -> Markup {
    let versions = &detail.contract.versions;
    let is_in_both =
        versions.iter().any(|it| it.is_bundled) && versions.iter().any(|it| it.is_stored);
    if !is_in_both {
        return html! {};
    }
    html! {
        section #region-differences aria-labelledby="differences" {
            h2 #differences { "Program and database" }
            @if detail.differences.is_empty() {
                p.well { "The program and the database say the same of it." }
            } @else {
                p.notice { "The program was built with other contracts than are in the database. Those of the program count here." }
                (scrolling("What differs", &html! {
                    thead { tr { @for title in ["Version", "Place", "In the program", "In the database"] {
                        th scope="col" { (title) }
                    } } }
                    tbody { @for one in &detail.differences { (difference(one)) } }
                }))
            }
        }
    }
}

fn difference(one: &ContractDifference) -> Markup {
    let value = |value: &Option<Value>| match value {
        Some(value) => html! { code { (shown(&value.to_string())) } },
        None => html! { span.none { "nothing" } },
    };
    html! { tr {
        td.number { @match one.schema_version { Some(version) => (version), None => { span.none { "all" } } } }
        td.text { (shown(&one.place)) }
        td.text { (value(&one.bundled)) }
        td.text { (value(&one.stored)) }
    } }
}

fn of_version(
    contract: &KnownContract,
    version: &KnownVersion,
    payload: &VersionPayload,
    may_publish: bool,
) -> Markup {
    let source = match (version.is_bundled, version.is_stored) {
        (true, true) => "in the program and in the database",
        (true, false) => "in the program alone",
        (false, true) => "in the database alone",
        (false, false) => "unknown",
    };
    let number = version.schema_version;
    html! {
        section #{ "version-" (number) } {
            h2 { "Version " (number) }
            p { (shown(&version.status)) ", " (source) }
            @if may_publish && is_published(version) {
                p.controls { a href=(to_version(&contract.event_type, number)) { "Publish one…" } }
            }
            @if !payload.fields.is_empty() { (fields(number, &payload.fields)) }
            @match &payload.example {
                Some(example) => { h3 { "Example" } (block(&pretty(&example.to_string()))) }
                None => { p { "There is no example: none was found that the schema accepts." } }
            }
            @match &version.schema {
                Some(schema) => { details { summary { "Schema" } (block(&pretty(&schema.to_string()))) } }
                None => { p { "There is no schema that can be used, or any object will do." } }
            }
        }
    }
}

fn fields(version: u32, fields: &[PayloadField]) -> Markup {
    let caption = format!("Fields of version {version}");
    scrolling(
        &caption,
        &html! {
            thead { tr { @for title in ["Field", "Type", "Required", "Description", "Rules"] { th scope="col" { (title) } } } }
            tbody { @for field in fields { tr {
                th scope="row" {
                    code { (shown(&field.pointer)) }
                    @if field.is_sensitive { " " strong.warns { "sensitive" } }
                }
                td { (shown_or(Some(field.types.join(" or ").as_str()).filter(|it| !it.is_empty()), "any")) }
                td { @if field.is_required { "required" } @else { span.none { "optional" } } }
                td.text { (shown_or(field.description.as_deref(), "none")) }
                td.text { @for rule in &field.rules { code { (shown(rule)) } " " } }
            } } }
        },
    )
}
