use super::*;
use crate::books::{Arrival, Message, Observation, Place};

/// What is done to books that balance, and what the judge then says.
type Case = (fn(&mut Books), &'static str);

/// Three events that have gone all the way; the rule of seed 1 lets all of them be handled.
fn balanced() -> (Books, HashSet<String>) {
    let ledger = (1..=3).map(|n| Entry {
        key: format!("key {n}"),
        event_id: format!("evt {n}"),
        position: 10 * n,
        subject: "per".to_owned(),
        n: Some(n),
        kind: "single".to_owned(),
        payload: vec![n as u8],
        event: format!("event {n}"),
    });
    let ledger: Vec<_> = ledger.collect();
    let stream = ledger.iter().zip(1..).map(|(entry, sequence)| Message {
        sequence,
        event_id: entry.event_id.clone(),
        position: entry.position,
        payload: entry.payload.clone(),
    });
    let arrivals = ledger.iter().map(|entry| Arrival {
        event_id: entry.event_id.clone(),
        event: entry.event.clone(),
    });
    let effects = ledger
        .iter()
        .map(|entry| ("hold_slot".to_owned(), entry.event_id.clone()));
    let books = Books {
        stream: stream.collect(),
        arrivals: arrivals.collect(),
        effects: effects.collect(),
        observations: vec![Observation {
            direction: "mirror".to_owned(),
            was: 0,
            sequence: 2,
            anchor: Some((2, "evt 2".to_owned())),
        }],
        places: [("relay", 30), ("mirror", 0)].map(place).to_vec(),
        ledger,
        ..Books::default()
    };
    let planned = books.ledger.iter().map(|entry| entry.key.clone()).collect();
    (books, planned)
}

fn place((direction, position): (&str, i64)) -> Place {
    Place {
        direction: direction.to_owned(),
        sequence: 3,
        position,
    }
}

fn found(change: impl FnOnce(&mut Books)) -> Vec<&'static str> {
    let (mut books, planned) = balanced();
    change(&mut books);
    let found = judge(&books, Rule { seed: 1 }, &planned);
    let mut found: Vec<_> = found.iter().map(|it| it.what).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn what_has_gone_all_the_way_balances() {
    assert!(found(|_| {}).is_empty());
}

#[test]
fn each_fault_of_the_stream_is_found() {
    let cases: [Case; 5] = [
        (|books| drop(books.stream.pop()), "missing in the stream"),
        (
            |books| {
                books.stream.push(Message {
                    sequence: 4,
                    ..books.stream[0].clone()
                })
            },
            "twice in the stream",
        ),
        (
            |books| books.stream[1].payload = vec![9],
            "altered in the stream",
        ),
        (
            |books| books.stream[1].event_id = "evt 9".to_owned(),
            "in the stream and never committed",
        ),
        (|books| books.stream[2].sequence = 5, "gap in the stream"),
    ];
    for (change, what) in cases {
        assert!(found(change).contains(&what), "{what}: {:?}", found(change));
    }
    for length in [2, 3, 4] {
        let differs = found(|books| {
            let mut replica = books.stream.clone();
            replica.resize(length, books.stream[0].clone());
            books.replicas.push(("n1".to_owned(), replica));
        });
        let expected: &[_] = match length {
            3 => &[],
            _ => &["another stream on a server"],
        };
        assert_eq!(differs, expected);
    }
    let swapped = found(|books| books.stream.swap(0, 1));
    assert!(
        swapped.contains(&"out of order in the stream"),
        "{swapped:?}"
    );
    assert!(
        swapped.contains(&"another event under a sequence"),
        "{swapped:?}"
    );
}

#[test]
fn each_fault_of_the_consuming_side_is_found() {
    let cases: [Case; 7] = [
        (
            |books| drop(books.arrivals.remove(1)),
            "missing in the consuming log",
        ),
        (
            |books| books.arrivals.push(books.arrivals[0].clone()),
            "twice in the consuming log",
        ),
        (
            |books| books.arrivals.swap(1, 2),
            "out of order in the consuming log",
        ),
        (
            |books| books.effects.push(books.effects[0].clone()),
            "applied more than once",
        ),
        (|books| drop(books.effects.pop()), "without an outcome"),
        (|books| books.effects.swap(0, 1), "applied out of order"),
        (|books| books.observations[0].was = 3, "mirror went back"),
    ];
    for (change, what) in cases {
        assert!(found(change).contains(&what), "{what}: {:?}", found(change));
    }
}

#[test]
fn each_fault_of_the_producing_side_is_found() {
    let lost = found(|books| {
        books.ledger.remove(1);
    });
    assert!(
        lost.contains(&"committed and not in the ledger"),
        "{lost:?}"
    );
    let invented = found(|books| books.invented.push("evt 8".to_owned()));
    assert_eq!(invented, ["in the producing log and not in the ledger"]);
    let swapped = found(|books| books.ledger[0].n = Some(2));
    assert_eq!(swapped, ["out of order in the producing log"]);
    let dead = found(|books| books.dead.push("evt 1".to_owned()));
    assert_eq!(dead, ["applied and a dead letter"]);
}

#[test]
fn a_row_that_does_not_say_where_its_transfer_is_is_found() {
    let changes: [fn(&mut Books); 6] = [
        |books| books.places[0].sequence = 2,
        |books| books.places[0].position = 31,
        |books| books.places[1].sequence = 4,
        |books| books.places[1].position = 30,
        |books| books.places.push(place(("mirror", 0))),
        |books| drop(books.places.remove(0)),
    ];
    for change in changes {
        assert_eq!(found(change), ["row of a transfer not at the end"]);
    }
}
