//! A payload by value or by reference, so that `publish` takes both.

use crate::contract::payload::{Domain, Payload};
use crate::contract::permission::PublishedBy;

/// A payload `P`, or a reference to one.
///
/// A publish writes the payload to JSON and keeps nothing of it, so a reference is enough, and saves a
/// clone. The trait is sealed: it is implemented for the payload types of contracts, and references to
/// them.
///
/// ```no_run
/// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
/// # async fn example(dispatcher: dispatcher_runtime::Dispatcher<Revenue>, event: CreditLocked) -> Result<(), dispatcher_runtime::PublishError> {
/// dispatcher.publish(&event).await?;
/// println!("locked {}", event.locked_credits);
/// # Ok(()) }
/// ```
// There is one implementation for each way to pass a payload. They differ in the parameter `P`, and
// rustc finds `P` because only one of them holds for any given type: a reference is never a `Payload`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of an event type",
    label = "not generated from a contract",
    note = "publish a payload of your contracts, such as `CreditLocked {{ … }}`; where the event type is known only at run time, use `publish_untyped`"
)]
pub trait BorrowPayload<P>: sealed::Sealed<P> {
    #[doc(hidden)]
    fn payload(&self) -> &P;
}

impl<P: Payload> BorrowPayload<P> for P {
    fn payload(&self) -> &P {
        self
    }
}

impl<P: Payload> BorrowPayload<P> for &P {
    fn payload(&self) -> &P {
        self
    }
}

/// A payload `P` that the domain `D` publishes, or a reference to one: what
/// [`Dispatcher::publish`](crate::Dispatcher::publish) takes. It is sealed: every [`BorrowPayload`] of a
/// payload that is [`PublishedBy`] the domain has it, and nothing else.
///
/// Code that publishes payloads it does not know is bound by [`PublishedBy`].
// The bound is on what is passed and not on `P` alone, so that rustc points at the payload that the
// domain does not publish.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of an event type",
    label = "not generated from a contract",
    note = "publish a payload of your contracts, such as `CreditLocked {{ … }}`; where the event type is known only at run time, use `publish_untyped`"
)]
pub trait BorrowPublished<D, P>: BorrowPayload<P> {}

impl<D: Domain, P: PublishedBy<D>, B: BorrowPayload<P>> BorrowPublished<D, P> for B {}

mod sealed {
    use crate::contract::payload::Payload;

    pub trait Sealed<P> {}

    impl<P: Payload> Sealed<P> for P {}

    impl<P: Payload> Sealed<P> for &P {}
}
