//! Which upcasts have been written, as far as Rust sources say.
//!
//! The contracts do not say it, and a pipeline that compares them compiles nothing. So the sources of the contracts'
//! crate are read for `impl Upcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid`, and `TryUpcast`. What a
//! macro writes is not seen, and what still has a `todo!` does not count.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{GenericArgument, Item, ItemImpl, PathArguments};

use crate::model::Event;

/// The upcasts of some sources.
#[derive(Clone, Debug, Default)]
pub struct Upcasts {
    written: BTreeSet<(Payload, Payload)>,
}

/// A payload type, as far as its path says: `order_paid::v1::OrderPaid`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Payload {
    module: Option<String>,
    /// None: the current version.
    version: Option<u32>,
    name: String,
}

impl Upcasts {
    /// Adds the upcasts of a source file. One that is not Rust has none.
    pub fn read(&mut self, text: &str) {
        if text.contains("Upcast")
            && let Ok(file) = syn::parse_file(text)
        {
            self.items(&file.items);
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(module) => {
                    let items = module.content.as_ref().map(|(_, items)| items);
                    self.items(items.map_or(&[], Vec::as_slice));
                }
                Item::Impl(item) => self.written.extend(upcast(item)),
                _ => {}
            }
        }
    }

    /// Whether there is one between these versions.
    pub(super) fn has(&self, event: &Event, from: u32, to: u32) -> bool {
        let current = event.current().map(|version| version.number);
        let is = |payload: &Payload, number: u32| {
            payload.name == event.rust_type
                && payload
                    .module
                    .as_ref()
                    .is_none_or(|module| *module == event.module)
                && payload.version.or(current) == Some(number)
        };
        self.written
            .iter()
            .any(|(old, new)| is(old, from) && is(new, to))
    }
}

fn upcast(item: &ItemImpl) -> Option<(Payload, Payload)> {
    if item.to_token_stream().to_string().contains("todo !") {
        return None;
    }
    let (path, _) = item.trait_.as_ref()?;
    let last = path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    if last.ident != "Upcast" && last.ident != "TryUpcast" {
        return None;
    }
    match arguments.args.first()? {
        GenericArgument::Type(old) => Some((payload(old)?, payload(&item.self_ty)?)),
        _ => None,
    }
}

fn payload(ty: &syn::Type) -> Option<Payload> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let mut segments = path
        .path
        .segments
        .iter()
        .rev()
        .map(|segment| segment.ident.to_string());
    let name = segments.next()?;
    let next = segments.next();
    let version = next
        .as_ref()
        .and_then(|next| next.strip_prefix('v')?.parse().ok());
    let module = if version.is_some() {
        segments.next()
    } else {
        next
    };
    Some(Payload {
        module: module.filter(|module| !matches!(module.as_str(), "crate" | "self" | "super")),
        version,
        name,
    })
}
