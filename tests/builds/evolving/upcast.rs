
/// How a payload of version 1 of `credit.locked` reads in version 2.
impl dispatcher_runtime::Upcast<credit_locked::v1::CreditLocked> for credit_locked::v2::CreditLocked {
    fn upcast(old: credit_locked::v1::CreditLocked) -> Self {
        Self {
            reason: todo!("version 1 does not have it"),
            person_id: old.person_id,
            locked_credits: old.locked_credits,
        }
    }
}
