//! The hours of a group of dead letters as bars. What they show, a screen reader reads as text.

use ::time::{Duration, OffsetDateTime, UtcOffset};
use maud::{Markup, html};

use crate::operate::dead_letter::HourCount;

const BAR: f64 = 5.0;
const HEIGHT: f64 = 24.0;
const HOURS: i64 = 24;

/// A bar for each of the 24 hours before `now`.
pub(super) fn hours(counts: &[HourCount], now: OffsetDateTime) -> Markup {
    if counts.is_empty() {
        return html! { span.none { "none" } };
    }
    let most = counts.iter().map(|one| one.count.count).max().unwrap_or(1);
    let width = BAR * HOURS as f64;
    html! {
        svg.hours role="img" viewBox={ "0 0 " (width) " " (HEIGHT) } width=(width) height=(HEIGHT) {
            title { (told(counts)) }
            @for one in counts {
                @if let Some(x) = place(one.hour, now) {
                    @let height = (one.count.count as f64 / most as f64 * (HEIGHT - 1.0)).max(1.0);
                    rect x=(x) y=(format!("{:.1}", HEIGHT - height)) width=(BAR - 1.0) height=(format!("{height:.1}")) {}
                }
            }
        }
    }
}

/// `08:00 3, 09:00 100+`: in UTC, and those without any are left out.
fn told(counts: &[HourCount]) -> String {
    let told = counts.iter().map(|one| {
        let hour = one.hour.to_offset(UtcOffset::UTC).hour();
        format!("{hour:02}:00 {}", one.count)
    });
    let told: Vec<_> = told.collect();
    format!("By hour, UTC: {}", told.join(", "))
}

/// How far to the right an hour is.
fn place(hour: OffsetDateTime, now: OffsetDateTime) -> Option<f64> {
    let ago = (now - hour).whole_hours();
    (hour <= now + Duration::hours(1) && ago < HOURS).then(|| (HOURS - 1 - ago.max(0)) as f64 * BAR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::count::Count;
    use ::time::macros::datetime;

    fn hour(hour: OffsetDateTime, count: u64, at_least: bool) -> HourCount {
        HourCount {
            hour,
            count: Count { count, at_least },
        }
    }

    #[test]
    fn each_hour_has_a_place_and_is_told() {
        let now = datetime!(2026-11-30 08:30 UTC);
        assert_eq!(place(datetime!(2026-11-30 08:00 UTC), now), Some(115.0));
        assert_eq!(place(datetime!(2026-11-29 09:00 UTC), now), Some(0.0));
        assert_eq!(place(datetime!(2026-11-29 08:00 UTC), now), None);
        let counts = [
            hour(datetime!(2026-11-30 07:00 UTC), 3, false),
            hour(datetime!(2026-11-30 09:00 +1), 100, true),
        ];
        assert_eq!(told(&counts), "By hour, UTC: 07:00 3, 08:00 100+");
        let drawn = hours(&counts, now).into_string();
        assert_eq!(drawn.matches("<rect").count(), 2, "{drawn}");
    }
}
