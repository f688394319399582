//! The roles of `dispatcher_runtime::Roles`: what each may do, what it may not, and that it suffices.

mod blockers;
mod forbidden;
mod rights;
mod work;

use acme_contracts::REGISTRY;
use dispatcher_runtime::Roles;
use dispatcher_test_fixtures::TestResult;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Executor, PgPool};

use crate::support::World;

/// A table family in a schema of its own, with its roles. They belong to the server, so their names begin with
/// that of the database.
pub(crate) struct Company {
    pub(crate) world: World,
    pub(crate) prefix: String,
}

pub(crate) const SCHEMA: &str = "swim-north";

impl Company {
    pub(crate) async fn new() -> TestResult<Self> {
        let world = World::new().await?;
        let name = world.database.name();
        let prefix = format!("t{}", name.trim_start_matches("dispatcher_test"));
        dispatcher_runtime::migrate_schema(&world.pool, SCHEMA).await?;
        let company = Self { world, prefix };
        company.apply().await?;
        Ok(company)
    }

    /// As after a migration, or after a change of the contracts.
    pub(crate) async fn apply(&self) -> TestResult {
        let script = AssertSqlSafe(self.roles().to_sql()?);
        self.world.pool.execute(script).await?;
        Ok(())
    }

    pub(crate) fn roles(&self) -> Roles {
        Roles::new(SCHEMA).prefix(&self.prefix).registry(&REGISTRY)
    }

    pub(crate) fn role(&self, name: &str) -> String {
        format!("{}_{name}", self.prefix)
    }

    /// Connections of a service, whose role has only been given these.
    pub(crate) async fn service(&self, name: &str, roles: &[&str]) -> TestResult<PgPool> {
        let service = self.role(name);
        let roles: Vec<_> = roles.iter().map(|role| self.role(role)).collect();
        let create = format!(
            "CREATE ROLE {service} LOGIN PASSWORD 'service'; {}
             GRANT ALL ON public.effect, public.effect_seq_seq TO {service}",
            match roles.as_slice() {
                [] => String::new(),
                roles => format!("GRANT {} TO {service};", roles.join(", ")),
            }
        );
        self.world.pool.execute(AssertSqlSafe(create)).await?;
        let options = self.world.database.options().clone();
        let options = options.username(&service).password("service");
        let pool = PgPoolOptions::new().max_connections(8);
        Ok(pool.connect_with(options).await?)
    }

    pub(crate) async fn close(self) -> TestResult {
        let drop = format!(
            "DO $$ DECLARE name text; BEGIN
               FOR name IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, '{}_') LOOP
                 EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER; DROP OWNED BY %I; DROP ROLE %I', name, name, name);
               END LOOP; END $$",
            self.prefix
        );
        self.world.pool.execute(AssertSqlSafe(drop)).await?;
        self.world.close().await
    }
}
