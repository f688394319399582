//! The form of the sign-in: a page without script, style or image, because its policy allows none.

/// The page, whose form is sent to `path`.
pub(super) fn page(path: &str, problem: Option<&str>) -> String {
    let path = escaped(path);
    let problem = match problem {
        Some(problem) => format!("<p role=\"alert\">{}</p>\n", escaped(problem)),
        None => String::new(),
    };
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Sign in - Dispatcher</title>\n\
         <main>\n\
         <h1>Sign in</h1>\n\
         {problem}<form method=\"post\" action=\"{path}\">\n\
         <p><label>Name<br><input name=\"name\" autocomplete=\"username\" required autofocus></label></p>\n\
         <p><label>Password<br><input name=\"password\" type=\"password\" autocomplete=\"current-password\" \
         required></label></p>\n\
         <p><button>Sign in</button></p>\n\
         </form>\n\
         </main>\n\
         </html>\n"
    )
}

/// Text that is neither markup nor the end of an attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_page_is_text() {
        let page = page("/a\"><script>", Some("<b>'&"));
        assert!(
            page.contains("action=\"/a&quot;&gt;&lt;script&gt;\""),
            "{page}"
        );
        assert!(page.contains("&lt;b&gt;&#39;&amp;"), "{page}");
        assert!(!page.contains("<script"));
    }
}
