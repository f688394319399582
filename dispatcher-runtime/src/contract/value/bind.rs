//! Values as parameters and results of SQL statements: a handler writes
//! `.bind(event.payload.credits)`, and reads the column back as the same type.
//!
//! A value is bound as the type of sqlx that its documentation names, arrays included. What that type
//! cannot hold, and what is read and breaks the rule of the type, is an error of the statement: nothing
//! is rounded or cut in silence.

#[cfg(feature = "postgres")]
pub(super) use checked::Checked;

/// Times as sqlx writes them, read without its panic: sqlx 0.9 adds what it reads to an epoch, and
/// `infinity` or the year 10000 overflows the types of `time`.
#[cfg(feature = "postgres")]
mod checked {
    use sqlx::encode::IsNull;
    use sqlx::error::BoxDynError;
    use sqlx::postgres::{
        PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef, Postgres,
    };
    use sqlx::{Decode, Encode, Type};
    use time::macros::{date, datetime};
    use time::{Date, Duration, OffsetDateTime};

    pub(in crate::contract::value) struct Checked<T>(pub(in crate::contract::value) T);

    impl<T: Type<Postgres>> Type<Postgres> for Checked<T> {
        fn type_info() -> PgTypeInfo {
            T::type_info()
        }

        fn compatible(info: &PgTypeInfo) -> bool {
            T::compatible(info)
        }
    }

    impl<T: PgHasArrayType> PgHasArrayType for Checked<T> {
        fn array_type_info() -> PgTypeInfo {
            T::array_type_info()
        }
    }

    impl<'q, T: Encode<'q, Postgres>> Encode<'q, Postgres> for Checked<T> {
        fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
            self.0.encode_by_ref(buffer)
        }
    }

    impl<'r> Decode<'r, Postgres> for Checked<Date> {
        fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
            if value.format() == PgValueFormat::Text {
                return Date::decode(value).map(Self);
            }
            let days = i32::decode(value)?;
            let date = date!(2000 - 01 - 01).checked_add(Duration::days(days.into()));
            Ok(Self(
                date.ok_or("the date is outside the years -9999 to 9999")?,
            ))
        }
    }

    impl<'r> Decode<'r, Postgres> for Checked<OffsetDateTime> {
        fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
            if value.format() == PgValueFormat::Text {
                return OffsetDateTime::decode(value).map(Self);
            }
            let since = Duration::microseconds(i64::decode(value)?);
            let at = datetime!(2000-01-01 0:00 UTC).checked_add(since);
            Ok(Self(
                at.ok_or("the time is outside the years -9999 to 9999")?,
            ))
        }
    }
}

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
