//! Values as parameters and results of SQL statements: a handler writes
//! `.bind(event.payload.credits)`, and reads the column back as the same type.
//!
//! A value is bound as the type of sqlx that its documentation names, arrays included. What that type
//! cannot hold, and what is read and breaks the rule of the type, is an error of the statement: nothing
//! is rounded or cut in silence.

/// Lets a type be bound as another one of sqlx, and be read from it:
/// `bind!(Integer as i64, |integer| i64::try_from(*integer), |number| Ok::<_, ValueError>(number.into()))`.
/// The first closure takes `&Self`, the second what was read; an error of either is one of the statement.
///
/// The first form is for a type without parameters; `[R: Rule<…>]` before it is its parameter.
#[cfg(feature = "postgres")]
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    ($name:ident as $sql:ty, |$value:ident| $encode:expr, |$found:ident| $decode:expr $(,)?) => {
        $crate::__bind!([] $name as $sql, |$value| $encode, |$found| $decode);
    };
    (
        [$($rule:ident: $bound:path)?] $name:ty as $sql:ty,
        |$value:ident| $encode:expr, |$found:ident| $decode:expr $(,)?
    ) => {
        const _: () = {
            use $crate::private::sqlx;

            impl $(<$rule: $bound>)? sqlx::Type<sqlx::Postgres> for $name {
                fn type_info() -> sqlx::postgres::PgTypeInfo {
                    <$sql as sqlx::Type<sqlx::Postgres>>::type_info()
                }

                fn compatible(info: &sqlx::postgres::PgTypeInfo) -> bool {
                    <$sql as sqlx::Type<sqlx::Postgres>>::compatible(info)
                }
            }

            impl $(<$rule: $bound>)? sqlx::postgres::PgHasArrayType for $name {
                fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                    <$sql as sqlx::postgres::PgHasArrayType>::array_type_info()
                }

                fn array_compatible(info: &sqlx::postgres::PgTypeInfo) -> bool {
                    <$sql as sqlx::postgres::PgHasArrayType>::array_compatible(info)
                }
            }

            impl<'q $(, $rule: $bound)?> sqlx::Encode<'q, sqlx::Postgres> for $name {
                fn encode_by_ref(
                    &self,
                    buffer: &mut sqlx::postgres::PgArgumentBuffer,
                ) -> ::core::result::Result<sqlx::encode::IsNull, sqlx::error::BoxDynError>
                {
                    let $value = self;
                    let value = $encode?;
                    sqlx::Encode::<sqlx::Postgres>::encode(value, buffer)
                }
            }

            impl<'r $(, $rule: $bound)?> sqlx::Decode<'r, sqlx::Postgres> for $name {
                fn decode(
                    value: sqlx::postgres::PgValueRef<'r>,
                ) -> ::core::result::Result<Self, sqlx::error::BoxDynError> {
                    let $found = <$sql as sqlx::Decode<'_, sqlx::Postgres>>::decode(value)?;
                    ::core::result::Result::Ok($decode?)
                }
            }
        };
    };
}

/// Without the feature `postgres` nothing is bound, and generated code names nothing of sqlx.
#[cfg(not(feature = "postgres"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    ($($anything:tt)*) => {};
}
