//! Who acts, and why: what the audit says.

use clap::Args;
use dispatcher_runtime::Actor;

use super::Failure;

/// Who acts, and why.
#[derive(Args, Clone, Debug)]
pub(crate) struct OperatorName {
    /// Your name, for the audit. Defaults to DISPATCHER_OPERATOR, or the name of your account
    #[arg(id = "as", long = "as", value_name = "NAME")]
    name: Option<String>,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

/// Where the name is looked for, in this order.
const VARIABLES: [&str; 4] = ["DISPATCHER_OPERATOR", "USER", "LOGNAME", "USERNAME"];

impl OperatorName {
    /// The name.
    ///
    /// # Errors
    /// None was given, and neither the environment nor the system has one.
    pub(crate) fn name(&self) -> Result<String, Failure> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let mut names = VARIABLES.iter().filter_map(|name| std::env::var(name).ok());
        let named = names.find(|name| !name.trim().is_empty());
        named.or_else(account).ok_or_else(|| {
            Failure::Usage(
                "the audit needs to know who does this\n  help: give your name as `--as NAME`, or set \
                 DISPATCHER_OPERATOR"
                    .to_owned(),
            )
        })
    }

    /// Who acts, and why, as the runtime takes it.
    pub(crate) fn actor<'a>(&'a self, name: &'a str) -> Actor<'a> {
        Actor::new(name)
            .because(self.why.as_deref())
            .by_way_of("cli")
    }
}

/// The name of this account. A shell in a container often has no variable with it.
fn account() -> Option<String> {
    let output = std::process::Command::new("id").arg("-un").output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !name.is_empty()).then_some(name)
}
