//! Calls into code that may panic, without printing the panic.
//!
//! A panic inside jsonschema or the generator becomes a diagnostic of the contract at hand. The panic
//! hook is process-wide, so it is installed once, passes every other panic on to the previous hook,
//! and is silent only on a thread that is inside [`quietly`].

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Returns the result of `call`, or the message of its panic.
pub(crate) fn quietly<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let outer = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                outer(info);
            }
        }));
    });
    let outer = QUIET.replace(true);
    // After a panic, whatever `call` borrowed is dropped or only read.
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    QUIET.set(outer);
    result.map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
