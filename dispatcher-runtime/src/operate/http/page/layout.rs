//! What every page has: title, environment, navigation, and the answer that it is.

use ::time::OffsetDateTime;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::text::{plain, shown};
use super::visit::Visit;
use super::{files, time, validator};
use crate::operate::http::caller::Caller;
use crate::operate::http::environment::colour;
use crate::operate::http::problem::Told;
use crate::operate::look::Look;
use crate::operate::notice::Notice;

/// The pages of the navigation, and whether sessions that are bound to tenants may see them.
const NAVIGATION: [(&str, &str, bool); 6] = [
    ("overview", "Overview", false),
    ("events", "Events", true),
    ("letters", "Dead letters", true),
    ("redrives", "Redrives", true),
    ("contracts", "Contracts", false),
    ("audit", "Audit", false),
];

/// A page: its title, the part of the navigation that it is in, and what it shows.
pub(super) fn page(
    look: &Look,
    visit: &Visit,
    (title, part): (&str, &str),
    content: &Markup,
) -> Response {
    let content = Content::whole(content);
    page_in_part(look, visit, (title, part), content)
}

/// What a page shows.
pub(super) struct Content<'c> {
    pub(super) shown: &'c Markup,
    /// Where parts of it are sent once: what the module of the page compares and fetches again.
    pub(super) compared: Option<&'c Markup>,
}

impl<'c> Content<'c> {
    fn whole(shown: &'c Markup) -> Self {
        Self {
            shown,
            compared: None,
        }
    }
}

/// A page of which a part is not fetched again.
pub(super) fn page_in_part(
    look: &Look,
    visit: &Visit,
    title: (&str, &str),
    content: Content<'_>,
) -> Response {
    made(look, visit, title, content, OffsetDateTime::now_utc())
}

/// A page that shows what was read at a moment, by the clock of this process.
pub(super) fn page_of(
    look: &Look,
    visit: &Visit,
    (title, part): (&str, &str),
    content: &Markup,
    seen_at: OffsetDateTime,
) -> Response {
    let content = Content::whole(content);
    made(look, visit, (title, part), content, seen_at)
}

fn made(
    look: &Look,
    visit: &Visit,
    (title, part): (&str, &str),
    content: Content<'_>,
    seen_at: OffsetDateTime,
) -> Response {
    let caller = &visit.asked.caller;
    let compared = content.compared.map(|it| noticed(look, it));
    let content = &noticed(look, content.shown);
    let compared = compared.as_ref().unwrap_or(content);
    let shown = if visit.is_refreshed {
        let (name, is_bound) = (caller.name(), caller.is_bound().to_string());
        let (style, module) = (files::STYLE.link(), files::MODULE.link());
        let parts = [&*compared.0, title, part, name, &is_bound, &style, &module];
        Shown::Refreshed(validator::tag(&validator::of(&parts)), seen_at)
    } else {
        Shown::Once
    };
    let page = document(look, Some(caller), (title, part), content, &shown);
    let mut response = html(StatusCode::OK, page);
    if let Shown::Refreshed(tag, _) = &shown
        && let Ok(tag) = HeaderValue::from_str(tag)
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The content below the notice, if there is one. It is part of what is compared where a page is fetched again.
fn noticed(look: &Look, content: &Markup) -> Markup {
    let notice = look.notice.as_ref().and_then(Notice::text);
    html! {
        @if let Some(notice) = &notice {
            div.notice role="status" { @for line in notice.lines() { p { (shown(line)) } } }
        }
        (content)
    }
}

/// Whether a page is fetched again while it is shown.
enum Shown {
    /// With its validator, and as of when it is.
    Refreshed(String, OffsetDateTime),
    Once,
}

/// A problem, in words.
pub(super) fn problem(look: &Look, status: StatusCode, told: &Told, again: Option<&str>) -> Markup {
    let title = match status {
        StatusCode::UNAUTHORIZED => "You are not signed in",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::CONFLICT => "Nothing was changed",
        status => status.canonical_reason().unwrap_or("Error"),
    };
    let sign_in = look.sign_in.as_deref();
    let sign_in = sign_in.filter(|_| status == StatusCode::UNAUTHORIZED);
    let content = html! {
        h1 { (title) }
        div.notice role="alert" {
            p { (shown(&told.detail)) }
            @if let Some(instance) = &told.instance { p { code { (instance) } } }
        }
        p {
            @if let Some(link) = again { a href=(link) { "Look again" } " " }
            @if let Some(link) = sign_in { a href=(link) { "Sign in" } }
        }
    };
    document(look, None, (title, ""), &content, &Shown::Once)
}

fn document(
    look: &Look,
    caller: Option<&Caller>,
    (title, part): (&str, &str),
    content: &Markup,
    shown_as: &Shown,
) -> Markup {
    let environment = look.environment.as_deref();
    let (tag, seen_at) = match shown_as {
        Shown::Refreshed(tag, seen_at) => (Some(tag), Some(*seen_at)),
        Shown::Once => (None, None),
    };
    let milliseconds = seen_at.map(|at| at.unix_timestamp_nanos() / 1_000_000);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title {
                    @if let Some(environment) = environment { (plain(environment)) ": " }
                    (plain(title)) " - Dispatcher"
                }
                link rel="stylesheet" href=(files::STYLE.link());
                @if tag.is_some() { script type="module" src=(files::MODULE.link()) {} }
            }
            body class=[environment.map(colour)] {
                a.skip href="#main" { "Skip to the content" }
                header {
                    p.name {
                        "Dispatcher"
                        @if let Some(environment) = environment {
                            " " strong.environment { (shown(environment)) }
                        }
                    }
                    @if let Some(caller) = caller {
                        nav aria-label="Pages" { ul { (navigation(caller, part)) } }
                        (session(look, caller))
                    }
                    @if let Some(seen_at) = seen_at { (refreshing(seen_at)) }
                }
                main #main tabindex="-1" data-refresh=[tag] data-now=[milliseconds] { (content) }
            }
        }
    }
}

/// As of when the page is, and what its module says and may be told. Without script, only the time is seen.
fn refreshing(seen_at: OffsetDateTime) -> Markup {
    html! {
        div.refreshing {
            p.as-of { "As of " (time::at_id(seen_at, "as-of")) }
            p #refresh hidden {
                button #pause type="button" aria-pressed="false" { "Pause refreshing" } " "
                button #now type="button" { "Refresh" }
            }
            p.said #refresh-said role="status" {}
            p.unseen #announced aria-live="polite" {}
        }
    }
}

fn navigation(caller: &Caller, part: &str) -> Markup {
    let seen = NAVIGATION.iter();
    let seen = seen.filter(|(_, _, is_for_bound)| *is_for_bound || !caller.is_bound());
    html! {
        @for (page, title, _) in seen {
            li {
                a href=(page) aria-current=[(*page == part).then_some("page")] { (title) }
            }
        }
    }
}

/// Whose session it is, and what ends it.
fn session(look: &Look, caller: &Caller) -> Markup {
    html! {
        div.session {
            (shown(caller.name()))
            @if let Some(link) = &look.sign_in {
                form method="post" action={ (link) "/out" } { button { "Sign out" } }
            }
        }
    }
}

pub(super) fn html(status: StatusCode, page: Markup) -> Response {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    (status, [(header::CONTENT_TYPE, html)], page.into_string()).into_response()
}

/// A 303 to another page, by a link that is relative to the one that was asked for.
pub(super) fn lead(link: &str) -> Response {
    match HeaderValue::from_str(link) {
        Ok(link) => (StatusCode::SEE_OTHER, [(header::LOCATION, link)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
