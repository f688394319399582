/// Holds the slot of a lesson.
#[subscribe(credit_locked, name = "hold-slot")]
#[allow(clippy::too_many_lines)]
pub async fn hold_slot(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
    State(app): State<App>,
    delivery: Delivery,
) -> Result<(), HandlerError> {
    app.slots.hold(tx, event, delivery).await
}
