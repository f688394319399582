//! The statements of the producing side.

use crate::postgres::sql::statements;

statements! {
    /// What a producer sends.
    pub(crate) struct PublishStatements { insert_event, insert_events, limit_idling, publish_alone }
}
