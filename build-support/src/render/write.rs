//! Generated code as one text, or as a file for each module.
//!
//! To rustc, code that moved is code that changed. So each module is written to a file of its own, and
//! a change of one schema does not move the code of the others.

use proc_macro2::TokenStream;
use syn::{Item, parse_quote};

/// The generated code.
pub(crate) struct Rust(syn::File);

/// A file for one module, beside the one that includes it.
pub(crate) struct ModuleFile {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Rust {
    /// The code of these tokens.
    ///
    /// # Errors
    ///
    /// The tokens are not valid Rust, which is a bug in the generator.
    pub(super) fn parse(tokens: TokenStream) -> syn::Result<Self> {
        syn::parse2(tokens).map(Self)
    }

    /// The whole code as one text.
    pub(crate) fn text(&self) -> String {
        prettyplease::unparse(&self.0)
    }

    /// The main file, which includes the modules' files from `folder`, and those files.
    pub(crate) fn split(mut self, folder: &str) -> (String, Vec<ModuleFile>) {
        let mut files = Vec::new();
        for item in &mut self.0.items {
            let Item::Mod(module) = item else { continue };
            let Some((brace, items)) = module.content.take() else {
                continue;
            };
            // `r#type` is the file type.rs.
            let name = module.ident.to_string();
            let name = format!("{}.rs", name.trim_start_matches("r#"));
            let path = format!("{folder}/{name}");
            let text = prettyplease::unparse(&syn::File {
                shebang: None,
                attrs: Vec::new(),
                items,
                frontmatter: None,
            });
            files.push(ModuleFile { name, text });
            module.content = Some((brace, vec![parse_quote!(::core::include!(#path);)]));
        }
        (self.text(), files)
    }
}
