//! `dispatcher roles`: the SQL roles of a table family, as a script or applied.

use clap::Args;
use dispatcher_runtime::{KnownContracts, Roles};
use serde::Serialize;
use sqlx::AssertSqlSafe;

use crate::database::{Connection, Consent, Failure, Question, Session};
use crate::output::Output;

/// The arguments of `roles`.
#[derive(Args, Debug)]
#[command(after_help = "\
The script creates roles for producers, consumers, operators, retention and erasure, none of which may log in, and takes
everything else from PUBLIC. Producers and consumers are those of the contracts in the database, or of --contracts.
Apply it as a superuser, or as the owner of the tables with CREATEROLE, again after each migration. What --see-blockers
and --end-blockers grant reaches every session of the server, so it has to be asked for.

Examples:
  dispatcher roles --schema dispatcher
  dispatcher roles --schema dispatcher --contracts contracts --end-blockers
  dispatcher roles --schema dispatcher --apply --dry-run")]
pub(crate) struct RolesArguments {
    /// What the names of the roles begin with
    #[arg(long, value_name = "WORD", default_value = "dispatcher")]
    prefix: String,
    /// Operators also see what a transaction that holds readers back does: grants pg_read_all_stats
    #[arg(long)]
    see_blockers: bool,
    /// Operators also see and end such a transaction: grants pg_signal_backend too
    #[arg(long)]
    end_blockers: bool,
    /// Run the script
    #[arg(long)]
    apply: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Serialize)]
struct Applied<'a> {
    script: &'a str,
    is_applied: bool,
}

pub(crate) fn run(arguments: &RolesArguments) -> Output {
    arguments.connection.run(async |session| {
        let schema = match arguments.connection.schema() {
            Some(schema) => schema.to_owned(),
            None => schema_of_tables(session).await?,
        };
        let mut roles = Roles::new(&schema).prefix(&arguments.prefix);
        if arguments.see_blockers {
            roles = roles.sees_blockers();
        }
        if arguments.end_blockers {
            roles = roles.ends_blockers();
        }
        let script = with_domains(roles, &session.contracts().await?).to_sql()?;
        if !arguments.apply || arguments.consent.is_dry_run() {
            let answer = Applied {
                script: &script,
                is_applied: false,
            };
            return session.answer(&answer, || script.clone());
        }
        let act = format!(
            "Create the roles {}_…, and take all rights on the schema \"{schema}\" from PUBLIC,",
            arguments.prefix
        );
        let question = Question {
            act: &act,
            answer: &schema,
        };
        arguments.consent.ask(&question, &session.place)?;
        sqlx::raw_sql(AssertSqlSafe(script.as_str()))
            .execute(&session.pool)
            .await?;
        let answer = Applied {
            script: &script,
            is_applied: true,
        };
        session.answer(&answer, || {
            format!(
                "the roles {}_… are applied to the {}\nNext: grant them to the roles that your services connect as",
                arguments.prefix, session.place
            )
        })
    })
}

/// Where the search path finds the tables.
async fn schema_of_tables(session: &Session) -> Result<String, Failure> {
    let schema = "SELECT space.nspname::text
                    FROM pg_catalog.pg_class AS log
                    JOIN pg_catalog.pg_namespace AS space ON space.oid = log.relnamespace
                   WHERE log.oid = 'dispatcher_event'::regclass";
    Ok(sqlx::query_scalar(schema).fetch_one(&session.pool).await?)
}

fn with_domains(mut roles: Roles, contracts: &KnownContracts) -> Roles {
    for event in contracts.list() {
        if event.status == "retired" {
            continue;
        }
        roles = roles.producer(&event.producer, [event.event_type.as_str()]);
        for consumer in &event.consumers {
            roles = roles.consumer(consumer);
        }
    }
    roles
}
