//! The statements that read the log, and those that remove old rows of its table family.

use crate::postgres::sql::statements;

statements! {
    /// What reads the log, in the database where that is.
    pub(crate) struct LogStatements {
        claim_reader,
        count_lag,
        find_position,
        probe_log,
        read_ends,
        read_event_ids,
        read_events,
        read_events_at,
        read_horizon,
        read_last_event,
        read_next_event,
        read_read_as,
        read_writers,
    }

    /// What operators look for in the log, and publish to it, and the contracts beside it.
    pub(crate) struct SearchStatements {
        examine_event_types,
        find_event,
        insert_audit,
        publish_gated,
        read_contract_documents,
        read_known_contracts,
        search_effects,
        search_events,
        tail_events,
    }

    /// What removes old rows.
    pub(crate) struct SweepStatements {
        is_held,
        slowest_reader,
        sweep_dead_letters,
        sweep_redrives,
        sweep_events,
        read_clock,
        read_windows,
        sweep_handled,
        try_sweep,
    }
}
