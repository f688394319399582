//! The start of an upcast: the code that makes a payload of one version from one of an older version.
//!
//! Fields that have one type in both versions are moved. For the others there is a `todo!` that says what is missing,
//! so that the code compiles and shows what is left to decide.

use crate::contracts::Contracts;
use crate::diagnostic::Report;
use crate::generated::{Field, Generated, Type};
use crate::model::{Event, Version};

/// The Rust code of an upcast between two live versions of an event type. Paths begin at the crate of the contracts.
///
/// # Errors
///
/// The report says why the types cannot be generated.
pub fn upcast(
    contracts: &Contracts,
    event: &Event,
    from: &Version,
    to: &Version,
) -> Result<String, Report> {
    let generated = Generated::read(&contracts.clone().ignore_lock().render()?.rust);
    let path =
        |version: &Version| format!("{}::v{}::{}", event.module, version.number, event.rust_type);
    let (old, new) = (path(from), path(to));
    let body = match (generated.get(&old), generated.get(&new)) {
        (Some(Type::Struct(was)), Some(Type::Struct(is))) => fields(was, is, from.number),
        _ => format!(
            "        let _ = old;\n        todo!(\"make a payload of version {} of it\")\n",
            to.number
        ),
    };
    Ok(format!(
        "/// How a payload of version {} of `{}` reads in version {}.\n\
         impl dispatcher_runtime::Upcast<{old}> for {new} {{\n    \
             fn upcast(old: {old}) -> Self {{\n{body}    }}\n\
         }}\n",
        from.number, event.name, to.number
    ))
}

/// A struct literal.
fn fields(was: &[Field], is: &[Field], from: u32) -> String {
    let mut body = "        Self {\n".to_owned();
    for field in is {
        let value = value(was, field, from);
        body.push_str(&format!("            {}: {value},\n", field.name));
    }
    body.push_str("        }\n");
    body
}

fn value(was: &[Field], field: &Field, from: u32) -> String {
    let name = &field.name;
    let inner = |ty: &str| {
        let inner = ty.strip_prefix("Option<")?.strip_suffix('>')?;
        Some(inner.to_owned())
    };
    match was.iter().find(|before| before.name == *name) {
        Some(before) if before.meant == field.meant => format!("old.{name}"),
        Some(before) if inner(&field.meant).as_deref() == Some(&before.meant) => {
            format!("Some(old.{name})")
        }
        Some(before) => format!(
            "todo!(\"make it of `old.{name}`, which is a {}\")",
            before.written
        ),
        // What the older version does not have is absent.
        None if inner(&field.meant).is_some() => "None".to_owned(),
        None => format!("todo!(\"version {from} does not have it\")"),
    }
}
