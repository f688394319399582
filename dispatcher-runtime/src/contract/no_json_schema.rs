//! Without the feature `schemars` generated types have no `JsonSchema`.

/// In place of the macro that implements it.
#[doc(hidden)]
#[macro_export]
macro_rules! __no_json_schema {
    ($($anything:tt)*) => {};
}
