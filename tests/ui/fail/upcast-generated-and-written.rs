// Two versions, as they are generated where the newer one takes the payloads of the older one.
mod order_paid {
    use dispatcher_runtime::private::serde::{Deserialize, Serialize};
    use dispatcher_runtime::private;
    use dispatcher_runtime::{EventContract, Payload, PayloadSchema, Registry, Status};

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
    version!(v3, 3);

    pub struct EventType;

    impl private::Sealed for EventType {}

    impl dispatcher_runtime::EventType for EventType {
        type Payload = v3::OrderPaid;
        const NAME: &'static str = "order.paid";
        const PRODUCER: &'static str = "revenue";
        const CONSUMERS: &'static [&'static str] = &["growth"];
        const SUBJECT: Option<&'static str> = None;
        const CURRENT_VERSION: u32 = 3;
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

    ::dispatcher_runtime::private::generated_upcast_unless_x_upcast_is_by_hand!(v1::OrderPaid => v2::OrderPaid);
    ::dispatcher_runtime::private::generated_upcast_unless_x_upcast_is_by_hand!(v2::OrderPaid => v3::OrderPaid);
}

use dispatcher_runtime::{TryUpcast, Upcast};

impl Upcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid {
    fn upcast(_: order_paid::v1::OrderPaid) -> Self {
        Self {}
    }
}

impl TryUpcast<order_paid::v2::OrderPaid> for order_paid::v3::OrderPaid {
    type Error = &'static str;

    fn try_upcast(_: order_paid::v2::OrderPaid) -> Result<Self, Self::Error> {
        Ok(Self {})
    }
}

fn main() {}
