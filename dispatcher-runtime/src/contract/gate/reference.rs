//! The envelope schema that holds where the contracts have none of their own.

use dispatcher_schema::envelope::{ENVELOPE_FILE, REFERENCE};

use super::{Document, PayloadSchema};

static DOCUMENTS: [Document; 1] = [Document {
    path: ENVELOPE_FILE,
    text: REFERENCE,
}];

/// Under the path that a contracts directory has it at, so that reports name one file.
pub(crate) static REFERENCE_ENVELOPE: PayloadSchema = PayloadSchema::new(ENVELOPE_FILE, &DOCUMENTS);
