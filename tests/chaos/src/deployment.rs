//! Deployments: the replicas are replaced by ones of the other version, or under another name.
//!
//! Both go back as well as forth. Version 2 takes one event type more; how a version without it and one with it work
//! side by side is what `balance/versions.rs` judges. For a new name all replicas are stopped first, as
//! docs/operations.md says; a replica with the new name that is started before is to be refused.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dispatcher_runtime::{SubscriptionError, Subscriptions};
use dispatcher_test_launcher::Proxy;
use sqlx::PgPool;
use tokio::sync::{Mutex, MutexGuard};

use super::balance::Imbalance;
use super::manner::{GROWING, Manner};
use super::process::{End, Process};
use super::rule::Rules;
use super::{Error, REPLICAS, arguments, reach, replica, url};

pub(super) const CONSUMER: &str = "coaching";

/// How long a deployment waits for a replica to be ready before it goes on.
const READY_WITHIN: Duration = Duration::from_secs(3);

/// How long anything may take that has to happen.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// What the replicas are to be. One deployment at a time.
#[derive(Debug, Default)]
pub(super) struct Deployment(Mutex<Manner>);

impl Deployment {
    /// What the replicas are to be; it does not change until the guard is dropped.
    pub(super) async fn lock(&self) -> MutexGuard<'_, Manner> {
        self.0.lock().await
    }
}

/// What deployments need.
pub(super) struct Site {
    pub(super) replicas: Vec<Arc<Process>>,
    pub(super) admin: PgPool,
    pub(super) server: u16,
    pub(super) rules: Rules,
    pub(super) deployment: Deployment,
    /// Held while a subscription is paused.
    pub(super) pause: Mutex<()>,
}

impl Site {
    /// Replaces the replicas by the other version, one after the other.
    pub(super) async fn roll(&self, ends: [End; REPLICAS]) -> Result<(), Error> {
        let mut manner = self.deployment.0.lock().await;
        manner.takes_more = !manner.takes_more;
        self.replace(manner.takes_more, ends).await
    }

    /// Replaces every replica that is not of version 2.
    pub(super) async fn roll_forward(&self) -> Result<(), Error> {
        let mut manner = self.deployment.0.lock().await;
        manner.takes_more = true;
        self.replace(true, [End::Stop; REPLICAS]).await
    }

    async fn replace(&self, takes_more: bool, ends: [End; REPLICAS]) -> Result<(), Error> {
        for (replica, end) in self.replicas.iter().zip(ends) {
            let started = replica.said.borrow().started;
            let mut life = replica.hold().await;
            let manner = life.manner();
            if manner.takes_more == takes_more {
                continue;
            }
            replica.end(&mut life, end).await?;
            let manner = Manner {
                takes_more,
                ..manner
            };
            replica.begin(&mut life, manner).await?;
            drop(life);
            // A silent connection may keep it from starting.
            _ = tokio::time::timeout(READY_WITHIN, replica.has(|said| said.started > started))
                .await;
        }
        Ok(())
    }

    /// Gives a handler its other name. Returns what did not go as it has to.
    pub(super) async fn rename(&self, ends: [End; REPLICAS]) -> Result<Option<Imbalance>, Error> {
        let mut manner = self.deployment.0.lock().await;
        let (former, new) = manner.names();
        let renamed = Manner {
            is_renamed: !manner.is_renamed,
            ..*manner
        };
        if self.has_begun(former).await? && !self.is_refused(renamed).await? {
            return Ok(Some(Imbalance {
                what: "renamed, and not refused",
                subscription: new.to_owned(),
                event: "the subscription".to_owned(),
                detail: format!("it has the event types of {former}"),
            }));
        }
        let mut lives = Vec::new();
        for replica in &self.replicas {
            lives.push(replica.hold().await);
        }
        for ((replica, life), end) in self.replicas.iter().zip(&mut lives).zip(ends) {
            replica.end(life, end).await?;
        }
        let not_done = tokio::time::timeout(LIMIT, self.rename_subscription(former, new)).await;
        for (replica, life) in self.replicas.iter().zip(&mut lives) {
            let manner = Manner {
                is_renamed: renamed.is_renamed,
                ..life.manner()
            };
            replica.begin(life, manner).await?;
        }
        manner.is_renamed = renamed.is_renamed;
        match not_done {
            Ok(result) => result.map(|()| None),
            Err(_) => Err(Error::Harness(format!(
                "{former} could not be renamed to {new} within {LIMIT:?}"
            ))),
        }
    }

    async fn rename_subscription(&self, former: &str, new: &str) -> Result<(), Error> {
        let subscriptions = Subscriptions::new(self.admin.clone());
        loop {
            match subscriptions.rename(CONSUMER, former, new).await {
                // No replica has started yet, or an answer was lost, and it had been done.
                Ok(()) | Err(SubscriptionError::NotFound { .. }) => return Ok(()),
                // A replica that was killed, or a server that does not answer.
                Err(SubscriptionError::Running { .. } | SubscriptionError::Database(_)) => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(other) => return Err(Error::Harness(other.to_string())),
            }
        }
    }

    /// Whether the subscription has read something: only then does another one look like it.
    async fn has_begun(&self, subscription: &str) -> Result<bool, Error> {
        let ask = "SELECT EXISTS (SELECT FROM dispatcher_cursor
                                   WHERE consumer = $1 AND subscription = $2 AND position > 0)";
        let asking = async {
            loop {
                let ask = sqlx::query_scalar(ask).bind(CONSUMER).bind(subscription);
                match ask.fetch_one(&self.admin).await {
                    Ok(answer) => return answer,
                    // Postgres is being restarted.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        };
        let answer = tokio::time::timeout(LIMIT, asking).await;
        answer.map_err(|_| Error::Harness("the server does not answer".to_owned()))
    }

    /// Whether a replica is refused whose handler has another name than the subscription.
    async fn is_refused(&self, manner: Manner) -> Result<bool, Error> {
        let proxy = Proxy::open(self.server).await?;
        let (url, rules) = (url(&proxy), self.rules);
        let intruder = Process::start(
            "a replica under another name".to_owned(),
            PathBuf::clone(&std::env::current_exe()?),
            proxy,
            Box::new(move |birth| arguments::replica(&url, replica::Task::new(rules, birth))),
            self.admin.clone(),
            manner,
        )
        .await?;
        let said = intruder.has(|said| said.refused || said.started > 0);
        let said = tokio::time::timeout(LIMIT, said).await;
        let is_refused = intruder.said.borrow().refused;
        intruder.end(&mut *intruder.hold().await, End::Kill).await?;
        match said {
            Ok(said) => said.map(|()| is_refused).map_err(Error::Harness),
            Err(_) => Err(Error::Harness(format!(
                "a replica under another name is neither refused nor started within {LIMIT:?}"
            ))),
        }
    }

    /// Moves the cursor of the growing subscription back, as docs/operations.md says for when the new version
    /// returns, and notes what was passed over until then.
    pub(super) async fn read_again(&self) -> Result<(), Error> {
        let note = "INSERT INTO passed_over
                    SELECT event_id, position FROM dispatcher_event AS event
                     WHERE event_type IN ('credit.locked', 'credit.released')
                       AND NOT EXISTS (SELECT FROM effect
                                        WHERE effect.event_id = event.event_id AND subscription = $1)
                       AND NOT EXISTS (SELECT FROM dispatcher_dead_letter AS letter
                                        WHERE letter.event_id = event.event_id AND subscription = $1)
                        ON CONFLICT DO NOTHING";
        reach(async || sqlx::query(note).bind(GROWING).execute(&self.admin).await).await?;
        let back =
            "UPDATE dispatcher_cursor SET position = 0 WHERE consumer = $1 AND subscription = $2";
        let back = async || {
            let back = sqlx::query(back).bind(CONSUMER).bind(GROWING);
            back.execute(&self.admin).await
        };
        reach(back).await?;
        Ok(())
    }
}
