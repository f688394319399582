use super::super::books::{Effect, Entry, Member, Move, RedriveEntry};
use super::*;

const RULES: Rules = Rules {
    seed: 5,
    aborts_per_million: 1_000,
};

/// The subscriptions of `credit.locked`.
const LOCKED: [&str; 5] = [
    "hold_slot",
    "audit_lock",
    "follow_credit",
    "note_lock",
    "tell_of_lock",
];

/// A key whose rule is the same in every subscription: handle the event at once, or never.
fn keys(deadly: bool) -> impl Iterator<Item = String> {
    (0..)
        .map(|number| format!("key {number}"))
        .filter(move |key| {
            LOCKED.iter().all(|subscription| {
                let rule = RULES.for_event(subscription, key);
                if deadly {
                    rule.is_deadly() && !rule.is_handled_when_redriven()
                } else {
                    rule.at(Attempt::first_time(1)) == Answer::Handle
                }
            })
        })
}

fn effect(subscription: &str, event_id: &str) -> Effect {
    Effect {
        subscription: subscription.to_owned(),
        event_id: event_id.to_owned(),
        attempt: 1,
        redrive: None,
    }
}

/// Three events of one subject, `a`, `b` and `c`, handled everywhere.
fn balanced() -> (Books, HashSet<String>) {
    let mut books = Books::default();
    let mut planned = HashSet::new();
    for ((event_id, position), key) in ["a", "b", "c"].into_iter().zip(1..).zip(keys(false)) {
        planned.insert(key.clone());
        let entry = Entry {
            key,
            event_type: "credit.locked".to_owned(),
            subject: Some("per_1".to_owned()),
            n: Some(position),
            kind: "single".to_owned(),
        };
        books.ledger.insert(event_id.to_owned(), entry);
        books.log.insert(event_id.to_owned(), position);
        books.effects.push(effect("hold_slot", event_id));
        books.outside.push(effect("tell_of_lock", event_id));
    }
    for subscription in ["audit_lock", "follow_credit", "note_lock"] {
        let noted = ["a", "b", "c"].map(|event_id| effect(subscription, event_id));
        books.effects.extend(noted);
    }
    (books, planned)
}

fn found(change: impl FnOnce(&mut Books)) -> Vec<(&'static str, String)> {
    let (mut books, planned) = balanced();
    change(&mut books);
    let found = judge(&books, RULES, &planned);
    found.into_iter().map(|it| (it.what, it.event)).collect()
}

fn one(what: &'static str, event: &str) -> Vec<(&'static str, String)> {
    vec![(what, event.to_owned())]
}

#[test]
fn what_balances_is_let_be() {
    assert_eq!(found(|_| {}), []);
    let again = effect("tell_of_lock", "a");
    assert_eq!(
        found(|it| it.outside.push(again)),
        [],
        "outside it may be more than once"
    );
}

#[test]
fn a_loss_is_found() {
    assert_eq!(found(|it| drop(it.effects.remove(1))), one("missing", "b"));
    assert_eq!(found(|it| drop(it.outside.remove(1))), one("missing", "b"));
    assert_eq!(
        found(|it| _ = it.log.remove("b")),
        one("missing in the log", "b")
    );
}

#[test]
fn a_double_is_found() {
    let again = effect("hold_slot", "c");
    assert_eq!(found(|it| it.effects.push(again)), one("doubled", "c"));
}

#[test]
fn a_wrong_order_is_found() {
    assert_eq!(found(|it| it.effects.swap(0, 1)), one("out of order", "a"));
}

#[test]
fn what_nobody_committed_is_found() {
    let stranger = effect("hold_slot", "x");
    assert_eq!(found(|it| it.effects.push(stranger)), one("invented", "x"));
    let position = 4;
    let log = |it: &mut Books| _ = it.log.insert("x".to_owned(), position);
    assert_eq!(found(log), one("invented in the log", "x"));
}

#[test]
fn a_dead_letter_needs_a_reason() {
    let bury = |errors: &[&str]| {
        let errors: Vec<_> = errors.iter().map(|&it| it.to_owned()).collect();
        found(move |it| {
            it.effects.remove(1);
            let (subscription, event_id) = ("hold_slot".to_owned(), "b".to_owned());
            it.dead.push(Dead {
                subscription,
                event_id,
                errors,
                is_redriving: false,
            });
        })
    };
    assert_eq!(bury(&["the disk is full"]), one("dead without reason", "b"));
    let slow = "the handler took longer than 1000 ms";
    assert_eq!(bury(&[slow; ATTEMPTS as usize]), []);
    assert_eq!(
        bury(&[slow]),
        one("dead without reason", "b"),
        "too few attempts"
    );
}

#[test]
fn an_effect_of_an_attempt_that_failed_is_found() {
    let deadly = keys(true).next().unwrap();
    let (mut books, mut planned) = balanced();
    planned.insert(deadly.clone());
    let entry = Entry {
        key: deadly,
        n: Some(4),
        ..books.ledger["a"].clone()
    };
    books.ledger.insert("d".to_owned(), entry);
    books.log.insert("d".to_owned(), 4);
    books.effects.push(effect("hold_slot", "d"));
    let errors = vec!["the rule says so".to_owned()];
    for subscription in ["audit_lock", "follow_credit", "note_lock", "tell_of_lock"] {
        books.dead.push(Dead {
            subscription: subscription.to_owned(),
            event_id: "d".to_owned(),
            errors: errors.clone(),
            is_redriving: false,
        });
    }
    let found: Vec<_> = judge(&books, RULES, &planned)
        .into_iter()
        .map(|it| it.what)
        .collect();
    assert_eq!(found, ["effect of an attempt that failed"]);
}

#[test]
fn what_still_waits_is_found() {
    let waiting = ("hold_slot".to_owned(), 7);
    assert_eq!(
        found(|it| it.waiting.push(waiting)),
        one("unsettled", "an event")
    );
}

/// What is found once version 1 has read `a` and `b`, two events of the type that it does not take.
fn of_versions(is_forbidden: bool, passed_over: &str) -> Vec<(&'static str, String)> {
    let (mut books, _) = balanced();
    for entry in books.ledger.values_mut() {
        entry.event_type = "credit.released".to_owned();
    }
    books.passed_over.insert(passed_over.to_owned());
    books.moves.push(Move {
        from: 0,
        to: 2,
        is_forbidden,
    });
    let mut judge = Judge {
        books: &books,
        rules: RULES,
        found: Vec::new(),
    };
    judge.versions();
    let found = judge.found.into_iter();
    found.map(|it| (it.what, it.event)).collect()
}

#[test]
fn version_1_may_pass_over_what_it_does_not_take_while_it_is_alone() {
    assert_eq!(of_versions(false, "b"), []);
}

#[test]
fn version_1_at_work_beside_version_2_is_found() {
    let found = one("version 1 at work beside version 2", "positions 1 to 2");
    assert_eq!(of_versions(true, "b"), found);
}

#[test]
fn what_version_2_passes_over_is_found() {
    assert_eq!(
        of_versions(false, "c"),
        one("passed over by version 2", "c")
    );
    let (mut books, planned) = balanced();
    books.moves.push(Move {
        from: 0,
        to: 3,
        is_forbidden: false,
    });
    books.passed_over.insert("b".to_owned());
    let found = judge(&books, RULES, &planned);
    let found: Vec<_> = found.into_iter().map(|it| (it.what, it.event)).collect();
    assert_eq!(
        found,
        one("passed over by version 2", "b"),
        "both versions take it"
    );
}

/// What is found once a redrive has handled `b`, if that is how the books are changed.
fn of_redrive(change: impl FnOnce(&mut Books)) -> Vec<(&'static str, String)> {
    found(|books| {
        books.redrives.push(RedriveEntry {
            id: "rdr_1".to_owned(),
            total: 2,
            numbers: [0, 0, 2, 0, 0],
            has_ended: true,
        });
        for event_id in ["a", "b"] {
            books.members.push(Member {
                redrive: "rdr_1".to_owned(),
                subscription: "hold_slot".to_owned(),
                event_id: event_id.to_owned(),
                outcome: "handled".to_owned(),
                is_resolved: true,
            });
            let key = ("hold_slot".to_owned(), event_id.to_owned());
            books.redriven.insert(key);
        }
        for effect in &mut books.effects[0..2] {
            effect.redrive = Some("rdr_1".to_owned());
        }
        change(books);
    })
}

#[test]
fn a_redrive_that_balances_is_let_be() {
    assert_eq!(of_redrive(|_| {}), []);
}

#[test]
fn a_redrive_that_handles_an_event_twice_is_found() {
    let again = Effect {
        redrive: Some("rdr_1".to_owned()),
        ..effect("hold_slot", "b")
    };
    assert_eq!(of_redrive(|it| it.effects.push(again)), one("doubled", "b"));
}

#[test]
fn a_redrive_that_does_not_end_or_add_up_is_found() {
    let numbers = one("numbers of a redrive", "rdr_1");
    assert_eq!(of_redrive(|it| it.redrives[0].numbers[3] = 1), numbers);
    assert_eq!(of_redrive(|it| it.redrives[0].total = 3), numbers);
    assert_eq!(
        of_redrive(|it| it.redrives[0].has_ended = false),
        one("redrive not ended", "rdr_1")
    );
}

#[test]
fn a_letter_that_stays_redriving_is_found() {
    let found = of_redrive(|it| {
        it.effects.remove(1);
        it.members[1].outcome = "waiting".to_owned();
        it.members[1].is_resolved = false;
        it.redrives[0].numbers = [0, 1, 1, 0, 0];
        it.dead.push(Dead {
            subscription: "hold_slot".to_owned(),
            event_id: "b".to_owned(),
            errors: vec!["the handler took longer than 1000 ms".to_owned(); ATTEMPTS as usize],
            is_redriving: true,
        });
    });
    assert_eq!(found, one("still redriving", "b"));
}

#[test]
fn a_member_that_is_not_what_its_redrive_says_is_found() {
    assert_eq!(
        of_redrive(|it| it.effects[1].redrive = None),
        one("redriven otherwise than noted", "b")
    );
    assert_eq!(
        of_redrive(|it| it.members[1].is_resolved = false),
        one("letter not as its redrive", "b")
    );
    let stranger = |it: &mut Books| it.effects[2].redrive = Some("rdr_1".to_owned());
    assert_eq!(of_redrive(stranger), one("redriven without a member", "c"));
}

#[test]
fn a_wrong_order_within_a_redrive_is_found() {
    assert_eq!(
        of_redrive(|it| it.effects.swap(0, 1)),
        one("out of order in a redrive", "a")
    );
}

#[test]
fn what_stays_paused_is_found() {
    assert_eq!(
        found(|it| it.paused.push("hold_slot".to_owned())),
        one("still paused", "the subscription")
    );
}
