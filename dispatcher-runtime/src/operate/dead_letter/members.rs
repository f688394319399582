//! The start of a redrive (D1 of `migrations/0009_create_redrives.sql`): its members are chosen, once and for all.
//!
//! All of it is one transaction. The letters are locked in one order, so that of two operators one comes first and the other
//! finds what it left; an attempt that came second is in the audit too. The letters are only marked, and what orders events is
//! done by the consumer, under its lease; so cursors are shared, which passes do not notice, and which puts the start before or
//! after the removal of a subscription.

use serde_json::Value;
use serde_json::value::RawValue;
use sqlx::{PgConnection, Row};

use super::DeadLetters;
use super::filter::{Selection, tenant_ids};
use crate::contract::id::RedriveId;
use crate::operate::actor::Actor;
use crate::postgres::transaction;

/// Whether the gate would refuse the payload of an event type and version again.
pub(crate) type RefusesAgain<'a> = &'a (dyn Fn(&str, i32, &Value) -> bool + Send + Sync);

/// What a redrive is started with.
pub(crate) struct StartOfRedrive<'a> {
    pub(crate) selection: &'a Selection,
    pub(crate) expected: Option<u64>,
    pub(crate) per_second: f64,
    /// `None`: what the gate would refuse again is redriven too.
    pub(crate) refuses: Option<RefusesAgain<'a>>,
    pub(crate) actor: Actor<'a>,
}

/// Why none was started.
pub(crate) enum NotStarted {
    /// There are other than the expected number.
    Changed {
        expected: u64,
        found: u64,
    },
    Nothing,
}

impl DeadLetters {
    /// Starts a redrive of the open letters that a selection has, and returns its id.
    pub(crate) async fn start_redrive(
        &self,
        start: &StartOfRedrive<'_>,
    ) -> Result<Result<RedriveId, NotStarted>, sqlx::Error> {
        let selection = start.selection.within(self.tenants.as_deref()).open();
        let mut tx = transaction::begin(&self.pool).await?;
        self.share_cursors(&mut tx, &selection).await?;
        let mut members = self.choose(&mut tx, &selection, false).await?;
        let found = u64::try_from(members.len()).unwrap_or(u64::MAX);
        let changed = start.expected.filter(|expected| *expected != found);
        if changed.is_none()
            && let Some(refuses) = start.refuses
        {
            let refused = self.refused(&mut tx, &selection, refuses).await?;
            members.retain(|id| refused.binary_search(id).is_err());
        }
        let not_started = match changed {
            Some(expected) => Some(NotStarted::Changed { expected, found }),
            None if members.is_empty() => Some(NotStarted::Nothing),
            None => None,
        };
        let words = start.selection.in_words();
        if let Some(not_started) = not_started {
            let what = format!("redrive {words}");
            self.note(&mut tx, start.actor, what, "nothing was changed")
                .await?;
            tx.commit().await?;
            return Ok(Err(not_started));
        }
        let redrive_id = RedriveId::generate();
        self.insert_redrive(&mut tx, &redrive_id, &members, &words, start)
            .await?;
        let what = format!("start redrive {redrive_id} of {words}");
        let outcome = format!("redriving {} dead letters", members.len());
        self.note(&mut tx, start.actor, what, &outcome).await?;
        tx.commit().await?;
        Ok(Ok(redrive_id))
    }

    async fn insert_redrive(
        &self,
        connection: &mut PgConnection,
        redrive_id: &RedriveId,
        members: &[String],
        words: &str,
        start: &StartOfRedrive<'_>,
    ) -> Result<(), sqlx::Error> {
        let actor = start.actor;
        self.statements
            .start_redrive
            .query()
            .bind(redrive_id.as_str())
            .bind(members)
            .bind(actor.name)
            .bind(actor.claimed)
            .bind(actor.why)
            .bind(words)
            .bind(tenant_ids(self.tenants.as_deref()))
            .bind(start.per_second)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Until this transaction ends, no subscription that the selection may have letters of is rewound, renamed or removed.
    async fn share_cursors(
        &self,
        connection: &mut PgConnection,
        selection: &Selection,
    ) -> Result<(), sqlx::Error> {
        let share = self.statements.share_cursors.query();
        share
            .bind(selection.consumer.as_deref())
            .bind(selection.subscription())
            .execute(connection)
            .await
            .map(drop)
    }

    /// The letters of a selection, locked, in the order of their ids; with `also_impossible` those that cannot be redriven too.
    pub(super) async fn choose(
        &self,
        connection: &mut PgConnection,
        selection: &Selection,
        also_impossible: bool,
    ) -> Result<Vec<String>, sqlx::Error> {
        let choose = selection.bind(self.statements.choose_members.query_once());
        let rows = choose.bind(also_impossible).fetch_all(connection).await?;
        rows.iter()
            .map(|row| row.try_get("dead_letter_id"))
            .collect()
    }

    /// The letters of a selection that the gate would refuse again, in the order of their ids. Only those are looked at that
    /// it has refused before.
    pub(crate) async fn refused(
        &self,
        connection: &mut PgConnection,
        selection: &Selection,
        refuses: RefusesAgain<'_>,
    ) -> Result<Vec<String>, sqlx::Error> {
        let (mut refused, mut after) = (Vec::new(), String::new());
        loop {
            let list = selection.bind(self.statements.list_doubtful_letters.query_once());
            let rows = list.bind(&after).fetch_all(&mut *connection).await?;
            let Some(last) = rows.last() else {
                return Ok(refused);
            };
            after = last.try_get("dead_letter_id")?;
            for row in &rows {
                let payload = payload(row.try_get("envelope")?);
                let (event_type, version) =
                    (row.try_get("event_type")?, row.try_get("schema_version")?);
                // What cannot be read is refused as well.
                if payload.is_none_or(|payload| refuses(event_type, version, &payload)) {
                    refused.push(row.try_get("dead_letter_id")?);
                }
            }
        }
    }
}

fn payload(envelope: &str) -> Option<Value> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        payload: Box<RawValue>,
    }
    let envelope: Envelope = serde_json::from_str(envelope).ok()?;
    serde_json::from_str(envelope.payload.get()).ok()
}
