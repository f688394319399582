//! A variant holds one payload and nothing else: `Locked(CreditLocked)`.

use syn::spanned::Spanned;
use syn::{Fields, FieldsNamed, FieldsUnnamed, Ident, Variant};

use super::Held;
use crate::faults::{Faults, spelt};

/// The variant, if it holds one payload.
pub(super) fn held(variant: &Variant, faults: &mut Faults) -> Option<Held> {
    let name = &variant.ident;
    match &variant.fields {
        Fields::Unit => holds_none(name, faults),
        Fields::Named(fields) => named(name, fields, faults),
        Fields::Unnamed(fields) => match fields.unnamed.first() {
            None => holds_none(name, faults),
            Some(field) if fields.unnamed.len() == 1 => {
                return Some(Held {
                    variant: name.clone(),
                    payload: field.ty.clone(),
                });
            }
            Some(_) => holds_several(name, fields, faults),
        },
    }
    None
}

fn holds_none(name: &Ident, faults: &mut Faults) {
    faults.at(
        name,
        format!("`{name}` holds no payload: write its type, such as `{name}(CreditLocked)`"),
    );
}

fn named(name: &Ident, fields: &FieldsNamed, faults: &mut Faults) {
    let message = match fields.named.first() {
        Some(field) if fields.named.len() == 1 => {
            let payload = spelt(&field.ty);
            format!("a variant holds its payload without a field name: write `{name}({payload})`")
        }
        _ => format!(
            "a variant holds one payload and nothing else: write `{name}(CreditLocked)` with the type of its payload"
        ),
    };
    faults.at(name, message);
}

fn holds_several(name: &Ident, fields: &FieldsUnnamed, faults: &mut Faults) {
    let payload = fields.unnamed.first().map(|field| spelt(&field.ty));
    let payload = payload.unwrap_or_default();
    faults.push(syn::Error::new(
        fields.unnamed.span(),
        format!(
            "`{name}` holds more than one payload: write `{name}({payload})`, and a variant for each other payload"
        ),
    ));
}
