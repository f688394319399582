//! What a macro could stumble over: aliases, paths, other errors, raw names, local items,
//! attributes.

#![deny(warnings, missing_docs, clippy::pedantic)]

use std::convert::Infallible;

use acme_contracts::Coaching;
use acme_contracts::credit_locked as locked;
use dispatcher_runtime::{Consumer, ConsumerBuilder, HandlerError, subscribe};
use sqlx::PgPool;

/// A type parameter of the expansion must not be mistaken for it.
#[derive(Clone, Debug)]
pub(crate) struct S;

type Locked = dispatcher_runtime::EventEnvelope<locked::CreditLocked>;
type Handled<E = HandlerError> = Result<(), E>;

#[subscribe(locked)]
async fn aliased(event: Locked) -> Handled {
    event.payload.locked_at.to_string().parse::<u8>()?;
    Ok(())
}

#[subscribe(acme_contracts::credit_locked)]
async fn by_path(
    event: dispatcher_runtime::EventEnvelope<acme_contracts::credit_locked::v1::CreditLocked>,
    _: dispatcher_runtime::State<S>,
) -> Handled<std::num::ParseIntError> {
    event.actor.parse::<u8>().map(drop)
}

#[subscribe(self::locked)]
#[allow(
    clippy::too_many_lines,
    reason = "goes to the struct and to the function"
)]
#[expect(unused_variables, reason = "goes to the function")]
async fn r#async(event: Locked) -> Handled<Infallible> {
    Ok(())
}

#[subscribe(super::other_spellings::locked)]
#[expect(dead_code, reason = "it is never registered")]
async fn unregistered(_: Locked) -> Handled {
    Ok(())
}

/// The expansion has arguments and variables, too.
mod names {
    use super::{Handled, Locked, subscribe};

    #[subscribe(super::locked)]
    pub(super) async fn event(_: Locked) -> Handled {
        Ok(())
    }

    #[subscribe(super::locked)]
    pub(super) async fn incoming(_: Locked) -> Handled {
        Ok(())
    }

    #[subscribe(super::locked)]
    pub(super) async fn error(_: Locked) -> Handled {
        Ok(())
    }
}

/// What a handler in a function sees is what the function sees.
pub(crate) fn consumer(pool: PgPool) -> ConsumerBuilder<Coaching, S> {
    use acme_contracts::credit_debited;

    #[subscribe(credit_debited)]
    async fn local(
        event: dispatcher_runtime::EventEnvelope<credit_debited::CreditDebited>,
    ) -> Handled {
        drop(event);
        Ok(())
    }

    Consumer::builder(pool)
        .state(S)
        .subscribe(aliased)
        .subscribe(by_path)
        .subscribe(r#async)
        .subscribe(local)
        .subscribe(names::event)
        .subscribe(names::incoming)
        .subscribe(names::error)
}
