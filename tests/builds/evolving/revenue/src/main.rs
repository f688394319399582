//! Publishes that credits of a person were locked.
#![deny(warnings)]

mod contracts {
    dispatcher_runtime::include_contracts!();
}

use contracts::Revenue;
use contracts::credit_locked::CreditLocked;
use dispatcher_runtime::Dispatcher;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("usage: revenue URL PERSON")?;
    let person = arguments.next().ok_or("usage: revenue URL PERSON")?;
    let pool = sqlx::PgPool::connect(&url).await?;
    let revenue = Dispatcher::<Revenue>::builder(pool).tenant("tnt_north").build()?;
    let locked = CreditLocked {
        person_id: person.parse()?,
        locked_credits: 2.try_into()?,
    };
    revenue.publish(locked).await?;
    Ok(())
}
