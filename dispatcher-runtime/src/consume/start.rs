//! Starting a consumer: what has to hold is checked, the cursors are registered, the tasks begin.
//!
//! Until everything is checked no task runs and no handler is called; a failure leaves at most cursors that
//! were registered.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use super::admission::{admit, new_replica, withdraw};
use super::contracts;
use super::lease::keeper::{Keeper, Signals};
use super::lease::partitions::register;
use super::orphans;
use super::partition::{Bound, Settings};
use super::reader_claim::keep_claim;
use super::readiness::{find_family, probe, probe_log, verify_cursors};
use super::run_error::RunError;
use super::sampler::Sampler;
use super::slots::{SMALLEST_POOL, Slots};
use super::start_error::StartError;
use super::statements::ConsumeStatements;
use super::stop_report::Cancellations;
use super::subscription::Subscription;
use super::sweeper::{Sweeper, warn_of_other_windows};
use super::tasks::Tasks;
use super::versions::KnownVersions;
use super::wake::Listener;
use super::{ConsumerBuilder, RunningConsumer};
use crate::contract::bounded_text::error_text;
use crate::contract::payload::Domain;
use crate::log::EventLog;
use crate::log::standstill::StandstillWatcher;
use crate::operate::dead_letter::fill_fingerprints;
use crate::operate::retention::LogRetention;
use crate::postgres::error::ConfigError;
use crate::postgres::family::Family;
use crate::postgres::transaction;

/// The shortest lease; any hiccup of the network would cost a shorter one.
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
        let family = match &self.settings.schema {
            Some(schema) => Family::new(schema)?,
            None => find_family(&self.pool).await?,
        };
        let log = match &self.settings.log {
            Some(log) => log.clone(),
            None => EventLog::of(self.pool.clone(), &family),
        };
        let notifies = probe_log(&log).await?;
        if !notifies {
            tracing::info!(
                consumer = D::NAME,
                poll_interval_ms =
                    u64::try_from(self.settings.poll_interval.as_millis()).unwrap_or(u64::MAX),
                "the trigger dispatcher_event_notify is off: events are found by polling"
            );
        }
        let mut settings = self.shared_settings(&family, log, notifies);
        settings.statement_timeout = probe(&self.pool, &settings).await?;
        let settings = Arc::new(settings);
        let names = self.names();
        self.register(&settings, &names).await?;
        verify_cursors(&self.pool, &settings, &names).await?;
        orphans::warn(&self.pool, &settings, &names).await?;
        self.admit(&settings).await?;
        warn_of_other_windows(&self.pool, &settings).await?;
        contracts::greet(&settings, D::registry()).await;
        let running = self.run(settings, &family, names);
        tracing::info!(
            consumer = D::NAME,
            subscriptions = ?running.names,
            "the consumer has started"
        );
        Ok(running)
    }

    /// Runs the consumer until `until` resolves, then lets the handlers that run finish, within the
    /// [`stop_timeout`](Self::stop_timeout), and returns.
    ///
    /// ```no_run
    /// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{
    /// #     Consumer, EventEnvelope, HandlerError, RunError, shutdown_signal, subscribe,
    /// # };
    /// # #[subscribe(credit_locked)]
    /// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
    /// # async fn example(pool: sqlx::PgPool) -> Result<(), RunError> {
    /// Consumer::<Coaching>::builder(pool).subscribe(hold_slot).run_until(shutdown_signal()).await
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

    fn names(&self) -> Vec<&'static str> {
        let subscriptions = self.subscriptions.iter();
        subscriptions
            .map(|subscription| subscription.name)
            .collect()
    }

    fn shared_settings(&self, family: &Family, log: EventLog, notifies: bool) -> Settings {
        let given = &self.settings;
        let is_remote = given.log.is_some();
        Settings {
            consumer: D::NAME,
            replica: new_replica(),
            batch_size: given.batch_size,
            batch_bytes: given.batch_bytes,
            poll_interval: given.poll_interval,
            // A redrive notifies in the consumer's own database, where nothing listens then.
            may_back_off: notifies && !is_remote,
            handler_timeout: given.handler_timeout,
            statement_timeout: None,
            lease: given.lease,
            stop_timeout: given.stop_timeout,
            retry: given.retry.clone(),
            jitter: given.jitter,
            observers: given.observers.clone(),
            clock: given.clock.clone(),
            retention: given.retention.as_ref().and_then(LogRetention::windows),
            slots: Slots::of_pool(self.pool.options().get_max_connections()),
            statements: ConsumeStatements::new(family),
            standstill: StandstillWatcher::new(log.clone()),
            log,
            is_remote,
            versions: KnownVersions::new(D::registry()),
        }
    }

    /// Registers the cursors, and releases subjects that wait for an event that was removed.
    async fn register(
        &self,
        settings: &Settings,
        names: &[&'static str],
    ) -> Result<(), StartError> {
        for subscription in &self.subscriptions {
            let registry = D::registry();
            orphans::refuse_renamed(&self.pool, settings, registry, subscription, names).await?;
        }
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

    /// The last step that may fail: others wait for a replica that is registered.
    async fn admit(&self, settings: &Settings) -> Result<(), StartError> {
        for subscription in &self.subscriptions {
            if let Err(error) = admit(&self.pool, settings, subscription).await {
                if let Err(error) = withdraw(&self.pool, settings).await {
                    tracing::debug!(
                        error = error_text(&error),
                        "this replica could not sign off; for the others it expires"
                    );
                }
                return Err(error);
            }
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
        let (keeps, keeping) = watch::channel(false);
        let cancelled = Cancellations::default();
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
            Signals {
                passes,
                keeping: keeps,
                cancelled: cancelled.clone(),
                stopping: stopping.clone(),
            },
        );
        let mut tasks = Tasks::new();
        if settings.is_remote {
            let (settings, pool) = (Arc::clone(&settings), self.pool.clone());
            let claim = keep_claim(settings, pool, names.clone(), stopping.clone());
            tasks.spawn("the task that claims the remote log", claim);
        }
        let interval = self.settings.sample_interval;
        let sampler = Sampler::new(&settings, &self.pool, family, interval, stopping.clone());
        tasks.spawn("the sampler", sampler.run());
        if let Some(retention) = self.settings.retention {
            let sweeper = Sweeper {
                consumer: D::NAME,
                family: EventLog::of(self.pool.clone(), family),
                retention,
                stopping,
            };
            tasks.spawn("the sweeper", sweeper.run());
        }
        let marking = mark_letters(self.pool.clone(), family.clone(), D::NAME);
        tasks.spawn("the task that marks old dead letters", marking);
        tasks.spawn("the keeper of the leases", keeper.run());
        // Ends by itself when the keeper and its workers are gone.
        tasks.spawn("the listener", listener.run(settings.log.pool().clone()));
        RunningConsumer {
            pool: self.pool,
            #[cfg(feature = "http")]
            family: family.clone(),
            settings,
            names,
            alarm,
            stop,
            passed,
            keeping,
            cancelled,
            tasks,
        }
    }

    fn check(&self) -> Result<(), StartError> {
        self.check_names()?;
        self.check_limits()?;
        self.check_pool()?;
        self.check_delays()?;
        self.check_event_types()
    }

    fn check_names(&self) -> Result<(), StartError> {
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
        Ok(())
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        let given = &self.settings;
        if given.batch_size == 0 {
            return invalid("batch_size", "0", "at least 1 event");
        }
        if given.batch_bytes == 0 {
            return invalid("batch_bytes", "0", "at least 1 byte");
        }
        if given.poll_interval.is_zero() {
            return invalid("poll_interval", "0 s", "longer than 0 s, such as 5 s");
        }
        if given.sample_interval.is_zero() {
            return invalid("sample_interval", "0 s", "longer than 0 s, such as 15 s");
        }
        if given.lease < SHORTEST_LEASE {
            let lease = format!("{:?}", given.lease);
            let expected = "at least 100 ms, and long enough for a slow connection, such as 10 s";
            return invalid("lease", lease, expected);
        }
        Ok(())
    }

    fn check_delays(&self) -> Result<(), ConfigError> {
        let given = &self.settings;
        if given.handler_timeout == Some(Duration::ZERO) {
            return invalid("handler_timeout", "0 s", A_TIMEOUT);
        }
        if !(0.0..=1.0).contains(&given.jitter) {
            let expected = "between 0.0 (none) and 1.0 (up to twice the delay)";
            return invalid("jitter", given.jitter.to_string(), expected);
        }
        Ok(())
    }

    fn check_pool(&self) -> Result<(), StartError> {
        let connections = self.pool.options().get_max_connections();
        if let Some(log) = &self.settings.log
            && log.pool().options().get_max_connections() < 2
        {
            return invalid(
                "events_from",
                "a pool of 1 connection",
                "a pool of at least 2: one to listen with, and one to read with",
            )
            .map_err(StartError::from);
        }
        if connections < SMALLEST_POOL {
            return Err(StartError::PoolTooSmall {
                consumer: D::NAME,
                connections,
                needed: SMALLEST_POOL,
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
        if self.settings.require_all_handlers {
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

/// Letters of programs that knew no fingerprints get theirs. What fails is done at the next start.
async fn mark_letters(pool: PgPool, family: Family, consumer: &'static str) {
    match fill_fingerprints(&pool, &family, consumer).await {
        Ok(0) => {}
        Ok(letters) => tracing::info!(
            consumer,
            letters,
            "dead letters of an older program were grouped"
        ),
        Err(error) => tracing::warn!(
            consumer,
            error = error_text(&error),
            "dead letters of an older program could not be grouped; the next start tries again"
        ),
    }
}

fn invalid(
    setting: &'static str,
    value: impl Into<String>,
    expected: &'static str,
) -> Result<(), ConfigError> {
    Err(ConfigError::Invalid {
        setting,
        value: value.into(),
        expected,
    })
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
    if subscription.tenants.as_ref().is_some_and(Vec::is_empty) {
        return refuse("tenants", "[]", "at least 1 tenant");
    }
    match subscription.handler_timeout {
        Some(Some(Duration::ZERO)) => refuse("handler_timeout", "0 s", A_TIMEOUT),
        _ => Ok(()),
    }
}
