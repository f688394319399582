//! The statements of the consuming side, in the database that keeps its cursors.

use crate::postgres::sql::statements;

statements! {
    /// What a consumer sends.
    pub(crate) struct ConsumeStatements {
        acquire_lease,
        caught_up,
        confirm_delivery,
        confirm_lane,
        confirm_lease,
        correct_expiries,
        evict,
        hand_over,
        hold_cursor,
        insert_dead_letter,
        insert_partitions,
        join_replicas,
        leave_replicas,
        list_awaited,
        list_orphans,
        list_twins,
        lock_partitions,
        lock_subscription,
        mark_remote,
        next_retry,
        note_subscription,
        probe,
        put_retries,
        read_assignment,
        read_claims,
        read_cursors,
        read_due_retries,
        read_followers,
        read_lease,
        read_marks,
        read_partitions,
        read_redriven,
        read_replicas,
        read_retentions,
        read_retry,
        release_awaited,
        release_followers,
        release_lease,
        release_stranded,
        remove_partitions,
        remove_retries,
        renew_leases,
        set_event_types,
        settle_redriven,
        stop_failing_redrive,
        void_leases,
    }

    /// What finds the table family on the search path.
    pub(crate) struct FindStatements { find_family }

    /// What the wake-up sends. Advisory locks belong to the database, not to a schema.
    pub(crate) struct SleepStatements { lock_sleep, unlock_sleep }
}
