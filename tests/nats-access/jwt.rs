//! An operator, its accounts and their users, as a server with a memory resolver knows them.

use data_encoding::BASE64URL_NOPAD;
use dispatcher_test_fixtures::TestResult;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// Long ago.
const EXPIRED: i64 = 1_700_000_000;

pub(crate) struct Authority {
    operator: KeyPair,
    system: KeyPair,
    /// With JetStream.
    pub(crate) account: KeyPair,
    /// Without.
    pub(crate) poor: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self {
            operator: KeyPair::new_operator(),
            system: KeyPair::new_account(),
            account: KeyPair::new_account(),
            poor: KeyPair::new_account(),
        }
    }

    /// The lines of the server's configuration.
    pub(crate) fn settings(&self) -> TestResult<String> {
        let operator = json!({"type": "operator", "version": 2});
        let operator = signed(&self.operator, &self.operator, None, operator)?;
        let (system, account, poor) = (
            self.account_jwt(&self.system, 0)?,
            self.account_jwt(&self.account, -1)?,
            self.account_jwt(&self.poor, 0)?,
        );
        Ok(format!(
            "operator: {operator}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{\n {}: {system}\n {}: \
             {account}\n {}: {poor}\n}}\n",
            self.system.public_key(),
            self.system.public_key(),
            self.account.public_key(),
            self.poor.public_key(),
        ))
    }

    fn account_jwt(&self, account: &KeyPair, jetstream: i64) -> TestResult<String> {
        let limits = json!({
            "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1,
            "leaf": -1, "mem_storage": jetstream, "disk_storage": jetstream, "streams": jetstream, "consumer": jetstream,
        });
        let claims = json!({"type": "account", "version": 2, "limits": limits});
        signed(&self.operator, account, None, claims)
    }

    /// The text of a file of credentials of a user of that account, who may publish to these subjects.
    pub(crate) fn user(account: &KeyPair, may: &[String]) -> TestResult<String> {
        credentials(account, None, may)
    }

    pub(crate) fn expired_user(account: &KeyPair) -> TestResult<String> {
        credentials(account, Some(EXPIRED), &[])
    }
}

/// Without subjects the user may do everything.
fn credentials(account: &KeyPair, expires: Option<i64>, may: &[String]) -> TestResult<String> {
    let user = KeyPair::new_user();
    let mut claims = json!({
        "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1, "pub": {}, "sub": {},
    });
    if !may.is_empty() {
        claims["pub"] = json!({"allow": may});
        claims["sub"] = json!({"allow": ["_INBOX.>"]});
    }
    let jwt = signed(account, &user, expires, claims)?;
    let seed = user.seed()?;
    Ok(format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY \
         SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    ))
}

fn signed(
    issuer: &KeyPair,
    subject: &KeyPair,
    expires: Option<i64>,
    nats: Value,
) -> TestResult<String> {
    let header = json!({"typ": "JWT", "alg": "ed25519-nkey"});
    let mut claims = json!({
        "jti": subject.public_key(), "iat": 1_600_000_000, "iss": issuer.public_key(), "sub": subject.public_key(),
        "name": "test", "nats": nats,
    });
    if let Some(expires) = expires {
        claims["exp"] = expires.into();
    }
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let text = format!("{}.{}", part(&header), part(&claims));
    let signature = BASE64URL_NOPAD.encode(&issuer.sign(text.as_bytes())?);
    Ok(format!("{text}.{signature}"))
}
