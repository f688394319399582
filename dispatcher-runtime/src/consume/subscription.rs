//! A subscription: a handler, its name, and the options that it was registered with.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::erased_events::ErasedEvents;
use super::handler::{Handler, Incoming};
use super::handler_error::HandlerError;
use super::retry_policy::Retry;
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

    /// Calls the handler.
    pub(crate) fn handle<'a>(
        &'a self,
        incoming: Incoming<'a, S>,
    ) -> BoxFuture<'a, Result<(), HandlerError>> {
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
