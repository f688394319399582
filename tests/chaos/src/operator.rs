//! What an operator does meanwhile: redrives dead letters, and pauses a subscription.
//!
//! An operator tries again until it is done: the server may be down, and what there is to do may come later.

use std::time::Duration;

use dispatcher_runtime::{
    Actor, DeadLetterFilter, Redrive, RedriveError, RedriveOptions, Redrives, SubscriptionError,
    Subscriptions,
};

use super::Error;
use super::balance::Imbalance;
use super::deployment::{CONSUMER, LIMIT, Site};
use super::manner::{GROWING, RENAMED, RENAMED_TO};
use super::replica::SUBSCRIPTIONS;

/// The pause before an operator tries again.
const PAUSE: Duration = Duration::from_millis(100);

impl Site {
    /// Redrives what is open, once something is, and stops that after a while.
    pub(super) async fn redrive(
        &self,
        per_second: u32,
        stops_after: Option<Duration>,
    ) -> Result<(), Error> {
        let redrives = Redrives::new(self.admin.clone());
        let options = RedriveOptions::default().per_second(per_second.into());
        let start = async {
            loop {
                let started = self.start_redrives(&redrives, &options).await?;
                if !started.is_empty() {
                    return Ok::<_, Error>(started);
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let started = tokio::time::timeout(LIMIT, start).await;
        let started = started.map_err(|_| late("there was nothing to redrive"))??;
        if let Some(after) = stops_after {
            tokio::time::sleep(after).await;
            for redrive in &started {
                // It may have ended, and the server may be down.
                let _ = redrives.stop(&redrive.redrive_id, operator()).await;
            }
        }
        Ok(())
    }

    /// One for each subscription of which something is open; none if the server is down just now.
    async fn start_redrives(
        &self,
        redrives: &Redrives,
        options: &RedriveOptions,
    ) -> Result<Vec<Redrive>, Error> {
        // The old version of the growing subscription gives up on events of the new one for good.
        let names = "SELECT DISTINCT subscription FROM dispatcher_dead_letter
                      WHERE resolved_at IS NULL AND redrive_id IS NULL AND subscription <> $1
                      ORDER BY subscription";
        let names = sqlx::query_scalar(names).bind(GROWING);
        let names: Vec<String> = names.fetch_all(&self.admin).await.unwrap_or_default();
        let mut started = Vec::new();
        for name in &names {
            let filter = DeadLetterFilter::default().subscription(name.as_str());
            match redrives.start(&filter, options, None, operator()).await {
                Ok(redrive) => started.push(redrive),
                // Another redrive has taken them, or the server went down.
                Err(RedriveError::Nothing | RedriveError::DeadLetter(_)) => {}
                Err(other) => return Err(Error::Harness(other.to_string())),
            }
        }
        Ok(started)
    }

    /// Pauses a subscription and resumes it; one at a time, so that each pause ends with its own resumption. Returns
    /// what was handled meanwhile.
    pub(super) async fn pause_subscription(
        &self,
        draw: u64,
        lasting: Duration,
    ) -> Result<Option<Imbalance>, Error> {
        let _one_at_a_time = self.pause.lock().await;
        let subscriptions = Subscriptions::new(self.admin.clone());
        let Some(subscription) = drawn(&SUBSCRIPTIONS, draw) else {
            return Ok(None);
        };
        let names = match subscription.name {
            RENAMED => &[RENAMED, RENAMED_TO][..],
            _ => std::slice::from_ref(&subscription.name),
        };
        until_done(&subscriptions, names, Order::Pause).await?;
        let before = self.effects(names).await?;
        tokio::time::sleep(lasting).await;
        let after = self.effects(names).await?;
        // It may have been renamed meanwhile, and may be just now.
        let manner = self.deployment.lock().await;
        let names = match subscription.name {
            RENAMED => vec![manner.names().0],
            other => vec![other],
        };
        until_done(&subscriptions, &names, Order::Resume).await?;
        Ok((before != after).then(|| Imbalance {
            what: "handled while paused",
            subscription: subscription.name.to_owned(),
            event: "the subscription".to_owned(),
            detail: format!("{before} effects at its beginning, {after} at its end"),
        }))
    }

    async fn effects(&self, names: &[&str]) -> Result<i64, Error> {
        let count = "SELECT count(*) FROM effect WHERE subscription = ANY ($1)";
        let counting = async {
            loop {
                let count = sqlx::query_scalar(count).bind(names);
                match count.fetch_one(&self.admin).await {
                    Ok(count) => return count,
                    // Postgres is being restarted.
                    Err(_) => tokio::time::sleep(PAUSE).await,
                }
            }
        };
        let counted = tokio::time::timeout(LIMIT, counting).await;
        counted.map_err(|_| late("the server does not answer"))
    }
}

#[derive(Clone, Copy)]
enum Order {
    Pause,
    Resume,
}

/// Does it to the subscription that has one of the names, once there is one and the server answers.
async fn until_done(
    subscriptions: &Subscriptions,
    names: &[&str],
    order: Order,
) -> Result<(), Error> {
    let acting = async {
        loop {
            for name in names {
                let done = match order {
                    Order::Pause => subscriptions
                        .pause(CONSUMER, name, operator())
                        .await
                        .map(|_| ()),
                    Order::Resume => subscriptions
                        .resume(CONSUMER, name, operator())
                        .await
                        .map(|_| ()),
                };
                match done {
                    Ok(()) => return Ok(()),
                    Err(SubscriptionError::NotFound { .. } | SubscriptionError::Database(_)) => {}
                    Err(other) => return Err(Error::Harness(other.to_string())),
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let acted = tokio::time::timeout(LIMIT, acting).await;
    acted.map_err(|_| late(&format!("{names:?} could be neither paused nor resumed")))?
}

fn operator() -> Actor<'static> {
    Actor::new("the chaos program")
}

fn drawn<T>(of: &[T], draw: u64) -> Option<&T> {
    of.get((draw % of.len().max(1) as u64) as usize)
}

fn late(what: &str) -> Error {
    Error::Harness(format!("{what} within {LIMIT:?}"))
}
