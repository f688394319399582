//! From a payload's type to what is inserted, and from what is read to the type, without a
//! database.

use std::hint::black_box;
use std::time::{Duration, Instant};

use acme_contracts::coach_availability_changed::CoachAvailabilityChanged;
use acme_contracts::order_paid::v1::OrderPaid;
use acme_contracts::{Coaching, Revenue};
use dispatcher_runtime::{Dispatcher, Payload};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use crate::allocations::Allocations;
use crate::{Bench, Error, Figure, Round, Section, Unit};
use dispatcher_test_fixtures::TENANT;

const HOW: &str = "\
On one thread, without a database. *Encode* is the call of `Dispatcher::publish`, which is not awaited: the \
payload is cloned, serialized and validated. Raw is the clone and `serde_json::to_string`. What the runtime \
does only when a publish is awaited, such as formatting the row, is not included. *Decode* is \
`serde_json::from_str` to a `Value` and `Payload::from_json`, which validates it and builds the type. Raw is \
`serde_json::from_str` to the type. The check for numbers that JSON rounds, which a consumer makes first, is \
not included. The small payload is an `order.paid` of version 1; the large one is a \
`coach.availability_changed` with many venues and exceptions.";

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("codec", "Payloads", HOW);
    // Never connects.
    let pool = PgPool::connect_lazy_with(PgConnectOptions::new());
    let revenue = Dispatcher::<Revenue>::builder(pool.clone()).tenant(TENANT);
    let revenue = revenue.build()?;
    let coaching = Dispatcher::<Coaching>::builder(pool).tenant(TENANT);
    let coaching = coaching.build()?;
    let (mut times, mut allocations) = (Vec::new(), Vec::new());
    let mut add = |figures: [[Figure; 2]; 2]| {
        for [time, allocated] in figures {
            times.push(time);
            allocations.push(allocated);
        }
    };
    let small: OrderPaid = read(small())?;
    add(measure(bench, &small, |payload| {
        drop(black_box(revenue.publish(payload)));
    })?);
    let large: CoachAvailabilityChanged = read(large())?;
    add(measure(bench, &large, |payload| {
        drop(black_box(coaching.publish(payload)));
    })?);
    section.figures.extend(times.into_iter().chain(allocations));
    Ok(section)
}

/// Encode and decode, each with its time and its allocations.
fn measure<P: Payload>(
    bench: &Bench,
    payload: &P,
    encode: impl Fn(P),
) -> Result<[[Figure; 2]; 2], Error> {
    let text = serde_json::to_string(payload)?;
    let case = |what| format!("{what}, {} bytes", text.len());
    let time = Duration::from_millis(bench.pick(300, 50));
    bench.progress(&format!("  {} bytes", text.len()));
    let figures = |what| {
        [
            Figure::new(case(what), Unit::Microseconds).against("plain serde_json"),
            Figure::new(case(what), Unit::Allocations).against("plain serde_json"),
        ]
    };
    let (mut encoding, mut decoding) = (figures("encode"), figures("decode"));
    for round in bench.rounds() {
        let ours = repeat(time, || {
            encode(payload.clone());
            Ok(())
        })?;
        let plain = repeat(time, || {
            black_box(serde_json::to_string(&payload.clone())?);
            Ok(())
        })?;
        push(&mut encoding, round, ours, plain);
        let ours = repeat(time, || {
            black_box(read::<P>(serde_json::from_str(black_box(&text))?)?);
            Ok(())
        })?;
        let plain = repeat(time, || {
            black_box(serde_json::from_str::<P>(black_box(&text))?);
            Ok(())
        })?;
        push(&mut decoding, round, ours, plain);
    }
    Ok([encoding, decoding])
}

fn push([time, allocated]: &mut [Figure; 2], round: Round, ours: [f64; 2], plain: [f64; 2]) {
    time.push(round, ours[0], plain[0]);
    allocated.push(round, ours[1], plain[1]);
}

fn read<P: Payload>(value: Value) -> Result<P, Error> {
    P::from_json(value).map_err(|error| Error::Figure(error.to_string()))
}

/// Microseconds and allocations of each time.
fn repeat(time: Duration, job: impl Fn() -> Result<(), Error>) -> Result<[f64; 2], Error> {
    let mut times = 0_u32;
    let allocations = Allocations::count();
    let began = Instant::now();
    while began.elapsed() < time {
        // Reading the clock must not be part of what is measured.
        for _ in 0..16 {
            job()?;
        }
        times += 16;
    }
    let times = f64::from(times);
    let micros = began.elapsed().as_secs_f64() * 1_000_000.0;
    Ok([micros / times, allocations.so_far() / times])
}

/// Seven fields, 222 bytes.
fn small() -> Value {
    json!({
        "order_id": "ord_0192f39e-5a08-7d17-a2c4-3b1f0e9d8c76",
        "person_id": "per_0191c2b7-4e90-7f35-8d6a-7c5b4a392817",
        "product_code": "CREDITS-10",
        "credits": 10,
        "amount_minor": 12_000,
        "currency": "GBP",
        "paid_at": "2026-03-02T17:05:44Z",
    })
}

/// About 64 KiB: ten slots a day with twelve venues each, and days that differ.
fn large() -> Value {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let venue = |number: u32| format!("ven_01919a3c-6f12-7b88-8c0d-{number:012x}");
    let slots = (0..70_u32).map(|slot| {
        let venues: Vec<_> = (slot..slot + 12).map(venue).collect();
        let hour = 8 + slot / 7;
        json!({
            "weekday": DAYS[slot as usize % 7],
            "from": format!("{hour:02}:00"), "until": format!("{hour:02}:45"), "venue_ids": venues,
        })
    });
    let exceptions = (0..336_u32).map(|day| {
        let on = format!("2027-{:02}-{:02}", 1 + day / 28, 1 + day % 28);
        json!({ "kind": "extra_hours", "on": on, "from": "09:00", "until": "12:00" })
    });
    json!({
        "coach_id": "coa_0192a4d0-31c7-7e02-9b5f-6a1d2c3e4f50",
        "effective_from": "2027-01-01",
        "effective_until": null,
        "timezone": "Europe/London",
        "weekly_slots": slots.collect::<Vec<_>>(),
        "exceptions": exceptions.collect::<Vec<_>>(),
        "changed_at": "2026-11-24T20:11:37Z",
    })
}
