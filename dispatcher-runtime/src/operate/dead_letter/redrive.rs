//! Redrive: a dead letter is handled again, by the subscription that gave it up.
//!
//! The event goes where events wait for their next attempt, due now and as if it had never been
//! tried, and its dead letter is resolved in the same statement; so it is waiting, handled or a new
//! dead letter, and never nothing. A lock on the subscription's cursors puts it before or after a pass
//! that settles another event of the subject (`sql/lock_letter.sql`).

use super::{DeadLetter, DeadLetterFilter, DeadLetters, database};
use crate::contract::id::DeadLetterId;
use crate::operate::dead_letter::DeadLetterError;

impl DeadLetters {
    /// Has the event handled again, with all its attempts, by the subscription that gave it up. The
    /// dead letter is resolved by that, once: of two operators, one wins. Should the event fail
    /// again, it becomes another dead letter.
    ///
    /// Later events of its subject that were handled meanwhile stay handled; those that are to come
    /// wait for it. A running consumer takes it up at once, and otherwise the next one that starts.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), and [`DeadLetterError::EventGone`] if its event is no longer in
    /// the log of this database.
    ///
    /// # Cancellation
    /// If the future is dropped the event may or may not be handled again.
    pub async fn redrive(
        &self,
        id: &DeadLetterId,
        redriven_by: &str,
        note: Option<&str>,
    ) -> Result<DeadLetter, DeadLetterError> {
        if redriven_by.trim().is_empty() {
            return Err(DeadLetterError::NoOperator);
        }
        let note = match note {
            Some(note) => format!("redriven: {note}"),
            None => "redriven".to_owned(),
        };
        let statement = &self.statements.redrive_dead_letter;
        match self.end(statement, id, redriven_by, Some(&note)).await {
            Ok(Some(row)) => DeadLetter::from_row(&row).map_err(database),
            Ok(None) => Err(self.why_not(id).await?),
            Err(error) if is_event_gone(&error) => Err(DeadLetterError::EventGone {
                dead_letter_id: id.clone(),
                position: self.get(id).await?.position,
            }),
            Err(error) => Err(database(error)),
        }
    }

    /// Redrives those that the filter finds and that are not resolved, the oldest event first. What
    /// somebody else resolves meanwhile, or whose event is gone, is left out. What comes back are
    /// those that were redriven.
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
    /// [`DeadLetterError::NoOperator`], or the database failed; those before are redriven then.
    ///
    /// # Cancellation
    /// If the future is dropped some may have been redriven.
    pub async fn redrive_all(
        &self,
        filter: &DeadLetterFilter,
        redriven_by: &str,
        note: Option<&str>,
    ) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let filter = filter.clone().include_resolved(false);
        let mut found = self.list(&filter).await?;
        found.sort_unstable_by_key(|dead_letter| dead_letter.position);
        let mut redriven = Vec::with_capacity(found.len());
        for dead_letter in found {
            let id = &dead_letter.dead_letter_id;
            match self.redrive(id, redriven_by, note).await {
                Ok(dead_letter) => redriven.push(dead_letter),
                Err(
                    DeadLetterError::AlreadyResolved { .. } | DeadLetterError::EventGone { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(redriven)
    }
}

/// The log keeps what waits, so what is not in the log cannot wait.
fn is_event_gone(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.constraint() == Some("dispatcher_retry_log_position_fkey"))
}
