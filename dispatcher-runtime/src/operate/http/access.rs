//! What a session may do: permissions, and sets of them.

use std::fmt;

/// Something that a route may require.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Permission {
    /// See everything but values that the contracts mark as sensitive.
    Read,
    /// Resolve dead letters.
    Resolve,
    /// Redrive dead letters, preview redrives and stop them.
    Redrive,
    /// Pause, resume, rewind and remove subscriptions.
    Steer,
    /// Publish events.
    Publish,
    /// See values that the contracts mark as sensitive. Each use is in the audit.
    Reveal,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Resolve,
        Self::Redrive,
        Self::Steer,
        Self::Publish,
        Self::Reveal,
    ];

    /// Its name in lower case, as answers and the OpenAPI document have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Resolve => "resolve",
            Self::Redrive => "redrive",
            Self::Steer => "steer",
            Self::Publish => "publish",
            Self::Reveal => "reveal",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of [`Permission`]s: what a session may do.
///
/// ```
/// use dispatcher_runtime::http::{Access, Permission};
///
/// let on_call = Access::OPERATOR.with(Permission::Steer);
/// assert!(on_call.allows(Permission::Steer));
/// assert!(!Access::ADMIN.allows(Permission::Reveal));
/// assert_eq!(Access::VIEWER, Access::NONE.with(Permission::Read));
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Access(u8);

impl Access {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// [`Read`](Permission::Read).
    pub const VIEWER: Self = Self::NONE.with(Permission::Read);
    /// [`Read`](Permission::Read), [`Resolve`](Permission::Resolve) and [`Redrive`](Permission::Redrive).
    pub const OPERATOR: Self = Self::VIEWER
        .with(Permission::Resolve)
        .with(Permission::Redrive);
    /// Everything but [`Reveal`](Permission::Reveal).
    pub const ADMIN: Self = Self::OPERATOR
        .with(Permission::Steer)
        .with(Permission::Publish);

    /// The same with one more permission.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | permission.bit())
    }

    /// The same without a permission.
    #[must_use]
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !permission.bit())
    }

    /// Whether it has a permission.
    #[must_use]
    pub const fn allows(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = Permission::ALL.into_iter();
        f.debug_set()
            .entries(all.filter(|permission| self.allows(*permission)))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_has_what_its_documentation_says() {
        for (access, text) in [
            (Access::NONE, "{}"),
            (Access::VIEWER, "{Read}"),
            (Access::OPERATOR, "{Read, Resolve, Redrive}"),
            (Access::ADMIN, "{Read, Resolve, Redrive, Steer, Publish}"),
            (
                Access::OPERATOR.without(Permission::Read),
                "{Resolve, Redrive}",
            ),
        ] {
            assert_eq!(format!("{access:?}"), text);
        }
    }
}
