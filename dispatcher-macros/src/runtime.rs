//! How expansions name dispatcher-runtime.
//!
//! `::dispatcher_runtime`, unless the user renamed the dependency or reaches it through a facade and
//! says so with `crate = "…"`. A path that does not resolve is rustc's to report, at the string.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path};

use crate::faults::Faults;

/// The path of the runtime.
#[derive(Debug, Default)]
pub(crate) struct Runtime(Option<Path>);

impl Runtime {
    pub(crate) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Takes the value of `crate = "…"`.
    pub(crate) fn set(&mut self, key: &Ident, value: Option<Expr>, faults: &mut Faults) {
        if self.is_given() {
            faults.at(key, "duplicate option `crate`: remove one of them");
            return;
        }
        match value {
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(path),
                ..
            })) => self.set_path(&path, faults),
            Some(other) => faults.at(other, EXPECTED),
            None => faults.at(key, EXPECTED),
        }
    }

    fn set_path(&mut self, path: &LitStr, faults: &mut Faults) {
        match path.parse_with(Path::parse_mod_style) {
            Ok(path) => self.0 = Some(path),
            Err(_) => faults.at(
                path,
                format!(
                    "\"{}\" is not a path to dispatcher-runtime: write it as in a `use`, such as `crate = \"acme::runtime\"`",
                    path.value()
                ),
            ),
        }
    }
}

const EXPECTED: &str =
    "`crate` takes the path of dispatcher-runtime as a string: `crate = \"acme::runtime\"`";

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::dispatcher_runtime)),
        }
    }
}

/// Asks the runtime whether it understands what this version of the macros writes.
pub(crate) fn written_by(runtime: &Runtime) -> TokenStream {
    let version = concat!(
        env!("CARGO_PKG_VERSION_MAJOR"),
        ".",
        env!("CARGO_PKG_VERSION_MINOR")
    );
    quote!(#runtime::private::generated_by!("dispatcher-macros", #version);)
}
