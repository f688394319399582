#[allow(non_camel_case_types)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
struct hold_slot;
const _: () = {
    #[allow(clippy::unused_async, clippy::needless_pass_by_value)]
    async fn hold_slot(
        event: EventEnvelope<CreditLocked>,
        State(slots): State<PgPool>,
        State(limits): State<Limits>,
    ) -> Result<(), HandlerError> {
        limits.check(&event)?;
        slots.hold(event).await
    }
    acme::runtime::private::generated_by!("dispatcher-macros", "0.1");
    #[allow(deprecated)]
    impl<__State> acme::runtime::Handler<__State> for hold_slot
    where
        __State: ::core::marker::Send + ::core::marker::Sync + 'static,
        PgPool: acme::runtime::FromRef<__State>,
        Limits: acme::runtime::FromRef<__State>,
    {
        type EventTypes = <EventEnvelope<
            CreditLocked,
        > as acme::runtime::private::EventOf<hold_slot>>::EventType;
        const NAME: &'static str = "hold_slot";
        const IN_TRANSACTION: bool = false;
        fn handle<'a>(
            &'a self,
            __incoming: acme::runtime::private::Incoming<'a, __State>,
        ) -> acme::runtime::private::BoxFuture<
            'a,
            ::core::result::Result<(), acme::runtime::HandlerError>,
        > {
            let __event = match acme::runtime::private::Envelope::<
                <Self as acme::runtime::Handler<__State>>::EventTypes,
            >::read(__incoming.event) {
                ::core::result::Result::Ok(__event) => __event,
                ::core::result::Result::Err(__error) => {
                    return acme::runtime::private::refused(__error);
                }
            };
            acme::runtime::private::a_handler_must_be_send(
                hold_slot(
                    __event,
                    acme::runtime::State(
                        <PgPool as acme::runtime::FromRef<
                            __State,
                        >>::from_ref(__incoming.state),
                    ),
                    acme::runtime::State(
                        <Limits as acme::runtime::FromRef<
                            __State,
                        >>::from_ref(__incoming.state),
                    ),
                ),
                acme::runtime::private::Returned::outcome,
            )
        }
    }
    let _ = hold_slot;
};
