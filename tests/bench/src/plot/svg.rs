//! Panels as an SVG, without scripts, fonts or references: GitHub shows it as an image, light and dark.
//!
//! A case has its name at the left above its line, so that the image is legible on a narrow screen, where it is scaled
//! down. What a colour says, a shape says too.

use std::fmt::Write;

use super::panel::{Panel, Row};
use super::scale::Scale;

const WIDTH: f64 = 480.0;
/// Where a line of values begins and ends.
const LEFT: f64 = 12.0;
const RIGHT: f64 = 468.0;
const LINE: f64 = 15.0;
/// From the last line of a name to the middle of its values, and from there to the next name.
const TO_VALUES: f64 = 10.0;
const TO_NAME: f64 = 20.0;

const STYLE: &str = "\
text{font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif;fill:#1f2328;stroke:#fff;stroke-width:3px;\
stroke-linejoin:round;paint-order:stroke}\
.h{font-weight:600}.m{fill:#59636e;font-size:11px}.e{text-anchor:end}.c{text-anchor:middle}\
.b{fill:#fff}.a{stroke:#d1d9e0}.o{stroke:#59636e;stroke-dasharray:2 3}.g{stroke:#1a7f37;stroke-width:3}\
.n{stroke:#59636e;fill:#59636e}.r{stroke:#0969da;fill:#0969da}.x{stroke:#bc4c00;fill:#bc4c00}\
.w{stroke-width:2;fill:none}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc;stroke:#0d1117}.m{fill:#9198a1}.b{fill:#0d1117}.a{stroke:#3d444d}\
.o{stroke:#9198a1}.g{stroke:#3fb950}.n{stroke:#9198a1;fill:#9198a1}.r{stroke:#58a6ff;fill:#58a6ff}\
.x{stroke:#f0883e;fill:#f0883e}}";

/// The image of a section.
pub(super) fn draw(title: &str, panels: &[Panel]) -> String {
    let mut page = Page::default();
    for panel in panels {
        page.panel(panel);
    }
    page.legend();
    let height = page.y;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"t d\">\n<title id=\"t\">{}</title>\n<desc id=\"d\">{}</desc>\n\
         <style>{STYLE}</style>\n<rect class=\"b\" width=\"{WIDTH}\" height=\"{height}\"/>\n",
        escaped(title),
        escaped(&in_words(panels)),
    );
    svg.push_str(&page.body);
    svg.push_str("</svg>\n");
    svg
}

/// What the image shows, for those who do not see it.
fn in_words(panels: &[Panel]) -> String {
    let mut words = String::new();
    for panel in panels {
        // Writing to a string cannot fail.
        let _ = write!(words, "{}:", panel.title);
        for row in &panel.rows {
            let _ = write!(words, " {}: {}, from {};", row.case, row.text, row.spread);
        }
        words.push('\n');
    }
    words.truncate(words.trim_end().len());
    words
}

#[derive(Default)]
struct Page {
    body: String,
    y: f64,
}

impl Page {
    fn panel(&mut self, panel: &Panel) {
        self.y += 22.0;
        let scale = Scale::of(panel, LEFT, RIGHT);
        let kind = if scale.is_log() { ", logarithmic" } else { "" };
        let title = format!("{}{kind}", panel.title);
        // It is bold.
        for line in wrapped(&title, (RIGHT - LEFT) * 0.88) {
            self.text("h", LEFT, &line);
            self.y += LINE;
        }
        self.y += 4.0;
        let begin = self.y - 10.0;
        let mut rows = Self {
            body: String::new(),
            y: self.y,
        };
        for row in &panel.rows {
            rows.row(row, &scale);
        }
        self.y = rows.y - TO_NAME + 8.0;
        for (value, label) in scale.ticks() {
            let x = scale.x(value);
            self.line("a", (x, begin), (x, self.y));
            self.label(x, &label);
        }
        if panel.is_ratio {
            let x = scale.x(1.0);
            self.line("o", (x, begin), (x, self.y));
        }
        self.body.push_str(&rows.body);
        self.y += LINE;
    }

    fn row(&mut self, row: &Row, scale: &Scale) {
        let room = RIGHT - LEFT - width(&row.text) - 10.0;
        let lines = wrapped(&row.case, room);
        self.text("e", RIGHT, &row.text);
        for line in lines {
            self.text("", LEFT, &line);
            self.y += LINE;
        }
        let y = self.y - LINE + TO_VALUES;
        if let Some(goal) = row.goal {
            let x = scale.x(goal);
            self.line("g", (x, y - 7.0), (x, y + 7.0));
        }
        let (min, median, max) = (scale.x(row.min), scale.x(row.median), scale.x(row.max));
        let class = match (row.has_goal, row.is_missed) {
            (_, true) => "x",
            (true, false) => "r",
            (false, false) => "n",
        };
        let _ = writeln!(
            self.body,
            "<path class=\"{class} w\" d=\"M{min:.1} {}v6m0-3H{max:.1}m0-3v6\"/>",
            y - 3.0
        );
        if row.is_missed {
            let _ = writeln!(
                self.body,
                "<path class=\"{class}\" d=\"M{median:.1} {}l5 5-5 5-5-5z\"/>",
                y - 5.0
            );
        } else {
            let _ = writeln!(
                self.body,
                "<circle class=\"{class}\" cx=\"{median:.1}\" cy=\"{y}\" r=\"4\"/>"
            );
        }
        self.y = y + TO_NAME;
    }

    fn legend(&mut self) {
        for line in [
            "circle: median · line: smallest to largest · green bar: goal",
            "diamond: goal missed · dotted line: 1, the same as the other side",
        ] {
            self.y += LINE;
            self.text("m", LEFT, line);
        }
        self.y += 10.0;
    }

    fn text(&mut self, class: &str, x: f64, text: &str) {
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        let (y, text) = (self.y, escaped(text));
        let _ = writeln!(self.body, "<text{class} x=\"{x}\" y=\"{y}\">{text}</text>");
    }

    /// Below the lines of a panel; at its ends within the image.
    fn label(&mut self, x: f64, label: &str) {
        let y = self.y + 12.0;
        let half = width(label) / 2.0;
        let x = x.clamp(half, WIDTH - half - 1.0);
        let _ = writeln!(
            self.body,
            "<text class=\"m c\" x=\"{x:.1}\" y=\"{y}\">{label}</text>"
        );
    }

    fn line(&mut self, class: &str, (x, y): (f64, f64), (_, to): (f64, f64)) {
        let _ = writeln!(
            self.body,
            "<path class=\"{class}\" d=\"M{x:.1} {y}V{to}\"/>"
        );
    }
}

/// How wide a text of 12 px is at most in the usual system fonts, about.
fn width(text: &str) -> f64 {
    let of = |it: char| match it {
        'i' | 'j' | 'l' | '.' | ',' | ':' | '\'' | '(' | ')' | ' ' | 't' | 'f' | 'r' => 4.4,
        'm' | 'w' | 'M' | 'W' | '→' => 10.5,
        _ => 7.0,
    };
    text.chars().map(of).sum()
}

/// As many lines as it needs, broken at spaces.
fn wrapped(text: &str, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.pop().unwrap_or_default();
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || width(&longer) <= room {
            lines.push(longer);
        } else {
            lines.extend([line, word.to_owned()]);
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case: &str, median: f64) -> Row {
        Row {
            case: case.to_owned(),
            text: median.to_string(),
            spread: "0.5–1.5".to_owned(),
            median,
            min: 0.5,
            max: 1.5,
            goal: Some(0.9),
            is_missed: median < 0.9,
            has_goal: true,
        }
    }

    #[test]
    fn an_image_says_what_it_shows_and_a_missed_goal_has_another_shape() {
        let panel = Panel {
            title: "events/s, ours divided by <raw> & \"co\"".to_owned(),
            is_ratio: true,
            rows: vec![row("met", 1.0), row("not met", 0.8)],
        };
        let svg = draw("Relay", &[panel]);
        for part in [
            "<title id=\"t\">Relay</title>",
            "&lt;raw&gt; &amp; \"co\": met: 1, from 0.5–1.5; not met: 0.8, from 0.5–1.5;</desc>",
            "prefers-color-scheme:dark",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert_eq!(svg.matches("<circle class=\"r\"").count(), 1, "{svg}");
        assert_eq!(svg.matches("l5 5-5 5-5-5z").count(), 1, "{svg}");
        assert!(!svg.contains("<script") && !svg.contains("href"));
    }

    #[test]
    fn a_long_name_has_several_lines() {
        assert_eq!(wrapped("one two", 1000.0), ["one two"]);
        assert_eq!(wrapped("one two three", 40.0), ["one", "two", "three"]);
    }
}
