//! The images beside the tables of docs/benchmarks.
//!
//! ```text
//! a section's text ──▶ panels (panel.rs) ──▶ SVG (svg.rs, scale.rs) ──▶ plots/NAME.svg, and a line that shows it
//! ```
//!
//! They are made of the tables as they are in the files, so that an image never says something else than its table. An
//! image that no section has any more is removed. A test holds that each is current.

mod panel;
mod scale;
mod svg;

use std::collections::BTreeMap;
use std::path::Path;

use super::Error;
use super::document::{self, Section};

const FOLDER: &str = "plots";

/// Makes the images of a folder anew, and the lines of its files that show them.
pub(super) fn refresh(folder: &Path) -> Result<(), Error> {
    let plots = folder.join(FOLDER);
    let mut images = BTreeMap::new();
    for (path, document) in document::files(folder)? {
        let (shown, of_this) = shown(&document);
        images.extend(of_this);
        if shown != document {
            document::save(&path, &shown)?;
        }
    }
    std::fs::create_dir_all(&plots).map_err(Error::os(format!("make {}", plots.display())))?;
    for (name, _) in drawn(folder)? {
        if !images.contains_key(&name) {
            let path = plots.join(name);
            let failed = format!("remove {}", path.display());
            std::fs::remove_file(path).map_err(Error::os(failed))?;
        }
    }
    for (name, image) in images {
        document::save(&plots.join(name), &image)?;
    }
    Ok(())
}

/// The images that a folder has: the file's name, and its text.
fn drawn(folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let plots = folder.join(FOLDER);
    let entries =
        std::fs::read_dir(&plots).map_err(Error::os(format!("list {}", plots.display())))?;
    let mut drawn = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(Error::os(format!("list {}", plots.display())))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        drawn.insert(name, document::read(&entry.path())?);
    }
    Ok(drawn)
}

/// The document with a line for each image, and its images.
fn shown(document: &str) -> (String, BTreeMap<String, String>) {
    let mut images = BTreeMap::new();
    let mut shown = document.to_owned();
    for Section { name, text } in document::sections(document) {
        let without = without_image(text);
        let title = without.lines().find_map(|line| line.strip_prefix("## "));
        let title = title.unwrap_or(name);
        let panels = panel::panels(&without);
        let with = if panels.is_empty() {
            without
        } else {
            images.insert(format!("{name}.svg"), svg::draw(title, &panels));
            let line =
                format!("![{title}: medians with smallest and largest]({FOLDER}/{name}.svg)");
            with_image(&without, &line)
        };
        if let Some(replaced) = document::replace(&shown, name, with.trim_matches('\n')) {
            shown = replaced;
        }
    }
    (shown, images)
}

fn is_image(line: &str) -> bool {
    line.starts_with("![") && line.contains(&format!("]({FOLDER}/"))
}

/// The text of a section without the line of its image and the empty line after it.
fn without_image(text: &str) -> String {
    let mut lines = text.lines().peekable();
    let mut without = String::new();
    while let Some(line) = lines.next() {
        if is_image(line) {
            lines.next_if(|next| next.is_empty());
        } else {
            without.push_str(line);
            without.push('\n');
        }
    }
    without
}

/// The text with the image behind the link to its run, or else before the first table.
fn with_image(text: &str, image: &str) -> String {
    let begins = |start: &str| {
        let at = text.find(&format!("\n{start}"))?;
        Some(at + 1)
    };
    let at = match begins("Measured in [run") {
        Some(run) => text[run..].find('\n').map(|line| run + line + 1),
        None => begins("|").map(|table| table - 1),
    };
    let (before, after) = text.split_at(at.unwrap_or(text.len()));
    format!("{before}\n{image}\n{after}")
}

#[cfg(test)]
mod tests;
