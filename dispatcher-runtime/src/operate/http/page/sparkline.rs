//! A day of a subscription's lag as a line.

use ::time::{Duration, OffsetDateTime};
use maud::{Markup, html};

use crate::operate::sample::Sample;

const WIDTH: f64 = 144.0;
const HEIGHT: f64 = 24.0;
const DAY: f64 = 86_400.0;
/// How many points a line has at most: one of ten minutes, that with the most lag.
const POINTS: usize = 144;

/// The lag of the 24 hours before `now`. Where nothing wrote samples, or the lag was not known, the line has a gap.
pub(super) fn lag(samples: &[Sample], now: OffsetDateTime) -> Markup {
    let points = points(samples, now);
    let known: Vec<_> = points.iter().flatten().copied().collect();
    let Some(most) = known.iter().copied().max() else {
        return html! { span.none { "no samples" } };
    };
    let about = format!("Lag in the last 24 hours: at most {most}");
    html! {
        svg.sparkline role="img" viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT) {
            title { (about) }
            @for line in lines(&points, most) { polyline points=(line) {} }
        }
    }
}

/// The most lag in each ten minutes, the oldest first.
fn points(samples: &[Sample], now: OffsetDateTime) -> Vec<Option<u64>> {
    let mut points = vec![None; POINTS];
    let start = now - Duration::days(1);
    for sample in samples {
        let Some(lag) = sample.lag else { continue };
        let elapsed = (sample.sampled_at - start).as_seconds_f64();
        if !(0.0..=DAY).contains(&elapsed) {
            continue;
        }
        let at = (elapsed / DAY * POINTS as f64) as usize;
        let point: &mut Option<u64> = &mut points[at.min(POINTS - 1)];
        *point = (*point).max(Some(lag.count));
    }
    points
}

/// The points of each line between two gaps, as SVG has them.
fn lines(points: &[Option<u64>], most: u64) -> Vec<String> {
    let scale = (HEIGHT - 2.0) / most.max(1) as f64;
    let step = WIDTH / POINTS as f64;
    let mut lines = Vec::new();
    let places: Vec<_> = points.iter().enumerate().collect();
    for run in places.chunk_by(|(_, one), (_, next)| one.is_some() == next.is_some()) {
        let place = |(at, lag): &(usize, &Option<u64>)| {
            let lag = (**lag)? as f64;
            let (x, y) = (*at as f64 * step, HEIGHT - 1.0 - lag * scale);
            // Each point is as wide as its time, so that one alone is seen.
            Some(format!("{x:.1},{y:.1} {:.1},{y:.1}", x + step))
        };
        let run: Option<Vec<_>> = run.iter().map(place).collect();
        lines.extend(run.map(|run| run.join(" ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_the_lag_is_not_known() {
        let points = [Some(0), Some(10), None, Some(5)];
        assert_eq!(
            lines(&points, 10),
            ["0.0,23.0 1.0,23.0 1.0,1.0 2.0,1.0", "3.0,12.0 4.0,12.0"]
        );
        assert_eq!(lines(&[Some(0)], 0), ["0.0,23.0 1.0,23.0"]);
        assert!(lines(&[None, None], 0).is_empty());
    }
}
