use acme_contracts::lesson_scheduled::{self, LessonScheduled};
use acme_contracts::{REGISTRY, Revenue};
use dispatcher_runtime::{ConsumedBy, Dispatcher, Domain, EventType, PublishedBy, Registry};

// The rules come from the registry alone.
#[derive(Debug)]
struct Finance;

impl Domain for Finance {
    const NAME: &'static str = "finance";

    fn registry() -> &'static Registry {
        &REGISTRY
    }
}

impl PublishedBy<Finance> for LessonScheduled {}

impl ConsumedBy<Finance> for lesson_scheduled::EventType {}

// What holds for a call holds for a bound.
fn emit<P: PublishedBy<Revenue>>(dispatcher: &Dispatcher<Revenue>, payload: P) {
    drop(dispatcher.publish(payload));
}

fn of_any_domain<D: Domain, P: PublishedBy<Revenue>>(dispatcher: &Dispatcher<D>, payload: P) {
    drop(dispatcher.publish(payload));
}

fn name<E: EventType>() -> &'static str {
    E::NAME
}

fn main() {
    let _ = |dispatcher, lesson: LessonScheduled| emit(&dispatcher, lesson);
    name::<LessonScheduled>();
}
