//! Values as parameters of SQL statements, so that a handler can `.bind(event.payload.credits)`.

/// Lets a type be bound as another: `bind!(Integer as i64, |integer| i64::try_from(*integer))`.
/// What the other cannot hold is an error of the statement.
#[cfg(feature = "postgres")]
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    ($name:ident as $sql:ty, |$value:ident| $convert:expr) => {
        $crate::__bind!([] $name as $sql, |$value| $convert);
    };
    ([$($rule:ident)?] $name:ty as $sql:ty, |$value:ident| $convert:expr) => {
        const _: () = {
            use $crate::private::sqlx;

            impl$(<$rule>)? sqlx::Type<sqlx::Postgres> for $name {
                fn type_info() -> sqlx::postgres::PgTypeInfo {
                    <$sql as sqlx::Type<sqlx::Postgres>>::type_info()
                }
            }

            impl<'q $(, $rule)?> sqlx::Encode<'q, sqlx::Postgres> for $name {
                fn encode_by_ref(
                    &self,
                    buffer: &mut sqlx::postgres::PgArgumentBuffer,
                ) -> ::core::result::Result<sqlx::encode::IsNull, sqlx::error::BoxDynError>
                {
                    let $value = self;
                    let value = $convert?;
                    sqlx::Encode::<sqlx::Postgres>::encode(value, buffer)
                }
            }
        };
    };
}

/// Without the feature `postgres` nothing is bound.
#[cfg(not(feature = "postgres"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __bind {
    ($($anything:tt)*) => {};
}
