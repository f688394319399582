//! The settings of a producer: where they come from, and which ones contradict each other.
//!
//! Nothing here does I/O. A setting that is missing or contradictory is a [`ConfigError`] that names it,
//! from `build`, so it never surfaces at the first publish.

use crate::contract::id::{IdError, TenantId};
use crate::postgres::error::ConfigError;

/// The environment variable that names the producing domain, for development and CI.
const PRODUCER_VARIABLE: &str = "DISPATCHER_PRODUCER";
/// The environment variable that names the tenant, for development and CI.
const TENANT_VARIABLE: &str = "DISPATCHER_TENANT_ID";

/// The tenant that was given to the builder, else the environment's.
pub(super) fn tenant(
    given: Option<Result<TenantId, IdError>>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<TenantId, ConfigError> {
    let (setting, tenant) = match given {
        Some(tenant) => ("tenant_id", tenant),
        None => match variable(TENANT_VARIABLE) {
            Some(value) => (TENANT_VARIABLE, value.try_into()),
            None => {
                return Err(ConfigError::Missing {
                    setting: "tenant_id",
                    remedy: "call `.tenant(\"tnt_…\")` on the builder, or `.read_env()` and set DISPATCHER_TENANT_ID",
                });
            }
        },
    };
    tenant.map_err(|error| ConfigError::Invalid {
        setting,
        value: error.text().to_owned(),
        expected: "a tenant id such as `tnt_swim_north`",
    })
}

/// The environment may name the producer, and then it must be the domain of the `Dispatcher`.
pub(super) fn agree_on_producer(
    domain: &'static str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(), ConfigError> {
    match variable(PRODUCER_VARIABLE) {
        Some(named) if named != domain => Err(ConfigError::Contradictory {
            setting: PRODUCER_VARIABLE,
            value: named,
            other: format!("this program publishes as `{domain}`"),
            remedy: "unset it, or set it to the domain of the `Dispatcher`",
        }),
        _ => Ok(()),
    }
}

/// A variable of the environment; an empty one counts as absent.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// In place of [`environment`], where nobody asked for it.
pub(super) fn no_environment(_: &str) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_tenant_wins_over_the_environment() {
        let found = tenant(Some("tnt_a".parse()), |_| Some("tnt_b".into())).unwrap();
        assert_eq!(found.as_str(), "tnt_a");
        assert_eq!(
            tenant(None, |_| Some("tnt_b".into())).unwrap().as_str(),
            "tnt_b"
        );
    }

    #[test]
    fn a_missing_tenant_says_how_to_set_it() {
        assert_eq!(
            tenant(None, no_environment).unwrap_err().to_string(),
            "the setting `tenant_id` is missing: call `.tenant(\"tnt_…\")` on the builder, or `.read_env()` and set DISPATCHER_TENANT_ID"
        );
    }

    #[test]
    fn a_malformed_tenant_names_the_setting_that_holds_it() {
        let says = |result: Result<TenantId, ConfigError>| result.unwrap_err().to_string();
        let expected = "it has to be a tenant id such as `tnt_swim_north`";
        assert_eq!(
            says(tenant(None, |_| Some("north".into()))),
            format!("the setting `DISPATCHER_TENANT_ID` is `north`; {expected}")
        );
        assert_eq!(
            says(tenant(Some("north".parse()), no_environment)),
            format!("the setting `tenant_id` is `north`; {expected}")
        );
    }

    #[test]
    fn a_producer_that_contradicts_the_program_is_refused() {
        assert!(agree_on_producer("revenue", no_environment).is_ok());
        assert!(agree_on_producer("revenue", |_| Some("revenue".into())).is_ok());
        assert_eq!(
            agree_on_producer("revenue", |_| Some("coaching".into()))
                .unwrap_err()
                .to_string(),
            "the setting `DISPATCHER_PRODUCER` is `coaching`, but this program publishes as `revenue`: \
             unset it, or set it to the domain of the `Dispatcher`"
        );
    }
}
