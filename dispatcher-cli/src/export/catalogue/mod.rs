//! A catalogue of the event types: static pages in HTML, without scripts and external resources, and the same in
//! Markdown.
//!
//! `build` says what is on a page, in blocks; `html` and `markdown` write them. Texts of the contracts are texts on the
//! pages, whatever they contain: only code between backticks is set apart.

mod block;
mod build;
mod changes;
mod facets;
mod fields;
mod graph;
mod html;
mod layers;
mod markdown;
mod words;

use super::Page;
use super::source::Source;

/// The graph beside the Markdown pages.
const GRAPH_FILE: &str = "graph.svg";

/// All files.
pub(super) fn pages(source: &Source, title: &str) -> Vec<Page> {
    let graph = graph::svg(source);
    let pages = std::iter::once(build::index(source, title)).chain(
        source
            .model
            .events
            .iter()
            .map(|event| build::event(source, event)),
    );
    let mut files = Vec::new();
    for page in pages {
        files.push(Page {
            path: format!("{}.html", page.stem),
            text: html::page(&page, title, &graph),
        });
        files.push(Page {
            path: format!("{}.md", page.stem),
            text: markdown::page(&page, GRAPH_FILE),
        });
    }
    files.push(Page {
        path: GRAPH_FILE.to_owned(),
        text: graph,
    });
    files
}
