//! Whether this runtime understands the code that a generator or a macro wrote.
//!
//! Generated code names items of `private`, which is not part of the public interface. Within one
//! minor version (0.1, or 1 after the first major one) those items stay compatible, so generator,
//! macros and runtime of the same minor version fit. Code of another one does not compile, and this
//! says why before rustc reports what is missing.

/// Written first in generated code and in expansions, with the version of what wrote them.
#[doc(hidden)]
#[macro_export]
macro_rules! __generated_by {
    ($tool:literal, "0.1") => {};
    ($tool:literal, $version:literal) => {
        ::core::compile_error!(::core::concat!(
            "this code was written by ",
            $tool,
            " ",
            $version,
            ", and this is dispatcher-runtime 0.1: set both to the same version in Cargo.toml"
        ));
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_macro_knows_its_own_version() {
        let own = concat!(
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR")
        );
        let this = include_str!("generated_by.rs");
        assert!(this.contains(&format!("($tool:literal, \"{own}\") => {{}}")));
        assert!(this.contains(&format!("dispatcher-runtime {own}: set both")));
    }
}
