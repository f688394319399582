//! Numbers, times and names in sentences.

use std::time::Duration;

use time::OffsetDateTime;
use time::macros::format_description;

use super::plain;
use crate::wrap::cut;

/// `1,204`.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 event`, `1,204 events`.
pub(crate) fn plural(count: u64, one: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{} {one}s", number(count)),
    }
}

/// `4m 10s`: two units at most.
pub(crate) fn duration(duration: Duration) -> String {
    let whole = if duration < Duration::from_secs(1) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or_default();
        Duration::from_millis(millis)
    } else {
        Duration::from_secs(duration.as_secs())
    };
    let text = humantime::format_duration(whole).to_string();
    let units: Vec<_> = text.split(' ').take(2).collect();
    units.join(" ")
}

/// The same of a number of seconds.
pub(crate) fn seconds(seconds: f64) -> String {
    duration(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

/// `2026-11-29 08:00:00.123`, in UTC.
pub(crate) fn time(at: OffsetDateTime) -> String {
    let form =
        format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3]");
    let utc = at.to_offset(time::UtcOffset::UTC);
    utc.format(form).unwrap_or_else(|_| utc.to_string())
}

/// `coaching/hold_slot`.
pub(crate) fn name(consumer: &str, subscription: &str) -> String {
    format!("{}/{}", plain(consumer), plain(subscription))
}

/// The first line of an error in quotation marks, cut after 200 characters.
pub(crate) fn quoted(error: &str) -> String {
    let first = error.lines().next().unwrap_or_default();
    format!("\"{}\"", cut(&plain(first), 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_those_that_people_write() {
        assert_eq!(plural(1, "event"), "1 event");
        assert_eq!(plural(1_204_000, "event"), "1,204,000 events");
        assert_eq!(seconds(250.9), "4m 10s");
        assert_eq!(seconds(7_384.0), "2h 3m");
        assert_eq!(seconds(0.0123), "12ms");
        assert_eq!(seconds(-1.0), "0s");
        let at = time::macros::datetime!(2026-11-29 09:00:00.1234 +1);
        assert_eq!(super::time(at), "2026-11-29 08:00:00.123");
    }

    #[test]
    fn an_error_is_one_line() {
        assert_eq!(
            quoted("slot service: 503\nat line 3"),
            "\"slot service: 503\""
        );
        assert_eq!(quoted("\u{1b}[2J"), "\"\\u{1b}[2J\"");
    }
}
