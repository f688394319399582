//! What the model says of questions whose answers are known.

use dispatcher_capacity::{Input, simulate};

fn input(text: &str) -> Input {
    serde_json::from_str(text).expect("a question")
}

const ONE: &str = r#"{
    "cores": 2, "log_days": 1, "stream_days": 1, "burst_factor": 3, "burst_seconds": 10,
    "logs": [{"name": "shared", "events_per_second": 100, "event_bytes": 740}],
    "domains": [{"name": "coaching", "log": "shared", "handler_ms": 4.5, "partitions": 1}],
    "rates": {"publish_us": 100, "consume_us": 400, "relay_us": 20, "mirror_us": 40, "delivery_ms": 0.5, "row_bytes": 260, "dedup_bytes": 0}
}"#;

#[test]
fn parts_are_as_busy_as_what_their_events_cost_together() {
    let report = simulate(&input(ONE)).expect("an answer");
    let busy = |name: &str| {
        let part = report.parts.iter().find(|part| part.name.contains(name));
        part.expect("the part").busy
    };
    // 100 events of 500 us on two cores; and of 5 ms in one partition.
    assert!((busy("Postgres of shared") - 0.025).abs() < 1e-9);
    assert!((busy("partitions") - 0.5).abs() < 1e-9);
    assert!(report.parts[0].name.contains("partitions"), "{report}");
    // 100 events a second of 1000 bytes.
    assert!((report.disks[0].gigabytes - 8.64).abs() < 1e-9, "{report}");
}

#[test]
fn a_burst_drains_with_what_the_partitions_have_left() {
    let report = simulate(&input(ONE)).expect("an answer");
    let backlog = &report.backlogs[0];
    // 300 come in and 200 go out for 10 s; then 100 are left over in each second.
    assert!((backlog.most_events - 1000.0).abs() <= 100.0, "{report}");
    let drained = backlog.drain_seconds.expect("it drains");
    assert!((9.0..=11.0).contains(&drained), "{report}");
}

#[test]
fn what_is_saturated_never_drains_and_is_named_first() {
    let text = ONE.replace("\"handler_ms\": 4.5", "\"handler_ms\": 50");
    let report = simulate(&input(&text)).expect("an answer");
    assert_eq!(report.backlogs[0].drain_seconds, None);
    assert!(
        report
            .to_string()
            .contains("partitions of a subscription is saturated"),
        "{report}"
    );
    let more = text.replace("\"partitions\": 1", "\"partitions\": 64");
    let report = simulate(&input(&more)).expect("an answer");
    assert!(report.backlogs[0].drain_seconds.is_some(), "{report}");
}

/// Its subscriptions cost the shared Postgres nothing any more, but for the relay.
#[test]
fn a_domain_that_moves_out_takes_its_share_with_it() {
    let busy = |text: &str| {
        let report = simulate(&input(text)).expect("an answer");
        let part = report
            .parts
            .iter()
            .find(|it| it.name == "Postgres of shared: processor");
        part.expect("the part").busy
    };
    let moved = ONE.replace(
        "\"log\": \"shared\",",
        "\"log\": \"shared\", \"own_database\": true,",
    );
    assert!(busy(&moved) < busy(ONE) / 3.0);
    let report = simulate(&input(&moved)).expect("an answer");
    let names: Vec<_> = report.parts.iter().map(|part| &*part.name).collect();
    for name in [
        "relay of shared",
        "mirror of coaching",
        "Postgres of coaching: processor",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn a_question_without_an_answer_says_what_to_change() {
    for (was, is, expected) in [
        (
            "\"log\": \"shared\"",
            "\"log\": \"other\"",
            "not among shared",
        ),
        ("\"cores\": 2", "\"cores\": 0", "`cores`"),
        (
            "\"partitions\": 1",
            "\"partitions\": 0",
            "at least 1 partition",
        ),
    ] {
        let refused = simulate(&input(&ONE.replace(was, is))).map(|_| ());
        let problem = refused.expect_err("it has no answer");
        assert!(problem.contains(expected), "{problem}");
    }
}

/// The example that docs/scale.md shows.
#[test]
fn the_example_has_an_answer() {
    let report = simulate(&input(include_str!("company.json"))).expect("an answer");
    for backlog in &report.backlogs {
        assert!(backlog.drain_seconds.is_some(), "{report}");
    }
    for line in report.to_string().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
