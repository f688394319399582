// Two active versions, as they are generated, without what the contracts crate has to add.
mod order_paid {
    use dispatcher_runtime::private::serde::{Deserialize, Serialize};
    use dispatcher_runtime::private::{self, serde_json::Value};
    use dispatcher_runtime::{DecodeError, EventContract, Payload, PayloadSchema, Registry, Status, Upcast};

    macro_rules! version {
        ($module:ident, $number:literal) => {
            pub mod $module {
                use super::*;

                #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
                #[serde(crate = "dispatcher_runtime::private::serde")]
                pub struct OrderPaid {}

                private::read_by_serde!(OrderPaid);

                impl Payload for OrderPaid {
                    type EventType = EventType;
                    const SCHEMA_VERSION: u32 = $number;
                    fn schema() -> &'static PayloadSchema {
                        static SCHEMA: PayloadSchema = PayloadSchema::any_object();
                        &SCHEMA
                    }
                }
            }
        };
    }
    version!(v1, 1);
    version!(v2, 2);
    pub use v2::OrderPaid;

    pub struct EventType;

    impl private::Sealed for EventType {}

    impl dispatcher_runtime::EventType for EventType {
        type Payload = OrderPaid;
        const NAME: &'static str = "order.paid";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["growth"];
        const SUBJECT: Option<&'static str> = None;
        const CURRENT_VERSION: u32 = 2;
        fn registry() -> &'static Registry {
            static REGISTRY: Registry = Registry::new(&[], &[]);
            &REGISTRY
        }
        fn descriptor() -> &'static EventContract {
            static DESCRIPTOR: EventContract = EventContract::new(private::EventContractParts {
                event_type: "order.paid",
                description: "",
                contract: "orders",
                producer: "revenue",
                consumers: &["growth"],
                status: Status::Active,
                subject: None,
                versions: &[],
            });
            &DESCRIPTOR
        }
    }

    pub trait Carried: Payload {
        type Current;
    }

    impl Carried for OrderPaid {
        type Current = Self;
    }

    impl<P: Carried> private::Carries<P> for EventType
    where
        P::Current: Upcast<v1::OrderPaid>,
    {
        fn decode(_: u32, payload: Value) -> Result<P, DecodeError> {
            private::decode(payload)
        }
    }
}

use acme_contracts::refund_issued::{self, RefundIssued};
use dispatcher_runtime::{EventEnvelope, EventUnion, HandlerError, subscribe};

#[subscribe(order_paid)]
async fn credit_history(_event: EventEnvelope<order_paid::OrderPaid>) -> Result<(), HandlerError> {
    Ok(())
}

#[derive(EventUnion)]
enum Money {
    Paid(order_paid::OrderPaid),
    Refunded(RefundIssued),
}

#[subscribe(order_paid, refund_issued)]
async fn takings(_event: EventEnvelope<Money>) -> Result<(), HandlerError> {
    Ok(())
}

fn main() {}
