//! The two files that pages load: the style sheet and the module that refreshes them.
//!
//! A page names each with the version of its content, in the query. While replicas of two versions run, either answers for
//! both: under its own version a file may be kept for a year, under another it is sent and not kept.

use std::sync::LazyLock;

use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};

use super::validator;

/// For as long as caches keep anything. It holds no data.
const KEPT: &str = "public, max-age=31536000, immutable";

/// A file.
pub(super) struct File {
    pub(super) name: &'static str,
    kind: &'static str,
    content: &'static str,
    version: LazyLock<String>,
}

pub(super) static STYLE: File = File {
    name: "style.css",
    kind: "text/css; charset=utf-8",
    content: include_str!("style.css"),
    version: LazyLock::new(|| validator::of(&[include_str!("style.css")])),
};

pub(super) static MODULE: File = File {
    name: "refresh.js",
    kind: "text/javascript; charset=utf-8",
    content: include_str!("refresh.js"),
    version: LazyLock::new(|| validator::of(&[include_str!("refresh.js")])),
};

impl File {
    /// What a page links to.
    pub(super) fn link(&self) -> String {
        format!("{}?v={}", self.name, *self.version)
    }

    pub(super) fn answer(&self, uri: &Uri) -> Response {
        let kind = HeaderValue::from_static(self.kind);
        let mut response = ([(header::CONTENT_TYPE, kind)], self.content).into_response();
        let asked = uri.query().and_then(|query| query.strip_prefix("v="));
        if asked == Some(&**self.version) {
            let kept = HeaderValue::from_static(KEPT);
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
        }
        response
    }
}
