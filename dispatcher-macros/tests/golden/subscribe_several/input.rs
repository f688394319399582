/// Keeps the board of credits.
#[subscribe(credit_locked, acme_contracts::credit_released)]
async fn credit_board(
    event: EventEnvelope<CreditEvent>,
    tx: &mut DeliveryTx,
) -> Result<(), HandlerError> {
    board::show(tx, event).await
}
