//! The form of the sign-in: a page without script or image, because its policy allows none. Its style is that of the pages.

use super::environment::colour;

/// The style of the pages, which the form has at `style.css` below its path: there may be no page beside it.
pub(super) const STYLE: &str = include_str!("page/style.css");

/// The page at `path`. Its form names no address: it is sent to the one that the browser shows, which only a proxy knows.
pub(super) fn page(path: &str, environment: Option<&str>, problem: Option<&str>) -> String {
    let last = escaped(path.rsplit('/').next().unwrap_or_default());
    let (mut class, mut named, mut title) = (String::new(), String::new(), String::new());
    if let Some(environment) = environment {
        let name = escaped(environment);
        class = format!(" class=\"{}\"", colour(environment));
        named = format!(" <strong class=\"environment\"><bdi>{name}</bdi></strong>");
        title = format!("{name}: ");
    }
    let problem = match problem {
        Some(problem) => {
            let problem = escaped(problem);
            format!("<div class=\"notice\" role=\"alert\"><p>{problem}</p></div>\n")
        }
        None => String::new(),
    };
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}Sign in - Dispatcher</title>\n\
         <link rel=\"stylesheet\" href=\"{last}/style.css\">\n\
         <body{class}>\n\
         <header><p class=\"name\">Dispatcher{named}</p></header>\n\
         <main class=\"sign-in\">\n\
         <h1>Sign in</h1>\n\
         {problem}<form class=\"act\" method=\"post\">\n\
         <label><span>Name</span><input name=\"name\" autocomplete=\"username\" required autofocus></label>\n\
         <label><span>Password</span><input name=\"password\" type=\"password\" autocomplete=\"current-password\" \
         required></label>\n\
         <p class=\"buttons\"><button class=\"acts\">Sign in</button></p>\n\
         </form>\n\
         </main>\n\
         </body>\n\
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
        let page = page("/a\"><script>", Some("<i>\"live\""), Some("<b>'&"));
        assert!(
            page.contains("href=\"a&quot;&gt;&lt;script&gt;/style.css\""),
            "{page}"
        );
        assert!(page.contains("&lt;b&gt;&#39;&amp;"), "{page}");
        assert!(page.contains("<bdi>&lt;i&gt;&quot;live&quot;</bdi>"));
        assert!(page.contains("<body class=\"red\">"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<i>"));
    }
}
