//! The statements of relays and mirrors.

use crate::postgres::sql::statements;

statements! {
    /// What a relay and a mirror send.
    pub(crate) struct TransferStatements {
        acquire_transfer,
        count_outbound,
        evict_transfer,
        hold_transfer,
        join_transfers,
        list_event_types,
        mirror_events,
        note_transfer,
        read_outbound,
        read_outbound_end,
        read_transfer,
        record_mirrored,
        record_relayed,
        release_transfer,
        renew_transfer,
    }

    /// What a move asks and writes in each of its databases.
    pub(crate) struct MoveStatements {
        clear_moved,
        digest_contracts,
        find_positions,
        find_unseen,
        forget_handled,
        identify_database,
        insert_audit,
        insert_handled,
        insert_moved_letters,
        insert_moved_retries,
        insert_partitions,
        leave_moved,
        list_moving,
        list_moving_letters,
        list_origins,
        list_wires,
        lock_moving,
        lock_subscription,
        lowest_letter,
        mark_moving,
        read_beyond,
        read_clock,
        read_fates,
        read_moving_letters,
        read_moving_retries,
        read_transfer,
        read_unread,
        resolve_moved,
        void_all_leases,
    }

    /// What finds the tables, where no schema is named.
    pub(crate) struct FindMoveStatements {
        find_family,
    }
}
