//! Pieces of the application's state: what a handler's `State<T>` is taken from.

/// A piece of the application's state, made from a reference to the whole.
///
/// A handler that takes `State<T>` can be registered with every consumer whose state `S` has
/// `T: FromRef<S>`. Every type that is `Clone` is a piece of itself, so `State<App>` needs nothing
/// from you. Implement it for each other piece that handlers take:
///
/// ```
/// use acme_contracts::{Coaching, credit_locked::CreditLocked};
/// use dispatcher_runtime::{Consumer, EventEnvelope, FromRef, HandlerError, State, subscribe};
/// use sqlx::PgPool;
///
/// #[derive(Clone)]
/// struct App {
///     slots: PgPool,
///     most_credits: i64,
/// }
///
/// impl FromRef<App> for PgPool {
///     fn from_ref(app: &App) -> Self {
///         app.slots.clone()
///     }
/// }
///
/// #[subscribe]
/// async fn hold_slot(
///     event: EventEnvelope<CreditLocked>,
///     State(slots): State<PgPool>,
/// ) -> Result<(), HandlerError> {
///     sqlx::query("INSERT INTO slot (lesson_id) VALUES ($1)")
///         .bind(event.payload.lesson_id.as_str())
///         .execute(&slots)
///         .await?;
///     Ok(())
/// }
///
/// # let _ = |pool: PgPool, app: App| {
/// Consumer::<Coaching>::builder(pool).state(app).subscribe(hold_slot)
/// # };
/// ```
#[diagnostic::on_unimplemented(
    message = "this handler takes `State<{Self}>`, and the consumer's state is `{S}`",
    label = "`{S}` has no `{Self}`",
    note = "give the consumer its state before its handlers, `.state(app)`, or implement `FromRef<{S}>` for `{Self}`"
)]
pub trait FromRef<S> {
    /// The piece. It is made for each delivery: a clone of an `Arc` or of a pool is cheap enough.
    fn from_ref(state: &S) -> Self;
}

impl<T: Clone> FromRef<T> for T {
    fn from_ref(state: &T) -> Self {
        state.clone()
    }
}
