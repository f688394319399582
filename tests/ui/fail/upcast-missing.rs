use acme_contracts::refund_issued::{self, RefundIssued};
use changing_contracts::lesson_moved::{self, LessonMoved};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[subscribe(lesson_moved)]
async fn timetable(_event: EventEnvelope<LessonMoved>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
enum Change {
    Moved(LessonMoved),
    Refunded(RefundIssued),
}

#[subscribe(lesson_moved, refund_issued)]
async fn news(_event: EventEnvelope<Change>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
