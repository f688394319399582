/// Keeps the board of credits.
#[allow(non_camel_case_types)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
struct credit_board;
const _: () = {
    #[allow(clippy::unused_async, clippy::needless_pass_by_value)]
    async fn credit_board(
        event: EventEnvelope<CreditEvent>,
        tx: &mut DeliveryTx,
    ) -> Result<(), HandlerError> {
        board::show(tx, event).await
    }
    ::dispatcher_runtime::private::generated_by!("dispatcher-macros", "0.1");
    use credit_locked::EventType as __EventType0;
    use acme_contracts::credit_released as __event_type_1;
    impl ::dispatcher_runtime::private::Sealed for credit_board {}
    impl ::dispatcher_runtime::EventTypes for credit_board {
        const NAMES: &'static [&'static str] = &[
            <__EventType0 as ::dispatcher_runtime::EventType>::NAME,
            <__event_type_1::EventType as ::dispatcher_runtime::EventType>::NAME,
        ];
        fn registry() -> &'static ::dispatcher_runtime::Registry {
            <__EventType0 as ::dispatcher_runtime::EventType>::registry()
        }
    }
    impl<
        __Domain: ::dispatcher_runtime::Domain,
    > ::dispatcher_runtime::ConsumedBy<__Domain> for credit_board
    where
        __EventType0: ::dispatcher_runtime::ConsumedBy<__Domain>,
        __event_type_1::EventType: ::dispatcher_runtime::ConsumedBy<__Domain>,
    {}
    impl ::dispatcher_runtime::private::SubscribesTo<__EventType0> for credit_board {}
    impl ::dispatcher_runtime::private::SubscribesTo<__event_type_1::EventType>
    for credit_board {}
    #[allow(deprecated)]
    impl<__State> ::dispatcher_runtime::Handler<__State> for credit_board
    where
        __State: ::core::marker::Send + ::core::marker::Sync + 'static,
    {
        type EventTypes = Self;
        const NAME: &'static str = "credit_board";
        const IN_TRANSACTION: bool = true;
        fn handle<'a>(
            &'a self,
            __incoming: ::dispatcher_runtime::private::Incoming<'a, __State>,
        ) -> ::dispatcher_runtime::private::BoxFuture<
            'a,
            ::core::result::Result<(), ::dispatcher_runtime::HandlerError>,
        > {
            let (__event, __variants) = match ::dispatcher_runtime::private::UnionEnvelope::<
                Self,
            >::read(__incoming.event) {
                ::core::result::Result::Ok(__event) => __event,
                ::core::result::Result::Err(__error) => {
                    return ::dispatcher_runtime::private::refused(__error);
                }
            };
            let __tx = match ::dispatcher_runtime::private::delivery_tx(__incoming.tx) {
                ::core::result::Result::Ok(__tx) => __tx,
                ::core::result::Result::Err(__error) => {
                    return ::dispatcher_runtime::private::refused(__error);
                }
            };
            let __handled = ::dispatcher_runtime::private::a_handler_must_be_send(
                credit_board(__event, __tx),
                ::dispatcher_runtime::private::Returned::outcome,
            );
            __variants.hold::<__EventType0>();
            __variants.hold::<__event_type_1::EventType>();
            __handled
        }
    }
    let _ = credit_board;
};
