use changing_contracts::lesson_booked::{self, LessonBooked, v2};
use changing_contracts::Office;
use dispatcher_runtime::{Dispatcher, EventEnvelope, HandlerError, PublishError, subscribe};

#[subscribe(lesson_booked)]
async fn timetable(_event: EventEnvelope<LessonBooked>) -> Result<(), HandlerError> {
    Ok(())
}

pub async fn book(dispatcher: Dispatcher<Office>, lesson: v2::LessonBooked) -> Result<(), PublishError> {
    dispatcher.publish(lesson).await?;
    Ok(())
}

pub async fn book_all(dispatcher: Dispatcher<Office>, lessons: Vec<v2::LessonBooked>) -> Result<(), PublishError> {
    dispatcher.publish_all(lessons).await?;
    Ok(())
}

fn main() {}
