//! The test kit: handlers and publishing code in tests, with a database and without one.
//!
//! | for a test of | there is |
//! |---|---|
//! | handlers with everything around them | [`TestKit`]: a database of its own, a consumer, a clock that stands still |
//! | one handler, without a database | [`deliver`] |
//! | one handler that writes through its `DeliveryTx` | [`deliver_within`] |
//! | what code publishes | [`TestKit::published`] |
//! | upcasts from older versions, without a database | [`check_upcasts`] |
//!
//! ```no_run
//! # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
//! # use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};
//! # #[subscribe(credit_locked)]
//! # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
//! # async fn example(event: CreditLocked) -> Result<(), Box<dyn std::error::Error>> {
//! use dispatcher_runtime::testing::TestKit;
//!
//! let kit = TestKit::<Coaching>::builder().subscribe(hold_slot).start().await?;
//! kit.publish(event).await?;
//! kit.wait_caught_up().await?;
//! kit.dead_letters().await?.expect_none();
//! # Ok(()) }
//! ```
//!
//! Nothing here sleeps and hopes: each wait ends when its condition holds, and if it never does, the error
//! says what is missing. Assertions panic at their line in the test and list what was there instead. None of
//! the crate's guarantees is relaxed: events pass the gate, and handlers run as in production.

mod builder;
mod database;
mod deliver;
pub(crate) mod error;
mod event;
mod found;
mod handler_failed;
mod kit;
mod statements;
mod upcasts;

pub use builder::TestKitBuilder;
pub use deliver::{deliver, deliver_within};
pub use event::{TestEvent, event};
pub use found::Found;
pub use handler_failed::HandlerFailed;
pub use kit::TestKit;
pub use upcasts::{UpcastFailure, UpcastsFailed, check_upcasts};

pub use crate::testing::error::TestKitError;

/// The tenant of events in tests, where a test names none.
const TENANT: &str = "tnt_test";
