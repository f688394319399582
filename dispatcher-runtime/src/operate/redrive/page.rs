//! The token of the next page of redrives: the last redrive of the page, and a checksum over it and over the tenants whose
//! redrives the list has.

use std::collections::BTreeSet;

use time::OffsetDateTime;
use uuid::Uuid;

use super::Redrive;
use crate::contract::id::{RedriveId, TenantId};

/// What the checksums of tokens are made in.
const TOKENS: Uuid = Uuid::from_u128(0x1d0a_95c6_33a8_4a62_9a0c_5f1e_8b7c_40d3);

/// Where a page ends.
pub(super) struct RedrivePageEnd {
    pub(super) started_at: OffsetDateTime,
    pub(super) redrive_id: RedriveId,
}

impl RedrivePageEnd {
    pub(super) fn of(redrive: &Redrive) -> Self {
        Self {
            started_at: redrive.started_at,
            redrive_id: redrive.redrive_id.clone(),
        }
    }

    /// `<microseconds>-<uuid of the redrive>-<checksum>`, each in hexadecimal digits.
    pub(super) fn token(&self, tenants: Option<&BTreeSet<TenantId>>) -> String {
        let micros = self.started_at.unix_timestamp_nanos() / 1000;
        let place = format!("{micros:x}-{}", self.redrive_id.uuid().simple());
        let sum = Uuid::new_v5(&TOKENS, format!("{place} {tenants:?}").as_bytes());
        format!("{place}-{}", sum.simple())
    }

    /// Reads a token; `None` if it was altered, or is of another list.
    pub(super) fn from_token(token: &str, tenants: Option<&BTreeSet<TenantId>>) -> Option<Self> {
        let (micros, rest) = token.split_once('-')?;
        let (uuid, _) = rest.split_once('-')?;
        let nanos = i128::from_str_radix(micros, 16).ok()?.checked_mul(1000)?;
        let end = Self {
            started_at: OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?,
            redrive_id: format!("rdr_{}", Uuid::try_parse(uuid).ok()?.hyphenated())
                .parse()
                .ok()?,
        };
        (end.token(tenants) == token).then_some(end)
    }
}
