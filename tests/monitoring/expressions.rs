//! The queries of the alerts and of the dashboard, as a parser of PromQL reads them: each metric and each label that
//! they name is one that is exported.

use std::collections::BTreeSet;

use dispatcher_monitoring_tests::{Scheme, alerts, rows};
use dispatcher_test_fixtures::metrics::{Metric, documented};
use promql_parser::parser::{Expr, LabelModifier, VectorSelector, parse};

/// A query, and where it comes from.
fn queries(scheme: Scheme) -> Vec<(String, String)> {
    let alerts = alerts()
        .into_iter()
        .map(|it| (it.name.to_owned(), it.query));
    let panels = rows().into_iter().flat_map(|row| {
        let panels = row.panels.into_iter();
        panels.flat_map(|panel| {
            let title = panel.title;
            let queries = panel.queries.into_iter();
            queries.map(move |(query, _)| (format!("panel {title:?}"), query))
        })
    });
    let renamed = |(place, query): (String, String)| {
        let query = scheme.rename(&query).replace("$__rate_interval", "5m");
        (place, query)
    };
    alerts.chain(panels).map(renamed).collect()
}

/// Labels that a scrape adds to every series.
const OF_THE_SCRAPE: [&str; 2] = ["job", "instance"];

/// What a query names that is not exported.
fn unknown(query: &str, scheme: Scheme) -> Vec<String> {
    let expr = match parse(query) {
        Ok(expr) => expr,
        Err(error) => return vec![error],
    };
    let mut look = Look {
        scheme,
        metrics: documented(),
        faults: Vec::new(),
    };
    look.at(&expr);
    look.faults
}

struct Look {
    scheme: Scheme,
    metrics: Vec<Metric>,
    faults: Vec<String>,
}

impl Look {
    /// Looks at a part of a query, and returns the labels that its results have; `None` if it is a number.
    fn at(&mut self, expr: &Expr) -> Option<BTreeSet<String>> {
        match expr {
            Expr::VectorSelector(selector) => Some(self.selector(selector)),
            Expr::MatrixSelector(matrix) => Some(self.selector(&matrix.vs)),
            Expr::Paren(inner) => self.at(&inner.expr),
            Expr::Unary(inner) => self.at(&inner.expr),
            Expr::Subquery(inner) => self.at(&inner.expr),
            Expr::Aggregate(aggregate) => {
                let labels = self.at(&aggregate.expr).unwrap_or_default();
                match &aggregate.modifier {
                    Some(LabelModifier::Include(by)) => {
                        Some(self.of(&labels, &by.labels, "aggregated by"))
                    }
                    Some(LabelModifier::Exclude(without)) => {
                        let gone = self.of(&labels, &without.labels, "aggregated without");
                        Some(labels.difference(&gone).cloned().collect())
                    }
                    None => Some(BTreeSet::new()),
                }
            }
            Expr::Binary(binary) => {
                let left = self.at(&binary.lhs);
                let right = self.at(&binary.rhs);
                let matching = binary.modifier.as_ref().and_then(|it| it.matching.as_ref());
                if let Some(LabelModifier::Include(on)) = matching {
                    for side in [&left, &right].into_iter().flatten() {
                        self.of(side, &on.labels, "matched on");
                    }
                }
                left.or(right)
            }
            Expr::Call(call) => {
                let labels = call.args.args.iter().map(|it| self.at(it));
                labels.collect::<Vec<_>>().into_iter().flatten().next()
            }
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => None,
            other => {
                self.faults.push(format!("not looked at: {other}"));
                None
            }
        }
    }

    /// Those of the labels that a series has; the others are faults.
    fn of(&mut self, has: &BTreeSet<String>, named: &[String], how: &str) -> BTreeSet<String> {
        for label in named.iter().filter(|it| !has.contains(*it)) {
            self.faults
                .push(format!("{how} {label}, which is not there"));
        }
        named
            .iter()
            .filter(|it| has.contains(*it))
            .cloned()
            .collect()
    }

    fn selector(&mut self, selector: &VectorSelector) -> BTreeSet<String> {
        let name = selector.name.clone().unwrap_or_default();
        let scheme = self.scheme;
        let series = |metric: &Metric| {
            let base = scheme.name(metric);
            let suffixes = metric.series().into_iter();
            let suffixes = suffixes.map(|it| it[metric.name.len()..].to_owned());
            suffixes.map(|it| format!("{base}{it}")).collect::<Vec<_>>()
        };
        let found = self.metrics.iter().find(|it| series(it).contains(&name));
        let Some(metric) = found.cloned() else {
            self.faults.push(format!("no metric {name}"));
            return BTreeSet::new();
        };
        let mut labels = metric.labels.clone();
        labels.extend(OF_THE_SCRAPE.map(str::to_owned));
        if name.ends_with("_bucket") {
            labels.insert("le".to_owned());
        }
        for matcher in &selector.matchers.matchers {
            if !labels.contains(&matcher.name) {
                self.faults
                    .push(format!("no label {} of {name}", matcher.name));
            }
            // Of a regular expression each alternative.
            let outcomes = matcher.value.split('|');
            for outcome in outcomes.filter(|_| matcher.name == "outcome") {
                if !metric.outcomes.contains(outcome) {
                    self.faults.push(format!("no outcome {outcome} of {name}"));
                }
            }
        }
        labels
    }
}

#[test]
fn every_query_names_documented_metrics_labels_and_outcomes() {
    for scheme in Scheme::ALL {
        let queries = queries(scheme);
        assert!(queries.len() > 30, "{}", queries.len());
        for (place, query) in queries {
            assert_eq!(unknown(&query, scheme), [""; 0], "{place}: {query}");
        }
    }
}

#[test]
fn a_query_that_could_never_have_a_result_is_noticed() {
    for (query, expected) in [
        (
            "rate(dispatcher_publish_total[5m])",
            "no metric dispatcher_publish_total",
        ),
        (
            "sum by (consumer) (dispatcher_publish_count)",
            "aggregated by consumer, which is not there",
        ),
        (
            "dispatcher_consume_count{outcome=\"failed\"}",
            "no outcome failed of dispatcher_consume_count",
        ),
        (
            "dispatcher_consume_count{topic=\"a\"}",
            "no label topic of dispatcher_consume_count",
        ),
        (
            "sum by (consumer) (dispatcher_consume_count) and on (subscription) dispatcher_consume_count",
            "matched on subscription, which is not there",
        ),
    ] {
        assert_eq!(unknown(query, Scheme::Metrics), [expected], "{query}");
    }
}

/// All gauges of subscriptions are on the dashboard: what is measured can be seen.
#[test]
fn the_dashboard_shows_every_gauge() {
    let shown: String = queries(Scheme::Metrics)
        .into_iter()
        .map(|(_, query)| query)
        .collect();
    for metric in documented().iter().filter(|it| it.kind == "gauge") {
        assert!(shown.contains(&metric.name), "{}", metric.name);
    }
}
