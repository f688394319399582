//! The tenants to which an operator's view is bound.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::contract::id::TenantId;

/// Some tenants, or every one. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Tenants(Option<Arc<BTreeSet<TenantId>>>);

impl Tenants {
    /// Those that are also among these.
    pub(super) fn and(&self, others: impl IntoIterator<Item = TenantId>) -> Self {
        let others: BTreeSet<_> = others.into_iter().collect();
        let both = match &self.0 {
            Some(tenants) => &**tenants & &others,
            None => others,
        };
        Self(Some(Arc::new(both)))
    }

    /// As statements take them; `None` is every tenant.
    pub(super) fn ids(&self) -> Option<Vec<&str>> {
        let tenants = self.0.as_ref()?;
        Some(tenants.iter().map(TenantId::as_str).collect())
    }

    pub(super) fn has(&self, tenant: &str) -> bool {
        match &self.0 {
            Some(tenants) => tenants.iter().any(|it| it.as_str() == tenant),
            None => true,
        }
    }
}
