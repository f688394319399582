//! What each route does with a request that was let in and read.

pub(super) mod audit;
pub(super) mod bulk;
pub(super) mod contracts;
pub(super) mod dead_letters;
pub(super) mod events;
pub(super) mod overview;
pub(super) mod redrives;
mod selection;
pub(super) mod subscriptions;
