//! What `dispatcher contracts upcast` prints compiles with the generated types, but for what is left to write.

#![allow(
    clippy::diverging_sub_expression,
    clippy::todo,
    missing_docs,
    unreachable_code,
    reason = "the code is as it was printed"
)]

mod contracts {
    dispatcher_runtime::contracts!("../contracts");

    include!("golden/upcast.rs");
}

#[test]
fn the_code_is_an_upcast_between_the_generated_types() {
    use contracts::order_paid::{v1, v2};
    fn upcast<Old, New: dispatcher_runtime::Upcast<Old>>() -> fn(Old) -> New {
        New::upcast
    }
    let _ = upcast::<v1::OrderPaid, v2::OrderPaid>();
}
