//! The operator's page.

mod acts;
mod contracts;
mod document;
mod events;
mod flow;
mod headers;
mod hostile;
mod links;
mod publish;
mod refresh;
mod seen;
mod steered;
mod table;
mod walk;
