//! How the operator's page looks, and where it is.

use super::trace_link::TraceLink;

/// How the page looks, and where it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    /// The path below which the pages are, without a slash at its end; none without a page.
    pub(crate) path: Option<Box<str>>,
    /// The name of the environment, as titles and headers show it.
    pub(crate) environment: Option<Box<str>>,
    /// A link to the sign-in form, relative to the pages.
    pub(crate) sign_in: Option<Box<str>>,
    /// The template of links to traces.
    pub(super) trace_link: Option<TraceLink>,
}

impl Look {
    /// The link to the trace of a `traceparent`, if there is a template.
    pub(crate) fn trace(&self, traceparent: &str) -> Option<String> {
        self.trace_link.as_ref()?.of(traceparent)
    }
}
