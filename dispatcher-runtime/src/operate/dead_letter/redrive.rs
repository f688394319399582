//! Redrive: the event of a dead letter is handled again, by the subscription that gave up on it.
//!
//! Each is a redrive as [`Redrives`](crate::Redrives) starts them, of one letter or of those of a list; the steps are those of
//! `migrations/0009_create_redrives.sql`.

use sqlx::Row;

use super::filter::Selection;
use super::members::{NotStarted, StartOfRedrive};
use super::{DeadLetter, DeadLetterFilter, DeadLetterState, DeadLetterSummary, DeadLetters};
use crate::contract::id::DeadLetterId;
use crate::operate::actor::Actor;
use crate::operate::dead_letter::DeadLetterError;

/// How many events are handed to consumers in a second at most, where nothing else is said.
pub(crate) const PER_SECOND: f64 = 50.0;

impl DeadLetters {
    /// Has the event handled again, with all its attempts, by the subscription that gave up on it. The dead letter is
    /// *redriving* until then. If the event is handled, it is resolved by the operator; if the event fails again, it is open
    /// again, with the new attempts appended. Of two operators, one wins.
    ///
    /// Later events of its subject that were handled meanwhile stay handled; those that are still to come
    /// wait for it, once a consumer has taken it over. A running consumer handles it at once, otherwise the next one that starts does. Where retention has
    /// removed the event, the envelope of the dead letter is handled; where that was not kept whole, the event fails again, and
    /// the dead letter says so.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve); [`DeadLetterError::Erased`] if its payload was erased; and
    /// [`DeadLetterError::NoSubscription`] if its subscription was removed.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, the event may or may not be handled again.
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
        let selection = Selection::of(vec![id.to_string()]);
        let start = StartOfRedrive {
            selection: &selection,
            expected: None,
            per_second: PER_SECOND,
            refuses: None,
            actor,
        };
        match self.start_redrive(&start).await? {
            Ok(_) => self.get(id).await,
            Err(_) => Err(match self.why_not(id).await? {
                DeadLetterError::NotFound(_) => self.why_not_redriven(id).await?,
                error => error,
            }),
        }
    }

    /// Starts one redrive of the dead letters that the filter selects and that are open, as many as its limit allows, and
    /// returns them, the oldest event first. Dead letters that another operator resolves or redrives meanwhile, or whose
    /// subscription is gone, or whose payload was erased, are left out.
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
    /// another list, or the database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of them are redriven or none.
    pub async fn redrive_all(
        &self,
        filter: &DeadLetterFilter,
        redriven_by: &str,
        note: Option<&str>,
    ) -> Result<Vec<DeadLetterSummary>, DeadLetterError> {
        let actor = Actor::new(redriven_by).because(note);
        actor.check()?;
        let filter = filter.clone().include_resolved(false);
        let listed = self.list_pages(filter).await?;
        let open = listed
            .iter()
            .filter(|letter| letter.state == DeadLetterState::Open)
            .map(|letter| letter.dead_letter_id.to_string())
            .collect();
        let selection = Selection::of(open);
        let start = StartOfRedrive {
            selection: &selection,
            expected: None,
            per_second: PER_SECOND,
            refuses: None,
            actor,
        };
        let redrive_id = match self.start_redrive(&start).await? {
            Ok(redrive_id) => redrive_id,
            Err(NotStarted::Changed { .. } | NotStarted::Nothing) => return Ok(Vec::new()),
        };
        let members = self.statements.list_redrive_items.query();
        let rows = members
            .bind(redrive_id.as_str())
            .fetch_all(&self.pool)
            .await?;
        let mut redriven = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: &str = row.try_get("dead_letter_id")?;
            let of_id = |letter: &&DeadLetterSummary| letter.dead_letter_id.as_str() == id;
            redriven.extend(listed.iter().find(of_id).map(|letter| DeadLetterSummary {
                state: DeadLetterState::Redriving,
                redrive_id: Some(redrive_id.clone()),
                ..letter.clone()
            }));
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

    /// Why a dead letter that is open was not redriven.
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
