//! A dead letter without what its contract marks as sensitive.

use super::{DeadLetter, DeadLetterSummary};
use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::registry::Registry;
use crate::operate::contracts::KnownContracts;
use crate::operate::masked::{Known, mask_envelope, mask_subject};

impl DeadLetter {
    /// As [`masked`](Self::masked), by all the contracts that a program knows. Where it knows none, nothing is masked.
    #[must_use]
    pub fn masked_by(mut self, contracts: &KnownContracts) -> Self {
        if !contracts.is_empty() {
            let known = contracts.schema(&self.event_type, self.schema_version);
            self.mask(known);
        }
        self
    }

    /// The same with `"[masked]"` in the place of each value that the contracts mark with
    /// `"x-sensitive": true`, the subject included; see [`PayloadSchema::masked`]. Of an event type or a
    /// version that the contracts do not have, and of a payload that cannot be read, the whole payload and
    /// the subject are masked. Where nothing is marked, the envelope stays as it was stored.
    ///
    /// The errors show no value of a payload, unless a handler has put one into its own.
    ///
    /// [`PayloadSchema::masked`]: crate::PayloadSchema::masked
    #[must_use]
    pub fn masked(mut self, registry: &Registry) -> Self {
        let known = known(registry, &self.event_type, self.schema_version);
        self.mask(known);
        self
    }

    fn mask(&mut self, known: Known<'_>) {
        mask_envelope(known, &mut self.envelope, &mut self.subject);
    }
}

impl DeadLetterSummary {
    /// As [`masked`](Self::masked), by all the contracts that a program knows. Where it knows none, nothing is masked.
    #[must_use]
    pub fn masked_by(mut self, contracts: &KnownContracts) -> Self {
        if !contracts.is_empty() {
            let known = contracts.schema(&self.event_type, self.schema_version);
            self.mask(known);
        }
        self
    }

    /// The same with `"[masked]"` in the place of the subject where the contracts mark it with `"x-sensitive": true`.
    /// Where they do not have the event type or the version, or mark anything in a payload that was refused as invalid,
    /// the subject is masked too.
    ///
    /// The error shows no value of a payload, unless a handler has put one into its own.
    #[must_use]
    pub fn masked(mut self, registry: &Registry) -> Self {
        let known = known(registry, &self.event_type, self.schema_version);
        self.mask(known);
        self
    }

    fn mask(&mut self, known: Known<'_>) {
        let is_invalid = self.reason == DeadLetterReason::Invalid;
        mask_subject(known, is_invalid, &mut self.subject);
    }
}

fn known(registry: &Registry, event_type: &str, schema_version: i32) -> Known<'static> {
    let event = registry.event(event_type)?;
    let version = event.version(u32::try_from(schema_version).ok()?)?;
    Some((event.subject, version.schema?))
}
