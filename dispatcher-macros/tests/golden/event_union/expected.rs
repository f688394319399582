::dispatcher_runtime::private::generated_by!("dispatcher-macros", "0.1");
#[allow(deprecated)]
#[automatically_derived]
impl ::dispatcher_runtime::private::HeldBy<CreditEvent> for CreditLocked {}
#[allow(deprecated)]
#[automatically_derived]
impl ::dispatcher_runtime::private::HeldBy<CreditEvent>
for credit_released::CreditReleased {}
#[allow(deprecated)]
const _: fn(&CreditEvent) = |__event| match __event {
    CreditEvent::Locked(__payload) => {
        let _ = __payload;
    }
    CreditEvent::Released(__payload) => {
        let _ = __payload;
    }
};
#[allow(deprecated)]
#[automatically_derived]
impl ::dispatcher_runtime::private::EventUnion for CreditEvent {
    type Variants = <Self::Payloads as ::dispatcher_runtime::private::Known<Self>>::Then;
    type Payloads = (CreditLocked, (credit_released::CreditReleased, ()));
    fn decode(
        __event_type: &str,
        __schema_version: u32,
        __payload: ::dispatcher_runtime::private::serde_json::Value,
    ) -> ::core::result::Result<Self, ::dispatcher_runtime::DecodeError> {
        if __event_type
            == <<CreditLocked as ::dispatcher_runtime::Payload>::EventType as ::dispatcher_runtime::EventType>::NAME
        {
            return <<CreditLocked as ::dispatcher_runtime::Payload>::EventType as ::dispatcher_runtime::private::Carries<
                CreditLocked,
            >>::decode(__schema_version, __payload)
                .map(Self::Locked);
        }
        if __event_type
            == <<credit_released::CreditReleased as ::dispatcher_runtime::Payload>::EventType as ::dispatcher_runtime::EventType>::NAME
        {
            return <<credit_released::CreditReleased as ::dispatcher_runtime::Payload>::EventType as ::dispatcher_runtime::private::Carries<
                credit_released::CreditReleased,
            >>::decode(__schema_version, __payload)
                .map(Self::Released);
        }
        ::core::result::Result::Err(
            ::dispatcher_runtime::DecodeError::unknown_event_type(__event_type),
        )
    }
}
#[automatically_derived]
impl<__Handler> ::dispatcher_runtime::private::OneEvent<__Handler> for CreditEvent
where
    __Handler: ::dispatcher_runtime::private::NamesItsEventTypes,
{
    type EventType = ::dispatcher_runtime::private::UnknownEventType;
}
