//! Names of subscriptions on the command line: `coaching/hold_slot`.

use std::str::FromStr;

use dispatcher_runtime::SubscriptionError;

use crate::database::{Failure, Session};
use crate::screen::name;

/// The name of a subscription.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SubscriptionName {
    pub(crate) consumer: String,
    pub(crate) subscription: String,
}

impl FromStr for SubscriptionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((consumer, subscription)) if !consumer.is_empty() && !subscription.is_empty() => {
                Ok(Self {
                    consumer: consumer.to_owned(),
                    subscription: subscription.to_owned(),
                })
            }
            _ => Err(
                "write the consumer and the subscription, such as coaching/hold_slot".to_owned(),
            ),
        }
    }
}

impl std::fmt::Display for SubscriptionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&name(&self.consumer, &self.subscription))
    }
}

/// What an error about a subscription means. Where there is none of the name, it says which was probably meant.
pub(crate) async fn explained(
    error: SubscriptionError,
    wanted: &SubscriptionName,
    session: &Session,
) -> Failure {
    let SubscriptionError::NotFound { .. } = error else {
        return error.into();
    };
    unknown(wanted, session).await
}

/// There is no subscription of that name.
pub(crate) async fn unknown(wanted: &SubscriptionName, session: &Session) -> Failure {
    let listed = match session.operator.subscriptions().list(None).await {
        Ok(listed) => listed,
        Err(error) => return error.into(),
    };
    let names = listed
        .iter()
        .map(|one| name(&one.consumer, &one.subscription));
    let help = match closest(&wanted.to_string(), names) {
        Some(close) => format!("did you mean {close}?"),
        None => "`dispatcher subscriptions list` shows which there are".to_owned(),
    };
    Failure::No(format!(
        "there is no subscription {wanted} in the {}\n  help: {help}",
        session.place
    ))
}

/// The name that is most like the wanted one, if any is much like it.
fn closest(wanted: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let likeness = |name: &String| {
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        strsim::jaro_winkler(wanted, name).max(strsim::jaro_winkler(&last(wanted), &last(name)))
    };
    names
        .map(|name| (likeness(&name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_two_parts() {
        assert!("coaching/hold_slot".parse::<SubscriptionName>().is_ok());
        for wrong in ["coaching", "/hold_slot", "coaching/", "/", ""] {
            assert!(wrong.parse::<SubscriptionName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_closest_name_is_offered() {
        let names = || ["coaching/hold_slot", "growth/credit_stats"].map(str::to_owned);
        let closest = |wanted| super::closest(wanted, names().into_iter());
        assert_eq!(
            closest("coaching/hold_slots").as_deref(),
            Some("coaching/hold_slot")
        );
        assert_eq!(
            closest("growth/hold_slot").as_deref(),
            Some("coaching/hold_slot")
        );
        assert_eq!(closest("x/y"), None);
    }
}
