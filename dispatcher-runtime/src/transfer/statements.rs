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
}
