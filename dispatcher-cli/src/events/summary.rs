//! An event in a list.

use dispatcher_runtime::EventSummary;

use crate::screen::{block, number, plain, time};

/// Two lines: id, when and where; type, producer and subject.
pub(super) fn lines(event: &EventSummary) -> String {
    let mut text = format!(
        "{}  {}  {}\n",
        time(event.inserted_at),
        plain(&event.event_id),
        number(event.position.get().unsigned_abs())
    );
    let subject = match &event.subject {
        Some(subject) => format!(", subject {}", plain(subject)),
        None => String::new(),
    };
    text += &block(
        2,
        &format!(
            "{} v{} of {}{subject}, tenant {}",
            plain(&event.event_type),
            event.schema_version,
            plain(&event.producer),
            plain(&event.tenant_id)
        ),
    );
    text
}
