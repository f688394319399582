//! A subscription: a handler, its name, and the options that it was registered with.

use futures_util::future::BoxFuture;

use super::handler::{Handler, Incoming};
use super::handler_error::HandlerError;
use crate::contract::event_type::EventTypes;
use crate::log::StartFrom;

/// A handler whose type is erased.
trait ErasedHandler<S>: Send + Sync {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>>;
}

impl<S, H: Handler<S>> ErasedHandler<S> for H {
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>> {
        Handler::handle(self, incoming)
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
    /// Where it begins when it is new.
    pub(crate) start: StartFrom,
    /// Whether a dead letter holds its subject until it is resolved.
    pub(crate) holds_subjects: bool,
    /// Whether events of a batch have one savepoint, until one of them fails.
    pub(crate) shares_savepoint: bool,
    handler: Box<dyn ErasedHandler<S>>,
}

impl<S> Subscription<S> {
    pub(crate) fn new<H: Handler<S>>(handler: H) -> Self {
        Self {
            name: H::NAME,
            event_types: <H::EventTypes as EventTypes>::NAMES.to_vec(),
            in_transaction: H::IN_TRANSACTION,
            concurrency: 1,
            partitions: 1,
            start: StartFrom::Beginning,
            holds_subjects: false,
            shares_savepoint: false,
            handler: Box::new(handler),
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
