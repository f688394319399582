//! Starting a consumer: what has to hold is checked, the cursors are registered, the tasks begin.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::claim::claim;
use super::lease::keeper::Keeper;
use super::lease::partitions::register;
use super::readiness::{find_family, probe, probe_log, verify_cursors};
use super::sweeper::Sweeper;
use super::{ConsumerBuilder, RunningConsumer};
use crate::consume::pass::{Bound, Settings};
use crate::consume::start_error::StartError;
use crate::consume::statements::ConsumeStatements;
use crate::consume::wake::Wake;
use crate::contract::payload::Domain;
use crate::log::EventLog;
use crate::log::standstill::StandstillWatcher;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
use crate::postgres::transaction;

/// A shorter one would be lost to every hiccup of the network.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);

impl<D: Domain, S: Clone + Send + Sync + 'static> ConsumerBuilder<D, S> {
    /// Checks the settings and the database, registers the cursors and starts the subscriptions.
    ///
    /// # Errors
    /// A setting is wrong, a handler is missing, or the database cannot be used; see
    /// [`StartError`].
    ///
    /// # Cancellation
    /// If the future is dropped nothing runs; cursors may have been registered.
    pub async fn start(self) -> Result<RunningConsumer, StartError> {
        self.check()?;
        let family = match &self.schema {
            Some(schema) => Family::new(schema)?,
            None => find_family(&self.pool).await?,
        };
        let is_remote = self.log.is_some();
        let log = match self.log {
            Some(log) => log,
            None => EventLog::of(self.pool.clone(), &family),
        };
        let notifies = probe_log(&log).await?;
        if !notifies {
            tracing::info!(
                consumer = D::NAME,
                poll_interval_ms =
                    u64::try_from(self.poll_interval.as_millis()).unwrap_or(u64::MAX),
                "the trigger dispatcher_event_notify is off: events are found by polling"
            );
        }
        let settings = Arc::new(Settings {
            consumer: D::NAME,
            batch_size: self.batch_size,
            batch_bytes: self.batch_bytes,
            poll_interval: self.poll_interval,
            // A redrive notifies in the consumer's own database, where nobody listens then.
            may_back_off: notifies && !is_remote,
            handler_timeout: self.handler_timeout,
            lease: self.lease,
            retry: self.retry,
            observers: self.observers,
            clock: self.clock,
            statements: ConsumeStatements::new(&family),
            standstill: StandstillWatcher::new(log.clone()),
            log,
            is_remote,
        });
        probe(&self.pool, &settings.statements).await?;
        let names: Vec<_> = self
            .subscriptions
            .iter()
            .map(|subscription| subscription.name)
            .collect();
        for subscription in &self.subscriptions {
            let (name, partitions) = (subscription.name, subscription.partitions);
            register(&self.pool, &settings, name, partitions, subscription.start)
                .await
                .map_err(database)?;
            let query = settings.statements.release_stranded.query();
            let query = query.bind(D::NAME).bind(name).bind(settings.clock.now());
            let mut connection = transaction::acquire(&self.pool).await.map_err(database)?;
            query.execute(&mut *connection).await.map_err(database)?;
        }
        verify_cursors(&self.pool, &settings, &names).await?;

        let (stop, stopping) = watch::channel(false);
        let (passes, passed) = watch::channel(0_u64);
        let state = Arc::new(self.state);
        let (wake, sleepers, alarm) = Wake::new();
        let subscriptions = self.subscriptions.into_iter().map(|subscription| {
            Arc::new(Bound {
                settings: Arc::clone(&settings),
                subscription,
                state: Arc::clone(&state),
                pool: self.pool.clone(),
            })
        });
        let keeper = Keeper::new(
            Arc::clone(&settings),
            self.pool.clone(),
            subscriptions.collect(),
            sleepers,
            passes,
            stopping.clone(),
        );
        let mut tasks = JoinSet::new();
        if is_remote {
            let (settings, pool) = (Arc::clone(&settings), self.pool.clone());
            tasks.spawn(claim(settings, pool, names.clone(), stopping.clone()));
        }
        if let Some(retention) = self.retention {
            let sweeper = Sweeper {
                consumer: D::NAME,
                family: EventLog::of(self.pool.clone(), &family),
                retention,
                stopping: stopping.clone(),
            };
            tasks.spawn(sweeper.run());
        }
        tasks.spawn(keeper.run());
        // Ends by itself when the keeper and its workers are gone.
        tasks.spawn(wake.run(settings.log.pool().clone()));
        tracing::info!(consumer = D::NAME, subscriptions = ?names, "the consumer has started");
        Ok(RunningConsumer {
            pool: self.pool,
            settings,
            names,
            alarm,
            stop,
            passed,
            tasks,
        })
    }

    /// Runs the consumer until `until` resolves, then finishes what is in flight and returns.
    ///
    /// ```no_run
    /// # use acme_contracts::Coaching;
    /// # use dispatcher_runtime::{Consumer, StartError};
    /// # async fn example(pool: sqlx::PgPool, until: impl Future<Output = ()>) -> Result<(), StartError> {
    /// Consumer::<Coaching>::builder(pool).run_until(until).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`start`](Self::start).
    ///
    /// # Cancellation
    /// If the future is dropped, subscriptions stop after the event that they are at.
    pub async fn run_until<F: Future>(self, until: F) -> Result<(), StartError> {
        let running = self.start().await?;
        until.await;
        running.stop().await;
        Ok(())
    }

    fn check(&self) -> Result<(), StartError> {
        let consumer = D::NAME;
        if self.subscriptions.is_empty() {
            return Err(StartError::NoHandlers { consumer });
        }
        let mut names = HashSet::new();
        for subscription in &self.subscriptions {
            if !names.insert(subscription.name) {
                return Err(StartError::DuplicateSubscription {
                    consumer,
                    subscription: subscription.name,
                });
            }
        }
        let invalid = |setting, value: String, expected| ConfigError::Invalid {
            setting,
            value,
            expected,
        };
        if self.batch_size == 0 {
            return Err(invalid("batch_size", "0".to_owned(), "at least 1 event").into());
        }
        if self.batch_bytes == 0 {
            return Err(invalid("batch_bytes", "0".to_owned(), "at least 1 byte").into());
        }
        if self.poll_interval.is_zero() {
            return Err(invalid(
                "poll_interval",
                "0 s".to_owned(),
                "longer than nothing, such as 5 s",
            )
            .into());
        }
        let connections = self.pool.options().get_max_connections();
        if self.lease < SHORTEST_LEASE {
            return Err(invalid(
                "lease",
                format!("{:?}", self.lease),
                "at least 100 ms, and long enough for a slow connection, such as 10 s",
            )
            .into());
        }
        let workers = self.subscriptions.iter().map(|subscription| {
            u32::from(subscription.concurrency) * u32::from(subscription.partitions)
        });
        let needed = workers.fold(2, u32::saturating_add);
        if connections < needed {
            return Err(StartError::PoolTooSmall {
                consumer,
                connections,
                needed,
            });
        }
        self.retry.check()?;
        let handled: HashSet<_> = self
            .subscriptions
            .iter()
            .flat_map(|subscription| subscription.event_types.iter().copied())
            .collect();
        let event_types: Vec<_> = D::registry()
            .consumed_by(consumer)
            .map(|event| event.event_type)
            .filter(|event_type| !handled.contains(event_type))
            .collect();
        if event_types.is_empty() {
            return Ok(());
        }
        if self.require_all_handlers {
            return Err(StartError::MissingHandlers {
                consumer,
                event_types,
            });
        }
        tracing::warn!(
            consumer,
            event_types = event_types.join(", "),
            "the registry binds this consumer to event types that have no handler; \
             register one with `.subscribe(…)`, or take the consumer off their \"consumers\""
        );
        Ok(())
    }
}

pub(super) fn database(error: sqlx::Error) -> StartError {
    StartError::Database(DatabaseError(error))
}
