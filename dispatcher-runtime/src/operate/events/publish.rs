//! Publishing an event for an operator: the gate of the contracts here, and what the database checks on its own.
//!
//! The event and what the audit says of it are one transaction, in the database of the log.

use std::fmt::Write;

use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::PgDatabaseError;
use time::OffsetDateTime;

use super::given::Given;
use super::refusal::{EventFault, RefusedEvent};
use super::{EventSummary, EventsError};
use crate::contract::envelope::subject_of;
use crate::contract::gate::envelope::Fields;
use crate::contract::id::EventId;
use crate::contract::traceparent;
use crate::log::EventLog;
use crate::operate::actor::Actor;
use crate::operate::contracts::KnownContracts;
use crate::operate::tenants::Tenants;
use crate::postgres::transaction;

/// An event that the gate has let through.
pub(super) struct Draft {
    given: Given,
    schema_version: i32,
    producer: String,
    subject: Option<String>,
    actor: String,
    event_id: String,
    occurred_at: OffsetDateTime,
}

impl Draft {
    /// # Errors
    /// [`EventsError::Refused`].
    pub(super) fn read(
        event: &Value,
        contracts: &KnownContracts,
        tenants: &Tenants,
        actor: Actor<'_>,
    ) -> Result<Self, EventsError> {
        if contracts.is_empty() {
            let problem = "no contracts are known, so nothing says what the event has to be: push them to the \
                           database, or name them to this program";
            return Err(RefusedEvent::because(problem).into());
        }
        let given = Given::read(event).map_err(RefusedEvent::from)?;
        let schema_version = i32::try_from(given.schema_version).unwrap_or(i32::MAX);
        let faults = contracts.faults(
            &given.event_type,
            given.schema_version,
            given.producer.as_deref(),
        );
        let faults = faults.into_iter();
        let faults = faults.map(|(field, message)| EventFault::new(format!("/{field}"), message));
        let mut refusal = RefusedEvent::from(faults.collect::<Vec<_>>());
        if !tenants.has(&given.tenant_id) {
            let message = "the tenant is not one that this operator may see";
            refusal.faults.push(EventFault::new("/tenant_id", message));
        }
        let known = contracts.schema(&given.event_type, schema_version);
        let pointer = known.and_then(|(pointer, _)| pointer);
        let subject = match (&given.subject, pointer) {
            (Some(subject), _) => Some(subject.clone()),
            (None, Some(pointer)) => subject_of(&given.payload, pointer).map(|it| it.into_owned()),
            (None, None) => None,
        };
        if let Some(Err(report)) = known.map(|(_, schema)| schema.validate(&given.payload)) {
            refusal.add("/payload", &report);
        }
        let producer = given.producer.clone();
        let producer =
            producer.or_else(|| contracts.producer(&given.event_type).map(str::to_owned));
        let draft = Self {
            schema_version,
            producer: producer.unwrap_or_default(),
            subject,
            actor: match &given.actor {
                Some(actor) => actor.clone(),
                None => format!("operator:{}", actor.name),
            },
            event_id: match &given.event_id {
                Some(event_id) => event_id.clone(),
                None => EventId::generate().as_str().to_owned(),
            },
            occurred_at: given.occurred_at.unwrap_or_else(OffsetDateTime::now_utc),
            given,
        };
        // What an unknown event type's envelope lacks says nothing more.
        if refusal.is_empty() {
            draft.check_envelope(contracts, &mut refusal);
        }
        if refusal.is_empty() {
            return Ok(draft);
        }
        Err(refusal.into())
    }

    fn check_envelope(&self, contracts: &KnownContracts, refusal: &mut RefusedEvent) {
        let given = &self.given;
        let traceparent = given.traceparent.as_deref().and_then(traceparent::read);
        let fields = Fields {
            event_id: &self.event_id,
            event_type: &given.event_type,
            schema_version: self.schema_version.into(),
            occurred_at: self.occurred_at,
            tenant_id: &given.tenant_id,
            producer: &self.producer,
            subject: self.subject.as_deref(),
            actor: &self.actor,
            correlation_id: given.correlation_id.as_deref(),
            causation_id: given.causation_id.as_deref(),
            traceparent: traceparent.as_deref(),
            payload: &given.payload,
        };
        let refused = contracts.envelope_gate(&given.event_type).check(&fields);
        if let Err(report) = refused {
            return refusal.add("", &report);
        }
        // The database has no text with this character; what else it limits, it says itself.
        for (name, text) in [
            ("subject", self.subject.as_deref()),
            ("actor", Some(self.actor.as_str())),
            ("correlation_id", given.correlation_id.as_deref()),
            ("causation_id", given.causation_id.as_deref()),
        ] {
            if text.is_some_and(|text| text.contains('\0')) {
                let message = "it has the character U+0000, which the log cannot hold";
                refusal
                    .faults
                    .push(EventFault::new(format!("/{name}"), message));
            }
        }
    }
}

pub(super) async fn publish(
    log: &EventLog,
    draft: &Draft,
    actor: Actor<'_>,
) -> Result<EventSummary, EventsError> {
    let mut tx = transaction::begin(log.pool()).await?;
    let published = bind(log, draft).fetch_one(&mut *tx).await;
    let row = published.map_err(refused)?;
    let event_id: String = row.try_get("event_id")?;
    let outcome = if row.try_get("duplicate")? {
        "the log had it already"
    } else {
        "published"
    };
    let event_type = &draft.given.event_type;
    let audit = log.searches.insert_audit.query();
    audit
        .bind(actor.name)
        .bind(actor.way)
        .bind(format!("publish event {event_id} ({event_type})"))
        .bind(actor.why.unwrap_or_default())
        .bind(outcome)
        .bind(actor.claimed)
        .execute(&mut *tx)
        .await?;
    let find = log.searches.find_event.query().bind(event_id);
    let find = find.bind(None::<Vec<String>>);
    let event = EventSummary::from_row(&find.fetch_one(&mut *tx).await?)?;
    tx.commit().await?;
    Ok(event)
}

fn bind<'q>(
    log: &EventLog,
    draft: &'q Draft,
) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments> {
    let given = &draft.given;
    log.searches
        .publish_gated
        .query()
        .bind(&given.event_type)
        .bind(given.payload.to_string())
        .bind(&given.tenant_id)
        .bind(&draft.producer)
        .bind(&draft.subject)
        .bind(&draft.actor)
        .bind(&given.correlation_id)
        .bind(&given.causation_id)
        .bind(&given.traceparent)
        .bind(&draft.event_id)
        .bind(draft.schema_version)
        .bind(draft.occurred_at)
}

/// What the functions of the database refuse, with their remedies.
fn refused(error: sqlx::Error) -> EventsError {
    let database = error.as_database_error();
    let refusal = database
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
        // invalid_parameter_value, check_violation
        .filter(|error| matches!(error.code(), "22023" | "23514"));
    let Some(refusal) = refusal else {
        return error.into();
    };
    let mut text = refusal.message().to_owned();
    if let Some(hint) = refusal.hint() {
        // Writing to a string cannot fail.
        let _ = write!(text, ". {hint}");
    }
    RefusedEvent::because(text).into()
}
