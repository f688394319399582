//! Validators: what tells two versions of a page apart, so that a page that has not changed is not sent again.
//!
//! The clock does not count. An age is an element with `data-since`, and its text is left out; when the page was made is no
//! part of what is compared.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// How an age begins. No text of the database can contain it: its quotes are escaped.
const AGE: &str = " data-since=\"";

/// The validator of these parts.
pub(super) fn of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        for kept in without_ages(part) {
            hash.update(kept);
        }
    }
    let hash = hash.finalize();
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The same markup without the texts of ages.
fn without_ages(markup: &str) -> impl Iterator<Item = &str> {
    let mut ages = markup.split(AGE);
    let first = ages.next();
    let others = ages.flat_map(|rest| {
        let (since, rest) = rest.split_once('>').unwrap_or((rest, ""));
        let end = rest.find('<').unwrap_or(rest.len());
        [AGE, since, &rest[end..]]
    });
    first.into_iter().chain(others)
}

/// As `ETag` has it. It is weak: pages that differ in their ages alone have the same.
pub(super) fn tag(validator: &str) -> String {
    format!("W/\"{validator}\"")
}

/// Answers 304 where the browser has the page already.
pub(super) async fn revalidate(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = request.headers().get_all(header::IF_NONE_MATCH);
    let known: Vec<HeaderValue> = known.iter().filter(|_| is_read).cloned().collect();
    let response = next.run(request).await;
    let Some(tag) = response.headers().get(header::ETAG).cloned() else {
        return response;
    };
    if !known.iter().any(|known| lists(known, &tag)) {
        return response;
    }
    (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response()
}

fn lists(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else {
        return false;
    };
    known.split(',').any(|one| one.trim() == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_ages_are_left_out_and_nothing_else() {
        let page = |since: u32, age: &str, text: &str| {
            format!("<p>for <span data-since=\"{since}\">{age}</span> {text}</p>")
        };
        let one = of(&[&page(7, "3 s", "x")]);
        assert_eq!(one.len(), 16);
        assert_eq!(one, of(&[&page(7, "4 s", "x")]));
        assert_ne!(one, of(&[&page(8, "3 s", "x")]));
        assert_ne!(one, of(&[&page(7, "3 s", "y")]));
        // Parts are not run together.
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        // What is cut off is compared too.
        for markup in [
            " data-since=\"",
            " data-since=\"1\">",
            "<a data-since=\"1\">x",
        ] {
            assert_ne!(of(&[markup]), of(&[""]), "{markup}");
        }
    }

    #[test]
    fn a_browser_may_list_several() {
        let tag = HeaderValue::from_static("W/\"a\"");
        for (known, expected) in [
            ("W/\"a\"", true),
            ("W/\"b\", W/\"a\"", true),
            ("W/\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(
                lists(&HeaderValue::from_static(known), &tag),
                expected,
                "{known}"
            );
        }
    }
}
