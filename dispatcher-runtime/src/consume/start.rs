//! Starting a consumer: what has to hold is checked, the cursors are registered, the tasks begin.
//!
//! Until everything is checked no task runs and no handler is called; a failure leaves at most cursors that
//! were registered.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::lease::keeper::Keeper;
use super::lease::partitions::register;
use super::partition::{Bound, Settings};
use super::reader_claim::keep_claim;
use super::readiness::{find_family, probe, probe_log, verify_cursors};
use super::start_error::StartError;
use super::statements::ConsumeStatements;
use super::sweeper::Sweeper;
use super::wake::Listener;
use super::{ConsumerBuilder, RunningConsumer};
use crate::contract::payload::Domain;
use crate::log::EventLog;
use crate::log::standstill::StandstillWatcher;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::postgres::transaction;

/// The shortest lease; any hiccup of the network would cost a shorter one.
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
        let log = match &self.log {
            Some(log) => log.clone(),
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
        let settings = Arc::new(self.settings(&family, log, notifies));
        probe(&self.pool, &settings.statements).await?;
        self.register(&settings).await?;
        let names = self.names();
        verify_cursors(&self.pool, &settings, &names).await?;
        let running = self.run(settings, &family, names);
        tracing::info!(
            consumer = D::NAME,
            subscriptions = ?running.names,
            "the consumer has started"
        );
        Ok(running)
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

    fn names(&self) -> Vec<&'static str> {
        let subscriptions = self.subscriptions.iter();
        subscriptions
            .map(|subscription| subscription.name)
            .collect()
    }

    fn settings(&self, family: &Family, log: EventLog, notifies: bool) -> Settings {
        let is_remote = self.log.is_some();
        Settings {
            consumer: D::NAME,
            batch_size: self.batch_size,
            batch_bytes: self.batch_bytes,
            poll_interval: self.poll_interval,
            // A redrive notifies in the consumer's own database, where nothing listens then.
            may_back_off: notifies && !is_remote,
            handler_timeout: self.handler_timeout,
            lease: self.lease,
            retry: self.retry.clone(),
            observers: self.observers.clone(),
            clock: self.clock.clone(),
            statements: ConsumeStatements::new(family),
            standstill: StandstillWatcher::new(log.clone()),
            log,
            is_remote,
        }
    }

    /// Registers the cursors, and releases subjects that wait for an event that was removed.
    async fn register(&self, settings: &Settings) -> Result<(), StartError> {
        for subscription in &self.subscriptions {
            let (name, partitions) = (subscription.name, subscription.partitions);
            register(&self.pool, settings, name, partitions, subscription.start).await?;
            let mut connection = transaction::acquire(&self.pool).await?;
            settings
                .statements
                .release_stranded
                .query()
                .bind(D::NAME)
                .bind(name)
                .bind(settings.clock.now())
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// Starts the tasks.
    fn run(
        self,
        settings: Arc<Settings>,
        family: &Family,
        names: Vec<&'static str>,
    ) -> RunningConsumer {
        let (stop, stopping) = watch::channel(false);
        let (passes, passed) = watch::channel(0_u64);
        let (listener, sleepers) = Listener::new();
        let alarm = sleepers.alarm();
        let state = Arc::new(self.state);
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
        if settings.is_remote {
            let (settings, pool) = (Arc::clone(&settings), self.pool.clone());
            tasks.spawn(keep_claim(settings, pool, names.clone(), stopping.clone()));
        }
        if let Some(retention) = self.retention {
            let sweeper = Sweeper {
                consumer: D::NAME,
                family: EventLog::of(self.pool.clone(), family),
                retention,
                stopping,
            };
            tasks.spawn(sweeper.run());
        }
        tasks.spawn(keeper.run());
        // Ends by itself when the keeper and its workers are gone.
        tasks.spawn(listener.run(settings.log.pool().clone()));
        RunningConsumer {
            pool: self.pool,
            settings,
            names,
            alarm,
            stop,
            passed,
            tasks,
        }
    }

    fn check(&self) -> Result<(), StartError> {
        self.check_names()?;
        self.check_limits()?;
        self.check_pool()?;
        self.retry.check()?;
        self.check_event_types()
    }

    fn check_names(&self) -> Result<(), StartError> {
        let consumer = D::NAME;
        if self.subscriptions.is_empty() {
            return Err(StartError::NoHandlers { consumer });
        }
        let mut names = HashSet::new();
        for subscription in self.names() {
            if !names.insert(subscription) {
                return Err(StartError::DuplicateSubscription {
                    consumer,
                    subscription,
                });
            }
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        let invalid = |setting, value: String, expected| {
            Err(ConfigError::Invalid {
                setting,
                value,
                expected,
            })
        };
        if self.batch_size == 0 {
            return invalid("batch_size", "0".to_owned(), "at least 1 event");
        }
        if self.batch_bytes == 0 {
            return invalid("batch_bytes", "0".to_owned(), "at least 1 byte");
        }
        if self.poll_interval.is_zero() {
            let expected = "longer than zero, such as 5 s";
            return invalid("poll_interval", "0 s".to_owned(), expected);
        }
        if self.lease < SHORTEST_LEASE {
            let expected = "at least 100 ms, and long enough for a slow connection, such as 10 s";
            return invalid("lease", format!("{:?}", self.lease), expected);
        }
        Ok(())
    }

    fn check_pool(&self) -> Result<(), StartError> {
        let connections = self.pool.options().get_max_connections();
        let workers = self.subscriptions.iter().map(|subscription| {
            u32::from(subscription.concurrency) * u32::from(subscription.partitions)
        });
        let needed = workers.fold(2, u32::saturating_add);
        if connections < needed {
            return Err(StartError::PoolTooSmall {
                consumer: D::NAME,
                connections,
                needed,
            });
        }
        Ok(())
    }

    fn check_event_types(&self) -> Result<(), StartError> {
        let consumer = D::NAME;
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
             register one with `.subscribe(…)`, or remove the consumer from their \"consumers\""
        );
        Ok(())
    }
}
