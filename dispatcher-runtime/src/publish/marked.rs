//! What the test kit publishes: as the producer that the registry names, and remembered.
//!
//! Every event that a marked dispatcher has inserted is remembered, even if its transaction is rolled back
//! later; an event that was there already is not.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::dispatcher::Shared;
use super::draft::Draft;
use super::{BorrowPayload, Dispatcher, Publish, PublishAll, Published};
use crate::contract::payload::{Domain, Payload};

/// The ids of what a dispatcher has published. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marked(Arc<Mutex<HashSet<String>>>);

impl Marked {
    pub(crate) fn contains(&self, event_id: &str) -> bool {
        let ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.contains(event_id)
    }
}

impl<D> Dispatcher<D> {
    /// Remembers what it publishes from now on.
    pub(crate) fn marked(self, marked: Marked) -> Self {
        Self::new(Shared {
            marked: Some(marked),
            ..Shared::clone(&self.shared)
        })
    }

    pub(super) fn mark(&self, published: &Published) {
        if let Some(Marked(ids)) = &self.shared.marked
            && !published.is_duplicate()
        {
            let mut ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
            ids.insert(published.event_id.to_string());
        }
    }
}

impl<D: Domain> Dispatcher<D> {
    /// Publishes an event as its own producer, whichever domain that is.
    pub(crate) fn publish_as_producer<P: Payload>(
        &self,
        payload: impl BorrowPayload<P>,
    ) -> Publish<D> {
        Publish::new(self, P::EVENT_TYPE, Draft::typed(payload.payload()))
    }

    /// The same with many.
    pub(crate) fn publish_all_as_producer<P: Payload>(
        &self,
        payloads: impl IntoIterator<Item = impl BorrowPayload<P>>,
    ) -> PublishAll<D> {
        let payloads = payloads.into_iter();
        let drafts = payloads.map(|payload| Draft::typed(payload.payload()));
        PublishAll::new(self, P::EVENT_TYPE, drafts.collect())
    }
}
