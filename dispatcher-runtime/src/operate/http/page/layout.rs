//! What every page has: title, environment, navigation, and the answer that it is.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::text::{plain, shown};
use super::visit::Visit;
use crate::operate::http::caller::Caller;
use crate::operate::http::problem::Told;
use crate::operate::look::{Look, Notice};

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
    html(
        StatusCode::OK,
        document(look, Some(&visit.asked.caller), (title, part), content),
    )
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
    document(look, None, (title, ""), &content)
}

fn document(
    look: &Look,
    caller: Option<&Caller>,
    (title, part): (&str, &str),
    content: &Markup,
) -> Markup {
    let environment = look.environment.as_deref();
    // It may say what is inside the program: only a session sees it.
    let notice = look.notice.as_ref().filter(|_| caller.is_some());
    let notice = notice.and_then(Notice::text);
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
                link rel="stylesheet" href="style.css";
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
                }
                main #main tabindex="-1" {
                    @if let Some(notice) = &notice {
                        div.notice role="status" { @for line in notice.lines() { p { (shown(line)) } } }
                    }
                    (content)
                }
            }
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

/// The class of an environment's colour: red for production, amber for what comes before it, and for others one that
/// depends on the name.
fn colour(environment: &str) -> &'static str {
    let name = environment.to_ascii_lowercase();
    if name.contains("prod") || name.contains("live") {
        return "red";
    }
    if name.contains("stag") || name.contains("test") || name.contains("qa") {
        return "amber";
    }
    let sum: usize = name.bytes().map(usize::from).sum();
    ["blue", "green", "violet"][sum % 3]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_red_and_names_have_a_colour_of_their_own() {
        for (name, class) in [
            ("production", "red"),
            ("EU-Live", "red"),
            ("staging", "amber"),
            ("a", "green"),
            ("b", "violet"),
            ("", "blue"),
        ] {
            assert_eq!(colour(name), class, "{name}");
        }
    }
}
