//! A subscription: a handler, its name, and the options that it was registered with.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::erased_events::ErasedEvents;
use super::handler::{Handler, Incoming};
use super::handler_error::HandlerError;
use super::retry_policy::Retry;
use crate::contract::bounded_text::excerpt;
use crate::contract::event_type::EventTypes;
use crate::log::StartFrom;

/// A handler whose type is erased.
trait ErasedHandler<S>: Send + Sync {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>>;
}

/// A handler, as `#[subscribe]` makes it.
struct Typed<H>(H);

impl<S, H: Handler<S>> ErasedHandler<S> for Typed<H> {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>> {
        self.0.handle(incoming)
    }
}

/// A handler that was registered before the state, and so takes none.
struct Stateless(Box<dyn ErasedHandler<()>>);

impl<S: Sync> ErasedHandler<S> for Stateless {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>> {
        self.0.handle(Incoming {
            event: incoming.event,
            tx: incoming.tx,
            state: &(),
            delivery: incoming.delivery,
        })
    }
}

/// A handler with its name.
pub(crate) struct Subscription<S> {
    pub(crate) name: &'static str,
    pub(crate) event_types: Vec<&'static str>,
    /// The tenants whose events it takes, sorted; `None` for every tenant.
    pub(crate) tenants: Option<Vec<String>>,
    /// Whether the handler takes its delivery's transaction.
    pub(crate) in_transaction: bool,
    pub(crate) concurrency: u16,
    pub(crate) partitions: u16,
    /// Its own limit, or that it has none; `None` if it has the consumer's.
    pub(crate) handler_timeout: Option<Option<Duration>>,
    /// Its own policy; `None` if it has the consumer's.
    pub(crate) retry: Option<Retry>,
    /// Where it begins when it is new, if that was said.
    pub(crate) start: Option<StartFrom>,
    /// Subscriptions that it is not, although it takes the same event types.
    pub(crate) not_renamed_from: Vec<&'static str>,
    /// Whether a dead letter holds its subject until it is resolved.
    pub(crate) holds_subjects: bool,
    /// What it does with events whose payload was erased.
    pub(crate) erased: ErasedEvents,
    /// Whether events of a batch have one transaction.
    pub(crate) shares_transaction: bool,
    /// Whether events of a batch have one savepoint, until one of them fails.
    pub(crate) shares_savepoint: bool,
    handler: Box<dyn ErasedHandler<S>>,
}

impl<S> Subscription<S> {
    pub(crate) fn new<H: Handler<S>>(handler: H) -> Self {
        Self {
            name: H::NAME,
            event_types: sorted(<H::EventTypes as EventTypes>::NAMES),
            tenants: None,
            in_transaction: H::IN_TRANSACTION,
            concurrency: 1,
            partitions: 1,
            handler_timeout: None,
            retry: None,
            start: None,
            not_renamed_from: Vec::new(),
            holds_subjects: false,
            erased: ErasedEvents::Skip,
            shares_transaction: false,
            shares_savepoint: false,
            handler: Box::new(Typed(handler)),
        }
    }

    /// What replicas of it compare and write down: its event types, or where it takes some tenants only, each
    /// event type of each of these. So one that has more types or tenants holds all that the other has, and of one
    /// that takes every tenant and one that takes some, neither holds the other.
    pub(crate) fn takes(&self) -> Vec<String> {
        let event_types = self.event_types.iter().copied();
        let Some(tenants) = &self.tenants else {
            return event_types.map(str::to_owned).collect();
        };
        let takes = event_types.flat_map(|event_type| {
            let tenants = tenants.iter();
            tenants.map(move |tenant| format!("{event_type} of {tenant}"))
        });
        takes.collect()
    }

    /// Calls the handler, unless the event is of a tenant that the subscription does not take. Such an event waited for
    /// a retry, or was redriven, when the subscription took other tenants.
    pub(crate) fn handle<'a>(
        &'a self,
        incoming: Incoming<'a, S>,
    ) -> BoxFuture<'a, Result<(), HandlerError>> {
        let tenant = &incoming.event.tenant_id;
        if let Some(tenants) = &self.tenants
            && !tenants.contains(tenant)
        {
            let error = HandlerError::invalid(format!(
                "the event is of the tenant `{}`, and the subscription takes those of `{}`",
                excerpt(tenant, 120),
                excerpt(tenants.join("`, `"), 1000)
            ));
            return Box::pin(std::future::ready(Err(error)));
        }
        self.handler.handle(incoming)
    }
}

/// So that lists of replicas can be compared.
fn sorted(event_types: &[&'static str]) -> Vec<&'static str> {
    let mut event_types = event_types.to_vec();
    event_types.sort_unstable();
    event_types.dedup();
    event_types
}

impl Subscription<()> {
    /// The same for a consumer that has been given a state since.
    pub(crate) fn with_state<S: Sync>(self) -> Subscription<S> {
        Subscription {
            name: self.name,
            event_types: self.event_types,
            tenants: self.tenants,
            in_transaction: self.in_transaction,
            concurrency: self.concurrency,
            partitions: self.partitions,
            handler_timeout: self.handler_timeout,
            retry: self.retry,
            start: self.start,
            not_renamed_from: self.not_renamed_from,
            holds_subjects: self.holds_subjects,
            erased: self.erased,
            shares_transaction: self.shares_transaction,
            shares_savepoint: self.shares_savepoint,
            handler: Box::new(Stateless(self.handler)),
        }
    }
}
