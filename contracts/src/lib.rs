//! The contracts of a swim school: credits, orders, lessons, coaches, people.
//!
//! Each event type is a module with its payload type; each domain is a marker type for
//! `Dispatcher::<Revenue>` and `Consumer::<Coaching>`. All of it is generated from the files of this
//! folder.

dispatcher_runtime::include_contracts!();
