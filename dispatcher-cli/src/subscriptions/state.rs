//! How a subscription is, in words.

use std::fmt;

use dispatcher_runtime::{FailingWith, SubscriptionProgress, SubscriptionState};

use crate::screen::{name, plain, plural, quoted, seconds, time};

/// How it is: a word or two, and the cause as far as it is known.
pub(super) struct Words {
    pub(super) short: String,
    pub(super) cause: Option<String>,
}

impl Words {
    fn of(short: &str, cause: Option<String>) -> Self {
        Self {
            short: short.to_owned(),
            cause,
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Some(cause) => write!(f, "{}: {cause}", self.short),
            None => f.write_str(&self.short),
        }
    }
}

/// How it is, with the commonest error of its events.
pub(super) fn words(progress: &SubscriptionProgress, failing: Option<&FailingWith>) -> Words {
    match progress.state {
        SubscriptionState::Paused => match &progress.pause {
            Some(pause) => {
                let (by, at) = (plain(&pause.paused_by), time(pause.paused_at));
                let cause = match &pause.reason {
                    Some(reason) => format!("{} ({by}, {at})", plain(reason)),
                    None => format!("{by}, {at}"),
                };
                Words::of("paused", Some(cause))
            }
            None => Words::of("paused", None),
        },
        SubscriptionState::NoHolder => Words::of("no replica runs it", None),
        SubscriptionState::Held => {
            let held = progress.held_subjects;
            let is_one = held.count == 1 && !held.at_least;
            let subjects = if is_one { "subject" } else { "subjects" };
            Words::of(&format!("{held} held {subjects}"), failing.map(because))
        }
        SubscriptionState::Behind => Words::of("behind", failing.map(because)),
        SubscriptionState::Retrying => Words::of("retrying", failing.map(because)),
        SubscriptionState::Running => Words::of("running", None),
        _ => Words::of("unknown: install a newer command", None),
    }
}

fn because(failing: &FailingWith) -> String {
    let error = quoted(&failing.error);
    match failing.events {
        events if events.count == 1 && !events.at_least => format!("1 event fails with {error}"),
        events => format!("{events} events fail with {error}"),
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
        (SubscriptionState::Retrying, "is retrying", "are retrying"),
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
        "{}\nNext: dispatcher subscriptions show {}",
        parts.join(", "),
        name(&next.consumer, &next.subscription)
    ))
}
