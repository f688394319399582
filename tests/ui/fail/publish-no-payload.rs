use acme_contracts::Revenue;
use dispatcher_runtime::{Dispatcher, PublishError};

pub async fn bill(dispatcher: Dispatcher<Revenue>) -> Result<(), PublishError> {
    dispatcher.publish("credit.locked").await?;
    Ok(())
}

fn main() {}
