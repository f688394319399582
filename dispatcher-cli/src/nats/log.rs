//! What a relay or a mirror writes while it runs: a line on standard error for each event of `tracing` from Dispatcher, of
//! level `warn` and above.
//!
//! A subscriber of its own, because that is all that is needed: no spans, no filters, no colours.

use std::fmt::{self, Write};

use time::OffsetDateTime;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::screen::{note, plain, time};

/// Writes lines from now on.
pub(super) fn start() {
    // Another one of this process is as good.
    let _ = tracing::subscriber::set_global_default(Lines);
}

struct Lines;

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && *metadata.level() <= Level::WARN
            && metadata.target().starts_with("dispatcher_")
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let level = event.metadata().level();
        let now = time(OffsetDateTime::now_utc());
        note(&format!("{now} {level} {}{}", text.message, text.fields));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// The message, and the fields behind it.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

impl Text {
    fn add(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = plain(value);
        } else {
            let _ = write!(self.fields, " {}={value:?}", field.name());
        }
    }
}
