//! The search: backwards through the log in windows of positions, for a limited time.
//!
//! The log has no index but on positions and ids, and another one would cost each publish. A window is read in the order
//! of the index. A time becomes a position by halving, because rows are inserted nearly in the order of their clocks; what
//! clocks may disagree by is looked at in addition, and each row is compared with the time itself.
//!
//! Where a search ends, it says how far it looked; nothing is left out in silence.

use std::time::Instant;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row};
use time::OffsetDateTime;
use time::macros::datetime;

use super::{EventFilter, EventPage, EventSummary, EventsError, Searched};
use crate::contract::id::TenantId;
use crate::contract::position::Position;
use crate::log::{EventLog, OUT_OF_ORDER};
use crate::operate::page_token;
use crate::operate::tenants::Tenants;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;

/// How many positions are read at once.
const WINDOW: i64 = 50_000;

/// A window is one short read: neither compiled nor shared among processes, whatever the planner thinks of the size of
/// the log.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL jit = off; \
                     SET LOCAL max_parallel_workers_per_gather = 0";

/// No event is older or newer than the log allows.
const EARLIEST: OffsetDateTime = datetime!(0001-01-01 00:00 UTC);
const LATEST: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

pub(super) async fn search(
    log: &EventLog,
    tenants: &Tenants,
    filter: &EventFilter,
) -> Result<EventPage, EventsError> {
    filter.check()?;
    let selection = filter.selection(tenants);
    let until = match &filter.next {
        Some(token) => Some(place(token, &selection).ok_or(EventsError::InvalidToken)?),
        None => None,
    };
    let wanted = Wanted::of(tenants, filter);
    if wanted.is_nothing() {
        return Ok(nothing());
    }
    let began = Instant::now();
    let mut tx = transaction::begin_with(log.pool(), BEGIN).await?;
    let floor = match wanted.from {
        Some(from) => {
            let from = from.saturating_sub(OUT_OF_ORDER);
            log.before(&mut tx, from, i64::MAX).await?
        }
        None => 0,
    };
    let upper = match (until, wanted.to) {
        (Some(until), _) => until,
        (None, Some(to)) => {
            let to = to.saturating_add(OUT_OF_ORDER);
            log.before(&mut tx, to, i64::MAX).await?
        }
        (None, None) => i64::MAX,
    };
    let mut walk = Walk {
        log,
        floor,
        upper,
        newest: None,
        events: Vec::new(),
    };
    loop {
        let goes_on = walk.read_window(&mut tx, &wanted, filter.limit).await?;
        if !goes_on || began.elapsed() >= filter.look_for {
            break;
        }
    }
    let page = walk.page(&mut tx, &selection).await?;
    tx.rollback().await?;
    Ok(page)
}

/// The part of the log that is still to be looked at: after `floor`, up to `upper`.
struct Walk<'a> {
    log: &'a EventLog,
    floor: i64,
    upper: i64,
    /// The newest position that was looked at.
    newest: Option<i64>,
    events: Vec<EventSummary>,
}

impl Walk<'_> {
    /// Looks at the next window. Returns whether there may be more, and there is room for it.
    async fn read_window(
        &mut self,
        connection: &mut PgConnection,
        wanted: &Wanted<'_>,
        limit: u16,
    ) -> Result<bool, sqlx::Error> {
        // Over gaps: where positions were handed out and not used, or retention has removed the events.
        let last = self.log.last_event(&mut *connection, self.upper).await?;
        let Some(upper) = last.map(|last| last.position) else {
            self.upper = self.floor;
            return Ok(false);
        };
        if upper <= self.floor {
            self.upper = self.floor;
            return Ok(false);
        }
        self.newest.get_or_insert(upper);
        let lower = (upper - WINDOW).max(self.floor);
        let room = i64::from(limit) - i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let read = wanted.bind(&self.log.searches.search_events, lower, upper, room);
        let rows = read.fetch_all(connection).await?;
        for row in &rows {
            self.events.push(EventSummary::from_row(row)?);
        }
        if self.events.len() >= usize::from(limit) {
            // What follows the last one has not been looked at.
            let last = self.events.last().map(|last| i64::from(last.position));
            self.upper = last.map_or(lower, |position| position - 1);
            return Ok(false);
        }
        self.upper = lower;
        Ok(lower > self.floor)
    }

    async fn page(
        self,
        connection: &mut PgConnection,
        selection: &impl std::fmt::Debug,
    ) -> Result<EventPage, sqlx::Error> {
        let rest = self.log.last_event(&mut *connection, self.upper).await?;
        let is_complete = rest.is_none_or(|rest| rest.position <= self.floor);
        let oldest = self.log.statements.read_next_event.query().bind(self.upper);
        let oldest = oldest.fetch_optional(connection).await?;
        let from = self.newest.unwrap_or_default();
        let (mut to, mut back_to) = (from, None);
        if let Some(row) = oldest.filter(|_| self.newest.is_some()) {
            to = row.try_get("position")?;
            back_to = Some(row.try_get("inserted_at")?);
        }
        let next =
            (!is_complete).then(|| page_token::seal(&format!("{:x}", self.upper), selection));
        Ok(EventPage {
            events: self.events,
            searched: Searched {
                from: from.into(),
                to: to.into(),
                back_to,
                is_complete,
            },
            next,
        })
    }
}

/// Of no tenant, or with a text that the log cannot hold.
fn nothing() -> EventPage {
    EventPage {
        events: Vec::new(),
        searched: Searched {
            from: 0.into(),
            to: 0.into(),
            back_to: None,
            is_complete: true,
        },
        next: None,
    }
}

fn place(token: &str, selection: &impl std::fmt::Debug) -> Option<i64> {
    i64::from_str_radix(page_token::open(token, selection)?, 16).ok()
}

pub(super) async fn tail(
    log: &EventLog,
    tenants: &Tenants,
    after: Option<Position>,
    filter: &EventFilter,
) -> Result<(Vec<EventSummary>, Position), EventsError> {
    filter.check()?;
    let wanted = Wanted::of(tenants, filter);
    let mut tx = transaction::begin(log.pool()).await?;
    let (_, horizon) = log.horizon_in(&mut tx).await?;
    let Some(after) = after.map(i64::from) else {
        tx.rollback().await?;
        return Ok((Vec::new(), horizon.into()));
    };
    // Over gaps.
    let next = log.next_event(&mut tx, after).await?;
    let Some(next) = next.filter(|next| *next <= horizon) else {
        tx.rollback().await?;
        return Ok((Vec::new(), after.max(horizon).into()));
    };
    let until = horizon.min(next.saturating_add(WINDOW - 1));
    if wanted.is_nothing() {
        tx.rollback().await?;
        return Ok((Vec::new(), until.into()));
    }
    let limit = i64::from(filter.limit);
    let read = wanted.bind(&log.searches.tail_events, next - 1, until, limit);
    let rows = read.fetch_all(&mut *tx).await?;
    tx.rollback().await?;
    let events = rows.iter().map(EventSummary::from_row);
    let events: Vec<_> = events.collect::<Result<_, _>>()?;
    let is_full = events.len() >= usize::from(filter.limit);
    let last = events.last().filter(|_| is_full);
    let position = last.map_or(until.into(), |last| last.position);
    Ok((events, position))
}

/// What is looked for, as the statements take it.
struct Wanted<'a> {
    event_type: Option<&'a str>,
    subject: Option<&'a str>,
    tenants: Option<Vec<&'a str>>,
    from: Option<OffsetDateTime>,
    to: Option<OffsetDateTime>,
}

impl<'a> Wanted<'a> {
    fn of(tenants: &'a Tenants, filter: &'a EventFilter) -> Self {
        let within = |at: OffsetDateTime| at.clamp(EARLIEST, LATEST);
        let tenants = match &filter.tenant {
            Some(tenant) if tenants.has(tenant.as_str()) => Some(vec![TenantId::as_str(tenant)]),
            Some(_) => Some(Vec::new()),
            None => tenants.ids(),
        };
        Self {
            event_type: filter.event_type.as_deref(),
            subject: filter.subject.as_deref(),
            tenants,
            from: filter.from.map(within),
            to: filter.to.map(within),
        }
    }

    /// Whether no event can be wanted: of no tenant, or with a text that the log cannot hold.
    fn is_nothing(&self) -> bool {
        let texts = [self.event_type, self.subject].into_iter().flatten();
        self.tenants.as_ref().is_some_and(Vec::is_empty)
            || texts.into_iter().any(|text| text.contains('\0'))
    }

    fn bind<'q>(
        &'q self,
        statement: &Statement,
        after: i64,
        until: i64,
        limit: i64,
    ) -> Query<'q, Postgres, PgArguments> {
        statement
            .query()
            .bind(after)
            .bind(until)
            .bind(self.event_type)
            .bind(self.subject)
            .bind(&self.tenants)
            .bind(self.from)
            .bind(self.to)
            .bind(limit)
    }
}
