//! What is wrong: the cause, for how long, and the command and the page that end it.

use maud::{Markup, html};

use super::snapshot::Seen;
use super::state::to_subscription;
use super::text::shown;
use super::visit::link;
use crate::operate::http::access::Permission;
use crate::operate::http::caller::Caller;
use crate::operate::overview::{Problem, ProblemKind};

/// The problems, the worst first.
pub(super) fn problems(seen: &Seen, caller: &Caller) -> Markup {
    let overview = &seen.overview;
    html! {
        section #region-problems aria-labelledby="problems" data-announce=(announced(&overview.problems)) {
            h2 #problems { "Problems" }
            @if overview.problems.is_empty() { p.well { "There are none." } }
            @else {
                ul.problems {
                    @for problem in &overview.problems { (of_problem(problem, seen, caller)) }
                }
            }
        }
    }
}

/// What a screen reader says when it has changed.
fn announced(problems: &[Problem]) -> String {
    let kinds = problems.iter().map(|problem| kind(problem.kind));
    let mut kinds: Vec<_> = kinds.collect();
    kinds.dedup();
    match problems.len() {
        0 => "No problems.".to_owned(),
        1 => format!("1 problem: {}.", kinds.join(", ")),
        number => format!("{number} problems: {}.", kinds.join(", ")),
    }
}

fn of_problem(problem: &Problem, seen: &Seen, caller: &Caller) -> Markup {
    let since = problem.since;
    let acts = acts(problem);
    let acts: Vec<_> = acts
        .iter()
        .filter(|act| caller.may(act.permission))
        .collect();
    html! {
        li.problem {
            p {
                strong { (kind(problem.kind)) } " "
                @if let (Some(consumer), Some(subscription)) = (&problem.consumer, &problem.subscription) {
                    (to_subscription(consumer, subscription)) " "
                }
                @if let Some(transfer) = &problem.transfer { (shown(transfer)) " " }
                @if since.is_some() { "for " (seen.clocks().age(since)) }
            }
            p { (shown(&problem.text)) }
            @if !acts.is_empty() { p.controls { @for act in &acts { a href=(act.link) { (act.label) } " " } } }
            p {
                (if acts.is_empty() { "Run" } else { "Or run" })
                @if problem.kind == ProblemKind::Blocked { " in psql" }
                " " code { (shown(&problem.command)) }
            }
        }
    }
}

/// A page that ends a problem, or asks before it does.
struct Act {
    label: &'static str,
    link: String,
    permission: Permission,
}

/// What ends a problem on the page, or shows more. A transaction of another program is not ended here: the command is for
/// that.
fn acts(problem: &Problem) -> Vec<Act> {
    let Some((consumer, subscription)) = problem
        .consumer
        .as_deref()
        .zip(problem.subscription.as_deref())
    else {
        let is_of_letters = problem.kind == ProblemKind::DeadLetters;
        return is_of_letters.then(see_letters).into_iter().collect();
    };
    let steer = |label, page: &str, permission| Act {
        label,
        link: link(page, &[("consumer", consumer), ("name", subscription)]),
        permission,
    };
    let letters = |label, page: &str, permission| Act {
        label,
        link: link(
            page,
            &[("consumer", consumer), ("subscription", subscription)],
        ),
        permission,
    };
    let look = |label| steer(label, "subscription", Permission::Read);
    match problem.kind {
        // What ends it is outside: a transaction of another program, a stream.
        ProblemKind::Blocked | ProblemKind::Stuck => vec![],
        ProblemKind::NoHolder => vec![
            look("Look at it"),
            steer("Remove it…", "remove-subscription", Permission::Steer),
        ],
        ProblemKind::Behind | ProblemKind::Retrying => vec![look("Look at it")],
        ProblemKind::Held => vec![look("See what holds them")],
        ProblemKind::RetentionHeld => vec![look("Look at what keeps them")],
        ProblemKind::Paused => {
            vec![steer(
                "Resume it…",
                "resume-subscription",
                Permission::Steer,
            )]
        }
        ProblemKind::DeadLetters => vec![
            letters("See the dead letters", "letters", Permission::Read),
            letters("Redrive them…", "redrive-letters", Permission::Redrive),
            letters("Resolve them…", "resolve-letters", Permission::Resolve),
        ],
    }
}

/// Those of subscriptions that were removed are among all.
fn see_letters() -> Act {
    Act {
        label: "See the dead letters",
        link: "letters".to_owned(),
        permission: Permission::Read,
    }
}

fn kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Blocked => "Blocked",
        ProblemKind::Stuck => "Stuck",
        ProblemKind::NoHolder => "No holder",
        ProblemKind::Behind => "Behind",
        ProblemKind::Held => "Held",
        ProblemKind::Retrying => "Retrying",
        ProblemKind::DeadLetters => "Dead letters",
        ProblemKind::Paused => "Paused",
        ProblemKind::RetentionHeld => "Retention held",
    }
}
