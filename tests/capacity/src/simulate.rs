//! The model itself: how busy each part is, and what a burst does to it, second by second.

use crate::input::{Domain, Input, Log};
use crate::report::{Backlog, Disk, Part, Report};

/// A simulation ends after this many seconds: what has not drained by then does not.
const LONGEST: u32 = 7 * 24 * 3600;

/// Below this a queue counts as empty.
const EMPTY: f64 = 0.5;

/// The answer.
///
/// # Errors
/// The question cannot be answered.
pub fn simulate(input: &Input) -> Result<Report, String> {
    input.check()?;
    let mut parts: Vec<_> = input
        .logs
        .iter()
        .flat_map(|log| parts_of_log(input, log))
        .chain(
            input
                .domains
                .iter()
                .flat_map(|it| parts_of_domain(input, it)),
        )
        .collect();
    parts.sort_by(|one, other| other.busy.total_cmp(&one.busy));
    Ok(Report {
        parts,
        backlogs: burst(input),
        disks: disks(input),
    })
}

fn moved<'a>(input: &'a Input, log: &'a Log) -> impl Iterator<Item = &'a Domain> {
    let domains = input.domains.iter();
    domains.filter(|domain| domain.log == log.name && domain.own_database)
}

fn beside<'a>(input: &'a Input, log: &'a Log) -> impl Iterator<Item = &'a Domain> {
    let domains = input.domains.iter();
    domains.filter(|domain| domain.log == log.name && !domain.own_database)
}

/// Core-seconds in a second that one event in a second of the log costs the subscriptions of a domain.
fn consuming(input: &Input, domain: &Domain) -> f64 {
    input.rates.consume_us * 1e-6 * f64::from(domain.subscriptions) * domain.share
}

fn parts_of_log(input: &Input, log: &Log) -> Vec<Part> {
    let rate = log.events_per_second;
    let has_relay = moved(input, log).next().is_some();
    let mut each = input.rates.publish_us * 1e-6;
    each += beside(input, log)
        .map(|it| consuming(input, it))
        .sum::<f64>();
    if has_relay {
        each += input.rates.relay_us * 1e-6;
    }
    let mut parts = vec![Part::new(
        format!("Postgres of {}: processor", log.name),
        rate * each / input.cores,
    )];
    if has_relay {
        let name = format!("relay of {}", log.name);
        parts.push(Part::new(name, rate / input.rates.relay_per_second));
    }
    parts
}

fn parts_of_domain(input: &Input, domain: &Domain) -> Vec<Part> {
    let Some(log) = input.logs.iter().find(|log| log.name == domain.log) else {
        return Vec::new();
    };
    let rate = log.events_per_second * domain.share;
    let mut parts = vec![Part::new(
        format!("{}: partitions of a subscription", domain.name),
        rate / partitions_per_second(input, domain),
    )];
    if domain.own_database {
        let each = input.rates.mirror_us * 1e-6 * domain.share + consuming(input, domain);
        parts.push(Part::new(
            format!("Postgres of {}: processor", domain.name),
            log.events_per_second * each / input.cores,
        ));
        let name = format!("mirror of {}", domain.name);
        parts.push(Part::new(name, rate / input.rates.mirror_per_second));
    }
    parts
}

/// How many events in a second the partitions of one subscription handle.
fn partitions_per_second(input: &Input, domain: &Domain) -> f64 {
    let each = (domain.handler_ms + input.rates.delivery_ms).max(0.001);
    f64::from(domain.partitions) * 1000.0 / each
}

/// The queues of one domain during the burst, in events.
struct Queues<'a> {
    domain: &'a Domain,
    /// In the log, before the relay; and in the stream.
    before_relay: f64,
    in_stream: f64,
    /// In the log beside it.
    unread: f64,
    most: f64,
    drained_at: Option<u32>,
}

fn burst(input: &Input) -> Vec<Backlog> {
    let mut backlogs = Vec::new();
    for log in &input.logs {
        let domains = input.domains.iter().filter(|it| it.log == log.name);
        let queues = domains.map(|domain| Queues {
            domain,
            before_relay: 0.0,
            in_stream: 0.0,
            unread: 0.0,
            most: 0.0,
            drained_at: None,
        });
        let mut queues: Vec<_> = queues.collect();
        for second in 0..LONGEST {
            let is_burst = f64::from(second) < input.burst_seconds;
            let factor = if is_burst { input.burst_factor } else { 1.0 };
            step(input, log.events_per_second * factor, &mut queues);
            for queue in &mut queues {
                let left = queue.before_relay + queue.in_stream + queue.unread;
                queue.most = queue.most.max(left);
                // Half a second's events are always on their way.
                let is_empty = left <= EMPTY + log.events_per_second * 0.5;
                if !is_burst && is_empty && queue.drained_at.is_none() {
                    queue.drained_at = Some(second);
                }
            }
            if !is_burst && queues.iter().all(|it| it.drained_at.is_some()) {
                break;
            }
        }
        backlogs.extend(queues.iter().map(|queue| backlog(input, log, queue)));
    }
    backlogs
}

fn backlog(input: &Input, log: &Log, queue: &Queues<'_>) -> Backlog {
    let rate = log.events_per_second * queue.domain.share;
    let drained = queue.drained_at.map(f64::from);
    Backlog {
        domain: queue.domain.name.clone(),
        most_events: queue.most,
        lag_seconds: if rate > 0.0 {
            queue.most / (rate * input.burst_factor.max(1.0))
        } else {
            0.0
        },
        drain_seconds: drained.map(|at| (at - input.burst_seconds).max(0.0)),
    }
}

/// One second.
fn step(input: &Input, arriving: f64, queues: &mut [Queues<'_>]) {
    let rates = &input.rates;
    let left = (input.cores - arriving * rates.publish_us * 1e-6).max(0.0);
    for queue in queues.iter_mut() {
        let share = arriving * queue.domain.share;
        if queue.domain.own_database {
            queue.before_relay += share
        } else {
            queue.unread += share
        }
    }
    // The shared Postgres: relay and the subscriptions beside it.
    let relayed = queues.iter().map(|it| it.before_relay).fold(0.0, f64::max);
    let relayed = relayed.min(rates.relay_per_second);
    let mut asked = relayed * rates.relay_us * 1e-6;
    for queue in queues.iter().filter(|it| !it.domain.own_database) {
        asked += wanted(input, queue) * unit(input, queue);
    }
    let granted = if asked > left { left / asked } else { 1.0 };
    for queue in queues.iter_mut() {
        if queue.domain.own_database {
            let sent = queue.before_relay.min(relayed * granted);
            queue.before_relay -= sent;
            queue.in_stream += sent;
            own_database(input, queue);
        } else {
            queue.unread -= wanted(input, queue) * granted;
        }
    }
}

/// A domain's own Postgres: mirror and subscriptions.
fn own_database(input: &Input, queue: &mut Queues<'_>) {
    let rates = &input.rates;
    let mirrored = queue.in_stream.min(rates.mirror_per_second);
    queue.in_stream -= mirrored;
    queue.unread += mirrored;
    let mirroring = mirrored * rates.mirror_us * 1e-6;
    let asked = mirroring + wanted(input, queue) * unit(input, queue);
    let granted = if asked > input.cores {
        input.cores / asked
    } else {
        1.0
    };
    queue.unread -= wanted(input, queue) * granted;
    // What there was no time to insert waits in the stream.
    let kept = (mirrored * (1.0 - granted)).min(queue.unread);
    queue.unread -= kept;
    queue.in_stream += kept;
}

/// What the subscriptions would handle in this second.
fn wanted(input: &Input, queue: &Queues<'_>) -> f64 {
    queue.unread.min(partitions_per_second(input, queue.domain))
}

/// Core-seconds for each event that all subscriptions of the domain handle.
fn unit(input: &Input, queue: &Queues<'_>) -> f64 {
    input.rates.consume_us * 1e-6 * f64::from(queue.domain.subscriptions)
}

fn disks(input: &Input) -> Vec<Disk> {
    let rates = &input.rates;
    let mut disks = Vec::new();
    for log in &input.logs {
        let events = log.events_per_second * 86_400.0;
        let dedup = beside(input, log).map(|it| f64::from(it.subscriptions) * it.share);
        let row = log.event_bytes + rates.row_bytes + dedup.sum::<f64>() * rates.dedup_bytes;
        disks.push(Disk::new(
            format!("Postgres of {}", log.name),
            events * input.log_days * row,
        ));
        if moved(input, log).next().is_some() {
            let message = log.event_bytes + rates.message_bytes;
            let bytes = events * input.stream_days * message * f64::from(input.replicas);
            disks.push(Disk::new(
                format!("stream of {}, all replicas", log.name),
                bytes,
            ));
        }
        for domain in moved(input, log) {
            let dedup = f64::from(domain.subscriptions) * rates.dedup_bytes;
            let row = log.event_bytes + rates.row_bytes + dedup;
            let bytes = events * domain.share * input.log_days * row;
            disks.push(Disk::new(format!("Postgres of {}", domain.name), bytes));
        }
    }
    disks
}
