//! What a page is: one value that reads its requests and guards it.

use std::sync::Arc;

use super::visit::{Shared, Visit};
use crate::operate::http::access::Permission;
use crate::operate::http::context::Answering;
use crate::operate::http::kind::Parameter;
use crate::operate::http::parameters::PAYLOAD;
use crate::operate::http::route::{Scope, Verb};

/// How large the body of a form may be, in bytes.
const MOST_BYTES: usize = 16 * 1024;
/// How large it may be with a payload: as large as that of the route that publishes.
const MOST_BYTES_OF_PAYLOAD: usize = 1024 * 1024;

/// A page, or an act of one.
pub(super) struct PageRoute {
    pub(super) method: Verb,
    /// One step below the path of the page.
    pub(super) path: &'static str,
    /// What it does, as a sentence.
    #[cfg_attr(not(test), allow(dead_code))] // the documentation is tested against it
    pub(super) summary: &'static str,
    /// What a session must be allowed to do.
    pub(super) permission: Permission,
    pub(super) scope: Scope,
    /// Parameters of the query without which the page shows nothing. Handlers find them where routes have those of their path.
    pub(super) places: &'static [&'static Parameter],
    /// The others, in groups.
    pub(super) query: &'static [&'static [&'static Parameter]],
    /// Whether the query selects what an act on many is about. Handlers find it where routes have the filter of their body.
    pub(super) selects: bool,
    /// The fields of its form; none for a page.
    pub(super) form: &'static [&'static Parameter],
    pub(super) handler: fn(Arc<Shared>, Visit) -> Answering,
}

impl PageRoute {
    /// How large the body of its form may be, in bytes.
    pub(super) fn most_bytes(&self) -> usize {
        if self.form.iter().any(|field| field.name == PAYLOAD.name) {
            MOST_BYTES_OF_PAYLOAD
        } else {
            MOST_BYTES
        }
    }
}
