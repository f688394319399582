//! Connections for reads, whose statements have a time limit.
//!
//! They are a few of their own: a limit that was set on a connection of the service's pool would stay there, and reads
//! that are slow cannot take the connections that handlers and publishers need.

use sqlx::PgPool;

use crate::operate::operator::Operator;

/// How long a statement may take, as `statement_timeout` reads it.
const LIMIT: &str = "2s";

/// How many reads run at the same time.
const CONNECTIONS: u32 = 4;

/// The same operator over connections whose statements end after 2 s.
pub(super) fn within_limit(operator: &Operator) -> Operator {
    let pool = operator.pool();
    let connect = pool.connect_options().as_ref().clone();
    let connect = connect.options([("statement_timeout", LIMIT)]);
    let options = pool.options().clone();
    let most = options.get_max_connections().min(CONNECTIONS);
    let options = options.min_connections(0).max_connections(most);
    operator.over(lazily(options, connect))
}

fn lazily(
    options: sqlx::postgres::PgPoolOptions,
    connect: sqlx::postgres::PgConnectOptions,
) -> PgPool {
    options.connect_lazy_with(connect)
}
