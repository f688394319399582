//! The operator's page.

mod acts;
mod document;
mod headers;
mod hostile;
mod links;
mod refresh;
mod seen;
mod table;
mod walk;
