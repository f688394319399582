//! Conversions from and into the types of the crate `jiff`.

use jiff::civil;
use jiff::{Timestamp, ZonedDateTime};
use time::{OffsetDateTime, UtcOffset};

use super::date::Date;
use super::date_time::DateTime;
use super::error::ValueError;

impl From<Timestamp> for DateTime {
    /// In UTC. An instant before the year 0 becomes the first of that year; see
    /// `From<OffsetDateTime>`.
    fn from(at: Timestamp) -> Self {
        // The range of `time` contains that of jiff.
        OffsetDateTime::from_unix_timestamp_nanos(at.as_nanosecond())
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .into()
    }
}

impl From<&ZonedDateTime> for DateTime {
    /// With its offset, and without the name of its time zone. See `From<OffsetDateTime>` for what
    /// RFC 3339 cannot write.
    fn from(at: &ZonedDateTime) -> Self {
        let utc = Self::from(at.timestamp()).to_time();
        let offset = UtcOffset::from_whole_seconds(at.offset().seconds());
        let local = offset.ok().and_then(|offset| utc.checked_to_offset(offset));
        local.unwrap_or(utc).into()
    }
}

impl TryFrom<DateTime> for Timestamp {
    type Error = ValueError;

    /// The instant. The offset and the spelling are lost.
    ///
    /// # Errors
    /// The instant is in the last hours of the year 9999, which a `Timestamp` cannot hold.
    fn try_from(date_time: DateTime) -> Result<Self, ValueError> {
        Self::from_nanosecond(date_time.to_time().unix_timestamp_nanos())
            .map_err(|_| ValueError::new("a date-time", "fit into jiff::Timestamp", date_time))
    }
}

impl TryFrom<civil::Date> for Date {
    type Error = ValueError;

    /// # Errors
    /// The year is negative, so RFC 3339 cannot write it.
    fn try_from(date: civil::Date) -> Result<Self, ValueError> {
        let refuse = || ValueError::new("a date", "be of a year from 0 to 9999", date);
        let (month, day) = (u8::try_from(date.month()), u8::try_from(date.day()));
        match (u16::try_from(date.year()), month, day) {
            (Ok(year), Ok(month), Ok(day)) => {
                Self::from_calendar(year, month, day).map_err(|_| refuse())
            }
            _ => Err(refuse()),
        }
    }
}

impl From<Date> for civil::Date {
    fn from(date: Date) -> Self {
        let (year, month, day) = date.to_time().to_calendar_date();
        let year = i16::try_from(year).unwrap_or_default();
        let (month, day) = (i8::try_from(u8::from(month)), i8::try_from(day));
        // Its years are a part of jiff's.
        Self::new(year, month.unwrap_or(1), day.unwrap_or(1)).unwrap_or(Self::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::{Offset, TimeZone};

    use super::*;

    #[test]
    fn an_instant_and_its_offset_come_back() {
        for (text, seconds) in [
            ("0000-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.750Z", 0),
            ("2025-03-31T16:30:00.123456789+05:30", 19_800),
        ] {
            let at: DateTime = text.parse().unwrap_or_else(|error| panic!("{error}"));
            let there = Timestamp::try_from(at.clone()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(DateTime::from(there).to_time(), at.to_time());
            let offset = Offset::from_seconds(seconds).unwrap_or_else(|error| panic!("{error}"));
            let zoned = ZonedDateTime::new(there, TimeZone::fixed(offset));
            assert_eq!(DateTime::from(&zoned).as_str(), text);
        }
        let last: Result<DateTime, _> = "9999-12-31T23:59:59Z".parse();
        assert!(last.is_ok_and(|last| Timestamp::try_from(last).is_err()));
        assert_eq!(
            DateTime::from(Timestamp::MIN).as_str(),
            "0000-01-01T00:00:00Z"
        );
    }

    #[test]
    fn a_date_comes_back() {
        for text in ["0000-01-01", "2024-02-29", "9999-12-31"] {
            let date: Date = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(Date::try_from(civil::Date::from(date)), Ok(date));
        }
        assert!(Date::try_from(civil::Date::MIN).is_err());
    }
}
