//! What the drawing and the table call the same.

use crate::operate::http::page::visit::link;
use crate::operate::http::parameters::AROUND;

/// What there is in the place of a domain that is not known.
pub(super) const NO_PRODUCER: &str = "unknown producer";
pub(super) const NO_CONSUMER: &str = "no consumer";

/// The page with the flows around a domain.
pub(super) fn around(domain: &str) -> String {
    let mut link = link("overview", &[(AROUND.name, domain)]);
    link.push_str("#graph");
    link
}

/// How many event types.
pub(super) fn counted(event_types: usize) -> String {
    match event_types {
        1 => "1 event type".to_owned(),
        number => format!("{number} event types"),
    }
}
