//! Reading and ending dead letters.

use std::collections::BTreeSet;
use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgConnection, PgPool, Postgres, Row};

use super::filter::{Selection, narrowed, tenant_ids};
use super::page::{PAGE_BYTES, PageEnd};
use super::summary::DeadLetterSummary;
use super::{DeadLetter, DeadLetterError, DeadLetterFilter, DeadLetterPage, DeadLetterState};
use crate::contract::id::{DeadLetterId, TenantId};
use crate::operate::actor::Actor;
use crate::operate::statements::DeadLetterStatements;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;

/// How many letters one page of a narrow list looks through.
const LOOK: i64 = 20_000;

/// The dead letters of a table family, as an operator reads and ends them. Clones share the pool.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DeadLetterError> {
/// use dispatcher_runtime::{DeadLetterFilter, DeadLetters};
///
/// let dead_letters = DeadLetters::new(pool);
/// let filter = DeadLetterFilter::default().consumer("coaching");
/// for one in dead_letters.list(&filter).await?.dead_letters {
///     println!("{} failed {} times: {}", one.event_id, one.attempts, one.error);
///     dead_letters.resolve(&one.dead_letter_id, "mia", Some("refunded by hand")).await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct DeadLetters {
    pub(crate) pool: PgPool,
    pub(crate) statements: DeadLetterStatements,
    /// `None`: of every tenant.
    pub(crate) tenants: Option<Arc<BTreeSet<TenantId>>>,
}

impl DeadLetters {
    /// The dead letters of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            statements: DeadLetterStatements::new(&Family::default()),
            tenants: None,
        }
    }

    /// The dead letters of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            pool,
            statements: DeadLetterStatements::new(&Family::new(schema)?),
            tenants: None,
        })
    }

    /// The same, bound to the dead letters whose events are of these tenants: it neither lists nor changes others, and
    /// their ids are [`NotFound`](DeadLetterError::NotFound). Of no tenant, it has none. Binding again leaves the tenants
    /// that both name.
    ///
    /// ```no_run
    /// # async fn example(pool: sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
    /// use dispatcher_runtime::{DeadLetterFilter, DeadLetters};
    ///
    /// let north = DeadLetters::new(pool).for_tenants(["tnt_swim_north".parse()?]);
    /// println!("{} are open", north.list(&DeadLetterFilter::default()).await?.dead_letters.len());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn for_tenants(&self, tenants: impl IntoIterator<Item = TenantId>) -> Self {
        let tenants = tenants.into_iter().collect();
        Self {
            tenants: narrowed(self.tenants.as_deref(), Some(&tenants)).map(Arc::new),
            ..self.clone()
        }
    }

    /// A page of those that the filter selects, newest first.
    ///
    /// ```no_run
    /// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DeadLetterError> {
    /// use dispatcher_runtime::{DeadLetterFilter, DeadLetters};
    ///
    /// let dead_letters = DeadLetters::new(pool);
    /// let mut filter = DeadLetterFilter::default();
    /// loop {
    ///     let page = dead_letters.list(&filter).await?;
    ///     println!("{} more", page.dead_letters.len());
    ///     let Some(next) = page.next else { break };
    ///     filter = filter.next(next);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The filter's limit is 0; [`DeadLetterError::InvalidToken`]; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(&self, filter: &DeadLetterFilter) -> Result<DeadLetterPage, DeadLetterError> {
        filter.check()?;
        let selection = filter.selection.within(self.tenants.as_deref());
        let after = match &filter.next {
            Some(token) => Some(PageEnd::from_token(token, &selection)?),
            None => None,
        };
        let look_end = self.look_end(&selection, after.as_ref()).await?;
        let limit = i64::from(filter.limit);
        let query = self.page_of(&selection, limit, after.as_ref(), look_end.as_ref());
        let rows = query.fetch_all(&self.pool).await?;
        let has_next = match rows.last() {
            Some(last) => last.try_get::<Option<bool>, _>("has_next")?.is_some(),
            None => false,
        };
        let dead_letters = rows.iter().map(DeadLetterSummary::from_row);
        let dead_letters: Vec<_> = dead_letters.collect::<Result<_, _>>()?;
        let last = dead_letters.last().filter(|_| has_next);
        let end = last.map(PageEnd::of).or(look_end);
        Ok(DeadLetterPage {
            next: end.map(|end| end.token(&selection)),
            dead_letters,
        })
    }

    /// How far a narrow list looks for one page; `None` if to the end.
    async fn look_end(
        &self,
        selection: &Selection,
        after: Option<&PageEnd>,
    ) -> Result<Option<PageEnd>, sqlx::Error> {
        let Some(looked_through) = selection.looked_through() else {
            return Ok(None);
        };
        let row = looked_through
            .bind(self.statements.find_look_end.query_once())
            .bind(LOOK)
            .bind(after.map(|end| end.created_at))
            .bind(after.map(|end| end.dead_letter_id.as_str()))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| PageEnd::from_row(&row)).transpose()
    }

    /// The statement of a page. Each of the common lists has one of its own, which is prepared once.
    fn page_of(
        &self,
        selection: &Selection,
        limit: i64,
        after: Option<&PageEnd>,
        look_end: Option<&PageEnd>,
    ) -> Query<'static, Postgres, PgArguments> {
        let created_at = after.map(|end| end.created_at);
        let dead_letter_id = after.map(|end| end.dead_letter_id.to_string());
        let longest_error = i32::try_from(DeadLetterSummary::LONGEST_ERROR).unwrap_or(i32::MAX);
        if selection.is_narrow() {
            return selection
                .bind(self.statements.list_selected.query_once())
                .bind(limit)
                .bind(created_at)
                .bind(dead_letter_id)
                .bind(PAGE_BYTES)
                .bind(longest_error)
                .bind(look_end.map(|end| end.created_at))
                .bind(look_end.map(|end| end.dead_letter_id.to_string()));
        }
        let query = self.list_of(selection).query();
        let query = query
            .bind(limit)
            .bind(created_at)
            .bind(dead_letter_id)
            .bind(PAGE_BYTES)
            .bind(longest_error);
        let query = match &selection.consumer {
            Some(consumer) => query.bind(consumer),
            None => query,
        };
        match selection.tenant_ids() {
            Some(tenants) => query.bind(tenants),
            None => query,
        }
    }

    /// The oldest letters of a selection that can be redriven.
    pub(crate) async fn oldest(
        &self,
        selection: &Selection,
        limit: u16,
    ) -> Result<Vec<DeadLetterSummary>, sqlx::Error> {
        let longest_error = i32::try_from(DeadLetterSummary::LONGEST_ERROR).unwrap_or(i32::MAX);
        let rows = selection
            .bind(self.statements.list_oldest.query_once())
            .bind(i64::from(limit))
            .bind(longest_error)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(DeadLetterSummary::from_row).collect()
    }

    fn list_of(&self, selection: &Selection) -> &Statement {
        let statements = &self.statements;
        let of_tenants = selection.tenants.is_some();
        match (&selection.consumer, selection.include_resolved, of_tenants) {
            (None, false, false) => &statements.list_active,
            (None, true, false) => &statements.list_all,
            (Some(_), false, false) => &statements.list_active_of,
            (Some(_), true, false) => &statements.list_all_of,
            (None, false, true) => &statements.list_active_within,
            (None, true, true) => &statements.list_all_within,
            (Some(_), false, true) => &statements.list_active_of_within,
            (Some(_), true, true) => &statements.list_all_of_within,
        }
    }

    /// The dead letter of that id, with its envelope and its attempts.
    ///
    /// # Errors
    /// [`DeadLetterError::NotFound`], or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(&self, id: &DeadLetterId) -> Result<DeadLetter, DeadLetterError> {
        self.statements
            .get_dead_letter
            .query()
            .bind(id.as_str())
            .bind(tenant_ids(self.tenants.as_deref()))
            .fetch_optional(&self.pool)
            .await?
            .map(|row| DeadLetter::from_row(&row))
            .transpose()?
            .ok_or_else(|| DeadLetterError::NotFound(id.clone()))
    }

    /// Marks a dead letter as dealt with. That can be done once: of two operators, one wins. The event is
    /// not handled again; [`redrive`](Self::redrive) does that. If the dead letter holds its subject, the
    /// later events of the subject go on.
    ///
    /// # Errors
    /// [`DeadLetterError::AlreadyResolved`] says by whom; [`DeadLetterError::Redriving`]; [`DeadLetterError::NotFound`];
    /// [`DeadLetterError::Actor`] if `resolved_by` is blank, or it or the note has a control character, a line break
    /// included, or is too long; or the database failed.
    ///
    /// # Cancellation
    /// If the future is dropped the dead letter may or may not be resolved.
    pub async fn resolve(
        &self,
        id: &DeadLetterId,
        resolved_by: &str,
        note: Option<&str>,
    ) -> Result<DeadLetter, DeadLetterError> {
        self.resolve_as(id, Actor::new(resolved_by).because(note))
            .await
    }

    /// [`resolve`](Self::resolve), where the audit says more about who did it.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    ///
    /// # Cancellation
    /// As [`resolve`](Self::resolve).
    pub async fn resolve_as(
        &self,
        id: &DeadLetterId,
        actor: Actor<'_>,
    ) -> Result<DeadLetter, DeadLetterError> {
        actor.check()?;
        match self.end(id, actor).await? {
            Some(row) => Ok(DeadLetter::from_row(&row)?),
            None => Err(self.why_not(id).await?),
        }
    }

    /// Resolves, before or after a pass of the subscription that is under way, and writes it into the audit.
    async fn end(&self, id: &DeadLetterId, actor: Actor<'_>) -> Result<Option<PgRow>, sqlx::Error> {
        let tenants = tenant_ids(self.tenants.as_deref());
        let mut tx = transaction::begin(&self.pool).await?;
        let lock = self.statements.lock_letter.query().bind(id.as_str());
        lock.bind(&tenants).execute(&mut *tx).await?;
        let row = self
            .statements
            .resolve_dead_letter
            .query()
            .bind(id.as_str())
            .bind(actor.name)
            .bind(actor.why)
            .bind(actor.claimed)
            .bind(&tenants)
            .fetch_optional(&mut *tx)
            .await?;
        let what = format!("resolve dead letter {id}");
        let outcome = if row.is_some() {
            "resolved"
        } else {
            "nothing was changed"
        };
        self.note(&mut tx, actor, what, outcome).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Writes an act into the audit, in its transaction.
    pub(crate) async fn note(
        &self,
        connection: &mut PgConnection,
        actor: Actor<'_>,
        what: String,
        outcome: &str,
    ) -> Result<(), sqlx::Error> {
        self.statements
            .insert_audit
            .query()
            .bind(actor.name)
            .bind(actor.way)
            .bind(what)
            .bind(actor.why.unwrap_or_default())
            .bind(outcome)
            .bind(actor.claimed)
            .execute(connection)
            .await
            .map(drop)
    }

    /// Why a dead letter could not be resolved.
    pub(super) async fn why_not(
        &self,
        id: &DeadLetterId,
    ) -> Result<DeadLetterError, DeadLetterError> {
        let dead_letter = self.get(id).await?;
        Ok(match (dead_letter.resolved_by, dead_letter.resolved_at) {
            (Some(resolved_by), Some(resolved_at)) => DeadLetterError::AlreadyResolved {
                dead_letter_id: id.clone(),
                resolved_by,
                resolved_at,
            },
            _ if dead_letter.state == DeadLetterState::Redriving => DeadLetterError::Redriving {
                dead_letter_id: id.clone(),
            },
            // It was inserted between the two statements.
            _ => DeadLetterError::NotFound(id.clone()),
        })
    }
}
