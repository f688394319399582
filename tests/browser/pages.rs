//! Every page, reached by links as a person reaches it.

use std::collections::{BTreeMap, BTreeSet};

use dispatcher_test_fixtures::TestResult;

use crate::browser::Browser;
use crate::service::{PAGE, Service};

/// The names of the pages, as their documentation lists them.
pub(crate) fn names() -> BTreeSet<&'static str> {
    let documentation = include_str!("../../dispatcher-runtime/src/operate/http/page/mod.rs");
    let rows = documentation.lines();
    let rows = rows.filter_map(|line| line.strip_prefix("//! | `GET "));
    let names: BTreeSet<_> = rows.filter_map(|row| row.split('`').next()).collect();
    assert!(names.len() > 15, "{names:?}");
    names
}

/// One page of each name, with its query.
pub(crate) async fn every(browser: &Browser, service: &Service) -> TestResult<Vec<String>> {
    let names = names();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut next = vec!["overview".to_owned()];
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    while let (Some(page), true) = (next.pop(), found.len() < names.len()) {
        let name = page.split('?').next().unwrap_or(&page).to_owned();
        let visits = seen.entry(name.clone()).or_default();
        // What one subscription does not offer, another does.
        let most = if name == "subscription" { 10 } else { 1 };
        if !names.contains(name.as_str()) || *visits == most {
            continue;
        }
        *visits += 1;
        browser.open(service, &page).await?;
        found.entry(name).or_insert(page);
        let links = browser
            .evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href)")
            .await?;
        let below = service.url(&format!("{PAGE}/"));
        for link in links.as_array().ok_or("no links")? {
            let link = link.as_str().unwrap_or_default();
            let link = link.split('#').next().unwrap_or_default();
            // What reveals is in the audit each time.
            if let Some(page) = link
                .strip_prefix(&below)
                .filter(|it| !it.contains("reveal="))
            {
                next.insert(0, page.to_owned());
            }
        }
    }
    let reached: BTreeSet<_> = found.keys().map(String::as_str).collect();
    let missing: Vec<_> = names.difference(&reached).collect();
    assert!(missing.is_empty(), "no link leads to {missing:?}");
    Ok(found.into_values().collect())
}
