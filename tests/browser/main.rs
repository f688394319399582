//! The operator's page in a browser.
//!
//! They need Debian's packages `chromium` and `chromium-driver`, and for one test axe-core, which `fetch-node-packages`
//! fetches. Without them they say what to install, and are skipped.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod browser;
mod company;
mod driver;
mod hostile;
mod judged;
mod keyboard;
mod killed;
mod pages;
mod prefix;
mod proxy;
mod refresh;
mod refused;
mod screenshots;
mod service;
mod story;
mod webdriver;
mod without_script;
