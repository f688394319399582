//! Contracts: what the program, the database and the log say differently.

use sqlx::Row;

use super::Finding;
use crate::contract::registry::Registry;
use crate::operate::contracts::KnownContracts;
use crate::operate::operator::Operator;
use crate::postgres::error::DatabaseError;
use crate::postgres::transaction;

const TOPIC: &str = "contracts";

/// How many differences are listed.
const MOST: usize = 20;

pub(super) async fn look(operator: &Operator) -> Result<Vec<Finding>, DatabaseError> {
    let contracts = operator.known_contracts().await?;
    if contracts.is_empty() {
        let text = "none are known, neither to this program nor to the database: nothing is masked, and \
                    dispatcher_publish refuses nothing";
        let remedy = "dispatcher contracts push";
        return Ok(vec![Finding::warning(TOPIC, text, remedy)]);
    }
    let mut findings = Vec::new();
    if let Some(registry) = operator.contracts() {
        findings.extend(differences(operator, registry).await?);
    }
    findings.extend(unusable(&contracts));
    findings.extend(unknown_events(operator, &contracts).await?);
    if findings.is_empty() {
        let text = format!(
            "{} event types, as the log has them",
            contracts.list().len()
        );
        findings.push(Finding::good(TOPIC, text));
    }
    Ok(findings)
}

/// Between the program and the database.
async fn differences(
    operator: &Operator,
    registry: &'static Registry,
) -> Result<Vec<Finding>, DatabaseError> {
    let differences = operator.log().catalog.differences(registry).await?;
    let remedy = "deploy the newer program; or push the contracts: dispatcher contracts push";
    let listed = differences.iter().take(MOST);
    let mut findings: Vec<_> = listed
        .map(|difference| Finding::warning(TOPIC, difference.to_string(), remedy))
        .collect();
    if differences.len() > MOST {
        let text = format!("{} more differences", differences.len() - MOST);
        findings.push(Finding::warning(TOPIC, text, remedy));
    }
    Ok(findings)
}

/// Schemas in the database that do not compile.
fn unusable(contracts: &KnownContracts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for contract in contracts.list() {
        for version in &contract.versions {
            let (event_type, number) = (&contract.event_type, version.schema_version);
            let is_live = version.status != "retired" && contract.status != "retired";
            let number_of_row = i32::try_from(number).unwrap_or(i32::MAX);
            if is_live && contracts.schema(event_type, number_of_row).is_none() {
                findings.push(Finding::error(
                    TOPIC,
                    format!("the schema of version {number} of {event_type} in the database cannot be used"),
                    "delete its row of dispatcher_contract_version, and push the contracts again",
                ));
            }
        }
    }
    findings
}

/// Events of the log that no contract knows.
async fn unknown_events(
    operator: &Operator,
    contracts: &KnownContracts,
) -> Result<Vec<Finding>, sqlx::Error> {
    let mut connection = transaction::acquire(operator.log().pool()).await?;
    let examine = operator.log().searches.examine_event_types.query();
    let rows = examine.fetch_all(&mut *connection).await?;
    let mut findings = Vec::new();
    for row in rows {
        let event_type: String = row.try_get("event_type")?;
        let version: i32 = row.try_get("schema_version")?;
        let events: i64 = row.try_get("events")?;
        if contracts.schema(&event_type, version).is_none() {
            findings.push(Finding::warning(
                TOPIC,
                format!(
                    "of the last events, {events} are of {} v{version}, which neither this program nor the database \
                     knows",
                    event_type.escape_debug()
                ),
                "push the contracts that have it; if it was published by mistake, subscriptions make it a dead letter",
            ));
        }
    }
    Ok(findings)
}
