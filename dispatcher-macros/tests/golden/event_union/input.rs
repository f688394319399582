/// What happened to a reservation.
#[derive(Debug)]
pub enum CreditEvent {
    Locked(CreditLocked),
    Released(credit_released::CreditReleased),
}
