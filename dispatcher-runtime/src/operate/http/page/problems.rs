//! What is wrong: the cause, for how long, and the command and the page that end it.

use maud::{Markup, html};

use super::overview::to_subscription;
use super::snapshot::Seen;
use super::text::shown;
use super::time::age_at;
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
    let since = since.map(|since| (seen.overview.taken_at - since).as_seconds_f64());
    let acts = acts(problem);
    let acts = acts.iter().filter(|act| caller.may(act.permission));
    html! {
        li.problem {
            p {
                strong { (kind(problem.kind)) } " "
                @if let (Some(consumer), Some(subscription)) = (&problem.consumer, &problem.subscription) {
                    (to_subscription(consumer, subscription)) " "
                }
                @if since.is_some() { "for " (age_at(since, seen.seen_at)) }
            }
            p { (shown(&problem.text)) }
            p.controls { @for act in acts { a href=(act.link) { (act.label) } " " } }
            p { "Or run " code { (shown(&problem.command)) } }
        }
    }
}

/// A page that ends a problem, or asks before it does.
struct Act {
    label: &'static str,
    link: String,
    permission: Permission,
}

/// What ends a problem on the page. A transaction of another program is not ended here: the command is for that.
fn acts(problem: &Problem) -> Vec<Act> {
    let of = |page: &str, names: [&str; 2]| match (&problem.consumer, &problem.subscription) {
        (Some(consumer), Some(subscription)) => {
            let [consumer_name, name] = names;
            Some(link(
                page,
                &[(consumer_name, consumer), (name, subscription)],
            ))
        }
        _ => None,
    };
    let subscription = |page: &str| of(page, ["consumer", "name"]);
    let letters = |page: &str| of(page, ["consumer", "subscription"]);
    let acts = match problem.kind {
        ProblemKind::Blocked => vec![],
        ProblemKind::NoHolder => vec![
            ("Look at it", subscription("subscription"), Permission::Read),
            (
                "Remove it…",
                subscription("remove-subscription"),
                Permission::Steer,
            ),
        ],
        ProblemKind::Behind | ProblemKind::Retrying => {
            vec![("Look at it", subscription("subscription"), Permission::Read)]
        }
        ProblemKind::Paused => {
            let resume = subscription("resume-subscription");
            vec![("Resume it…", resume, Permission::Steer)]
        }
        ProblemKind::Held => vec![(
            "See what holds them",
            subscription("subscription"),
            Permission::Read,
        )],
        ProblemKind::RetentionHeld => vec![(
            "Look at what keeps them",
            subscription("subscription"),
            Permission::Read,
        )],
        ProblemKind::DeadLetters => vec![
            (
                "See the dead letters",
                Some(letters("letters").unwrap_or_else(|| "letters".to_owned())),
                Permission::Read,
            ),
            (
                "Redrive them…",
                letters("redrive-letters"),
                Permission::Redrive,
            ),
            (
                "Resolve them…",
                letters("resolve-letters"),
                Permission::Resolve,
            ),
        ],
    };
    let acts = acts.into_iter();
    acts.filter_map(|(label, link, permission)| {
        Some(Act {
            label,
            link: link?,
            permission,
        })
    })
    .collect()
}

fn kind(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Blocked => "Blocked",
        ProblemKind::NoHolder => "No holder",
        ProblemKind::Behind => "Behind",
        ProblemKind::Held => "Held",
        ProblemKind::Retrying => "Retrying",
        ProblemKind::DeadLetters => "Dead letters",
        ProblemKind::Paused => "Paused",
        ProblemKind::RetentionHeld => "Retention held",
    }
}
