//! Rewinding a subscription: to when, what that would do, and the act.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::act::{Act, environment, form};
use super::layout::{lead, page};
use super::text::shown;
use super::visit::{Shared, Visit};
use crate::log::StartFrom;
use crate::operate::http::handle::subscriptions;
use crate::operate::http::kind::Values;
use crate::operate::http::parameters::{CONSUMER, NAME, REWOUND_TO, WHY};
use crate::operate::http::problem::Problem;
use crate::operate::subscriptions::Rewound;

pub(super) async fn ask(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let (consumer, name) = (visit.query.get(CONSUMER.name), visit.query.get(NAME.name));
    let title = format!("Rewind {consumer}/{name}");
    let preview = match to(&visit.asked.query) {
        Some(to) => Some(subscriptions::previewed(&shared.context, &visit.asked, to).await?),
        None => {
            // So that one that does not exist is said to.
            subscriptions::detail(&shared.context, &visit.asked).await?;
            None
        }
    };
    let content = html! {
        h1 { (shown(&title)) }
        (environment(&shared.look))
        p {
            "It handles again what it has handled since then, in order, whether it runs or not. What its handler has written "
            "is still there: empty a projection first, or let the handler write so that a second time does no harm."
        }
        (when(&visit))
        @if let Some(rewound) = &preview { (previewed(rewound, &title, &visit)) }
    };
    Ok(page(&shared.look, &visit, (&title, "overview"), &content))
}

/// The form that asks to when.
fn when(visit: &Visit) -> Markup {
    let query = &visit.query;
    html! {
        form.search method="get" action="rewind-subscription" {
            @for name in [CONSUMER.name, NAME.name] { input type="hidden" name=(name) value=(query.get(name)); }
            label {
                span { "Back to: beginning, or a time" }
                input name=(REWOUND_TO.name) value=(query.get(REWOUND_TO.name)) placeholder="2026-11-30T08:00:00Z"
                    autocomplete="off" required;
            }
            p.buttons { button { "Show what it would do" } }
        }
    }
}

fn previewed(rewound: &Rewound, title: &str, visit: &Visit) -> Markup {
    let events = match rewound.forgotten {
        1 => "1 event".to_owned(),
        number => format!("{number} events"),
    };
    let button = format!("{title}: handle {events} again");
    html! {
        dl {
            dt { "From position" } dd { (rewound.from) }
            dt { "Back to position" } dd { (rewound.to) }
            dt { "Handled again" } dd { (events) ", and those that were not handled yet" }
            dt { "Dead letters that are resolved by it" } dd { (rewound.dead_letters) }
        }
        (form(&Act {
            link: visit.query.link("rewind-subscription"),
            button: &button,
            why: &WHY,
            hidden: &[],
            fields: html! {},
            back: visit.query.with(REWOUND_TO.name, "").link("subscription"),
        }))
    }
}

pub(super) async fn rewind(shared: Arc<Shared>, visit: Visit) -> Result<Response, Problem> {
    let to = to(&visit.asked.query).ok_or_else(|| {
        let detail = "`to` is missing; it has to be `beginning`, or a time";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    subscriptions::rewound(&shared.context, &visit.asked, to).await?;
    let back = visit.query.with(REWOUND_TO.name, "");
    Ok(lead(&back.link("subscription")))
}

fn to(values: &Values) -> Option<StartFrom> {
    values.start(&REWOUND_TO).copied()
}
