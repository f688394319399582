//! Conversions from and into the types of the crate `chrono`.

use chrono::{Datelike, FixedOffset, NaiveDate, TimeZone, Utc};
use time::{OffsetDateTime, UtcOffset};

use super::date::Date;
use super::date_time::DateTime;
use super::error::ValueError;

impl<Tz: TimeZone> From<chrono::DateTime<Tz>> for DateTime {
    /// With its offset. What RFC 3339 cannot write becomes the nearest value that it can; see
    /// `From<OffsetDateTime>`. A leap second is the last nanosecond of the second before it.
    fn from(at: chrono::DateTime<Tz>) -> Self {
        let at = at.fixed_offset();
        let nanosecond = at.timestamp_subsec_nanos().min(999_999_999);
        let nanoseconds = i128::from(at.timestamp()) * 1_000_000_000 + i128::from(nanosecond);
        // Within the years ±9999; beyond them `time` has no value, and RFC 3339 no text.
        let instant =
            OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(if nanoseconds < 0 {
                time::macros::datetime!(0000-01-01 0:00 UTC)
            } else {
                time::macros::datetime!(9999-12-31 23:59:59.999_999_999 UTC)
            });
        let offset = UtcOffset::from_whole_seconds(at.offset().local_minus_utc());
        let local = offset
            .ok()
            .and_then(|offset| instant.checked_to_offset(offset));
        local.unwrap_or(instant).into()
    }
}

impl From<DateTime> for chrono::DateTime<Utc> {
    /// The instant. The offset and the spelling are lost.
    fn from(date_time: DateTime) -> Self {
        let at = date_time.to_time();
        // Its years are a part of chrono's.
        Self::from_timestamp(at.unix_timestamp(), at.nanosecond()).unwrap_or_default()
    }
}

impl From<DateTime> for chrono::DateTime<FixedOffset> {
    /// The instant and the offset. The spelling is lost.
    fn from(date_time: DateTime) -> Self {
        let offset = FixedOffset::east_opt(date_time.to_time().offset().whole_seconds());
        let utc = chrono::DateTime::<Utc>::from(date_time);
        match offset {
            Some(offset) => utc.with_timezone(&offset),
            None => utc.fixed_offset(),
        }
    }
}

impl TryFrom<NaiveDate> for Date {
    type Error = ValueError;

    /// # Errors
    /// The year is not between 0 and 9999, so RFC 3339 cannot write it.
    fn try_from(date: NaiveDate) -> Result<Self, ValueError> {
        let year = u16::try_from(date.year());
        let refuse = || ValueError::new("a date", "be of a year from 0 to 9999", date);
        let (month, day) = (u8::try_from(date.month()), u8::try_from(date.day()));
        match (year, month, day) {
            (Ok(year), Ok(month), Ok(day)) => {
                Self::from_calendar(year, month, day).map_err(|_| refuse())
            }
            _ => Err(refuse()),
        }
    }
}

impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        let date = date.to_time();
        // Its years are a part of chrono's.
        Self::from_yo_opt(date.year(), date.ordinal().into()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_and_its_offset_come_back() {
        for text in [
            "0000-01-01T00:00:00Z",
            "1969-12-31T23:59:59.750Z",
            "2025-03-31T16:30:00.123456789+05:30",
            "9999-12-31T23:59:59Z",
        ] {
            let at: DateTime = text.parse().unwrap_or_else(|error| panic!("{error}"));
            let there = chrono::DateTime::<FixedOffset>::from(at.clone());
            assert_eq!(DateTime::from(there).as_str(), text);
            let utc = chrono::DateTime::<Utc>::from(at.clone());
            assert_eq!(DateTime::from(utc).to_time(), at.to_time());
        }
        assert_eq!(
            DateTime::from(chrono::DateTime::<Utc>::MAX_UTC).as_str(),
            "9999-12-31T23:59:59.999999999Z"
        );
        assert_eq!(
            DateTime::from(chrono::DateTime::<Utc>::MIN_UTC).as_str(),
            "0000-01-01T00:00:00Z"
        );
    }

    #[test]
    fn a_date_comes_back() {
        for text in ["0000-01-01", "2024-02-29", "9999-12-31"] {
            let date: Date = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(Date::try_from(NaiveDate::from(date)), Ok(date));
        }
        assert!(Date::try_from(NaiveDate::MAX).is_err());
        assert!(Date::try_from(NaiveDate::MIN).is_err());
    }
}
