fn main() {
    dispatcher_build_support::Contracts::new("../contracts").generate_or_exit();
}
