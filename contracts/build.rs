//! Generates the types of the contracts beside it.

fn main() {
    dispatcher_build_support::Contracts::new(".").generate_or_exit();
}
