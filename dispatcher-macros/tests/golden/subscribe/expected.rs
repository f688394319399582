/// Holds the slot of a lesson.
#[allow(clippy::too_many_lines)]
#[allow(non_camel_case_types)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct hold_slot;
const _: () = {
    #[allow(clippy::too_many_lines)]
    #[allow(clippy::unused_async, clippy::needless_pass_by_value)]
    async fn hold_slot(
        event: EventEnvelope<CreditLocked>,
        tx: &mut DeliveryTx,
        State(app): State<App>,
        delivery: Delivery,
    ) -> Result<(), HandlerError> {
        app.slots.hold(tx, event, delivery).await
    }
    ::dispatcher_runtime::private::generated_by!("dispatcher-macros", "0.1");
    use credit_locked::EventType as __EventType0;
    #[allow(deprecated)]
    impl<__State> ::dispatcher_runtime::Handler<__State> for hold_slot
    where
        __State: ::core::marker::Send + ::core::marker::Sync + 'static,
        App: ::dispatcher_runtime::FromRef<__State>,
    {
        type EventTypes = __EventType0;
        const NAME: &'static str = "hold-slot";
        const IN_TRANSACTION: bool = true;
        fn handle<'a>(
            &'a self,
            __incoming: ::dispatcher_runtime::private::Incoming<'a, __State>,
        ) -> ::dispatcher_runtime::private::BoxFuture<
            'a,
            ::core::result::Result<(), ::dispatcher_runtime::HandlerError>,
        > {
            let __event = match ::dispatcher_runtime::private::Envelope::<
                <Self as ::dispatcher_runtime::Handler<__State>>::EventTypes,
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
            ::dispatcher_runtime::private::a_handler_must_be_send(
                hold_slot(
                    __event,
                    __tx,
                    ::dispatcher_runtime::State(
                        <App as ::dispatcher_runtime::FromRef<
                            __State,
                        >>::from_ref(__incoming.state),
                    ),
                    __incoming.delivery,
                ),
                ::dispatcher_runtime::private::Returned::outcome,
            )
        }
    }
    let _ = hold_slot;
};
