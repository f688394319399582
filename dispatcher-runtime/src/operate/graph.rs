//! Who publishes what to whom: the contracts, and the subscriptions that there are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::contracts::{KnownContract, KnownContracts};
use super::subscriptions::{SubscriptionProgress, SubscriptionState};

/// Event types that flow from one domain to another. [`Overview::graph`](crate::Overview::graph) has all of them.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventFlow {
    /// The domain that publishes them, as the contracts say; `None` where no contract has the event types.
    pub producer: Option<String>,
    /// The domain that handles them; `None` where neither the contracts nor a subscription name one.
    pub consumer: Option<String>,
    /// The event types, by name.
    pub event_types: Vec<String>,
    /// The subscriptions of the consumer that take one of them, by name. Empty where the contracts name the consumer, and no
    /// replica of it has ever run.
    pub subscriptions: Vec<FlowSubscription>,
}

/// A subscription that takes event types of an [`EventFlow`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlowSubscription {
    /// Its name.
    pub subscription: String,
    /// How it is.
    pub state: SubscriptionState,
}

/// The flows of these contracts and subscriptions, by producer and consumer. Event types that are retired, and that no
/// subscription takes, are left out.
pub(crate) fn flows(
    contracts: &KnownContracts,
    subscriptions: &[SubscriptionProgress],
) -> Vec<EventFlow> {
    let contracts = contracts.list();
    let contracts: BTreeMap<&str, &KnownContract> = contracts
        .iter()
        .map(|contract| (contract.event_type.as_str(), contract))
        .collect();
    let mut flows: BTreeMap<Between<'_>, (BTreeSet<&str>, Subscribed)> = BTreeMap::new();
    for one in subscriptions {
        for event_type in types(one) {
            let producer = contracts.get(event_type).map(|it| it.producer.as_str());
            let between = Between(producer, Some(&one.consumer));
            let (event_types, subscribed) = flows.entry(between).or_default();
            event_types.insert(event_type);
            subscribed.insert(one.subscription.clone(), one.state);
        }
    }
    for contract in contracts.values().filter(|it| it.status != "retired") {
        let event_type = contract.event_type.as_str();
        let taken = |one: &SubscriptionProgress| types(one).any(|taken| taken == event_type);
        for consumer in &contract.consumers {
            let between = Between(Some(&contract.producer), Some(consumer));
            flows.entry(between).or_default().0.insert(event_type);
        }
        if contract.consumers.is_empty() && !subscriptions.iter().any(taken) {
            let between = Between(Some(&contract.producer), None);
            flows.entry(between).or_default().0.insert(event_type);
        }
    }
    let flows = flows.into_iter();
    flows
        .map(
            |(Between(producer, consumer), (event_types, subscribed))| EventFlow {
                producer: producer.map(str::to_owned),
                consumer: consumer.map(str::to_owned),
                event_types: event_types.into_iter().map(str::to_owned).collect(),
                subscriptions: subscribed
                    .into_iter()
                    .map(|(subscription, state)| FlowSubscription {
                        subscription,
                        state,
                    })
                    .collect(),
            },
        )
        .collect()
}

/// From which domain to which. What has none comes last.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Between<'a>(Option<&'a str>, Option<&'a str>);

type Subscribed = BTreeMap<String, SubscriptionState>;

/// The event types that a subscription takes, without the tenants.
fn types(one: &SubscriptionProgress) -> impl Iterator<Item = &str> {
    let taken = one.event_types.iter();
    taken.map(|taken| {
        taken
            .split_once(" of ")
            .map_or(taken.as_str(), |(name, _)| name)
    })
}
