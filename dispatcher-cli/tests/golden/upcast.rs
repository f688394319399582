/// How a payload of version 1 of `order.paid` reads in version 2.
impl dispatcher_runtime::Upcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid {
    fn upcast(old: order_paid::v1::OrderPaid) -> Self {
        Self {
            order_id: old.order_id,
            person_id: old.person_id,
            total: todo!("version 1 does not have it"),
            lines: todo!("version 1 does not have it"),
            payment: None,
            paid_at: old.paid_at,
        }
    }
}
