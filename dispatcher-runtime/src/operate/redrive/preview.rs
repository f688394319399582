//! What a redrive would do, by the filter that starts it.

use std::cmp::Reverse;

use sqlx::Row;

use super::{RedriveError, RedrivePart, RedrivePreview, Redrives, refuses_again};
use crate::operate::contracts::KnownContracts;
use crate::operate::dead_letter::DeadLetterFilter;
use crate::postgres::transaction;

/// How many samples a preview has.
const SAMPLES: u16 = 5;

impl Redrives {
    /// What a redrive of the dead letters that the filter selects would do. The filter's limit and page do not count.
    /// Without contracts, `refused` is 0.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn preview(
        &self,
        filter: &DeadLetterFilter,
        contracts: Option<&KnownContracts>,
    ) -> Result<RedrivePreview, RedriveError> {
        let selection = filter.selection.within(self.tenants()).open();
        let statement = &self.letters.statements.preview_redrive;
        let rows = selection.bind(statement.query_once());
        let rows = rows.fetch_all(&self.letters.pool).await?;
        let mut preview = RedrivePreview {
            total: 0,
            subjects: 0,
            oldest: None,
            refused: 0,
            impossible: 0,
            parts: Vec::new(),
            samples: Vec::new(),
        };
        for row in &rows {
            let number = |column| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
            let Some(consumer) = row.try_get("consumer")? else {
                preview.total = number("letters")?;
                preview.impossible = number("impossible")?;
                preview.subjects = number("subjects")?;
                preview.oldest = row.try_get("oldest")?;
                continue;
            };
            preview.parts.push(RedrivePart {
                consumer,
                subscription: row.try_get("subscription")?,
                event_type: row.try_get("event_type")?,
                dead_letters: number("letters")?,
            });
        }
        preview.parts.retain(|part| part.dead_letters > 0);
        preview.parts.sort_by_key(|part| Reverse(part.dead_letters));
        if let Some(contracts) = contracts {
            let mut tx = transaction::begin(&self.letters.pool).await?;
            let refuses = refuses_again(contracts);
            let refused = self.letters.refused(&mut tx, &selection, &refuses).await?;
            tx.rollback().await?;
            preview.refused = u64::try_from(refused.len()).unwrap_or(u64::MAX);
        }
        preview.samples = self.letters.oldest(&selection, SAMPLES).await?;
        Ok(preview)
    }
}
