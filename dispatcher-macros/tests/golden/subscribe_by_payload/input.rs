#[subscribe(crate = "acme::runtime")]
async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    State(slots): State<PgPool>,
    State(limits): State<Limits>,
) -> Result<(), HandlerError> {
    limits.check(&event)?;
    slots.hold(event).await
}
