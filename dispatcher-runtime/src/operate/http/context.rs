//! What every route works with: the operator, the same for reads that have a time limit, and the contracts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::response::Response;
use serde_json::Value as Json;
use tokio::sync::Mutex;

use super::caller::Caller;
use super::kind::Values;
use super::problem::Problem;
use super::reading;
use super::reply::from_database;
use crate::operate::actor::Actor;
use crate::operate::contracts::KnownContracts;
use crate::operate::operator::Operator;

/// For how long the contracts in the database are not read again. Versions are only added to, and what is not known is
/// masked, so old contracts show nothing that newer ones hide.
const CONTRACTS_KEPT: Duration = Duration::from_secs(5);

/// What the routes of one router share.
pub(super) struct Context {
    /// For what changes something.
    pub(super) operator: Operator,
    /// The same over connections whose statements have a time limit.
    pub(super) reading: Operator,
    /// The OpenAPI document.
    pub(super) document: Bytes,
    contracts: Mutex<Option<(Instant, Arc<KnownContracts>)>>,
}

/// A request that was let in and read.
pub(super) struct Asked {
    pub(super) caller: Caller,
    pub(super) path: Values,
    pub(super) query: Values,
    pub(super) body: Values,
    /// A body whose fields the route does not list.
    pub(super) document: Option<Json>,
}

/// What a route answers.
pub(super) type Answering =
    std::pin::Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;

impl Context {
    pub(super) fn new(operator: Operator, document: Bytes) -> Self {
        Self {
            reading: reading::within_limit(&operator),
            operator,
            document,
            contracts: Mutex::new(None),
        }
    }

    /// Writes into the audit that a session sees something without masks, before it does.
    ///
    /// # Errors
    /// The database failed. Then nothing may be shown.
    pub(super) async fn reveal(&self, caller: &Caller, what: &str) -> Result<(), Problem> {
        let actor = Actor::new(caller.name()).by_way_of("http");
        self.operator.audit().reveal(what, actor).await?;
        tracing::info!(session = ?caller.name(), what, "sensitive values were shown over HTTP");
        Ok(())
    }

    /// The contracts that the service was built with and those in the database.
    ///
    /// # Errors
    /// The database failed. Where the role may not read them there, and the service was built with some, these are used:
    /// what they do not know is masked.
    pub(super) async fn contracts(&self) -> Result<Arc<KnownContracts>, Problem> {
        let mut kept = self.contracts.lock().await;
        if let Some((read_at, contracts)) = kept.as_ref()
            && read_at.elapsed() < CONTRACTS_KEPT
        {
            return Ok(Arc::clone(contracts));
        }
        let contracts = self.reading.readable_contracts().await;
        let contracts = contracts.map_err(|error| from_database(&error))?;
        let contracts = Arc::new(contracts);
        // Where there are none nothing is masked, so the first to be pushed count at once.
        if !contracts.is_empty() {
            *kept = Some((Instant::now(), Arc::clone(&contracts)));
        }
        Ok(contracts)
    }
}
