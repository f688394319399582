//! `dispatcher move-out …`: a domain goes from this database to one of its own, and back.

mod report;

use std::time::Duration;

use clap::{Args, Subcommand};
use dispatcher_nats::{MoveError, MoveOut, MovePlan, Side};
use dispatcher_runtime::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::database::{Connection, Failure, OperatorName, Session, length_of_time};
use crate::output::Output;

/// A step of a move.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show where the move is, what is in its way, and what is next
    #[command(visible_alias = "status")]
    Plan(Plan),
    /// Prepare the other database: its consumers may be deployed, and wait
    Start(Start),
    /// Stop the domain here alone, so that its own tables can be copied
    #[command(after_help = "\
No handler of the domain works in either database until `switch` or `back`.

Examples:
  dispatcher move-out pause --consumer coaching")]
    Pause(Step),
    /// Stop the domain here, and let it go on there
    #[command(after_help = "\
Deliveries that are under way here are rolled back, and handled there. If it ends in the middle, run it again, or go back.

Examples:
  dispatcher move-out switch --consumer coaching
  dispatcher move-out switch --consumer coaching --wait 5m")]
    Switch(Step),
    /// Go back, before the switch or after it
    #[command(after_help = "\
Before the switch, the domain goes on here as if nothing had been started. After it, what it has there is carried back, and
it goes on here where it ended there.

Examples:
  dispatcher move-out back --consumer coaching")]
    Back(Step),
}

/// The arguments of `plan`.
#[derive(Args, Debug)]
#[command(after_help = "\
It changes nothing, and ends with 1 where something is in the way.

Examples:
  dispatcher move-out plan --consumer coaching
  dispatcher move-out plan --consumer coaching --to postgres://own/coaching")]
pub(crate) struct Plan {
    #[command(flatten)]
    domain: Domain,
    #[command(flatten)]
    connection: Connection,
}

/// The arguments of `start`.
#[derive(Args, Debug)]
#[command(after_help = "\
The other database has the tables, and a mirror of the stream to which the relay of this one sends. Both run.

Examples:
  dispatcher move-out start --consumer coaching --why 'its own database'")]
pub(crate) struct Start {
    #[command(flatten)]
    domain: Domain,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

/// The arguments of `pause`, `switch` and `back`.
#[derive(Args, Debug)]
pub(crate) struct Step {
    #[command(flatten)]
    domain: Domain,
    /// How long a mirror may take to bring what the domain has handled
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = length_of_time)]
    wait: Duration,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

/// What is moved, and where.
#[derive(Args, Debug)]
struct Domain {
    /// The domain whose subscriptions move
    #[arg(long, value_name = "NAME")]
    consumer: String,
    /// The other database. Defaults to the environment variable MOVE_TO_URL
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// The Postgres schema of the tables there. Defaults to the search path
    #[arg(long, value_name = "NAME")]
    to_schema: Option<String>,
}

pub(crate) fn run(command: &Command) -> Output {
    match command {
        Command::Plan(it) => it.connection.run(async |session| {
            let plan = it.domain.move_out(&it.connection, session)?.plan().await?;
            report::shown(&plan, session)
        }),
        Command::Start(it) => it.connection.run(async |session| {
            let move_out = it.domain.move_out(&it.connection, session)?;
            let plan = acting(move_out, &it.operator)?.start().await?;
            report::done(&plan, session)
        }),
        Command::Pause(step) => step.run(async |move_out| move_out.pause().await),
        Command::Switch(step) => step.run(async |move_out| move_out.switch().await),
        Command::Back(step) => step.run(async |move_out| move_out.back().await),
    }
}

fn acting(move_out: MoveOut, operator: &OperatorName) -> Result<MoveOut, Failure> {
    let name = operator.name()?;
    let actor = operator.actor(&name);
    Ok(move_out.by(actor)?)
}

impl Step {
    fn run(&self, act: impl AsyncFnOnce(&MoveOut) -> Result<MovePlan, MoveError>) -> Output {
        self.connection.run(async |session| {
            let move_out = self.domain.move_out(&self.connection, session)?;
            let move_out = acting(move_out, &self.operator)?.wait_for_mirror(self.wait);
            report::done(&act(&move_out).await?, session)
        })
    }
}

impl Domain {
    fn move_out(&self, from: &Connection, session: &Session) -> Result<MoveOut, Failure> {
        let pool = session.pool.clone();
        let source = side(pool, from.schema())?;
        let given = self.to.clone();
        let given = given.or_else(|| std::env::var("MOVE_TO_URL").ok());
        let Some(given) = given.filter(|url| !url.trim().is_empty()) else {
            return Err(Failure::Usage(
                "the other database was not named\n  help: give it as `--to postgres://…`, or set MOVE_TO_URL"
                    .to_owned(),
            ));
        };
        // The text may hold a password, so no message shows it.
        let options: PgConnectOptions = given.parse().map_err(|error| {
            Failure::Usage(format!(
                "the address of the other database is invalid: {error}\n  help: write it as \
                 postgres://role:password@host:5432/database"
            ))
        })?;
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options.application_name("dispatcher"));
        let target = side(pool, self.to_schema.as_deref())?;
        Ok(MoveOut::new(source, target, &*self.consumer))
    }
}

/// insufficient_privilege.
fn lacks_rights(error: &DatabaseError) -> bool {
    let code = error.get().as_database_error().and_then(|it| it.code());
    code.as_deref() == Some("42501")
}

fn side(pool: sqlx::PgPool, schema: Option<&str>) -> Result<Side, Failure> {
    Ok(match schema {
        Some(schema) => Side::in_schema(pool, schema)?,
        None => Side::new(pool),
    })
}

impl From<MoveError> for Failure {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Refused { problems, .. } => Self::No(format!(
                "the move was refused, and nothing was changed\n  {}",
                problems.join("\n  ")
            )),
            MoveError::Config(error) => error.into(),
            MoveError::Actor(error) => error.into(),
            MoveError::Database(error) if lacks_rights(&error) => Self::NotAsked(format!(
                "{error}\n  help: a move runs as the role that owns the tables, in both databases: name it in \
                 `--database-url` and `--to`"
            )),
            // Of one of two databases: the remedy would ask the other one.
            MoveError::Database(_) => Self::NotAsked(format!(
                "{error}\n  help: check both databases, and run it again"
            )),
            other => Self::No(other.to_string()),
        }
    }
}
