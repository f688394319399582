//! Whether a program is alive and ready, for whatever starts and balances it.
//!
//! The routes need no session and tell nothing but yes or no; why not is in the log. Whether it is alive, the database does
//! not decide: a restart does not mend a database. The database is asked once in 2 s at most, however often the route is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sqlx::{PgPool, Row};
use tokio::sync::Mutex;

use crate::operate::statements::HealthStatements;
use crate::postgres::error::{ConfigError, describe};
use crate::postgres::family::Family;
use crate::postgres::migrate::{PROGRAM, VERSION};

/// For how long an answer of the database is good.
const GOOD_FOR: Duration = Duration::from_secs(2);
/// How long the database may take.
const LIMIT: Duration = Duration::from_secs(2);

type Condition = Box<dyn Fn() -> bool + Send + Sync>;

/// Whether a program is alive and ready, as `GET /health/live` and `GET /health/ready`: 200 or 503. Clones are the same.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool, shutdown: impl Future<Output = ()> + Send + 'static) {
/// use dispatcher_runtime::http::Health;
///
/// // A program without a consumer; one with a consumer takes `RunningConsumer::health`.
/// let health = Health::new(pool);
/// let app: axum::Router = axum::Router::new().merge(health.router());
/// # drop(app);
/// shutdown.await;
/// health.stopping();
/// # }
/// ```
#[derive(Clone)]
pub struct Health {
    shared: Arc<Shared>,
}

struct Shared {
    pool: PgPool,
    statements: HealthStatements,
    live: Vec<Condition>,
    ready: Vec<Condition>,
    is_stopping: AtomicBool,
    /// What the database answered last.
    database: Mutex<Option<(Instant, bool)>>,
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Health(…)")
    }
}

impl Health {
    /// Of a program that uses the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self::of(pool, &Family::default(), Vec::new(), Vec::new())
    }

    /// Of a program that uses the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self::of(
            pool,
            &Family::new(schema)?,
            Vec::new(),
            Vec::new(),
        ))
    }

    /// With conditions of the program: each has to hold for it to be alive, or ready.
    pub(crate) fn of(
        pool: PgPool,
        family: &Family,
        live: Vec<Condition>,
        ready: Vec<Condition>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                pool,
                statements: HealthStatements::new(family),
                live,
                ready,
                is_stopping: AtomicBool::new(false),
                database: Mutex::new(None),
            }),
        }
    }

    /// From now on the program is not ready: call it where it begins to stop, before it closes its listener.
    pub fn stopping(&self) {
        self.shared.is_stopping.store(true, Ordering::Release);
    }

    /// Whether the program's tasks turn. It asks nothing of the database.
    pub fn is_live(&self) -> bool {
        self.shared.live.iter().all(|holds| holds())
    }

    /// Whether the program may be given work: it is alive and not stopping, the database answers within 2 s, and its
    /// tables suit this version.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn is_ready(&self) -> bool {
        let shared = &self.shared;
        !shared.is_stopping.load(Ordering::Acquire)
            && self.is_live()
            && shared.ready.iter().all(|holds| holds())
            && shared.is_database_ready().await
    }

    /// The routes. They need no session, and answer nothing but `{"status": "ok"}` or `{"status": "unavailable"}`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/health/live", get(live))
            .route("/health/ready", get(ready))
            .with_state(self.clone())
    }
}

async fn live(State(health): State<Health>) -> Response {
    answer(health.is_live())
}

async fn ready(State(health): State<Health>) -> Response {
    answer(health.is_ready().await)
}

fn answer(is_good: bool) -> Response {
    let (status, body) = if is_good {
        (StatusCode::OK, r#"{"status": "ok"}"#)
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            r#"{"status": "unavailable"}"#,
        )
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (status, headers, body).into_response()
}

impl Shared {
    /// Several that ask at once wait for one answer.
    async fn is_database_ready(&self) -> bool {
        let mut kept = self.database.lock().await;
        if let Some((asked_at, is_ready)) = *kept
            && asked_at.elapsed() < GOOD_FOR
        {
            return is_ready;
        }
        let problem = match tokio::time::timeout(LIMIT, self.ask()).await {
            Ok(Ok(problem)) => problem,
            Ok(Err(error)) => Some(describe(&error)),
            Err(_) => Some("the database did not answer within 2 s".to_owned()),
        };
        let is_ready = problem.is_none();
        let was_ready = kept.replace((Instant::now(), is_ready)).map(|(_, was)| was);
        match problem {
            Some(problem) if was_ready != Some(false) => {
                tracing::warn!(problem, "the program is not ready");
            }
            None if was_ready == Some(false) => tracing::info!("the program is ready again"),
            _ => {}
        }
        is_ready
    }

    /// What is wrong with the tables.
    async fn ask(&self) -> Result<Option<String>, sqlx::Error> {
        let read = self.statements.read_health.query();
        let row = read.fetch_one(&self.pool).await?;
        let needs: i32 = row.try_get("needs_program")?;
        let version: i64 = row.try_get("version")?;
        Ok(if needs > PROGRAM {
            Some(format!(
                "the tables need programs of number {needs} and higher, and this one has number {PROGRAM}"
            ))
        } else if version < VERSION {
            Some(format!(
                "the tables are at migration {version}, and this program needs {VERSION}: migrate them"
            ))
        } else {
            None
        })
    }
}
