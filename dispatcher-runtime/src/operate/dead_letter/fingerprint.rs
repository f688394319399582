//! The fingerprint of a dead letter: equal for those that failed alike.
//!
//! It is a hash of the consumer, the subscription, the event type, the reason, and the first line of the error without what
//! differs from event to event: numbers, ids, quoted text, addresses. Letters with the same fingerprint are a
//! [group](super::DeadLetterGroup). It is made where the letter is written; letters of older programs get theirs from
//! the next replica of their consumer that starts, in batches.

use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::operate::statements::FingerprintStatements;
use crate::postgres::family::Family;
use crate::postgres::transaction;

/// What fingerprints are hashed in. It is stored, so it stays.
const FINGERPRINTS: Uuid = Uuid::from_u128(0x0f6c_2c49_8a13_4e0d_9d3b_77f4_51b0_6ea2);

/// How many hexadecimal digits a fingerprint has.
const DIGITS: usize = 16;

/// How many characters of an error count.
const LONGEST: usize = 1000;

/// What a fingerprint is made of.
pub(crate) struct Failure<'a> {
    pub(crate) consumer: &'a str,
    pub(crate) subscription: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) error: &'a str,
}

impl Failure<'_> {
    /// 16 hexadecimal digits.
    pub(crate) fn fingerprint(&self) -> String {
        let parts = [
            self.consumer,
            self.subscription,
            self.event_type,
            self.reason,
            &skeleton(self.error),
        ];
        let hash = Uuid::new_v5(&FINGERPRINTS, parts.join("\n").as_bytes());
        let mut digits = hash.simple().to_string();
        digits.truncate(DIGITS);
        digits
    }
}

/// The first line of an error without what differs from event to event: `#` in its place.
fn skeleton(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    let line: String = line.chars().take(LONGEST).collect();
    let unquoted = without_quotes(&line);
    let words = unquoted.split_whitespace().map(|word| {
        let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
        if differs(word) {
            word.replace(bare, "#")
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a word is a number, an id or an address.
fn differs(word: &str) -> bool {
    let is_hex = word.len() >= 8 && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    is_hex || word.contains("://") || word.contains('@') || word.chars().any(|c| c.is_ascii_digit())
}

/// Each text in quotes as `#`. An apostrophe within a word opens none.
fn without_quotes(line: &str) -> String {
    let mut left = line;
    let mut text = String::with_capacity(line.len());
    while let Some((at, open)) = left.char_indices().find(|(_, c)| closing(*c).is_some()) {
        let before = left[..at].chars().next_back();
        let inside = &left[at + open.len_utf8()..];
        let is_apostrophe = open == '\'' && before.is_some_and(char::is_alphanumeric);
        let end = closing(open)
            .filter(|_| !is_apostrophe)
            .and_then(|close| Some((inside.find(close)?, close)));
        text.push_str(&left[..at]);
        match end {
            Some((length, close)) => {
                text.push('#');
                left = &inside[length + close.len_utf8()..];
            }
            None => {
                text.push(open);
                left = inside;
            }
        }
    }
    text.push_str(left);
    text
}

fn closing(open: char) -> Option<char> {
    match open {
        '"' | '\'' | '`' => Some(open),
        '“' => Some('”'),
        '«' => Some('»'),
        _ => None,
    }
}

/// Gives letters of a consumer that have no fingerprint theirs, 1,000 at a time, and returns how many.
///
/// # Errors
/// The database failed; those before the failure have theirs.
pub(crate) async fn fill(
    pool: &PgPool,
    family: &Family,
    consumer: &str,
) -> Result<u64, sqlx::Error> {
    let statements = FingerprintStatements::new(family);
    let mut filled = 0;
    loop {
        let rows = statements
            .list_unmarked_letters
            .query()
            .bind(consumer.to_owned());
        let mut connection = transaction::acquire(pool).await?;
        let rows = rows.fetch_all(&mut *connection).await?;
        if rows.is_empty() {
            return Ok(filled);
        }
        let (mut ids, mut fingerprints) = (Vec::new(), Vec::new());
        for row in &rows {
            let failure = Failure {
                consumer: row.try_get("consumer")?,
                subscription: row.try_get("subscription")?,
                event_type: row.try_get("event_type")?,
                reason: row.try_get("reason")?,
                error: row.try_get("error")?,
            };
            ids.push(row.try_get::<String, _>("dead_letter_id")?);
            fingerprints.push(failure.fingerprint());
        }
        let mark = statements.mark_letters.query();
        let marked = mark
            .bind(ids)
            .bind(fingerprints)
            .execute(&mut *connection)
            .await?;
        if marked.rows_affected() == 0 {
            // Another replica is at it.
            return Ok(filled);
        }
        filled += marked.rows_affected();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: &str) -> String {
        let failure = Failure {
            consumer: "coaching",
            subscription: "hold_slot",
            event_type: "credit.locked",
            reason: "permanent",
            error,
        };
        failure.fingerprint()
    }

    #[test]
    fn what_differs_from_event_to_event_is_left_out() {
        for (error, expected) in [
            ("no slot 7 of 12", "no slot # of #"),
            (
                "lesson les_0192f3a1 is full, again",
                "lesson # is full, again",
            ),
            (
                "person \"Mia Novak\" can't be found",
                "person # can't be found",
            ),
            ("no row in `credit` for 'x y'", "no row in # for #"),
            (
                "GET https://slots.internal/v1?x: timed out",
                "GET #: timed out",
            ),
            ("mail to mia@example.org failed", "mail to # failed"),
            ("at 10.0.0.7:5432 (0x7ffe)", "at # (#)"),
            ("one \"open quote", "one \"open quote"),
            ("first line\nsecond 2", "first line"),
            ("", ""),
        ] {
            assert_eq!(skeleton(error), expected);
        }
    }

    #[test]
    fn it_stays_what_it_was_because_it_is_stored() {
        assert_eq!(of("no slot 7"), of("no slot 8"));
        assert_ne!(of("no slot 7"), of("no lesson 7"));
        assert_eq!(of("no slot 7"), "3df6e68b44ab5236");
    }
}
