//! Subscriptions: look at, pause, resume, rewind, remove.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;

use crate::log::StartFrom;
use crate::operate::actor::Actor;
use crate::operate::contracts::KnownContracts;
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::kind::Values;
use crate::operate::http::parameters::{CONSUMER, NAME, PREVIEW, REWIND_TO, WHY};
use crate::operate::http::problem::Problem;
use crate::operate::http::reply::json;
use crate::operate::masked::{Known, mask_subject};
use crate::operate::subscriptions::{Pause, Rewound, SubscriptionDetail, SubscriptionProgress};

#[derive(Serialize)]
struct Listed {
    subscriptions: Vec<SubscriptionProgress>,
}

pub(in crate::operate::http) async fn list(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    let listed = context.reading.subscriptions();
    let subscriptions = listed.list(asked.query.text(&CONSUMER)).await?;
    json(&Listed { subscriptions })
}

pub(in crate::operate::http) async fn one(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&detail(&context, &asked).await?)
}

pub(in crate::operate::http) async fn detail(
    context: &Context,
    asked: &Asked,
) -> Result<SubscriptionDetail, Problem> {
    let (consumer, name) = names(asked)?;
    let mut subscription = context.reading.subscriptions().get(consumer, name).await?;
    if !subscription.held.is_empty() {
        mask(&mut subscription, context.contracts().await?.as_ref());
    }
    Ok(subscription)
}

/// Masks the subjects that are held, if the contracts of any event type that it takes mark the subject, or are not known:
/// of which type the event is that holds one, is not read.
fn mask(subscription: &mut SubscriptionDetail, contracts: &KnownContracts) {
    if contracts.is_empty() {
        return;
    }
    let taken = subscription.progress.event_types.iter();
    // Where it takes some tenants only, `<event type> of <tenant>`.
    let taken = taken.map(|taken| taken.split(' ').next().unwrap_or_default());
    let known: Vec<_> = taken.flat_map(|taken| versions(contracts, taken)).collect();
    for held in &mut subscription.held {
        let is_invalid = held.dead_letter_id.is_some();
        if known.is_empty() {
            mask_subject(None, is_invalid, &mut held.subject);
        }
        for version in &known {
            mask_subject(*version, is_invalid, &mut held.subject);
        }
    }
}

/// Each version of an event type; one that is unknown if there is none.
fn versions<'c>(contracts: &'c KnownContracts, event_type: &'c str) -> Vec<Known<'c>> {
    let contract = contracts.get(event_type);
    let versions = contract.into_iter().flat_map(|contract| contract.versions);
    let numbers = versions.filter_map(|version| i32::try_from(version.schema_version).ok());
    let known: Vec<_> = numbers
        .map(|number| contracts.schema(event_type, number))
        .collect();
    if known.is_empty() { vec![None] } else { known }
}

pub(in crate::operate::http) async fn pause(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&paused(&context, &asked).await?)
}

pub(in crate::operate::http) async fn paused(
    context: &Context,
    asked: &Asked,
) -> Result<Pause, Problem> {
    let (consumer, name) = names(asked)?;
    let subscriptions = context.operator.subscriptions();
    let pause = subscriptions.pause(consumer, name, actor(asked, &asked.body));
    let pause = pause.await?;
    log(asked, consumer, name, "a subscription was paused over HTTP");
    Ok(pause)
}

#[derive(Serialize)]
pub(in crate::operate::http) struct Resumed {
    ended: Option<Pause>,
}

pub(in crate::operate::http) async fn resume(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    json(&resumed(&context, &asked).await?)
}

pub(in crate::operate::http) async fn resumed(
    context: &Context,
    asked: &Asked,
) -> Result<Resumed, Problem> {
    let (consumer, name) = names(asked)?;
    let subscriptions = context.operator.subscriptions();
    let ended = subscriptions.resume(consumer, name, actor(asked, &asked.body));
    let ended = ended.await?;
    log(
        asked,
        consumer,
        name,
        "a subscription was resumed over HTTP",
    );
    Ok(Resumed { ended })
}

#[derive(Serialize)]
struct RewoundOrNot {
    is_preview: bool,
    #[serde(flatten)]
    rewound: Rewound,
}

pub(in crate::operate::http) async fn rewind(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    let to: Option<&StartFrom> = asked.body.start(&REWIND_TO);
    let to = *to.ok_or_else(|| Problem::unread(&REWIND_TO))?;
    let is_preview = asked.body.is_set(&PREVIEW);
    let rewound = if is_preview {
        previewed(&context, &asked, to).await?
    } else {
        rewound(&context, &asked, to).await?
    };
    json(&RewoundOrNot {
        is_preview,
        rewound,
    })
}

/// What rewinding would do.
pub(in crate::operate::http) async fn previewed(
    context: &Context,
    asked: &Asked,
    to: StartFrom,
) -> Result<Rewound, Problem> {
    let (consumer, name) = names(asked)?;
    let subscriptions = context.reading.subscriptions();
    Ok(subscriptions.preview_rewind(consumer, name, to).await?)
}

pub(in crate::operate::http) async fn rewound(
    context: &Context,
    asked: &Asked,
    to: StartFrom,
) -> Result<Rewound, Problem> {
    let (consumer, name) = names(asked)?;
    let subscriptions = context.operator.subscriptions();
    let rewound = subscriptions.rewind_as(consumer, name, to, actor(asked, &asked.body));
    let rewound = rewound.await?;
    log(
        asked,
        consumer,
        name,
        "a subscription was rewound over HTTP",
    );
    Ok(rewound)
}

#[derive(Serialize)]
struct Removed<'a> {
    consumer: &'a str,
    subscription: &'a str,
}

pub(in crate::operate::http) async fn remove(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    removed(&context, &asked, &asked.query).await?;
    let (consumer, subscription) = names(&asked)?;
    json(&Removed {
        consumer,
        subscription,
    })
}

/// `values` has the reason.
pub(in crate::operate::http) async fn removed(
    context: &Context,
    asked: &Asked,
    values: &Values,
) -> Result<(), Problem> {
    let (consumer, subscription) = names(asked)?;
    let subscriptions = context.operator.subscriptions();
    let actor = actor(asked, values);
    subscriptions
        .remove_as(consumer, subscription, actor)
        .await?;
    log(
        asked,
        consumer,
        subscription,
        "a subscription was removed over HTTP",
    );
    Ok(())
}

fn actor<'a>(asked: &'a Asked, values: &'a Values) -> Actor<'a> {
    Actor::new(asked.caller.name())
        .because(values.text(&WHY))
        .by_way_of("http")
}

fn log(asked: &Asked, consumer: &str, subscription: &str, message: &'static str) {
    tracing::info!(consumer, subscription, session = ?asked.caller.name(), "{message}");
}

fn names(asked: &Asked) -> Result<(&str, &str), Problem> {
    let consumer = asked.path.text(&CONSUMER);
    let name = asked.path.text(&NAME);
    consumer.zip(name).ok_or_else(|| Problem::unread(&NAME))
}
