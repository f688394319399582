//! The alerts of relays and mirrors. Each process that samples reports all of its database.

use crate::alert::{Alert, Severity};
use crate::alerts::FRESH;
use crate::case::Case;

const NORTH: &str = "direction=\"relay\",stream=\"north\"";
const NORTH_OF_B: &str = "direction=\"relay\",stream=\"north\",job=\"shop\",instance=\"b\"";
const OF_NORTH: [(&str, &str); 2] = [("direction", "relay"), ("stream", "north")];

fn fresh(gauge: &str) -> String {
    format!("max by (direction, stream) (\n  {gauge}\n  {FRESH}\n)")
}

pub(crate) fn stuck() -> Alert {
    let waiting = "dispatcher_transfer_waiting_seconds";
    let holders = "dispatcher_transfer_holders";
    let text = "The relay of the stream north does not go on";
    let more = "No process works on it, or what it waits for has lasted for more than 2 minutes. Look: dispatcher transfers show relay/north.";
    Alert {
        name: "DispatcherTransferStuck",
        why: "A lease lasts 10 s, and a server of NATS that restarts is back within seconds. What has lasted two minutes needs a person: a stream that is full, or one that does not belong to the log.",
        query: format!("{} > 120\nor\n{} == 0", fresh(waiting), fresh(holders)),
        lasts: "2m",
        severity: Severity::Critical,
        summary: "The {{ $labels.direction }} of the stream {{ $labels.stream }} does not go on",
        description: "No process works on it, or what it waits for has lasted for more than 2 minutes. Look: dispatcher transfers show {{ $labels.direction }}/{{ $labels.stream }}.",
        cases: vec![
            Case::new("a relay waits for a stream that is full")
                .labelled(holders, NORTH, "1x60")
                .labelled(waiting, NORTH, "0+30x60")
                .fires_with(&OF_NORTH, text, more),
            Case::new("no process has worked on a relay for 20 minutes")
                .labelled(holders, NORTH, "0x60")
                .labelled(waiting, NORTH, "0x60")
                .fires_with(&OF_NORTH, text, more),
            Case::new("a relay whose holder was lost a minute ago")
                .labelled(holders, NORTH, "1x4 0x60")
                .at("3m"),
            Case::new("a server of NATS restarts now and then")
                .labelled(holders, NORTH, "1x60")
                .labelled(waiting, NORTH, "0 30 60x60"),
            Case::new("it goes on")
                .labelled(holders, NORTH, "1x60")
                .labelled(waiting, NORTH, "0x60"),
            Case::new("a process whose sampler stopped still says that nothing works on it")
                .sampled("b", "0x60")
                .labelled(holders, NORTH, "1x60")
                .labelled(holders, NORTH_OF_B, "0x60"),
            Case::new("it was removed").labelled(holders, NORTH, "0x4 stale"),
        ],
    }
}

/// A counter begins with its first event, of which `increase` sees nothing.
pub(crate) fn incomplete() -> Alert {
    let counter = "dispatcher_transfer_count";
    let lost = "dispatcher_transfer_count{outcome=~\"too_large|unreadable|refused\"}";
    let of = |outcome: &str| format!("direction=\"mirror\",stream=\"north\",outcome=\"{outcome}\"");
    Alert {
        name: "DispatcherTransferIncomplete",
        why: "Each of them is a fact that no handler behind it gets. The alert lasts an hour after the last one, because a counter does not fall.",
        query: format!(
            "sum by (direction, stream, outcome) (\n  increase({lost}[1h]) > 0\n  or\n  ({lost} unless {lost} offset 1h)\n) > 0"
        ),
        lasts: "0m",
        severity: Severity::Warning,
        summary: "Events of the stream {{ $labels.stream }} have lost their payload on the way: {{ $labels.outcome }}",
        description: "The {{ $labels.direction }} has moved them without it, and they are dead letters of each subscription behind it. Look: dispatcher dlq list.",
        cases: vec![
            Case::new("the first message that is not an event")
                .labelled(counter, &of("unreadable"), "_x20 1x40")
                .fires_with(
                    &[("direction", "mirror"), ("stream", "north"), ("outcome", "unreadable")],
                    "Events of the stream north have lost their payload on the way: unreadable",
                    "The mirror has moved them without it, and they are dead letters of each subscription behind it. Look: dispatcher dlq list.",
                ),
            Case::new("another payload that is too large, a day after the first")
                .labelled(counter, &of("too_large"), "1x20 2x40")
                .fires_with(
                    &[("direction", "mirror"), ("stream", "north"), ("outcome", "too_large")],
                    "Events of the stream north have lost their payload on the way: too_large",
                    "The mirror has moved them without it, and they are dead letters of each subscription behind it. Look: dispatcher dlq list.",
                ),
            Case::new("whole events, and attempts that did not go on")
                .labelled(counter, &of("moved"), "0+100x60")
                .labelled(counter, &of("waits"), "0+1x60"),
            Case::new("the last one was more than an hour ago")
                .labelled(counter, &of("refused"), "1x200")
                .at("90m"),
        ],
    }
}

pub(crate) fn behind() -> Alert {
    let gauge = "dispatcher_transfer_behind_seconds";
    Alert {
        name: "DispatcherTransferBehind",
        why: "A minute is what the command and the page call behind. Five minutes of it are more than a burst.",
        query: format!("{} > 60", fresh(gauge)),
        lasts: "5m",
        severity: Severity::Warning,
        summary: "The {{ $labels.direction }} of the stream {{ $labels.stream }} is {{ $value | humanizeDuration }} behind",
        description: "The consumers behind it get their events that much later. Look: dispatcher transfers show {{ $labels.direction }}/{{ $labels.stream }}.",
        cases: vec![
            Case::new("its oldest event is 5 minutes old")
                .labelled(gauge, NORTH, "300x60")
                .fires_with(
                    &OF_NORTH,
                    "The relay of the stream north is 5m 0s behind",
                    "The consumers behind it get their events that much later. Look: dispatcher transfers show relay/north.",
                ),
            Case::new("it is up to a minute behind").labelled(gauge, NORTH, "60x60"),
            Case::new("a burst takes it three minutes")
                .labelled(gauge, NORTH, "0 90x60")
                .at("3m"),
            Case::new("a process whose sampler stopped does not count")
                .sampled("b", "0x60")
                .labelled(gauge, NORTH, "0x60")
                .labelled(gauge, NORTH_OF_B, "300x60"),
            Case::new("it was removed, and the exporter cannot forget a gauge").labelled(
                gauge,
                NORTH,
                &format!("300x8{}", " NaN".repeat(32)),
            ),
        ],
    }
}
