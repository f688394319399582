use acme_contracts::Revenue;
use acme_contracts::lesson_scheduled::LessonScheduled;
use dispatcher_runtime::{Dispatcher, PublishError};

pub async fn bill(dispatcher: Dispatcher<Revenue>, lesson: LessonScheduled) -> Result<(), PublishError> {
    dispatcher.publish(lesson).await?;
    Ok(())
}

pub async fn bill_all(dispatcher: Dispatcher<Revenue>, lessons: Vec<LessonScheduled>) -> Result<(), PublishError> {
    dispatcher.publish_all(lessons).await?;
    Ok(())
}

fn main() {}
