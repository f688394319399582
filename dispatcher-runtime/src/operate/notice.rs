//! A text that each page of the operator shows.

use std::sync::{Arc, PoisonError, RwLock};

/// A text that each page of the operator shows above its content, until it is taken back: for what a program wants
/// everybody to know who looks. Clones share it.
///
/// ```
/// # fn example(operator: dispatcher_runtime::Operator) {
/// use dispatcher_runtime::http::Notice;
///
/// let notice = Notice::default();
/// let operator = operator.notice(&notice);
/// notice.set("the nightly import runs until 06:00");
/// notice.clear();
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Notice(Arc<RwLock<String>>);

impl Notice {
    /// Shows a text, in place of the one before. It may be of several lines.
    pub fn set(&self, text: impl Into<String>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = text.into();
    }

    /// Shows nothing.
    pub fn clear(&self) {
        self.set("");
    }

    /// The text, unless there is none.
    pub(crate) fn text(&self) -> Option<String> {
        let text = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (!text.is_empty()).then(|| text.clone())
    }
}
