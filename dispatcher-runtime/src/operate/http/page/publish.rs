//! Publishing an event: its type, a payload that begins with an example of the contract, what the contracts refuse at its
//! places, and the event as it would be published. Only what was shown and confirmed is published.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::act::environment;
use super::json::pretty;
use super::layout::{lead, page};
use super::marked::marked;
use super::text::{block, shown};
use super::visit::{Shared, Visit, link};
use crate::operate::actor::Actor;
use crate::operate::contracts::{KnownContract, KnownContracts, KnownVersion};
use crate::operate::events::{EventFault, EventsError};
use crate::operate::http::handle::events;
use crate::operate::http::parameters::{CONFIRMED, PAYLOAD, PUBLISHED_TENANT, TYPE, VERSION, WHY};
use crate::operate::http::problem::Problem;

/// What is asked for, and what was given for it.
struct Asked<'a> {
    event_type: &'a str,
    version: u32,
    tenant: &'a str,
    payload: &'a str,
    why: &'a str,
}

pub(super) async fn ask(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let contracts = shared.context.contracts().await?;
    let query = &visit.asked.query;
    let version = query.number(&VERSION);
    let version = version.and_then(|number| u32::try_from(*number).ok());
    let content = match (query.text(&TYPE), version) {
        (Some(event_type), Some(version)) => {
            let example = contracts.example(event_type, version);
            let payload = example.map(|example| pretty(&example.to_string()));
            let asked = Asked {
                event_type,
                version,
                tenant: "",
                payload: payload.as_deref().unwrap_or("{}"),
                why: "",
            };
            html! {
                (heading(&shared, &asked))
                @if payload.is_some() { p { "The payload is an example that the contract accepts: change it." } }
                @else { p { "The contracts have no example of this version: write the payload." } }
                (form(&asked))
            }
        }
        (event_type, _) => choice(&shared, &contracts, event_type),
    };
    Ok(page(
        &shared.look,
        &visit,
        ("Publish an event", "events"),
        &content,
    ))
}

/// The list of what may be published.
fn choice(shared: &Shared, contracts: &KnownContracts, event_type: Option<&str>) -> Markup {
    let contracts = contracts.list();
    let offered = contracts.iter().filter(|contract| {
        event_type.is_none_or(|name| name == contract.event_type) && contract.status != "retired"
    });
    let offered: Vec<(&KnownContract, &KnownVersion)> = offered
        .flat_map(|contract| {
            let versions = contract.versions.iter().rev();
            let versions = versions.filter(|version| is_published(version));
            versions.map(move |version| (contract, version))
        })
        .collect();
    html! {
        h1 { "Publish an event" }
        (environment(&shared.look))
        @if offered.is_empty() {
            p.notice { "The contracts know of no event type that may be published." }
        } @else {
            p { "Of which type?" }
            ul.choices { @for (contract, version) in offered { li {
                a href=(to_version(&contract.event_type, version.schema_version)) {
                    (shown(&contract.event_type)) " version " (version.schema_version)
                }
                " of " (shown(&contract.producer))
            } } }
        }
    }
}

/// Whether a version may be published now.
pub(super) fn is_published(version: &KnownVersion) -> bool {
    ["active", "deprecated"].contains(&version.status.as_str())
}

/// The page that publishes a version.
pub(super) fn to_version(event_type: &str, version: u32) -> String {
    link(
        "publish-event",
        &[
            (TYPE.name, event_type),
            (VERSION.name, &version.to_string()),
        ],
    )
}

fn heading(shared: &Shared, asked: &Asked<'_>) -> Markup {
    html! {
        h1 { "Publish " (shown(asked.event_type)) " version " (asked.version) }
        (environment(&shared.look))
    }
}

/// The form that is checked before anything is published.
fn form(asked: &Asked<'_>) -> Markup {
    html! {
        form.act method="post" action=(to_version(asked.event_type, asked.version)) {
            label {
                span { "Tenant" }
                input name=(PUBLISHED_TENANT.name) value=(asked.tenant) placeholder="tnt_…" autocomplete="off" required;
            }
            label {
                span { "Payload" }
                // A browser leaves out a line break that comes first.
                textarea name=(PAYLOAD.name) rows="16" spellcheck="false" autocomplete="off" required {
                    "\n" (asked.payload)
                }
            }
            label {
                span { "Why" }
                input name=(WHY.name) value=(asked.why) autocomplete="off";
            }
            p.buttons {
                button { "Check it" }
                " " a href="publish-event" { "Another type" }
            }
        }
    }
}

pub(super) async fn check_or_publish(
    shared: Arc<Shared>,
    visit: Visit,
) -> Result<Response, Problem> {
    let body = &visit.asked.body;
    let text = |parameter| body.text(parameter).unwrap_or_default();
    let query = &visit.asked.query;
    let Some((event_type, version)) = query.text(&TYPE).zip(query.number(&VERSION)) else {
        let detail = "`type` and `version` are missing: choose the type of the event first";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    };
    let asked = Asked {
        event_type,
        version: u32::try_from(*version).unwrap_or(u32::MAX),
        tenant: text(&PUBLISHED_TENANT),
        payload: text(&PAYLOAD),
        why: text(&WHY),
    };
    let payload = match serde_json::from_str::<Json>(asked.payload) {
        Ok(payload) => payload,
        Err(error) => {
            let problem = format!("the payload is not valid JSON: {error}");
            return Ok(refused(&shared, &visit, &asked, &[problem], None));
        }
    };
    let event = json!({
        "event_type": asked.event_type,
        "schema_version": asked.version,
        "tenant_id": asked.tenant,
        "payload": payload,
    });
    let contracts = shared.context.contracts().await?;
    let actor = Actor::new(visit.asked.caller.name()).because(body.text(&WHY));
    let checked = shared
        .context
        .operator
        .events()
        .check(&event, &contracts, actor);
    if let Err(refusal) = checked {
        let known = Some((&*contracts, &payload));
        let problems = lines(&refusal);
        return Ok(refused(&shared, &visit, &asked, &problems, known));
    }
    if !body.is_set(&CONFIRMED) {
        return Ok(confirm(&shared, &visit, &asked));
    }
    let published = events::published(&shared.context, &visit.asked, &event, body).await?;
    Ok(lead(&link("event", &[("id", &published.event_id)])))
}

/// Each fault as a line.
fn lines(refusal: &EventsError) -> Vec<String> {
    let EventsError::Refused(refusal) = refusal else {
        return vec![refusal.to_string()];
    };
    let mut lines: Vec<_> = refusal.faults.iter().map(EventFault::to_string).collect();
    if refusal.further > 0 {
        lines.push(format!("and at least {} more", refusal.further));
    }
    lines
}

/// What the contracts refuse, each at its place, and the form as it was sent. Nothing was published.
fn refused(
    shared: &Shared,
    visit: &Visit,
    asked: &Asked<'_>,
    problems: &[String],
    known: Option<(&KnownContracts, &Json)>,
) -> Response {
    let faults = known.map(|(contracts, payload)| {
        contracts.payload_faults(asked.event_type, asked.version, payload)
    });
    let faults = faults.unwrap_or_default();
    let content = html! {
        (heading(shared, asked))
        div.notice role="alert" {
            p { "Nothing was published." }
            @for problem in problems { p { (shown(problem)) } }
        }
        @if !faults.is_empty() {
            h2 { "What the contract refuses" }
            (marked(asked.payload, "", &faults))
        }
        (form(asked))
    };
    let page = page(
        &shared.look,
        visit,
        ("Nothing was published", "events"),
        &content,
    );
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// The event as it would be published, and the form that does it.
fn confirm(shared: &Shared, visit: &Visit, asked: &Asked<'_>) -> Response {
    let button = format!(
        "Publish 1 event: {} version {} of {}",
        asked.event_type, asked.version, asked.tenant
    );
    let hidden = [
        (PUBLISHED_TENANT.name, asked.tenant),
        (PAYLOAD.name, asked.payload),
        (WHY.name, asked.why),
        (CONFIRMED.name, "true"),
    ];
    let content = html! {
        (heading(shared, asked))
        p { "The contracts accept it. Each subscription of its type handles it." }
        dl {
            dt { "Tenant" } dd { (shown(asked.tenant)) }
            dt { "Why" } dd { (shown(if asked.why.is_empty() { "not said" } else { asked.why })) }
        }
        (block(&pretty(asked.payload)))
        form.act method="post" action=(to_version(asked.event_type, asked.version)) {
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            p.buttons {
                button.acts { (button) }
                " " a href=(to_version(asked.event_type, asked.version)) { "Begin anew" }
            }
        }
    };
    page(
        &shared.look,
        visit,
        ("Publish an event", "events"),
        &content,
    )
}
