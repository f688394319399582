//! The statements of an operator.

use crate::postgres::sql::statements;

statements! {
    /// What an operator does to subscriptions.
    pub(crate) struct SubscriptionStatements {
        clear_pause,
        count_handled,
        count_reread,
        count_open_letters,
        forget_handled,
        forget_waiting,
        give_up_version,
        insert_audit,
        insert_samples,
        list_failing,
        list_held_subjects,
        list_names,
        list_partitions,
        list_recent_samples,
        list_samples,
        list_subscriptions,
        lock_cursors,
        read_pause,
        read_positions,
        read_sampled,
        remove_subscription,
        rename_subscription,
        resolve_reread,
        rewind_cursors,
        set_pause,
        sweep_samples,
        try_sample,
        void_all_leases,
    }

    /// What became of events.
    pub(crate) struct EventStatements { list_deliveries }

    /// What the doctor looks at.
    pub(crate) struct DoctorStatements {
        examine_activity,
        examine_readers,
        examine_rights,
        examine_server,
        examine_tables,
    }

    /// What operators did.
    pub(crate) struct AuditStatements { insert_audit, list_audit }

    /// What erases payloads.
    pub(crate) struct ErasureStatements {
        erase_dead_letters,
        erase_event,
        erase_subject,
        erase_waiting,
        insert_audit,
        limit_lock_wait,
        lock_cursor_table,
    }

    /// What an operator sends about dead letters and their redrives.
    pub(crate) struct DeadLetterStatements {
        choose_members,
        count_selected,
        find_look_end,
        get_dead_letter,
        group_selected,
        insert_audit,
        list_active,
        list_active_of,
        list_active_of_within,
        list_active_within,
        list_all,
        list_all_of,
        list_all_of_within,
        list_all_within,
        list_doubtful_letters,
        list_group_hours,
        list_oldest,
        list_redrive_items,
        list_selected,
        list_selected_hours,
        lock_letter,
        lock_letters,
        preview_redrive,
        read_groups,
        read_letter_erased_at,
        read_redrives,
        resolve_dead_letter,
        resolve_selected,
        share_cursors,
        start_redrive,
        stop_redrive,
    }

    /// What gives letters of older programs their fingerprints.
    pub(crate) struct FingerprintStatements {
        list_unmarked_letters,
        mark_letters,
    }
}

#[cfg(feature = "http")]
statements! {
    /// What a program asks before it says that it is ready.
    pub(crate) struct HealthStatements {
        read_health,
    }
}
