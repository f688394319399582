//! What the model is asked: logs, domains, and what an event costs.

use serde::Deserialize;

/// The question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The databases where events are published. Each sends to a stream of its own.
    pub logs: Vec<Log>,
    /// The domains that handle events.
    pub domains: Vec<Domain>,
    /// Cores of each Postgres.
    pub cores: f64,
    /// How many copies a stream has.
    #[serde(default = "three")]
    pub replicas: u32,
    /// How long events are kept, in days: in each log, and in the streams.
    pub log_days: f64,
    /// In days.
    pub stream_days: f64,
    /// By what the rate of each log is multiplied during the burst.
    #[serde(default = "one")]
    pub burst_factor: f64,
    /// In seconds.
    #[serde(default)]
    pub burst_seconds: f64,
    /// What was measured. Defaults to what `capacity-check` measured, as docs/scale.md has it.
    #[serde(default)]
    pub rates: Rates,
}

/// A database where events are published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Its name.
    pub name: String,
    /// How many are published in a second.
    pub events_per_second: f64,
    /// Of the payload and the envelope.
    pub event_bytes: f64,
}

/// A domain that handles events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// Whose events it handles.
    pub log: String,
    /// Whether it has a database of its own, to which a mirror brings the events.
    #[serde(default)]
    pub own_database: bool,
    /// How many it has.
    #[serde(default = "one_subscription")]
    pub subscriptions: u32,
    /// Which part of the log's events each of them handles, from 0 to 1.
    #[serde(default = "one")]
    pub share: f64,
    /// How long a handler takes, in milliseconds.
    #[serde(default)]
    pub handler_ms: f64,
    /// Of each subscription.
    #[serde(default = "one_subscription")]
    pub partitions: u32,
}

/// What an event costs, and what one process does at most.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Processor time of Postgres for an event that is published, in microseconds.
    pub publish_us: f64,
    /// For each subscription that handles it, in a transaction of its own.
    pub consume_us: f64,
    /// For a relay that reads it.
    pub relay_us: f64,
    /// For a mirror that inserts it.
    pub mirror_us: f64,
    /// What the engine adds to a handler's time, in milliseconds.
    pub delivery_ms: f64,
    /// Events in a second that one relay sends.
    pub relay_per_second: f64,
    /// Events in a second that one mirror inserts.
    pub mirror_per_second: f64,
    /// What a row of the log has beside the event, with its indexes, in bytes.
    pub row_bytes: f64,
    /// A dedup row with its index, in bytes.
    pub dedup_bytes: f64,
    /// What a message has beside the event, in bytes.
    pub message_bytes: f64,
}

/// As docs/scale.md says: measured with programs that were built without optimisation. `delivery_ms` is that of
/// docs/benchmarks/consume.md, for batches of 50 with a write each.
impl Default for Rates {
    fn default() -> Self {
        Self {
            publish_us: 217.0,
            consume_us: 383.0,
            relay_us: 283.0,
            mirror_us: 150.0,
            delivery_ms: 0.47,
            relay_per_second: 13529.0,
            mirror_per_second: 15409.0,
            row_bytes: 229.0,
            dedup_bytes: 245.0,
            message_bytes: 548.0,
        }
    }
}

impl Input {
    /// What cannot be computed, with what to do.
    ///
    /// # Errors
    /// A name does not exist or is there twice, or a number makes no sense.
    pub fn check(&self) -> Result<(), String> {
        if self.cores.is_nan() || self.cores <= 0.0 {
            return Err("`cores` has to be more than 0".to_owned());
        }
        if self.logs.is_empty() {
            return Err("`logs` is empty: name at least one".to_owned());
        }
        for (index, log) in self.logs.iter().enumerate() {
            if self.logs[..index]
                .iter()
                .any(|other| other.name == log.name)
            {
                return Err(format!("the log {:?} is there twice", log.name));
            }
            if !(log.events_per_second >= 0.0 && log.event_bytes >= 0.0) {
                return Err(format!("the log {:?} has a number below 0", log.name));
            }
        }
        for domain in &self.domains {
            let name = &domain.name;
            if !self.logs.iter().any(|log| log.name == domain.log) {
                let known: Vec<_> = self.logs.iter().map(|log| &*log.name).collect();
                return Err(format!(
                    "the domain {name:?} handles events of the log {:?}, which is not among {}",
                    domain.log,
                    known.join(", ")
                ));
            }
            if !(0.0..=1.0).contains(&domain.share) || domain.handler_ms < 0.0 {
                return Err(format!(
                    "the domain {name:?} needs a `share` from 0 to 1 and a `handler_ms` of at least 0"
                ));
            }
            if domain.partitions == 0 || domain.subscriptions == 0 {
                return Err(format!(
                    "the domain {name:?} needs at least 1 partition and 1 subscription"
                ));
            }
        }
        Ok(())
    }
}

fn one() -> f64 {
    1.0
}

fn one_subscription() -> u32 {
    1
}

fn three() -> u32 {
    3
}
