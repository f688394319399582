//! Upcasts: how the payload of a version becomes that of its neighbour, up to the version that handlers take.
//!
//! A contracts crate implements [`Upcast`], or [`TryUpcast`] where the older payload may not have what the newer one
//! needs. Generated code asks for one between neighbouring live versions, and takes them one after the other. What
//! each of them returns passes the gate of its own version before the next step.

use std::any::Any;
use std::convert::Infallible;
use std::error::Error;
use std::panic::{self, AssertUnwindSafe};

use crate::contract::bounded_text::excerpt;
use crate::contract::decode_error::DecodeError;
use crate::contract::payload::{Payload, unreadable};

/// Turns the payload of an older version into that of the next one, so that a handler that takes the newest version
/// also gets the events that were published before it.
///
/// Each live version needs one from the live version before it, and no other: version 1 reaches version 3 through
/// version 2. Implement it where the types are, in the contracts crate; where there is no next version for some old
/// payloads, implement [`TryUpcast`] instead.
///
/// ```
/// # mod contracts {
/// # pub mod order_paid {
/// #     pub mod v1 { pub struct OrderPaid { pub order_id: String } }
/// #     pub mod v2 { pub struct OrderPaid { pub order_id: String, pub payment: Option<String> } }
/// # }
/// use dispatcher_runtime::Upcast;
///
/// impl Upcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid {
///     fn upcast(old: order_paid::v1::OrderPaid) -> Self {
///         Self { order_id: old.order_id, payment: None }
///     }
/// }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "there is no upcast from `{Old}` to `{Self}`, the next live version",
    label = "events of the older version could not be handled",
    note = "write `impl Upcast<{Old}> for {Self}` beside the generated types, or `impl TryUpcast<{Old}>` if it can fail; or retire the older version in event-types-registry.json"
)]
pub trait Upcast<Old>: Sized {
    /// The same fact, as the newer version tells it.
    ///
    /// The result passes the gate of its version before a handler receives it; otherwise the event becomes a dead
    /// letter that names this upcast.
    fn upcast(old: Old) -> Self;
}

/// An [`Upcast`] that can fail. An event for which it fails becomes a dead letter, which names the upcast and has
/// the error's message. A panic, in either form, counts as an error.
///
/// Whatever has an [`Upcast`] has this too, so that code can ask for either by this trait.
///
/// ```
/// # mod contracts {
/// # pub mod order_paid {
/// #     pub mod v1 { pub struct OrderPaid { pub order_id: String, pub credits: Option<u32> } }
/// #     pub mod v2 { pub struct OrderPaid { pub order_id: String, pub credits: u32 } }
/// # }
/// use dispatcher_runtime::TryUpcast;
///
/// impl TryUpcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid {
///     type Error = &'static str;
///
///     fn try_upcast(old: order_paid::v1::OrderPaid) -> Result<Self, Self::Error> {
///         let credits = old.credits.ok_or("the number of credits is not known")?;
///         Ok(Self { order_id: old.order_id, credits })
///     }
/// }
/// # }
/// ```
pub trait TryUpcast<Old>: Sized {
    /// Why there is no such payload: an error, or a text. What it says is recorded with the dead letter, so it should
    /// not show values that are sensitive.
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// The same fact, as the newer version tells it.
    ///
    /// The result passes the gate of its version, as that of [`Upcast::upcast`] does.
    ///
    /// # Errors
    /// The newer version cannot tell this fact.
    fn try_upcast(old: Old) -> Result<Self, Self::Error>;
}

impl<Old, New: Upcast<Old>> TryUpcast<Old> for New {
    type Error = Infallible;

    fn try_upcast(old: Old) -> Result<Self, Infallible> {
        Ok(New::upcast(old))
    }
}

/// Makes the next version of a payload, through the gate of that version: the types alone cannot hold every rule of
/// its schema.
pub fn upcast<Old: Payload, New: Payload + TryUpcast<Old>>(old: Old) -> Result<New, DecodeError> {
    // Whatever the upcast borrowed is gone after a panic.
    let new = panic::catch_unwind(AssertUnwindSafe(|| New::try_upcast(old)))
        .map_err(|panic| failed::<Old, New>(&panicked(&*panic)))?
        .map_err(|error| failed::<Old, New>(&chain(&*error.into())))?;
    new.check().map_err(|error| match error {
        DecodeError::Invalid { report, .. } => DecodeError::Upcast {
            event_type: New::EVENT_TYPE,
            from: Old::SCHEMA_VERSION,
            to: New::SCHEMA_VERSION,
            report,
        },
        other => other,
    })?;
    Ok(new)
}

/// A [`TryUpcast`] where it is proved that the newer version takes the payloads of the older one: the same JSON, without
/// what the newer version's closed objects do not declare.
///
/// Where the contracts crate has one too, rustc shows the name of this macro beside it. Write `"x-upcast": "by-hand"` into
/// the newer version in event-types-registry.json, and none is generated.
#[doc(hidden)]
#[macro_export]
macro_rules! __generated_upcast_unless_x_upcast_is_by_hand {
    ($old:ty => $new:ty) => {
        impl $crate::TryUpcast<$old> for $new {
            type Error = $crate::DecodeError;

            fn try_upcast(old: $old) -> ::core::result::Result<Self, $crate::DecodeError> {
                $crate::private::carry_over(old)
            }
        }
    };
}

/// Reads an older payload as the newer version. That the result is valid is found out by [`upcast`].
pub fn carry_over<Old: Payload, New: Payload>(old: Old) -> Result<New, DecodeError> {
    let value = serde_json::to_value(old).map_err(unreadable::<Old>)?;
    New::read(New::schema().pruned(value)).map_err(unreadable::<New>)
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("without a message"))
}

/// What an error says, with its sources.
fn chain(error: &(dyn Error + Send + Sync)) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        message += &format!(": {error}");
        source = error.source();
    }
    message
}

fn failed<Old: Payload, New: Payload>(message: &str) -> DecodeError {
    DecodeError::UpcastFailed {
        event_type: New::EVENT_TYPE,
        from: Old::SCHEMA_VERSION,
        to: New::SCHEMA_VERSION,
        message: excerpt(message, LONGEST_MESSAGE),
    }
}

/// How many bytes of what an upcast's error says are kept.
const LONGEST_MESSAGE: usize = 4096;
