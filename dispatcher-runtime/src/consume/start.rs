//! Starting a consumer: what has to hold is checked, the cursors are registered, the tasks begin.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::claim::claim;
use super::lease::keeper::Keeper;
use super::lease::partitions::register;
use super::orphans;
use super::readiness::{find_family, probe, probe_log, verify_cursors};
use super::sweeper::Sweeper;
use super::tasks::Tasks;
use super::{ConsumerBuilder, RunningConsumer};
use crate::consume::delivery::Subscription;
use crate::consume::pass::{Bound, Settings};
use crate::consume::run_error::RunError;
use crate::consume::start_error::StartError;
use crate::consume::wake::Wake;
use crate::contract::payload::Domain;
use crate::log::EventLog;
use crate::log::standstill::Standstill;
use crate::postgres::config::Family;
use crate::postgres::error::ConfigError;
use crate::postgres::sql::ConsumeStatements;
use crate::postgres::transaction;

/// A shorter one would be lost to every hiccup of the network.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);

const A_TIMEOUT: &str = "longer than 0 s, such as 30 s";

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
        let given = self.settings;
        let family = match &given.schema {
            Some(schema) => Family::new(schema)?,
            None => find_family(&self.pool).await?,
        };
        let is_remote = given.log.is_some();
        let log = match given.log {
            Some(log) => log,
            None => EventLog::of(self.pool.clone(), &family),
        };
        let notifies = probe_log(&log).await?;
        if !notifies {
            tracing::info!(
                consumer = D::NAME,
                poll_interval_ms =
                    u64::try_from(given.poll_interval.as_millis()).unwrap_or(u64::MAX),
                "the trigger dispatcher_event_notify is off: events are found by polling"
            );
        }
        let settings = Arc::new(Settings {
            consumer: D::NAME,
            batch_size: given.batch_size,
            batch_bytes: given.batch_bytes,
            poll_interval: given.poll_interval,
            // A redrive notifies in the consumer's own database, where nobody listens then.
            may_back_off: notifies && !is_remote,
            handler_timeout: given.handler_timeout,
            lease: given.lease,
            retry: given.retry,
            jitter: given.jitter,
            observers: given.observers,
            clock: given.clock,
            statements: ConsumeStatements::new(&family),
            standstill: Standstill::new(log.clone()),
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
        orphans::warn(&self.pool, &settings, &names).await?;

        let (stop, stopping) = watch::channel(false);
        let (passes, passed) = watch::channel(0_u64);
        let (keeps, keeping) = watch::channel(false);
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
            keeps,
            stopping.clone(),
        );
        let mut tasks = Tasks::new();
        if is_remote {
            let (settings, pool) = (Arc::clone(&settings), self.pool.clone());
            let claim = claim(settings, pool, names.clone(), stopping.clone());
            tasks.spawn("the task that claims the remote log", claim);
        }
        if let Some(retention) = given.retention {
            let sweeper = Sweeper {
                consumer: D::NAME,
                family: EventLog::of(self.pool.clone(), &family),
                retention,
                stopping: stopping.clone(),
            };
            tasks.spawn("the sweeper", sweeper.run());
        }
        tasks.spawn("the keeper of the leases", keeper.run());
        // Ends by itself when the keeper and its workers are gone.
        tasks.spawn("the listener", wake.run(settings.log.pool().clone()));
        tracing::info!(consumer = D::NAME, subscriptions = ?names, "the consumer has started");
        Ok(RunningConsumer {
            pool: self.pool,
            settings,
            names,
            alarm,
            stop,
            passed,
            keeping,
            tasks,
        })
    }

    /// Runs the consumer until `until` resolves, then lets the handlers that run finish and returns.
    ///
    /// ```no_run
    /// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Consumer, EventEnvelope, HandlerError, RunError, subscribe};
    /// # #[subscribe(credit_locked)]
    /// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
    /// # async fn example(pool: sqlx::PgPool, until: impl Future<Output = ()>) -> Result<(), RunError> {
    /// Consumer::<Coaching>::builder(pool).subscribe(hold_slot).run_until(until).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`RunError::Start`] as [`start`](Self::start); [`RunError::Died`] if a task of the consumer dies
    /// before `until` resolves.
    ///
    /// # Cancellation
    /// If the future is dropped, each subscription stops after the event that it is handling.
    pub async fn run_until<F: Future>(self, until: F) -> Result<(), RunError> {
        let running = self.start().await?;
        let result = tokio::select! {
            died = running.wait() => died,
            _ = until => Ok(()),
        };
        running.stop().await;
        result
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
            check_options(consumer, subscription)?;
        }
        let invalid = |setting, value: String, expected| ConfigError::Invalid {
            setting,
            value,
            expected,
        };
        let given = &self.settings;
        if given.batch_size == 0 {
            return Err(invalid("batch_size", "0".to_owned(), "at least 1 event").into());
        }
        if given.batch_bytes == 0 {
            return Err(invalid("batch_bytes", "0".to_owned(), "at least 1 byte").into());
        }
        if given.poll_interval.is_zero() {
            return Err(invalid(
                "poll_interval",
                "0 s".to_owned(),
                "longer than 0 s, such as 5 s",
            )
            .into());
        }
        let connections = self.pool.options().get_max_connections();
        if given.lease < SHORTEST_LEASE {
            return Err(invalid(
                "lease",
                format!("{:?}", given.lease),
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
        if given.handler_timeout.is_some_and(|limit| limit.is_zero()) {
            return Err(invalid("handler_timeout", "0 s".to_owned(), A_TIMEOUT).into());
        }
        if !(0.0..=1.0).contains(&given.jitter) {
            return Err(invalid(
                "jitter",
                given.jitter.to_string(),
                "between 0.0 (none) and 1.0 (up to twice the delay)",
            )
            .into());
        }
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
        if given.require_all_handlers {
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

fn check_options<S>(
    consumer: &'static str,
    subscription: &Subscription<S>,
) -> Result<(), StartError> {
    let refuse = |option, value: &str, expected| {
        Err(StartError::InvalidOption {
            consumer,
            subscription: subscription.name,
            option,
            value: value.to_owned(),
            expected,
        })
    };
    if subscription.concurrency == 0 {
        return refuse("concurrency", "0", "at least 1 event");
    }
    if subscription.partitions == 0 {
        return refuse("partitions", "0", "at least 1");
    }
    match subscription.handler_timeout {
        Some(limit) if limit.is_zero() => refuse("handler_timeout", "0 s", A_TIMEOUT),
        _ => Ok(()),
    }
}

pub(super) fn database(error: sqlx::Error) -> StartError {
    StartError::Database(error.into())
}
