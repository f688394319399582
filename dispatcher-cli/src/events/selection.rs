//! Which events a command is about.

use clap::Args;
use dispatcher_runtime::{EventFilter, TenantId};

/// Which events a command is about. Without any of these it is all.
#[derive(Args, Clone, Debug)]
pub(super) struct Selection {
    /// Those of one event type
    #[arg(
        long = "type",
        value_name = "EVENT_TYPE",
        help_heading = "Which events"
    )]
    event_type: Option<String>,
    /// Those of one subject
    #[arg(long, help_heading = "Which events")]
    subject: Option<String>,
    /// Those of one tenant
    #[arg(long, value_name = "TENANT_ID", help_heading = "Which events")]
    tenant: Option<TenantId>,
}

impl Selection {
    /// The filter of the runtime.
    pub(super) fn filter(&self) -> EventFilter {
        let mut filter = EventFilter::default();
        if let Some(event_type) = &self.event_type {
            filter = filter.event_type(event_type);
        }
        if let Some(subject) = &self.subject {
            filter = filter.subject(subject);
        }
        if let Some(tenant) = &self.tenant {
            filter = filter.tenant(tenant.clone());
        }
        filter
    }
}
