//! The contracts of a swim school: credits, orders, lessons, coaches, people.
//!
//! Each event type is a module with its payload type; each domain is a marker type for
//! `Dispatcher::<Revenue>` and `Consumer::<Coaching>`. All of it is generated from the files of this
//! folder. By hand come only the upcasts: how a payload of an older version, which is still in the
//! log, reads in the current one.

use dispatcher_runtime::Upcast;

dispatcher_runtime::include_contracts!();

/// Version 1 knew one product for each order and not how it was paid.
impl Upcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid {
    fn upcast(old: order_paid::v1::OrderPaid) -> Self {
        let one =
            order_paid::v2::Quantity::try_from(1).expect("the contract allows a quantity of 1");
        Self {
            order_id: old.order_id,
            person_id: old.person_id,
            lines: [order_paid::v2::OrderLine {
                product_code: old.product_code,
                quantity: one,
                credits: old.credits,
                amount_minor: old.amount_minor,
                recipient_id: None,
            }]
            .try_into()
            .expect("the contract allows one line"),
            total: order_paid::v2::Money {
                amount_minor: old.amount_minor,
                currency: old.currency,
            },
            payment: None,
            paid_at: old.paid_at,
        }
    }
}
