//! The alerts, with their thresholds, and the situations in which each fires and does not.
//!
//! Each replica reports on every subscription, so the queries take the maximum over the replicas. A replica whose
//! sampler has stopped goes on exporting its last values; they do not count, because of [`fresh`], and
//! `DispatcherSamplerSilent` reports the replica.

use crate::alert::{Alert, Severity};
use crate::case::Case;
use crate::transfers;

/// All alerts, in the order of docs/runbook.md: where several fire, the later ones are often a consequence.
pub fn alerts() -> Vec<Alert> {
    vec![
        sampler_silent(),
        blocked(),
        transfers::stuck(),
        no_holder(),
        behind(),
        transfers::behind(),
        transfers::incomplete(),
        held(),
        retrying(),
        dead_letters(),
        paused(),
        retention_held(),
    ]
}

/// Of replicas whose samplers run.
pub(crate) const FRESH: &str =
    "and on (job, instance) (time() - dispatcher_sample_timestamp_seconds < 120)";

/// The maximum over the replicas whose samplers run.
fn fresh(gauge: &str) -> String {
    format!("max by (consumer, subscription) (\n  {gauge}\n  {FRESH}\n)")
}

/// But for paused subscriptions.
fn unless_paused(query: &str) -> String {
    let paused = fresh("dispatcher_subscription_paused");
    format!("{query}\nunless on (consumer, subscription)\n{paused} == 1")
}

fn no_holder() -> Alert {
    let gauge = "dispatcher_subscription_holders";
    let text = "No replica runs coaching/hold_slot";
    let more = "Its events are not handled. Look: dispatcher subscriptions show coaching/hold_slot. Start its consumer; if the handler is gone for good, dispatcher subscriptions remove coaching/hold_slot.";
    Alert {
        name: "DispatcherNoHolder",
        why: "A lease lasts 10 s and another replica takes it within a third of that, so two minutes are not a deployment's pause between two replicas.",
        query: unless_paused(&format!("{} == 0", fresh(gauge))),
        lasts: "2m",
        severity: Severity::Critical,
        summary: "No replica runs {{ $labels.consumer }}/{{ $labels.subscription }}",
        description: "Its events are not handled. Look: dispatcher subscriptions show {{ $labels.consumer }}/{{ $labels.subscription }}. Start its consumer; if the handler is gone for good, dispatcher subscriptions remove {{ $labels.consumer }}/{{ $labels.subscription }}.",
        cases: vec![
            Case::new("no replica for 20 minutes")
                .gauge(gauge, "0x60")
                .fires(text, more),
            Case::new("another replica of the service reports the same")
                .sampled("b", "0+30x400")
                .gauge(gauge, "0x60")
                .gauge_of("b", gauge, "0x60")
                .fires(text, more),
            Case::new("a replica runs it").gauge(gauge, "1x60"),
            Case::new("a deployment left it alone for a minute")
                .gauge(gauge, "1x4 0 0 1x60")
                .at("3m"),
            Case::new("it is paused")
                .gauge(gauge, "0x60")
                .gauge("dispatcher_subscription_paused", "1x60"),
            Case::new("a replica whose sampler stopped still says that it has a holder")
                .sampled("b", "0x60")
                .gauge(gauge, "0x60")
                .gauge_of("b", gauge, "1x60")
                .fires(text, more),
        ],
    }
}

fn blocked() -> Alert {
    let gauge = "dispatcher_horizon_standing_ms";
    let labels = "consumer=\"coaching\",role=\"import\",application=\"nightly\"";
    Alert {
        name: "DispatcherBlocked",
        why: "A publish is a matter of milliseconds, and a batch one of seconds. A transaction that has published and stays open for half a minute has been forgotten, or waits for something.",
        query: "max by (role, application) (dispatcher_horizon_standing_ms) / 1000 > 30".to_owned(),
        lasts: "1m",
        severity: Severity::Critical,
        summary: "A transaction of {{ $labels.application }} (role {{ $labels.role }}) has kept events from being read for {{ $value | humanizeDuration }}",
        description: "No subscription sees what was published after it. Look: dispatcher overview, which names the process of the server and the statement that ends it.",
        cases: vec![
            Case::new("a transaction is open for minutes")
                .labelled(gauge, labels, "0+30000x60")
                .fires_with(
                    &[("role", "import"), ("application", "nightly")],
                    "A transaction of nightly (role import) has kept events from being read for 20m 0s",
                    "No subscription sees what was published after it. Look: dispatcher overview, which names the process of the server and the statement that ends it.",
                ),
            Case::new("it has been open for a minute")
                .labelled(gauge, labels, "0+30000x60")
                .at("1m"),
            Case::new("it has ended").labelled(gauge, labels, "0+30000x20 0x60"),
            Case::new("one transaction after the other is open for 20 s each")
                .labelled(gauge, labels, "20000x60"),
        ],
    }
}

fn sampler_silent() -> Alert {
    let description = "What the other alerts go by is not measured, so they are silent too. Look: dispatcher doctor, and the log of the process. If no process of Dispatcher runs, none of its subscriptions does.";
    Alert {
        name: "DispatcherSamplerSilent",
        why: "A sampler measures every 15 s; two minutes are eight times that. Without any sampler nothing else of this file can fire.",
        query: "time() - max by (job, instance) (dispatcher_sample_timestamp_seconds) > 120\nor\nabsent(dispatcher_sample_timestamp_seconds)".to_owned(),
        lasts: "5m",
        severity: Severity::Critical,
        summary: "{{ if $labels.instance }}The sampler of {{ $labels.instance }} has measured nothing for more than 2 minutes{{ else }}No sampler of Dispatcher reports{{ end }}",
        description,
        cases: vec![
            Case::new("the sampler of one replica has stopped")
                .sampled("b", "0x60")
                .fires_with(
                    &[("job", "shop"), ("instance", "b")],
                    "The sampler of b has measured nothing for more than 2 minutes",
                    description,
                ),
            Case::without_samples("nothing is scraped at all").fires_with(
                &[],
                "No sampler of Dispatcher reports",
                description,
            ),
            Case::new("a sampler has been silent for five minutes")
                .sampled("b", "0x60")
                .at("5m"),
            Case::new("every sampler runs").sampled("b", "0+30x400"),
            Case::new("a replica that has ended is no longer scraped")
                .sampled("b", "0+30x4 stale"),
        ],
    }
}

fn behind() -> Alert {
    let gauge = "dispatcher_subscription_lag_seconds";
    let text = "coaching/hold_slot is 5m 0s behind";
    let more = "Its oldest undelivered event is that old. Look: dispatcher subscriptions show coaching/hold_slot, which says what its events fail with, and which replicas work on it.";
    Alert {
        name: "DispatcherBehind",
        why: "A minute is what the command and the page call behind. Five minutes of it are more than a deployment or a burst.",
        query: unless_paused(&format!("{} > 60", fresh(gauge))),
        lasts: "5m",
        severity: Severity::Warning,
        summary: "{{ $labels.consumer }}/{{ $labels.subscription }} is {{ $value | humanizeDuration }} behind",
        description: "Its oldest undelivered event is that old. Look: dispatcher subscriptions show {{ $labels.consumer }}/{{ $labels.subscription }}, which says what its events fail with, and which replicas work on it.",
        cases: vec![
            Case::new("its oldest event is 5 minutes old")
                .gauge(gauge, "300x60")
                .fires(text, more),
            Case::new("a replica whose sampler stopped still says that it is paused")
                .sampled("b", "0x60")
                .gauge(gauge, "300x60")
                .gauge("dispatcher_subscription_paused", "0x60")
                .gauge_of("b", "dispatcher_subscription_paused", "1x60")
                .fires(text, more),
            Case::new("it is up to a minute behind").gauge(gauge, "60x60"),
            Case::new("a burst takes it three minutes")
                .gauge(gauge, "0 90x60")
                .at("3m"),
            Case::new("it is paused")
                .gauge(gauge, "300x60")
                .gauge("dispatcher_subscription_paused", "1x60"),
            Case::new("a replica whose sampler stopped does not count")
                .sampled("b", "0x60")
                .gauge(gauge, "0x60")
                .gauge_of("b", gauge, "300x60"),
            Case::new("it was removed").gauge(gauge, "300x8 stale"),
            Case::new("it was removed, and the exporter cannot forget a gauge")
                .gauge(gauge, &format!("300x8{}", " NaN".repeat(32))),
        ],
    }
}

fn retrying() -> Alert {
    let gauge = "dispatcher_subscription_oldest_waiting_seconds";
    Alert {
        name: "DispatcherRetrying",
        why: "The delays of .retry([1, 60, 600]) add up to 14 minutes with their jitter. With shorter ones an event is a dead letter before, and DispatcherDeadLetters fires. With longer ones, raise it.",
        query: unless_paused(&format!("{} > 900", fresh(gauge))),
        lasts: "5m",
        severity: Severity::Warning,
        summary: "An event of {{ $labels.consumer }}/{{ $labels.subscription }} has been failing for {{ $value | humanizeDuration }}",
        description: "It waits for another attempt. Look: dispatcher subscriptions show {{ $labels.consumer }}/{{ $labels.subscription }}, which says what its events fail with.",
        cases: vec![
            Case::new("an event has been failing for half an hour")
                .gauge(gauge, "1800x60")
                .fires(
                    "An event of coaching/hold_slot has been failing for 30m 0s",
                    "It waits for another attempt. Look: dispatcher subscriptions show coaching/hold_slot, which says what its events fail with.",
                ),
            Case::new("an event has been failing for long, which was just measured")
                .gauge(gauge, "1800x60")
                .at("4m"),
            Case::new("an event has been failing for a minute").gauge(gauge, "60x60"),
            Case::new("nothing waits").gauge(gauge, "0x60"),
            Case::new("it is paused")
                .gauge(gauge, "1800x60")
                .gauge("dispatcher_subscription_paused", "1x60"),
        ],
    }
}

fn held() -> Alert {
    let gauge = "dispatcher_subscription_held_subjects";
    Alert {
        name: "DispatcherHeld",
        why: "A held subject waits for a person, or for a deployment that knows a newer version. A rollout takes less than a quarter of an hour.",
        query: format!("{} > 0", fresh(gauge)),
        lasts: "15m",
        severity: Severity::Warning,
        summary: "{{ $value }} subjects of {{ $labels.consumer }}/{{ $labels.subscription }} are held",
        description: "Their later events wait behind a dead letter, or behind an event of a version that no consumer knows. Look: dispatcher subscriptions show {{ $labels.consumer }}/{{ $labels.subscription }}, which lists them.",
        cases: vec![
            Case::new("three subjects are held")
                .gauge(gauge, "3x60")
                .fires(
                    "3 subjects of coaching/hold_slot are held",
                    "Their later events wait behind a dead letter, or behind an event of a version that no consumer knows. Look: dispatcher subscriptions show coaching/hold_slot, which lists them.",
                ),
            Case::new("none is held").gauge(gauge, "0x60"),
            Case::new("a rollout holds one for ten minutes")
                .gauge(gauge, "0 1x60")
                .at("10m"),
        ],
    }
}

fn dead_letters() -> Alert {
    let gauge = "dispatcher_dead_letters_open";
    Alert {
        name: "DispatcherDeadLetters",
        why: "Each open dead letter is an event that was not handled and will not be until a person decides. One is enough.",
        query: format!("{} > 0", fresh(gauge)),
        lasts: "1m",
        severity: Severity::Warning,
        summary: "{{ $labels.consumer }}/{{ $labels.subscription }} has {{ $value }} open dead letters",
        description: "They are not handled until they are redriven or resolved. Look: dispatcher dlq groups --subscription {{ $labels.consumer }}/{{ $labels.subscription }}, which says why.",
        cases: vec![
            Case::new("two are open").gauge(gauge, "0x10 2x60").fires(
                "coaching/hold_slot has 2 open dead letters",
                "They are not handled until they are redriven or resolved. Look: dispatcher dlq groups --subscription coaching/hold_slot, which says why.",
            ),
            Case::new("none is open").gauge(gauge, "0x60"),
            Case::new("two were just written")
                .gauge(gauge, "2x60")
                .at("30s"),
            Case::new("they were redriven or resolved").gauge(gauge, "2x10 0x60"),
        ],
    }
}

fn retention_held() -> Alert {
    let gauge = "dispatcher_retention_held_seconds";
    let of = "consumer=\"coaching\"";
    let description = "The log grows until the subscription that has not read them reads on, or is removed. Look: dispatcher overview, which names it.";
    Alert {
        name: "DispatcherRetentionHeld",
        why: "Retention is a matter of days, so an hour beyond the window fills no disk, and a subscription that is an hour behind it does not catch up by itself.",
        query: format!("max (\n  {gauge}\n  {FRESH}\n) > 3600"),
        lasts: "15m",
        severity: Severity::Warning,
        summary: "Events are kept {{ $value | humanizeDuration }} beyond their window",
        description,
        cases: vec![
            Case::new("events are kept two hours beyond their window")
                .labelled(gauge, of, "7200x80")
                .at("30m")
                .fires_with(
                    &[],
                    "Events are kept 2h 0m 0s beyond their window",
                    description,
                ),
            Case::new("they are removed in time")
                .labelled(gauge, of, "0x80")
                .at("30m"),
            Case::new("a subscription reads on within ten minutes")
                .labelled(gauge, of, "7200x80")
                .at("10m"),
            Case::new("a few minutes beyond")
                .labelled(gauge, of, "300x80")
                .at("30m"),
        ],
    }
}

fn paused() -> Alert {
    let gauge = "dispatcher_subscription_paused";
    Alert {
        name: "DispatcherPaused",
        why: "A pause is on purpose. After an hour it has probably been forgotten.",
        query: format!("{} == 1", fresh(gauge)),
        lasts: "1h",
        severity: Severity::Info,
        summary: "{{ $labels.consumer }}/{{ $labels.subscription }} has been paused for more than an hour",
        description: "Its events wait until it is resumed. Look: dispatcher subscriptions show {{ $labels.consumer }}/{{ $labels.subscription }}, which says who paused it and why.",
        cases: vec![
            Case::new("a pause of 90 minutes")
                .gauge(gauge, "1x200")
                .at("90m")
                .fires(
                    "coaching/hold_slot has been paused for more than an hour",
                    "Its events wait until it is resumed. Look: dispatcher subscriptions show coaching/hold_slot, which says who paused it and why.",
                ),
            Case::new("a pause of half an hour")
                .gauge(gauge, "1x200")
                .at("30m"),
            Case::new("no pause").gauge(gauge, "0x200").at("90m"),
        ],
    }
}
