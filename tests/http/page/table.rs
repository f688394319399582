//! The pages as their documentation lists them: what the walks walk. A test beside the table holds the two together.

/// A page, or an act of one.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) method: String,
    pub(crate) page: String,
    pub(crate) permission: String,
    pub(crate) is_for_bound: bool,
}

pub(crate) fn pages() -> Vec<Listed> {
    let documentation = include_str!("../../../dispatcher-runtime/src/operate/http/page/mod.rs");
    let rows = documentation.lines();
    let rows = rows.filter_map(|line| line.strip_prefix("//! | `"));
    let listed = rows.map(|row| {
        let mut cells = row.split('|').map(|cell| cell.trim().trim_matches('`'));
        let (method, page) = cells.next().unwrap().split_once(' ').unwrap();
        Listed {
            method: method.to_owned(),
            page: page.to_owned(),
            permission: cells.next().unwrap().to_owned(),
            is_for_bound: cells.next().unwrap() == "all",
        }
    });
    let listed: Vec<_> = listed.collect();
    assert!(listed.len() > 20, "{} pages", listed.len());
    listed
}
