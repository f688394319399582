//! Exports of contracts: of the reference contracts, and of contracts that use what is rare or hostile.
//!
//! What reads an export in practice reads it here too: AsyncAPI's schema and parser, and tsc. They come from npm;
//! `tests/exports/fetch-node-packages` fetches them. A test without them says that it is skipped.

mod asyncapi;
mod catalogue;
mod command;
mod directory;
mod examples;
mod node;
mod typescript;
