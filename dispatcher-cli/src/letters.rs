//! Which dead letters a command is about.

use clap::{Args, ValueEnum};
use dispatcher_runtime::{DeadLetterFilter, DeadLetterReason, DeadLetterState, TenantId};
use time::OffsetDateTime;

use crate::database::{Failure, moment};
use crate::names::SubscriptionName;

/// Which dead letters a command is about. Without any of these it is all that are not resolved.
#[derive(Args, Clone, Debug)]
pub(crate) struct Selection {
    /// Those of one consumer
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "subscription",
        help_heading = "Which dead letters"
    )]
    consumer: Option<String>,
    /// Those of one subscription
    #[arg(
        long,
        value_name = "CONSUMER/NAME",
        help_heading = "Which dead letters"
    )]
    subscription: Option<SubscriptionName>,
    /// Those of one event type
    #[arg(
        long = "type",
        value_name = "EVENT_TYPE",
        help_heading = "Which dead letters"
    )]
    event_type: Option<String>,
    /// Those with this reason, such as permanent or retries_exhausted
    #[arg(long, help_heading = "Which dead letters")]
    reason: Option<DeadLetterReason>,
    /// Those of a group of `dispatcher dlq groups`; the first digits are enough
    #[arg(long, value_name = "DIGITS", help_heading = "Which dead letters")]
    group: Option<String>,
    /// Those of one subject
    #[arg(long, help_heading = "Which dead letters")]
    subject: Option<String>,
    /// Those of one tenant
    #[arg(long, value_name = "TENANT_ID", help_heading = "Which dead letters")]
    tenant: Option<TenantId>,
    /// Those written then or later: 2026-11-29T08:00:00Z, 2026-11-29, or 2h for two hours ago
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Which dead letters")]
    from: Option<OffsetDateTime>,
    /// Those written before
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Which dead letters")]
    to: Option<OffsetDateTime>,
}

/// A state of dead letters.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum State {
    /// Not dealt with
    Open,
    /// To be handled again
    Redriving,
    /// Dealt with
    Resolved,
    /// Each of them
    All,
}

impl State {
    /// The filter with this state.
    pub(crate) fn apply(self, filter: DeadLetterFilter) -> DeadLetterFilter {
        match self {
            Self::Open => filter.state(DeadLetterState::Open),
            Self::Redriving => filter.state(DeadLetterState::Redriving),
            Self::Resolved => filter.state(DeadLetterState::Resolved),
            Self::All => filter.include_resolved(true),
        }
    }
}

impl Selection {
    /// The filter of the runtime.
    pub(crate) fn filter(&self) -> DeadLetterFilter {
        let mut filter = DeadLetterFilter::default();
        if let Some(consumer) = &self.consumer {
            filter = filter.consumer(consumer);
        }
        if let Some(name) = &self.subscription {
            filter = filter
                .consumer(&name.consumer)
                .subscription(&name.subscription);
        }
        if let Some(event_type) = &self.event_type {
            filter = filter.event_type(event_type);
        }
        if let Some(reason) = self.reason {
            filter = filter.reason(reason);
        }
        if let Some(group) = &self.group {
            filter = filter.group(group);
        }
        if let Some(subject) = &self.subject {
            filter = filter.subject(subject);
        }
        if let Some(tenant) = &self.tenant {
            filter = filter.tenants([tenant.clone()]);
        }
        if let Some(from) = self.from {
            filter = filter.from(from);
        }
        if let Some(to) = self.to {
            filter = filter.to(to);
        }
        filter
    }

    /// Whether it is about every dead letter there is.
    pub(crate) fn is_empty(&self) -> bool {
        self.consumer.is_none()
            && self.subscription.is_none()
            && self.event_type.is_none()
            && self.reason.is_none()
            && self.group.is_none()
            && self.subject.is_none()
            && self.tenant.is_none()
            && self.from.is_none()
            && self.to.is_none()
    }

    /// The filter of an act on many: one that selects nothing in particular has to be meant.
    ///
    /// # Errors
    /// It is empty, and `--all` is missing; or both were given.
    pub(crate) fn filter_for_act(&self, all: bool) -> Result<DeadLetterFilter, Failure> {
        match (self.is_empty(), all) {
            (true, false) => Err(Failure::Usage(
                "no dead letters were selected\n  help: name an id or a filter such as `--subscription \
                 coaching/hold_slot`, or all of them with `--all`"
                    .to_owned(),
            )),
            (false, true) => Err(Failure::Usage(
                "`--all` and a filter contradict each other\n  help: leave one of them out".to_owned(),
            )),
            _ => Ok(self.filter()),
        }
    }
}
