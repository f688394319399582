//! Subjects of the stream: `<prefix>.<producer>.<bucket>.<event type>`.
//!
//! The event type has its dots, so a mirror names the types that it takes. The bucket follows the event's own subject,
//! which is never part of a name in NATS: it may hold spaces, and it may be about a person.

use dispatcher_runtime::transfer::OutboundEvent;

use crate::error::TransferError;

/// What a producer or an event type that cannot be part of a subject is called there. No mirror asks for it.
const UNNAMED: &str = "_";

/// Where an event is sent.
pub(crate) fn of(prefix: &str, event: &OutboundEvent) -> String {
    let (producer, event_type) = (&event.event.producer, &event.event.event_type);
    let is_type = event_type.split('.').all(is_word);
    format!(
        "{prefix}.{}.{}.{}",
        if is_word(producer) { producer } else { UNNAMED },
        event.bucket,
        if is_type { event_type } else { UNNAMED },
    )
}

/// What a mirror asks for that takes an event type, whichever domain publishes it: an event of the wrong one becomes a
/// dead letter, as in the log where it was published.
pub(crate) fn filter(prefix: &str, event_type: &str) -> String {
    format!("{prefix}.*.*.{event_type}")
}

/// # Errors
/// [`TransferError::Config`]: a text cannot be the prefix.
pub(crate) fn expect_prefix(text: &str) -> Result<(), TransferError> {
    if is_prefix(text) {
        return Ok(());
    }
    Err(TransferError::Config(format!(
        "{text:?} cannot be the prefix of subjects: use letters, digits, - and _, with dots between words"
    )))
}

/// Whether a text can be the prefix: words with dots between them.
fn is_prefix(text: &str) -> bool {
    let is_token = |token: &str| {
        let mut bytes = token.bytes();
        !token.is_empty() && bytes.all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    };
    text.split('.').all(is_token)
}

/// The event type that a subject ends with.
pub(crate) fn event_type_in<'a>(prefix: &str, subject: &'a str) -> &'a str {
    let rest = subject.strip_prefix(prefix).unwrap_or(subject);
    // A dot, the producer, the bucket, the event type.
    rest.splitn(4, '.').nth(3).unwrap_or(UNNAMED)
}

/// As contracts name domains and the parts of event types.
fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|it| it.is_ascii_lowercase())
        && bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_type_stands_at_the_end_of_the_subject() {
        let subject = "swim.north.revenue.17.credit.locked";
        assert_eq!(event_type_in("swim.north", subject), "credit.locked");
        assert_eq!(event_type_in("swim.north", "elsewhere"), "_");
        assert_eq!(filter("swim", "credit.locked"), "swim.*.*.credit.locked");
    }

    #[test]
    fn what_has_another_form_is_no_word() {
        assert!(is_word("revenue"));
        for text in ["", "Revenue", "a b", "*", "a.b", "1a", "a>"] {
            assert!(!is_word(text), "{text:?}");
        }
        assert!(is_prefix("swim.North-1"));
        for text in ["", "swim.", "swim.>", "a b", "$JS"] {
            assert!(!is_prefix(text), "{text:?}");
        }
    }
}
