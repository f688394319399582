//! Redrive: the event of a dead letter is handled again, by the subscription that gave up on it.
//!
//! The event is queued where events wait for their next attempt, due now and with no attempts counted, and
//! its dead letter is resolved in the same statement; so it is always waiting, handled or a new dead
//! letter. A lock on the subscription's cursors puts it before or after a pass
//! that settles another event of the subject (`sql/lock_letter.sql`).

use sqlx::Row;

use super::act::Act;
use super::{DeadLetter, DeadLetterFilter, DeadLetterSummary, DeadLetters};
use crate::contract::id::DeadLetterId;
use crate::operate::actor::Actor;
use crate::operate::dead_letter::DeadLetterError;

impl DeadLetters {
    /// Queues the event to be handled again, with all its attempts, by the subscription that gave up on it.
    /// That resolves the dead letter, once: of two operators, one wins. If the event fails again, it
    /// becomes another dead letter.
    ///
    /// Later events of its subject that were handled meanwhile stay handled; those that are still to come
    /// wait for it. A running consumer handles it at once, otherwise the next one that starts does.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve); [`DeadLetterError::EventGone`] if its event is no longer in
    /// the log of this database; [`DeadLetterError::Erased`] if its payload was erased; and
    /// [`DeadLetterError::NoSubscription`] if its subscription was removed.
    ///
    /// # Cancellation
    /// If the future is dropped the event may or may not be handled again.
    pub async fn redrive(
        &self,
        id: &DeadLetterId,
        redriven_by: &str,
        note: Option<&str>,
    ) -> Result<DeadLetter, DeadLetterError> {
        self.redrive_as(id, Actor::new(redriven_by).because(note))
            .await
    }

    /// [`redrive`](Self::redrive), where the audit says more about who did it.
    ///
    /// # Errors
    /// As [`redrive`](Self::redrive).
    ///
    /// # Cancellation
    /// As [`redrive`](Self::redrive).
    pub async fn redrive_as(
        &self,
        id: &DeadLetterId,
        actor: Actor<'_>,
    ) -> Result<DeadLetter, DeadLetterError> {
        actor.check()?;
        match self.end(Act::Redrive, id, actor).await {
            Ok(Some(row)) => Ok(DeadLetter::from_row(&row)?),
            Ok(None) => Err(match self.why_not(id).await? {
                DeadLetterError::NotFound(_) => self.why_not_redriven(id).await?,
                error => error,
            }),
            Err(error) if is_event_gone(&error) => Err(DeadLetterError::EventGone {
                dead_letter_id: id.clone(),
                position: self.get(id).await?.position,
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Redrives the dead letters that the filter selects and that are not resolved, the oldest event first,
    /// and returns those that were redriven. Dead letters that another operator resolves meanwhile, or whose
    /// event or subscription is gone, or whose payload was erased, are left out.
    ///
    /// ```no_run
    /// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DeadLetterError> {
    /// use dispatcher_runtime::{DeadLetterFilter, DeadLetters};
    ///
    /// let filter = DeadLetterFilter::default().consumer("coaching").limit(1000);
    /// let dead_letters = DeadLetters::new(pool);
    /// let redriven = dead_letters.redrive_all(&filter, "mia", Some("the slots are back")).await?;
    /// println!("{} events are handled again", redriven.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`DeadLetterError::Actor`], the filter's limit is 0, its token is of
    /// another list, or the database failed; those before the failure are redriven.
    ///
    /// # Cancellation
    /// If the future is dropped some may have been redriven.
    pub async fn redrive_all(
        &self,
        filter: &DeadLetterFilter,
        redriven_by: &str,
        note: Option<&str>,
    ) -> Result<Vec<DeadLetterSummary>, DeadLetterError> {
        let filter = filter.clone().include_resolved(false);
        let mut found = self.list_pages(filter).await?;
        found.sort_unstable_by_key(|dead_letter| dead_letter.position);
        let mut redriven = Vec::with_capacity(found.len());
        for dead_letter in found {
            let id = &dead_letter.dead_letter_id;
            match self.redrive(id, redriven_by, note).await {
                Ok(dead_letter) => redriven.push(dead_letter.into()),
                Err(
                    DeadLetterError::AlreadyResolved { .. }
                    | DeadLetterError::EventGone { .. }
                    | DeadLetterError::Erased { .. }
                    | DeadLetterError::NoSubscription { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(redriven)
    }

    /// As many as the filter's limit allows, on as many pages as they need.
    pub(crate) async fn list_pages(
        &self,
        mut filter: DeadLetterFilter,
    ) -> Result<Vec<DeadLetterSummary>, DeadLetterError> {
        let mut found = Vec::new();
        loop {
            let page = self.list(&filter).await?;
            let listed = u16::try_from(page.dead_letters.len()).unwrap_or(u16::MAX);
            found.extend(page.dead_letters);
            filter.limit = filter.limit.saturating_sub(listed);
            match page.next {
                Some(next) if filter.limit > 0 => filter = filter.next(next),
                _ => return Ok(found),
            }
        }
    }

    /// Why a dead letter that is not resolved was not redriven.
    async fn why_not_redriven(
        &self,
        id: &DeadLetterId,
    ) -> Result<DeadLetterError, DeadLetterError> {
        // Not of another tenant.
        let dead_letter = self.get(id).await?;
        let read = self.statements.read_letter_erased_at.query();
        let row = read.bind(id.as_str()).fetch_optional(&self.pool).await?;
        let erased_at = row.map(|row| row.try_get("erased_at")).transpose()?;
        if let Some(erased_at) = erased_at.flatten() {
            return Ok(DeadLetterError::Erased {
                dead_letter_id: id.clone(),
                erased_at,
            });
        }
        Ok(DeadLetterError::NoSubscription {
            dead_letter_id: id.clone(),
            consumer: dead_letter.consumer,
            subscription: dead_letter.subscription,
        })
    }
}

/// Events that wait refer to the log, so an event that is not in the log cannot wait.
fn is_event_gone(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.constraint() == Some("dispatcher_retry_log_position_fkey"))
}
