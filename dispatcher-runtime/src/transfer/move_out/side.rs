//! One of the two databases: how it is named, what it has of the domain, and what is written there.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};
use time::OffsetDateTime;

use super::error::MoveError;
use super::marks::{Mark, PauseRow};
use super::stage::{MoveStage, stage_of};
use crate::log::EventLog;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::postgres::transaction;
use crate::transfer::statements::{FindMoveStatements, MoveStatements};

/// One of the two databases of a move.
#[derive(Clone, Debug)]
#[must_use]
pub struct Side {
    pool: PgPool,
    family: Family,
}

/// Columns of a pause: when, who, why.
pub(super) type Columns<'a> = (Option<OffsetDateTime>, Option<&'a str>, Option<&'a str>);

/// A database whose tables were found.
pub(super) struct Open {
    pub(super) pool: PgPool,
    pub(super) statements: MoveStatements,
    pub(super) log: EventLog,
    /// `database.schema@cluster`.
    pub(super) identity: String,
    pub(super) migration: Option<i64>,
    role: String,
    owner: String,
    is_owner: bool,
}

/// A subscription in one of the databases.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) name: String,
    pub(super) event_types: Vec<String>,
    pub(super) pause: Option<PauseRow>,
    /// Of its cursors, by partition.
    pub(super) positions: Vec<i64>,
    pub(super) began_at: i64,
    pub(super) is_remote: bool,
    pub(super) holders: i64,
    pub(super) waiting: i64,
    pub(super) dead_letters: i64,
    pub(super) redriving: i64,
}

/// Both databases, as they were read.
pub(super) struct Moving {
    pub(super) source: Open,
    pub(super) target: Open,
    pub(super) here: Vec<Subscription>,
    pub(super) there: Vec<Subscription>,
    stages: Vec<Option<MoveStage>>,
}

impl Side {
    /// The database of the pool, with the table family on the search path.
    pub fn new(pool: PgPool) -> Self {
        let family = Family::default();
        Self { pool, family }
    }

    /// The table family in that Postgres schema.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        let family = Family::new(schema)?;
        Ok(Self { pool, family })
    }

    pub(super) async fn open(&self) -> Result<Open, MoveError> {
        let find = FindMoveStatements::new(&self.family);
        let schema: String = match self.family.quoted_schema() {
            Some(quoted) => quoted.trim_matches('"').to_owned(),
            None => {
                let find = find.find_family.query();
                find.fetch_one(&self.pool).await?.try_get("schema")?
            }
        };
        let family = Family::new(&schema)?;
        let statements = MoveStatements::new(&family);
        let identify = statements.identify_database.query();
        let row = identify.fetch_one(&self.pool).await?;
        let (database, cluster): (String, String) =
            (row.try_get("database")?, row.try_get("cluster")?);
        Ok(Open {
            pool: self.pool.clone(),
            log: EventLog::of(self.pool.clone(), &family),
            statements,
            identity: format!("{database}.{schema}@{cluster}"),
            migration: row.try_get("migration")?,
            role: row.try_get("role")?,
            owner: row.try_get("owner")?,
            is_owner: row.try_get("is_owner")?,
        })
    }
}

impl Subscription {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let at: Option<OffsetDateTime> = row.try_get("paused_at")?;
        let by: Option<String> = row.try_get("paused_by")?;
        let reason = row.try_get("pause_reason")?;
        let positions: Option<Vec<i64>> = row.try_get("positions")?;
        let event_types: Option<Vec<String>> = row.try_get("event_types")?;
        Ok(Self {
            name: row.try_get("subscription")?,
            event_types: event_types.unwrap_or_default(),
            pause: at.zip(by).map(|(at, by)| PauseRow { at, by, reason }),
            positions: positions.unwrap_or_default(),
            began_at: row.try_get::<Option<i64>, _>("began_at")?.unwrap_or(0),
            is_remote: row.try_get("is_remote")?,
            holders: row.try_get("holders")?,
            waiting: row.try_get("waiting")?,
            dead_letters: row.try_get("dead_letters")?,
            redriving: row.try_get("redriving")?,
        })
    }

    pub(super) fn mark(&self) -> Mark {
        Mark::of(self.pause.as_ref())
    }

    pub(super) fn waits_for(&self, identity: &str) -> bool {
        self.mark() == Mark::WaitsFor(identity.to_owned())
    }

    /// Of its cursors; at the beginning, where it has none.
    pub(super) fn cursors(&self) -> Vec<i64> {
        if self.positions.is_empty() {
            vec![0]
        } else {
            self.positions.clone()
        }
    }

    /// The pause that it had before it was marked as moved.
    pub(super) fn former_pause(&self, identity: &str) -> Option<PauseRow> {
        match self.mark() {
            Mark::MovedTo(to, Some(reason)) if to == identity => {
                let pause = self.pause.clone()?;
                Some(PauseRow { reason, ..pause })
            }
            _ => None,
        }
    }

    /// Its event types without tenants; `None` where it has not said which: all.
    pub(super) fn types(&self) -> Option<Vec<String>> {
        let types = self.event_types.iter();
        let types = types.filter_map(|it| it.split(" of ").next());
        let mut types: Vec<_> = types.map(str::to_owned).collect();
        types.dedup();
        (!types.is_empty()).then_some(types)
    }
}

pub(super) fn columns(pause: Option<&PauseRow>) -> Columns<'_> {
    match pause {
        Some(pause) => (Some(pause.at), Some(&pause.by), pause.reason.as_deref()),
        None => (None, None, None),
    }
}

impl Moving {
    pub(super) async fn read(
        source: Open,
        target: Open,
        consumer: &str,
    ) -> Result<Self, MoveError> {
        let here = source.subscriptions_now(consumer).await?;
        let there = target.subscriptions_now(consumer).await?;
        let mut moving = Self {
            source,
            target,
            here,
            there,
            stages: Vec::new(),
        };
        let mut stages = Vec::new();
        for mine in &moving.here {
            stages.push(moving.stage(Some(mine), moving.at_target(&mine.name))?);
        }
        moving.stages = stages;
        Ok(moving)
    }

    pub(super) fn stage(
        &self,
        mine: Option<&Subscription>,
        theirs: Option<&Subscription>,
    ) -> Result<Option<MoveStage>, MoveError> {
        stage_of(
            (&self.source.identity, mine),
            (&self.target.identity, theirs),
        )
    }

    pub(super) fn at_target(&self, name: &str) -> Option<&Subscription> {
        self.there.iter().find(|theirs| theirs.name == name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.here.iter().map(|mine| mine.name.clone()).collect()
    }

    /// Each subscription of the source, with its stage.
    pub(super) fn staged(&self) -> impl Iterator<Item = (&Subscription, MoveStage)> {
        let stages = self.here.iter().zip(&self.stages);
        stages.filter_map(|(mine, stage)| Some((mine, (*stage)?)))
    }

    /// The stage of the subscription that is least far. None: there is no subscription.
    pub(super) fn least(&self) -> Option<MoveStage> {
        self.staged().map(|(_, stage)| stage).min()
    }

    /// How far the furthest partition of those at that stage has read.
    pub(super) fn furthest(&self, stage: MoveStage) -> i64 {
        let those = self.staged().filter(|(_, it)| *it == stage);
        let positions = those.flat_map(|(mine, _)| mine.positions.iter().copied());
        positions.max().unwrap_or(0)
    }

    pub(super) fn not_started(&self, consumer: &str) -> Vec<String> {
        let problem = match self.least() {
            None => format!(
                "{consumer} has no subscription in the source {}",
                self.source.identity
            ),
            Some(MoveStage::Interrupted) => "a way back was interrupted: start the move again, or go back".to_owned(),
            _ => "the move was not started: start it first, so that the target keeps the events that the mirror brings"
                .to_owned(),
        };
        vec![problem]
    }
}

impl Open {
    /// That the role cannot move anything here, where `side` is `source` or `target`. A move writes what else only several
    /// roles together may write, and leaves no row that a policy would let one of them see as its own.
    pub(super) fn not_owned(&self, side: &str) -> Option<String> {
        (!self.is_owner).then(|| {
            format!(
                "the role \"{}\" does not own the tables of the {side}, {}: connect there as their owner, \"{}\", or as a \
                 member of it",
                self.role, self.identity, self.owner
            )
        })
    }

    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>, MoveError> {
        let mut tx = transaction::begin(&self.pool).await?;
        // A delivery that commits is waited for; a session that never ends is not.
        sqlx::query("SET LOCAL lock_timeout = '30s'")
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    pub(super) async fn lock_registration(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), MoveError> {
        let lock = self.statements.lock_subscription.query();
        let lock = lock.bind(consumer.to_owned()).bind(subscription.to_owned());
        lock.execute(connection).await?;
        Ok(())
    }

    pub(super) async fn lock(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
    ) -> Result<(), MoveError> {
        let lock = self.statements.lock_moving.query();
        lock.bind(consumer.to_owned()).execute(connection).await?;
        Ok(())
    }

    pub(super) async fn subscriptions(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
    ) -> Result<Vec<Subscription>, MoveError> {
        let list = self.statements.list_moving.query();
        let list = list.bind(consumer.to_owned());
        let rows = list.fetch_all(connection).await?;
        let rows = rows.iter().map(Subscription::from_row);
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) async fn subscriptions_now(
        &self,
        consumer: &str,
    ) -> Result<Vec<Subscription>, MoveError> {
        let mut connection = transaction::acquire(&self.pool).await?;
        self.subscriptions(&mut connection, consumer).await
    }

    pub(super) async fn mark(
        &self,
        connection: &mut PgConnection,
        (consumer, subscription): (&str, &Subscription),
        (at, who, reason): Columns<'_>,
    ) -> Result<(), MoveError> {
        let mark = self.statements.mark_moving.query();
        let mark = mark.bind(consumer.to_owned()).bind(&*subscription.name);
        let mark = mark.bind(&subscription.event_types).bind(at);
        mark.bind(who).bind(reason).execute(connection).await?;
        Ok(())
    }

    pub(super) async fn void(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), MoveError> {
        let void = self.statements.void_all_leases.query();
        let void = void.bind(consumer.to_owned()).bind(subscription);
        void.execute(connection).await?;
        Ok(())
    }

    /// Its cursors and what waits go.
    pub(super) async fn clear(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), MoveError> {
        let clear = self.statements.clear_moved.query();
        let clear = clear.bind(consumer.to_owned()).bind(subscription);
        clear.execute(connection).await?;
        Ok(())
    }

    /// What waits goes, and the log keeps no events for its cursors.
    pub(super) async fn leave(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        subscription: &str,
    ) -> Result<(), MoveError> {
        let leave = self.statements.leave_moved.query();
        let leave = leave.bind(consumer.to_owned()).bind(subscription);
        leave.execute(connection).await?;
        Ok(())
    }

    pub(super) async fn resolve(
        &self,
        connection: &mut PgConnection,
        (consumer, subscription): (&str, &str),
        (who, note): (&str, &str),
    ) -> Result<(), MoveError> {
        let resolve = self.statements.resolve_moved.query();
        let resolve = resolve.bind(consumer.to_owned()).bind(subscription);
        resolve.bind(who).bind(note).execute(connection).await?;
        Ok(())
    }

    /// Cursors at the beginning of the log, as many as the source has: the log keeps its events for them.
    pub(super) async fn begin_anew(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        mine: &Subscription,
    ) -> Result<(), MoveError> {
        self.clear(&mut *connection, consumer, &mine.name).await?;
        let cursor = super::walk::NewCursor::default();
        self.set_cursors(connection, consumer, mine, &cursor).await
    }

    pub(super) async fn set_cursors(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        mine: &Subscription,
        cursor: &super::walk::NewCursor,
    ) -> Result<(), MoveError> {
        let partitions = i32::try_from(mine.positions.len().max(1)).unwrap_or(1);
        let now: OffsetDateTime = {
            let clock = self.statements.read_clock.query();
            clock.fetch_one(&mut *connection).await?.try_get("now")?
        };
        let anchor = cursor.anchor.as_ref();
        let insert = self.statements.insert_partitions.query();
        let insert = insert.bind(consumer.to_owned()).bind(&*mine.name);
        let insert = insert.bind(partitions).bind(cursor.position);
        let insert = insert.bind(now).bind(false);
        insert
            .bind(anchor.map(|anchor| anchor.position))
            .bind(anchor.map(|anchor| &anchor.event_id))
            .bind(anchor.map(|anchor| anchor.inserted_at))
            .bind(cursor.began_at)
            .execute(connection)
            .await?;
        Ok(())
    }

    pub(super) async fn audit(
        &self,
        connection: &mut PgConnection,
        (who, way, what, why, outcome): (&str, &str, &str, &str, &str),
    ) -> Result<(), MoveError> {
        let audit = self.statements.insert_audit.query();
        let audit = audit.bind(who.to_owned()).bind(way).bind(what);
        let audit = audit.bind(why).bind(outcome).bind(None::<&str>);
        audit.execute(connection).await?;
        Ok(())
    }
}
