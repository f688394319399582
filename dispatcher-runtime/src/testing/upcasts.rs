//! Documents of older versions, sent through the upcasts: does each become a valid payload that a handler receives?

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::contract::bounded_text::excerpt;
use crate::contract::decode_error::DecodeError;
use crate::contract::event_type::EventType;
use crate::contract::payload::Payload;
use crate::contract::permission::Carries;

/// Sends documents through the upcasts of an event type, as a consumer would, and reports each that does not become
/// the payload `P`, which handlers take. `documents` are pairs of a version and a payload of it. No database is needed.
///
/// Each document passes the gate of its version, and what each upcast returns passes the gate of the next one. An
/// older version that none of the documents has is reported as well. Give it documents that people wrote, and those
/// that `Contracts::examples` of `dispatcher-build-support` makes from the schemas: they leave out what is optional,
/// and go to the bounds.
///
/// ```
/// use acme_contracts::order_paid::OrderPaid;
/// use dispatcher_runtime::testing::check_upcasts;
///
/// let older = serde_json::json!({
///     "order_id": "ord_0192f3a1-7b64-7c3d-8e21-000000000001",
///     "person_id": "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817",
///     "product_code": "SWIM-10",
///     "credits": 10,
///     "amount_minor": 4200,
///     "currency": "EUR",
///     "paid_at": "2026-11-23T09:15:02.418Z",
/// });
/// check_upcasts::<OrderPaid>([(1, older)])?;
/// # Ok::<(), dispatcher_runtime::testing::UpcastsFailed>(())
/// ```
///
/// # Errors
/// [`UpcastsFailed`] lists each document that was refused, with the upcast at fault, and the versions without one.
pub fn check_upcasts<P>(
    documents: impl IntoIterator<Item = (u32, Value)>,
) -> Result<(), UpcastsFailed>
where
    P: Payload,
    P::EventType: Carries<P>,
{
    let versions = P::EventType::descriptor().versions.iter();
    let live = versions.filter(|version| version.schema.is_some());
    let older = live.map(|version| version.schema_version);
    let mut untested: BTreeSet<u32> = older
        .filter(|version| *version != P::SCHEMA_VERSION)
        .collect();
    let mut failures = Vec::new();
    let mut checked = 0;
    for (schema_version, document) in documents {
        checked += 1;
        untested.remove(&schema_version);
        if let Err(error) = <P::EventType as Carries<P>>::decode(schema_version, document.clone()) {
            failures.push(UpcastFailure {
                schema_version,
                document,
                error,
            });
        }
    }
    if failures.is_empty() && untested.is_empty() {
        return Ok(());
    }
    Err(UpcastsFailed {
        event_type: P::EVENT_TYPE,
        checked,
        failures,
        untested: untested.into_iter().collect(),
    })
}

/// What [`check_upcasts`] has found.
#[non_exhaustive]
pub struct UpcastsFailed {
    /// `order.paid`.
    pub event_type: &'static str,
    /// How many documents were sent.
    pub checked: usize,
    /// Each document that did not arrive, in the order in which they were sent.
    pub failures: Vec<UpcastFailure>,
    /// The older versions of which there was no document.
    pub untested: Vec<u32>,
}

/// A document that did not become the payload that handlers take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UpcastFailure {
    /// Its version.
    pub schema_version: u32,
    /// The document.
    pub document: Value,
    /// Which upcast failed and why, or why the document is not one of its version.
    pub error: DecodeError,
}

/// How many failures the message lists.
const SHOWN: usize = 10;

/// How many bytes of a document the message shows.
const LONGEST_DOCUMENT: usize = 2000;

impl fmt::Display for UpcastsFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            event_type,
            checked,
            failures,
            untested,
        } = self;
        write!(
            f,
            "{} of {checked} documents of {event_type} did not arrive",
            failures.len()
        )?;
        for failure in failures.iter().take(SHOWN) {
            let document = excerpt(&failure.document, LONGEST_DOCUMENT);
            let (version, error) = (failure.schema_version, &failure.error);
            write!(f, "\n  version {version}: {error}\n    {document}")?;
        }
        if failures.len() > SHOWN {
            write!(f, "\n  and {} more", failures.len() - SHOWN)?;
        }
        for version in untested {
            write!(
                f,
                "\n  version {version}: there is no document of it, so its upcast was not tested"
            )?;
        }
        Ok(())
    }
}

/// The message, because a test that returns the error shows this.
impl fmt::Debug for UpcastsFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for UpcastsFailed {}
