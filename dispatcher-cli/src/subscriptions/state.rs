//! How a subscription is, in words.

use dispatcher_runtime::{FailingWith, SubscriptionProgress, SubscriptionState};

use crate::screen::{name, plain, plural, quoted, seconds, time};

/// How it is, with the cause as far as it is known.
pub(super) fn words(progress: &SubscriptionProgress, failing: Option<&FailingWith>) -> String {
    match progress.state {
        SubscriptionState::Paused => match &progress.pause {
            Some(pause) => {
                let why = match &pause.reason {
                    Some(reason) => format!(": {}", plain(reason)),
                    None => String::new(),
                };
                let (by, at) = (plain(&pause.paused_by), time(pause.paused_at));
                format!("paused by {by} at {at}{why}")
            }
            None => "paused".to_owned(),
        },
        SubscriptionState::NoHolder => "no replica runs it".to_owned(),
        SubscriptionState::Held => {
            let held = progress.held_subjects;
            let subjects = if held.count == 1 && !held.at_least {
                "subject"
            } else {
                "subjects"
            };
            format!("held: {held} {subjects}{}", because(failing))
        }
        SubscriptionState::Behind => format!("behind{}", because(failing)),
        SubscriptionState::Retrying => format!("retrying{}", because(failing)),
        SubscriptionState::Running => "running".to_owned(),
        _ => "unknown to this command: install a newer one".to_owned(),
    }
}

fn because(failing: Option<&FailingWith>) -> String {
    match failing {
        Some(failing) if failing.events.count == 1 && !failing.events.at_least => {
            format!(": 1 event fails with {}", quoted(&failing.error))
        }
        Some(failing) => format!(
            ": {} events fail with {}",
            failing.events,
            quoted(&failing.error)
        ),
        None => String::new(),
    }
}

/// `1,204`, or `unknown`: never 0 for what is not known.
pub(super) fn lag(progress: &SubscriptionProgress) -> String {
    progress
        .lag
        .map_or_else(|| "unknown".to_owned(), |lag| lag.to_string())
}

/// `4m 10s`, `–` where nothing is undelivered, or `unknown`.
pub(super) fn oldest(progress: &SubscriptionProgress) -> String {
    match (progress.lag, progress.lag_seconds) {
        (_, Some(age)) => seconds(age),
        (Some(lag), None) if lag.count == 0 => "–".to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// What is wrong in a list, and what to look at next; `None` where all is well.
pub(super) fn summary(listed: &[SubscriptionProgress]) -> Option<String> {
    let states = [
        (
            SubscriptionState::NoHolder,
            "has no holder",
            "have no holder",
        ),
        (SubscriptionState::Behind, "is behind", "are behind"),
        (
            SubscriptionState::Held,
            "has held subjects",
            "have held subjects",
        ),
        (SubscriptionState::Retrying, "retries", "retry"),
        (SubscriptionState::Paused, "is paused", "are paused"),
    ];
    let mut parts = Vec::new();
    let mut next = None;
    for (state, one, many) in states {
        let of_state: Vec<_> = listed.iter().filter(|it| it.state == state).collect();
        let count = u64::try_from(of_state.len()).unwrap_or(u64::MAX);
        let verb = if count == 1 { one } else { many };
        if count > 0 && parts.is_empty() {
            parts.push(format!("{} {verb}", plural(count, "subscription")));
        } else if count > 0 {
            parts.push(format!("{count} {verb}"));
        }
        next = next.or_else(|| of_state.first().copied());
    }
    let next = next?;
    Some(format!(
        "{}. Next: dispatcher subscriptions show {}",
        parts.join(", "),
        name(&next.consumer, &next.subscription)
    ))
}
