//! What the test kit publishes: as whichever domain the registry names, and known afterwards.
//!
//! Every event that a marked dispatcher has inserted is remembered, also where its transaction is
//! rolled back later; an event that was there already is not.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::draft::Draft;
use super::{Dispatcher, Publish, PublishAll, Published};
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
    pub(crate) fn marked(mut self, marked: Marked) -> Self {
        self.marked = Some(marked);
        self
    }

    pub(super) fn mark(&self, published: &Published) {
        if let Some(Marked(ids)) = &self.marked
            && !published.is_duplicate()
        {
            let mut ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
            ids.insert(published.event_id.to_string());
        }
    }
}

impl<D: Domain> Dispatcher<D> {
    /// Publishes an event as its own producer, whichever domain that is.
    pub(crate) fn publish_as_producer<P: Payload>(&self, payload: &P) -> Publish<'_, D> {
        Publish::new(self, P::EVENT_TYPE, Draft::typed(payload))
    }

    /// The same with many.
    pub(crate) fn publish_all_as_producer<P: Payload>(
        &self,
        payloads: impl IntoIterator<Item = P>,
    ) -> PublishAll<'_, D> {
        let payloads = payloads.into_iter();
        let drafts = payloads.map(|payload| Draft::typed(&payload)).collect();
        PublishAll::new(self, P::EVENT_TYPE, drafts)
    }
}
