//! Moving a domain out: its subscriptions go from one database to another, and the same way back.
//!
//! Events come into the other database by a relay and a mirror, with other positions. What a subscription has is carried over
//! by the ids of events.
//!
//! ```text
//! O1  prepare  target: a cursor at the beginning of the log, which keeps its events, and a pause that says "waits for …"
//! O2  pause    source: a pause that says "moved to …", and every lease is void
//! O3  carry    target: cursors, events that wait, dedup rows and open dead letters of the source; and the pause goes
//! O4  clear    source: its waiting events go, its dead letters are resolved, its cursors keep no events; the pause stays
//! ```
//!
//! Each step is one transaction in one database, and each asks, once its rows are locked, where both databases are. So a
//! move that was killed goes on where it ended, and an operator that was slow undoes nothing that another has done. There is
//! no state but the pauses: from O2 on the source does not work, and until O3 the target does not. O3 holds the rows of the
//! source while it reads them, so that no pause of it ends meanwhile. After O4 the pause still keeps an old replica from
//! working; and a way back is the same move with the two databases exchanged. `tests/protocols/move_out` has the model.
//!
//! Before O2 and O3 the mirror has to have brought every event that the source has handled. O3 reads the horizon of the
//! target first, and then what the source has not read: of what the target has up to that horizon, all else was handled.
//! Its cursor is set before the first event that was not, and what was handled beyond gets a dedup row.

mod carry;
mod error;
mod legs;
mod marks;
mod plan;
mod side;
mod stage;
mod walk;

use std::time::Duration;

pub use error::MoveError;
pub use plan::{MovePlan, MovingSubscription, Wire};
pub use side::Side;
pub use stage::MoveStage;

use legs::Wires;
use marks::{moved_to, waits_for};
use side::{Moving, Open};
use stage::{Step, step_of};

use crate::operate::actor::Actor;

/// How often the row of a mirror is looked at, while it has not caught up.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The move of a domain's subscriptions from one database to another.
///
/// Each act may be repeated, by several operators at the same time, and continues what was interrupted.
///
/// ```no_run
/// # async fn example(shared: sqlx::PgPool, own: sqlx::PgPool) -> Result<(), dispatcher_runtime::transfer::MoveError> {
/// use dispatcher_runtime::transfer::{MoveOut, Side};
///
/// let move_out = MoveOut::new(Side::new(shared), Side::new(own), "coaching");
/// println!("{:?}", move_out.plan().await?.problems);
/// move_out.start().await?;     // the mirror runs, and the consumers of the new database wait
/// move_out.switch().await?;    // they work, and those of the former one do not
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MoveOut {
    source: Side,
    target: Side,
    consumer: String,
    who: String,
    why: String,
    way: &'static str,
    patience: Duration,
}

impl MoveOut {
    /// Of the subscriptions of that domain.
    pub fn new(source: Side, target: Side, consumer: impl Into<String>) -> Self {
        Self {
            source,
            target,
            consumer: consumer.into(),
            who: "dispatcher".to_owned(),
            why: String::new(),
            way: "api",
            patience: Duration::from_secs(30),
        }
    }

    /// Who does it, and why: pauses and audits of both databases say so. Defaults to `dispatcher`.
    ///
    /// # Errors
    /// The name or the reason cannot be recorded.
    pub fn by(mut self, actor: Actor<'_>) -> Result<Self, MoveError> {
        actor.check()?;
        actor.name.clone_into(&mut self.who);
        actor.why.unwrap_or_default().clone_into(&mut self.why);
        self.way = actor.way;
        Ok(self)
    }

    /// How long the mirror may take to bring what the domain has handled, before it is refused. Defaults to 30 s.
    pub fn wait_for_mirror(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The same move the other way.
    fn reversed(&self) -> Self {
        Self {
            source: self.target.clone(),
            target: self.source.clone(),
            ..self.clone()
        }
    }

    /// Where the move is, what is in its way, and what it would carry.
    ///
    /// # Errors
    /// A database failed, or the two cannot be a source and a target at all.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn plan(&self) -> Result<MovePlan, MoveError> {
        let moving = self.look().await?;
        plan::plan(self, &moving).await
    }

    /// O1: prepares the target. Its consumers may be deployed from then on: they wait.
    ///
    /// # Errors
    /// [`MoveError::Refused`]: the plan has problems; or a database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It may or may not have been prepared. Call it again.
    pub async fn start(&self) -> Result<MovePlan, MoveError> {
        let moving = self.look().await?;
        if moving
            .least()
            .is_none_or(|stage| stage < MoveStage::Prepared)
        {
            let plan = plan::plan(self, &moving).await?;
            plan.refuse()?;
            self.prepare(&moving).await?;
        }
        self.plan().await
    }

    /// O2 alone: the source stops, and the target still waits. For what has to be copied while no handler of the domain writes:
    /// its own tables.
    ///
    /// # Errors
    /// As [`switch`](Self::switch).
    ///
    /// # Cancellation
    /// As [`switch`](Self::switch).
    pub async fn pause(&self) -> Result<MovePlan, MoveError> {
        let least = self.look().await?.least();
        if least.is_none_or(|stage| stage < MoveStage::Paused) {
            self.step().await?;
        }
        self.plan().await
    }

    /// O2 to O4: the source stops, and the target works from where that ended.
    ///
    /// # Errors
    /// [`MoveError::Refused`]: it was not started, or something is in the way; [`MoveError::NotCaughtUp`]; or a database
    /// failed. Where the source was paused already it stays so: call it again, or [`back`](Self::back).
    ///
    /// # Cancellation
    /// It is before or after one of its steps. Call it again.
    pub async fn switch(&self) -> Result<MovePlan, MoveError> {
        while self.step().await? != MoveStage::Moved {}
        self.plan().await
    }

    /// The next step of [`switch`](Self::switch), and where the move is after it.
    ///
    /// # Errors
    /// As [`switch`](Self::switch).
    ///
    /// # Cancellation
    /// As [`switch`](Self::switch).
    #[doc(hidden)]
    pub async fn step(&self) -> Result<MoveStage, MoveError> {
        let moving = self.look().await?;
        let stage = moving.least();
        match stage {
            Some(MoveStage::Prepared) => {
                plan::plan(self, &moving).await?.refuse()?;
                self.catch_up(&moving, MoveStage::Prepared).await?;
                self.pause_source(&moving).await?;
            }
            Some(MoveStage::Paused) => {
                plan::plan(self, &moving).await?.refuse()?;
                let wires = self.catch_up(&moving, MoveStage::Paused).await?;
                carry::carry(self, &moving, &wires).await?;
            }
            Some(MoveStage::Carried) => self.clear(&moving).await?,
            Some(MoveStage::Moved) => {}
            None | Some(MoveStage::NotStarted | MoveStage::Interrupted) => {
                return Err(MoveError::refused(moving.not_started(&self.consumer)));
            }
        }
        self.look().await?.least().ok_or_else(|| {
            let gone = format!("{} has no subscription any more", self.consumer);
            MoveError::refused(vec![gone])
        })
    }

    /// The way back, from wherever the move is: before the switch, the source goes on as before; after it, what the target
    /// has is carried back, by the same steps.
    ///
    /// # Errors
    /// As [`switch`](Self::switch).
    ///
    /// # Cancellation
    /// As [`switch`](Self::switch).
    pub async fn back(&self) -> Result<MovePlan, MoveError> {
        let stage = self.look().await?.least();
        match stage {
            Some(MoveStage::Prepared | MoveStage::Paused | MoveStage::Interrupted) => {
                self.cancel().await?;
            }
            Some(MoveStage::Carried | MoveStage::Moved) => {
                if stage == Some(MoveStage::Carried) {
                    self.step().await?;
                }
                let reversed = self.reversed();
                reversed.start().await?;
                reversed.switch().await?;
            }
            None | Some(MoveStage::NotStarted) => {
                // A way back that was interrupted.
                let reversed = self.reversed();
                if reversed.look().await?.least() > Some(MoveStage::Interrupted) {
                    reversed.switch().await?;
                }
            }
        }
        self.plan().await
    }

    async fn look(&self) -> Result<Moving, MoveError> {
        let source = self.source.open().await?;
        let target = self.target.open().await?;
        if source.identity == target.identity {
            let same = format!(
                "the source and the target are the same tables: {}",
                source.identity
            );
            return Err(MoveError::refused(vec![same]));
        }
        let not_owned = [source.not_owned("source"), target.not_owned("target")];
        let not_owned: Vec<_> = not_owned.into_iter().flatten().collect();
        if !not_owned.is_empty() {
            return Err(MoveError::refused(not_owned));
        }
        Moving::read(source, target, &self.consumer).await
    }

    /// O1.
    async fn prepare(&self, moving: &Moving) -> Result<(), MoveError> {
        let mut tx = moving.target.begin().await?;
        for name in moving.names() {
            moving
                .target
                .lock_registration(&mut tx, &self.consumer, &name)
                .await?;
        }
        moving.target.lock(&mut tx, &self.consumer).await?;
        let there = moving.target.subscriptions(&mut tx, &self.consumer).await?;
        // Another operator may have moved it since it was looked at, and nothing moves while the target is locked.
        let here = moving.source.subscriptions_now(&self.consumer).await?;
        let reason = waits_for(&moving.source.identity);
        let mut prepared = 0;
        for mine in &here {
            let theirs = there.iter().find(|theirs| theirs.name == mine.name);
            let stage = moving.stage(Some(mine), theirs)?;
            if !matches!(stage, Some(MoveStage::NotStarted | MoveStage::Interrupted)) {
                continue;
            }
            let pause = (None, Some(&*self.who), Some(&*reason));
            moving
                .target
                .mark(&mut tx, (&self.consumer, mine), pause)
                .await?;
            moving
                .target
                .begin_anew(&mut tx, &self.consumer, mine)
                .await?;
            prepared += 1;
        }
        let outcome = format!("prepared: {prepared} subscriptions wait for it");
        self.audit(&mut tx, moving, &moving.target, Step::Prepare, &outcome)
            .await?;
        Ok(tx.commit().await?)
    }

    /// O2.
    async fn pause_source(&self, moving: &Moving) -> Result<(), MoveError> {
        let mut tx = moving.source.begin().await?;
        moving.source.lock(&mut tx, &self.consumer).await?;
        let here = moving.source.subscriptions(&mut tx, &self.consumer).await?;
        // Another operator may have gone back while the mirror was waited for.
        let there = moving.target.subscriptions_now(&self.consumer).await?;
        let mut paused = 0;
        for mine in &here {
            let theirs = there.iter().find(|theirs| theirs.name == mine.name);
            if moving.stage(Some(mine), theirs)? != Some(MoveStage::Prepared) {
                continue;
            }
            let reason = moved_to(&moving.target.identity, mine.pause.as_ref());
            let (at, who) = match &mine.pause {
                Some(former) => (Some(former.at), &*former.by),
                None => (None, &*self.who),
            };
            let pause = (at, Some(who), Some(&*reason));
            moving
                .source
                .mark(&mut tx, (&self.consumer, mine), pause)
                .await?;
            moving
                .source
                .void(&mut tx, &self.consumer, &mine.name)
                .await?;
            paused += 1;
        }
        let outcome = format!("paused: {paused} subscriptions");
        self.audit(&mut tx, moving, &moving.source, Step::Pause, &outcome)
            .await?;
        Ok(tx.commit().await?)
    }

    /// O4.
    async fn clear(&self, moving: &Moving) -> Result<(), MoveError> {
        let mut tx = moving.source.begin().await?;
        moving.source.lock(&mut tx, &self.consumer).await?;
        let here = moving.source.subscriptions(&mut tx, &self.consumer).await?;
        let there = moving.target.subscriptions_now(&self.consumer).await?;
        let note = format!("moved to {}", moving.target.identity);
        let mut cleared = 0;
        for mine in &here {
            let theirs = there.iter().find(|theirs| theirs.name == mine.name);
            if moving.stage(Some(mine), theirs)? != Some(MoveStage::Carried) {
                continue;
            }
            moving
                .source
                .leave(&mut tx, &self.consumer, &mine.name)
                .await?;
            moving
                .source
                .resolve(&mut tx, (&self.consumer, &mine.name), (&self.who, &note))
                .await?;
            cleared += 1;
        }
        let outcome = format!("moved: {cleared} subscriptions");
        self.audit(&mut tx, moving, &moving.source, Step::Clear, &outcome)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Before O3: the target waits for nothing any more, and then the source goes on.
    async fn cancel(&self) -> Result<(), MoveError> {
        let moving = self.look().await?;
        let mut tx = moving.target.begin().await?;
        moving.target.lock(&mut tx, &self.consumer).await?;
        let there = moving.target.subscriptions(&mut tx, &self.consumer).await?;
        // A replica that runs there already must not begin by itself.
        let reason = moved_to(&moving.source.identity, None);
        for theirs in &there {
            if !theirs.waits_for(&moving.source.identity) {
                continue;
            }
            let pause = (None, Some(&*self.who), Some(&*reason));
            moving
                .target
                .mark(&mut tx, (&self.consumer, theirs), pause)
                .await?;
            moving
                .target
                .leave(&mut tx, &self.consumer, &theirs.name)
                .await?;
        }
        self.audit(&mut tx, &moving, &moving.target, Step::Cancel, "cancelled")
            .await?;
        tx.commit().await?;

        let mut tx = moving.source.begin().await?;
        moving.source.lock(&mut tx, &self.consumer).await?;
        let here = moving.source.subscriptions(&mut tx, &self.consumer).await?;
        let there = moving.target.subscriptions_now(&self.consumer).await?;
        for mine in &here {
            let theirs = there.iter().find(|theirs| theirs.name == mine.name);
            if moving.stage(Some(mine), theirs)? != Some(MoveStage::Interrupted) {
                continue;
            }
            let former = mine.former_pause(&moving.target.identity);
            let pause = side::columns(former.as_ref());
            moving
                .source
                .mark(&mut tx, (&self.consumer, mine), pause)
                .await?;
        }
        self.audit(&mut tx, &moving, &moving.source, Step::Cancel, "cancelled")
            .await?;
        Ok(tx.commit().await?)
    }

    /// Waits until the mirror has brought what the subscriptions of that stage have read.
    async fn catch_up(&self, moving: &Moving, stage: MoveStage) -> Result<Wires, MoveError> {
        let began = tokio::time::Instant::now();
        // A relay goes no further than the last event, and a cursor may.
        let read = moving.furthest(stage);
        let read = moving.source.log.end_up_to(read).await?;
        let mut wires = Wires::read(moving).await?;
        while let Some(problem) = wires.behind(read) {
            if began.elapsed() >= self.patience {
                return Err(MoveError::NotCaughtUp {
                    waited: self.patience,
                    problem,
                });
            }
            tokio::time::sleep(LOOK_EVERY).await;
            wires.look_again(moving, read).await?;
        }
        Ok(wires)
    }

    async fn audit(
        &self,
        connection: &mut sqlx::PgConnection,
        moving: &Moving,
        side: &Open,
        step: Step,
        outcome: &str,
    ) -> Result<(), MoveError> {
        let what = step_of(
            step,
            &self.consumer,
            &moving.source.identity,
            &moving.target.identity,
        );
        let audit = (&*self.who, self.way, &*what, &*self.why, outcome);
        side.audit(connection, audit).await
    }
}
