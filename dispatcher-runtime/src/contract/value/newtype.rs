//! Constrained values as types of the contracts crate itself.
//!
//! By default a constrained value is a name for a [`Refined`](crate::Refined), which is a type of this
//! crate; a contracts crate cannot implement another crate's trait for it. Where the contracts crate asks
//! for newtypes, it is a struct around the same [`Refined`](crate::Refined), with the same conversions.

/// Implements a generated newtype: `newtype!(PersonId: String)`, where `rules::PersonId` is its rule.
#[doc(hidden)]
#[macro_export]
macro_rules! __newtype {
    ($name:ident: String) => {
        $crate::__newtype!(@shared $name, ::std::string::String);
        $crate::__newtype!(@made_from $name, ::std::string::String; ::std::string::String);

        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::ValueError;

            fn try_from(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
                ::core::convert::TryFrom::try_from(text).map(Self)
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::core::cmp::PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == *other
            }
        }

        impl ::core::cmp::PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == **other
            }
        }
    };
    ($name:ident: Number) => {
        $crate::__newtype!(@shared $name, $crate::Number);
        $crate::__newtype!(
            @made_from $name, $crate::Number;
            $crate::Number, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
        );

        impl ::core::convert::From<$name> for f64 {
            fn from(value: $name) -> Self {
                value.0.get()
            }
        }
    };
    ($name:ident: Integer) => {
        $crate::__newtype!(@shared $name, $crate::Integer);
        $crate::__newtype!(@integer $name, $crate::Integer);
        $crate::__newtype!(
            @narrowed $name: i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
        );
    };
    // i64 or u64
    ($name:ident: $held:ident) => {
        $crate::__newtype!(@shared $name, $held);
        $crate::__newtype!(@integer $name, $held);

        impl ::core::convert::From<$name> for $crate::Integer {
            fn from(value: $name) -> Self {
                value.0.get().into()
            }
        }
    };
    (@integer $name:ident, $held:ty) => {
        $crate::__newtype!(
            @made_from $name, $held;
            i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
        );
    };
    (@made_from $name:ident, $held:ty; $($from:ty),*) => {$(
        impl ::core::convert::TryFrom<$from> for $name {
            type Error = $crate::ValueError;

            fn try_from(value: $from) -> ::core::result::Result<Self, $crate::ValueError> {
                $crate::Refined::<$held, rules::$name>::try_from(value).map(Self)
            }
        }
    )*};
    (@narrowed $name:ident: $($to:ident),*) => {$(
        impl ::core::convert::TryFrom<$name> for $to {
            type Error = $crate::ValueError;

            fn try_from(value: $name) -> ::core::result::Result<Self, $crate::ValueError> {
                Self::try_from(value.0)
            }
        }
    )*};
    (@shared $name:ident, $held:ty) => {
        impl ::core::ops::Deref for $name {
            type Target = $crate::Refined<$held, rules::$name>;

            fn deref(&self) -> &$crate::Refined<$held, rules::$name> {
                &self.0
            }
        }

        impl ::core::convert::From<$crate::Refined<$held, rules::$name>> for $name {
            fn from(value: $crate::Refined<$held, rules::$name>) -> Self {
                Self(value)
            }
        }

        impl ::core::convert::From<$name> for $crate::Refined<$held, rules::$name> {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl ::core::convert::From<$name> for $held {
            fn from(value: $name) -> Self {
                value.0.into()
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::ValueError;

            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
                text.parse().map(Self)
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        const _: () = {
            use $crate::private::serde;

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    serde::Serialize::serialize(&self.0, serializer)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    serde::Deserialize::deserialize(deserializer).map(Self)
                }
            }

            impl $crate::private::Read for $name {}
        };

        $crate::__bind!(
            $name as $crate::Refined<$held, rules::$name>,
            |value| ::core::result::Result::<_, $crate::ValueError>::Ok(&value.0),
            |found| ::core::result::Result::<_, $crate::ValueError>::Ok(Self(found))
        );
    };
}
