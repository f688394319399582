//! The code blocks of README.md, compiled as doc tests. `main.rs` runs those of the guides.

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
