//! What the dashboard shows, from top to bottom, in the names of the `metrics` facade.

/// A row of panels.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its heading.
    pub title: &'static str,
    /// Its panels, from left to right; they share the width.
    pub panels: Vec<Panel>,
}

/// A panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its heading.
    pub title: &'static str,
    /// What it means, behind the small i.
    pub description: &'static str,
    /// A number instead of a graph, red from 1 on.
    pub is_number: bool,
    /// The unit, as Grafana calls it.
    pub unit: &'static str,
    /// Queries, and what the legend calls their results.
    pub queries: Vec<(String, &'static str)>,
}

impl Panel {
    fn graph(title: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            title,
            description,
            is_number: false,
            unit,
            queries: Vec::new(),
        }
    }

    fn number(title: &'static str, query: String, description: &'static str) -> Self {
        let mut panel = Self::graph(title, "short", description).query(&query, "");
        panel.is_number = true;
        panel
    }

    fn query(mut self, query: &str, legend: &'static str) -> Self {
        self.queries.push((query.to_owned(), legend));
        self
    }

    /// A gauge of the chosen subscriptions. Every replica exports it.
    fn gauge(self, name: &str) -> Self {
        self.query(&of_subscription(name), BY_SUBSCRIPTION)
    }

    fn rate(self, series: &str) -> Self {
        let query = format!("sum by (consumer, subscription) (rate({series}[$__rate_interval]))");
        self.query(&query, BY_SUBSCRIPTION)
    }

    /// The median, and what is slower in 5 and in 1 of 100 cases.
    fn quantiles(mut self, histogram: &str) -> Self {
        for (quantile, legend) in [
            ("0.5", "p50 {{consumer}}/{{subscription}}"),
            ("0.95", "p95 {{consumer}}/{{subscription}}"),
            ("0.99", "p99 {{consumer}}/{{subscription}}"),
        ] {
            let query = format!(
                "histogram_quantile({quantile}, sum by (le, consumer, subscription) (rate({histogram}_bucket{{{CHOSEN}}}[$__rate_interval])))"
            );
            self = self.query(&query, legend);
        }
        self
    }
}

/// The subscriptions that are chosen above.
const CHOSEN: &str = "consumer=~\"$consumer\", subscription=~\"$subscription\"";
const BY_SUBSCRIPTION: &str = "{{consumer}}/{{subscription}}";

fn of_subscription(gauge: &str) -> String {
    format!("max by (consumer, subscription) ({gauge}{{{CHOSEN}}})")
}

/// How many subscriptions the condition holds of.
fn count(gauge: &str, condition: &str) -> String {
    format!("count({} {condition}) or vector(0)", of_subscription(gauge))
}

/// The sum over the subscriptions.
fn total(gauge: &str) -> String {
    format!("sum({}) or vector(0)", of_subscription(gauge))
}

/// All rows.
pub fn rows() -> Vec<Row> {
    vec![
        now(),
        lag(),
        waiting(),
        dead_letters(),
        replicas(),
        rates(),
        latency(),
        log(),
        transfers(),
        sampler(),
    ]
}

fn now() -> Row {
    Row {
        title: "Now",
        panels: vec![
            Panel::number(
                "No holder",
                count("dispatcher_subscription_holders", "== 0"),
                "Subscriptions that no replica runs; a paused one is among them.",
            ),
            Panel::number(
                "Behind",
                count("dispatcher_subscription_lag_seconds", "> 60"),
                "Subscriptions whose oldest undelivered event is older than a minute.",
            ),
            Panel::number(
                "Paused",
                count("dispatcher_subscription_paused", "== 1"),
                "Subscriptions that an operator has paused.",
            ),
            Panel::number(
                "Held subjects",
                total("dispatcher_subscription_held_subjects"),
                "Subjects that wait behind a dead letter, or for a version.",
            ),
            Panel::number(
                "Waiting",
                total("dispatcher_subscription_waiting"),
                "Events that wait: for another attempt, for a version, or behind one that does.",
            ),
            Panel::number(
                "Open dead letters",
                total("dispatcher_dead_letters_open"),
                "Events that were given up on until an operator decides.",
            ),
        ],
    }
}

fn lag() -> Row {
    Row {
        title: "Lag",
        panels: vec![
            Panel::graph(
                "Events",
                "short",
                "Events of the subscription's own types that it has not read. Counted up to 10,000; true also while its consumer is down.",
            )
            .gauge("dispatcher_subscription_lag_events"),
            Panel::graph(
                "Age of the oldest event",
                "s",
                "Of the events that it has not read.",
            )
            .gauge("dispatcher_subscription_lag_seconds"),
        ],
    }
}

fn waiting() -> Row {
    Row {
        title: "Waiting and held",
        panels: vec![
            Panel::graph(
                "Waiting events",
                "short",
                "Events that failed and wait for another attempt.",
            )
            .gauge("dispatcher_subscription_waiting"),
            Panel::graph(
                "The longest wait",
                "s",
                "How long the first of them has waited.",
            )
            .gauge("dispatcher_subscription_oldest_waiting_seconds"),
            Panel::graph(
                "Held subjects",
                "short",
                "Subjects that wait behind a dead letter, or for a version that no consumer knows.",
            )
            .gauge("dispatcher_subscription_held_subjects"),
        ],
    }
}

fn dead_letters() -> Row {
    Row {
        title: "Dead letters",
        panels: vec![
            Panel::graph("Open", "short", "Dead letters that are neither redriven nor resolved.")
                .gauge("dispatcher_dead_letters_open"),
            Panel::graph("Age of the oldest", "s", "Since it was written.")
                .gauge("dispatcher_dead_letters_oldest_seconds"),
            Panel::graph("New ones", "ops", "By why they were given up on.").query(
                &format!(
                    "sum by (consumer, subscription, outcome) (rate(dispatcher_dead_letter_count{{{CHOSEN}}}[$__rate_interval]))"
                ),
                "{{consumer}}/{{subscription}} {{outcome}}",
            ),
        ],
    }
}

fn replicas() -> Row {
    Row {
        title: "Replicas",
        panels: vec![
            Panel::graph("Holders", "short", "Replicas that work on the subscription.")
                .gauge("dispatcher_subscription_holders"),
            Panel::graph(
                "Partitions",
                "short",
                "Into how many partitions it is divided; more replicas than these have nothing to do.",
            )
            .gauge("dispatcher_subscription_partitions"),
            Panel::graph("Paused", "short", "1 while an operator has paused it.")
                .gauge("dispatcher_subscription_paused"),
        ],
    }
}

fn rates() -> Row {
    let consume =
        |outcome: &str| format!("dispatcher_consume_count{{{CHOSEN}, outcome=\"{outcome}\"}}");
    Row {
        title: "Rates",
        panels: vec![
            Panel::graph("Published", "ops", "Events, by type.").query(
                "sum by (event_type) (rate(dispatcher_publish_count{outcome=\"published\"}[$__rate_interval]))",
                "{{event_type}}",
            ),
            Panel::graph("Handled", "ops", "Events that were handled, after the commit.")
                .rate(&consume("handled")),
            Panel::graph("Retried", "ops", "Attempts that failed and will be repeated.")
                .rate(&consume("retried")),
            Panel::graph("Failed", "ops", "Events that became dead letters.")
                .rate(&consume("dead_lettered")),
        ],
    }
}

fn latency() -> Row {
    Row {
        title: "Latency",
        panels: vec![
            Panel::graph("Of handlers", "ms", "How long an attempt ran.")
                .quantiles("dispatcher_handler_latency_ms"),
            Panel::graph("From the insert", "ms", "Until the effects were committed.")
                .quantiles("dispatcher_end_to_end_latency_since_insert_ms"),
        ],
    }
}

fn log() -> Row {
    Row {
        title: "Log",
        panels: vec![
            Panel::graph(
                "Not readable yet",
                "short",
                "Positions behind an open transaction that has published.",
            )
            .query("max(dispatcher_horizon_lag_positions)", "positions"),
            Panel::graph(
                "Held back for",
                "ms",
                "For how long an open transaction has kept events from being read.",
            )
            .query(
                "max by (role, application) (dispatcher_horizon_standing_ms)",
                "{{role}} {{application}}",
            ),
            Panel::graph(
                "Kept beyond the window",
                "s",
                "How long events are kept for a slow subscription, beyond the window of retention.",
            )
            .query("max(dispatcher_retention_held_seconds)", "seconds"),
        ],
    }
}

fn transfers() -> Row {
    let gauge = |title, unit, description, name: &str| {
        Panel::graph(title, unit, description).query(
            &format!("max by (direction, stream) ({name})"),
            "{{direction}} {{stream}}",
        )
    };
    Row {
        title: "Relays and mirrors",
        panels: vec![
            gauge(
                "Behind",
                "s",
                "How old the first event is that is not in the stream, or in the log of the mirror.",
                "dispatcher_transfer_behind_seconds",
            ),
            gauge(
                "Waiting",
                "s",
                "For how long it has not gone on, although it tries: dispatcher transfers show says why.",
                "dispatcher_transfer_waiting_seconds",
            ),
            gauge(
                "Processes",
                "short",
                "1 while a process works on it.",
                "dispatcher_transfer_holders",
            ),
            Panel::graph(
                "Since the last move",
                "s",
                "How long ago its sequence moved; it does not while nothing is published.",
            )
            .query(
                "time() - max by (direction, stream) (dispatcher_transfer_moved_timestamp_seconds)",
                "{{direction}} {{stream}}",
            ),
            Panel::graph(
                "Moved",
                "ops",
                "Events that relays have sent and mirrors have inserted, each second.",
            )
            .query(
                "sum by (direction, stream) (rate(dispatcher_transfer_count{outcome=\"moved\"}[$__rate_interval]))",
                "{{direction}} {{stream}}",
            ),
            Panel::graph(
                "Without their payload",
                "short",
                "Events that were too large, unreadable or refused: dead letters behind it.",
            )
            .query(
                "sum by (direction, stream, outcome) (increase(dispatcher_transfer_count{outcome=~\"too_large|unreadable|refused\"}[$__rate_interval]))",
                "{{direction}} {{stream}} {{outcome}}",
            ),
        ],
    }
}

fn sampler() -> Row {
    Row {
        title: "Sampler",
        panels: vec![
            Panel::graph(
                "Age of the last sample",
                "s",
                "Of each process. The gauges above are as old as that.",
            )
            .query(
                "time() - max by (job, instance) (dispatcher_sample_timestamp_seconds)",
                "{{job}} {{instance}}",
            ),
        ],
    }
}
