//! Subscriptions: look at, pause, resume, rewind, remove.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;

use crate::log::StartFrom;
use crate::operate::actor::Actor;
use crate::operate::http::context::{Asked, Context};
use crate::operate::http::parameters::{CONSUMER, NAME, PREVIEW, REWIND_TO, WHY};
use crate::operate::http::problem::Problem;
use crate::operate::http::reply::json;
use crate::operate::subscriptions::{Pause, Rewound, SubscriptionProgress};

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
    let (consumer, name) = names(&asked)?;
    json(&context.reading.subscriptions().get(consumer, name).await?)
}

pub(in crate::operate::http) async fn pause(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    let (consumer, name) = names(&asked)?;
    let subscriptions = context.operator.subscriptions();
    let pause = subscriptions.pause(consumer, name, actor(&asked, &asked.body));
    let pause = pause.await?;
    log(
        &asked,
        consumer,
        name,
        "a subscription was paused over HTTP",
    );
    json(&pause)
}

#[derive(Serialize)]
struct Resumed {
    ended: Option<Pause>,
}

pub(in crate::operate::http) async fn resume(
    context: Arc<Context>,
    asked: Asked,
) -> Result<Response, Problem> {
    let (consumer, name) = names(&asked)?;
    let subscriptions = context.operator.subscriptions();
    let ended = subscriptions.resume(consumer, name, actor(&asked, &asked.body));
    let ended = ended.await?;
    log(
        &asked,
        consumer,
        name,
        "a subscription was resumed over HTTP",
    );
    json(&Resumed { ended })
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
    let (consumer, name) = names(&asked)?;
    let to: Option<&StartFrom> = asked.body.start(&REWIND_TO);
    let to = *to.ok_or_else(|| Problem::unread(&REWIND_TO))?;
    let is_preview = asked.body.is_set(&PREVIEW);
    let rewound = if is_preview {
        let subscriptions = context.reading.subscriptions();
        subscriptions.preview_rewind(consumer, name, to).await?
    } else {
        let subscriptions = context.operator.subscriptions();
        let rewound = subscriptions.rewind_as(consumer, name, to, actor(&asked, &asked.body));
        let rewound = rewound.await?;
        log(
            &asked,
            consumer,
            name,
            "a subscription was rewound over HTTP",
        );
        rewound
    };
    json(&RewoundOrNot {
        is_preview,
        rewound,
    })
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
    let (consumer, subscription) = names(&asked)?;
    let subscriptions = context.operator.subscriptions();
    let actor = actor(&asked, &asked.query);
    subscriptions
        .remove_as(consumer, subscription, actor)
        .await?;
    log(
        &asked,
        consumer,
        subscription,
        "a subscription was removed over HTTP",
    );
    json(&Removed {
        consumer,
        subscription,
    })
}

fn actor<'a>(asked: &'a Asked, values: &'a crate::operate::http::kind::Values) -> Actor<'a> {
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
