//! The code blocks of README.md, compiled as doc tests. Those of the guides are run: `main.rs`.

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
