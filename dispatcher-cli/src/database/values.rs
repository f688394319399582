//! Times and durations on the command line.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

/// A length of time: `60s`, `5m`, `2h 30m`, `7d`.
///
/// # Errors
/// The text is none.
pub(crate) fn length_of_time(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| "write a length of time such as 60s, 5m, 2h or 7d".to_owned())
}

/// A moment: of RFC 3339, a day in UTC, or how long ago.
///
/// # Errors
/// The text is none of these.
pub(crate) fn moment(text: &str) -> Result<OffsetDateTime, String> {
    if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(at.to_offset(UtcOffset::UTC));
    }
    if let Ok(day) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
        return Ok(day.midnight().assume_utc());
    }
    let ago = humantime::parse_duration(text).ok();
    ago.and_then(|ago| time::Duration::try_from(ago).ok())
        .and_then(|ago| OffsetDateTime::now_utc().checked_sub(ago))
        .ok_or_else(|| {
            "write a time such as 2026-11-29T08:00:00Z, a day such as 2026-11-29, or how long ago, such as 2h".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_is_a_time_a_day_or_an_age() {
        assert_eq!(
            moment("2026-11-29T09:00:00+01:00"),
            Ok(datetime!(2026-11-29 08:00 UTC))
        );
        assert_eq!(moment("2026-11-29"), Ok(datetime!(2026-11-29 00:00 UTC)));
        let ago = moment("2h").unwrap();
        assert!(ago < OffsetDateTime::now_utc() - time::Duration::minutes(119));
        for wrong in ["yesterday", "", "2026-13-01", "900000000000000000d"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }
}
